"""Everything published, as the library shows it: searched, filtered, a page at a time, and what issues made of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, extract, func, or_, select
from sqlalchemy.orm import Session

from newsletter.issues.model import CoverageState, State
from newsletter.issues.tables import CoverageRow, IssueRow
from newsletter.media.tables import MediaRow
from newsletter.publications import sourcing
from newsletter.publications.finding import BY_HAND
from newsletter.publications.tables import PublicationRow

PAGE = 50
_MOST_WORDS = 8  # of a search
_LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class Use:
    """What an issue made of a publication."""

    slug: str
    issue: str
    state: CoverageState
    reason: str


@dataclass(frozen=True, slots=True)
class Shelved:
    """A publication as a line shows it. `picture`: its file's name among the pictures; "" where it has none."""

    id: int
    title: str
    kind: str
    day: date | None
    language: str
    outlet: str
    url: str
    source: str
    picture: str
    gone: bool
    flags: tuple[str, ...]
    uses: tuple[Use, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: words that all must stand in it, a kind, a year. `page` counts from 1."""

    words: str = ""
    kind: str = ""
    year: int | None = None
    page: int = 1

    @property
    def is_all(self) -> bool:
        """Whether nothing narrows it."""
        return not (self.words or self.kind or self.year)


@dataclass(frozen=True, slots=True)
class Page:
    """A page of what was found. `kinds` and `years` count all that is here: a filter says what it would give."""

    rows: tuple[Shelved, ...]
    number: int
    kinds: Mapping[str, int]
    years: Mapping[int, int]

    @property
    def pages(self) -> int:
        """How many there are of these."""
        return max(1, -(-self.number // PAGE))


def find(session: Session, wanted: Wanted) -> Page:
    """Those that fit, the newest first; those without a day wait in the tray, and are found by their words only."""
    fits = _fits(wanted)
    number = session.scalar(select(func.count()).select_from(PublicationRow).where(*fits)) or 0
    at = min(max(wanted.page, 1), _LAST_PAGE)
    query = _lines().where(*fits).order_by(
        PublicationRow.published_on.is_(None), PublicationRow.published_on.desc(), PublicationRow.id.desc()
    ).limit(PAGE).offset((at - 1) * PAGE)  # fmt: skip
    return Page(_shelved(session, query), number, _kinds(session), _years(session))


def tray(session: Session) -> tuple[tuple[Shelved, ...], int]:
    """The first of those that wait for a day, the newest first, and how many there are."""
    waits = PublicationRow.published_on.is_(None)
    number = session.scalar(select(func.count()).select_from(PublicationRow).where(waits)) or 0
    query = _lines().where(waits).order_by(PublicationRow.id.desc()).limit(PAGE)
    return (_shelved(session, query) if number else ()), number


def named(session: Session, publication_id: int) -> Shelved | None:
    """That one."""
    found = _shelved(session, _lines().where(PublicationRow.id == publication_id))
    return found[0] if found else None


def row(session: Session, publication_id: int) -> Mapping[str, Any]:
    """The fields of a publication that people read."""
    found = session.get_one(PublicationRow, publication_id)
    names = ("summary", "original_source", "deadline_on", "starts_on", "ends_on", "place", "who_for", "image_alt",
             "image_credit", "created_at")  # fmt: skip
    return {name: getattr(found, name) for name in names}


def source_names(session: Session) -> Mapping[str, str]:
    """What people call the places that publications came from, by short name."""
    said = {"manual": "added by hand", "file": "from a file", "pasted": "from a pasted link", "sample": "the sample"}
    said["suggested"] = "suggested by somebody who was asked"
    return {one.slug: one.name for one in sourcing.sources(session)} | {
        name: words for name, words in said.items() if name in BY_HAND or name == "sample"
    }


def in_issues(session: Session, publication_id: int, states: Collection[State]) -> tuple[tuple[int, str], ...]:
    """Ids and names of the issues in these states that print it."""
    rows = session.execute(
        select(IssueRow.id, IssueRow.name)
        .join(CoverageRow, CoverageRow.issue_id == IssueRow.id)
        .where(
            CoverageRow.publication_id == publication_id, CoverageRow.state == CoverageState.USED.value,
            IssueRow.state.in_([one.value for one in states]),
        )
    )  # fmt: skip
    return tuple((id_, name) for id_, name in rows)


def _lines() -> Select[Any]:
    return select(
        PublicationRow.id, PublicationRow.title, PublicationRow.kind, PublicationRow.published_on,
        PublicationRow.language, PublicationRow.outlet, PublicationRow.url, PublicationRow.source,
        PublicationRow.media_sha256, MediaRow.extension, PublicationRow.gone_at, PublicationRow.flags,
    ).outerjoin(MediaRow, MediaRow.sha256 == PublicationRow.media_sha256)  # fmt: skip


def _shelved(session: Session, query: Select[Any]) -> tuple[Shelved, ...]:
    lines = [
        Shelved(
            one.id, one.title, one.kind, one.published_on, one.language, one.outlet, one.url, one.source,
            f"{one.media_sha256}.{one.extension}" if one.extension else "", one.gone_at is not None, tuple(one.flags),
        )
        for one in session.execute(query)
    ]  # fmt: skip
    uses = _uses(session, [one.id for one in lines])
    return tuple(replace(one, uses=tuple(uses[one.id])) for one in lines)


def _uses(session: Session, publications: list[int]) -> defaultdict[int, list[Use]]:
    found: defaultdict[int, list[Use]] = defaultdict(list)
    if not publications:
        return found
    rows = session.execute(
        select(CoverageRow.publication_id, CoverageRow.state, CoverageRow.reason, IssueRow.slug, IssueRow.name)
        .join(IssueRow, IssueRow.id == CoverageRow.issue_id)
        .where(CoverageRow.publication_id.in_(publications))
        .order_by(IssueRow.collects_from.desc(), IssueRow.id.desc())
    )
    for one in rows:
        found[one.publication_id].append(Use(one.slug, one.name, CoverageState(one.state), one.reason))
    return found


def _fits(wanted: Wanted) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = [_holds(word) for word in wanted.words.split()[:_MOST_WORDS]]
    if wanted.kind:
        fits.append(PublicationRow.kind == wanted.kind)
    if wanted.year:
        first = date(wanted.year, 1, 1)
        fits += [PublicationRow.published_on >= first, PublicationRow.published_on <= date(wanted.year, 12, 31)]
    if not wanted.words:
        fits.append(PublicationRow.published_on.is_not(None))
    return fits


def _holds(word: str) -> ColumnElement[bool]:
    """SQLite tells small from capital letters beyond the Latin ones: so each common way of writing is looked for."""
    ways = (word,) if word.isascii() else tuple(dict.fromkeys((word, word.lower(), word.upper(), word.capitalize())))
    columns = (PublicationRow.title, PublicationRow.summary, PublicationRow.outlet)
    return or_(*(column.icontains(way, autoescape=True) for column in columns for way in ways))


def _kinds(session: Session) -> dict[str, int]:
    rows = session.execute(
        select(PublicationRow.kind, func.count()).where(PublicationRow.published_on.is_not(None))
        .group_by(PublicationRow.kind)
    )  # fmt: skip
    return {row[0]: row[1] for row in rows}


def _years(session: Session) -> dict[int, int]:
    year = extract("year", PublicationRow.published_on)
    rows = session.execute(select(year, func.count()).where(PublicationRow.published_on.is_not(None)).group_by(year))
    return {int(one): number for one, number in sorted(rows, key=lambda row: -int(row[0]))}
