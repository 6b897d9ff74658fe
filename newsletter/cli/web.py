"""`newsletter web`, `newsletter run` and `newsletter console`."""

import os
import sys
import webbrowser
from typing import Annotated

import typer

from newsletter.cli.console import actor, refusals, say
from newsletter.cli.running import keep_running
from newsletter.cli.worker import logged
from newsletter.errors import BadInput
from newsletter.pipeline import Pipeline
from newsletter.staff import people
from newsletter.staff.authority import Role


def web() -> None:
    """Serve the pages for readers and the API. Until Ctrl-C."""
    with refusals(), logged():
        keep_running(_said, alone=True)


def run() -> None:
    """Pages, worker and scheduler in one process: all that an installation needs. Until Ctrl-C."""
    with refusals(), logged():
        keep_running(_said)


def console(
    email: Annotated[str, typer.Option("--for", metavar="EMAIL", help="Who signs in; by default an admin.")] = "",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link.")] = False,
) -> None:
    """Everything that `run` does, and the browser on a link that signs you in. Until Ctrl-C."""

    def ready(pipeline: Pipeline) -> None:
        sign_in(pipeline, email or _keeper(pipeline), no_browser=no_browser)

    with refusals(), logged():
        keep_running(ready)


def sign_in(pipeline: Pipeline, email: str, *, no_browser: bool, onward: str = "") -> None:
    """A link for that person, once, and the browser on it where there is one."""
    # Made when the pages are there: it works for half an hour.
    url, _ = pipeline.entrance.link(email, actor(pipeline, None), onward)
    say(f"The console, for {email}, once:")
    show(url, no_browser=no_browser)


def show(url: str, *, no_browser: bool) -> None:
    """The link, and the browser on it where there is one."""
    say(url)
    if not no_browser and _has_browser():
        webbrowser.open(url)


def _has_browser() -> bool:
    """Not on a server, where only a browser of letters would take over the terminal."""
    if sys.platform in {"win32", "darwin"}:
        return "SSH_CONNECTION" not in os.environ
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("BROWSER"))


def _said(_pipeline: Pipeline) -> None:
    """The address is said already."""


def _keeper(pipeline: Pipeline) -> str:
    """An admin, else who may sign off, else anybody."""
    with pipeline.database.reading() as session:
        everybody = sorted(people.everybody(session), key=lambda person: list(Role).index(person.role))
    if not everybody:
        raise BadInput("Nobody works here yet. Add yourself: newsletter staff add YOU@example.org --role admin")
    return everybody[-1].email
