"""The worker: whatever is due, by whoever left it, until told to stop; and nothing that no person has released."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, select, update
from sqlalchemy.exc import OperationalError

from newsletter import bootstrap
from newsletter.delivery import guarding, pacing, working
from newsletter.delivery.claiming import claim
from newsletter.delivery.ledger import begin
from newsletter.delivery.model import RouteDown
from newsletter.delivery.sending import Tally
from newsletter.delivery.tables import DeliveryRow, MailingRow, WorkerRow
from newsletter.delivery.working import RESTS, Shift
from newsletter.readers.model import SignUp
from newsletter.settings import TransportSettings
from tests.conftest import NOW
from tests.route import AUTHOR, CONFIRMED, SLUG, Route, later
from tests.smtp_server import ScriptedServer
from tests.test_calm import addressees, set_calm
from tests.test_cli import Shell, environment

ROOT = Path(__file__).resolve().parent.parent


def shift(route: Route, stop: threading.Event | None = None, **how: Callable) -> Shift:
    pipeline = route.pipeline
    return Shift(
        pipeline.database, pipeline.clock, how.get("work_on", pipeline.work_on),
        how.get("deliver", pipeline.deliver_notices), stop or threading.Event(),
    )  # fmt: skip


def once(route: Route, **how: Callable) -> Shift:
    """What `newsletter worker --once` does."""
    made = shift(route, **how)
    made.once()
    return made


def released(route: Route) -> Route:
    route.sign_off()
    route.send(wait=False)
    return route


def got(route: Route) -> Counter[str]:
    return Counter(addressees(route))


def files(route: Route) -> int:
    """Of any mails: quickly counted."""
    return len(list(route.mailbox.glob("*.eml")))


def copies(route: Route) -> int:
    """Of issues, and test copies; not the requests for sign-off."""
    return sum(got(route).values())


# -- what it does --------------------------------------------------------------------------------------------------


def test_it_hands_over_what_was_released_and_writes_the_end(either_route: Route) -> None:
    route = released(either_route)
    once(route)
    assert got(route) == Counter(CONFIRMED)
    assert route.issue().state.value == "sent"
    once(route)
    assert got(route) == Counter(CONFIRMED)


def test_it_goes_on_where_a_process_died_while_it_fixed_the_readers(either_route: Route) -> None:
    either_route.sign_off()
    either_route.pipeline._release(SLUG, either_route.who(AUTHOR), "", although_planned=False, calm=False)
    assert either_route.mailings()[0].state == "freezing"
    once(either_route)
    assert got(either_route) == Counter(CONFIRMED)


def test_it_goes_on_where_a_process_died_while_it_sent(either_route: Route) -> None:
    """What was claimed waits again; what was in hand is without an answer, and is never sent again by itself."""
    route = released(either_route)
    (mailing,) = route.mailings()
    with route.database.transaction() as session:
        dead = WorkerRow(host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(dead)
        session.flush()
        ids = [one.delivery for one in claim(session, mailing.id, dead.id, 3, NOW)]
        begin(session, DeliveryRow, ids[:1], dead.id, "default", NOW, mailing.id)
    once(route)
    assert sum(got(route).values()) == 3
    assert route.deliveries() == {"accepted": 3, "uncertain": 1}
    assert route.issue().state.value == "sent"


def test_it_writes_the_end_that_a_killed_sender_did_not(either_route: Route) -> None:
    route = released(either_route)
    with route.database.transaction() as session:
        session.execute(update(DeliveryRow).values(state="accepted"))
    once(route)
    assert route.issue().state.value == "sent"
    assert got(route) == Counter()


def test_what_was_put_off_is_tried_again_when_its_time_has_come(either_route: Route) -> None:
    route = released(either_route)
    with route.database.transaction() as session:
        first = session.scalar(select(func.min(DeliveryRow.id)))
        session.execute(
            update(DeliveryRow).where(DeliveryRow.id == first).values(state="deferred", due_at=NOW + timedelta(hours=1))
        )
    made = once(route)
    assert sum(got(route).values()) == 3
    later(route, hours=1)
    made.once()
    assert got(route) == Counter(CONFIRMED)
    assert route.issue().state.value == "sent"


def test_a_calm_send_goes_on_by_itself_when_the_readers_time_has_come(either_route: Route) -> None:
    either_route.add_reader(AUTHOR)
    set_calm(either_route, wait=15, spread=0)
    either_route.sign_off()
    either_route.send(wait=False, calm=True)
    made = once(either_route)
    assert got(either_route) == Counter([AUTHOR])
    later(either_route, minutes=14)
    made.once()
    assert got(either_route) == Counter([AUTHOR])
    later(either_route, minutes=1)
    made.once()
    assert got(either_route) == Counter([AUTHOR, *CONFIRMED])


def test_a_spread_is_worked_off_bit_by_bit(either_route: Route) -> None:
    """Four readers over an hour: one now, and one each quarter of an hour."""
    set_calm(either_route, wait=0, spread=60)
    either_route.sign_off()
    either_route.send(wait=False, calm=True)
    made = shift(either_route)
    for number in (1, 2, 3, 4):
        for _ in range(2):
            made.once()
            assert sum(got(either_route).values()) == number
        later(either_route, minutes=15)
    assert either_route.issue().state.value == "sent"


def test_a_days_cap_holds_until_the_next_day(either_route: Route) -> None:
    route = released(either_route)
    with route.database.transaction() as session:
        pacing.seed(session, "default", None, NOW)
        pacing.change(session, "default", NOW, rate=None, daily_cap=3)
    made = once(route)
    assert sum(got(route).values()) == 3
    later(route, hours=16, minutes=59)
    made.once()
    assert sum(got(route).values()) == 3
    later(route, minutes=1)
    made.once()
    assert got(route) == Counter(CONFIRMED)


def test_a_cap_that_is_lifted_is_noticed_at_once(either_route: Route) -> None:
    route = released(either_route)
    with route.database.transaction() as session:
        pacing.seed(session, "default", None, NOW)
        pacing.change(session, "default", NOW, rate=None, daily_cap=1)
    made = once(route)
    later(route, seconds=1)
    with route.database.transaction() as session:
        pacing.change(session, "default", route.now, rate=None, daily_cap=None)
    made.once()
    assert got(route) == Counter(CONFIRMED)


def test_it_hands_over_notices(either_route: Route) -> None:
    either_route.submit()
    once(either_route)
    assert sorted(str(mail["To"]) for mail in either_route.mails()) == ["admin@example.org", "approver@example.org"]


def test_it_goes_by_the_mail_service_that_the_mailing_names(approved: Route) -> None:
    second = TransportSettings(url=f"folder://{approved.folder / 'second'}")
    approved.open(transports={"second": second})
    approved.send(wait=False, transport="second")
    once(approved)
    assert len(list((approved.folder / "second").glob("*.eml"))) == 4
    assert copies(approved) == 0


# -- what it never does --------------------------------------------------------------------------------------------


def test_it_starts_nothing_that_nobody_released(approved: Route) -> None:
    approved.pipeline.plan(SLUG, NOW + timedelta(hours=1), approved.who(AUTHOR))
    later(approved, hours=2)
    once(approved)
    assert approved.mailings() == []
    assert approved.issue().state.value == "planned"


def test_it_resumes_nothing_that_is_paused(either_route: Route) -> None:
    route = released(either_route)
    route.pipeline.pause(SLUG, route.who(AUTHOR))
    made = once(route)
    assert got(route) == Counter()
    route.pipeline.resume(SLUG, route.who(AUTHOR))
    made.once()
    assert got(route) == Counter(CONFIRMED)


def test_it_sends_nothing_of_what_is_stopped(approved: Route) -> None:
    approved.send(wait=False)
    approved.pipeline.stop(SLUG, approved.who(AUTHOR))
    once(approved)
    assert copies(approved) == 0


def test_it_never_opens_a_mail_service_that_is_held_and_a_person_does(
    approved: Route, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "newsletter")
    approved.send(wait=False)
    with approved.database.transaction() as session:
        pacing.seed(session, "default", None, NOW)
        pacing.hold(session, "default", "535 no such user", NOW)
    made = once(approved)
    for _ in range(3):
        later(approved, hours=1)
        made.once()
    assert copies(approved) == 0
    assert caplog.text.count("535 no such user") == 1
    assert "newsletter transports open default" in caplog.text
    assert approved.send().status.state == "sent"
    assert [entry.detail.get("opened") for entry in approved.activity()][-1] == "default"


def test_one_that_asked_us_to_wait_is_left_alone_until_then(approved: Route, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "newsletter")
    approved.send(wait=False)
    with approved.database.transaction() as session:
        pacing.seed(session, "default", None, NOW)
        pacing.postpone(session, "default", NOW + timedelta(minutes=10))
    made = once(approved)
    made.once()
    assert copies(approved) == 0
    assert caplog.text.count("has asked us to wait until 2024-07-09 07:10:00 UTC") == 1
    later(approved, minutes=10)
    made.once()
    assert copies(approved) == 4


# -- what goes wrong -----------------------------------------------------------------------------------------------


class Failing:
    """Stands in for the pipeline's part: fails as often as it is told, and then does the work."""

    def __init__(self, route: Route, *errors: Exception) -> None:
        self.route = route
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, mailing_id: int, stop: threading.Event) -> Tally:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return self.route.pipeline.work_on(mailing_id, stop)


def test_an_error_that_nobody_foresaw_is_logged_and_it_is_tried_again_later(
    approved: Route, caplog: pytest.LogCaptureFixture
) -> None:
    approved.send(wait=False)
    failing = Failing(approved, ZeroDivisionError("a mistake of ours"), ZeroDivisionError("a mistake of ours"))
    made = once(approved, work_on=failing)
    assert "a mistake of ours" in caplog.text
    assert failing.calls == 1
    later(approved, seconds=RESTS[0].total_seconds() - 1)
    made.once()
    assert failing.calls == 1, "it rests"
    later(approved, seconds=1)
    made.once()
    assert failing.calls == 2
    later(approved, seconds=RESTS[0].total_seconds())
    made.once()
    assert failing.calls == 2, "and longer each time"
    later(approved, seconds=RESTS[1].total_seconds())
    made.once()
    assert copies(approved) == 4


def test_a_clock_set_back_ends_a_rest(approved: Route) -> None:
    approved.send(wait=False)
    failing = Failing(approved, RouteDown("no line"))
    made = once(approved, work_on=failing)
    later(approved, hours=-3)
    made.once()
    assert copies(approved) == 4


def test_a_mail_service_that_is_down_is_said_once(approved: Route, caplog: pytest.LogCaptureFixture) -> None:
    approved.send(wait=False)
    failing = Failing(approved, *[RouteDown("no line")] * 3)
    made = once(approved, work_on=failing)
    for _ in range(3):
        later(approved, hours=1)
        made.once()
    assert failing.calls == 4
    assert caplog.text.count("no line") == 1
    assert copies(approved) == 4


def test_a_sender_that_gave_up_is_tried_again_after_a_while(approved: Route, monkeypatch) -> None:
    monkeypatch.setattr("newsletter.delivery.sending.PATIENCE", (0.01,))
    with ScriptedServer({"GREETING": lambda _: "421 4.3.2 not now"}) as server:
        approved.open(transport_url=f"smtp://127.0.0.1:{server.port}?tls=none&hello=news.example&connections=1")
        approved.send(wait=False)
        made = once(approved)
        connections = server.connections
        made.once()
        assert server.connections == connections
    approved.open(transport_url=f"folder://{approved.mailbox}")
    made._work_on = approved.pipeline.work_on
    later(approved, hours=1)
    made.once()
    assert copies(approved) == 4


def test_a_mail_service_that_is_not_in_the_settings_any_more_holds_up_no_other(
    approved: Route, caplog: pytest.LogCaptureFixture
) -> None:
    approved.send(wait=False)
    with approved.database.transaction() as session:
        session.execute(update(MailingRow).values(transport="gone"))
    approved.pipeline.test(SLUG, "me@example.org", approved.who(AUTHOR))
    made = once(approved)
    assert caplog.text.count("[transports.gone]") == 1
    assert copies(approved) == 2, "the notices went all the same"
    with approved.database.transaction() as session:
        session.execute(update(MailingRow).values(transport="default"))
    made.once()
    assert copies(approved) == 6, "another mail service is tried at once"


def test_where_nothing_may_be_claimed_it_does_not_try_for_ever(
    approved: Route, caplog: pytest.LogCaptureFixture
) -> None:
    approved.send(wait=False)
    approved.revoke()
    made = once(approved)
    for _ in range(5):
        made.once()
    assert caplog.text.count("nothing may be handed over") == 1
    assert copies(approved) == 0


def test_notices_that_cannot_go_rest_too(approved: Route) -> None:
    approved.pipeline.test(SLUG, "me@example.org", approved.who(AUTHOR))
    calls = []

    def deliver(_stop: threading.Event) -> list:
        calls.append(1)
        raise RouteDown("no line")

    made = once(approved, deliver=deliver)
    made.once()
    assert len(calls) == 1
    later(approved, seconds=31)
    made.once()
    assert len(calls) == 2


def test_what_the_guard_has_paused_is_mailed_by_the_worker(approved: Route) -> None:
    approved.send(wait=False)
    with approved.database.transaction() as session:
        guarding.pause(session, approved.mailings()[0].id, "bad rates", NOW)
    once(approved)
    assert f"Paused: {approved.issue().name}" in {str(mail["Subject"]) for mail in approved.mails()}


def test_a_database_that_is_away_for_a_moment_ends_no_worker(
    approved: Route, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(working, "TICK", 0.01)
    approved.send(wait=False)
    stop, tries, real = threading.Event(), [], Shift._look

    def look(self: Shift) -> int:
        tries.append(1)
        if len(tries) <= 3:
            raise OperationalError("SELECT", {}, Exception("server closed the connection"))
        return real(self)

    monkeypatch.setattr(Shift, "_look", look)
    thread = threading.Thread(target=shift(approved, stop).run)
    thread.start()
    _until(lambda: copies(approved) == 4)
    stop.set()
    thread.join()
    assert caplog.text.count("server closed the connection") == 1


# -- several at once -----------------------------------------------------------------------------------------------


def test_a_slow_one_holds_up_no_other(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    """A mailing that waits for its next turn, and a notice beside it."""
    monkeypatch.setattr(working, "TICK", 0.05)
    approved.send(wait=False)
    stop, at_work = threading.Event(), threading.Event()

    def slow(mailing_id: int, stop: threading.Event) -> Tally:
        at_work.set()
        stop.wait(30)
        return approved.pipeline.work_on(mailing_id, stop)

    thread = threading.Thread(target=shift(approved, stop, work_on=slow).run)
    thread.start()
    assert at_work.wait(10)
    approved.pipeline.test(SLUG, "me@example.org", approved.who(AUTHOR))
    _until(lambda: copies(approved) == 2)
    stop.set()
    thread.join()


def test_two_workers_at_once_give_each_reader_one(either_route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working, "TICK", 0.02)
    for n in range(36):
        either_route.add_reader(f"reader{n}@example.org")
    either_route.sign_off()
    stops = [threading.Event() for _ in range(2)]
    threads = []
    for stop in stops:
        pipeline = bootstrap.assemble(either_route.settings, lambda: NOW)
        made = Shift(pipeline.database, pipeline.clock, pipeline.work_on, pipeline.deliver_notices, stop)
        threads.append(threading.Thread(target=made.run))
    for thread in threads:
        thread.start()
    either_route.send(wait=False)
    either_route.pipeline.test(SLUG, "me@example.org", either_route.who(AUTHOR))
    _until(lambda: either_route.issue().state.value == "sent")
    _until(lambda: got(either_route).get("me@example.org") == 2)
    for stop in stops:
        stop.set()
    for thread in threads:
        thread.join()
    counts = got(either_route)
    assert counts.pop("me@example.org") == 2
    assert set(counts.values()) == {1}
    assert len(counts) == 40
    assert either_route.deliveries() == {"accepted": 40}


def _until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


# -- what it costs -------------------------------------------------------------------------------------------------


@pytest.fixture
def statements(approved: Route) -> Iterator[list[str]]:
    said: list[str] = []

    def listen(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        said.append(statement)

    event.listen(approved.database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(approved.database.engine, "before_cursor_execute", listen)


def test_idle_it_asks_a_few_cheap_questions_and_writes_nothing(approved: Route, statements: list[str]) -> None:
    approved.send()
    made = once(approved)
    del statements[:]
    for _ in range(10):
        assert made._look() == 0
    asked = [one for one in statements if not one.startswith("BEGIN")]
    assert len(asked) <= 30
    assert all(one.startswith("SELECT") for one in asked)
    assert "BEGIN IMMEDIATE" not in statements
    with approved.database.engine.connect() as connection:
        for statement in set(asked):
            if "notices" in statement or "deliveries" in statement:
                values = tuple("2024-07-09 07:00:00.000000" for _ in range(statement.count("?")))
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
                assert not any(line.startswith("SCAN") and "INDEX" not in line for line in plan), (statement, plan)


def test_in_the_waiting_time_of_a_calm_send_it_costs_little_too(approved: Route, statements: list[str]) -> None:
    approved.send(calm=True)
    made = shift(approved)
    made.once()
    del statements[:]
    for _ in range(10):
        assert made._look() == 0
    assert len([one for one in statements if not one.startswith("BEGIN")]) <= 100
    assert "BEGIN IMMEDIATE" not in statements


# -- as a process --------------------------------------------------------------------------------------------------


def test_once_from_the_command_line(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    approved.send(wait=False)
    shell = Shell(approved, monkeypatch)
    result = shell("worker", "--once")
    assert f"{SLUG}: begun" in result.stdout
    assert f"{SLUG}: 4 handed over, 0 not taken, 0 without an answer; it is sent" in result.stdout
    assert shell("worker", "--once").stdout == "", "with nothing to do, cron has nothing to mail"


def start(route: Route, *words: str) -> subprocess.Popen[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("NEWSLETTER_")}
    return subprocess.Popen(
        [sys.executable, "-m", "newsletter", "worker", *words],
        cwd=route.folder, env=env | environment(route) | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=str)
def test_it_ends_gracefully_and_leaves_nothing_uncertain(either_route: Route, number: signal.Signals) -> None:
    for n in range(56):
        either_route.add_reader(f"reader{n}@example.org")
    either_route.sign_off()
    with either_route.database.transaction() as session:
        pacing.seed(session, "default", 10.0, NOW)
    either_route.send(wait=False)
    worker = start(either_route)
    try:
        _until(lambda: files(either_route) > 8)
        worker.send_signal(number)
        said, _ = worker.communicate(timeout=20)
    finally:
        worker.kill()
    assert worker.returncode == 0, said
    assert "The worker begins." in said
    assert "The worker has stopped." in said
    counts = either_route.deliveries()
    assert set(counts) == {"accepted", "waiting"}
    assert counts["accepted"] == copies(either_route) < 60
    with either_route.database.transaction() as session:
        pacing.change(session, "default", NOW, rate=None, daily_cap=None)
    once(either_route)
    assert set(got(either_route).values()) == {1}
    assert len(got(either_route)) == 60


def test_killed_it_leaves_what_the_next_one_goes_on_with(approved: Route) -> None:
    approved.send(wait=False)
    worker = start(approved)
    try:
        _until(lambda: files(approved) >= 4)
    finally:
        worker.kill()
        worker.communicate()
    once(approved)
    assert approved.issue().state.value == "sent"
    assert set(got(approved).values()) == {1}


# -- sign-ups, and tidying -----------------------------------------------------------------------------------------


def full_shift(route: Route, stop: threading.Event | None = None) -> Shift:
    """A shift as the command makes it."""
    pipeline = route.pipeline
    return Shift(
        pipeline.database, pipeline.clock, pipeline.work_on, pipeline.deliver_notices, stop or threading.Event(),
        pipeline.joining.handle, pipeline.joining.tidy,
    )  # fmt: skip


def test_it_works_on_sign_ups_that_a_page_left_and_mails_what_they_lead_to(either_route: Route) -> None:
    route = either_route
    form = SignUp("nina@example.com", ("quarterly",), "en", "Yes, send me the Quarterly.")
    route.pipeline.joining.sign_up(form, "192.0.2.7")
    full_shift(route).once()
    assert [str(mail["To"]) for mail in route.mails()] == ["nina@example.com"]


def test_it_tidies_once_an_hour(route: Route) -> None:
    tidied: list[object] = []
    pipeline = route.pipeline
    made = Shift(
        pipeline.database, pipeline.clock, pipeline.work_on, pipeline.deliver_notices, threading.Event(),
        tidy=lambda: tidied.append(route.now),
    )  # fmt: skip
    for minutes in (0, 1, 58, 1, 59):
        later(route, minutes=minutes)
        made.once()
    assert len(tidied) == 2
