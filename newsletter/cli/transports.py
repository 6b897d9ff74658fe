"""`newsletter transports`: list, set, open."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import typer
from sqlalchemy.orm import Session

from newsletter.cli.console import By, Json, actor, opened, print_json, refusals, say
from newsletter.configuring.services import known, names
from newsletter.delivery import pacing
from newsletter.delivery.transports import open_transport
from newsletter.errors import BadInput, Misconfigured
from newsletter.pipeline import Pipeline
from newsletter.settings import Settings
from newsletter.staff.people import log

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="As in the settings; the first one is 'default'.")]


@app.command("list")
def list_(as_json: Json = False) -> None:
    """The mail services: how fast each may be used, what went over it today, and whether it is held."""
    with refusals(), opened() as pipeline, pipeline.database.reading() as session:
        rows = _rows(pipeline, session)
        if as_json:
            print_json(rows)
            return
        if not rows:
            say("No mail service is set. Give TRANSPORT_URL, like smtp://user:password@mail.example.org:587.")
        for row in rows:
            _tell(row, pipeline)


@app.command("set")
def set_(
    name: Name,
    rate: Annotated[str | None, typer.Option(metavar="N|none", help="Messages a second, by all senders.")] = None,
    daily_cap: Annotated[str | None, typer.Option(metavar="N|none", help="Messages a day (UTC).")] = None,
    by: By = None,
) -> None:
    """Change what is given; senders at work follow within a second."""
    with refusals(), opened() as pipeline:
        who, now = actor(pipeline, by), pipeline.clock()
        who.permit("transports")
        if rate is None and daily_cap is None:
            raise BadInput("Say what to change: --rate, --daily-cap, or both.")
        with pipeline.database.transaction() as session:
            before = known(session, pipeline.settings, name, now)
            new_rate = before.rate if rate is None else _number("--rate", rate)
            new_cap = before.daily_cap if daily_cap is None else _whole("--daily-cap", daily_cap)
            pacing.change(session, name, now, rate=new_rate, daily_cap=new_cap)
            log(session, who, "transports", now, transport=name, rate=new_rate, daily_cap=new_cap)
            after = pacing.pace(session, name)
        say(f"{name}: {_limits(after.rate, after.daily_cap)}.")


@app.command("open")
def open_(name: Name, by: By = None) -> None:
    """Use one again that is held, or before the time that it has asked us to wait for."""
    with refusals(), opened() as pipeline:
        who, now = actor(pipeline, by), pipeline.clock()
        who.permit("transports")
        with pipeline.database.transaction() as session:
            before = known(session, pipeline.settings, name, now)
            done = pacing.reopen(session, name, now, although_postponed=True)
            log(session, who, "transports", now, transport=name, opened=done, because=before.paused_because)
        say(f"{name} is used again." if done else f"{name} was not held.")


def _rows(pipeline: Pipeline, session: Session) -> list[dict[str, Any]]:
    settings, now = pipeline.settings, pipeline.clock()
    used = {pace.name: pace for pace in pacing.paces(session)}
    rows = []
    for name in sorted(names(settings) | used.keys()):
        pace = used.get(name)
        url, seeded = _shown(settings, name)
        waits = pace is not None and pace.not_before is not None and now < pace.not_before
        rows.append({
            "name": name,
            "url": url,
            "rate": pace.rate if pace else seeded,
            "daily_cap": pace.daily_cap if pace else None,
            "handed_today": pacing.handed_today(session, name, now) if pace else 0,
            "held_because": pace.paused_because if pace else "",
            "not_before": pace.not_before if pace and waits else None,
            "seen_rate": pace.seen_rate if pace else None,
        })  # fmt: skip
    return rows


def _shown(settings: Settings, name: str) -> tuple[str, float | None]:
    """Its URL without user, password or token, and the rate in it. A wrong one is not shown: it may quote a secret."""
    if name not in names(settings):
        return "not in the settings any more", None
    url = settings.transport(name)
    try:
        rate = open_transport(name, url).limits.rate
    except Misconfigured as error:
        return str(error), None
    login, at, host = urlsplit(url).netloc.rpartition("@")
    return url.replace(f"{login}@{host}", f"***@{host}", 1) if at else url, rate


def _tell(row: dict[str, Any], pipeline: Pipeline) -> None:
    say(f"{row['name']}: {row['url']}")
    seen = f"; it took {row['seen_rate']:,.0f} a second last time" if row["seen_rate"] else ""
    say(f"  {_limits(row['rate'], row['daily_cap'])}; {row['handed_today']:,} today{seen}")
    if row["held_because"]:
        say(f"  held: {row['held_because']}")
        say(f"  When that is mended: newsletter transports open {row['name']}")
    if row["not_before"]:
        say(f"  asked us to wait until {row['not_before'].astimezone(pipeline.settings.zone):%Y-%m-%d %H:%M}")


def _limits(rate: float | None, daily_cap: int | None) -> str:
    pace = "as fast as it takes them" if rate is None else f"{rate:g} a second"
    return f"{pace}, {'no daily cap' if daily_cap is None else f'{daily_cap:,} a day'}"


def _number(option: str, text: str) -> float | None:
    if text == "none":
        return None
    try:
        return float(text)
    except ValueError:
        raise BadInput(f"{option} {text}: give a number, or none for no limit.") from None


def _whole(option: str, text: str) -> int | None:
    if text == "none":
        return None
    if not text.isascii() or not text.isdigit():
        raise BadInput(f"{option} {text}: give a whole number, or none for no limit.")
    return int(text)
