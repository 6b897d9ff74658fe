"""A practice run: everything but the leaving."""

import json
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import func, select, update
from typer.testing import CliRunner

from newsletter.approval.tables import SnapshotRow
from newsletter.cli.main import app
from newsletter.delivery import guarding, practising
from newsletter.delivery.durations import in_words, takes
from newsletter.delivery.freezing import freeze
from newsletter.delivery.practising import Expected, Practice
from newsletter.delivery.sending import Sender
from newsletter.delivery.tables import (
    AttemptRow,
    DeliveryRow,
    HandoverRow,
    MailingRow,
    NoticeRow,
    TransportRow,
    WorkerRow,
)
from newsletter.delivery.transports.memory import MemoryTransport
from newsletter.delivery.transports.null import NullTransport
from newsletter.issues.model import State
from subscribers.tables import SubscriberRow
from tests.conftest import NOW
from tests.route import APPROVER, AUTHOR, SLUG, Route
from tests.test_authority import _configured


def practise(route: Route) -> Practice:
    return route.pipeline.practise(SLUG, route.who(AUTHOR))


def left_behind(route: Route) -> dict[str, int]:
    with route.database.reading() as session:
        tables = (DeliveryRow, AttemptRow, HandoverRow, NoticeRow)
        return {one.__tablename__: session.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


NOTHING = {"deliveries": 0, "attempts": 0, "handovers": 0, "notices": 0}


def test_every_message_is_built_for_the_real_list_and_nothing_leaves(either_route: Route) -> None:
    found = practise(either_route)
    assert (found.candidates, found.built, found.unwritten, found.finished) == (4, 4, 0, True)
    assert found.left_out == {"pending": 1, "unsubscribed": 1}
    assert found.languages == {"en": 3, "es": 1}
    assert found.errors == ()
    assert 5_000 < found.smallest <= found.median <= found.largest < 200_000
    assert not either_route.mailbox.exists()
    assert either_route.issue().state is State.DRAFT
    assert left_behind(either_route) == NOTHING
    (mailing,) = either_route.mailings()
    assert (mailing.kind, mailing.state, mailing.decision_id, mailing.transport) == (
        "rehearsal", "sent", None, practising.NAME
    )  # fmt: skip
    assert mailing.audience["summary"]["built"] == 4
    assert "@" not in json.dumps(mailing.audience)


def test_the_sizes_are_those_of_the_mails_that_go_out(route: Route) -> None:
    route.sign_off()
    found = practise(route)
    route.send()
    sizes = sorted(path.stat().st_size for path in route.mailbox.glob("*.eml"))
    assert abs(found.smallest - sizes[0]) < 20
    assert abs(found.largest - sizes[-1]) < 20, "but for the length of an address's own token and the date"


def test_a_practice_run_disturbs_no_sign_off(either_route: Route) -> None:
    either_route.submit()
    either_route.word("roots", "Devex and the network begin Roots of Change")
    practise(either_route)
    either_route.word("roots", "Devex and the network start Roots of Change")
    either_route.approve()
    practise(either_route)
    assert either_route.issue().state is State.APPROVED
    assert either_route.counts()
    assert either_route.send().status.accepted == 4
    assert Counter(row.kind for row in either_route.mailings()) == {"rehearsal": 2, "live": 1}


def test_a_version_that_was_only_practised_revives_no_yes(approved: Route) -> None:
    """The same words, made from something else: only handing it in lets the old yes count for it."""
    with approved.database.reading() as session:
        standing = session.scalars(select(SnapshotRow)).one()
    theme = approved.folder / "theme.toml"
    theme.write_text(theme.read_text(encoding="utf-8") + "\n# a remark\n", encoding="utf-8")
    assert not approved.counts()
    practise(approved)
    with approved.database.reading() as session:
        made = session.scalars(select(SnapshotRow).where(SnapshotRow.id != standing.id)).one()
    assert made.fingerprint == standing.fingerprint
    assert not approved.counts()
    approved.submit()
    assert approved.counts()


def test_nothing_takes_a_practice_run_for_a_send(route: Route) -> None:
    practise(route)
    assert route.pipeline.version(SLUG)
    route.sign_off()
    status = route.send().status
    assert (status.candidates, status.accepted, status.state, status.rounds) == (4, 4, "sent", 1)
    practise(route)
    assert route.issue().state is State.SENT
    assert route.send().status.accepted == 4


def test_after_a_stop_it_practises_what_would_go_to_the_rest(route: Route) -> None:
    route.sign_off()
    route.send(wait=False)
    with route.database.transaction() as session:
        session.execute(update(DeliveryRow).where(DeliveryRow.id == 1).values(state="accepted"))
    route.pipeline.stop(SLUG, route.who(AUTHOR))
    assert practise(route).candidates == 3
    assert route.issue().state is State.STOPPED


def test_no_guard_ends_a_practice_run_before_its_time(route: Route) -> None:
    """However many cannot be written, all of them are told."""
    for n in range(8):
        route.add_reader(f"reader{n}@example.org")
    mailing = begun(route)
    with route.database.transaction() as session:
        for id_ in session.scalars(select(DeliveryRow.id)):
            session.add(AttemptRow(delivery_id=id_, at=route.now, verdict="rejected", fault="reader", text="no"))
        session.execute(update(DeliveryRow).values(state="rejected", changed_at=route.now))
        session.flush()
        assert guarding.alarm(session, mailing) == ""
        session.execute(update(MailingRow).values(watched_from=None))
        assert guarding.alarm(session, mailing) != "", "as it would in a send"


# -- it can go nowhere ----------------------------------------------------------------------------------------------


def begun(route: Route, worker: int = 0) -> int:
    """A practice run up to its fixed readers."""
    with route.database.transaction() as session:
        version = route.pipeline.versions
        row = WorkerRow(host="a host that is no more", pid=1, started="1", registered_at=NOW, alive_until=NOW)
        session.add(row)
        session.flush()
        worker = worker or row.id
    made = version.make(route.database, route.issue().id, NOW)
    with route.database.transaction() as session:
        mailing, _ = practising._begin(session, route.issue(), made, worker, NOW)
    freeze(route.database, mailing, NOW)
    return mailing


class LooksLikeNull(NullTransport):
    """A transport of ours that would be no null transport at all."""


@pytest.mark.parametrize("transport", [MemoryTransport("practice"), MemoryTransport("default"), LooksLikeNull("null")])
@pytest.mark.parametrize("bound", [True, False])
def test_a_practice_run_cannot_be_handed_to_any_other_transport(
    either_route: Route, transport: Any, bound: bool
) -> None:
    mailing = begun(either_route)
    pipeline = either_route.pipeline
    sender = Sender.of(
        either_route.database, transport, either_route.settings, pipeline.links, mailing, pipeline.clock, None, None
    )
    if not bound:
        sender._claims_for = None
    with pytest.raises(RuntimeError, match="practice run"):
        sender.run()
    assert either_route.deliveries() == {"waiting": 4}
    assert not getattr(transport, "messages", [])


def test_whoever_works_on_it_as_on_a_send_hands_over_nothing(route: Route) -> None:
    """Its transport has a name that no settings give."""
    mailing = begun(route)
    with pytest.raises(Exception, match="practice"):
        route.pipeline.work_on(mailing)
    assert not route.mailbox.exists()
    assert route.deliveries() == {"waiting": 4}
    with route.database.transaction() as session:
        session.execute(update(MailingRow).values(transport="default"))
    with pytest.raises(RuntimeError, match="practice run"):
        route.pipeline.work_on(mailing)
    assert not list(route.mailbox.glob("*.eml"))


# -- killed ---------------------------------------------------------------------------------------------------------


def test_one_that_was_killed_is_tidied_by_the_next(either_route: Route) -> None:
    killed = begun(either_route)
    with either_route.database.transaction() as session:
        worker = session.scalars(select(WorkerRow)).one()
        worker.ended_at = None
    assert either_route.deliveries() == {"waiting": 4}
    assert practise(either_route).built == 4
    assert left_behind(either_route) == NOTHING
    first, second = either_route.mailings()
    assert (first.id, first.state, first.finished_at is not None) == (killed, "stopped", True)
    assert second.state == "sent"


def test_one_that_still_runs_is_left_alone(route: Route) -> None:
    with route.database.transaction() as session:
        alive = WorkerRow(host="elsewhere", pid=1, started="1", registered_at=NOW, alive_until=NOW.replace(year=2999))
        session.add(alive)
        session.flush()
        worker = alive.id
    other = begun(route, worker)
    practise(route)
    assert route.deliveries() == {"waiting": 4}
    with route.database.reading() as session:
        assert session.get_one(MailingRow, other).finished_at is None


def test_one_that_fails_leaves_nothing_behind(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(practising, "_read", breaks)
    with pytest.raises(ZeroDivisionError):
        practise(route)
    assert left_behind(route) == NOTHING
    assert route.mailings()[0].state == "stopped"


# -- what it tells --------------------------------------------------------------------------------------------------


def test_who_could_not_be_written_to_is_named_with_the_reason(either_route: Route) -> None:
    for n in range(8):
        either_route.add_reader(f"bad{n}@example.org")
    with either_route.database.transaction() as session:
        bad = update(SubscriberRow).where(SubscriberRow.address.like("bad%"))
        session.execute(bad.values(address=SubscriberRow.address + " two words"))
    found = practise(either_route)
    assert (found.candidates, found.built, found.unwritten, found.finished) == (12, 4, 8, True)
    assert [one.address for one in found.errors] == [f"bad{n}@example.org two words" for n in range(8)]
    assert "after the @ stands" in found.errors[0].why
    assert left_behind(either_route) == NOTHING
    assert "two words" not in json.dumps(either_route.mailings()[0].audience)


def test_the_expected_time_is_by_the_rate_that_rules(route: Route) -> None:
    def expects() -> Expected:
        with route.database.reading() as session:
            return practising.expected(session, route.settings, "default", 1_480)

    assert expects() == Expected("default", None, None, None)
    assert "unknown yet" in takes(expects())
    route.open(transport_url="smtp://127.0.0.1:1?tls=none&rate=2")
    assert expects().seconds == 740
    with route.database.transaction() as session:
        session.add(TransportRow(name="default", rate=None, seen_rate=4.0, changed_at=NOW))
    assert takes(expects()) == "The real send takes about 6 min at 4 a second."
    with route.database.transaction() as session:
        session.execute(update(TransportRow).values(rate=10.0, daily_cap=500))
    assert takes(expects()) == "The real send takes about 2 min at 10 a second; it takes at most 500 a day."
    route.open(transport_url="")
    assert expects().rate == 10.0


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about 1 s"), (9.2, "about 10 s"), (40, "less than a minute"), (370, "about 6 min"), (3600, "about 1 h"),
     (12_000, "about 3 h 20 min"), (200_000, "about 2 days")],
)  # fmt: skip
def test_times_are_told_roughly(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_it_is_typed_and_logged(route: Route) -> None:
    route.submit()
    config = str(_configured(route))
    told = CliRunner().invoke(app, ["--config", config, "issue", "practice", SLUG])
    assert told.exit_code == 0, told.output
    assert "Practice: nothing left this room. 4 of 4 messages were built." in told.output
    assert "not on the list of readers: pending  1" in told.output
    assert "unknown yet" in told.output
    found = json.loads(CliRunner().invoke(app, ["--config", config, "issue", "practice", SLUG, "--json"]).stdout)
    assert (found["candidates"], found["built"], found["expected"]["rate"]) == (4, 4, None)
    assert [row.verb for row in route.activity()][-2:] == ["practice", "practice"]
    assert route.issue().state is State.IN_REVIEW
    route.pipeline.approve(SLUG, route.who(APPROVER))
