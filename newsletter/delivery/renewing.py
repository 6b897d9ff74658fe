"""Waves of "still interested?": asked only while the last one went well, as its mails and their readers show."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.delivery import greeting
from newsletter.delivery.tables import NoticeRow
from newsletter.errors import BadInput, IllegalMove
from newsletter.issues.lists import profile
from subscribers import renewing

MOST = 10_000
_TO_GO = ("waiting", "claimed", "handing", "deferred")


def ask(session: Session, list_id: int, most: int, by: str, now: datetime) -> int:
    """Begin a wave of at most so many and queue its mails; how many are asked. IllegalMove says why none may begin."""
    if not 1 <= most <= MOST:
        raise BadInput(f"A wave has 1 to {MOST:,} mails.")
    earlier = renewing.waves(session, list_id)
    if earlier:
        _require_well(session, earlier[-1])
    face = profile(session, list_id)
    _, asked = renewing.begin(session, list_id, most, by, now)
    for question, language in asked:
        greeting.ask(session, question, face, language, now)
    if not asked:
        raise IllegalMove("Nobody is to be asked: all consents can be shown, or were asked for in the last 30 days.")
    return len(asked)


def mails(session: Session, wave: renewing.Wave) -> dict[str, int]:
    """How many of the mails of a wave are in which state."""
    rows = session.execute(
        select(NoticeRow.state, func.count())
        .where(NoticeRow.confirmation_id.in_(renewing.questions(wave.id)))
        .group_by(NoticeRow.state)
    )
    return {row[0]: row[1] for row in rows}


def _require_well(session: Session, wave: renewing.Wave) -> None:
    found = mails(session, wave)
    if to_go := sum(found.get(state, 0) for state in _TO_GO):
        raise IllegalMove(f"Wave {wave.id} is still being sent: {to_go} mails are to go. The worker sends them.")
    if because := wave.stopped_because or renewing.went_badly(wave, found.get("rejected", 0)):
        raise IllegalMove(f"No further wave: {because}. Look at the addresses before anybody else is asked.")
