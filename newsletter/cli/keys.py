"""`newsletter keys`: add, list, revoke."""

from typing import Annotated

import typer

from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.staff import keys
from newsletter.staff.keys import Scope
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="The program that will hold it.")],
    scope: Annotated[list[str], typer.Option(help=f"What it may do, once for each: {', '.join(Scope)}.")],
    by: By = None,
    as_json: Json = False,
) -> None:
    """Make a key for a program. It is shown this once."""
    with refusals(), opened() as pipeline:
        who, now = actor(pipeline, by), pipeline.clock()
        who.permit("keys")
        with pipeline.database.transaction() as session:
            key, text = keys.add(session, name, scope, now, who.staff_id)
            log(session, who, "keys", now, added=key.prefix, name=key.name, scopes=sorted(key.scopes))
        if as_json:
            print_json({"key": text, **_shown(key)})
            return
        say(text)
        say("Keep it where the program finds it; it cannot be shown again.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The keys, and when each was used last."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        found = keys.everything(session)
        if as_json:
            print_json([_shown(key) for key in found])
            return
        if not found:
            say("No program has a key.")
        for key in found:
            used = f"used {key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else "never used"
            state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else used
            say(f"{key.prefix}  {state:24} {key.name}  ({', '.join(sorted(key.scopes))})")


@app.command()
def revoke(prefix: Annotated[str, typer.Argument(help="How the key begins: nk_ and 8 more.")], by: By = None) -> None:
    """Take a key back: it opens nothing from now on."""
    with refusals(), opened() as pipeline:
        who, now = actor(pipeline, by), pipeline.clock()
        who.permit("keys")
        with pipeline.database.transaction() as session:
            key = keys.revoke(session, prefix, now)
            log(session, who, "keys", now, revoked=key.prefix, name=key.name)
        say(f"{key.prefix} ({key.name}) opens nothing any more.")


def _shown(key: keys.Key) -> dict[str, object]:
    return {
        "prefix": key.prefix, "name": key.name, "scopes": sorted(key.scopes), "created_at": key.created_at,
        "last_used_at": key.last_used_at, "revoked_at": key.revoked_at,
    }  # fmt: skip
