"""`newsletter init` as a process: what it makes, asks and prints; it may die at any moment, and it mails nobody."""

import re
import stat
import time
import tomllib
from contextlib import suppress
from pathlib import Path

import pytest
import requests
from sqlalchemy import func, select

from newsletter import settings
from newsletter.database import Database
from newsletter.delivery.tables import DeliveryRow, MailingRow, NoticeRow
from newsletter.mailbox import Mailbox, MailboxServer
from newsletter.publications.tables import PublicationRow, SourceRow
from newsletter.setup import store
from newsletter.setup.model import Step
from tests.set_up import EMAIL, Program
from tests.strangers import Harbour, static

ANSWERS = ("--website", "", "--email", EMAIL)
PORT = re.compile(r'(?m)(?<=^base_url = "http://127\.0\.0\.1:)\d+')


def counted(folder: Path, table: type) -> int:
    database = Database(f"sqlite:///{folder / 'newsletter.db'}")
    try:
        with database.reading() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0
    finally:
        database.close()


def step(folder: Path) -> Step:
    from datetime import UTC, datetime

    database = Database(f"sqlite:///{folder / 'newsletter.db'}")
    try:
        with database.reading() as session:
            return store.required(session, datetime.now(UTC)).step
    finally:
        database.close()


def test_it_makes_what_is_missing_and_asks_for_no_more(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "new"
    with Program(folder, *ANSWERS) as program:
        assert "Your website?" in program.enter()
        program.stop()
    config = folder / "newsletter.toml"
    assert stat.S_IMODE(config.stat().st_mode) == 0o600
    read = settings.load(config, {})
    assert len(read.secret_keys[0]) == 64
    assert read.transport_url == ""
    assert (folder / "newsletter.db").is_file()
    assert (folder / "newsletter.db.instance").is_file()


def test_again_it_shows_the_answers_changes_nothing_and_opens_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with Program(folder, *ANSWERS) as program:
        program.enter()
        assert program.stop() == 0
    before = (folder / "newsletter.toml").read_text("utf-8")
    with Program(folder, "--website", "https://www.example.org", "--email", "eve@example.org") as program:
        assert "Your website?" in program.enter()
        said = program.output
        program.stop()
    assert f"Your e-mail address:  {EMAIL}" in said
    assert "Your website:         none" in said
    assert "You were at:          where you publish" in said
    after = (folder / "newsletter.toml").read_text("utf-8")
    # Another program may have taken the port meanwhile; then the address is the only thing that is another.
    assert PORT.sub("", after) == PORT.sub("", before)


def test_without_a_terminal_nothing_is_asked(tmp_path: Path) -> None:
    with Program(tmp_path / "new") as program:
        assert program.process.wait(60) == 1
        assert "newsletter init --email YOU@example.org" in program.output
    with Program(tmp_path / "new", "--email", "nobody") as program:
        assert program.process.wait(60) == 1
        assert "no e-mail address" in program.output
    with Program(tmp_path / "new", "--email", EMAIL) as program:
        assert "Your website?" in program.enter()


def test_while_it_runs_a_second_one_gives_another_link_and_ends(tmp_path: Path) -> None:
    with Program(tmp_path / "new", *ANSWERS) as program:
        program.enter()
        with Program(tmp_path / "new") as second:
            assert second.process.wait(60) == 0
            assert "running already" in second.output
            second.browser.post(second.link, timeout=30)
            assert "Your website?" in second.get()
        with Program(tmp_path / "other", *ANSWERS) as other:  # another folder, another port
            assert other.base != program.base
            other.enter()


def test_where_its_port_has_been_taken_it_takes_another(tmp_path: Path) -> None:
    from newsletter import serving

    with Program(tmp_path / "new", *ANSWERS) as program:
        base = program.base
        program.stop()
    port = int(base.rpartition(":")[2])
    with serving.bound("127.0.0.1", port), Program(tmp_path / "new") as program:
        assert program.base != base
        assert "Your website?" in program.enter()


def test_ctrl_c_while_it_takes_up_a_changed_setting_ends_it(tmp_path: Path) -> None:
    with static() as site, Program(tmp_path / "new", "--website", site.url("/"), "--email", EMAIL) as program:
        program.enter()
        program.until("Where do you publish?")
        program.post("/console/start/publish", {"place": "0", "timezone": "Pacific/Auckland"})
        assert program.stop() == 0
    assert settings.load(tmp_path / "new" / "newsletter.toml", {}).timezone == "Pacific/Auckland"


# -- killed at every step ---------------------------------------------------------------------------------------------


@pytest.mark.timeout(500)
def test_killed_at_every_step_it_goes_on(tmp_path: Path) -> None:
    """The power goes after each answer, and once in the middle of looking and of collecting."""
    folder = tmp_path / "new"
    with static() as site:
        slow = site.answer

        def answer(asked: object) -> object:
            time.sleep(0.03)
            return slow(asked)  # type: ignore[arg-type]

        site.answer = answer  # type: ignore[method-assign, assignment]
        with Program(folder, "--website", site.url("/"), "--email", EMAIL) as program:
            _ = program.link
            wait_for(lambda: len(site.paths()) > 1)
            program.kill()
        assert step(folder) is Step.LOOKING
        with Program(folder) as program:
            program.enter()
            assert "River Towns Institute" in program.until("Where do you publish?")
            program.post("/console/start/publish", {"place": "0"})
            wait_for(lambda: counted(folder, SourceRow) and any("/pubs/9" in one for one in site.paths()[-6:]))
            program.kill()
        assert step(folder) is Step.COLLECTING
        with Program(folder) as program:
            assert ("taking in what you published" in program.link and True) or program.output
            program.enter()
            page = program.until("Which months?")
            assert counted(folder, PublicationRow) == 31
            month = re.search(r'name="first" value="([^"]+)" checked', page)
            assert month
            program.post("/console/start/months", {"first": month[1]})
            program.kill()
        with Program(folder) as program:
            program.enter()
            assert "Go on" in program.until("Here it is.")
            program.kill()
    posts = (
        ("/console/start/draft", {}, "Who signs it?"),
        ("/console/start/sender",
         {"name": "RTI", "address": "news@rti.example.org", "reply_to": EMAIL, "postal": "Quay 7\nBrussels"},
         "A mail service?"),
        ("/console/start/mail/later", {}, "Who else?"),
        ("/console/start/colleague/alone", {}, "Your readers?"),
        ("/console/start/readers", {"pasted": "ana@example.org"}, "None with proof"),
    )  # fmt: skip
    for path, data, heading in posts:
        with Program(folder) as program:
            program.enter()
            program.post(path, data)
            program.kill()
        with Program(folder) as program:
            program.enter()
            program.until(heading)
            program.stop()


def wait_for(holds: object, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with suppress(requests.ConnectionError):  # it is being started anew
            if holds():  # type: ignore[operator]
                return
        time.sleep(0.02)
    raise AssertionError("It did not come to pass.")


# -- and nobody is mailed ---------------------------------------------------------------------------------------------


@pytest.mark.timeout(300)
def test_whatever_is_clicked_no_reader_is_mailed(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    mailbox = Mailbox(tmp_path / "mailbox")
    with Harbour() as site, MailboxServer(mailbox) as server:  # noqa: SIM117 -- the program needs the site
        with Program(folder, "--website", site.url("/"), "--email", EMAIL) as program:
            program.enter()
            program.until("Where do you publish?")
            program.post("/console/start/publish", {"place": "0"})
            month = re.search(r'name="first" value="([^"]+)" checked', program.until("Which months?"))
            assert month
            program.post("/console/start/months", {"first": month[1]})
            program.until("Here it is.")
            program.post("/console/start/draft")
            sender = {"name": "H", "address": "news@harbour.example.org", "reply_to": EMAIL, "postal": "12 Quay Street"}
            program.post("/console/start/sender", sender)
            program.post("/console/start/mail/later")
            assert "yours to hand over" in program.post("/console/start/colleague", {"email": "pat@example.org"})
            program.post("/console/start/colleague/on")
            program.post("/console/start/readers", {"pasted": "ana@example.org\nbo@example.org"})
            program.post("/console/start/readers/decide", {"what": "unknown"})
            assert "2 are on the list" in program.get("/console")
            assert counted(folder, NoticeRow) == 0  # nothing even waits
            given = {"service": "other", "host": "127.0.0.1", "port": str(server.port)}
            program.post("/console/start/mail", given)
            wait_for(lambda: "Mail goes by" in program.get("/console/start/mail"))
            program.post("/console/start/mail/test")
            wait_for(lambda: "Handed over to" in program.get("/console/start/mail"))
            every = [
                "again", "enough", "sample", "draft", "mail/later", "mail/test", "colleague/alone", "colleague/on",
                "readers/later", "readers/drop", "practice",
            ]  # fmt: skip
            for path in every:
                program.post(f"/console/start/{path}")
            time.sleep(3)
            program.stop()
    text = "".join(path.read_text("utf-8", "replace") for path in (tmp_path / "mailbox").rglob("*.eml"))
    assert "To: ana@example.org" not in text
    assert "To: bo@example.org" not in text
    assert EMAIL in text
    assert counted(folder, DeliveryRow) == 0
    database = Database(f"sqlite:///{folder / 'newsletter.db'}")
    with database.reading() as session:
        assert set(session.scalars(select(MailingRow.kind))) <= {"rehearsal"}
    database.close()
    assert "transport_url" in tomllib.loads((folder / "newsletter.toml").read_text("utf-8"))
