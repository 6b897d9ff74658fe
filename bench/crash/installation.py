"""An installation with an approved issue, made through the command line, in a database to be copied for each round."""

import csv
import json
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from bench.crash.commands import Command
from bench.crash.engines import Engine
from bench.crash.hooks import Hooks
from newsletter.settings import Settings

AUTHOR, APPROVER, LIST = "ana@example.org", "pat@example.org", "quarterly"
GONE = "gone"  # in the addresses of those who have no mailbox any more


@dataclass(frozen=True)
class Installation:
    """An approved issue of a list with so many confirmed readers."""

    folder: Path
    engine: Engine
    issue: str
    readers: tuple[str, ...]

    def keep_state(self, url: str) -> Path:
        """Let a copy of the database be this installation's own, as the prepared one was; the file that says so."""
        prepared, file = (Settings.model_construct(database_url=one, folder=self.folder).instance_file
                          for one in (self.engine.url, url))  # fmt: skip
        shutil.copy(prepared, file)
        return file

    def command(self, *arguments: str, hooks: Hooks | None = None, **environment: str) -> Command:
        config = ("--config", str(self.folder / "newsletter.toml"))
        return Command([*config, *arguments], environment, self.folder, hooks)


def prepare(folder: Path, engine: Engine, readers: int) -> Installation:
    """Everything up to the yes, by the commands that a person would type."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_files(folder, engine.url, readers)
    addresses = tuple(address(n) for n in range(readers))
    here = Installation(folder, engine, "", addresses)
    here.command("migrate").done()
    here.command("lists", "add", LIST, "--name", "The Quarterly", "--from", "Network <news@news.example.org>",
                 "--postal-address", "1 Example Square, 1000 Brussels").done()  # fmt: skip
    here.command("staff", "add", AUTHOR, "--role", "author").done()
    here.command("staff", "add", APPROVER, "--role", "approver").done()
    here.command("publications", "import", str(folder / "publications.json")).done()
    here.command("subscribers", "import", str(folder / "readers.csv"), "--list", LIST, "--consent", "Every quarter",
                 "--consent-at", "2023-11-04").done()  # fmt: skip
    issue = here.command("issue", "assemble", "--list", LIST, "--period", "2024-Q2").done().split()[-1]
    here.command("issue", "submit", issue, "--by", AUTHOR).done()
    here.command("issue", "approve", issue, "--by", APPROVER).done()
    engine.keep()
    return Installation(folder, engine, issue, addresses)


def address(n: int) -> str:
    """One in 251 has no mailbox: of a thousand readers fewer than the five by whom a mailing is paused."""
    return f"{GONE if n % 251 == 7 else 'reader'}{n:06d}@example.org"


def _write_files(folder: Path, url: str, readers: int) -> None:
    settings = {
        "database_url": url, "base_url": "http://127.0.0.1:8000", "transport_url": "null:",
        "secret_keys": secrets.token_hex(32), "suppression_key": secrets.token_hex(32),
    }  # fmt: skip
    lines = (f'{name} = "{value}"\n' for name, value in settings.items())
    (folder / "newsletter.toml").write_text("".join(lines), encoding="utf-8")
    publications = [
        {"kind": kind, "title": f"What cities did in spring, part {n}", "summary": "A sentence that says it. " * 5,
         "url": f"https://www.example.org/{n}", "published_on": f"2024-05-{n:02d}", "language": "en"}
        for n, kind in enumerate(("report", "press_release", "event_report", "statement"), start=1)
    ]  # fmt: skip
    (folder / "publications.json").write_text(json.dumps(publications), encoding="utf-8")
    with (folder / "readers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("email", "name", "language"))
        writer.writerows((address(n), f"Reader {n}", "en") for n in range(readers))
