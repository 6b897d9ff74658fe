"""`newsletter staff`: add, list, link, role, disable, enable, sessions."""

from typing import Annotated

import typer

from newsletter.cli.console import By, Json, actor, err, opened, print_json, refusals, say
from newsletter.staff import agents, people

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


@app.command()
def role(
    email: str,
    role: Annotated[str, typer.Argument(help="author (writes), approver (signs off) or admin.")],
    by: By = None,
) -> None:
    """Change what somebody may do."""
    with refusals(), opened() as pipeline:
        pipeline.team.change_role(pipeline.team.id_of(email), role, actor(pipeline, by))
        say(f"{email} is {role}.")


@app.command()
def disable(email: str, by: By = None) -> None:
    """Take somebody's access away: their sessions and links end at once."""
    with refusals(), opened() as pipeline:
        pipeline.team.take_away(pipeline.team.id_of(email), actor(pipeline, by))
        say(f"{email} has no access any more. Give it back: newsletter staff enable {email}")


@app.command()
def enable(email: str, by: By = None) -> None:
    """Let somebody back in, in the role that they had."""
    with refusals(), opened() as pipeline:
        pipeline.team.let_in(pipeline.team.id_of(email), actor(pipeline, by))
        say(f"{email} has access again.")


@app.command()
def sessions(
    email: str,
    revoke: Annotated[bool, typer.Option("--revoke", help="End all of them.")] = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Where somebody is signed in; with --revoke they are signed out everywhere, as when a laptop is lost."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        if revoke:
            ended = pipeline.team.sign_out(email, who)
            say(f"{email}: {ended} ended.")
            return
        found = pipeline.team.sessions_of(email)
        if as_json:
            print_json(found)
            return
        if not found:
            say(f"{email} is signed in nowhere.")
        zone = pipeline.settings.zone
        for one in found:
            since, seen = (f"{at.astimezone(zone):%Y-%m-%d %H:%M}" for at in (one.created_at, one.seen_at))
            say(f"{agents.said(one.agent):24} {one.network:16} {one.way:8} since {since}, last seen {seen}")
