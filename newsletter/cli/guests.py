"""`newsletter issue ask-guest` and `newsletter guests`: what those are asked who never log in."""

from typing import Annotated

import typer

from newsletter.cli.blocks import named_fields
from newsletter.cli.console import By, Json, RequiredBy, actor, day, opened, print_json, refusals, say
from newsletter.cli.sending import Issue
from newsletter.errors import BadInput
from newsletter.guests import views
from newsletter.guests.model import Act, Asked, Wish
from newsletter.issues.views import find
from newsletter.pipeline import Pipeline

app = typer.Typer(no_args_is_help=True)
of_issue = typer.Typer()

Request = Annotated[int, typer.Argument(metavar="N", help="Its number, as guests list says.")]


@of_issue.command("ask-guest")
def ask_guest(
    issue: Issue,
    act: Annotated[str, typer.Option(help="note, suggest, clear or translate.")],
    name: Annotated[str, typer.Option(help="As they are addressed.")],
    email: Annotated[str, typer.Option()],
    due: Annotated[str, typer.Option("--due", metavar="DAY", help="By when, like 2024-06-28.")],
    by: RequiredBy,
    message: Annotated[str, typer.Option(help="A sentence of your own.")] = "",
    language: Annotated[str, typer.Option(help="Translate into it; or the version that is written or looked at.")] = "",
    speaks: Annotated[str, typer.Option(help="The language of their page and mails: en, es, fr or ar.")] = "",
    publication: Annotated[
        int | None, typer.Option(metavar="N", help="The item to be looked at, or the only one to be translated.")
    ] = None,
    block: Annotated[str, typer.Option(help="Of a note: director, text or quote.")] = "director",
    section: Annotated[str | None, typer.Option(help="Of a text or a quote: after the items of this section.")] = None,
) -> None:
    """Ask somebody who never logs in for one act, by a mail with a link to a page that is made for it.

    note: write the director's note, a text or a quote. suggest: say what should be in it. clear: say whether one item
    is right. translate: put an item, or all that is missing, into another language.
    """
    with refusals(), opened() as pipeline:
        if act not in list(Act):
            raise BadInput(f"--act {act[:40]}: use {', '.join(Act)}.")
        on = day(due, "--due")
        assert on is not None
        wish = Wish(Act(act), name, email, on, message, language, speaks, publication, block, section)
        id_ = pipeline.ask_guest(issue, wish, actor(pipeline, by))
        asked = _found(pipeline, id_)
        say(f"{asked.name} is asked for {asked.what}, by {_day(asked)} (request {id_}).")
        say("A mail with the link leaves with the next notices. It leads to:")
        say(pipeline.guests.link(id_))


@app.command("list")
def list_(issue: Issue, as_json: Json = False) -> None:
    """What was asked of whom for an issue, and where it stands."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = find(session, issue)
        asked = views.requests(session, found.id, pipeline.clock(), pipeline.settings.zone)
        cleared = views.cleared(session, found.id)
        if as_json:
            print_json({"requests": asked, "cleared": {str(id_): one for id_, one in cleared.items()}})
            return
        if not asked:
            say(f"Nobody was asked for anything yet: newsletter issue ask-guest {found.slug} --help")
        for one in asked:
            say(f"{one.id:5}  {one.name}: {one.what}, by {_day(one)}: {one.words}")
            if one.said:
                say(f"{'':7}{one.said}{' (the item has changed since)' if one.outdated else ''}")
        titles = {one.publication_id: one.what for one in asked if one.act is Act.CLEAR}
        for id_, sum_ in cleared.items():
            say(f"{titles[id_]}: {sum_.words}")


@app.command()
def remind(
    request: Request,
    due: Annotated[str | None, typer.Option("--due", metavar="DAY", help="Another day.")] = None,
    message: Annotated[str | None, typer.Option(help="Another sentence of your own.")] = None,
    by: By = None,
) -> None:
    """Mail the link once more; with another day, also where the day has passed."""
    with refusals(), opened() as pipeline:
        pipeline.remind_guest(request, actor(pipeline, by), due_on=day(due, "--due"), message=message)
        asked = _found(pipeline, request)
        say(f"{asked.name} is reminded; by {_day(asked)}.")


@app.command()
def said(
    request: Request,
    field: Annotated[
        list[str],
        typer.Option(
            "--field", metavar="NAME=VALUE",
            help="May be given more than once. note: text, name, role; clear: verdict (yes or change), text; suggest:"
            " link, title, what, when, who; translate: a line's name as guests lines says.",
        ),
    ],
    by: RequiredBy,
) -> None:  # fmt: skip
    """Write down the answer that somebody has given by phone."""
    with refusals(), opened() as pipeline:
        pipeline.count_as_said(request, actor(pipeline, by), named_fields(field))
        asked = _found(pipeline, request)
        say(f"{asked.name}: {asked.said} ({asked.words}).")


@app.command()
def lines(request: Request, as_json: Json = False) -> None:
    """The lines that somebody is asked to translate, with what there is of them."""
    with refusals(), opened() as pipeline:
        if _found(pipeline, request).act is not Act.TRANSLATE:
            raise BadInput(f"Request {request} is no translation.")
        found = pipeline.guests.lines(request)
        if as_json:
            print_json(found)
            return
        for one in found:
            say(f"{one.key}: {one.source}")
            say(f"{'':5}{one.text or '(missing)'}")


@app.command()
def link(request: Request) -> None:
    """The address of the page, to be handed over by another way."""
    with refusals(), opened() as pipeline:
        _found(pipeline, request)
        say(pipeline.guests.link(request))


@app.command()
def revoke(request: Request, by: By = None) -> None:
    """Ask no more. What was answered stays where it is."""
    with refusals(), opened() as pipeline:
        pipeline.revoke_guest(request, actor(pipeline, by))
        say(f"{_found(pipeline, request).name} is asked no more. To undo: newsletter guests restore {request}")


@app.command()
def without(request: Request, by: By = None) -> None:
    """Make the issue without it; a note that is owed is owed no more."""
    with refusals(), opened() as pipeline:
        pipeline.go_without(request, actor(pipeline, by))
        say(f"The issue goes without it. To undo: newsletter guests restore {request}")


@app.command()
def restore(request: Request, by: By = None) -> None:
    """Ask again after all, by the same link."""
    with refusals(), opened() as pipeline:
        pipeline.restore_guest(request, actor(pipeline, by))
        asked = _found(pipeline, request)
        say(f"{asked.name} is asked for {asked.what}, by {_day(asked)}.")


def _found(pipeline: Pipeline, request: int) -> Asked:
    with pipeline.database.reading() as session:
        return views.find(session, request, pipeline.clock(), pipeline.settings.zone)


def _day(asked: Asked) -> str:
    return f"{asked.due_on:%A} {asked.due_on.day} {asked.due_on:%B %Y}"
