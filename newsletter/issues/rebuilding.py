"""An issue as it was at an earlier revision, as a draft that can be rendered and looked at."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.issues import contents, drafts, history, places
from newsletter.issues.drafts import pictures_of, source_of
from newsletter.issues.model import Block, BlockKind, Draft, Item, Picture, Role, Section, Wording
from newsletter.issues.places import Contents
from newsletter.issues.tables import IssueRow
from newsletter.publications.model import Layout
from newsletter.publications.tables import KindRow, PublicationRow

_ORDER = (Role.LEAD, Role.ITEM, Role.MORE)


def draft_at(session: Session, issue_id: int, revision: int) -> Draft:
    """What was edited is as it was then; what the publications and the list's profile say is as it is now."""
    now = drafts.load(session, issue_id)
    state = history.exactly(session, session.get_one(IssueRow, issue_id), revision)
    return _Then(session, now, state).draft()


class _Then:
    def __init__(self, session: Session, now: Draft, state: Contents) -> None:
        self._now, self._state, self._default = now, state, now.profile.default_language
        shown = contents.items(state)
        rows = session.execute(
            select(PublicationRow, KindRow)
            .join(KindRow, KindRow.slug == PublicationRow.kind)
            .where(PublicationRow.id.in_(shown))
        )
        self._rows = {row.id: (row, kind) for row, kind in rows}
        hashes = {value["sha256"] for name, value in state.items() if name.endswith(":picture") and "item" in name}
        hashes |= {value for name, value in state.items() if name.endswith(":picture") and "block" in name}
        self._media = pictures_of(session, hashes)

    def draft(self) -> Draft:
        return replace(
            self._now,
            subjects=_said(self._state, "subject:"),
            preheaders=_said(self._state, "preview:"),
            sections=tuple(self._section(slug) for slug in self._state[places.SECTIONS]),
            opening=self._blocks(""),
        )

    def _section(self, slug: str) -> Section:
        state, fixed = self._state, self._state[places.section(slug)]
        items = (self._item(id_) for id_ in state[places.order(slug)] if id_ in self._rows)
        return Section(
            slug=slug,
            titles=_said(state, places.section(slug, "title") + ":"),
            kinds=tuple(fixed["kinds"]),
            cap=state[places.section(slug, "cap")],
            layout=Layout(fixed["layout"]),
            items=tuple(sorted(items, key=lambda item: _ORDER.index(item.role))),
            blocks=self._blocks(slug),
        )

    def _item(self, id_: int) -> Item:
        state, (row, kind) = self._state, self._rows[id_]
        languages = sorted(contents.languages(state, id_), key=lambda one: (one != row.language, one))
        return Item(
            id=0,
            anchor=state[places.item(id_)]["anchor"],
            role=Role(state[places.item(id_, "place")]["role"]),
            source=source_of(row, kind, state.get(places.item(id_, "facts"), {})),
            wordings={one: Wording(*(state[places.item(id_, one, part)] for part in _WORDS)) for one in languages},
            picture=self._picture(id_, languages),
        )

    def _picture(self, id_: int, languages: list[str]) -> Picture | None:
        picture = self._media.get((self._state.get(places.item(id_, "picture")) or {}).get("sha256", ""))
        if picture is None:
            return None
        alts = {one: self._state[places.item(id_, one, "alt")] for one in languages}
        alt = alts.get(self._default) or next((text for text in alts.values() if text), "")
        return replace(picture, alt=alt, credit=self._state[places.item(id_, "credit")])

    def _blocks(self, section: str) -> tuple[Block, ...]:
        state = self._state
        ids = (id_ for id_ in state[places.BLOCKS] if state[places.block(id_, "place")] == section)
        return tuple(self._block(id_) for id_ in ids if contents.block_languages(state, id_))

    def _block(self, id_: int) -> Block:
        state = self._state
        said: dict[str, dict[str, str]] = {
            one: dict(state[places.block(id_, one)]) for one in contents.block_languages(state, id_)
        }
        picture = self._media.get(state.get(places.block(id_, "picture"), ""))
        if picture:
            words = said.get(self._default) or next(iter(said.values()))
            picture = replace(picture, alt=words.get("image_alt") or words.get("name", ""))
        return Block(id_, BlockKind(state[places.block(id_)]["kind"]), said, picture)


_WORDS = ("title", "summary", "action")


def _said(state: Mapping[str, str], start: str) -> dict[str, str]:
    return {name.removeprefix(start): text for name, text in sorted(state.items()) if name.startswith(start)}
