"""How each verb is done: may this person, one transaction, the verb, and a line in the activity log."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.issues.revising import Hand, Revision
from newsletter.issues.views import find
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit led to: the revision to go on from, its line in the activity log, the places that are different now,
    and the number of what was made. Where nothing was different, there is no line and no new revision.
    """

    revision: int
    activity_id: int | None
    changed: tuple[str, ...]
    id: int | None = None


Do = Callable[[Hand], Revision]


class Acting:
    """What all verbs need."""

    def __init__(self, settings: Settings, database: Transactions, clock: Clock) -> None:
        self._settings, self._database, self._clock = settings, database, clock

    def _edit(self, key: str, actor: Actor, act: str, base: int | None, do: Do, **detail: Any) -> Edited:
        actor.permit("edit")
        return self._done(key, actor, act, base, do, **detail)

    def _choose(self, key: str, actor: Actor, act: str, base: int | None, do: Do, **detail: Any) -> Edited:
        actor.permit("choose")
        return self._done(key, actor, act, base, do, **detail)

    def _done(self, key: str, actor: Actor, act: str, base: int | None, do: Do, **detail: Any) -> Edited:
        with self._database.transaction() as session:
            issue, now = find(session, key, lock=True), self._clock()
            done, activity = do(Hand(session, issue.id, now, actor.staff_id, base)), None
            if done.changed:
                facts: dict[str, Any] = {"revision": done.number, "before": done.before, "after": done.after}
                facts |= {"id": done.id} if done.id is not None else {}
                facts |= {"undoes": done.undoes} if done.undoes is not None else {}
                activity = log(session, actor, act, now, issue.id, **detail, **facts)
        return Edited(done.number, activity, done.changed, done.id)
