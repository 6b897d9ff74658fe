"""The archive as an Atom feed (RFC 4287)."""

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from fastapi import APIRouter, HTTPException, Request, Response

from newsletter.delivery import archive
from newsletter.delivery.archive import Shelved
from newsletter.web.caching import answer
from newsletter.web.site import Site

MOST = 50  # entries
KIND = "application/atom+xml; charset=utf-8"

_ATOM = "http://www.w3.org/2005/Atom"
_NOTHING_YET = datetime(1970, 1, 1, tzinfo=UTC)

register_namespace("", _ATOM)


def router(site: Site) -> APIRouter:
    """/issues/feed.xml, of all public lists or of one (`?list=`), in a language where there is a version (`?lang=`)."""

    def feed(request: Request) -> Response:
        list_slug, language = (request.query_params.get(name, "")[:60] for name in ("list", "lang"))
        with site.pipeline.database.reading() as session:
            names = archive.lists(session)
            shelf = archive.shelf(session, list_slug)[:MOST]
        if list_slug and list_slug not in names:
            raise HTTPException(404)
        asked = {name: value for name, value in (("list", list_slug), ("lang", language)) if value}
        address = f"{site.base_url}/issues/feed.xml{f'?{urlencode(asked)}' if asked else ''}"
        title = names.get(list_slug) or site.look().organisation or ", ".join(names.values()) or site.base_url
        content = tostring(_feed(site.base_url, address, title, shelf, language), "utf-8", xml_declaration=True)
        modified = max((one.changed_at for one in shelf), default=_NOTHING_YET)
        return answer(request, content, KIND, modified=modified)

    routes = APIRouter()
    routes.add_api_route("/issues/feed.xml", feed, methods=["GET", "HEAD"], response_model=None)
    return routes


def _feed(base_url: str, address: str, title: str, shelf: Sequence[Shelved], language: str) -> Element:
    feed = Element(f"{{{_ATOM}}}feed")
    _add(feed, "id", address)
    _add(feed, "title", title)
    _add(feed, "updated", _moment(max((one.changed_at for one in shelf), default=_NOTHING_YET)))
    _add(feed, "link", rel="self", type="application/atom+xml", href=address)
    _add(feed, "link", rel="alternate", type="text/html", href=f"{base_url}/issues")
    for one in shelf:
        _entry(feed, base_url, one, one.speaks(language))
    return feed


def _entry(feed: Element, base_url: str, one: Shelved, language: str) -> None:
    subject, preview = one.words[language]
    entry = _add(feed, "entry")
    entry.set("{http://www.w3.org/XML/1998/namespace}lang", language)
    _add(entry, "id", f"urn:uuid:{_identity(one)}")
    _add(entry, "title", subject)
    _add(entry, "published", _moment(one.published_at))
    _add(entry, "updated", _moment(one.changed_at))
    _add(entry, "link", rel="alternate", type="text/html", href=base_url + one.path(language))
    _add(_add(entry, "author"), "name", one.from_name)
    if preview:
        _add(entry, "summary", preview)


def _identity(one: Shelved) -> uuid.UUID:
    """The same for ever, also when the installation moves to another address."""
    return uuid.uuid5(uuid.NAMESPACE_OID, f"newsletter issue {one.id} {one.created_at.astimezone(UTC).isoformat()}")


def _add(parent: Element, name: str, text: str = "", **attributes: str) -> Element:
    child = SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    child.text = text or None
    return child


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
