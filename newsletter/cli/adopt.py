"""`newsletter adopt`."""

from typing import Annotated

import typer

from newsletter.cli.console import By, actor, opened, refusals, say


def adopt(
    beside: Annotated[
        bool, typer.Option("--beside", help="One more host on a PostgreSQL database in use; nothing is touched.")
    ] = False,
    by: By = None,
) -> None:
    """Take over a database that is a copy, or was put back from a backup. Until then nothing is sent from it.

    What was being sent is paused, what was planned is planned no more, and mails that waited are not sent.
    """
    with refusals(), opened() as pipeline:
        done = pipeline.belonging.adopt(actor(pipeline, by), beside=beside)
        if done.trouble is None:
            say("This database is this installation's own already. Nothing was changed.")
            return
        say(done.trouble.value)
        say("This host works on it from now on." if beside else "It is this installation's from now on.")
        for slug in done.paused:
            say(f"{slug} is paused. Look at it: newsletter issue status {slug}")
        for slug in done.unplanned:
            say(f"{slug} is not planned any more. Plan it anew: newsletter issue plan {slug} --at MOMENT --by EMAIL")
        if done.notices:
            say(f"{done.notices:,} other mails that waited are not sent.")
