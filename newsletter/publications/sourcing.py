"""Sources as somebody set them up: added, found, paused, removed; and which of them is due."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from newsletter.errors import BadInput, NotFound
from newsletter.publications import rules as ruling
from newsletter.publications import store, texts
from newsletter.publications.addresses import canonical_url, host_of
from newsletter.publications.finding import BY_HAND
from newsletter.publications.kinds import kinds
from newsletter.publications.sources.model import Definition, SourceKind
from newsletter.publications.tables import SightingRow, SourceRow

LEASE = timedelta(minutes=30)  # a visit that was killed is made again after this
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MOST_SLUG = 60
_WEB = ("http://", "https://")
_NEVER_EASY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Source:
    """A source, and how its visits went. `next_at` None: it was never visited. `last`: counts of the last visit."""

    id: int
    name: str
    definition: Definition
    rules: tuple[str, ...]
    memory: Mapping[str, Any]
    last: Mapping[str, Any]
    paused_at: datetime | None
    next_at: datetime | None
    collected_at: datetime | None
    failing_since: datetime | None
    failures: int
    trouble: str

    @property
    def slug(self) -> str:
        return self.definition.slug


def define(
    kind: str, url: str, *, slug: str = "", language: str = "", options: Mapping[str, Any] | None = None
) -> Definition:
    """A definition that holds together; without a slug, one is made of its address. BadInput says what is wrong."""
    if kind not in set(SourceKind):
        raise BadInput(f"{texts.quoted(kind)} is no kind of source; known: {', '.join(SourceKind)}.")
    address = _address(SourceKind(kind), url)
    if slug and (not _SLUG.fullmatch(slug) or len(slug) > _MOST_SLUG or slug in BY_HAND):
        raise BadInput(f"{texts.quoted(slug)} cannot be a source's short name; use small letters, numbers and hyphens.")
    return Definition(slug or slug_of(address), SourceKind(kind), address, _language(language), dict(options or {}))


def slug_of(url: str) -> str:
    """A short name made of the host, or of the file's name: www.example.org is example."""
    host = host_of(url) if url.startswith(_WEB) else ""
    labels = host.split(".") if host else [Path(url).stem]
    kept = labels[:-1] if host and len(labels) > 1 and not labels[-1].isdigit() else labels
    easy = _NEVER_EASY.sub("-", "-".join(kept).lower()).strip("-")[:50].strip("-")
    return "source" if not easy or easy in BY_HAND else easy


def add(
    session: Session, definition: Definition, now: datetime, *, name: str = "", rules: Sequence[str] = ()
) -> Source:
    """Keep the source; it is visited from now on. BadInput where it is here already, or a rule is wrong."""
    here = {source.slug: source for source in sources(session)}
    for other in here.values():
        if (other.definition.kind, _compared(other.definition)) == (definition.kind, _compared(definition)):
            raise BadInput(f"This {definition.kind} is here already, as {other.slug}. See: newsletter sources show")
    row = SourceRow(
        slug=_free(definition.slug, here), name=_name(name or _called(definition.url)), kind=definition.kind.value,
        url=definition.url, language=definition.language, options=dict(definition.options),
        rules=checked_rules(session, rules), memory={}, last={}, created_at=now,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return _source(row)


def find(session: Session, slug: str) -> Source:
    """The source of that short name; NotFound says how to see them all."""
    return _source(_row(session, slug))


def sources(session: Session) -> tuple[Source, ...]:
    """All of them, by short name."""
    return tuple(_source(row) for row in session.scalars(select(SourceRow).order_by(SourceRow.slug)))


def set_rules(session: Session, slug: str, rules: Sequence[str]) -> Source:
    """Replace its rules. The next visit reads everything again, for what they change."""
    row = _row(session, slug)
    row.rules, row.memory, row.next_at = checked_rules(session, rules), {}, None
    return _source(row)


def checked_rules(session: Session, rules: Sequence[str]) -> list[str]:
    """The rules in the form in which they are kept. BadInput for one that is wrong."""
    known = [kind.slug for kind in kinds(session)]
    return [str(ruling.parse(rule, known)) for rule in rules]


def pause(session: Session, slug: str, now: datetime) -> None:
    """Visit it no more by itself."""
    row = _row(session, slug)
    row.paused_at = row.paused_at or now


def resume(session: Session, slug: str) -> None:
    """Visit it again, soon."""
    row = _row(session, slug)
    row.paused_at, row.next_at = None, None


def remove(session: Session, slug: str) -> None:
    """Forget the source. What came from it stays."""
    store.one_at_a_time(session)
    row = _row(session, slug)
    session.execute(delete(SightingRow).where(SightingRow.source_id == row.id))
    session.delete(row)


def due(session: Session, now: datetime) -> tuple[Source, ...]:
    """Those to be visited by now, who waits longest first."""
    query = select(SourceRow).where(
        SourceRow.paused_at.is_(None), or_(SourceRow.next_at.is_(None), SourceRow.next_at <= now)
    )
    rows = session.scalars(query.order_by(SourceRow.next_at.is_not(None), SourceRow.next_at, SourceRow.id))
    return tuple(_source(row) for row in rows)


def claim(session: Session, source: Source, now: datetime) -> bool:
    """Whether the visit that is due is ours; for a while nobody else begins it."""
    stands = SourceRow.next_at.is_(None) if source.next_at is None else SourceRow.next_at == source.next_at
    taken = session.execute(
        update(SourceRow)
        .where(SourceRow.id == source.id, SourceRow.paused_at.is_(None), stands)
        .values(next_at=now + LEASE)
        .returning(SourceRow.id)
    )
    return taken.first() is not None


def own_hosts(session: Session) -> frozenset[str]:
    """The hosts of the organisation, as far as its sources tell."""
    return frozenset(host for source in sources(session) if (host := host_of(source.definition.url)))


def _row(session: Session, slug: str) -> SourceRow:
    row = session.scalar(select(SourceRow).where(SourceRow.slug == slug))
    if row is None:
        raise NotFound(f"There is no source {slug}. See: newsletter sources list")
    return row


def _source(row: SourceRow) -> Source:
    return Source(
        id=row.id, name=row.name,
        definition=Definition(row.slug, SourceKind(row.kind), row.url, row.language, row.options),
        rules=tuple(row.rules), memory=row.memory, last=row.last, paused_at=row.paused_at, next_at=row.next_at,
        collected_at=row.collected_at, failing_since=row.failing_since, failures=row.failures, trouble=row.trouble,
    )  # fmt: skip


def _address(kind: SourceKind, url: str) -> str:
    if kind is SourceKind.FILE and not url.startswith(_WEB):
        if not Path(url).is_file():
            raise BadInput(f"{url} is no file here, and no address like https://example.org/publications.csv.")
        return str(Path(url).resolve())
    try:
        return texts.link(url)
    except texts.TextError as error:
        raise BadInput(f"The address {texts.quoted(url)} {error}.") from None


def _language(language: str) -> str:
    try:
        return texts.language(language) if language else ""
    except texts.TextError as error:
        raise BadInput(f"The language {error}.") from None


def _name(name: str) -> str:
    try:
        return texts.heading(name, 200)
    except texts.TextError as error:
        raise BadInput(f"The source's name {error}.") from None


def _called(url: str) -> str:
    """By its host, or its file's name."""
    return host_of(url) if url.startswith(_WEB) else Path(url).name


def _compared(definition: Definition) -> tuple[str, str]:
    """Of one page, several parts may be sources of their own."""
    return canonical_url(definition.url), repr(sorted(definition.options.items()))


def _free(slug: str, taken: Mapping[str, Source]) -> str:
    numbered = (f"{slug}-{number}" for number in range(2, len(taken) + 3))
    return slug if slug not in taken else next(one for one in numbered if one not in taken)
