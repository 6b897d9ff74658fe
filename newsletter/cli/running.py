"""Pages until Ctrl-C, with worker and scheduler beside them or without; begun anew when a page changes a setting."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from newsletter import serving
from newsletter.cli.console import err, opened, say
from newsletter.cli.scheduler import ticking
from newsletter.cli.sending import graceful
from newsletter.cli.worker import shift
from newsletter.errors import BadInput
from newsletter.pipeline import Pipeline

Ready = Callable[[Pipeline], None]


class Taken(BadInput):
    """Another program listens there."""


def keep_running(ready: Ready | None = None, *, alone: bool = False) -> None:
    """Serve the pages; unless they are `alone`, do what is due, too. `ready` is told once, when they are there.

    What a page writes into the settings is read by a pipeline that is made anew, on the same socket: whoever asks
    meanwhile waits for a second.
    """
    web: socket.socket | None = None
    try:
        with graceful() as stop:
            while not stop.is_set():
                with opened() as pipeline:
                    web = web or _bound(pipeline)
                    if not _once(pipeline, web, stop, ready, alone=alone):
                        return
                    ready = None
    finally:
        if web is not None:
            web.close()


def _once(pipeline: Pipeline, web: socket.socket, stop: threading.Event, ready: Ready | None, *, alone: bool) -> bool:
    """Until somebody stops it, or the settings have changed: then True."""
    again, over = threading.Event(), threading.Event()

    def changed() -> None:
        again.set()
        over.set()

    pipeline.setup.on_change = changed
    with ExitStack() as beside:
        beside.enter_context(_linked(stop, over))
        if not alone:
            # A signal that comes before the pages are there ends it in order, too.
            beside.enter_context(_beside("worker", shift(pipeline, over).run, over))
            beside.enter_context(_beside("scheduler", ticking(pipeline, over).run, over))
        beside.callback(pipeline.setup.close)
        pipeline.setup.resume()
        _serve(pipeline, web, over, ready)
    return again.is_set() and not stop.is_set()


def _bound(pipeline: Pipeline) -> socket.socket:
    host, port = pipeline.settings.listens_at
    try:
        return serving.bound(host, port)
    except OSError as error:
        raise Taken(f"{host}:{port} cannot be listened at: {error.strerror}. Set LISTEN to another.") from None


def _serve(pipeline: Pipeline, web: socket.socket, over: threading.Event, ready: Ready | None) -> None:
    from newsletter.web.serve import serve  # noqa: PLC0415 -- a web framework: half a second for every other command

    def listening(address: str) -> None:
        if ready is None:
            return
        say(f"Pages are at  {address}/   (readers' links lead to {pipeline.settings.base_url})")
        ready(pipeline)
        err.print("Stop with Ctrl-C.")

    serve(pipeline, web.dup(), listening, over)


@contextmanager
def _linked(stop: threading.Event, over: threading.Event) -> Iterator[None]:
    """A signal ends this round, too."""

    def link() -> None:
        while not over.is_set():
            if stop.wait(0.1):
                over.set()

    thread = threading.Thread(target=link, name="signals", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


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
