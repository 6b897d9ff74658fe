"""`newsletter lists rhythm | dates`: when a list's issues are made and go out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Annotated, Any

import typer
from babel.dates import format_date
from rich.markup import escape
from rich.table import Table

from newsletter.cli.console import By, Json, actor, moment, opened, out, print_json, refusals, say
from newsletter.errors import BadInput, NotFound
from newsletter.issues import lists, periods, rhythms
from newsletter.issues.countries import country_code
from newsletter.issues.list_calendar import of_list
from newsletter.issues.rhythm import Dates, Rhythm
from newsletter.pipeline import Pipeline
from newsletter.staff.people import log
from subscribers import ListFace, Purpose

app = typer.Typer()

STEPS = {
    "call": "Call for items", "cut_off": "Collected until", "draft": "First draft", "review": "Ask for sign-off",
    "send": "Send",
}  # fmt: skip
_RULE = 'In words, like "second Tuesday after the quarter\'s end, 09:00".'


@app.command()
def rhythm(
    slug: str,
    send: Annotated[str | None, typer.Option(metavar="RULE", help=_RULE)] = None,
    country: Annotated[str | None, typer.Option(help="Whose holidays: BE, or DE-BE for a part of one; none.")] = None,
    block: Annotated[
        list[str] | None,
        typer.Option(metavar="DAYS", help="Nothing is due: 2024-12-27, or 2024-12-23..2025-01-02. More than once."),
    ] = None,
    unblock: Annotated[list[str] | None, typer.Option(metavar="DAYS", help="As it was blocked.")] = None,
    call: Annotated[int | None, typer.Option(metavar="N", help="Working days before sending; at first 20.")] = None,
    cut_off: Annotated[
        int | None, typer.Option(metavar="N", help="Collected until the day before; at first 6.")
    ] = None,
    draft: Annotated[int | None, typer.Option(metavar="N", help="At first 6.")] = None,
    review: Annotated[int | None, typer.Option(metavar="N", help="At first 4.")] = None,
    on: Annotated[bool, typer.Option("--on", help="Steps fall due by it.")] = False,
    off: Annotated[bool, typer.Option("--off", help="Nothing is due by it; it is kept.")] = False,
    as_json: Json = False,
    by: By = None,
) -> None:
    """When the list's issues go out, and how long before each step is due. Without options, as it is."""
    given: dict[str, Any] = {
        "send": send, "country": "" if country == "none" else country, "blocked": tuple(block or ()),
        "unblocked": tuple(unblock or ()), "call": call, "cut_off": cut_off, "draft": draft, "review": review,
        "on": on if on or off else None,
    }  # fmt: skip
    with refusals(), opened() as pipeline:
        if on and off:
            raise BadInput("Say one of --on and --off.")
        if any(value not in (None, ()) for value in given.values()):
            _set(pipeline, slug, given, by)
        with pipeline.database.reading() as session:
            found = rhythms.stored(session, lists.named(session, slug).id)
        if found is None:
            raise NotFound(f"{slug} has no rhythm. Begin with the usual one: newsletter lists rhythm {slug} --on")
        if as_json:
            print_json(facts(found))
        else:
            _tell(slug, found)


@app.command()
def dates(
    slug: str,
    set_: Annotated[
        list[str] | None, typer.Option("--set", metavar="PERIOD=TIME", help="Its send day: 2024-Q2=2024-07-09T09:00.")
    ] = None,
    unset: Annotated[list[str] | None, typer.Option(metavar="PERIOD", help="By the rule again.")] = None,
    count: Annotated[int, typer.Option(min=1, max=rhythms.MOST_AHEAD, help="How many issues ahead.")] = 4,
    ics: Annotated[Path | None, typer.Option(metavar="FILE", help="Write them as a calendar.")] = None,
    as_json: Json = False,
    by: By = None,
) -> None:
    """The dates of the next issues, why one has moved, and the address of the calendar that shows them."""
    with refusals(), opened() as pipeline:
        if set_ or unset:
            _set_days(pipeline, slug, set_ or (), unset or (), by)
        zone = pipeline.settings.zone
        with pipeline.database.reading() as session:
            face = lists.named(session, slug)
            found = rhythms.stored(session, face.id)
            if found is None:
                raise NotFound(f"{slug} has no rhythm. Begin with the usual one: newsletter lists rhythm {slug} --on")
            ahead = rhythms.ahead(session, face.id, found, pipeline.clock(), zone, count)
        address = f"{pipeline.settings.base_url}/calendar/{pipeline.links.token(Purpose.CALENDAR, face.id)}.ics"
        if ics is not None:
            _write(pipeline, face, found, ics)
        if as_json:
            known = [_json(one, zone) for one in ahead]
            print_json(
                {"list": slug, "timezone": str(zone), "rhythm": facts(found), "calendar": address, "dates": known}
            )
            return
        _table(face.name, ahead, zone)
        say(f"\nFor your own calendars (whoever has the address sees it): {address}")
        if found.on_since is None:
            say(f"The rhythm is off: nothing is due by it. Switch it on: newsletter lists rhythm {slug} --on")


def facts(found: Rhythm) -> dict[str, Any]:
    """A rhythm as JSON."""
    return {
        "cadence": found.cadence, "send": found.send.text, "country": found.country,
        "blocked": [str(span) for span in found.blocked], **found.before.steps, "on_since": found.on_since,
    }  # fmt: skip


def _set(pipeline: Pipeline, slug: str, given: Mapping[str, Any], by: str | None) -> None:
    who = actor(pipeline, by)
    who.permit("lists")
    now, zone = pipeline.clock(), pipeline.settings.zone
    with pipeline.database.reading() as session:
        rhythms.load_holidays(session, now.astimezone(zone).date(), country_code(given["country"] or ""))
    with pipeline.database.transaction() as session:
        face = lists.named(session, slug)
        fresh = rhythms.set_rhythm(session, face.id, now.astimezone(zone).date(), zone, **given)
        log(session, who, "rhythm", now, list=slug, **facts(fresh) | {"on_since": str(fresh.on_since or "")})


def _set_days(pipeline: Pipeline, slug: str, given: Sequence[str], taken: Sequence[str], by: str | None) -> None:
    who = actor(pipeline, by)
    who.permit("dates")
    now, zone = pipeline.clock(), pipeline.settings.zone
    with pipeline.database.reading() as session:
        rhythms.load_holidays(session, now.astimezone(zone).date())
    wanted = dict([_day(one, pipeline) for one in given] + [(period, None) for period in taken])
    with pipeline.database.transaction() as session:
        face = lists.named(session, slug)
        for period, at in wanted.items():
            rhythms.set_send_day(session, face.id, period, at, now, zone)
            log(session, who, "dates", now, list=slug, period=period, send_at=at.isoformat() if at else "")


def _day(text: str, pipeline: Pipeline) -> tuple[str, datetime | None]:
    period, equals, at = text.partition("=")
    if not equals:
        raise BadInput(f"--set {text[:60]}: write it PERIOD=TIME, like 2024-Q2=2024-07-09T09:00.")
    return period, moment(at, "--set", pipeline)


def _tell(slug: str, found: Rhythm) -> None:
    before = found.before
    say(f"{slug} goes out {found.cadence}: {found.send.text}.")
    say(
        f"Working days before: call for items {before.call}, cut-off {before.cut_off}, first draft {before.draft},"
        f" review {before.review}."
    )
    say(f"Holidays: {found.country or 'of no country'}. Blocked: {', '.join(map(str, found.blocked)) or 'nothing'}.")
    say(f"On since {found.on_since}." if found.on_since else "It is off: nothing is due by it.")
    say(f"What comes of it: newsletter lists dates {slug}")


def _table(name: str, ahead: Sequence[Dates], zone: tzinfo) -> None:
    say(f"{name}, in the time of {zone}")
    table = Table(box=None, show_header=False, padding=(0, 1), pad_edge=False)
    for one in ahead:
        table.add_row()
        table.add_row(periods.name(one.period, "en"), f"[dim]{one.period.label}[/dim]")
        for step, words in STEPS.items():
            table.add_row(f"  {words}", _said(getattr(one, step), zone), escape(one.reasons.get(step, "")))
    out.print(table)


def _said(when: date, zone: tzinfo) -> str:
    if not isinstance(when, datetime):
        return format_date(when, "EEE d MMM y", "en")
    local = when.astimezone(zone)
    return f"{format_date(local, 'EEE d MMM y', 'en')}, {local:%H:%M}"


def _json(one: Dates, zone: tzinfo) -> dict[str, Any]:
    moments = {step: getattr(one, step) for step in STEPS}
    local = {step: when.astimezone(zone) if isinstance(when, datetime) else when for step, when in moments.items()}
    return {"period": one.period.label, **local, "by_hand": one.by_hand, "reasons": dict(one.reasons)}


def _write(pipeline: Pipeline, face: ListFace, found: Rhythm, path: Path) -> None:
    settings = pipeline.settings
    with pipeline.database.reading() as session:
        content = of_list(session, face, found, pipeline.clock(), settings.zone, settings.base_url)
    path.write_bytes(content)
    say(f"{path} is written.")
