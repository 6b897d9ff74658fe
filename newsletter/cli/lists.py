"""`newsletter lists`: add, calm, welcome, show, list. Rhythm and dates are in `dates.py`, on the same command."""

from typing import Annotated

import typer

import subscribers
from newsletter.cli import dates
from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.errors import BadInput
from newsletter.issues import lists as profiles
from newsletter.issues.fields import parse_sender
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="Short name in addresses, like quarterly.")],
    name: Annotated[str, typer.Option(help="What readers call it.")],
    from_: Annotated[str, typer.Option("--from", help="Sender, like 'Network of Mayors <news@example.org>'.")],
    postal_address: Annotated[str, typer.Option(help="Stands in every mail; the law asks for it.")],
    languages: Annotated[str, typer.Option(help="Language codes, the default first: en,es,fr,ar")] = "en",
    description: Annotated[str, typer.Option(help="One sentence for the sign-up page.")] = "",
    reply_to: Annotated[str, typer.Option(help="Who reads the answers.")] = "",
    return_path: Annotated[str, typer.Option(help="verp@DOMAIN, fixed:ADDRESS or transport.")] = "transport",
    feedback_id: Annotated[str, typer.Option(help="Sender id for Gmail's feedback loop, 5 to 15 characters.")] = "",
    legal_name: Annotated[str, typer.Option(help="The organisation's legal name.")] = "",
    imprint: Annotated[str, typer.Option(help="Sponsors' and funders' line.")] = "",
    privacy_url: Annotated[str, typer.Option(help="The privacy page.")] = "",
    website: Annotated[str, typer.Option(help="The organisation's website.")] = "",
    theme: Annotated[str, typer.Option(help="'default', or a .toml file beside newsletter.toml.")] = "default",
    cadence: Annotated[str, typer.Option(help="quarterly, monthly, half-yearly or yearly.")] = "quarterly",
    archive: Annotated[str, typer.Option(help="public, unlisted or none.")] = "public",
    by: By = None,
) -> None:
    """Add a list with its sender and its sections."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("lists")
        from_name, from_address = parse_sender(from_)
        spoken = tuple(code.strip() for code in languages.split(",") if code.strip())
        now = pipeline.clock()
        with pipeline.database.transaction() as session:
            profiles.require_new_slug(session, slug)
            list_id = subscribers.add_list(session, slug, name, spoken, now, description)
            profiles.add_profile(
                session, list_id, from_name=from_name, from_address=from_address, postal_address=postal_address,
                reply_to=reply_to, return_path=return_path, feedback_id=feedback_id,
                legal_name=legal_name, imprint=imprint, privacy_url=privacy_url, website=website, theme=theme,
                cadence=cadence, archive=archive,
            )  # fmt: skip
            log(session, who, "lists", now, list=slug)
        say(f"{name} ({slug}) is there. Next: newsletter subscribers import, newsletter issue assemble --list {slug}")


@app.command()
def calm(
    slug: str,
    wait: Annotated[int | None, typer.Option(metavar="M", help="Minutes after the first copies.")] = None,
    spread: Annotated[int | None, typer.Option(metavar="M", help="Minutes for all readers; 0: no spread.")] = None,
    by: By = None,
) -> None:
    """How it goes out with `issue send --calm`: to the team first, and to the readers later, over a time."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("lists")
        if wait is None and spread is None:
            raise BadInput("Say what to change: --wait, --spread, or both.")
        now = pipeline.clock()
        with pipeline.database.transaction() as session:
            face = profiles.named(session, slug)
            found = profiles.set_calm(session, face.id, wait, spread)
            log(session, who, "lists", now, list=slug, calm_wait=found.wait, calm_spread=found.spread)
        over = f"over {found.spread} minutes" if found.spread else "as fast as it goes"
        say(f"{slug}, sent calmly: to the team, {found.wait} minutes later to the readers, {over}.")


@app.command()
def welcome(
    slug: str,
    wanted: Annotated[str, typer.Argument(metavar="on|off", help="Whether it is sent.")],
    by: By = None,
) -> None:
    """A short mail with the latest issue, to who has just confirmed."""
    with refusals(), opened() as pipeline:
        who = actor(pipeline, by)
        who.permit("lists")
        if wanted not in {"on", "off"}:
            raise BadInput(f"{wanted!r} is neither on nor off.")
        with pipeline.database.transaction() as session:
            face = profiles.named(session, slug)
            profiles.set_welcome(session, face.id, on=wanted == "on")
            log(session, who, "lists", pipeline.clock(), list=slug, welcome=wanted)
        gets = "gets a short mail with the latest issue" if wanted == "on" else "gets no further mail"
        say(f"{slug}: who confirms {gets}.")


@app.command()
def show(slug: str, as_json: Json = False) -> None:
    """Everything about one list."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        face = profiles.named(session, slug)
        profile = profiles.profile(session, face.id)
        calmly = profiles.calm(session, face.id)
        facts = {name: getattr(profile, name) for name in profile.__dataclass_fields__}
        facts |= {"calm_wait": calmly.wait, "calm_spread": calmly.spread}
        facts |= {"welcome": "on" if profiles.welcomes(session, face.id) else "off"}
        if as_json:
            print_json(facts)
            return
        for name, value in facts.items():
            say(f"{name.replace('_', ' '):17} {', '.join(value) if isinstance(value, tuple) else value}")


@app.command("list")
def list_(as_json: Json = False) -> None:
    """All lists."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        faces = subscribers.lists(session)
        if as_json:
            print_json(
                [{"slug": f.slug, "name": f.name, "languages": f.languages, "archived": f.archived} for f in faces]
            )
            return
        if not faces:
            say("No list yet. Add one: newsletter lists add quarterly --name ... --from ... --postal-address ...")
        for face in faces:
            say(f"{face.slug:20} {face.name}  ({', '.join(face.languages)}){'  archived' if face.archived else ''}")


app.registered_commands += dates.app.registered_commands
