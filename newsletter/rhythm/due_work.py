"""Does what is due, once, however many look, whenever they are killed, and however long nobody looked."""

import logging
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from newsletter.delivery.belonging import Belonging
from newsletter.errors import Refusal
from newsletter.issues import rhythms
from newsletter.rhythm import drafting, reminding, rows, sending, warning
from newsletter.rhythm.context import Context, Done
from newsletter.rhythm.steps import OF_A_PERIOD, Due, Step, superseded

RESTS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30))  # after one failure after the other

log = logging.getLogger(__name__)

Doing = Callable[[Context, Due], str | None]
_STEPS: Mapping[Step, Doing] = {
    Step.CALL: reminding.call,
    Step.DRAFT: drafting.draft,
    Step.REVIEW: reminding.review,
    Step.RISK: warning.risk,
    Step.EVE: warning.eve,
    Step.PLANNED_EVE: warning.planned_eve,
    Step.SEND: sending.send,
    Step.ASKED: reminding.owed,
    Step.SOON: reminding.owed,
    Step.TODAY: reminding.owed,
    Step.UNANSWERED: reminding.unanswered,
    Step.SOURCE: reminding.source,
    Step.OUT: sending.out,
}


class DueWork:
    """The calendar at work. All it knows is in the database; several may tick at once."""

    def __init__(self, context: Context, belonging: Belonging) -> None:
        self._context = context
        self._belonging = belonging
        self._rests: dict[int, tuple[int, datetime]] = {}  # a row that failed: how often, and until when it rests

    def tick(self) -> list[str]:
        """Do what is due now; a sentence for each thing done. NotOurs for a database that is a copy."""
        self._belonging.require()
        context, now = self._context, self._context.clock()
        try:
            rows.keep(context.database, now, context.settings.zone)
        except Refusal as error:
            log.warning("The dates cannot be worked out: %s", error)
        return self._work(now, frozenset(Step))

    def release(self) -> list[str]:
        """Of what is due only the planned issues: quick, whatever else takes its time."""
        self._belonging.require()
        return self._work(self._context.clock(), frozenset({Step.SEND}))

    def _work(self, now: datetime, steps: Collection[Step]) -> list[str]:
        with self._context.database.reading() as session:
            due = rows.due(session, now)
            late = superseded(due, self._sends(session, due), now)
        wanted = [row for row in due if row.step in steps and not self._rests_now(row.id, now)]
        # Planned issues first: nobody's letter should make them late.
        wanted.sort(key=lambda row: row.step is not Step.SEND)
        said = [self._guarded(row, late.get(row.id)) for row in wanted]
        return [words for words in said if words]

    def _sends(self, session: Session, due: list[Due]) -> dict[tuple[int, str], datetime | None]:
        """When the issues of what is due go out."""
        periods = {(row.list_id, row.period) for row in due if row.step in OF_A_PERIOD}
        dates = {key: rhythms.dates_of(session, *key, self._context.settings.zone) for key in periods}
        return {key: found.send if found else None for key, found in dates.items()}

    def _rests_now(self, row_id: int, now: datetime) -> bool:
        _, until = self._rests.get(row_id, (0, now))
        return now < until

    def _guarded(self, row: Due, why_not: str | None) -> str:
        """One that fails is left alone for a while, longer each time, and holds up no other."""
        try:
            said = self._do(row, why_not)
        except Done:
            return ""
        except Refusal as error:
            log.warning("%s: %s; it is tried again", row.step, error)
        except SQLAlchemyError as error:
            log.warning("%s: the database said no; it is tried again: %s", row.step, " ".join(str(error).split())[:300])
        except Exception:
            log.exception("%s: an error that nobody foresaw; the others go on, and it is tried again", row.step)
        else:
            self._rests.pop(row.id, None)
            return said
        failures = self._rests.get(row.id, (0, row.due_at))[0]
        self._rests[row.id] = failures + 1, self._context.clock() + RESTS[min(failures, len(RESTS) - 1)]
        return ""

    def _do(self, row: Due, why_not: str | None) -> str:
        if why_not is not None:
            self._context.pass_by(row, f"Left out. {why_not}")
            return ""
        said = _STEPS[row.step](self._context, row)
        if said and row.step is Step.SEND:
            self._belonging.advance()  # a backup from before the release is older from here on
        return f"{row.step} ({row.period or row.about or row.issue_id}): {said}" if said else ""
