"""Brings the database of these settings to the newest schema, with all that a new one begins with."""

from contextlib import closing

from newsletter import migrations
from newsletter.clock import system_clock
from newsletter.database import Database
from newsletter.instance import establish
from newsletter.publications.kinds import seed_kinds
from newsletter.settings import Settings


def prepare(settings: Settings) -> tuple[str | None, str | None]:
    """The revision before and after. Done again, it changes nothing."""
    with closing(Database(settings.database_url)) as database:
        revisions = migrations.migrate(database)
        establish(database, settings.instance_file, settings.suppression_key, system_clock())
        with database.transaction() as session:
            seed_kinds(session)
    return revisions
