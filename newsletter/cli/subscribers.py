"""`newsletter subscribers`: import, add, show, unsubscribe, suppress."""

from datetime import UTC, datetime, time
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

import subscribers
from newsletter.cli.console import By, Json, actor, day, err, opened, print_json, refusals, say
from newsletter.errors import BadInput, NotFound
from newsletter.pipeline import Pipeline
from newsletter.staff.people import Actor, log

app = typer.Typer(no_args_is_help=True)
ListOption = Annotated[str, typer.Option("--list", help="The list's short name.")]
_SHOWN = 20


class ImportedAs(StrEnum):
    """What the people of a file are."""

    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"
    BOUNCED = "bounced"


@app.command("import")
def import_(
    file: Path,
    list_slug: ListOption,
    consent: Annotated[str, typer.Option(help="The words these people agreed to.")] = "",
    consent_at: Annotated[str | None, typer.Option(help="The day they did, like 2023-11-04.")] = None,
    as_: Annotated[ImportedAs, typer.Option("--as", help="What these people are.")] = ImportedAs.CONFIRMED,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen; write nothing.")] = False,
    language: Annotated[str, typer.Option(help="The language of the consent's words.")] = "en",
    by: By = None,
) -> None:
    """Take in a CSV with the columns email, name, language. Nobody who has left is brought back."""
    with refusals(), opened() as pipeline:
        who = _permitted(pipeline, by, "import")
        list_id, now = _list_id(pipeline, list_slug), pipeline.clock()
        agreed = day(consent_at, "--consent-at")
        if as_ is ImportedAs.CONFIRMED and (not consent.strip() or agreed is None):
            raise BadInput("Confirmed readers need --consent 'the words they agreed to' and --consent-at DAY.")
        at = datetime.combine(agreed, time(12), UTC) if agreed else now
        with _progress() as progress:
            task = progress.add_task("Importing", total=None)
            try:
                report = subscribers.import_file(
                    pipeline.database.transaction, pipeline.book, file, list_id, as_.value, consent, at,
                    who.person.email if who.person else "", now, language, dry_run=dry_run,
                    progress=lambda done: progress.update(task, completed=done),
                )  # fmt: skip
            except (subscribers.ImportFileError, subscribers.ConsentError, OSError) as error:
                raise BadInput(f"{file}: {error}") from None
        if not dry_run:
            with pipeline.database.transaction() as session:
                log(session, who, "import", now, file=file.name, added=report.added)
        _tell(report, dry_run=dry_run)


def _tell(report: subscribers.ImportReport, *, dry_run: bool) -> None:
    would = "would be " if dry_run else ""
    say(f"{report.added} {would}added, {report.unchanged} unchanged, {len(report.refused)} refused.")
    if report.ignored_columns:
        say(f"Not read: {', '.join(report.ignored_columns)}.")
    for line, address, reason in report.refused[:_SHOWN]:
        err.print(f"  line {line}, {address}: {reason}", markup=False)
    if len(report.refused) > _SHOWN:
        err.print(f"  and {len(report.refused) - _SHOWN} more.")


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
def show(email: str, as_json: Json = False) -> None:
    """What is known of a person: where they stand, how and when they signed up."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session, _addresses():
        person = pipeline.book.show(session, email)
        if person is None:
            raise NotFound(f"{email} is not known here.")
        facts = {name: getattr(person, name) for name in person.__dataclass_fields__}
        if as_json:
            print_json(facts | {"email": person.address})
            return
        say(f"{person.address}  {person.name}  {person.language}".rstrip())
        for subscription in person.subscriptions:
            say(f"  {subscription['list']}: {subscription['state']}, since {subscription['since'] or 'not yet'}")
        for stop in person.suppressions:
            say(f"  never mail: {stop['reason']}, since {stop['since']:%Y-%m-%d}")
        for event in person.events:
            words = f"  “{event['wording']}”" if event["wording"] else ""
            say(f"  {event['at']:%Y-%m-%d %H:%M} UTC  {event['kind']} by {event['source']}{words}")


@app.command()
def unsubscribe(email: str, list_slug: ListOption, by: By = None) -> None:
    """Take a person off a list; a send that is running sees it at once."""
    with refusals(), opened() as pipeline:
        who = _permitted(pipeline, by, "unsubscribe")
        list_id, now = _list_id(pipeline, list_slug), pipeline.clock()
        with pipeline.database.transaction() as session, _addresses():
            id_ = pipeline.book.subscription_id(session, email, list_id)
            if id_ is None:
                raise NotFound(f"{email} is not on {list_slug}.")
            gone = pipeline.book.unsubscribe(session, id_, subscribers.Consent("staff", now, detail=by or ""), now)
            log(session, who, "unsubscribe", now)
        say(f"{email} is off {list_slug}." if gone else f"{email} was off {list_slug} already.")


@app.command()
def suppress(email: str, reason: Annotated[str, typer.Option(help="Why, in a few words.")] = "", by: By = None) -> None:
    """Never mail this address again, on any list."""
    with refusals(), opened() as pipeline:
        who, now = _permitted(pipeline, by, "suppress"), pipeline.clock()
        with pipeline.database.transaction() as session, _addresses():
            pipeline.book.suppress(session, email, "staff", "staff", now, reason)
            log(session, who, "suppress", now)
        say(f"{email} is on the do-not-mail list.")


class _addresses:  # noqa: N801 -- reads as a clause of the `with`
    """A wrong address is a refusal with its reason."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, subscribers.AddressError):
            raise BadInput(f"That address cannot be used: {error}.") from None


def _list_id(pipeline: Pipeline, slug: str) -> int:
    with pipeline.database.reading() as session:
        face = subscribers.find_list(session, slug)
    if face is None:
        raise NotFound(f"There is no list {slug}. See: newsletter lists list")
    return face.id


def _permitted(pipeline: Pipeline, by: str | None, verb: str) -> Actor:
    """Who acts, before anything is done; a named person's role must cover it."""
    who = actor(pipeline, by)
    who.permit(verb)
    return who


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=err,
        transient=True,
    )
