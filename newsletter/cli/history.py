"""`newsletter issue history | undo | restore`: what an issue was before, and back to it."""

from typing import Annotated

import typer

from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.cli.sending import Issue
from newsletter.issues.history import versions
from newsletter.issues.views import find
from newsletter.pipeline import Pipeline

app = typer.Typer()


@app.command()
def history(issue: Issue, as_json: Json = False) -> None:
    """What was done to the issue's text, by whom, the latest first."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = versions(session, find(session, issue).id)
        if as_json:
            print_json(list(found))
            return
        for one in found:
            at = one.at.astimezone(pipeline.settings.zone)
            undone = " (taken back)" if one.undone else ""
            say(f"{one.revision:5}  {at:%Y-%m-%d %H:%M}  {one.by}: {one.words}{undone}")


@app.command()
def undo(issue: Issue, by: By = None) -> None:
    """Take back your last change that still stands. What others have changed since stays."""
    with refusals(), opened() as pipeline:
        done = pipeline.editor.undo(issue, actor(pipeline, by))
        _say(pipeline, issue, f"Taken back. This is version {done.revision}.")


@app.command()
def restore(
    issue: Issue,
    to: Annotated[int, typer.Option("--to", metavar="VERSION", help="As issue history says.")],
    by: By = None,
) -> None:
    """Bring an earlier version back. The present one is kept and can be brought back, too."""
    with refusals(), opened() as pipeline:
        done = pipeline.editor.restore(issue, actor(pipeline, by), to)
        _say(pipeline, issue, f"Version {to} is back, as version {done.revision}. What was there before is kept.")


def _say(pipeline: Pipeline, issue: str, done: str) -> None:
    say(done)
    with pipeline.database.reading() as session:
        yes, changes = pipeline.gate.look(session, find(session, issue).id)
    if yes:
        say(f"The yes of {yes.by} counts for it.")
    elif changes:
        say("It needs a new yes.")
