"""The archive: all public issues with their pictures, and each issue as the page that was approved."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response

from newsletter.delivery import archive, web_notes
from newsletter.delivery.archive import Face, Shelved
from newsletter.delivery.web_notes import WebNote
from newsletter.errors import Refusal
from newsletter.rendering import theme
from newsletter.rendering.theme import Theme
from newsletter.rendering.words import direction, own_name, words
from newsletter.web.caching import answer
from newsletter.web.site import Site

# The page of an issue is a mail's twin: its styles stand within it. It runs nothing and sends nothing.
POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
HTML = "text/html; charset=utf-8"
MANY = 6  # issues; with more, the years stand between them

_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_BODY = re.compile(r"<body(?:\s[^>]*)?>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Correction:
    """A correction below the issue that it corrects."""

    path: str
    day: str


@dataclass(frozen=True, slots=True)
class Card:
    """An issue on the shelf. `language` and `direction`: of the subject, where they are not the page's."""

    path: str
    name: str
    on: date
    day: str
    subject: str
    language: str
    direction: str
    list_name: str
    picture: Face | None
    corrections: tuple[Correction, ...]


def router(site: Site) -> APIRouter:
    """/issues and /issues/{slug}."""
    pages = _Pages(site)
    routes = APIRouter()
    for path, page in (("/issues", pages.shelf), ("/issues/{slug}", pages.issue)):
        routes.add_api_route(path, page, methods=["GET", "HEAD"], response_model=None)
    return routes


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._zone = site.pipeline.settings.zone

    def shelf(self, request: Request) -> Response:
        """All issues, or those of a list (`?list=`)."""
        language, list_slug = self._site.language(request), request.query_params.get("list", "")
        with self._site.pipeline.database.reading() as session:
            names = archive.lists(session)
            shelved = archive.shelf(session, list_slug)
        if list_slug and list_slug not in names:
            raise HTTPException(404)
        cards = self._cards(shelved, language, is_one=bool(list_slug) or len(names) == 1)
        page = self._site.page(
            "archive", language, years=_years(cards), count=len(cards), lists=names, list_slug=list_slug,
            feed=f"/issues/feed.xml{f'?list={list_slug}' if list_slug else ''}",
        )  # fmt: skip
        said = {"Content-Language": language, "Vary": "Accept-Language"}
        return answer(request, bytes(page.body), HTML, headers=said)

    def issue(self, request: Request, slug: str) -> Response:
        """What was sent, in a language that it was sent in."""
        with self._site.pipeline.database.reading() as session:
            shelved = archive.find(session, slug)
            if shelved is None:
                raise HTTPException(404)
            language = shelved.speaks(request.query_params.get("lang", ""))
            stored = archive.page(session, shelved, language)
            corrections = archive.corrections(session, shelved.id)
            notes = web_notes.shown(session, shelved.id)
        page = self._framed(stored, shelved, language, corrections, notes)
        said = {"Content-Security-Policy": POLICY, "Content-Language": language}
        if not shelved.is_listed:
            said["X-Robots-Tag"] = "noindex"
        modified = max(shelved.changed_at, *(one.changed_at for one in corrections), shelved.published_at)
        return answer(request, page.encode(), HTML, modified=modified, headers=said)

    def _framed(
        self, stored: str, shelved: Shelved, language: str, corrections: Sequence[Shelved], notes: Sequence[WebNote]
    ) -> str:
        """The stored page with what only we know: where it lies, its picture, its other versions, what corrects it."""
        said: dict[str, Any] = {
            "issue": shelved,
            "corrections": [self._correction(one, language) for one in corrections],
            "notes": [(words(language).long_day(self._day(one.at)), one.text) for one in notes],
            "versions": [(one, own_name(one), shelved.path(one)) for one in shelved.languages],
            "theme": self._theme(shelved),
        }
        head = bytes(self._site.page("issue_head", language, **said).body).decode()
        bar = bytes(self._site.page("issue_bar", language, **said).body).decode()
        return _after(_BODY, _after(_HEAD, stored, head), bar)

    def _theme(self, shelved: Shelved) -> Theme:
        """The list's, or the one that is shipped where its own cannot be used any more."""
        folder = self._site.pipeline.settings.folder
        try:
            return theme.find(shelved.theme, folder)
        except (Refusal, OSError):
            return theme.find("default", folder)

    def _cards(self, shelved: Sequence[Shelved], language: str, *, is_one: bool) -> list[Card]:
        """A card an issue; corrections stand with what they correct, where that is on the shelf."""
        known = {one.id for one in shelved}
        below = [one for one in shelved if one.corrects_id in known]
        return [
            self._card(one, language, [other for other in below if other.corrects_id == one.id], is_one=is_one)
            for one in shelved
            if one not in below
        ]

    def _card(self, one: Shelved, language: str, corrections: Sequence[Shelved], *, is_one: bool) -> Card:
        spoken = one.speaks(language)
        on = self._day(one.published_at)
        return Card(
            path=one.path(spoken),
            # As on the page itself: the name is in the list's own language, the others say the period.
            name=one.name if language == one.language else words(language).period(one.period),
            on=on,
            day=words(language).long_day(on),
            subject=one.words[spoken][0],
            language="" if spoken == language else spoken,
            direction="" if spoken == language else direction(spoken),
            list_name="" if is_one else one.list_name,
            picture=one.picture,
            corrections=tuple(self._correction(other, language) for other in reversed(corrections)),
        )

    def _correction(self, one: Shelved, language: str) -> Correction:
        return Correction(one.path(one.speaks(language)), words(language).long_day(self._day(one.published_at)))

    def _day(self, when: datetime) -> date:
        return when.astimezone(self._zone).date()


def _years(cards: Sequence[Card]) -> list[tuple[int, list[Card]]]:
    """The cards by year, where there are many; else all together, under no year (0)."""
    if len(cards) <= MANY:
        return [(0, list(cards))] if cards else []
    return [(year, list(some)) for year, some in groupby(cards, key=lambda card: card.on.year)]


def _after(tag: re.Pattern[str], page: str, more: str) -> str:
    found = tag.search(page)
    return f"{page[: found.end()]}{more}{page[found.end() :]}" if found else page
