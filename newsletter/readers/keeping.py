"""What programs do with people by their ids: amend, unsubscribe, erase; their consent events name the key."""

from typing import Literal

from sqlalchemy.orm import Session

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import NotFound
from newsletter.readers import erasing
from subscribers import Card, Consent

Field = Literal["name", "language"]
FIELDS: tuple[Field, ...] = ("name", "language")


class Keeping:
    """Each method is one short transaction; NotFound where nobody has the id. `by`: the prefix of the key."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock

    def amend(self, subscriber_id: int, by: str, *, name: str | None, language: str | None) -> tuple[Field, ...]:
        """Set what is given; which fields are other than before. AddressError for what cannot be kept."""
        with self._database.transaction() as session:
            before, now = _card(session, subscriber_id), self._clock()
            new_name = before.name if name is None else name
            new_language = before.language if language is None else language
            consent = Consent("api", now, detail=by)
            subscribers.preferring.describe(session, subscriber_id, new_name, new_language, consent, now)
            session.flush()
            after = _card(session, subscriber_id)
        return tuple(what for what in FIELDS if getattr(before, what) != getattr(after, what))

    def leave(self, subscriber_id: int, by: str, *, list_slug: str | None, why: str | None) -> tuple[str, ...]:
        """Off one list, or without one off all; the lists that the person was on until now."""
        with self._database.transaction() as session:
            card, now = _card(session, subscriber_id), self._clock()
            if list_slug is not None and subscribers.find_list(session, list_slug) is None:
                raise NotFound(f"There is no list {list_slug}.")
            held = [one for one in card.lists if list_slug in {None, one.list_slug}]
            consent = Consent("api", now, detail=by)
            left = [one for one in held if subscribers.leaving.leave(session, one.id, consent, now)]
            for one in held if why else ():
                subscribers.leaving.say_why(session, one.id, why or "", consent, now)
        return tuple(one.list_slug for one in left)

    def erase(self, subscriber_id: int, by: str) -> None:
        """Address and name go; the keyed hash and what proves the erasure stay. Whoever is erased already stays so."""
        with self._database.transaction() as session:
            _card(session, subscriber_id)
            now = self._clock()
            erasing.erase(session, subscriber_id, Consent("api", now, detail=by), now)


def _card(session: Session, subscriber_id: int) -> Card:
    card = subscribers.card(session, subscriber_id)
    if card is None:
        raise NotFound(f"Nobody here has the id {subscriber_id}.")
    return card
