"""`newsletter issue block | ask | remove-block`: what stands in an issue without being a publication."""

from typing import Annotated

import typer

from newsletter.cli import telling
from newsletter.cli.console import By, actor, day, opened, refusals, say
from newsletter.cli.sending import Issue
from newsletter.errors import BadInput
from newsletter.issues.blocks import FIELDS
from newsletter.issues.owed import owed
from newsletter.issues.views import find

app = typer.Typer()

_KINDS = "; ".join(f"{kind}: {', '.join((*known.required, *known.optional))}" for kind, known in FIELDS.items())


@app.command()
def block(
    issue: Issue,
    kind: Annotated[str, typer.Option("--kind", help="director, text, quote, numbers or button.")],
    field: Annotated[
        list[str],
        typer.Option("--field", metavar="NAME=VALUE", help=f"May be given more than once. {_KINDS}."),
    ],
    language: Annotated[str | None, typer.Option(help="Which language version; without it the list's first.")] = None,
    section: Annotated[str | None, typer.Option(help="After the items of this section, not of the last.")] = None,
    block: Annotated[
        int | None, typer.Option("--block", metavar="N", help="Word this block (anew, or in one more language).")
    ] = None,
    by: By = None,
) -> None:
    r"""Write the director's note, or add a text, a quote, numbers or a button.

    An empty line (\n\n) parts paragraphs; \n parts figures, each "value | what it counts | source".
    """
    with refusals(), opened() as pipeline:
        made = pipeline.editor.add_block(
            issue, actor(pipeline, by), kind, named_fields(field), language=language, section=section, block=block
        )
        done = "Worded" if block is not None else "Added"
        say("The note is in." if kind == "director" else f"{done} (block {made.id}).")
        say("If the issue was approved, it needs a new yes.")


@app.command()
def ask(
    issue: Issue,
    kind: Annotated[str, typer.Option("--kind", help="director, text, quote or numbers.")],
    owner: Annotated[str, typer.Option("--owner", metavar="EMAIL", help="Who of the staff writes it.")],
    due: Annotated[str, typer.Option("--due", metavar="DAY", help="By when, like 2024-06-28.")],
    section: Annotated[str | None, typer.Option(help="After the items of this section, not of the last.")] = None,
    block: Annotated[
        int | None, typer.Option("--block", metavar="N", help="This one that is owed: another person, or another day.")
    ] = None,
    by: By = None,
) -> None:
    """Note who owes the director's note, a text, a quote or numbers. Until it is written the mail is without it."""
    with refusals(), opened() as pipeline:
        on = day(due, "--due")
        assert on is not None
        made = pipeline.editor.ask(issue, actor(pipeline, by), kind, owner, on, section=section, block=block)
        with pipeline.database.reading() as session:
            found = find(session, issue)
            one = next(one for one in owed(session, found.id) if one.id == made.id)
        telling.asked(one, found.slug)


@app.command("remove-block")
def remove_block(
    issue: Issue, block: Annotated[int, typer.Argument(help="Its number, as issue show says.")], by: By = None
) -> None:
    """Take a text, a quote, numbers, a button or the director's note out again, or ask for it no more."""
    with refusals(), opened() as pipeline:
        pipeline.editor.remove_block(issue, actor(pipeline, by), block)
        say("Taken out.")


def named_fields(given: list[str]) -> dict[str, str]:
    """NAME=VALUE as typed; a written \\n is a line break, as no shell makes one easily."""
    fields: dict[str, str] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise BadInput(f"--field {one[:60]}: write it NAME=VALUE, like name='Ana Example'.")
        if name.strip() in fields:
            raise BadInput(f"--field {name.strip()[:60]} is given twice.")
        fields[name.strip()] = value.replace("\\n", "\n")
    return fields
