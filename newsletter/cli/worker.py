"""`newsletter worker`."""

import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from newsletter.cli.console import opened, refusals
from newsletter.cli.sending import graceful
from newsletter.delivery.working import Shift
from newsletter.pipeline import Pipeline


def worker(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end; for cron.")] = False,
) -> None:
    """Hand over whatever is due: what was released, is spread over a time, or is to be tried again. Until Ctrl-C."""
    with refusals(), opened() as pipeline, graceful() as stop, logged():
        if once:
            shift(pipeline, stop).once()
        else:
            shift(pipeline, stop).run()


def shift(pipeline: Pipeline, stop: threading.Event) -> Shift:
    """Everything that a worker looks after."""
    return Shift(
        pipeline.database, pipeline.clock, pipeline.work_on, pipeline.deliver_notices, stop,
        pipeline.joining.handle, pipeline.tidy, pipeline.belonging.require, pipeline.health.runs,
    )  # fmt: skip


@contextmanager
def logged() -> Iterator[None]:
    """Plain lines on stdout, also what our other modules have to say."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    ours = logging.getLogger("newsletter")
    before = ours.level, ours.propagate
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    ours.propagate = False
    try:
        yield
    finally:
        ours.removeHandler(handler)
        ours.setLevel(before[0])
        ours.propagate = before[1]
