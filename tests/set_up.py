"""An installation as `newsletter init` makes it, for tests: new, empty, and with the pipeline at hand."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from newsletter import bootstrap, migrations, settings
from newsletter.clock import Clock, system_clock
from newsletter.database import Database
from newsletter.instance import establish
from newsletter.pipeline import Pipeline
from newsletter.publications.kinds import seed_kinds
from newsletter.setup import settings_file
from newsletter.setup.conducting import Setup
from newsletter.setup.model import Standing, Step
from newsletter.staff.people import Actor, find

EMAIL = "ana@harbour.example.org"


@dataclass
class Fresh:
    """`answers` counts what a person was asked and said."""

    folder: Path
    clock: Clock
    pipeline: Pipeline
    answers: int = 0

    @property
    def setup(self) -> Setup:
        return self.pipeline.setup

    @property
    def who(self) -> Actor:
        with self.pipeline.database.reading() as session:
            return Actor(find(session, self.standing.email), "console")

    @property
    def standing(self) -> Standing:
        return self.setup.required()

    def reopen(self) -> None:
        """As another process would find it."""
        self.setup.close()
        self.pipeline.database.close()
        self.pipeline = opened(self.folder, self.clock)

    def begin(self, website: str, email: str = EMAIL) -> None:
        self.setup.begin(website, email)
        self.answers += 2
        self.setup.resume()

    def until(self, step: Step, seconds: float = 100) -> Standing:
        """Wait for what goes on by itself."""
        assert self.setup.by_itself.wait(seconds)
        standing = self.standing
        assert standing.step is step, (standing.step, standing.trouble, standing.found.tried)
        return standing


def opened(folder: Path, clock: Clock) -> Pipeline:
    read = settings.load(folder / "newsletter.toml", {"NEWSLETTER_FETCH_ALLOW_PRIVATE": "true"})
    return bootstrap.assemble(read, clock)


@contextmanager
def fresh(folder: Path, now: datetime | None = None) -> Iterator[Fresh]:
    """At that moment, which then stands still; without one, time goes on as it does."""
    folder.mkdir(parents=True, exist_ok=True)
    clock: Clock = (lambda: now) if now else system_clock
    settings_file.create(folder / "newsletter.toml", "http://127.0.0.1:8000", "Europe/Brussels")
    read = settings.load(folder / "newsletter.toml", {})
    database = Database(read.database_url)
    migrations.migrate(database)
    establish(database, read.instance_file, read.suppression_key, now or datetime.now(UTC))
    with database.transaction() as session:
        seed_kinds(session)
    database.close()
    found = Fresh(folder, clock, opened(folder, clock))
    try:
        yield found
    finally:
        found.setup.close()
        found.pipeline.database.close()
