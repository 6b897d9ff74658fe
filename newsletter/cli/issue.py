"""`newsletter issue`: collect, write, check, sign off. Sending is in `sending.py`, on the same command."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli import again, blocks, guests, history, practice, sending, telling
from newsletter.cli.console import By, Json, RequiredBy, actor, day, opened, out, print_json, refusals, say
from newsletter.cli.looking import Again, NoNetwork, look
from newsletter.cli.outputs import write_issue
from newsletter.cli.sending import Issue, deliver_notices
from newsletter.errors import BadInput
from newsletter.issues.owed import owed
from newsletter.issues.views import balance, coverage, find, issues
from newsletter.issues.views import blocks as blocks_of
from newsletter.preflight import Severity

app = typer.Typer(no_args_is_help=True)


@app.command()
def assemble(
    list_slug: Annotated[str, typer.Option("--list", help="The list's short name.")],
    period: Annotated[str, typer.Option(help="2024-Q2, 2024-06, 2024-H1 or 2024.")],
    from_: Annotated[str | None, typer.Option("--from", help="First day, where it is not the period's.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day, where it is not the period's.")] = None,
    by: By = None,
) -> None:
    """Collect a period's publications into a draft. A second time changes nothing; what is new is offered."""
    with refusals(), opened() as pipeline:
        done = pipeline.assemble(list_slug, period, actor(pipeline, by), day(from_, "--from"), day(until, "--until"))
        telling.assembled(done)
        out.print(done.slug, markup=False)


@app.command()
def show(issue: Issue, as_json: Json = False) -> None:
    """What is in the issue, saved for next time, left out, and waiting for a decision."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = find(session, issue)
        covered, sum_ = coverage(session, found.id), balance(session, found.id)
        notes, missing = blocks_of(session, found.id), owed(session, found.id)
        if as_json:
            print_json({"issue": found, "balance": sum_, "coverage": covered, "blocks": notes, "owed": missing})
            return
        telling.issue(found, covered, sum_)
        telling.blocks(notes)
        telling.owed(missing)


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All issues."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = issues(session)
        if as_json:
            print_json(list(found))
            return
        if not found:
            say("No issue yet. Collect one: newsletter issue assemble --list SLUG --period 2024-Q2")
        for one in found:
            say(f"{one.slug:28} {one.state:18} {one.name}")


@app.command()
def edit(
    issue: Issue,
    subject: Annotated[str | None, typer.Option(help="The subject line.")] = None,
    preview: Annotated[str | None, typer.Option(help="The grey text after the subject.")] = None,
    language: Annotated[str | None, typer.Option(help="Which language version; without it the list's first.")] = None,
    by: By = None,
) -> None:
    """Set subject or preview line."""
    with refusals(), opened() as pipeline:
        if subject is None and preview is None:
            raise BadInput("Nothing to change: give --subject or --preview.")
        pipeline.edit(issue, actor(pipeline, by), subject, preview, language)
        say("Changed. If it was approved, it needs a new yes; undo the change and the old one counts again.")


@app.command()
def use(issue: Issue, publications: list[int], by: By = None) -> None:
    """Put publications into the issue."""
    _choose(issue, "use", publications, "", by)


@app.command()
def hold(issue: Issue, publications: list[int], reason: Annotated[str, typer.Option()] = "", by: By = None) -> None:
    """Save publications for next time."""
    _choose(issue, "hold", publications, reason, by)


@app.command()
def decline(issue: Issue, publications: list[int], reason: Annotated[str, typer.Option()], by: By = None) -> None:
    """Leave publications out, with the reason."""
    _choose(issue, "decline", publications, reason, by)


def _choose(issue: str, verb: str, publications: list[int], reason: str, by: str | None) -> None:
    with refusals(), opened() as pipeline:
        pipeline.choose(issue, actor(pipeline, by), verb, publications, reason)
        say({"use": "Put in.", "hold": "Saved for next time.", "decline": "Left out."}[verb])


@app.command()
def render(issue: Issue, out_: Annotated[Path, typer.Option("--out", help="The folder to write to.")]) -> None:
    """Write issue.html, issue.txt and issue.eml, as a reader would get them."""
    with refusals(), opened() as pipeline:
        for path in write_issue(pipeline, pipeline.version(issue), out_):
            say(str(path))


@app.command()
def check(issue: Issue, no_network: NoNetwork = False, again: Again = False, as_json: Json = False) -> None:
    """Look for what must be mended, what is worth a look, and what is good to know. Exit 1 while something must.

    Links and the sender's domain are looked at on the network, unless that was done within a day.
    """
    with refusals(), opened() as pipeline:
        if not no_network:
            look(pipeline, issue, again=again)
        findings = pipeline.check(pipeline.version(issue))
        if as_json:
            print_json(list(findings))
        else:
            telling.findings(findings)
        if any(finding.severity is Severity.MUST for finding in findings):
            raise SystemExit(1)


@app.command()
def test(issue: Issue, to: Annotated[str, typer.Option("--to", metavar="EMAIL")], by: By = None) -> None:
    """Send a test copy; its links change nothing."""
    with refusals(), opened() as pipeline:
        copies = pipeline.test(issue, to, actor(pipeline, by))
        if refused := deliver_notices(pipeline):
            raise BadInput("The mail service did not take it.", refused)
        say(f"{copies} test {'copy is' if copies == 1 else 'copies are'} on the way to {to}.")


@app.command()
def submit(
    issue: Issue,
    by: RequiredBy,
    comment: Annotated[str, typer.Option()] = "",
    ask: Annotated[list[str] | None, typer.Option("--ask", metavar="EMAIL", help="Ask these, not all.")] = None,
    no_network: NoNetwork = False,
) -> None:
    """Ask for sign-off of the issue as it stands. Refused while something must be mended."""
    with refusals(), opened() as pipeline:
        if pipeline.mail_leaves and not no_network:
            look(pipeline, issue)
        whom = [pipeline.team.id_of(one) for one in ask] if ask else None
        done = pipeline.submit(issue, actor(pipeline, by), comment, whom)
        if done.yes:
            say(f"This is version {done.yes.number} again, word for word. The yes of {done.yes.by} holds.")
            return
        say(f"Version {done.version.number} is handed in. It needs the yes of somebody other than {by}.")
        say(f"Fingerprint {done.version.fingerprint}")
        deliver_notices(pipeline, needed=False)


_CONCERNED = "those whom it concerns"


@app.command()
def withdraw(issue: Issue, by: RequiredBy) -> None:
    """Take it back into the draft."""
    with refusals(), opened() as pipeline:
        pipeline.withdraw(issue, actor(pipeline, by))
        say("Taken back. It is a draft again.")


@app.command()
def approve(
    issue: Issue,
    by: RequiredBy,
    comment: Annotated[str, typer.Option()] = "",
    override: Annotated[str, typer.Option(help="A lone administrator's written reason.")] = "",
) -> None:
    """Say yes to exactly the version that was handed in."""
    with refusals(), opened() as pipeline:
        with pipeline.database.reading() as session:
            planned_at = find(session, issue).planned_at
        version = pipeline.approve(issue, actor(pipeline, by), comment, override)
        say(f"Approved: exactly version {version.number}. Fingerprint {version.fingerprint}")
        if planned_at is not None and planned_at <= pipeline.clock():
            say("The planned time has passed and nothing was sent. Plan it anew, or send it now.")
        deliver_notices(pipeline, needed=False, whom=_CONCERNED)


@app.command("take-back")
def take_back(issue: Issue, by: RequiredBy) -> None:
    """Take your yes back; not once the first copy may leave."""
    with refusals(), opened() as pipeline:
        pipeline.take_back(issue, actor(pipeline, by))
        say("Taken back. It waits for sign-off again; a plan for it is forgotten.")
        deliver_notices(pipeline, needed=False, whom=_CONCERNED)


@app.command("request-changes")
def request_changes(
    issue: Issue, by: RequiredBy, comment: Annotated[str, typer.Option(help="What, and where.")]
) -> None:
    """Ask for a change instead."""
    with refusals(), opened() as pipeline:
        pipeline.request_changes(issue, actor(pipeline, by), comment)
        say("Asked for a change. Nothing goes out until it is handed in again and approved.")
        deliver_notices(pipeline, needed=False, whom=_CONCERNED)


app.registered_commands += blocks.app.registered_commands
app.registered_commands += history.app.registered_commands
app.registered_commands += guests.of_issue.registered_commands
app.registered_commands += practice.app.registered_commands
app.registered_commands += sending.app.registered_commands
app.registered_commands += again.app.registered_commands
