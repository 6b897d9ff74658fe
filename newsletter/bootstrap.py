"""Settings become a pipeline: the only place where things are put together."""

from pathlib import Path

import newsletter.calendar  # noqa: F401 -- its table belongs to the metadata
from newsletter import settings as settings_module
from newsletter.clock import Clock, system_clock
from newsletter.database import Database
from newsletter.instance import require_same_key
from newsletter.migrations import require_current
from newsletter.pipeline import Pipeline
from newsletter.settings import Settings


def pipeline(config: Path | None = None, clock: Clock = system_clock) -> Pipeline:
    """The pipeline on a database that is ready; Misconfigured says what is missing."""
    return assemble(settings_module.load(config), clock)


def assemble(settings: Settings, clock: Clock = system_clock) -> Pipeline:
    """The same from settings that are read already."""
    database = Database(settings.database_url)
    try:
        require_current(database)
        with database.reading() as session:
            require_same_key(session, settings.suppression_key)
    except BaseException:
        database.close()
        raise
    return Pipeline(settings, database, clock)
