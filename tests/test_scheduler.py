"""The scheduler: its jobs go on whatever fails, and end in order; as a process it sends a planned issue at its time."""

import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from sqlalchemy.exc import OperationalError

from newsletter.errors import BadInput
from newsletter.jobs import Job, Scheduler
from tests.route import ADMIN, AUTHOR, CONFIRMED, SLUG, Route
from tests.test_cli import Shell, environment
from tests.test_due import rhythm, subjects
from tests.test_instance import copied
from tests.test_worker import _until, got, once

ROOT = Path(__file__).resolve().parent.parent


class Work:
    """Counts how often it is asked; fails as often as it is told."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0
        self.enough = threading.Event()

    def __call__(self) -> list[str]:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        self.enough.set()
        return ["something was done"]


def run(*jobs: Job, until: Callable[[], object]) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=Scheduler(jobs, stop).run)
    thread.start()
    try:
        until()
    finally:
        stop.set()
        thread.join()


def test_what_fails_is_said_once_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "newsletter")
    failing = Work(BadInput("This is wrong."), BadInput("This is wrong."), ZeroDivisionError("a mistake of ours"),
                   OperationalError("SELECT", {}, Exception("server closed the connection")))  # fmt: skip
    other = Work()
    run(Job("one", failing, 0.01), Job("other", other, 0.01), until=lambda: failing.enough.wait(30))
    assert failing.calls >= 5
    assert other.calls >= 1
    for words in ("This is wrong.", "a mistake of ours", "server closed the connection"):
        assert sum(words in record.getMessage() + str(record.exc_text) for record in caplog.records) == 1, words
    assert "something was done" in caplog.text


def test_a_job_that_takes_long_is_not_begun_again_and_is_waited_for_at_the_end() -> None:
    going, over, ended = threading.Event(), threading.Event(), []

    def slow() -> list[str]:
        assert not going.is_set(), "begun again before it had ended"
        going.set()
        over.wait(30)
        ended.append(True)
        return []

    ticks = Work()

    def until() -> None:
        assert going.wait(30)
        _until(lambda: ticks.calls > 5)
        threading.Timer(0.05, over.set).start()

    run(Job("slow", slow, 0.01), Job("quick", ticks, 0.01), until=until)
    assert ended == [True]


def test_once_says_what_is_wrong() -> None:
    with pytest.raises(BadInput):
        Scheduler([Job("one", Work(BadInput("This is wrong.")), 1)], threading.Event()).once()


# -- typed ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def due(approved: Route) -> Route:
    """Planned half a minute ago, by the clock on the wall."""
    approved.now = datetime.now(UTC) - timedelta(minutes=1)
    approved.pipeline.plan(SLUG, approved.now + timedelta(seconds=30), approved.who(AUTHOR))
    return approved


def test_once_from_the_command_line(due: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(due, monkeypatch)
    assert f"{SLUG} has started." in shell("scheduler", "--once").stdout
    assert got(due) == {}, "a worker hands over"
    shell("worker", "--once")
    assert got(due) == dict.fromkeys(CONFIRMED, 1)
    assert "Out: 4 of 4." in shell("scheduler", "--once").stdout
    assert shell("scheduler", "--once").stdout == "", "with nothing to do, cron has nothing to mail"


def test_a_plan_says_what_it_leads_to(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    said = Shell(approved, monkeypatch)("issue", "plan", SLUG, "--at", "2099-07-09T09:00", "--calm", "--by", AUTHOR)
    assert "Planned for Thursday 09 July 2099, 09:00 (Europe/Brussels)." in said.stdout
    assert "by itself" in said.stderr


def test_a_copied_database_is_said_to_be_one(due: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    shell = Shell(due, monkeypatch)
    copied(due)
    assert "newsletter adopt" in shell("scheduler", "--once", code=1).stderr
    assert "newsletter adopt" in shell("worker", "--once", code=1).stderr
    shell("adopt", "--by", ADMIN)
    shell("scheduler", "--once")
    shell("worker", "--once")
    assert got(due) == {}


# -- as a process --------------------------------------------------------------------------------------------------


def start(route: Route, *words: str, **more: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", *words],
        cwd=route.folder, env=env | environment(route) | {"PYTHONPATH": str(ROOT)} | more,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


def end(process: subprocess.Popen[str], number: signal.Signals = signal.SIGTERM) -> str:
    try:
        process.send_signal(number)
        said, _ = process.communicate(timeout=30)
    finally:
        process.kill()
    assert process.returncode == 0, said
    return said


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        port: int = found.getsockname()[1]
        return port


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_run_sends_a_planned_issue_beside_its_pages(due: Route, number: signal.Signals) -> None:
    port = free_port()
    process = start(due, "run", NEWSLETTER_LISTEN=f"127.0.0.1:{port}")
    try:
        _until(lambda: sum(got(due).values()) == 4)
        _until(lambda: "Summer 2024 is out: 4 of 4" in subjects(due.mails()))
        with urlopen(Request(f"http://127.0.0.1:{port}/healthz")) as answer:
            assert answer.status == 200
    except BaseException:
        process.kill()
        raise
    said = end(process, number)
    assert "The scheduler begins." in said
    assert "The scheduler has stopped." in said
    assert "The worker has stopped." in said
    assert got(due) == dict.fromkeys(CONFIRMED, 1)
    assert due.issue().state.value == "sent"


def test_two_schedulers_and_a_worker_send_it_once(due: Route) -> None:
    processes = [start(due, "scheduler"), start(due, "scheduler"), start(due, "worker")]
    try:
        _until(lambda: "Summer 2024 is out: 4 of 4" in subjects(due.mails()))
    except BaseException:
        for process in processes:
            process.kill()
        raise
    for process in processes:
        end(process)
    once(due)
    assert got(due) == dict.fromkeys(CONFIRMED, 1)
    assert len(due.mailings()) == 1
    told = [mail for mail in due.mails() if str(mail["Subject"]) == "Summer 2024 is out: 4 of 4"]
    assert len(told) == 4, "one for each of us"


def test_killed_it_leaves_what_the_next_one_goes_on_with(route: Route) -> None:
    rhythm(route)
    route.sign_off()
    route.pipeline.deliver_notices()
    route.now = datetime.now(UTC) - timedelta(minutes=1)
    route.pipeline.plan(SLUG, route.now + timedelta(seconds=30), route.who(AUTHOR))
    process = start(route, "scheduler")
    try:
        _until(lambda: bool(route.mailings()))
    finally:
        process.kill()
        process.communicate()
    process = start(route, "run", NEWSLETTER_LISTEN=f"127.0.0.1:{free_port()}")
    try:
        _until(lambda: sum(got(route).values()) == 4)
    except BaseException:
        process.kill()
        raise
    end(process)
    assert got(route) == dict.fromkeys(CONFIRMED, 1)
