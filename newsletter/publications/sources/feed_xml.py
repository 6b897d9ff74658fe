"""Reads RSS and Atom with feedparser's own rules, on a parser that is bounded and keeps what describes a picture."""

import io
import xml.sax
import xml.sax.handler
from typing import Any

import feedparser.api

from newsletter.errors import BadInput
from newsletter.fetch import Page
from newsletter.publications.sources.mending import mended
from newsletter.publications.sources.xml_text import xml_of

MOST_DEPTH = 600
MOST_ELEMENTS = 100_000


class _Enough(Exception):
    """As many items as were asked for have been read."""


class Parsed(feedparser.api.StrictFeedParser):  # type: ignore[misc]  # feedparser has no types
    """The feed: `feeddata`, `entries` and `version` as feedparser names things.

    Beside these an entry's `media_content` have `caption` and `heading`; the entry has them of its media:group.
    """

    def __init__(self, base: str, language: str | None, most: int) -> None:
        super().__init__(base, language, "utf-8")
        self.resolve_relative_uris = False
        self.sanitize_html = False  # done by cleaning, within limits
        self.root = ""
        self._most = most
        self._level = self._elements = 0
        self._media = False

    def startElementNS(self, name: Any, qname: Any, attrs: Any) -> None:  # noqa: N802  # SAX names it
        self.root = self.root or str(name[1]).lower()
        self._level += 1
        self._elements += 1
        if self._level > MOST_DEPTH or self._elements > MOST_ELEMENTS:
            raise BadInput("The feed is nested deeper than any feed needs; it is not read.")
        if str(name[1]).lower() in {"item", "entry"} and len(self.entries) >= self._most:
            raise _Enough
        super().startElementNS(name, qname, attrs)

    def endElementNS(self, name: Any, qname: Any) -> None:  # noqa: N802  # SAX names it
        self._level -= 1
        super().endElementNS(name, qname)

    def _sync_author_detail(self, key: str = "author") -> None:
        """Nobody asks for authors' mail addresses, and feedparser's search for them may take minutes."""

    # Dates stay as they are written: the day is read from that, and these parsers are slow on what is none.

    def _end_published(self) -> None:
        self.pop("published")

    _end_issued = _end_pubdate = _end_published

    def _end_updated(self) -> None:
        self.pop("updated")

    _end_modified = _end_lastbuilddate = _end_updated

    def _end_created(self) -> None:
        self.pop("created")

    def _end_expirationdate(self) -> None:
        self.pop("expired")

    def _start_media_content(self, attributes: dict[str, str]) -> None:
        self._media = True
        super()._start_media_content(attributes)

    def _end_media_content(self) -> None:
        self._media = False

    def _start_media_description(self, attributes: dict[str, str]) -> None:
        self.push("media_caption", 0)

    def _end_media_description(self) -> None:
        self._keep("caption", self.pop("media_caption"))

    def _start_media_title(self, attributes: dict[str, str]) -> None:
        self.push("media_heading", 0)

    def _end_media_title(self) -> None:
        self._keep("heading", self.pop("media_heading"))

    def _keep(self, name: str, text: str | None) -> None:
        if self.inentry and self.entries and text:
            entry = self.entries[-1]
            target = entry["media_content"][-1] if self._media else entry.setdefault("media_words", {})
            target.setdefault(name, text)


def parse(page: Page, most: int) -> Parsed:
    """The feed in the page, its first `most` entries; BadInput where it is none, or is one that would do harm."""
    text = xml_of(page)
    language = page.headers.get("content-language") or None
    try:
        return _checked(_parsed(text, page.url, language, most), page.url)
    except xml.sax.SAXException:
        pass
    try:
        return _checked(_parsed(mended(text), page.url, language, most), page.url)
    except xml.sax.SAXException as error:
        reason = error.getMessage()
        raise BadInput(f"{page.url} is no feed that can be read: its XML is broken ({reason}).") from None


def _parsed(text: str, base: str, language: str | None, most: int) -> Parsed:
    found = Parsed(base, language, most)
    reader = xml.sax.make_parser(["defusedxml.expatreader"])  # noqa: S317 -- this is the defused one
    reader.setFeature(xml.sax.handler.feature_namespaces, True)
    reader.setContentHandler(found)
    reader.setErrorHandler(found)
    source = xml.sax.xmlreader.InputSource()
    source.setByteStream(io.BytesIO(text.encode("utf-8", "replace")))
    source.setEncoding("utf-8")
    try:
        reader.parse(source)
    except _Enough:
        pass
    except (BadInput, xml.sax.SAXException):
        raise
    except Exception as error:  # noqa: BLE001  # feedparser's own slips on documents that nobody foresaw
        raise xml.sax.SAXException(f"{type(error).__name__}: {error}"[:200]) from None
    return found


def _checked(found: Parsed, url: str) -> Parsed:
    if found.root == "html" or not (found.version or found.entries or found.root in {"rss", "feed", "rdf"}):
        what = "a web page" if found.root == "html" else "something else"
        raise BadInput(f"{url} is no feed but {what}; give the address of its RSS or Atom feed.")
    return found
