"""The left side of "Choose and Write": all of an issue, and all that may come into it, in a fixed number of queries."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.issues import contents, listing_items, places, website
from newsletter.issues.listing_items import Entry, ListedBlock, ListedItem
from newsletter.issues.lists import profile
from newsletter.issues.measures import minutes
from newsletter.issues.model import CoverageState, Role
from newsletter.issues.places import Contents
from newsletter.issues.tables import CoverageRow
from newsletter.issues.views import Balance, IssueSummary, balance, find
from newsletter.issues.website import WebsiteChange
from newsletter.publications.model import Layout
from newsletter.publications.tables import PublicationRow

MOST_ENTRIES = 150  # of each state
MOST_UNDATED = 100


@dataclass(frozen=True, slots=True)
class ListedSection:
    """A section with what stands in it, as the mail shows it: the lead, full items, one-liners, then blocks. `full`: of
    its `cap` places, how many are taken (the lead needs none).
    """

    slug: str
    title: str
    titles: Mapping[str, str]
    layout: Layout
    cap: int
    full: int
    items: tuple[ListedItem, ...]
    blocks: tuple[ListedBlock, ...]

    @property
    def is_over(self) -> bool:
        return self.full > self.cap


@dataclass(frozen=True, slots=True)
class Listing:
    """`missing`: for each language of the list, what has no words in it yet, in words; None where the issue does not
    speak that language. `places`, `used`: how many full items it has room for, and has. `sum`: how many there are in
    each state, of which the newest are shown; `undated_more`: how many more wait in the tray.
    """

    issue: IssueSummary
    languages: tuple[str, ...]
    subjects: Mapping[str, str]
    previews: Mapping[str, str]
    missing: Mapping[str, tuple[str, ...] | None]
    opening: tuple[ListedBlock, ...]
    sections: tuple[ListedSection, ...]
    waiting: tuple[Entry, ...]
    saved: tuple[Entry, ...]
    left_out: tuple[Entry, ...]
    undated: tuple[Entry, ...]
    undated_more: int
    sum: Balance
    changed: tuple[WebsiteChange, ...]
    used: int
    places: int
    words: int
    minutes: float

    @property
    def revision(self) -> int:
        """What a page made from this gives as `base`."""
        return self.issue.revision


@dataclass(frozen=True, slots=True)
class _Covered:
    state: CoverageState
    entry: Entry
    root: int


def listing(session: Session, key: int | str) -> Listing:
    """Everything a screen needs to show and edit an issue."""
    issue = find(session, key)
    speaker = profile(session, issue.list_id)
    draft = contents.mail(session, issue.id)
    changed = website.website_changes(session, issue.id, draft)
    reader = listing_items.Reader(session, draft, speaker, frozenset(one.publication_id for one in changed))
    sections = tuple(_section(draft, slug, speaker.default_language, reader) for slug in draft[places.SECTIONS])
    opening = reader.blocks("")
    covered = _covered(session, issue.id)
    sum_ = balance(session, issue.id)
    undated, more = _undated(session, issue.id)
    words = sum(item.words for section in sections for item in section.items)
    words += sum(block.words for section in (opening, *(one.blocks for one in sections)) for block in section)
    return Listing(
        issue=issue,
        languages=speaker.languages,
        subjects=_said(draft, "subject:"),
        previews=_said(draft, "preview:"),
        missing={language: _missing(draft, language, sections, opening) for language in speaker.languages},
        opening=opening,
        sections=sections,
        waiting=_in(covered, CoverageState.OFFERED),
        saved=_in(covered, CoverageState.HELD),
        left_out=_in(covered, CoverageState.DECLINED),
        undated=undated,
        undated_more=more,
        sum=sum_,
        changed=changed,
        used=sum(section.full for section in sections) + (contents.lead(draft) is not None),
        places=sum(section.cap for section in sections) + 1,
        words=words,
        minutes=minutes(words),
    )


def _section(draft: Contents, slug: str, default: str, reader: "listing_items.Reader") -> ListedSection:
    titles = _said(draft, places.section(slug, "title") + ":")
    layout = Layout(draft[places.section(slug)]["layout"])
    items = reader.items(slug, layout)
    return ListedSection(
        slug=slug,
        title=titles.get(default) or next(iter(titles.values()), slug),
        titles=titles,
        layout=layout,
        cap=draft[places.section(slug, "cap")],
        full=sum(item.role is Role.ITEM for item in items),
        items=items,
        blocks=reader.blocks(slug),
    )


def _said(draft: Mapping[str, Any], start: str) -> dict[str, str]:
    """What is said below a name, by language."""
    return {name.removeprefix(start): text for name, text in sorted(draft.items()) if name.startswith(start)}


def _missing(
    draft: Contents, language: str, sections: tuple[ListedSection, ...], opening: tuple[ListedBlock, ...]
) -> tuple[str, ...] | None:
    if places.subject(language) not in draft:
        return None
    found = [] if draft.get(places.preview(language)) else ["the preview line"]
    for section in sections:
        if language not in section.titles:
            found.append(f"the heading “{section.title}”")
        found += [f"“{item.title}”" for item in section.items if language not in item.languages]
    blocks = [*opening, *(block for section in sections for block in section.blocks)]
    found += [block.what for block in blocks if block.languages and language not in block.languages]
    return tuple(found)


def _covered(session: Session, issue_id: int) -> tuple[_Covered, ...]:
    """What is not in the mail: of each state the newest, so that years of saved things do not all stand there."""
    newest = (PublicationRow.published_on.desc(), PublicationRow.id)
    place = func.row_number().over(partition_by=CoverageRow.state, order_by=newest)
    numbered = (
        select(CoverageRow.publication_id, CoverageRow.state, CoverageRow.reason, CoverageRow.decided_at, place)
        .join(PublicationRow, PublicationRow.id == CoverageRow.publication_id)
        .where(CoverageRow.issue_id == issue_id, CoverageRow.state != CoverageState.USED.value)
        .subquery()
    )
    id_, state, reason, at, number = numbered.columns
    rows = session.execute(
        select(state, reason, at, PublicationRow)
        .join(PublicationRow, PublicationRow.id == id_)
        .where(number <= MOST_ENTRIES)
        .order_by(*newest)
    )
    return tuple(
        _Covered(CoverageState(state), _entry(row, reason, at), row.translation_of or row.id)
        for state, reason, at, row in rows
    )


def _in(covered: tuple[_Covered, ...], state: CoverageState) -> tuple[Entry, ...]:
    """Those in that state; a translation is named with what it is a translation of, where both are."""
    found = [one for one in covered if one.state is state]
    translations: dict[int, list[str]] = {one.entry.publication_id: [] for one in found}
    shown = []
    for one in found:
        if one.root in translations and one.root != one.entry.publication_id:
            translations[one.root].append(one.entry.language)
        else:
            shown.append(one.entry)
    return tuple(one.with_languages(tuple(translations[one.publication_id])) for one in shown)


def _undated(session: Session, issue_id: int) -> tuple[tuple[Entry, ...], int]:
    """The newest of the tray, but for what somebody has decided about here; and how many there are beyond."""
    decided = select(CoverageRow.publication_id).where(CoverageRow.issue_id == issue_id)
    waiting = (
        PublicationRow.published_on.is_(None), PublicationRow.gone_at.is_(None), PublicationRow.id.not_in(decided)
    )  # fmt: skip
    newest = select(PublicationRow).where(*waiting).order_by(PublicationRow.id.desc()).limit(MOST_UNDATED)
    shown = tuple(_entry(row, "", None) for row in session.scalars(newest))
    number = session.scalar(select(func.count()).select_from(PublicationRow).where(*waiting)) or 0
    return shown, number - len(shown)


def _entry(row: PublicationRow, reason: str, at: datetime | None) -> Entry:
    return Entry(
        publication_id=row.id, kind=row.kind, title=row.title, url=row.url, source=row.source, language=row.language,
        published_on=row.published_on, ahead_on=_ahead(row), outlet=row.outlet or row.original_source,
        has_picture=row.media_sha256 is not None, flags=tuple(row.flags), gone=row.gone_at is not None, reason=reason,
        decided_at=at,
    )  # fmt: skip


def _ahead(row: PublicationRow) -> date | None:
    return row.deadline_on or row.starts_on
