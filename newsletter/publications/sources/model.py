"""What a source tells: the words between its readers and collecting."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from newsletter.fetch import Web


class SourceKind(StrEnum):
    """How a source is read; each has one module."""

    FEED = "feed"  # RSS and Atom
    JSON_FEED = "json_feed"
    WORDPRESS = "wordpress"
    FILE = "file"  # CSV or JSON with the import columns, on disk or on the web
    PAGE = "page"  # a web page that lists publications


@dataclass(frozen=True, slots=True)
class Definition:
    """A source as somebody set it up.

    `url`: the feed, the WordPress site, the file (an address or a path) or the page. `options`: what its reader needs
    beside it (a page's CSS selectors, WordPress post types, ...). `language`: of entries that do not say theirs.
    """

    slug: str
    kind: SourceKind
    url: str
    language: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a source says of one publication. Texts are plain and in one line; dates are days; "" is unknown.

    `id` is the source's own, the same at each visit. `kind` only where the source itself says one of ours (files).
    `flags`: what looks wrong with it, see `Flag`.
    """

    id: str
    url: str
    title: str
    summary: str = ""
    published_on: date | None = None
    language: str = ""
    image: str = ""
    image_alt: str = ""
    image_credit: str = ""
    outlet: str = ""
    original_source: str = ""
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    kind: str = ""
    deadline_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    place: str = ""
    who_for: str = ""
    flags: tuple[str, ...] = ()


class Flag(StrEnum):
    """What somebody should look at before it is printed."""

    CUT_OFF = "cut_off"  # the website's teaser ends in the middle
    OTHER_ITEM = "other_item"  # the summary seems to belong to another item
    LOGIN = "login"  # needs a subscription
    SUGGESTED = "suggested"  # by somebody who does not work here


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry that could not be read: `where` names it, `why` is a sentence. The others go on."""

    where: str
    why: str


@dataclass(frozen=True, slots=True)
class Total:
    """How many entries are still to come, as far as the source says; for a progress bar."""

    number: int


class NotModified(Exception):
    """The source says that nothing has changed since the last visit."""


Memory = dict[str, Any]  # what a reader wants to know at its next visit (validators, the newest change); JSON


class Reader(Protocol):
    """Reads one kind of source.

    `lists_all`: whether an entry that is told no more may have vanished (a feed only holds the newest).
    """

    lists_all: bool

    def read(self, definition: Definition, web: Web, memory: Memory) -> Iterator[Entry | Refused | Total]:
        """The entries, the newest first where the source has an order. Changes `memory` for the next visit, which the
        caller keeps once all entries have landed. `Unreachable` or `BadInput` where there is nothing to read, and
        NotModified before the first entry.
        """
        ...
