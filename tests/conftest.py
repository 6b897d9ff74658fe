"""Fixtures that the tests share: a migrated database on each engine, a clock that stands still, real settings."""

import itertools
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, make_url, text

from newsletter.database import Database
from newsletter.migrations import migrate
from tests.postgres import Postgres

# A busy machine is no fault of the code: what must be quick is measured in bench/, never timed in a test.
settings.register_profile("patient", deadline=None, max_examples=50)
settings.load_profile("patient")

# Their fixtures: a pipeline with an assembled issue; a browser.
pytest_plugins = ["tests.route", "tests.browsers"]

NOW = datetime(2024, 7, 9, 7, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    database = Database(f"sqlite:///{path}")
    migrate(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres: Postgres) -> str:
    new_postgres(postgres, "template_newsletter")
    database = Database(postgres_url(postgres, "template_newsletter"))
    migrate(database)
    database.close()
    return "template_newsletter"


_numbers = itertools.count()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh migrated database, once on each engine."""
    if request.param == "sqlite":
        path = tmp_path / "newsletter.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    server, template = request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")
    name = f"test_{next(_numbers)}"
    new_postgres(server, name, template)
    yield postgres_url(server, name)
    drop_postgres(server, name)


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    found = Database(database_url)
    yield found
    found.close()


@pytest.fixture
def sqlite_database(tmp_path: Path, sqlite_template: Path) -> Iterator[Database]:
    """For tests of what is the same on both engines."""
    path = tmp_path / "newsletter.db"
    shutil.copy(sqlite_template, path)
    found = Database(f"sqlite:///{path}")
    yield found
    found.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without any table, once on each engine."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'empty.db'}"
    else:
        server = request.getfixturevalue("postgres")
        name = f"empty_{next(_numbers)}"
        new_postgres(server, name)
        url = postgres_url(server, name)
    found = Database(url)
    yield found
    found.close()


def new_postgres(server: Postgres, name: str, template: str = "template0") -> None:
    _postgres_run(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')


def drop_postgres(server: Postgres, name: str) -> None:
    _postgres_run(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _postgres_run(server: Postgres, statement: str) -> None:
    engine = create_engine(server.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def postgres_url(server: Postgres, name: str) -> str:
    return make_url(server.url).set(database=name).render_as_string(hide_password=False)
