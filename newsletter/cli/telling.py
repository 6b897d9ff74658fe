"""Sentences and small tables for people; the same facts stand in the JSON."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from babel.dates import format_date
from rich.table import Table

from newsletter.cli.console import err, out, say
from newsletter.delivery.sending import Tally
from newsletter.delivery.views import MailingStatus
from newsletter.issues.assembling import Assembled
from newsletter.issues.blocks import FIELDS
from newsletter.issues.model import IssueKind
from newsletter.issues.owed import Owed
from newsletter.issues.views import Balance, Covered, IssueSummary
from newsletter.preflight import WHO_IN_WORDS, Finding, Severity, Who, verdict

_WIDTH = 30  # characters of the longest bar
_SEVERITIES = {Severity.MUST: "✗ must be mended", Severity.LOOK: "! worth a look", Severity.INFO: "· good to know"}
_COVERED = {
    "used": "In this mail",
    "offered": "Waiting for a decision",
    "held": "Saved for next time",
    "declined": "Left out",
}


def assembled(done: Assembled) -> None:
    """What collecting led to."""
    if not done.created:
        err.print(f"{done.slug} is there already; nothing in it was changed. {done.offered} new wait for a decision.")
        return
    offered = f", {done.offered} waiting for a decision" if done.offered else ""
    err.print(
        f"Collected: {done.used} in this mail, {done.held} saved for next time, {done.declined} left out{offered}; "
        f"{done.undated} without a date wait in the tray."
    )


def issue(found: IssueSummary, covered: Sequence[Covered], balance: Balance | None = None) -> None:
    """The issue, and what became of each publication of its period."""
    say(f"{found.name} ({found.slug}): {found.state}")
    if balance and found.kind is IssueKind.REGULAR:
        say(f"Collects {_long_day(found.collects_from)} to {_long_day(found.collects_until)}. {_balance(balance)}")
    for state, title in _COVERED.items():
        rows = [row for row in covered if row.state == state]
        if not rows:
            continue
        say(f"\n{title} ({len(rows)})")
        for row in rows:
            say(f"  {row.publication_id:5}  {row.title}" + (f"  ({row.reason})" if row.reason else ""))


def blocks(notes: Sequence[tuple[int, str, str]]) -> None:
    """What stands in the issue without being a publication."""
    if notes:
        say(f"\nNotes ({len(notes)})")
    for id_, kind, words in notes:
        say(f"  {id_:5}  {kind}: {words[:80]}")


def owed(notes: Sequence[Owed]) -> None:
    """What somebody still has to write."""
    if notes:
        say(f"\nNot written yet ({len(notes)})")
    for one in notes:
        by = f" by {_long_day(one.due_on)}" if one.due_on else ""
        say(f"  {one.id:5}  {one.kind}{f' ({one.section})' if one.section else ''}: {one.owner}{by}")


def asked(one: Owed, issue_: str) -> None:
    """Who owes what now, and how it is written."""
    fields = " ".join(f"--field {name}=..." for name in FIELDS[one.kind].required)
    say(f"{one.owner} owes {one.words}{f' by {_long_day(one.due_on)}' if one.due_on else ''} (block {one.id}).")
    say(f"To write it: newsletter issue block {issue_} --kind {one.kind} --block {one.id} {fields}")


def _balance(balance: Balance) -> str:
    parts = (
        (balance.used, "in this mail"), (balance.held, "saved for next time"), (balance.declined, "left out"),
        (balance.offered, "waiting for a decision"),
    )  # fmt: skip
    said = ", ".join(f"{number} {what}" for number, what in parts if number)
    tray = f" {balance.undated} without a date wait in the tray." if balance.undated else ""
    return f"Found {balance.found}{f': {said}' if said else ''}.{tray}"


def _long_day(day: date) -> str:
    return format_date(day, "EEE d MMMM y", "en")


def findings(found: Sequence[Finding]) -> None:
    """What the checks say, the gravest first."""
    for finding in found:
        mender = "" if finding.who is Who.YOU else f" [{WHO_IN_WORDS[finding.who].lower()}]"
        say(f"{_SEVERITIES[finding.severity]:17} {finding.place}: {finding.message}{mender}")
    say(verdict(found))


def sent(status_: MailingStatus, tally: Tally | None, issue_: str, *, waited: bool, at: datetime) -> None:
    """What a send did, and what is left; exit 1 when the mail service stopped it. `at`: now, as people here say it."""
    if tally is None and (waited or status_.state in {"sent", "stopped"}):
        say(f"Nothing to do: {issue_} is {status_.state}. {_sum(status_)}")
    elif tally is None:
        say(f"Released. {_sum(status_)}")
    else:
        say(_sum(status_))
    for line in calm({name: getattr(status_, name) for name in status_.__dataclass_fields__}, at):
        say(line)
    if tally and tally.goes_on_at:
        say(f"The mail service has no place for more now. {_goes_on(tally.goes_on_at, at)}")
    if status_.deferred and status_.next_due:
        say(f"{status_.deferred:,} were put off; the next try is due {status_.next_due:%Y-%m-%d %H:%M} UTC.")
    if status_.uncertain:
        say(f"{status_.uncertain:,} without an answer; most likely they have arrived.")
        say(f"Who they are: newsletter issue report {issue_}")
    if status_.state == "paused":
        err.print(_paused(status_.paused_because, issue_), markup=False)
        if tally and tally.route_error:
            raise SystemExit(1)
    elif tally and tally.route_error and status_.waiting:
        err.print(f"Stopped by the mail service: {tally.route_error}", markup=False)
        err.print("Nobody is lost: those who wait get their copy when you send again.")
        raise SystemExit(1)


def calm(facts: Mapping[str, Any], at: datetime) -> Iterator[str]:
    """Where a send stands that goes to the team first, in words; nothing for any other."""
    if facts["first_copies"] is None or facts["state"] != "sending":
        return
    if at < facts["readers_from"]:
        yield _first_copies(facts["first_copies"], facts["first_handed_over"])
        yield _goes_on(facts["readers_from"], at)
    elif facts["spread_seconds"] and facts["waiting"]:
        left = timedelta(seconds=facts["waiting"] * facts["spread_seconds"] / facts["candidates"])
        yield f"Going out: {facts['accepted']:,} of {facts['candidates']:,} handed over. About {_span(left)} left."


def _first_copies(number: int, handed_over: int) -> str:
    if not number:
        return "Nobody of us is on the list, so there are no first copies. Nobody has it yet."
    if not handed_over:
        return f"None of the first {number:,} copies is out yet; nobody has it."
    if handed_over < number:
        return f"{handed_over:,} of the first {number:,} copies are with us. Nobody outside has it yet."
    with_us = f"first {number:,} copies are" if number > 1 else "first copy is"
    return f"The {with_us} with us. Nobody outside has it yet."


def _goes_on(when: datetime, at: datetime) -> str:
    local = when.astimezone(at.tzinfo)
    said = f"{local:%H:%M}" if local.date() == at.date() else f"{local:%A %d %B, %H:%M}"
    return f"It goes on at {said} (in {_span(when - at)}): newsletter worker does it, or run send again."


def _span(time: timedelta) -> str:
    """Like "14 min 41 s"; no seconds from an hour on."""
    minutes, seconds = divmod(max(0, round(time.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (0 if hours else seconds, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"


def _paused(why: str, issue_: str) -> str:
    return (
        f"Paused: {why}\nNobody is lost. Let it go on: newsletter issue resume {issue_} --by YOU; "
        f"or end it: newsletter issue stop {issue_} --by YOU"
    )


def status(facts: Mapping[str, Any], at: datetime | None = None) -> None:
    """State, approval and the sum, drawn. `at`: now, as people here say it."""
    say(f"{facts['name']} ({facts['issue']}): {facts['state']}")
    if facts["approved"]:
        say(f"Exactly version {facts['approved']['version']} is approved by {facts['approved']['by']}.")
    elif facts["changed_since_yes"]:
        say("It needs a new yes, because since the last one:")
        for line in facts["changed_since_yes"]:
            say(f"  - {line}")
    if at is not None:
        for line in calm(facts, at):
            say(line)
    if facts["state"] == "paused":
        say(_paused(facts["paused_because"], facts["issue"]))
    if facts["excluded"].get("stopped"):
        say(_stopped(facts))
    out.print(counts_table(facts))
    say("The sum is right. ✓" if facts["balances"] else "THE SUM IS WRONG. Please report this.")


def stopped(facts: Mapping[str, Any]) -> None:
    """What a stop has come to, to the reader, and what can be done now."""
    say(f"Stopped. {_stopped(facts)}")
    if facts["uncertain"]:
        say(f"Who has no answer: newsletter issue report {facts['issue']}")
    if facts["excluded"].get("stopped"):
        say("To mend it for those who were stopped: change it, ask for sign-off, and send it again.")
    if facts["accepted"]:
        say(f"To write to those who have it: newsletter issue correct {facts['issue']} --by YOU")


def _stopped(facts: Mapping[str, Any]) -> str:
    left = sum(facts["excluded"].values()) - facts["excluded"].get("stopped", 0)
    others = (
        (facts["uncertain"], "without an answer"), (facts["in_hand"], "in hand at this moment"),
        (facts["rejected"], "refused"), (facts["deferred"], "being retried"),
        (facts["waiting"] - facts["in_hand"], "waiting"), (left, "left out at their turn"),
    )  # fmt: skip
    named = "".join(f"; {number:,} {what}" for number, what in others if number)
    stopped_ = facts["excluded"].get("stopped", 0)
    return f"{facts['accepted']:,} of {facts['candidates']:,} handed over; {stopped_:,} stopped{named}."


def counts_table(facts: Mapping[str, Any]) -> Table:
    """The counts with a bar each, and who was left out before."""
    rows: list[tuple[str, int]] = [
        ("handed over", facts["accepted"]), ("waiting", facts["waiting"]), ("being retried", facts["deferred"]),
        ("refused", facts["rejected"]), ("without an answer", facts["uncertain"]),
        *((f"left out at their turn: {reason}", n) for reason, n in sorted(facts["excluded"].items())),
    ]  # fmt: skip
    table = Table(box=None, show_header=False, padding=(0, 1))
    table.add_column(justify="left")
    table.add_column(justify="right")
    table.add_column()
    table.add_row("on the list", f"{facts['candidates']:,}", "")
    for label, number in rows:
        if number or label in {"handed over", "waiting"}:
            table.add_row(f"  {label}", f"{number:,}", _bar(number, facts["candidates"]))
    for reason, number in sorted(facts["left_out"].items()):
        table.add_row(f"not on it: {reason.replace('_', ' ')}", f"{number:,}", "")
    return table


def _bar(number: int, total: int) -> str:
    length = round(_WIDTH * number / total) if total else 0
    return "█" * (length or (1 if number else 0))


def _sum(status_: MailingStatus) -> str:
    parts = [f"{status_.accepted:,} handed over"]
    for label, number in (("refused", status_.rejected), ("being retried", status_.deferred),
                          ("without an answer", status_.uncertain), ("waiting", status_.waiting),
                          ("left out at their turn", sum(status_.excluded.values()))):  # fmt: skip
        if number:
            parts.append(f"{number:,} {label}")
    right = "The sum is right. ✓" if status_.balances else "THE SUM IS WRONG."
    return f"{status_.candidates:,} = {' + '.join(parts)}. {right}"
