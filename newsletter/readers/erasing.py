"""Erasing a person from the book and from the ledger, in one transaction of the caller's."""

from datetime import datetime

from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.forgetting import forget
from subscribers import Consent


def erase(session: Session, subscriber_id: int, consent: Consent, now: datetime) -> bool:
    """Forget this person everywhere; whether there was anybody to be forgotten. Not to be undone."""
    addresses = subscribers.erasing.erase(session, subscriber_id, consent, now)
    if addresses is None:
        return False
    forget(session, subscriber_id, addresses, now)
    return True
