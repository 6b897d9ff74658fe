"""What staff do for a person who asked them: take off, forget, lift what stands against mailing. Sessions and commits
are the caller's.
"""

from datetime import datetime

from sqlalchemy.orm import Session

import subscribers
from newsletter.errors import BadInput, IllegalMove, NotFound
from newsletter.readers.erasing import erase
from subscribers import AddressBook, Consent, asking, leaving, returning, suppressing


def take_off(
    session: Session, book: AddressBook, email: str, list_id: int | None, consent: Consent, now: datetime
) -> tuple[str, ...]:
    """Off one list, or off all; the short names of those he was on until now. NotFound where he is on none."""
    person = _required(session, book, email)
    slugs = {face.id: face.slug for face in subscribers.lists(session)}
    held = [one for one in leaving.subscriptions_of(session, person) if list_id in {None, one.list_id}]
    if not held:
        raise NotFound(f"{email} is not on {slugs[list_id] if list_id else 'any list'}.")
    return tuple(slugs[one.list_id] for one in held if leaving.leave(session, one.id, consent, now))


def ask_again(session: Session, book: AddressBook, held: leaving.Subscription, by: str, now: datetime) -> int:
    """Ask somebody who has not confirmed yet once more: the question, whose mail the caller queues. IllegalMove where
    no mail may go there now.
    """
    if held.state != "pending":
        raise IllegalMove("Only who has not confirmed yet is asked once more.")
    if asking.said_no(session, held.subscriber_id, held.list_id):
        raise IllegalMove("This reader has said no to the mail that asked. Only they can sign up again, by the form.")
    card = subscribers.card(session, held.subscriber_id)
    last = asking.last_to_join(session, held.subscriber_id, held.list_id)
    if last is not None:
        again = asking.ask_again(session, book, last, None, now)
    else:  # somebody who works here put him down without words
        consent = Consent("staff", now, detail=by)
        arrival = book.arrival(held.address or "", card.name if card else "", held.language)
        again = (
            asking.ask_to_join(session, arrival, [held.list_id], consent, now, asking.Question.INVITE)
            if asking.allowed(session, book, arrival.address, consent, held.language, now)
            else None
        )
    if again is None:
        raise IllegalMove(
            "No mail may go there now: this address was asked several times today, or is on the do-not-mail list."
        )
    return again


def forget(session: Session, book: AddressBook, email: str, consent: Consent, now: datetime) -> bool:
    """Erase; False where that was done before. NotFound where nobody has the address."""
    return erase(session, _required(session, book, email), consent, now)


def unsuppress(
    session: Session, book: AddressBook, email: str, because: str, consent: Consent, now: datetime
) -> tuple[returning.Reason, ...]:
    """Lift what stands against mailing this address, with a written reason; what was lifted. IllegalMove where only
    the person can do that. Nobody is put back onto a list that he has left.
    """
    if not because.strip():
        raise BadInput("Lifting it needs a reason: --because 'why this address may be mailed again'.")
    key = book.hash(subscribers.parse(email))
    standing = suppressing.anywhere(session, key)
    if not standing:
        raise NotFound(f"Nothing stands against writing to {email}.")
    lifts = returning.Return.STAFF_WORD
    closed = [reason for reason in standing if returning.RETURNS[reason][returning.Path.STAFF] is not lifts]
    if closed:
        raise IllegalMove(f"{email} is on the do-not-mail list ({_plain(closed[0])}); only this person can lift that.")
    suppressing.lift_anywhere(session, key, standing, because.strip(), now)
    card = subscribers.card_of(session, key)
    if card is not None:
        said = Consent(consent.source, now, detail=f"do-not-mail lifted: {', '.join(map(_plain, standing))}")
        leaving.record(session, card.id, None, "change", said, now)
    return standing


def _required(session: Session, book: AddressBook, email: str) -> int:
    """The person of that address, also one who was erased."""
    found = session.scalar(subscribers.ids_of([book.hash(subscribers.parse(email))]))
    if found is None:
        raise NotFound(f"{email} is not known here.")
    return found


def _plain(reason: returning.Reason) -> str:
    return reason.value.replace("_", " ")
