"""The commands, and what stands before them."""

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from newsletter import __version__, settings
from newsletter.cli import (
    adopt,
    collect,
    guests,
    init,
    issue,
    keys,
    lists,
    mailbox,
    publications,
    scheduler,
    sources,
    staff,
    subscribers,
    transports,
    web,
    worker,
)
from newsletter.cli.console import options, out, refusals, say
from newsletter.cli.preparing import prepare

app = typer.Typer(
    name="newsletter",
    help="From what you published to one approved e-mail issue, to every confirmed subscriber, once.",
    invoke_without_command=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.add_typer(publications.app, name="publications", help="What the organisation published.")
app.add_typer(sources.app, name="sources", help="Where publications come from.")
app.add_typer(lists.app, name="lists", help="What one can subscribe to.")
app.add_typer(issue.app, name="issue", help="Collect, write, check, sign off, send.")
app.add_typer(guests.app, name="guests", help="Those who are asked for something and never log in.")
app.add_typer(subscribers.app, name="subscribers", help="People, and how they signed up.")
app.add_typer(staff.app, name="staff", help="Who works here.")
app.add_typer(keys.app, name="keys", help="The keys of programs that use the API.")
app.add_typer(transports.app, name="transports", help="The mail services: how fast each may be used.")
app.command("collect")(collect.collect)
app.command("mailbox")(mailbox.mailbox)
app.command("adopt")(adopt.adopt)
app.command("worker")(worker.worker)
app.command("scheduler")(scheduler.scheduler)
app.command("web")(web.web)
app.command("run")(web.run)
app.command("console")(web.console)
app.command("init")(init.init)


@app.callback()
def before(
    context: typer.Context,
    config: Annotated[
        Path | None, typer.Option("--config", help="The settings file.", envvar="NEWSLETTER_CONFIG")
    ] = None,
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        say(f"newsletter {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        out.print(context.get_help(), markup=False)
        raise typer.Exit(2)
    options.config = config
    logging.basicConfig(level=logging.ERROR, stream=sys.stderr, format="%(levelname)s %(message)s")


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema. Run it once at the start and after every upgrade."""
    with refusals():
        before_, after = prepare(settings.load(options.config))
    say(
        f"The database is at {after}."
        if before_ == after
        else f"The database went from {before_ or 'empty'} to {after}."
    )


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where it works; emptied first.")] = Path("var/demo"),
    draft: Annotated[bool, typer.Option("--draft", help="Stop at the draft, to work on it in the console.")] = False,
) -> None:
    """The whole route on real sample publications, into a local mailbox."""
    from newsletter.cli.demo import run, run_to_draft  # noqa: PLC0415 -- mailbox and sample: not for every command

    with refusals():
        if draft:
            run_to_draft(folder)
        else:
            run(folder)


def main() -> None:
    """Entry point."""
    app()
