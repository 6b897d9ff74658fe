"""Erasing a person from the book, from what is kept beside it, and from the ledger: one transaction of the caller."""

from datetime import datetime

from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.forgetting import forget
from newsletter.guests import forgetting as guests
from newsletter.readers import brought, key_readers
from subscribers import Consent


def erase(session: Session, subscriber_id: int, consent: Consent, now: datetime) -> bool:
    """Forget this person everywhere; whether there was anybody to be forgotten. Not to be undone."""
    addresses = subscribers.erasing.erase(session, subscriber_id, consent, now)
    if addresses is None:
        return False
    guests.forget(session, addresses, now)
    forget(session, subscriber_id, addresses, now)
    key_readers.forget(session, subscriber_id)
    brought.forget_people(session, addresses)
    return True
