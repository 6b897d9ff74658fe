"""An installation as `newsletter init` makes it, for tests: new, empty, and with the pipeline at hand."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

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


ROOT = Path(__file__).resolve().parent.parent
_LINK = re.compile(r"(http://[^/]+)/console/enter/\S+")


class Program:
    """`newsletter init` as a process of its own, and a browser without a screen that is signed in to it."""

    def __init__(self, folder: Path, *words: str, stdin: str | None = None) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
        environment |= {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1", "NEWSLETTER_FETCH_ALLOW_PRIVATE": "true"}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "newsletter", "init", str(folder), "--no-browser", *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment,
            cwd=ROOT.parent,
        )  # fmt: skip
        self.lines: list[str] = []
        self._heard = threading.Event()
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()
        self.browser = requests.Session()
        # As browsers do where a connection that they kept was closed meanwhile.
        self.browser.mount(
            "http://", HTTPAdapter(max_retries=Retry(total=3, allowed_methods={"GET"}, backoff_factor=0.2))
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.kill()
        self._thread.join(5)
        assert self.process.stdout
        self.process.stdout.close()

    @property
    def output(self) -> str:
        return "".join(self.lines)

    @property
    def link(self) -> str:
        """The one-time link that it prints."""
        assert self._heard.wait(60), self.output
        found = _LINK.search(self.output)
        assert found, self.output
        return found[0]

    @property
    def base(self) -> str:
        return self.link.partition("/console")[0]

    def kill(self) -> None:
        """Without a word, as when the power goes."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(30)

    # Pages

    def enter(self) -> str:
        """Sign in; the page that one is led to."""
        answer = self.browser.post(self.link, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.text

    def get(self, path: str = "/console/start") -> str:
        answer = self.browser.get(self.base + path, timeout=30)
        assert answer.status_code == 200, answer.text
        return answer.text

    def post(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> str:
        """A form of ours, with its hidden word."""
        word = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get("/console"))
        assert word
        answer = self.browser.post(self.base + path, data={"csrf": word[1], **(data or {})}, timeout=60, **options)
        assert answer.status_code == 200, answer.text
        return answer.text

    def until(self, heading: str, seconds: float = 90) -> str:
        """What a person sees who waits on the page that reloads itself."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            page = self.get()
            if f"<h1>{heading}" in page:
                return page
            assert "did not work" not in page, page
            time.sleep(0.2)
        raise AssertionError(page)

    def _hear(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            if "/console/enter/" in line:
                self._heard.set()
        self._heard.set()
