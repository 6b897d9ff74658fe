"""The whole route on the sample publications, into a local mailbox, with a report at the end."""

import csv
import json
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from sqlalchemy import select

import subscribers
from newsletter import bootstrap
from newsletter.cli import telling
from newsletter.cli.console import err, say
from newsletter.cli.outputs import write_issue
from newsletter.cli.preparing import prepare
from newsletter.cli.sending import deliver_notices, status_facts
from newsletter.delivery.sending import Tally
from newsletter.errors import BadInput
from newsletter.issues import lists
from newsletter.issues.views import coverage, find
from newsletter.mailbox import Mailbox, MailboxServer
from newsletter.pipeline import Pipeline, SendResult
from newsletter.publications.importing import import_file
from newsletter.publications.tables import PublicationRow
from newsletter.resources import templates
from newsletter.sample import pictures, publications_path
from newsletter.sample.readers import readers
from newsletter.sample.writing import HEADLINES, NOTE, NUMBERS
from newsletter.settings import load
from newsletter.staff.people import Actor, add
from newsletter.staff.people import find as find_person

PAGES_PORT = 8000  # where the pages are
HTTP_PORT = 8025  # where `newsletter mailbox` shows the mails, and the pictures in them
PERIOD = "2024-Q2"
CONSENT = "Yes, send me the Quarterly of the Mayors Migration Council. I can unsubscribe at any time."
AUTHOR, APPROVER = "author@example.org", "approver@example.org"


def run_to_draft(folder: Path) -> None:
    """The same quarter in `folder`, up to a draft to work on; its mails go into `folder`/mailbox."""
    _empty(folder)
    mailbox = folder / "mailbox"
    mailbox.mkdir()
    config = _write_settings(folder, f"folder://{mailbox.resolve()}", PAGES_PORT)
    with _step("Setting up a database"):
        _migrate(config)
    pipeline = bootstrap.pipeline(config)
    try:
        _draft(pipeline, folder)
    finally:
        pipeline.database.close()


def run(folder: Path) -> None:
    """Do it all anew in `folder`: settings, database, mailbox, issue.html, issue.txt, report.json."""
    started = time.perf_counter()
    _empty(folder)
    mailbox = Mailbox(folder / "mailbox")
    with MailboxServer(mailbox) as server:
        config = _write_settings(folder, f"smtp://127.0.0.1:{server.port}?tls=none", HTTP_PORT)
        with _step("Setting up a database"):
            _migrate(config)
        pipeline = bootstrap.pipeline(config)
        try:
            result, seconds, slug = _route(pipeline, folder)
            _report(pipeline, folder, slug, result, seconds, time.perf_counter() - started)
        finally:
            pipeline.database.close()


def _route(pipeline: Pipeline, folder: Path) -> tuple[SendResult, float, str]:
    slug, author, approver = _draft(pipeline, folder)
    with _step("Rendering and checking it"):
        version = pipeline.version(slug)
        findings = pipeline.check(version)
        write_issue(pipeline, version, folder)
    telling.findings(findings)
    with _step("Asking a second person, who says yes to exactly this version"):
        pipeline.submit(slug, author)
        deliver_notices(pipeline)
        pipeline.approve(slug, approver)
    with _bar() as show:
        began = time.perf_counter()
        result = pipeline.send(slug, author, progress=show)
        seconds = time.perf_counter() - began
    return result, seconds, slug


def _draft(pipeline: Pipeline, folder: Path) -> tuple[str, Actor, Actor]:
    """Everything up to the draft: its slug, who writes and who signs off."""
    with _step("Drawing pictures and taking in the publications"):
        _take_in_publications(pipeline, folder)
    with _step("Adding a list, two colleagues and 500 readers"):
        list_id = _add_list(pipeline, folder)
        _add_readers(pipeline, folder, list_id)
    author, approver = (_actor(pipeline, email) for email in (AUTHOR, APPROVER))
    with _step(f"Collecting {PERIOD} into a draft"):
        done = pipeline.assemble("quarterly", PERIOD, author)
    telling.assembled(done)
    with _step("Writing the director's note, numbers and a headline"):
        _write(pipeline, done.issue_id, author)
    return done.slug, author, approver


def _report(pipeline: Pipeline, folder: Path, slug: str, result: SendResult, seconds: float, whole: float) -> None:
    facts = status_facts(pipeline, slug)
    facts |= {"seconds": round(seconds, 3), "messages_per_second": round(result.status.accepted / seconds, 1)}
    (folder / "report.json").write_text(json.dumps(facts, indent=2, default=str) + "\n", encoding="utf-8")
    with pipeline.database.reading() as session:
        telling.issue(find(session, slug), coverage(session, find(session, slug).id))
    say("")
    telling.status(facts)
    size = (folder / "issue.eml").stat().st_size
    speed = f"{facts['messages_per_second']:,.0f} messages a second into the mailbox"
    say(f"{speed}; one message has {size / 1000:,.0f} KB.")
    say(f"\nDone in {whole:.0f} s. Look at")
    for name, what in _WHERE:
        say(f"  {folder / name!s:28} {what}")
    say("  and at every message in your browser:")
    say(f"  newsletter --config {folder / 'newsletter.toml'} mailbox {folder / 'mailbox'}")


_WHERE = (
    ("issue.html", "the mail, with its pictures in media/"),
    ("issue.txt", "its text part"),
    ("issue.eml", "the mail, byte for byte, to open in a mail program"),
    ("mailbox/", "what each reader got, one .eml each"),
    ("report.json", "the sum that must be right"),
)


def _empty(folder: Path) -> None:
    """Start anew; only a folder that an earlier demo made is emptied."""
    if folder.exists() and any(folder.iterdir()) and not (folder / "newsletter.toml").is_file():
        raise BadInput(f"{folder} is not empty and no demo made it. Name another folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _write_settings(folder: Path, transport_url: str, port: int) -> Path:
    config = folder / "newsletter.toml"
    lines = {
        "database_url": "sqlite:///newsletter.db",
        "base_url": f"http://127.0.0.1:{port}",
        "timezone": "Europe/Brussels",
        "transport_url": transport_url,
        "secret_keys": secrets.token_hex(32),
        "suppression_key": secrets.token_hex(32),
    }
    config.write_text("".join(f'{name} = "{value}"\n' for name, value in lines.items()), encoding="utf-8")
    config.chmod(0o600)
    return config


def _migrate(config: Path) -> None:
    prepare(load(config, {}))


def _take_in_publications(pipeline: Pipeline, folder: Path) -> None:
    source = folder / "publications.json"
    shutil.copy(publications_path(), source)
    entries: list[dict[str, Any]] = json.loads(source.read_text(encoding="utf-8"))
    pictures.draw_all(folder / "pictures", [Path(entry["image"]).stem for entry in entries if entry.get("image")])
    with pipeline.database.transaction() as session:
        import_file(session, source, pipeline.clock())


def _add_list(pipeline: Pipeline, folder: Path) -> int:
    now = pipeline.clock()
    theme = _write_theme(folder)
    with pipeline.database.transaction() as session:
        list_id = subscribers.add_list(session, "quarterly", "The Quarterly", ("en", "es", "fr", "ar"), now)
        lists.add_profile(
            session, list_id, from_name="Mayors Migration Council", from_address="quarterly@news.example.org",
            postal_address="Mayors Migration Council, 1 Example Square, 1000 Brussels, Belgium",
            reply_to="newsroom@example.org", return_path="verp@bounces.example.org",
            feedback_id="mayorsmc", legal_name="Mayors Migration Council (sample)", theme=theme,
            website="https://www.mayorsmigrationcouncil.org/", privacy_url="https://www.example.org/privacy",
        )  # fmt: skip
        add(session, AUTHOR, "author", now, "Ana Author")
        add(session, APPROVER, "approver", now, "Pat Approver")
    return list_id


def _write_theme(folder: Path) -> str:
    pictures.draw_logo(folder / "logo.png")
    default = (templates() / "email" / "themes" / "default.toml").read_text(encoding="utf-8")
    logo = '\n[logo]\nfile = "logo.png"\nalt = "Mayors Migration Council"\nwidth = 220\nheight = 44\n'
    (folder / "theme.toml").write_text(default + logo, encoding="utf-8")
    return "theme.toml"


def _add_readers(pipeline: Pipeline, folder: Path, list_id: int) -> None:
    """Most are confirmed; some have not confirmed, have left, pause, or may not be mailed any more."""
    people, agreed = readers(500), datetime(2023, 11, 4, 12, tzinfo=UTC)
    files = {"confirmed": ("confirmed", "paused", "hard_bounce", "complaint"), "unsubscribed": ("unsubscribed",)}
    for imported_as, states in files.items():
        path = folder / f"readers-{imported_as}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("email", "name", "language"))
            writer.writerows((r.email, r.name, r.language) for r in people if r.state in states)
        subscribers.import_file(
            pipeline.database.transaction, pipeline.book, path, list_id, imported_as, CONSENT, agreed, AUTHOR,
            pipeline.clock(), "en",
        )  # fmt: skip
    now, book = pipeline.clock(), pipeline.book
    with pipeline.database.transaction() as session:
        for reader in people:
            consent = subscribers.Consent("form", now)
            if reader.state == "pending":
                pending = subscribers.SubscriptionState.PENDING
                book.subscribe(session, list_id, reader.email, pending, consent, now, reader.name, reader.language)
            elif reader.state == "paused":
                id_ = book.subscription_id(session, reader.email, list_id)
                assert id_ is not None
                book.pause(session, id_, now + timedelta(days=90), consent, now)
            elif reader.state in {"hard_bounce", "complaint"}:
                book.suppress(session, reader.email, reader.state, "import", now)


def _write(pipeline: Pipeline, issue_id: int, author: Actor) -> None:
    """What an author adds to a draft by hand."""
    for kind, fields in (("director", NOTE), ("numbers", NUMBERS)):
        pipeline.editor.add_block(str(issue_id), author, kind, fields)
    with pipeline.database.reading() as session:
        found = select(PublicationRow.external_id, PublicationRow.id).where(PublicationRow.external_id.in_(HEADLINES))
        numbers = dict(session.execute(found).tuples().all())
    for external_id, title in HEADLINES.items():
        pipeline.editor.word_item(str(issue_id), author, numbers[external_id], "en", title=title)


def _actor(pipeline: Pipeline, email: str) -> Actor:
    with pipeline.database.reading() as session:
        return Actor(find_person(session, email), "demo")


@contextmanager
def _step(what: str) -> Iterator[None]:
    with err.status(what):
        began = time.perf_counter()
        yield
    err.print(f"[green]✓[/green] {what} ({time.perf_counter() - began:.1f} s)")


@contextmanager
def _bar() -> Iterator[Any]:
    columns = (TextColumn("Handing over"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=err) as progress:
        task = progress.add_task("send", total=None)
        yield lambda tally, candidates: _show(progress, task, tally, candidates)


def _show(progress: Progress, task: Any, tally: Tally, candidates: int) -> None:
    progress.update(task, completed=tally.accepted + tally.refused, total=candidates)
