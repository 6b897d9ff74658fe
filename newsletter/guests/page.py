"""A guest's page: what it shows, and what it takes. A signed link is the key; looking at the page changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy.orm import Session

from newsletter.approval.versions import Versions
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import BadInput, IllegalMove
from newsletter.guests import answering, asking, clearing, letters, notes, places, suggestions, translations
from newsletter.guests.clearing import Looked
from newsletter.guests.model import OPEN, Act, Line, Standing
from newsletter.guests.notes import Note
from newsletter.guests.suggestions import Suggestions
from newsletter.guests.tables import GuestRequestRow
from newsletter.guests.translations import Lines
from newsletter.issues import drafts, lists
from newsletter.issues.model import RELEASED, Profile
from newsletter.issues.views import find
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log
from newsletter.staff.tables import StaffRow
from subscribers import Links, Purpose

PREFIX = "/g/"
GUEST = Actor(None, "guest")


class Took(StrEnum):
    """What became of a post."""

    IN = "in"  # handed in
    SAVED = "saved"
    SHUT = "shut"  # it takes no answer any more
    STALE = "stale"  # what was looked at has changed meanwhile
    BUSY = "busy"  # too many posts
    UNFIT = "unfit"  # it cannot be taken like that


@dataclass(frozen=True, slots=True)
class Page:
    """All that a page shows. `until`: the last day on which an answer can be changed; `late`: the day has passed.

    `content`: what the act shows; None where nothing is to be shown any more. `typed`: what was kept for later.
    """

    request_id: int
    act: Act
    note_kind: str
    standing: Standing
    released: bool
    name: str
    asked_by: str
    reply_to: str
    message: str
    issue: str
    list_id: int
    list_name: str
    language: str
    speaks: str
    due_on: date
    until: date
    late: bool
    by_phone: bool
    answer: Mapping[str, Any]
    typed: Mapping[str, str]
    content: Note | Looked | Suggestions | Lines | None

    @property
    def is_open(self) -> bool:
        """Whether it takes an answer."""
        return self.standing in OPEN


@dataclass(frozen=True, slots=True)
class Posted:
    """What a post led to; the page as it is now."""

    took: Took
    page: Page


class Guests:
    """Opens its own short transactions. A token that we never signed as a guest's leads to None."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, links: Links, versions: Versions) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._links = links
        self._versions = versions

    def link(self, request_id: int) -> str:
        """The address of the page, for whoever hands it over by another way than by mail."""
        return f"{self._settings.base_url}{PREFIX}{self._links.token(Purpose.GUEST, request_id)}"

    def look(self, token: str) -> Page | None:
        """The page as it is now."""
        request_id = self._request(token)
        if request_id is None:
            return None
        with self._database.reading() as session:
            return self._page(session, session.get_one(GuestRequestRow, request_id))

    def item(self, token: str) -> str | None:
        """The item that somebody is asked about, as it will look in the mail: a whole HTML page."""
        page = self.look(token)
        if page is None or not isinstance(page.content, Looked):
            return None
        with self._database.reading() as session:
            row = session.get_one(GuestRequestRow, page.request_id)
            draft = drafts.load(session, row.issue_id)
            alone = clearing.alone(draft, clearing.item_of(session, row, draft))
        return self._versions.excerpt(alone, row.language)

    def lines(self, request_id: int) -> tuple[Line, ...]:
        """What is to be translated, for whoever writes it down."""
        with self._database.reading() as session:
            return translations.shown(session, session.get_one(GuestRequestRow, request_id)).lines

    def save(self, token: str, given: Mapping[str, str]) -> Posted | None:
        """Keep what was typed; nothing is handed in."""
        request_id = self._request(token)
        if request_id is None:
            return None
        with self._database.transaction() as session:
            now, row = self._clock(), asking.required(session, request_id)
            took = self._door(session, row)
            if took is Took.IN:
                answering.save(row, given, now)
                took = Took.SAVED
            return Posted(took, self._page(session, row))

    def hand_in(self, token: str, given: Mapping[str, str], base: str) -> Posted | None:
        """Take the answer, and tell whoever has asked. `base`: what the page was made from."""
        request_id = self._request(token)
        if request_id is None:
            return None
        try:
            return self._hand_in(request_id, given, base)
        except (BadInput, IllegalMove) as error:
            page = self.look(token)
            return Posted(Took.UNFIT if isinstance(error, BadInput) else Took.SHUT, page) if page else None

    def _hand_in(self, request_id: int, given: Mapping[str, str], base: str) -> Posted:
        with self._database.transaction() as session:
            now, row = self._clock(), asking.required(session, request_id)
            took = self._door(session, row)
            if took is Took.IN and answering.is_stale(session, row, base):
                answering.save(row, given, now)
                took = Took.STALE
            if took is Took.IN:
                before, after = answering.hand_in(session, row, given, now)
                log(
                    session, GUEST, "guest-answer", now, row.issue_id, request=row.id, act=row.act, guest=row.name,
                    before=before, after=after,
                )  # fmt: skip
                letters.tell_answer(session, row, before, now)
            return Posted(took, self._page(session, row))

    # -- what it is made of -----------------------------------------------------------------------------------------

    def _request(self, token: str) -> int | None:
        link = self._links.read(token)
        if link is None or link.purpose is not Purpose.GUEST:
            return None
        with self._database.reading() as session:
            return link.id if session.get(GuestRequestRow, link.id) is not None else None

    def _door(self, session: Session, row: GuestRequestRow) -> Took:
        if not answering.allow(row, self._clock()):
            return Took.BUSY
        standing = asking.standing_of(session, row, self._clock(), self._settings.zone)
        return Took.IN if standing in OPEN else Took.SHUT

    def _page(self, session: Session, row: GuestRequestRow) -> Page:
        now, zone = self._clock(), self._settings.zone
        issue = find(session, row.issue_id)
        profile = lists.profile(session, issue.list_id)
        placed = places.has_place(session, row)
        standing = places.standing(row, issue.state, now, zone, has_place=placed)
        wanted = placed and (standing in OPEN or standing is Standing.SETTLED)
        until = places.until(row, zone)
        return Page(
            request_id=row.id, act=Act(row.act), note_kind=row.block_kind, standing=standing,
            released=issue.state in RELEASED, name=row.name,
            asked_by=_name(session, row, profile), reply_to=profile.reply_to or profile.from_address,
            message=row.message, issue=issue.name, list_id=issue.list_id, list_name=profile.name,
            language=row.language, speaks=row.speaks, due_on=row.due_on, until=until,
            late=places.today(now, zone) > row.due_on, by_phone=row.said_by is not None, answer=row.answer,
            typed={name: str(text) for name, text in row.saved.items()},
            content=_content(session, row) if wanted else None,
        )  # fmt: skip


def _content(session: Session, row: GuestRequestRow) -> Note | Looked | Suggestions | Lines:
    match Act(row.act):
        case Act.NOTE:
            return notes.shown(session, row)
        case Act.SUGGEST:
            return suggestions.shown(row)
        case Act.CLEAR:
            return clearing.shown(session, row)
        case Act.TRANSLATE:
            return translations.shown(session, row)


def _name(session: Session, row: GuestRequestRow, profile: Profile) -> str:
    """Who asks, as a person; the organisation's sender where they have no name here."""
    return session.get_one(StaffRow, row.created_by).name or profile.from_name
