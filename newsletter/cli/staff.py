"""`newsletter staff`: add, list, link."""

from typing import Annotated

import typer

from newsletter.cli.console import By, Json, actor, err, opened, print_json, refusals, say
from newsletter.staff import people

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    email: str,
    role: Annotated[str, typer.Option(help="author (writes), approver (signs off) or admin.")],
    name: Annotated[str, typer.Option(help="Their name.")] = "",
    by: By = None,
) -> None:
    """Add somebody who works here."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("staff")
        with pipeline.database.transaction() as session:
            person = people.add(session, email, role, pipeline.clock(), name)
            people.log(session, who, "staff", pipeline.clock(), added=person.email, role=person.role)
        say(f"{person.email} is {person.role}.")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """Who works here."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        everybody = people.everybody(session)
        if as_json:
            print_json([{"email": p.email, "name": p.name, "role": p.role} for p in everybody])
            return
        if not everybody:
            say("Nobody yet. Add yourself: newsletter staff add YOU@example.org --role admin")
        for person in everybody:
            say(f"{person.role:9} {person.email}  {person.name}")


@app.command()
def link(
    email: str,
    by: By = None,
) -> None:
    """Make a link that signs somebody in, for when no mail arrives. It works once, for half an hour."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("staff")
        url, until = pipeline.entrance.link(email, who)
        err.print(f"Works once, until {until.astimezone(pipeline.settings.zone):%H:%M}. Give it to nobody else.")
        say(url)
