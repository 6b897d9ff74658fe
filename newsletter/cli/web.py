"""`newsletter web` and `newsletter run`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from newsletter.cli.console import err, opened, refusals, say
from newsletter.cli.scheduler import ticking
from newsletter.cli.sending import graceful
from newsletter.cli.worker import logged, shift
from newsletter.errors import BadInput
from newsletter.pipeline import Pipeline


def web() -> None:
    """Serve the pages for readers and the API. Until Ctrl-C."""
    with refusals(), opened() as pipeline, logged():
        _serve(pipeline, threading.Event())


def run() -> None:
    """Pages, worker and scheduler in one process: all that an installation needs. Until Ctrl-C."""
    # A signal that comes before the pages are there ends it in order, too.
    with (
        refusals(), opened() as pipeline, logged(), graceful() as stop,
        _beside("worker", shift(pipeline, stop).run, stop),
        _beside("scheduler", ticking(pipeline, stop).run, stop),
    ):  # fmt: skip
        _serve(pipeline, stop)


def _serve(pipeline: Pipeline, stop: threading.Event) -> None:
    from newsletter.web.serve import serve  # noqa: PLC0415 -- a web framework: half a second for every other command

    def ready(address: str) -> None:
        say(f"Pages are at  {address}/   (readers' links lead to {pipeline.settings.base_url})")
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
