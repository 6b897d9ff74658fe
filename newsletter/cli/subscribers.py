"""`newsletter subscribers`: add, show, unsubscribe, suppress, unsuppress, erase."""

import sys
from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

import subscribers
from newsletter.cli import moving
from newsletter.cli.console import By, Json, err, opened, print_json, refusals, say
from newsletter.cli.moving import ListOption
from newsletter.cli.moving import list_id as _list_id
from newsletter.cli.moving import permitted as _permitted
from newsletter.delivery import views
from newsletter.errors import BadInput, NotFound
from newsletter.pipeline import Pipeline
from newsletter.readers import minding
from newsletter.readers.telling import mail, page, story
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)


class AskedBy(StrEnum):
    """How somebody who wrote or spoke to us asked. STAFF: it was our own doing."""

    MAIL = "mail"
    PHONE = "phone"
    PERSON = "person"
    STAFF = "staff"


app.command("import")(moving.import_)
app.command("export")(moving.export)
app.command("consent")(moving.consent)
app.command("ask")(moving.ask)


@app.command()
def add(
    email: str,
    list_slug: ListOption,
    name: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "",
    consent: Annotated[str, typer.Option(help="The words they agreed to; without them they are not confirmed.")] = "",
    by: By = None,
) -> None:
    """Add one person: confirmed with the words they agreed to, else pending."""
    with refusals(), opened() as pipeline:
        who = _permitted(pipeline, by, "import")
        list_id, now = _list_id(pipeline, list_slug), pipeline.clock()
        state = subscribers.SubscriptionState.CONFIRMED if consent.strip() else subscribers.SubscriptionState.PENDING
        with pipeline.database.transaction() as session, _addresses():
            words = pipeline.book.wording(session, consent, "staff", language or "en", now) if consent.strip() else None
            outcome = pipeline.book.subscribe(
                session, list_id, email, state, subscribers.Consent("staff", now, words, detail=by or ""), now, name,
                language,
            )  # fmt: skip
            log(session, who, "import", now, added=1 if outcome == "added" else 0)
        say(f"{email}: {outcome}, {state.value}.")


@app.command()
def show(
    email: str,
    as_json: Json = False,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write all that is known as a page to print.")
    ] = None,
) -> None:
    """What is known of a person: where they stand, how and when they signed up, which mails they were sent."""
    with refusals(), opened() as pipeline, _addresses():
        with pipeline.database.reading() as session:
            person = pipeline.book.show(session, email)
            if person is None:
                raise NotFound(f"{email} is not known here.")
            mails = views.received(session, person.id)
        if html is not None:
            html.write_text(page(person, mails, pipeline.settings.zone, pipeline.clock()), encoding="utf-8")
            err.print(f"Written to {html}. It holds personal data: give it to that person only.", markup=False)
        if as_json:
            facts = {name: getattr(person, name) for name in person.__dataclass_fields__}
            print_json(facts | {"email": person.address, "mails": mails})
        elif html is None:
            _tell_person(person, mails, pipeline)


def _tell_person(person: subscribers.Person, mails: Sequence[views.Received], pipeline: Pipeline) -> None:
    say(f"{person.address}  {person.name}  {person.language}".rstrip() or f"Erased on {person.erased_at:%Y-%m-%d}.")
    for subscription in person.subscriptions:
        say(f"  {subscription['list']}: {subscription['state']}, since {subscription['since'] or 'not yet'}")
    for stop in person.suppressions:
        lifted = f", lifted {stop['lifted']:%Y-%m-%d}: {stop['lifted_because']}" if stop["lifted"] else ""
        say(f"  never mail: {stop['reason']}, since {stop['since']:%Y-%m-%d}{lifted}")
    for line in (*story(person.events, pipeline.settings.zone), *map(mail, mails)):
        say(f"  {line}")


@app.command()
def unsubscribe(
    email: str,
    list_slug: Annotated[str, typer.Option("--list", help="The list's short name; without it, all lists.")] = "",
    asked_by: Annotated[AskedBy, typer.Option(help="How this person asked; it is kept as proof.")] = AskedBy.STAFF,
    by: By = None,
) -> None:
    """Take a person off a list, or off all; a send that is running sees it at once."""
    with refusals(), opened() as pipeline:
        who, now = _permitted(pipeline, by, "unsubscribe"), pipeline.clock()
        list_id = _list_id(pipeline, list_slug) if list_slug else None
        consent = subscribers.Consent(asked_by.value, now, detail=by or "")
        with pipeline.database.transaction() as session, _addresses():
            left = minding.take_off(session, pipeline.book, email, list_id, consent, now)
            log(session, who, "unsubscribe", now, lists=list(left))
        say(f"{email} is off {', '.join(left)}." if left else f"{email} was off {list_slug or 'all lists'} already.")


@app.command()
def suppress(email: str, reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "", by: By = None) -> None:
    """Never mail this address again, on any list."""
    with refusals(), opened() as pipeline:
        who, now = _permitted(pipeline, by, "suppress"), pipeline.clock()
        with pipeline.database.transaction() as session, _addresses():
            pipeline.book.suppress(session, email, "staff", "staff", now, reason)
            log(session, who, "suppress", now)
        say(f"{email} is on the do-not-mail list.")


@app.command()
def unsuppress(
    email: str,
    because: Annotated[str, typer.Option(help="Why this address may be mailed again; it is kept.")],
    by: By = None,
) -> None:
    """Lift what stands against mailing an address. Refused where only the person can do that."""
    with refusals(), opened() as pipeline:
        who, now = _permitted(pipeline, by, "unsuppress"), pipeline.clock()
        consent = subscribers.Consent("staff", now, detail=by or "")
        with pipeline.database.transaction() as session, _addresses():
            lifted = minding.unsuppress(session, pipeline.book, email, because, consent, now)
            log(session, who, "unsuppress", now, because=because.strip(), lifted=[one.value for one in lifted])
        say(f"{email} is off the do-not-mail list. Who has left a list stays off it.")


@app.command()
def erase(
    email: str,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    by: By = None,
) -> None:
    """Forget a person: address and name are gone for good, and nothing is mailed to the address again."""
    with refusals(), opened() as pipeline:
        who, now = _permitted(pipeline, by, "erase"), pipeline.clock()
        if not yes:
            _require_typed(email)
        consent = subscribers.Consent("staff", now, detail=by or "")
        with pipeline.database.transaction() as session, _addresses():
            new = minding.forget(session, pipeline.book, email, consent, now)
            log(session, who, "erase", now)
        say("Erased. What is left, and why, is in docs/consent.md." if new else "Erased already.")


def _require_typed(email: str) -> None:
    """Erasing cannot be undone: the address is typed a second time."""
    if not sys.stdin.isatty():
        raise BadInput("Erasing cannot be undone. Where nobody can be asked, say so: --yes.")
    typed = typer.prompt("This cannot be undone. Type the address", default="", show_default=False)
    if typed.strip().lower() != email.strip().lower():
        raise BadInput("That is not the same address. Nothing was erased.")


class _addresses:  # noqa: N801 -- reads as a clause of the `with`
    """A wrong address is a refusal with its reason."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, subscribers.AddressError):
            raise BadInput(f"That address cannot be used: {error}.") from None
