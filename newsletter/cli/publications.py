"""`newsletter publications`: import, add, list."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.issues.periods import parse
from newsletter.publications import adding, importing, views
from newsletter.publications.kinds import kinds
from newsletter.publications.reading import one
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="A .json or .csv file; the columns are in docs/importing.md.")],
    by: By = None,
) -> None:
    """Take in a file of publications, all of it or nothing."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("import")
        with pipeline.database.reading() as session:
            known = [kind.slug for kind in kinds(session)]
        batch = importing.read_file(file, known)
        with pipeline.database.transaction() as session:
            done = importing.land(session, batch, pipeline.clock())
            log(session, who, "import", pipeline.clock(), file=file.name, new=done.new, changed=done.changed)
        say(f"{file.name}: {done.new} new, {done.changed} changed, {done.unchanged} unchanged.")
        if on_the_web := batch.pictures_on_the_web:
            say(f"{on_the_web} pictures lie on the web and were not taken: put the files beside {file.name}.")


@app.command()
def add(
    title: str,
    kind: Annotated[str, typer.Option(help="Like report, readout, press_release, opportunity, event.")],
    url: Annotated[str, typer.Option(help="Where it stands.")],
    summary: Annotated[str, typer.Option()] = "",
    published_on: Annotated[str, typer.Option(help="A day like 2024-06-30; without one it waits in the tray.")] = "",
    language: Annotated[str, typer.Option()] = "en",
    outlet: Annotated[str, typer.Option(help="Who published a media feature.")] = "",
    original_source: Annotated[str, typer.Option(help="Who first published a cross-post.")] = "",
    deadline_on: Annotated[str, typer.Option()] = "",
    starts_on: Annotated[str, typer.Option()] = "",
    ends_on: Annotated[str, typer.Option()] = "",
    place: Annotated[str, typer.Option()] = "",
    who_for: Annotated[str, typer.Option()] = "",
    by: By = None,
) -> None:
    """Add one publication by hand."""
    fields = {key: value for key, value in locals().items() if key != "by"}
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("import")
        with pipeline.database.transaction() as session:
            publication = one(fields, [row.slug for row in kinds(session)])
            id_ = adding.add(session, publication, pipeline.clock())
            log(session, who, "import", pipeline.clock(), publication=id_)
        say(f"Publication {id_}: {publication.title}")


@app.command("list")
def list_(
    period: Annotated[str | None, typer.Option(help="Like 2024-Q2; all without it.")] = None, as_json: Json = False
) -> None:
    """What is in the database, by date; what has none stands at the end."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        bounds = parse(period) if period else None
        found = views.publications(session, bounds.first, bounds.last) if bounds else views.publications(session)
        if as_json:
            print_json([listed.columns for listed in found])
            return
        if not found:
            say("No publications yet. Take some in: newsletter publications import FILE")
        for listed in found:
            columns = listed.columns
            say(f"{listed.id:5} {columns.get('published_on', 'no date'):10} {columns['kind']:18} {columns['title']}")
