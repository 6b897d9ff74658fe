"""`newsletter issue plan | send | pause | resume | stop | resolve | status | report`."""

import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from sqlalchemy.orm import Session

from newsletter.approval.model import Yes
from newsletter.cli import telling
from newsletter.cli.console import Json, RequiredBy, actor, err, moment, opened, print_json, refusals, say
from newsletter.cli.looking import NoNetwork, look_again
from newsletter.delivery import mailings, views
from newsletter.delivery.model import RouteDown, Verdict
from newsletter.delivery.sending import Tally
from newsletter.delivery.workers import recover
from newsletter.errors import BadInput, Misconfigured, Refusal
from newsletter.issues.views import balance, coverage, find
from newsletter.pipeline import Pipeline
from newsletter.preflight import Finding

Issue = Annotated[str, typer.Argument(metavar="ISSUE", help="Its id or short name, like quarterly-2024-q2.")]
app = typer.Typer()

_PATIENCE, _LOOK = 8.0, 0.2  # seconds, for the answers to what is in hand when it is stopped


@app.command()
def plan(
    issue: Issue,
    at: Annotated[str, typer.Option("--at", help="Like 2024-07-09T09:00.")],
    by: RequiredBy,
    calm: Annotated[bool, typer.Option("--calm", help="To us first; to the readers later, over a time.")] = False,
) -> None:
    """Set the time at which it goes out by itself, in your name, if the approval counts then.

    A scheduler and a worker must run: newsletter run, or both alone.
    """
    with refusals(), opened() as pipeline:
        when = moment(at, "--at", pipeline)
        pipeline.plan(issue, when, actor(pipeline, by), calm=calm)
        if calm:
            err.print("We have it first, by as long as newsletter lists calm says.")
        say(f"Planned for {when.astimezone(pipeline.settings.zone):%A %d %B %Y, %H:%M} ({pipeline.settings.timezone}).")
        err.print("It goes out then by itself, if the approval counts and newsletter run is running.")


@app.command()
def cancel_plan(issue: Issue, by: RequiredBy) -> None:
    """Forget the time at which it would go out by itself; the yes stands."""
    with refusals(), opened() as pipeline:
        pipeline.cancel_plan(issue, actor(pipeline, by))
        say("The plan is cancelled. Nothing was sent, and the yes still stands.")


@app.command()
def send(
    issue: Issue,
    by: RequiredBy,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Release it and leave the handing over to others.")
    ] = False,
    now: Annotated[bool, typer.Option("--now", help="Although it is planned for later.")] = False,
    calm: Annotated[bool, typer.Option("--calm", help="To us first; to the readers later, over a time.")] = False,
    transport: Annotated[
        str, typer.Option(metavar="NAME", help="By [transports.NAME]: it takes over what no other has taken.")
    ] = "",
    no_network: NoNetwork = False,
) -> None:
    """Send the approved version to everyone confirmed; after a crash it goes on where it stood.

    After a stop, and a new sign-off, it goes to those who have nothing. What was looked at on the network more than a
    day ago is looked at again before; what is found is told, and asked about at a terminal.
    """
    with refusals(), opened() as pipeline:
        if not no_network:
            _tell_found(look_again(pipeline, issue))
    with refusals(), opened() as pipeline, graceful() as stop, bar() as shown:
        result = pipeline.send(
            issue, actor(pipeline, by), wait=not no_wait, now_although_planned=now, calm=calm, transport=transport,
            stop=stop, progress=shown,
        )  # fmt: skip
        if result.status.state == "paused":
            deliver_notices(pipeline, needed=False, whom="those who should know")
        at, zone = pipeline.clock(), pipeline.settings.zone
    with refusals():
        telling.sent(result.status, result.tally, issue, waited=not no_wait, at=at.astimezone(zone))


def _tell_found(found: tuple[Finding, ...]) -> None:
    """What the checks found since the sign-off: it holds nothing by itself, a person may."""
    if not found:
        return
    err.print("Found since it was signed off:", style="bold")
    for one in found:
        err.print(f"  - {one.place}: {one.message}", markup=False)
    if sys.stdin.isatty() and not typer.confirm("Send it all the same?", err=True):
        raise Refusal("Nothing was sent.")


@app.command()
def pause(issue: Issue, by: RequiredBy) -> None:
    """Hand over nothing more until it is resumed; a sender at work sees it within a second."""
    with refusals(), opened() as pipeline:
        pipeline.pause(issue, actor(pipeline, by))
        _say_status(pipeline, issue, "Paused.")


@app.command()
def resume(issue: Issue, by: RequiredBy) -> None:
    """Let it go on exactly where it stood; `issue send` does the work."""
    with refusals(), opened() as pipeline:
        pipeline.resume(issue, actor(pipeline, by))
        _say_status(pipeline, issue, f"It may go on. Hand over: newsletter issue send {issue} --by {by}.")


@app.command()
def stop(issue: Issue, by: RequiredBy) -> None:
    """End it for good: who has no copy gets none, unless it is mended and signed off anew."""
    with refusals(), opened() as pipeline:
        pipeline.stop(issue, actor(pipeline, by))
        telling.stopped(_answered(pipeline, issue))


@app.command()
def resolve(
    issue: Issue,
    by: RequiredBy,
    leave: Annotated[bool, typer.Option("--leave", help="Leave them; most have arrived. Advised.")] = False,
    send_again: Annotated[bool, typer.Option("--send-again", help="May give somebody a second copy.")] = False,
    reader: Annotated[list[str] | None, typer.Option(help="Only this reader's; may be given more than once.")] = None,
) -> None:
    """Settle the copies without an answer."""
    with refusals(), opened() as pipeline:
        if leave == send_again:
            raise BadInput("Say one of --leave (advised) and --send-again.")
        how = "leave" if leave else "send_again"
        settled = pipeline.resolve(issue, actor(pipeline, by), how, reader or ())
        say(f"{settled} settled: {'left as they are' if leave else 'to be sent again'}.")
        if settled and send_again:
            say(f"Hand over: newsletter issue send {issue} --by {by}")


@app.command()
def status(issue: Issue, as_json: Json = False) -> None:
    """Where the issue stands, and the sum that must be right."""
    with refusals(), opened() as pipeline:
        facts = status_facts(pipeline, issue)
        if as_json:
            print_json(facts)
        else:
            telling.status(facts, pipeline.clock().astimezone(pipeline.settings.zone))


@app.command()
def report(issue: Issue, as_json: Json = False) -> None:
    """What was collected, what went out, and what became of it."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = find(session, issue)
        covered, sum_ = coverage(session, found.id), balance(session, found.id)
        refused = views.refusals(session, found.id)
        unanswered = views.without_answer(session, found.id)
        facts = status_facts(pipeline, issue)
        if as_json:
            told = {"status": facts, "balance": sum_, "coverage": covered}
            print_json(told | {"refusals": dict(refused), "uncertain": unanswered})
            return
        telling.issue(found, covered, sum_)
        telling.status(facts, pipeline.clock().astimezone(pipeline.settings.zone))
        for words, number in refused:
            say(f"  {number} x {words}")
        if unanswered:
            say(f"Without an answer: {', '.join(unanswered)}")


def status_facts(pipeline: Pipeline, issue: str) -> dict[str, Any]:
    """`issue status --json`: zeros before the first send."""
    with pipeline.database.transaction() as session:
        # What a killed sender had in hand is counted as what it is: without an answer; and where it was stopped, what a
        # sender gave back after that is stopped.
        recover(session)
        last = mailings.latest(session, find(session, issue).id)
        if last is not None:
            mailings.sweep(session, last.id, pipeline.clock())
    with pipeline.database.reading() as session:
        found = find(session, issue)
        mailing = views.status(session, found.id)
        yes, differences = _approval(pipeline, session, found.id)
    counts = ("candidates", "waiting", "accepted", "deferred", "rejected", "uncertain")
    facts: dict[str, Any] = {"issue": found.slug, "name": found.name, "state": found.state.value}
    facts |= {name: getattr(mailing, name) if mailing else 0 for name in counts}
    facts["excluded"] = mailing.excluded if mailing else {}
    facts["left_out"] = mailing.left_out if mailing else {}
    facts["balances"] = mailing.balances if mailing else True
    facts["planned_at"] = found.planned_at
    facts["next_due"] = mailing.next_due if mailing else None
    facts["paused_because"] = mailing.paused_because if mailing else ""
    facts["first_copies"] = mailing.first_copies if mailing else None
    facts["first_handed_over"] = mailing.first_handed_over if mailing else 0
    facts["readers_from"] = mailing.readers_from if mailing else None
    facts["spread_seconds"] = mailing.spread_seconds if mailing else 0
    facts["transport"] = mailing.transport if mailing else "default"
    facts["in_hand"] = mailing.in_hand if mailing else 0
    facts["rounds"] = mailing.rounds if mailing else 0
    facts["approved"] = {"by": yes.by, "version": yes.number, "fingerprint": yes.fingerprint} if yes else None
    facts["changed_since_yes"] = list(differences)
    return facts


def _approval(pipeline: Pipeline, session: Session, issue_id: int) -> tuple[Yes | None, tuple[str, ...]]:
    """A theme that cannot be read today is a reason why no yes counts, and no reason to say nothing of the rest."""
    try:
        return pipeline.gate.look(session, issue_id)
    except Refusal as error:
        return None, (str(error),)


def deliver_notices(pipeline: Pipeline, *, needed: bool = True, whom: str = "those who may approve") -> tuple[str, ...]:
    """Hand over the notices that wait; what was said of each that was not taken. Where they are only a courtesy, a mail
    service that is down is a remark.
    """
    try:
        outcomes = pipeline.deliver_notices()
    except (RouteDown, Misconfigured) as error:
        if needed:
            raise
        err.print(f"No mail was sent to {whom}: {error}", markup=False)
        return ()
    return tuple(f"{one.verdict}: {one.text}" for one in outcomes if one.verdict is not Verdict.ACCEPTED)


def _answered(pipeline: Pipeline, issue: str) -> dict[str, Any]:
    """The facts once a sender at work has seen the stop and written down what it had in hand; or after a while."""
    for _ in range(int(_PATIENCE / _LOOK)):
        facts = status_facts(pipeline, issue)
        if not facts["in_hand"]:
            break
        time.sleep(_LOOK)
    return facts


def _say_status(pipeline: Pipeline, issue: str, first: str) -> None:
    facts = status_facts(pipeline, issue)
    got, without = facts["accepted"], facts["candidates"] - facts["accepted"] - facts["uncertain"]
    say(f"{first} {got:,} of {facts['candidates']:,} handed over; {without:,} have no copy.")


@contextmanager
def graceful() -> Iterator[threading.Event]:
    """SIGTERM and Ctrl-C end the message in hand and give the rest back; a second one kills."""
    stop_ = threading.Event()

    def on_signal(number: int, _frame: object) -> None:
        stop_.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop_
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def bar(what: str = "Handing over") -> Iterator[Any]:
    """The progress of what is handed over, on a terminal."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        task = progress.add_task("send", total=None)

        def show(tally: Tally, candidates: int) -> None:
            progress.update(task, completed=tally.accepted + tally.refused, total=candidates)

        yield show
