"""Follows the links of a listing for the days that it lacks; a link is followed once, and what it said remembered."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from newsletter.errors import BadInput
from newsletter.fetch import Page, Unreachable, Web
from newsletter.publications.sources import entries, metadata
from newsletter.publications.sources.model import Entry, Flag

ACCEPT = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
MOST_FOLLOWED = 200  # links at one visit; what is left waits for the next
MOST_BYTES = 6 * 1024 * 1024
MOST_IN_A_ROW = 5  # pages that cannot be reached, before the website is left alone


@dataclass(frozen=True, slots=True)
class Said:
    """What a link's own page said; kept as JSON. `day`: like 2024-05-12, "" for a page that names none."""

    day: str = ""
    summary: str = ""
    cut_off: bool = False
    image: str = ""
    image_alt: str = ""
    language: str = ""

    @classmethod
    def of(cls, told: object) -> "Said | None":
        """None where it is not what was kept."""
        if not isinstance(told, dict):
            return None
        try:
            found = cls(**told)
            if found.day:
                date.fromisoformat(found.day)
        except (TypeError, ValueError):
            return None
        return found

    @property
    def kept(self) -> dict[str, Any]:
        """What it says, as JSON."""
        return {name: value for name in self.__slots__ if (value := getattr(self, name))}

    def complete(self, entry: Entry) -> Entry:
        """The entry with its day, and whatever else the listing lacked."""
        if not entry.summary and self.summary:
            flags = (*entry.flags, Flag.CUT_OFF.value) if self.cut_off else entry.flags
            entry = replace(entry, summary=self.summary, flags=flags)
        if not entry.image and self.image:
            entry = replace(entry, image=self.image, image_alt=self.image_alt)
        day = date.fromisoformat(self.day) if self.day else entry.published_on
        return replace(entry, published_on=day, language=entry.language or self.language)


class Follower:
    """`known`: what links said at earlier visits. `kept`: the same after this one, of the links that are still there.
    `is_done`: whether no link is left for the next visit.
    """

    def __init__(self, web: Web, known: dict[str, Any], *, follows: bool) -> None:
        self._web = web
        self._known = known
        self._follows = follows
        self._left = MOST_FOLLOWED
        self._failed = 0
        self.kept: dict[str, Any] = {}
        self.is_done = True

    def dated(self, entry: Entry) -> Entry:
        """The entry with what its own page says, where the listing names no day."""
        if entry.published_on is not None or not self._follows:
            return entry
        said = Said.of(self._known.get(entry.url)) or self._asked(entry.url)
        if said is None:
            return entry  # without a day it waits in the tray
        self.kept[entry.url] = said.kept
        return said.complete(entry)

    def _asked(self, url: str) -> Said | None:
        if self._left == 0 or self._failed == MOST_IN_A_ROW:
            self.is_done = False
            return None
        self._left -= 1
        try:
            found = _said(self._web.get(url, accept=ACCEPT, most_bytes=MOST_BYTES))
        except BadInput:
            found = Said()
        except Unreachable as error:
            if error.gone:
                return Said()
            self._failed += 1
            self.is_done = False
            return None
        self._failed = 0
        return found


def _said(page: Page) -> Said:
    if "html" not in (page.content_type or "html"):
        return Said()
    said = metadata.of(page)
    teaser = said.teaser
    image = entries.address(said.image, page.url) if said.image else ""
    return Said(
        day=said.published_on.isoformat() if said.published_on else "",
        summary=teaser.text,
        cut_off=teaser.cut_off,
        image=image,
        image_alt=said.image_alt if image else "",
        language=said.language,
    )
