"""`newsletter scheduler`."""

import threading
from collections.abc import Sequence
from typing import Annotated

import typer

from newsletter.cli.collect import told
from newsletter.cli.console import opened, refusals
from newsletter.cli.sending import graceful
from newsletter.cli.worker import logged
from newsletter.jobs import Job, Scheduler
from newsletter.pipeline import Pipeline

TICK = 5.0  # seconds between looks at the calendar
COLLECT = 60.0  # and for sources whose time has come


def scheduler(
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, and end; for cron.")] = False,
) -> None:
    """Do what falls due by the lists' rhythms and plans: drafts, reminders, planned issues. Until Ctrl-C."""
    with refusals(), opened() as pipeline, graceful() as stop, logged():
        ticker = ticking(pipeline, stop)
        if once:
            ticker.once()
        else:
            ticker.run()


def ticking(pipeline: Pipeline, stop: threading.Event) -> Scheduler:
    """The scheduler of this installation. Planned issues have a job of their own: they wait for no draft."""
    jobs = (
        Job("plans", pipeline.rhythm.release, TICK),
        Job("calendar", pipeline.rhythm.tick, TICK),
        Job("sources", lambda: _collect(pipeline), COLLECT),
    )
    return Scheduler(jobs, stop, pipeline.health.runs)


def _collect(pipeline: Pipeline) -> Sequence[str]:
    return [told(one) for one in pipeline.collect_due() if one.is_news]
