"""Runs the migrations; one history for SQLite and PostgreSQL."""

from alembic import context
from sqlalchemy import text

import newsletter.approval.tables
import newsletter.calendar
import newsletter.delivery.tables
import newsletter.guests.tables
import newsletter.health.tables
import newsletter.instance
import newsletter.issues.tables
import newsletter.media.tables
import newsletter.preflight.tables
import newsletter.publications.tables
import newsletter.readers.tables
import newsletter.staff.tables
import subscribers

LOCK = 7_206_105_511  # any number that is ours: two migrations at once wait for each other

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("SET lock_timeout = '10s'"))
    connection.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
context.configure(
    connection=connection,
    target_metadata=subscribers.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
