"""What all commands share: opening the pipeline, who acts, printing, and turning refusals into exit codes."""

import getpass
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from sqlalchemy.exc import OperationalError

from newsletter import bootstrap
from newsletter.delivery.model import RouteDown
from newsletter.errors import BadInput, Refusal
from newsletter.pipeline import Pipeline
from newsletter.staff.people import Actor, find

# No emoji codes: ":city:" in somebody's title is what it says.
out = Console(highlight=False, soft_wrap=True, emoji=False)
err = Console(stderr=True, highlight=False, soft_wrap=True, emoji=False)

By = Annotated[str | None, typer.Option("--by", metavar="EMAIL", help="Who does this; their role decides.")]
RequiredBy = Annotated[str, typer.Option("--by", metavar="EMAIL", help="Who does this; their role decides.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program.")]


@dataclass
class Options:
    """What stands before the verb."""

    config: Path | None = None


options = Options()


@contextmanager
def opened() -> Iterator[Pipeline]:
    """The pipeline of these settings, closed at the end."""
    pipeline = bootstrap.pipeline(options.config)
    try:
        yield pipeline
    finally:
        pipeline.database.close()


@contextmanager
def refusals() -> Iterator[None]:
    """A refusal is one sentence on stderr, its problems below, and exit code 1."""
    try:
        yield
    except Refusal as error:
        _refuse(str(error), *getattr(error, "problems", ()), *getattr(error, "changes", ()))
    except RouteDown as error:
        _refuse(str(error))
    except OSError as error:
        if error.filename is None:
            raise
        _refuse(f"{error.filename}: {error.strerror}.")
    except OperationalError as error:
        # The driver's own words: SQLAlchemy's would quote the statement with its values.
        _refuse(f"The database cannot be used: {' '.join(str(error.orig).split())}")


def _refuse(sentence: str, *more: str) -> NoReturn:
    err.print(sentence, style="bold", markup=False)
    for problem in more:
        err.print(f"  - {problem}", markup=False)
    raise SystemExit(1) from None


def actor(pipeline: Pipeline, by: str | None) -> Actor:
    """The named person, and the OS user behind the keyboard."""
    with pipeline.database.reading() as session:
        person = find(session, by) if by else None
    return Actor(person, "cli", _os_user())


def print_json(value: object) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def say(text: str) -> None:
    """A line for people; markup characters in names and titles are only characters."""
    out.print(text, markup=False)


def day(text: str | None, option: str) -> date | None:
    """A calendar day as the user typed it."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {text}: give a day like 2024-06-30.") from None


def moment(text: str, option: str, pipeline: Pipeline) -> datetime:
    """A time as the user typed it; without an offset it is the organisation's own."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option} {text}: give a time like 2024-07-09T09:00.") from None
    return found if found.tzinfo else found.replace(tzinfo=pipeline.settings.zone)


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(type(value).__name__)


def _os_user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
