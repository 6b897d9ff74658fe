"""Brings a database from empty or any earlier version to the newest schema."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from newsletter.database import Database
from newsletter.errors import Misconfigured
from newsletter.resources import migrations


def migrate(database: Database) -> tuple[str | None, str | None]:
    """Upgrade to head in one transaction; the revision before and after."""
    config = _config()
    with database.transaction() as session:
        connection = session.connection()
        before = MigrationContext.configure(connection).get_current_revision()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        after = MigrationContext.configure(connection).get_current_revision()
    return before, after


def require_current(database: Database) -> None:
    """Refuse to work on a database that is not at the newest schema; say what to type."""
    with database.reading() as session:
        current = MigrationContext.configure(session.connection()).get_current_revision()
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if current != head:
        state = "is empty" if current is None else "has an older schema"
        raise Misconfigured(f"The database {state}. Run: newsletter migrate")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations()).replace("%", "%%"))
    return config
