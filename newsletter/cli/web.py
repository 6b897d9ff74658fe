"""`newsletter web`, `newsletter run` and `newsletter console`."""

import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from newsletter.cli.console import actor, err, opened, refusals, say
from newsletter.cli.scheduler import ticking
from newsletter.cli.sending import graceful
from newsletter.cli.worker import logged, shift
from newsletter.errors import BadInput
from newsletter.pipeline import Pipeline
from newsletter.staff import people
from newsletter.staff.authority import Role


def web() -> None:
    """Serve the pages for readers and the API. Until Ctrl-C."""
    with refusals(), opened() as pipeline, logged():
        _serve(pipeline, threading.Event())


def run() -> None:
    """Pages, worker and scheduler in one process: all that an installation needs. Until Ctrl-C."""
    with refusals(), opened() as pipeline, logged():
        _run(pipeline)


def console(
    email: Annotated[str, typer.Option("--for", metavar="EMAIL", help="Who signs in; by default an admin.")] = "",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link.")] = False,
) -> None:
    """Everything that `run` does, and the browser on a link that signs you in. Until Ctrl-C."""
    with refusals(), opened() as pipeline, logged():
        who = email or _keeper(pipeline)

        def ready() -> None:
            # Made when the pages are there: it works for half an hour.
            url, _ = pipeline.entrance.link(who, actor(pipeline, None))
            say(f"The console, for {who}, once:\n{url}")
            if not no_browser:
                webbrowser.open(url)

        _run(pipeline, ready)


def _keeper(pipeline: Pipeline) -> str:
    """An admin, else who may sign off, else anybody."""
    with pipeline.database.reading() as session:
        everybody = sorted(people.everybody(session), key=lambda person: list(Role).index(person.role))
    if not everybody:
        raise BadInput("Nobody works here yet. Add yourself: newsletter staff add YOU@example.org --role admin")
    return everybody[-1].email


def _run(pipeline: Pipeline, ready: Callable[[], None] | None = None) -> None:
    # A signal that comes before the pages are there ends it in order, too.
    with (
        graceful() as stop,
        _beside("worker", shift(pipeline, stop).run, stop),
        _beside("scheduler", ticking(pipeline, stop).run, stop),
    ):
        _serve(pipeline, stop, ready)


def _serve(pipeline: Pipeline, stop: threading.Event, on_ready: Callable[[], None] | None = None) -> None:
    from newsletter.web.serve import serve  # noqa: PLC0415 -- a web framework: half a second for every other command

    def ready(address: str) -> None:
        say(f"Pages are at  {address}/   (readers' links lead to {pipeline.settings.base_url})")
        if on_ready is not None:
            on_ready()
        err.print("Stop with Ctrl-C.")

    try:
        serve(pipeline, ready, stop)
    except OSError as error:
        host, port = pipeline.settings.listens_at
        raise BadInput(f"{host}:{port} cannot be listened at: {error.strerror}. Set LISTEN to another.") from None


@contextmanager
def _beside(name: str, work: Callable[[], None], stop: threading.Event) -> Iterator[None]:
    """One that fails ends the others: a part of it running would look like the whole."""
    failed: list[BaseException] = []

    def guarded() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 -- told below, in the main thread
            failed.append(error)
        finally:
            stop.set()

    thread = threading.Thread(target=guarded, name=name)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
    if failed:
        raise failed[0]
