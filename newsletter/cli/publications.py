"""`newsletter publications`: import, add, paste, date, list, changes."""

from pathlib import Path
from typing import Annotated

import typer

from newsletter import fetch
from newsletter.cli.console import By, Json, actor, day, opened, print_json, refusals, say
from newsletter.issues.periods import parse
from newsletter.pipeline import Pipeline
from newsletter.publications import adding, changes, importing, views
from newsletter.publications.checking import columns
from newsletter.publications.finding import BY_HAND
from newsletter.publications.kinds import kinds
from newsletter.publications.reading import one
from newsletter.publications.sources.model import Flag
from newsletter.publications.store import stored
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)

_FLAGS = {
    Flag.CUT_OFF.value: "its summary was cut off by the website",
    Flag.OTHER_ITEM.value: "its summary seems to be another one's",
    Flag.LOGIN.value: "needs a subscription",
    Flag.SUGGESTED.value: "suggested by a guest",
}


@app.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="A .json or .csv file, or its address; columns: docs/importing.md.")],
    pictures: Annotated[bool, typer.Option("--pictures", help="Take those that lie on the web, too.")] = False,
    by: By = None,
) -> None:
    """Take in a file of publications, all of it or nothing."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("import")
        with pipeline.database.reading() as session:
            known = [kind.slug for kind in kinds(session)]
        if file.startswith(("http://", "https://")):
            with fetch.web(pipeline.settings) as web:
                page = web.get(file, most_bytes=importing.MOST_FILE_BYTES)
            batch, name = importing.read_page(page, known), file
        else:
            batch, name = importing.read_file(Path(file), known), Path(file).name
        with pipeline.database.transaction() as session:
            done = importing.land(session, batch, pipeline.clock())
            log(session, who, "import", pipeline.clock(), file=name, new=done.new, changed=done.changed)
        say(f"{name}: {done.new} new, {done.changed} changed, {done.unchanged} unchanged.")
        if done.duplicates:
            say(f"{done.duplicates} are here already from elsewhere, and stay as they are.")
        if pictures:
            _take_pictures(pipeline, [one.external_id for one, _ in batch.entries])
        elif on_the_web := batch.pictures_on_the_web:
            say(f"{on_the_web} pictures lie on the web and were not taken: import it with --pictures to take them.")


def _take_pictures(pipeline: Pipeline, external_ids: list[str]) -> None:
    with pipeline.database.reading() as session:
        ids = [row.id for row in stored(session, external_ids).values()]
    done = pipeline.take_pictures(ids)
    say(f"{done.taken} pictures taken from the web.")
    for wanted, why in done.problems:
        say(f"  not taken  {wanted.title}: {why}")


@app.command()
def paste(
    url: Annotated[str, typer.Argument(help="Of an article, a report, whatever should be known.")],
    kind: Annotated[str, typer.Option(help="By itself a media feature where it is on somebody else's site.")] = "",
    title: Annotated[str, typer.Option()] = "",
    summary: Annotated[str, typer.Option()] = "",
    published_on: Annotated[str, typer.Option(help="A day like 2024-06-30.")] = "",
    language: Annotated[str, typer.Option()] = "",
    outlet: Annotated[str, typer.Option(help="Who published it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what the page says of itself.")] = False,
    by: By = None,
) -> None:
    """Add what a link leads to: title, day, picture, outlet and language are filled in from its page."""
    said = {"kind": kind, "title": title, "summary": summary, "published_on": published_on, "language": language,
            "outlet": outlet}  # fmt: skip
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("import")
        linked = pipeline.read_link(url, said)
        found, because = linked.publication, linked.because
        for name, value in columns(found).items():
            if name != "external_id":
                say(f"  {name.replace('_', ' '):16} {value}")
        say(f"  {'kind because':16} {'you say so' if kind else because}")
        if Flag.LOGIN in linked.flags:
            say("  It needs a subscription to be read.")
        if dry_run:
            say("Nothing was added.")
            return
        id_ = pipeline.paste(found, linked.flags, who)
        say(f"Publication {id_}: {found.title}")
        if found.published_on is None:
            say(f"It has no date, and will be in no issue before it has: newsletter publications date {id_} DAY")


@app.command("date")
def date_(publication: int, day_: Annotated[str, typer.Argument(metavar="DAY")], by: By = None) -> None:
    """Give a publication its day; one without waits in the tray."""
    with refusals(), opened() as pipeline:
        given = day(day_, "DAY")
        assert given is not None
        title = pipeline.give_day(publication, given, actor(pipeline, by))
        say(f"{title}: published on {given}.")


@app.command("changes")
def changes_(
    publication: Annotated[int | None, typer.Argument(help="Of this one; of all without it.")] = None,
    as_json: Json = False,
) -> None:
    """What the websites have changed since it was taken in, the latest first."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = changes.changes(session, publication)
        if as_json:
            print_json(found)
            return
        if not found:
            say("Nothing has changed since it was taken in.")
        words = {"gone": "gone from its website", "back": "back on its website", "changed": "changed"}
        for one in found:
            say(f"{one.publication_id:5} {one.at:%Y-%m-%d}  {words[one.what]}: {one.title}")
            for line in one.lines:
                say(f"{'':18}{line}")


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
            shown = listed.columns
            say(f"{listed.id:5} {shown.get('published_on', 'no date'):10} {shown['kind']:18} {shown['title']}")
            notes = [_FLAGS[flag] for flag in listed.flags if flag in _FLAGS]
            notes += ["gone from its website"] if listed.gone else []
            notes += [f"from {listed.source}"] if listed.source not in BY_HAND else []
            if notes:
                say(f"{'':36}{'; '.join(notes)}")
