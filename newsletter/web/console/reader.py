"""The mail as one chosen reader would get it: the language version, and the line that is true for that person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.letters import Addresser
from newsletter.errors import NotFound
from newsletter.issues.views import IssueSummary
from newsletter.rendering.since import since

_WHY_NOT = {
    "archived": "the list is closed",
    "erased": "the address was erased",
    "unsubscribed": "has left the list",
    "pending": "has not confirmed yet",
    "hard_bounce": "the address no longer works",
    "soft_bounce": "mails did not get through several times",
    "complaint": "has marked a mail as spam",
    "paused": "has asked for a pause",
}


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody on the list. `why_not`: why no mail would go to them now; "" where one would."""

    id: int
    address: str
    name: str
    language: str  # of the version that they get
    since: str  # the sentence in their mail
    why_not: str


def chosen(
    session: Session, issue: IssueSummary, languages: tuple[str, ...], subscriber_id: int, now: datetime
) -> Reader:
    """That subscriber of the issue's list. `languages`: the issue's versions, the list's own first."""
    everybody = subscribers.mailability(issue.list_id, now)
    row = session.execute(everybody.where(everybody.selected_columns.subscriber_id == subscriber_id)).one_or_none()
    if row is None or row.address is None:
        raise NotFound("This reader is not on the list of this issue any more.")
    language = Addresser.language_of(row.language, frozenset(languages), {"default_language": languages[0]})
    why_not = _WHY_NOT.get(row.reason, "is on the do-not-mail list") if row.reason else ""
    return Reader(row.subscriber_id, row.address, row.name, language, since(language, row.since, row.source), why_not)
