"""Calendars: the dates in an issue for its readers, and a list's own dates for the team."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from fastapi import APIRouter, HTTPException, Request, Response

import subscribers
from newsletter.delivery import archive
from newsletter.delivery.archive import Shelved
from newsletter.issues import ics, rhythms
from newsletter.issues.list_calendar import of_list
from newsletter.issues.model import Role
from newsletter.rendering.words import Words, words
from newsletter.web.caching import answer
from newsletter.web.site import Site
from subscribers import Purpose

OURS = "private, max-age=300"  # no cache that others use keeps the team's dates


def router(site: Site) -> APIRouter:
    """/issues/{slug}.ics and /calendar/{token}.ics."""
    calendars = _Calendars(site)
    routes = APIRouter()
    for path, page in (("/issues/{slug}.ics", calendars.issue), ("/calendar/{token}.ics", calendars.team)):
        routes.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
    return routes


class _Calendars:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._pipeline = site.pipeline

    def issue(self, request: Request, slug: str) -> Response:
        """What the issue announces, as it was approved, as long as its page may be read."""
        with self._pipeline.database.reading() as session:
            shelved = archive.find(session, slug)
            if shelved is None:
                raise HTTPException(404)
            language = shelved.speaks(request.query_params.get("lang", ""))
            draft = archive.draft(session, shelved)
            known = archive.known_since(session, [item["source"]["publication_id"] for item in _items(draft)])
        entries = [one for item in _items(draft) for one in _entries(item, shelved, language, known)]
        if not entries:
            raise HTTPException(404)  # a calendar holds something (RFC 5545 section 3.6)
        entries.sort(key=lambda one: (one.first, one.uid))
        title = f"{shelved.list_name} · {_name(shelved, language)}"
        content = ics.calendar(title, entries, shelved.changed_at, language=language)
        said = {"Content-Language": language, "Content-Disposition": f'inline; filename="{shelved.slug}.ics"'}
        if not shelved.is_listed:
            said["X-Robots-Tag"] = "noindex"
        return answer(request, content, ics.KIND, modified=shelved.changed_at, headers=said)

    def team(self, request: Request, token: str) -> Response:
        """A list's steps and send days, for who has the address; nothing while the list has no rhythm."""
        link = self._pipeline.links.read(token)
        if link is None or link.purpose is not Purpose.CALENDAR:
            raise HTTPException(404)
        settings = self._pipeline.settings
        with self._pipeline.database.reading() as session:
            face = next((one for one in subscribers.lists(session) if one.id == link.id), None)
            found = rhythms.rhythm(session, link.id) if face and not face.archived else None
            if face is None or found is None:
                raise HTTPException(404)
            content = of_list(session, face, found, self._pipeline.clock(), settings.zone, settings.base_url)
        said = {"X-Robots-Tag": "noindex", "Content-Disposition": f'inline; filename="{face.slug}.ics"'}
        return answer(request, content, ics.KIND, keep=OURS, headers=said)


def _name(shelved: Shelved, language: str) -> str:
    # As on the page: the name is in the list's own language, the others say the period.
    return shelved.name if language == shelved.language else words(language).period(shelved.period)


def _items(draft: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Those that the mail shows with their days."""
    for section in draft["sections"]:
        yield from (item for item in section["items"] if item["role"] != Role.MORE.value)


def _entries(
    item: Mapping[str, Any], shelved: Shelved, language: str, known: Mapping[int, datetime]
) -> Iterator[ics.Entry]:
    """The day it closes, and the days on which it takes place; a publication may have both."""
    source, spoken = item["source"], words(language)
    title = _title(item, language, shelved.language)
    closes, first, last = (_day(source[name]) for name in ("deadline_on", "starts_on", "ends_on"))
    same = {"url": source["url"], "text": _text(source, closes, spoken)}
    if closes is not None:
        said = spoken.say("Closes %(day)s", day=spoken.day(closes))
        yield ics.Entry(_uid("closes", source, known), f"{title} · {said}", closes, **same)
    if first is not None:
        last = last if last is not None and last > first else None
        yield ics.Entry(_uid("takes place", source, known), title, first, last, place=source["place"], **same)


def _title(item: Mapping[str, Any], language: str, fallback: str) -> str:
    titles: dict[str, str] = {
        spoken: worded["title"] for spoken, worded in item["wordings"].items() if worded["title"].strip()
    }
    return next(titles[one] for one in (language, fallback, *titles) if one in titles)


def _text(source: Mapping[str, Any], closes: date | None, spoken: Words) -> str:
    said = [spoken.say("Closes %(day)s", day=spoken.weekday(closes))] if closes is not None else []
    return "\n".join(one for one in (*said, source["who_for"], source["url"]) if one)


def _uid(what: str, source: Mapping[str, Any], known: Mapping[int, datetime]) -> str:
    """The same in every issue that announces it, and when the installation moves to another address (RFC 7986, 5.3)."""
    id_ = source["publication_id"]
    since = known[id_].astimezone(UTC).isoformat()
    return str(uuid5(NAMESPACE_OID, f"newsletter publication {id_} {since} {what}"))


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
