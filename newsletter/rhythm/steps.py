"""The steps that fall due, and which of those that are late are not worth doing any more."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from newsletter.delivery import planning


class Step(StrEnum):
    """What falls due. The first five belong to a list's period, two to a plan, the others to what they are about."""

    CALL = "call"  # what should be in it?
    DRAFT = "draft"  # collect and assemble
    REVIEW = "review"  # ask for sign-off
    RISK = "risk"  # will it be ready?
    EVE = "eve"  # of the send day, where nothing is planned
    PLANNED_EVE = planning.EVE
    SEND = planning.SEND
    ASKED = "owed_asked"  # somebody owes a block
    SOON = "owed_soon"
    TODAY = "owed_today"
    UNANSWERED = "unanswered"  # a request for sign-off
    SOURCE = "source"  # has failed for long
    OUT = "out"  # a mailing is at its end


NO_RHYTHM = "The list has no rhythm any more."
REMINDERS = frozenset({Step.CALL, Step.REVIEW, Step.RISK, Step.EVE})
OF_A_PERIOD = REMINDERS | {Step.DRAFT}
OWED = frozenset({Step.ASKED, Step.SOON, Step.TODAY})


@dataclass(frozen=True, slots=True)
class Due:
    """A row of the calendar that is due. `about`: what it is about, where that is no period ("owed/7")."""

    id: int
    list_id: int
    issue_id: int | None
    period: str
    step: Step
    about: str
    due_at: datetime
    staff_id: int | None = None
    calm: bool = False


def superseded(rows: Sequence[Due], sends: Mapping[tuple[int, str], datetime | None], now: datetime) -> dict[int, str]:
    """Of what is due, what need not be done any more, and why: whoever comes back after weeks gets no pile of letters.

    `sends`: when the issue of a list's period goes out; None where the list has no rhythm any more.
    """
    found = _drafts(rows)
    drafted = {(row.list_id, row.period) for row in rows if row.step is Step.DRAFT and row.id not in found}
    for row in rows:
        if row.step not in OF_A_PERIOD:
            continue
        send = sends.get((row.list_id, row.period))
        if send is None:
            found[row.id] = NO_RHYTHM
        elif row.step in REMINDERS and send <= now:
            found[row.id] = "The send day has passed."
        elif row.step in REMINDERS and (row.list_id, row.period) in drafted:
            found[row.id] = "The letter with the draft says it."
    left = [row for row in rows if row.id not in found]
    found |= _all_but_last((row for row in left if row.step in REMINDERS), lambda row: (row.list_id, row.period))
    found |= _all_but_last((row for row in left if row.step in OWED), lambda row: row.about)
    sending = {row.issue_id for row in rows if row.step is Step.SEND}
    late = (row for row in rows if row.step is Step.PLANNED_EVE and row.issue_id in sending)
    return found | {row.id: "The planned time itself has come." for row in late}


def _drafts(rows: Iterable[Due]) -> dict[int, str]:
    """Of several drafts of a list the last one: it collects what the others would have."""
    return _all_but_last((row for row in rows if row.step is Step.DRAFT), lambda row: row.list_id)


def _all_but_last(rows: Iterable[Due], group: Callable[[Due], Hashable]) -> dict[int, str]:
    groups: defaultdict[Hashable, list[Due]] = defaultdict(list)
    for row in rows:
        groups[group(row)].append(row)
    return {
        row.id: f"A later one was due as well: {last.step}{f' of {last.period}' if last.period else ''}."
        for *before, last in (sorted(some, key=lambda row: (row.due_at, row.id)) for some in groups.values())
        for row in before
    }
