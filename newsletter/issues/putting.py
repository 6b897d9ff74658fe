"""Writes an issue's places: brings the rows from what they hold to what they are to hold, and touches no others."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from newsletter.issues import contents, places
from newsletter.issues.places import Contents
from newsletter.issues.tables import (
    BlockRow,
    BlockWordingRow,
    CoverageRow,
    IssueSectionRow,
    IssueWordingRow,
    ItemRow,
    ItemWordingRow,
)


def put(
    session: Session, issue_id: int, before: Contents, after: Contents, staff_id: int | None, now: datetime
) -> None:
    """Bring the issue from `before`, which it is, to `after`. An item or a block that is back has the words, the
    anchor and (a block) the number that it had.
    """
    _Putting(session, issue_id, after, places.difference(before, after), staff_id, now).put()


@dataclass
class _Putting:
    session: Session
    issue_id: int
    after: Contents
    changed: Collection[str]
    staff_id: int | None
    now: datetime

    def put(self) -> None:
        with self.session.no_autoflush:  # a row is written when it is whole
            self._texts()
            self._add_sections()
            self._items()
            self._blocks()
            self._drop_sections()
            self._coverage()
        self.session.flush()

    def _named(self, head: str) -> list[str]:
        """What of this kind has changed, by its own name."""
        return sorted({place.split(":")[1] for place in self.changed if place.startswith(f"{head}:")})

    # -- the issue's own words and its sections

    def _texts(self) -> None:
        for language in {*self._named("subject"), *self._named("preview")}:
            row = self.session.get(IssueWordingRow, (self.issue_id, language))
            subject = self.after.get(places.subject(language))
            if subject is None:
                self.session.delete(row) if row else None
                continue
            if row is None:
                row = IssueWordingRow(issue_id=self.issue_id, language=language)
                self.session.add(row)
            row.subject, row.preheader = subject, self.after.get(places.preview(language)) or ""

    @cached_property
    def _sections(self) -> dict[str, IssueSectionRow]:
        rows = self.session.scalars(select(IssueSectionRow).where(IssueSectionRow.issue_id == self.issue_id))
        return {row.slug: row for row in rows}

    def _add_sections(self) -> None:
        if not self._named("section") and places.SECTIONS not in self.changed:
            return
        for position, slug in enumerate(self.after[places.SECTIONS], start=1):
            row = self._sections.get(slug)
            if row is None:
                row = self._sections[slug] = IssueSectionRow(issue_id=self.issue_id, slug=slug)
                self.session.add(row)
            own, start = self.after[places.section(slug)], places.section(slug, "title") + ":"
            row.kinds, row.layout, row.position = own["kinds"], own["layout"], position
            row.cap = self.after[places.section(slug, "cap")]
            row.titles = {
                name.removeprefix(start): title for name, title in self.after.items() if name.startswith(start)
            }
        self.session.flush()

    def _drop_sections(self) -> None:
        if places.SECTIONS in self.changed:
            self.session.flush()
            for slug in self._sections.keys() - set(self.after[places.SECTIONS]):
                self.session.delete(self._sections[slug])

    # -- items

    def _items(self) -> None:
        named = [int(id_) for id_ in self._named("item")]
        ordered = [slug for slug in self.after[places.SECTIONS] if places.order(slug) in self.changed]
        if not named and not ordered:
            return
        own = select(ItemRow).where(ItemRow.issue_id == self.issue_id)
        rows = {row.publication_id: row for row in self.session.scalars(own)}
        for id_ in named:
            # With another anchor it is written anew: two that swap theirs would meet on the way.
            if id_ in rows and (self.after.get(places.item(id_)) or {}).get("anchor") != rows[id_].anchor:
                self._delete_item(rows.pop(id_))
        self.session.flush()
        there = [id_ for id_ in named if places.item(id_) in self.after]
        fresh = [id_ for id_ in there if id_ not in rows]
        rows |= {id_: self._new_item(id_) for id_ in fresh}
        for id_ in there:
            self._item(rows[id_])
        for slug in ordered:
            for position, id_ in enumerate(self.after[places.order(slug)], start=1):
                rows[id_].position = position
        self.session.flush()
        for id_ in there:
            self._wordings(rows[id_], everything=id_ in fresh)

    def _delete_item(self, row: ItemRow) -> None:
        self.session.execute(delete(ItemWordingRow).where(ItemWordingRow.item_id == row.id))
        self.session.delete(row)

    def _new_item(self, publication_id: int) -> ItemRow:
        anchor = self.after[places.item(publication_id)]["anchor"]
        row = ItemRow(issue_id=self.issue_id, publication_id=publication_id, anchor=anchor, position=0)
        self.session.add(row)
        return row

    def _item(self, row: ItemRow) -> None:
        def part(name: str) -> Any:
            return self.after.get(places.item(row.publication_id, name))

        place, picture = part("place"), part("picture") or {}
        row.section_id, row.role = self._sections[place["section"]].id, place["role"]
        row.media_sha256, row.original_sha256 = picture.get("sha256"), picture.get("of")
        row.crop_x, row.crop_y = picture.get("x"), picture.get("y")
        row.image_credit, row.seen_change = part("credit") or "", part("seen") or 0
        row.facts = part("facts") or {}

    def _wordings(self, row: ItemRow, *, everything: bool) -> None:
        start = places.item(row.publication_id) + ":"
        said = contents.languages(self.after, row.publication_id)
        parts = (name.removeprefix(start).split(":") for name in self.changed if name.startswith(start))
        touched = {part[0] for part in parts if len(part) == 2} | (set(said) if everything else set())
        for language in sorted(touched):
            known = self.session.get(ItemWordingRow, (row.id, language))
            if language not in said:
                self.session.delete(known) if known else None
                continue
            if known is None:
                known = ItemWordingRow(item_id=row.id, language=language)
                self.session.add(known)
            texts = [self.after.get(places.item(row.publication_id, language, part)) or "" for part in contents.WORDS]
            known.title, known.summary, known.action, known.image_alt = texts

    # -- blocks

    def _blocks(self) -> None:
        named = [int(id_) for id_ in self._named("block")]
        for id_ in named:
            row = self.session.get(BlockRow, id_)
            if places.block(id_) not in self.after:
                if row:
                    self.session.execute(delete(BlockWordingRow).where(BlockWordingRow.block_id == id_))
                    self.session.delete(row)
                continue
            self._block(id_, row)
        self.session.flush()
        if places.BLOCKS in self.changed:
            for position, id_ in enumerate(self.after[places.BLOCKS], start=1):
                self.session.get_one(BlockRow, id_).position = position

    def _block(self, id_: int, row: BlockRow | None) -> None:
        if row is None:
            row = BlockRow(id=id_, issue_id=self.issue_id, kind=self.after[places.block(id_)]["kind"], position=0)
            self.session.add(row)
        slug, owed = self.after[places.block(id_, "place")], self.after.get(places.block(id_, "owed"))
        row.section_id = self._sections[slug].id if slug else None
        row.media_sha256 = self.after.get(places.block(id_, "picture"))
        row.owner_id = owed["owner"] if owed else None
        row.due_on = date.fromisoformat(owed["due"]) if owed and owed["due"] else None
        self.session.flush()
        said = contents.block_languages(self.after, id_)
        words = {word.language: word for word in self.session.scalars(_words(id_))}
        for language in words.keys() - set(said):
            self.session.delete(words[language])
        for language in said:
            fields = self.after[places.block(id_, language)]
            if language not in words:
                self.session.add(BlockWordingRow(block_id=id_, language=language, fields=fields))
            elif words[language].fields != fields:
                words[language].fields = dict(fields)

    # -- what became of each publication

    def _coverage(self) -> None:
        for id_ in map(int, self._named("coverage")):
            row = self.session.get(CoverageRow, (self.issue_id, id_))
            if row is None:
                row = CoverageRow(issue_id=self.issue_id, publication_id=id_)
                self.session.add(row)
            said = self.after[places.coverage(id_)]
            row.state, row.reason, row.decided_by, row.decided_at = (
                said["state"], said["reason"], self.staff_id, self.now
            )  # fmt: skip


def _words(block_id: int) -> Any:
    return select(BlockWordingRow).where(BlockWordingRow.block_id == block_id)
