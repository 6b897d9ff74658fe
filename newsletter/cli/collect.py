"""`newsletter collect`: what the sources tell."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from newsletter.cli.console import By, Json, actor, err, opened, print_json, refusals, say
from newsletter.publications.collecting import Collected
from newsletter.publications.views import undated

MOST_SHOWN = 40  # lines of each kind


def collect(
    source: Annotated[list[str] | None, typer.Argument(help="By its short name; without one, all.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would come, and keep nothing.")] = False,
    as_json: Json = False,
    by: By = None,
) -> None:
    """Visit the sources, and take in what they have published."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        with _bar(as_json) as progress:
            done = pipeline.collect(source or (), who, dry_run=dry_run, progress=progress)
        with pipeline.database.reading() as session:
            waiting = len(undated(session))
        if as_json:
            print_json({"sources": [_json(one) for one in done], "undated": waiting})
        else:
            _tell(done, waiting, dry_run=dry_run)
    if any(one.trouble for one in done):
        raise typer.Exit(1)


def told(one: Collected) -> str:
    """What a visit led to, in a sentence."""
    if one.trouble:
        return f"{one.source}: {one.trouble}"
    if one.not_modified:
        return f"{one.source}: nothing has changed."
    names = ("new", "changed", "unchanged", "duplicates", "refused", "gone", "back")
    counts = {name: number for name in names if (number := one.counts[name]) or name in {"new", "changed", "unchanged"}}
    words = {"duplicates": "here from elsewhere", "gone": "gone from their website", "back": "back again"}
    return f"{one.source}: {', '.join(f'{number:,} {words.get(name, name)}' for name, number in counts.items())}."


def _tell(done: Sequence[Collected], waiting: int, *, dry_run: bool) -> None:
    if not done:
        say("There is no source yet. Add one: newsletter sources add https://www.example.org")
    for one in done:
        say(told(one))
        for item in one.items[:MOST_SHOWN]:
            day = item.published_on.isoformat() if item.published_on else "no date"
            say(f"  {item.outcome:8} {day:10}  {item.kind:17} {item.language:3} {item.title}")
        _more(len(one.items))
        for problem in one.problems[:MOST_SHOWN]:
            say(f"  not all right  {problem.where}: {problem.why}")
        _more(len(one.problems))
    if dry_run and done:
        say("Nothing was kept. Without --dry-run it is.")
    elif waiting:
        has = "1 publication has" if waiting == 1 else f"{waiting} publications have"
        say(f"{has} no date and will be in no issue before somebody gives it one: newsletter publications date ID DAY")


def _more(number: int) -> None:
    if number > MOST_SHOWN:
        say(f"  and {number - MOST_SHOWN} more; all of them: newsletter collect --json")


def _json(one: Collected) -> dict[str, object]:
    return {
        "source": one.source, **one.counts, "not_modified": one.not_modified, "trouble": one.trouble,
        "items": list(one.items), "problems": list(one.problems),
    }  # fmt: skip


@contextmanager
def _bar(quiet: bool) -> Iterator[Callable[[str, int, int | None], None] | None]:
    """How far each source is, on a terminal."""
    if quiet or not err.is_terminal:
        yield None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err, transient=True) as bar:
        tasks = {}

        def show(source: str, number: int, total: int | None) -> None:
            if source not in tasks:
                tasks[source] = bar.add_task(source, total=total)
            bar.update(tasks[source], completed=number, total=total)

        yield show
