"""What staff do with requests: may this person, one transaction, the verb, a letter, and a line in the activity log."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from sqlalchemy.orm import Session

from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.guests import answering, asking, letters
from newsletter.guests.model import Wish
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues.revising import Hand
from newsletter.issues.views import find
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log

VERB = "ask"  # of the authority table


class Requests:
    """The verbs that begin and end requests, each in a short transaction of its own."""

    def __init__(self, settings: Settings, database: Transactions, clock: Clock) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock

    def ask(self, key: str, wish: Wish, actor: Actor) -> int:
        """Ask somebody, by a letter with the link; the request's id."""
        person = actor.require(VERB)
        with self._database.transaction() as session:
            issue, now = find(session, key, lock=True), self._clock()
            hand = Hand(session, issue.id, now, person.id)
            row = asking.ask(hand, issue, wish, person, self._settings.zone)
            letters.mail(session, row, now)
            facts = {"publication": row.publication_id, "block": row.block_id, "due_on": row.due_on.isoformat()}
            _log(session, actor, "ask-guest", hand, row, act=row.act, **facts)
        return row.id

    def remind(self, request_id: int, actor: Actor, due_on: date | None, message: str | None) -> None:
        """The letter once more; with another day where one is given."""
        actor.permit(VERB)
        with self._held(request_id, actor) as (hand, row):
            asking.remind(hand, row, self._settings.zone, due_on, message)
            letters.mail(hand.session, row, hand.now, reminder=True)
            _log(hand.session, actor, "remind-guest", hand, row, due_on=row.due_on.isoformat())

    def revoke(self, request_id: int, actor: Actor) -> None:
        """Ask no more."""
        self._end(request_id, actor, "revoke-guest", asking.revoke)

    def go_without(self, request_id: int, actor: Actor) -> None:
        """Make the issue without it."""
        self._end(request_id, actor, "go-without", asking.go_without)

    def restore(self, request_id: int, actor: Actor) -> None:
        """Ask again, by the same link."""
        self._end(request_id, actor, "restore-guest", lambda hand, row: asking.restore(hand, row, self._settings.zone))

    def count_as_said(self, request_id: int, actor: Actor, given: Mapping[str, str]) -> int:
        """Write down what she has said by phone; its line in the activity log."""
        person = actor.require(VERB)
        with self._held(request_id, actor) as (hand, row):
            asking.require_open(hand, row, self._settings.zone)
            facts = answering.hand_in(hand, row, given, person)
            return log(hand.session, actor, "count-as-said", hand.now, row.issue_id, **facts)

    def _end(self, request_id: int, actor: Actor, verb: str, end: Callable[[Hand, GuestRequestRow], None]) -> None:
        actor.permit(VERB)
        with self._held(request_id, actor) as (hand, row):
            end(hand, row)
            if row.revoked_at is not None:
                letters.withdraw(hand.session, row, hand.now)
            _log(hand.session, actor, verb, hand, row)

    @contextmanager
    def _held(self, request_id: int, actor: Actor) -> Iterator[tuple[Hand, GuestRequestRow]]:
        with self._database.transaction() as session:
            row = asking.required(session, request_id)
            yield Hand(session, row.issue_id, self._clock(), actor.staff_id), row


def _log(session: Session, actor: Actor, verb: str, hand: Hand, row: GuestRequestRow, **more: object) -> None:
    log(session, actor, verb, hand.now, row.issue_id, request=row.id, guest=row.name, **more)
