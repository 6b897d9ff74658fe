"""Where the installation lives: its database, its disk, its backups, its public address, and whether it is a copy."""

import shutil
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.orm import Session

from newsletter import instance, migrations
from newsletter.database import Database
from newsletter.errors import Misconfigured
from newsletter.health.lines import Fix, Group, Line, Stands
from newsletter.health.seen import CERTIFICATE, Seen
from newsletter.settings import Settings

_MB = 1024 * 1024
_LITTLE, _TOO_LITTLE = 1024 * _MB, 200 * _MB  # left on the disk
_SOON = timedelta(days=14)  # before a certificate ends
_BROWSER_FIX = Fix("Look now", "/look", "look")


def group(session: Session, database: Database, settings: Settings, seen: Mapping[str, Seen], now: datetime, *,
          mail_leaves: bool) -> Group:  # fmt: skip
    """A line for each."""
    return Group("This installation", (
        _address(settings, seen.get(CERTIFICATE), now, mail_leaves=mail_leaves), _database(session, database, settings),
        _disk(settings), _backup(settings), *_instance(session, settings),
    ))  # fmt: skip


def _address(settings: Settings, seen: Seen | None, now: datetime, *, mail_leaves: bool) -> Line:
    title, base = "Public address", settings.base_url
    if settings.base_is_loopback:
        said = f"Links lead to {base}, which only this machine can open. Readers could not leave the list by them."
        to_do = "Set BASE_URL to the address under which everybody reaches these pages, by https."
        return Line(
            title, Stands.MUST if mail_leaves else Stands.LOOK, said, to_do, "BASE_URL=https://news.example.org"
        )
    if not base.startswith("https://"):
        return Line(title, Stands.MUST, f"Links lead to {base}, without encryption; mail systems want https for them.",
                    "Set up a certificate, then BASE_URL with https.")  # fmt: skip
    if seen is None:
        return Line(title, Stands.LOOK, f"Links lead to {base}. Nobody has looked whether it answers.", "Look now.",
                    fixes=(_BROWSER_FIX,))  # fmt: skip
    if not seen.good:
        said = f"Links lead to {base}. {seen.said}"
        return Line(title, Stands.MUST, said, "Mend that, then look again.", at=seen.at, fixes=(_BROWSER_FIX,))
    if seen.until is not None and seen.until - now < _SOON:
        day = seen.until.astimezone(settings.zone)
        ended = seen.until <= now
        said = f"Links lead to {base}. Its certificate {'ended' if ended else 'ends'} on {day.day} {day:%B %Y}."
        return Line(title, Stands.MUST if ended else Stands.LOOK, said, "Renew it, then look again.", at=seen.at,
                    fixes=(_BROWSER_FIX,))  # fmt: skip
    until = f" It holds until {seen.until.astimezone(settings.zone):%d %B %Y}." if seen.until else ""
    said = f"Links lead to {base}. {seen.said}{until}"
    return Line(title, Stands.GOOD, said, at=seen.at, fixes=(_BROWSER_FIX,))


def _database(session: Session, database: Database, settings: Settings) -> Line:
    if database.is_sqlite:
        path = Path(settings.database_url.partition("?")[0].removeprefix("sqlite:///"))
        size = sum(one.stat().st_size for one in (path, path.with_name(f"{path.name}-wal")) if one.exists())
        kind = "SQLite, one file"
    else:
        size = int(session.execute(text("SELECT pg_database_size(current_database())")).scalar() or 0)
        kind = "PostgreSQL"
    try:
        migrations.require_current(database)
    except Misconfigured as error:
        return Line(
            "Database", Stands.MUST, str(error), "Run it on the machine, then start anew.", "newsletter migrate"
        )
    return Line("Database", Stands.GOOD, f"{kind}, {_size(size)}, at the newest form.")


def _disk(settings: Settings) -> Line:
    folder = settings.instance_file.parent
    place = next((one for one in (folder, *folder.parents) if one.exists()), folder)
    try:
        usage = shutil.disk_usage(place)
    except OSError as error:
        return Line("Disk", Stands.LOOK, f"How much is free cannot be told: {error.strerror}.")
    said = f"{_size(usage.free)} free of {_size(usage.total)}, where the installation keeps its state."
    if usage.free < _TOO_LITTLE:
        return Line("Disk", Stands.MUST, said, "Make room before anything is sent: a full disk stops a send.")
    if usage.free < _LITTLE:
        return Line("Disk", Stands.LOOK, said, "Make room soon.")
    return Line("Disk", Stands.GOOD, said)


def _backup(settings: Settings) -> Line:
    """We make none and see none, so this is never good."""
    if settings.database_url.startswith("sqlite:"):
        path = settings.database_url.partition("?")[0].removeprefix("sqlite:///")
        command = f'sqlite3 {path} ".backup copy.db"'
    else:
        command = "pg_dump --format=custom --file=copy.dump DATABASE"
    said = "This program makes no backups, and cannot see whether anybody does."
    to_do = (
        "Have the machine make one each night, to another place, together with the settings and their keys: without"
        " SECRET_KEYS and SUPPRESSION_KEY a copy is worth little. Try once a year whether it can be brought back."
    )
    return Line("Backups", Stands.LOOK, said, to_do, command)


def _instance(session: Session, settings: Settings) -> Iterator[Line]:
    title = "Whose database it is"
    try:
        found = instance.trouble(instance.mark(session), instance.read(settings.instance_file))
    except Misconfigured as error:
        yield Line(title, Stands.MUST, str(error))
        return
    if found is None:
        yield Line(title, Stands.GOOD, "It is this installation's own.")
        return
    yield Line(
        title, Stands.MUST, f"{found.value} Nothing is handed over from it.",
        "If this installation is to go on with it, take it over: what was going out is paused, what was planned is"
        " planned no more, and mails that waited are dropped. If another one still uses it, leave this one off.",
        fixes=(Fix("Take it over", "/adopt", "adopt"),),
    )  # fmt: skip


def _size(number: int) -> str:
    if number >= 1024 * _MB:
        return f"{number / 1024 / _MB:,.1f} GB"
    return f"{number / _MB:,.1f} MB" if number >= _MB else f"{number / 1024:,.0f} KB"
