"""Writes calendars (RFC 5545, with the names of RFC 7986) that calendar programs subscribe to or take in once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from icalendar import Event

PRODUCT = "-//newsletter-desk//calendar//EN"
KIND = "text/calendar; charset=utf-8"
_MOMENT = timedelta(minutes=15)  # how long a step is shown
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a day, on several (`last` belongs to it), or at a moment (aware). `uid` is the same for ever."""

    uid: str
    title: str
    first: date
    last: date | None = None
    text: str = ""
    url: str = ""
    place: str = ""


def calendar(
    name: str, entries: Iterable[Entry], revised: datetime, *, language: str = "en", refresh: timedelta | None = None
) -> bytes:
    """The calendar as it is served: lines of at most 75 octets, ended by CRLF.

    `revised`: when what it says was last changed. `refresh`: how often those who subscribe should look again. Nobody is
    shown as busy by it.
    """
    from icalendar import Calendar, vText  # noqa: PLC0415 -- takes as long to load as a command to run

    found = Calendar()
    found.add("prodid", PRODUCT)
    found.add("version", "2.0")
    # As texts, which are escaped: of the second the standard knows nothing, of the first the library.
    found.add("name", vText(_line(name)), parameters={"language": language})
    found.add("x-wr-calname", vText(_line(name)))
    if refresh is not None:
        found.add("refresh-interval", refresh, parameters={"value": "DURATION"})
        found.add("x-published-ttl", f"PT{round(refresh.total_seconds()) // 60}M")
    for entry in entries:
        found.add_component(_event(entry, revised.astimezone(UTC).replace(microsecond=0), language))
    content: bytes = found.to_ical()
    return content


def _event(entry: Entry, revised: datetime, language: str) -> "Event":
    from icalendar import Event, vUri  # noqa: PLC0415

    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", revised)
    event.add("last-modified", revised)
    if isinstance(entry.first, datetime):
        event.add("dtstart", entry.first.astimezone(UTC))
        event.add("dtend", entry.first.astimezone(UTC) + _MOMENT)
    else:
        event.add("dtstart", entry.first)
        event.add("dtend", (entry.last or entry.first) + _DAY)  # the end is the first day that is free again
    event.add("summary", _line(entry.title), parameters={"language": language})
    for key, text in (("description", entry.text), ("location", entry.place)):
        if text:
            event.add(key, _plain(text), parameters={"language": language})
    if entry.url:
        event.add("url", vUri(_line(entry.url)))
    event.add("transp", "TRANSPARENT")
    return event


def _plain(text: str) -> str:
    """Without control characters, which no calendar may hold (RFC 5545 section 3.1), but for ends of lines."""
    lines = text.splitlines()
    return "\n".join(
        "".join(character for character in line if character >= " " and character != "\x7f") for line in lines
    )


def _line(text: str) -> str:
    return " ".join(_plain(text).split())
