"""The dates of a period's issue: the send day, and what is counted back from it in working days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, tzinfo

from newsletter.errors import BadInput
from newsletter.issues.periods import Period, containing, following, previous
from newsletter.issues.send_rules import CADENCES, SendRule
from newsletter.issues.workdays import DAY, Span, Workdays

CALL_AT = time(9)
DRAFT_AT = time(7)
REVIEW_AT = time(9)
MOST_BEFORE = 120  # working days

DEFAULT_RULES = {
    "monthly": "second Tuesday after the month's end, 09:00",
    "quarterly": "second Tuesday after the quarter's end, 09:00",
    "half-yearly": "second Tuesday after the half-year's end, 09:00",
    "yearly": "third Tuesday after the year's end, 09:00",
}


@dataclass(frozen=True, slots=True)
class Before:
    """How many working days before the send day each step falls due. The day of the cut-off is the first that is not
    collected any more, so that the draft can be made on it.
    """

    call: int = 20
    cut_off: int = 6
    draft: int = 6
    review: int = 4

    @property
    def steps(self) -> Mapping[str, int]:
        """By the names that `Dates` has for them."""
        return {"call": self.call, "cut_off": self.cut_off, "draft": self.draft, "review": self.review}

    def __post_init__(self) -> None:
        if not MOST_BEFORE >= self.call > self.cut_off >= self.draft >= self.review >= 1:
            raise BadInput(
                f"Working days before sending must get fewer from step to step; given are: call {self.call},"
                f" cut-off {self.cut_off}, draft {self.draft}, review {self.review}. The call comes before the cut-off,"
                f" the review is at least 1 before, and the call at most {MOST_BEFORE}. For instance: 20, 6, 6, 4."
            )


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a list's issues are made and go out. `on_since`: None where it only exists on paper."""

    cadence: str
    send: SendRule
    before: Before = field(default_factory=Before)
    country: str = ""
    blocked: tuple[Span, ...] = ()
    on_since: date | None = None

    @property
    def months(self) -> int:
        """The length of its periods."""
        return CADENCES[self.cadence]

    def workdays(self, zone: tzinfo) -> Workdays:
        """The days on which something may be due."""
        return Workdays(self.country, self.blocked, zone)


@dataclass(frozen=True, slots=True)
class Dates:
    """The dates of one period's issue. `cut_off` is the last day that is collected; the others are moments in UTC.

    `reasons`: for each step that is not where one would look for it, a sentence. `by_hand`: the send day was set by
    somebody, and stays where it is.
    """

    period: Period
    call: datetime
    cut_off: date
    draft: datetime
    review: datetime
    send: datetime
    reasons: Mapping[str, str] = field(default_factory=dict)
    by_hand: bool = False


def dates(period: Period, rhythm: Rhythm, zone: tzinfo, send_at: datetime | None = None) -> Dates:
    """The dates of a period's issue in a zone; `send_at` (aware) instead of the rule's day.

    A send day that is no working day moves to the next one. The other steps are so many working days before, so that
    what takes days away makes them earlier. BadInput where blocked days leave none.
    """
    workdays = rhythm.workdays(zone)
    if send_at is None:
        meant = rhythm.send.day(period, workdays)
        day = workdays.on_or_after(meant)
        send = moment(day, rhythm.send.at, zone)
        moved = "" if day == meant else f"{_sentence(workdays.off(meant))}: on the next working day."
    else:
        send, day = send_at.astimezone(UTC), send_at.astimezone(zone).date()
        moved = " ".join(["Set by hand.", *(f"{_sentence(off)}." for off in [workdays.off(day)] if off)])
    days = {step: workdays.before(day, number) for step, number in rhythm.before.steps.items()}
    reasons = {step: _earlier(workdays, one, day) for step, one in days.items()} | {"send": moved}
    return Dates(
        period=period,
        call=moment(days["call"], CALL_AT, zone),
        cut_off=days["cut_off"] - DAY,
        draft=moment(days["draft"], DRAFT_AT, zone),
        review=moment(days["review"], REVIEW_AT, zone),
        send=send,
        reasons={step: reason for step, reason in reasons.items() if reason},
        by_hand=send_at is not None,
    )


def around(day: date, rhythm: Rhythm, back: int, ahead: int) -> tuple[Period, ...]:
    """The period that the day lies in, with so many before and after it, in their order."""
    period = containing(day, rhythm.months)
    for _ in range(back):
        period = previous(period)
    found = [period]
    for _ in range(back + ahead):
        found.append(following(found[-1]))
    return tuple(found)


def moment(day: date, at: time, zone: tzinfo) -> datetime:
    """That wall-clock time in UTC. One that the clock leaves out is read with the offset before the change, one that it
    shows twice is the first (RFC 5545 section 3.3.5).
    """
    return datetime.combine(day, at, zone).replace(fold=0).astimezone(UTC)


def _earlier(workdays: Workdays, day: date, send: date) -> str:
    """What makes a step earlier than its number of working days would alone."""
    taken = workdays.obstacles(day + DAY, send - DAY)
    return f"Earlier: {', '.join(taken)}." if taken else ""


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
