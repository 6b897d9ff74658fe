"""What those who work here do for one reader, by the number of his page: each is one transaction and one line of the
activity log, whose id is the answer.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain

from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.delivery import greeting
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.issues import lists as profiles
from newsletter.readers import minding
from newsletter.readers.erasing import erase
from newsletter.staff.people import Actor, log
from subscribers import AddressBook, Consent, Person, barring, exporting, leaving, preferring

_REASON_LENGTH, _AT_ONCE, _NAMED = 300, 1000, 5
_NOBODY = 10**15  # no row has such a number, and some engines cannot even be asked for it
HOW = ("mail", "phone", "person", "staff")  # how somebody asked to be taken off; staff: it was our own doing


class Tending:
    """NotFound where nobody has the number."""

    def __init__(self, database: Database, clock: Clock, book: AddressBook) -> None:
        self._database, self._clock, self._book = database, clock, book

    def take_off(self, reader: int, subscription: int, how: str, actor: Actor) -> int:
        """Off one list, at once; he is not told."""
        actor.permit("unsubscribe")
        if how not in HOW:
            raise BadInput("Say how this reader asked: by mail, by phone, in person, or not at all.")
        with self._database.transaction() as session:
            held, now = _held(session, reader, subscription), self._clock()
            if not leaving.leave(session, held.id, Consent(how, now, detail=_by(actor)), now):
                raise IllegalMove("This reader is off that list already.")
            return log(
                session, actor, "unsubscribe", now, reader=reader, subscription=held.id, lists=[_slug(session, held)]
            )

    def put_back(self, reader: int, subscription: int, actor: Actor) -> int:
        """Undo that, where nothing else happened since: as it was before."""
        actor.permit("unsubscribe")
        with self._database.transaction() as session:
            held, now = _held(session, reader, subscription), self._clock()
            if not leaving.put_back(session, held.id, now):
                raise IllegalMove(
                    "This cannot be undone any more: something else happened since, or it is longer than a day ago. "
                    "Only the reader can come back, by the sign-up form."
                )
            return log(session, actor, "put-back-reader", now, reader=reader, lists=[_slug(session, held)])

    def describe(self, reader: int, name: str, language: str, actor: Actor) -> int:
        """Another name or language. BadInput for what cannot be kept."""
        actor.permit("edit")

        def changed(session: Session, person: Person, now: datetime) -> bool:
            try:
                said = Consent("staff", now, detail=f"by {_by(actor)}")
                return preferring.describe(session, person.id, " ".join(name.split()), language.strip(), said, now)
            except subscribers.AddressError as error:
                raise BadInput(f"That cannot be kept: {error}.") from None

        return self._of(reader, changed, "Nothing is different from before.", "describe-reader", actor)

    def ask_again(self, reader: int, subscription: int, actor: Actor) -> int:
        """Ask somebody who has not confirmed yet once more, within the limits of the form."""
        actor.permit("ask")
        with self._database.transaction() as session:
            held, now = _held(session, reader, subscription), self._clock()
            question = minding.ask_again(session, self._book, held, _by(actor), now)
            greeting.ask(session, question, profiles.profile(session, held.list_id), held.language, now)
            return log(session, actor, "ask-reader", now, reader=reader, lists=[_slug(session, held)])

    def bar(self, reader: int, because: str, actor: Actor) -> int:
        """On the do-not-mail list, with why."""
        actor.permit("suppress")

        def barred(session: Session, person: Person, now: datetime) -> bool:
            return self._book.suppress(session, person.address, "staff", "staff", now, _reason(because))

        return self._of(reader, barred, "This reader is on the do-not-mail list already.", "suppress", actor)

    def unbar(self, reader: int, because: str, actor: Actor) -> int:
        """Off the do-not-mail list, with why; onto no list that he has left."""
        actor.permit("unsuppress")

        def lifted(session: Session, person: Person, now: datetime) -> bool:
            said = Consent("staff", now, detail=_by(actor))
            return bool(minding.unsuppress(session, self._book, person.address, _reason(because), said, now))

        return self._of(reader, lifted, "", "unsuppress", actor, {"because": because.strip()})

    def erase(self, reader: int, typed: str, actor: Actor) -> int:
        """Forget this person, whose address was typed to make sure. Not to be undone."""
        actor.permit("erase")

        def erased(session: Session, person: Person, now: datetime) -> bool:
            if typed.strip().casefold() != person.address.casefold():
                raise BadInput("That is not the address of this reader. Nothing was erased.")
            return erase(session, person.id, Consent("staff", now, detail=_by(actor)), now)

        return self._of(reader, erased, "This reader is erased already.", "erase", actor)

    def bar_many(self, lines: str, because: str, actor: Actor) -> int:
        """These addresses, one a line, on the do-not-mail list: all of them, or none where one is no address."""
        actor.permit("suppress")
        reason, wanted = _reason(because), _addresses(lines)
        with self._database.transaction() as session:
            now = self._clock()
            new = [self._book.suppress(session, one, "staff", "staff", now, reason) for one in wanted]
            return log(session, actor, "suppress", now, number=sum(new), known=len(new) - sum(new))

    def unbar_address(self, address: str, because: str, actor: Actor) -> int:
        """Off the do-not-mail list, also where nobody here has the address."""
        actor.permit("unsuppress")
        reason = _reason(because)
        with self._database.transaction() as session:
            now, said = self._clock(), Consent("staff", self._clock(), detail=_by(actor))
            minding.unsuppress(session, self._book, _checked(address.strip()), reason, said, now)
            return log(session, actor, "unsuppress", now, because=reason)

    def export(self, list_slug: str, actor: Actor) -> Iterator[tuple[str, ...]]:
        """Everybody of a list as rows for a file, a header first; the log says who took them out."""
        actor.permit("export")
        with self._database.transaction() as session:
            face = subscribers.find_list(session, list_slug)
            if face is None:
                raise NotFound("There is no such list.")
            log(session, actor, "export", self._clock(), list=list_slug)
        people = exporting.people(self._database.reading, face.id)
        return chain((exporting.COLUMNS,), (tuple(one.values()) for one in people))

    def export_barred(self, actor: Actor) -> Iterator[tuple[str, ...]]:
        """The same of the do-not-mail list: those whose address is known."""
        actor.permit("export")
        with self._database.transaction() as session:
            log(session, actor, "export", self._clock(), what="do-not-mail")
        return chain((("email", "reason", "why", "since", "list"),), self._barred())

    def _barred(self) -> Iterator[tuple[str, ...]]:
        after = 0
        while True:
            with self._database.reading() as session:
                found = barring.everybody(session, after)
            if not found:
                return
            after = found[-1].id
            for one in found:
                since = one.since.isoformat(timespec="seconds")
                yield one.address or "", one.reason, one.detail, since, one.list_name

    def _of(
        self, reader: int, act: Callable[[Session, Person, datetime], bool], in_vain: str, verb: str, actor: Actor,
        detail: dict[str, str] | None = None,
    ) -> int:  # fmt: skip
        with self._database.transaction() as session:
            person, now = subscribers.known(session, reader) if reader < _NOBODY else None, self._clock()
            if person is None or not person.address:
                raise NotFound("This reader is not known here any more.")
            if not act(session, person, now):
                raise IllegalMove(in_vain)
            return log(session, actor, verb, now, None, reader=reader, **(detail or {}))


def _held(session: Session, reader: int, subscription: int) -> leaving.Subscription:
    held = leaving.subscription(session, subscription)
    if held is None or held.subscriber_id != reader or held.address is None:
        raise NotFound("This reader was never on that list.")
    return held


def _slug(session: Session, held: leaving.Subscription) -> str:
    return next(face.slug for face in subscribers.lists(session) if face.id == held.list_id)


def _by(actor: Actor) -> str:
    return actor.person.email if actor.person else ""


def _addresses(lines: str) -> tuple[str, ...]:
    """Each once. BadInput names the lines that are none."""
    found: dict[str, None] = {}
    wrong = []
    for number, line in enumerate(lines.splitlines(), 1):
        if not line.strip():
            continue
        try:
            found[subscribers.parse(line.strip())] = None
        except subscribers.AddressError as error:
            wrong.append(f"line {number}, {line.strip()[:80]}: {error}")
    if wrong:
        more = f"; and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
        raise BadInput(f"Nothing was changed. {'; '.join(wrong[:_NAMED])}{more}.")
    if not found:
        raise BadInput("Type or paste at least one address.")
    if len(found) > _AT_ONCE:
        raise BadInput(f"At most {_AT_ONCE:,} at once. More come as a file: Bring readers, addresses that do not work.")
    return tuple(found)


def _checked(address: str) -> str:
    try:
        return subscribers.parse(address)
    except subscribers.AddressError as error:
        raise BadInput(f"That address cannot be used: {error}.") from None


def _reason(because: str) -> str:
    said = " ".join(because.split())
    if not said:
        raise BadInput("Write down why. It is kept; write no personal data there.")
    if len(said) > _REASON_LENGTH:
        raise BadInput(f"The reason is longer than {_REASON_LENGTH} characters.")
    return said
