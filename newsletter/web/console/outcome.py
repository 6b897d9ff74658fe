"""What became of an issue, as its page says and draws it: the sum, when, where to, why not, and who was left out."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from newsletter.delivery import outcomes, reasons
from newsletter.delivery.mailings import latest
from newsletter.delivery.outcomes import Failed, Left, OfDomain
from newsletter.delivery.tables import MailingRow
from newsletter.delivery.views import MailingStatus, rounds_of, status
from newsletter.issues.model import State
from newsletter.issues.views import IssueSummary
from newsletter.rhythm.letters.saying import When, to
from newsletter.web.console import charts
from newsletter.web.console.charts import Part, Steps
from newsletter.web.console.memory import Briefly

REPEATED = frozenset({State.SENDING, State.PAUSED, State.STOPPED, State.SENT})  # copies may go again
_HELD = timedelta(minutes=10)  # what is counted copy by copy, while the sum stays the same
_HELD_WHILE_GOING = timedelta(seconds=15)
_EXAMPLES = 5  # of the other side's own words


@dataclass(frozen=True, slots=True)
class Reason:
    """Why copies did not get through, how many, and what was said of some of them."""

    words: str
    number: int
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domain:
    """A row of the table by domain: `rest` has no answer, is retried, waits or was left out."""

    name: str
    readers: int
    accepted: int
    rejected: int
    parts: tuple[Part, ...]

    @property
    def rest(self) -> int:
        return self.readers - self.accepted - self.rejected


@dataclass(frozen=True, slots=True)
class Detail:
    """What is counted copy by copy, and when it was."""

    steps: Steps | None
    domains: tuple[Domain, ...]
    refused: tuple[Reason, ...]
    retried: tuple[Reason, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Again:
    """How many copies may be sent again: without an answer, refused by no fault of a mailbox, put off."""

    unanswered: int = 0
    refused: int = 0
    put_off: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the page of an issue that is out, or on its way, says."""

    heading: str
    going: bool
    status: MailingStatus
    parts: tuple[Part, ...]
    sentence: str
    missing: int  # in the sum; 0 where it is right
    left_out: tuple[str, ...]
    gone: int  # who had left the list before
    at_their_turn: tuple[str, ...]
    again: Again
    left: Left | None
    detail: Detail
    rounds: tuple[MailingRow, ...]

    @property
    def all_left_out(self) -> int:
        return sum(number for reason, number in self.status.left_out.items() if reason not in reasons.GONE)


class Telling:
    """Tells outcomes; keeps for a while what takes longest to count."""

    def __init__(self) -> None:
        self._details: Briefly[Detail] = Briefly(_HELD)
        self._going: Briefly[Detail] = Briefly(_HELD_WHILE_GOING)

    def outcome(self, session: Session, issue: IssueSummary, when: When) -> Outcome | None:
        """None before the first copy could leave."""
        last, found = latest(session, issue.id), status(session, issue.id)
        if last is None or found is None:
            return None
        rounds = rounds_of(session, last)
        parts, out = parts_of(found), found.left_out
        again = Again(*outcomes.repeatable(session, last)) if issue.state in REPEATED else Again()
        return Outcome(
            _heading(issue, found, when), issue.state in {State.SENDING, State.PAUSED}, found, parts, _sentence(found),
            found.candidates - sum(one.number for one in parts),
            tuple(
                reasons.left_out(reason, number)
                for reason, number in sorted(out.items(), key=lambda one: -one[1])
                if reason not in reasons.GONE
            ),
            sum(out.get(reason, 0) for reason in reasons.GONE),
            tuple(reasons.left_out(reason, number) for reason, number in sorted(found.excluded.items())), again,
            outcomes.left_alone(session, rounds) if found.uncertain else None,
            self._detail(session, issue, rounds, found, when), tuple(rounds),
        )  # fmt: skip

    def _detail(
        self, session: Session, issue: IssueSummary, rounds: Sequence[MailingRow], found: MailingStatus, when: When
    ) -> Detail:
        going = issue.state is State.SENDING
        kept = self._going if going else self._details
        key = (issue.id, 0 if going else tuple(_numbers(found).items()))
        known = kept.get(key, when.now)
        return known or kept.put(key, _counted(session, rounds, found, when), when.now)


def parts_of(found: MailingStatus) -> tuple[Part, ...]:
    """The sum's parts, as a bar."""
    return charts.stacked([(_KINDS[words], words, number) for words, number in _numbers(found).items()])


_KINDS: Mapping[str, str] = {
    "handed over": "given", "refused": "refused", "being retried": "again", "without an answer": "unknown",
    "not their turn yet": "yet", "left out at their turn": "out", "stopped": "stopped",
}  # fmt: skip


def _numbers(found: MailingStatus) -> dict[str, int]:
    stopped = found.excluded.get("stopped", 0)
    numbers = (
        found.accepted, found.rejected, found.deferred, found.uncertain, found.waiting,
        sum(found.excluded.values()) - stopped, stopped,
    )  # fmt: skip
    return dict(zip(_KINDS, numbers, strict=True))


def _sentence(found: MailingStatus) -> str:
    said = [f"{number:,} {words}" for words, number in _numbers(found).items() if number or words == "handed over"]
    return f"{found.candidates:,} = {' + '.join(said)}."


def _heading(issue: IssueSummary, found: MailingStatus, when: When) -> str:
    match issue.state:
        case State.SENDING:
            return f"Going out: {found.accepted:,} of {found.candidates:,} handed over."
        case State.PAUSED:
            return f"Paused: {found.accepted:,} of {found.candidates:,} handed over, and nothing more for now."
        case State.SENT:
            return f"Out since {when.said(issue.public_at)}." if issue.public_at else "Out."
    if not found.excluded.get("stopped"):
        return f"Out{f' {to(issue.public_at, when)}' if issue.public_at else ''}."
    return f"Stopped. {stopped(found)}"


def stopped(found: MailingStatus) -> str:
    """What a stop has come to, to the reader."""
    got, rest = found.accepted, found.excluded.get("stopped", 0)
    nobody = "Nobody is known to have it" if found.uncertain or found.in_hand else "Nobody has it"
    has = nobody if not got else "1 person has it" if got == 1 else f"{got:,} people have it"
    if not rest:
        return f"{has}."
    return f"{has}; {rest:,} {'does' if rest == 1 else 'do'} not and will not, unless you decide so."


def _counted(session: Session, rounds: Sequence[MailingRow], found: MailingStatus, when: When) -> Detail:
    failed = outcomes.failed(session, rounds)
    return Detail(
        charts.steps(outcomes.by_minute(session, rounds), when.zone),
        _domains(outcomes.by_domain(session, rounds), found),
        _reasons(failed, "rejected"), _reasons(failed, "deferred"), when.now,
    )  # fmt: skip


def _domains(most: Sequence[OfDomain], found: MailingStatus) -> tuple[Domain, ...]:
    rows = [(one.domain or "erased since", one.readers, one.accepted, one.rejected) for one in most]
    readers, accepted = sum(one.readers for one in most), sum(one.accepted for one in most)
    rejected = sum(one.rejected for one in most)
    if found.candidates > readers:
        rows.append(
            ("all others", found.candidates - readers, found.accepted - accepted, found.rejected - rejected)
        )  # fmt: skip
    longest = max((row[1] for row in rows), default=0)
    return tuple(
        Domain(*row, charts.stacked(
            [("given", "", row[2]), ("refused", "", row[3]), ("yet", "", row[1] - row[2] - row[3])],
            charts.bar(row[1], longest),
        ))
        for row in rows
    )  # fmt: skip


def _reasons(failed: Sequence[Failed], state: str) -> tuple[Reason, ...]:
    """Grouped by what it means; the most frequent first."""
    grouped: dict[str, list[Failed]] = defaultdict(list)
    for one in failed:
        if one.state == state:
            given_up = state == "rejected"
            grouped[reasons.refusal(one.fault, one.code, one.enhanced, one.text, given_up=given_up)].append(one)
    found = []
    for words, ones in grouped.items():
        said: dict[str, int] = defaultdict(int)
        for one in ones:
            said[one.text] += one.number
        often = sorted(((number, text) for text, number in said.items() if text), reverse=True)[:_EXAMPLES]
        found.append(Reason(words, sum(one.number for one in ones), tuple(text for _, text in often)))
    return tuple(sorted(found, key=lambda one: -one.number))
