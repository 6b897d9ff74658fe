"""Looking at links and the sender's domain, with a bar that shows how far it is."""

from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from newsletter import preflight
from newsletter.cli.console import err
from newsletter.pipeline import Pipeline
from newsletter.preflight import Finding, Looking

NoNetwork = Annotated[bool, typer.Option("--no-network", help="Do not look at links and names on the network.")]
Again = Annotated[bool, typer.Option("--again", help="Look at all of them, also those seen within a day.")]


def look(pipeline: Pipeline, issue: str, *, again: bool = False) -> Looking:
    """Ask what the issue leads to."""
    with _bar() as show:
        task = show.add_task("look", total=None)
        return pipeline.look(issue, again=again, progress=_updating(show, task))


def look_again(pipeline: Pipeline, issue: str) -> tuple[Finding, ...]:
    """Before a send: what must be told now."""
    with _bar() as show:
        task = show.add_task("look", total=None)
        return pipeline.look_again(issue, _updating(show, task))


def _updating(bar: Progress, task: TaskID) -> preflight.Progress:
    return lambda done, total: bar.update(task, completed=done, total=total)


def _bar() -> Progress:
    columns = (TextColumn("Looking at links and names"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=err, transient=True)
