"""Sentences and small tables for people; the same facts stand in the JSON."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

from newsletter.cli.console import err, out, say
from newsletter.delivery.sending import Tally
from newsletter.delivery.views import MailingStatus
from newsletter.issues.assembling import Assembled
from newsletter.issues.views import Covered, IssueSummary
from newsletter.preflight import Finding, Severity

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
    err.print(
        f"Collected: {done.used} in this mail, {done.held} saved for next time, {done.declined} left out; "
        f"{done.undated} without a date wait in the tray."
    )


def issue(found: IssueSummary, balance: Sequence[Covered]) -> None:
    """The issue, and what became of each publication of its period."""
    say(f"{found.name} ({found.slug}): {found.state}")
    for state, title in _COVERED.items():
        rows = [row for row in balance if row.state == state]
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


def findings(found: Sequence[Finding]) -> None:
    """What the checks say, the gravest first."""
    for finding in found:
        say(f"{_SEVERITIES[finding.severity]:17} {finding.place}: {finding.message}")
    musts = sum(finding.severity is Severity.MUST for finding in found)
    say(f"{musts} must be mended." if musts else "Nothing must be mended.")


def sent(status_: MailingStatus, tally: Tally | None, issue_: str, *, waited: bool) -> None:
    """What a send did, and what is left; exit 1 when the mail service stopped it."""
    if tally is None and (waited or status_.state in {"sent", "stopped"}):
        say(f"Nothing to do: {issue_} is {status_.state}. {_sum(status_)}")
    elif tally is None:
        say(f"Released. {_sum(status_)}")
    else:
        say(_sum(status_))
    if status_.deferred and status_.next_due:
        say(f"{status_.deferred:,} were put off; the next try is due {status_.next_due:%Y-%m-%d %H:%M} UTC.")
    if status_.uncertain:
        say(f"{status_.uncertain:,} without an answer; most likely they have arrived.")
        say(f"Who they are: newsletter issue report {issue_}")
    if tally and tally.route_error and status_.waiting:
        err.print(f"Stopped by the mail service: {tally.route_error}", markup=False)
        err.print("Nobody is lost: those who wait get their copy when you send again.")
        raise SystemExit(1)


def status(facts: Mapping[str, Any]) -> None:
    """State, approval and the sum, drawn."""
    say(f"{facts['name']} ({facts['issue']}): {facts['state']}")
    if facts["approved"]:
        say(f"Exactly version {facts['approved']['version']} is approved by {facts['approved']['by']}.")
    elif facts["changed_since_yes"]:
        say("It needs a new yes, because since the last one:")
        for line in facts["changed_since_yes"]:
            say(f"  - {line}")
    out.print(counts_table(facts))
    say("The sum is right. ✓" if facts["balances"] else "THE SUM IS WRONG. Please report this.")


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
