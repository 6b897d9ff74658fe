"""`newsletter issue retry | copy | correct`: what there is to do after a mistake, beside stopping and mending."""

from typing import Annotated

import typer

from newsletter.cli.console import RequiredBy, actor, err, opened, out, refusals, say
from newsletter.cli.sending import Issue, deliver_notices
from newsletter.errors import BadInput

app = typer.Typer()

Readers = Annotated[list[str] | None, typer.Option(help="Only this reader's; may be given more than once.")]


@app.command()
def retry(
    issue: Issue,
    by: RequiredBy,
    reader: Readers = None,
    deferred: Annotated[bool, typer.Option("--deferred", help="Those that were put off: they are due now.")] = False,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Those that were refused, but for their readers' own mailboxes.")
    ] = False,
) -> None:
    """Try again what was put off or refused, with the same Message-ID; `issue send` or the worker does it.

    Without --deferred and --rejected: both. What a reader's own mailbox refused waits again only with --reader.
    """
    with refusals(), opened() as pipeline:
        both = deferred == rejected
        due, again = pipeline.retry(
            issue, actor(pipeline, by), reader or (), deferred=both or deferred, rejected=both or rejected
        )
        if not due + again:
            say("Nothing to try again: none was put off, and none was refused that could go now.")
            return
        say(f"{due:,} that were put off are due now; {again:,} that were refused wait again.")
        say(f"Hand over: newsletter issue send {issue} --by {by}")


@app.command()
def copy(
    issue: Issue,
    to: Annotated[str, typer.Option("--to", metavar="EMAIL", help="One of the readers to whom it was sent.")],
    by: RequiredBy,
) -> None:
    """Send one reader one more copy of what was sent."""
    with refusals(), opened() as pipeline:
        pipeline.copy(issue, to, actor(pipeline, by))
        if refused := deliver_notices(pipeline):
            raise BadInput("The mail service did not take it.", refused)
        say(f"One more copy is on its way to {to}.")


@app.command()
def correct(
    issue: Issue,
    by: RequiredBy,
    subject: Annotated[str | None, typer.Option(help="Its subject, in the list's first language.")] = None,
    with_uncertain: Annotated[
        bool, typer.Option("--with-uncertain", help="Also to those whose copy has no answer.")
    ] = False,
) -> None:
    """Begin a short correction, to exactly those who have the issue. It needs its own sign-off.

    The last line is the correction's short name alone.
    """
    with refusals(), opened() as pipeline:
        made = pipeline.correct(issue, actor(pipeline, by), subject, with_uncertain=with_uncertain)
        err.print(
            f"Begun. Say what was wrong: newsletter issue block {made.slug} --kind text --field text='...'",
            markup=False,
        )
        out.print(made.slug, markup=False)
