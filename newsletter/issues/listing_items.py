"""What the left side of "Choose and Write" shows of each item, block and publication."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import contents, measures, places, stating
from newsletter.issues.measures import Measure
from newsletter.issues.model import BlockKind, Picture, Profile, Role
from newsletter.issues.places import Contents
from newsletter.media.tables import MediaRow
from newsletter.publications.model import Layout
from newsletter.publications.tables import KindRow, PublicationRow
from newsletter.staff.tables import StaffRow

_ORDER = (Role.LEAD, Role.ITEM, Role.MORE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A publication that is not in the mail. `languages`: of its translations that stand where it stands."""

    publication_id: int
    kind: str
    title: str
    url: str
    source: str
    language: str
    published_on: date | None
    ahead_on: date | None
    outlet: str
    has_picture: bool
    flags: tuple[str, ...]
    gone: bool
    reason: str
    decided_at: datetime | None
    languages: tuple[str, ...] = ()

    def with_languages(self, languages: tuple[str, ...]) -> "Entry":
        return replace(self, languages=languages)


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """An item's picture. `original`: the hash of what it is cut from around `point`; the picture's own where it is
    whole. `is_own`: the publication's. `without_words`: the languages of the item in which nothing describes it.
    """

    picture: Picture
    original: str
    point: tuple[float, float] | None
    is_own: bool
    without_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedItem:
    """An item, measured in the list's first language or the one that stands for it. `words`: as many as the mail shows
    of it. `flags`: see `publications.sources.model.Flag`; `changed`: the website has changed it since.
    """

    publication_id: int
    anchor: str
    title: str
    summary: str
    action: str
    role: Role
    kind: str
    kind_label: str
    layout: Layout
    url: str
    published_on: date | None
    ahead_on: date | None
    outlet: str
    languages: tuple[str, ...]
    missing: tuple[str, ...]  # languages of the issue in which it has no words
    headline: Measure
    text: Measure
    words: int
    shows_picture: bool
    picture: ShownPicture | None
    flags: tuple[str, ...]
    gone: bool
    changed: bool

    @property
    def is_long(self) -> bool:
        return self.headline.is_over or self.text.is_over


@dataclass(frozen=True, slots=True)
class ListedBlock:
    """A block. Without languages it is not written yet: `owner` owes it by `due_on`. `what`: its kind in words."""

    id: int
    kind: BlockKind
    what: str
    text: str  # its words in one line, in the first language it has
    languages: tuple[str, ...]
    missing: tuple[str, ...]
    length: Measure
    words: int
    owner_id: int | None
    owner: str
    due_on: date | None
    picture: str | None

    @property
    def is_owed(self) -> bool:
        return not self.languages


class Reader:
    """Reads what items and blocks show, all of them at once."""

    def __init__(self, session: Session, draft: Contents, speaker: Profile, changed: frozenset[int]) -> None:
        self._draft, self._speaker, self._changed = draft, speaker, changed
        self._spoken = tuple(one for one in speaker.languages if places.subject(one) in draft)
        rows = session.execute(
            select(PublicationRow, KindRow)
            .join(KindRow, KindRow.slug == PublicationRow.kind)
            .where(PublicationRow.id.in_(contents.items(draft)))
        )
        self._rows: dict[int, tuple[PublicationRow, KindRow]] = {row.id: (row, kind) for row, kind in rows}
        hashes = {value["sha256"] for name, value in draft.items() if _is_picture(name)}
        columns = (MediaRow.sha256, MediaRow.extension, MediaRow.width, MediaRow.height)
        self._media = {
            row.sha256: Picture(row.sha256, row.extension, row.width, row.height, alt="")
            for row in session.execute(select(*columns).where(MediaRow.sha256.in_(hashes)))
        }
        owners = {value["owner"] for name, value in draft.items() if name.endswith(":owed")}
        people = session.scalars(select(StaffRow).where(StaffRow.id.in_(owners)))
        self._people = {one.id: one.name or one.email for one in people}

    def items(self, section: str, layout: Layout) -> tuple[ListedItem, ...]:
        """Those of a section in the order of the mail."""
        found = [self._item(id_, layout) for id_ in self._draft[places.order(section)]]
        return tuple(sorted(found, key=lambda item: _ORDER.index(item.role)))

    def blocks(self, section: str) -> tuple[ListedBlock, ...]:
        """Those of a section; of "" those before the lead."""
        ids = (id_ for id_ in self._draft[places.BLOCKS] if self._draft[places.block(id_, "place")] == section)
        return tuple(self._block(id_) for id_ in ids)

    def _item(self, id_: int, section: Layout) -> ListedItem:
        row, kind = self._rows[id_]
        draft, role = self._draft, Role(self._draft[places.item(id_, "place")]["role"])
        languages = contents.languages(draft, id_)
        chosen = self._first(languages, row.language)
        title, summary, action, _ = (draft[places.item(id_, chosen, part)] for part in contents.WORDS)
        layout = measures.shown_as(Layout(kind.layout), section)
        told = measures.is_told(role, layout)
        facts = stating.told(row, draft.get(places.item(id_, "facts"), {}))
        return ListedItem(
            publication_id=id_, anchor=draft[places.item(id_)]["anchor"], title=title, summary=summary, action=action,
            role=role, kind=row.kind, kind_label=self._label(kind), layout=layout, url=facts["url"],
            published_on=facts["published_on"], ahead_on=facts["deadline_on"] or facts["starts_on"],
            outlet=facts["outlet"],
            languages=languages,
            missing=tuple(one for one in self._spoken if one not in languages), headline=measures.headline(title),
            text=measures.text(summary, role, layout, shared=bool(row.original_source)),
            words=measures.words(title) + (measures.words(summary) if told else 0),
            shows_picture=told and layout in (Layout.CARD, Layout.COVER), picture=self._picture(id_, row, languages),
            flags=tuple(row.flags), gone=row.gone_at is not None, changed=id_ in self._changed,
        )  # fmt: skip

    def _picture(self, id_: int, row: PublicationRow, languages: tuple[str, ...]) -> ShownPicture | None:
        picture = self._draft.get(places.item(id_, "picture"))
        if picture is None:
            return None
        alts = {one: self._draft[places.item(id_, one, "alt")] for one in languages}
        said = alts.get(self._speaker.default_language) or next((alt for alt in alts.values() if alt), "")
        original = picture.get("of") or picture["sha256"]
        return ShownPicture(
            replace(self._media[picture["sha256"]], alt=said, credit=self._draft[places.item(id_, "credit")]),
            original,
            (picture["x"], picture["y"]) if "of" in picture else None,
            original == row.media_sha256,
            tuple(one for one, alt in alts.items() if not alt),
        )

    def _block(self, id_: int) -> ListedBlock:
        draft = self._draft
        kind = BlockKind(draft[places.block(id_)]["kind"])
        languages = contents.block_languages(draft, id_)
        fields: Mapping[str, Any] = draft[places.block(id_, self._first(languages, ""))] if languages else {}
        owed = draft.get(places.block(id_, "owed")) or {}
        count = measures.words(str(fields.get("text", "")))
        least, most = {BlockKind.DIRECTOR: measures.NOTE, BlockKind.QUOTE: (0, measures.MOST_QUOTE)}.get(kind, (0, 0))
        return ListedBlock(
            id=id_, kind=kind, what=places.in_words(places.block(id_), {}, draft),
            text=" ".join(str(value) for value in fields.values()), languages=languages,
            missing=tuple(one for one in self._spoken if one not in languages), length=Measure(count, least, most),
            words=sum(measures.words(str(value)) for name, value in fields.items() if name != "url"),
            owner_id=owed.get("owner"), owner=self._people.get(owed.get("owner", 0), ""),
            due_on=date.fromisoformat(owed["due"]) if owed.get("due") else None,
            picture=draft.get(places.block(id_, "picture")),
        )  # fmt: skip

    def _first(self, languages: tuple[str, ...], own: str) -> str:
        wanted = (self._speaker.default_language, own, *languages)
        return next(one for one in wanted if one in languages)

    def _label(self, kind: KindRow) -> str:
        return str(kind.labels.get("en") or kind.slug)


def _is_picture(name: str) -> bool:
    return name.startswith("item:") and name.endswith(":picture")
