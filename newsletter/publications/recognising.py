"""What kind of source an address is: asked of the address itself, with few requests."""

import json
from pathlib import Path
from urllib.parse import urlsplit

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources import entries, markup, wordpress_site
from newsletter.publications.sources.model import SourceKind

_FEEDS = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_FILES = frozenset({".csv", ".json"})
_START = 2000  # bytes of a document that say what it is
_HEAD = 500_000  # characters of a page in which it names its feeds


def recognise(web: Web, url: str) -> tuple[SourceKind, str]:
    """The kind, and the address to be read: a website's own API or feed where it has one. BadInput where it has none;
    then somebody must say how its pages list what they publish.
    """
    if not url.startswith(("http://", "https://")):
        if Path(url).is_file():
            return SourceKind.FILE, url
        raise BadInput(f"{url[:200]} is neither an address like https://example.org nor a file here.")
    page = web.get(url)
    kind = _of(page)
    if kind is not None:
        return kind, url
    return _of_site(web, page)


def _of(page: Page) -> SourceKind | None:
    """What the document is, if it is no web page."""
    start = page.content[:_START].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in {b"{", b"["} or "json" in page.content_type:
        return SourceKind.JSON_FEED if _is_json_feed(page) else SourceKind.FILE
    low = start.lower()
    if page.content_type in _FEEDS or any(sign in low for sign in (b"<rss", b"<feed", b"<rdf:rdf")):
        return SourceKind.FEED
    is_file = Path(urlsplit(page.url).path).suffix.lower() in _FILES or page.content_type == "text/csv"
    return SourceKind.FILE if is_file and b"<html" not in low else None


def _is_json_feed(page: Page) -> bool:
    try:
        told = json.loads(page.text)
    except (ValueError, RecursionError):
        return False
    return isinstance(told, dict) and "jsonfeed.org/version" in str(told.get("version", ""))


def _of_site(web: Web, page: Page) -> tuple[SourceKind, str]:
    try:
        wordpress_site.find(web, page.url)
    except (BadInput, Unreachable):
        pass
    else:
        return SourceKind.WORDPRESS, page.url
    for link in markup.selected(markup.document(page.text[:_HEAD]), 'link[rel~="alternate"][href]'):
        named = markup.attribute(link, "type").lower()
        address = entries.address(markup.attribute(link, "href"), page.url)
        if address and named in (*_FEEDS, "application/feed+json"):
            return SourceKind.JSON_FEED if "json" in named else SourceKind.FEED, address
    raise BadInput(
        f"{page.url} has neither a feed nor a WordPress API. Say what one publication is on that page:"
        ' --kind page --option item="article"'
    )
