"""The guard: bad rates pause a mailing and tell the right people once; blocks never count against a reader."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import event, insert, select, text, update

from newsletter.cli.sending import deliver_notices
from newsletter.database import Database
from newsletter.delivery import guarding, mailings, notices
from newsletter.delivery.model import Fault, Letters, Limits, Outcome, Verdict
from newsletter.delivery.tables import AttemptRow, DeliveryRow, MailingRow, NoticeRow
from newsletter.delivery.transports import open_transport
from newsletter.delivery.transports.memory import MemoryLane, MemoryTransport
from newsletter.issues.tables import IssueRow
from newsletter.rendering.mime import Compiled
from newsletter.staff import people
from newsletter.staff.tables import StaffRow
from tests.conftest import NOW
from tests.route import ADMIN, APPROVER, AUTHOR, SLUG, Route
from tests.smtp_server import ScriptedServer
from tests.test_cli import Shell
from tests.world import World, address

BLOCKED = (Verdict.REJECTED, Fault.SENDER, "5.7.1 we do not like you")
NO_MAILBOX = (Verdict.REJECTED, Fault.READER, "5.1.1 no such user")
GREYLISTED = (Verdict.DEFERRED, Fault.SENDER, "4.7.1 Greylisted, come back in five minutes")


def answered(database: Database, mailing: int, accepted: int, *refused: tuple[int, Verdict, Fault, str]) -> None:
    """As if so many copies had been handed over, and so many refused so."""
    with database.transaction() as session:
        ids = list(session.scalars(select(DeliveryRow.id).where(DeliveryRow.mailing_id == mailing)))
        at = 0

        def settle(number: int, state: str) -> list[int]:
            nonlocal at
            chosen, at = ids[at : at + number], at + number
            assert len(chosen) == number
            session.execute(
                update(DeliveryRow).where(DeliveryRow.id.in_(chosen)).values(state=state, changed_at=NOW),
                execution_options={"synchronize_session": False},
            )
            return chosen

        settle(accepted, "accepted")
        for number, verdict, fault, words in refused:
            for one in settle(number, verdict.value):
                session.execute(
                    insert(AttemptRow).values(delivery_id=one, at=NOW, verdict=verdict.value, fault=fault.value,
                                              code=550, text=words)
                )  # fmt: skip


def rows(database: Database, mailing: int, number: int) -> None:
    """So many candidates; as people they are as good as copied from the one there is."""
    with database.transaction() as session:
        session.execute(text("DELETE FROM deliveries"))
        columns = session.execute(text("SELECT * FROM subscribers LIMIT 1")).keys()
        others = ", ".join(name for name in columns if name not in {"id", "address", "address_hash"})
        session.execute(
            text(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :number) "
                f"INSERT INTO subscribers (address, address_hash, {others}) "
                f"SELECT 'x' || i || '@example.org', 'hash' || i, {others} FROM n, subscribers"
            ),
            {"number": number},
        )
        session.execute(
            text(
                "INSERT INTO deliveries (mailing_id, subscriber_id, state, attempts) "
                "SELECT :mailing, id, 'waiting', 0 FROM subscribers ORDER BY id LIMIT :number"
            ),
            {"mailing": mailing, "number": number},
        )
        session.execute(update(MailingRow).values(candidates=number))


@pytest.fixture
def world(database: Database) -> World:
    return World(database).build(readers=1)


def alarm(database: Database, mailing: int) -> str:
    with database.reading() as session:
        return guarding.alarm(session, mailing)


# -- the rates -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("of", "refused", "rings"),
    [
        (100, [(5, *NO_MAILBOX)], "5 of 100 readers' mailboxes do not exist; more than 2%"),
        (100, [(4, *NO_MAILBOX)], ""),
        (1000, [(5, *NO_MAILBOX)], ""),
        (1000, [(20, *NO_MAILBOX)], ""),
        (1000, [(21, *NO_MAILBOX)], "21 of 1,000 readers' mailboxes"),
        (100, [(6, *BLOCKED)], "6 of 100 copies were refused because of us"),
        (100, [(5, *BLOCKED)], ""),
        (200, [(10, *BLOCKED)], ""),
        (200, [(11, *BLOCKED)], "11 of 200 copies were refused because of us"),
        (5, [(5, *NO_MAILBOX)], "5 of 5"),
        (100, [(2, *NO_MAILBOX), (3, *BLOCKED)], ""),
        (100, [(60, *GREYLISTED)], ""),
        (100, [(30, Verdict.DEFERRED, Fault.SENDER, "4.7.28 unusual rate of mail")], "30 of 100"),
        (100, [(60, Verdict.DEFERRED, Fault.READER, "4.2.2 mailbox full")], ""),
        (100, [(60, Verdict.DEFERRED, Fault.ROUTE, "4.3.0 try later")], ""),
        (100, [(60, Verdict.REJECTED, Fault.ISSUE, "5.3.4 too big")], ""),
    ],
)
def test_when_it_rings(world: World, of: int, refused: list[tuple[int, Verdict, Fault, str]], rings: str) -> None:
    mailing = world.release()
    rows(world.database, mailing, of)
    answered(world.database, mailing, of - sum(one[0] for one in refused), *refused)
    found = alarm(world.database, mailing)
    assert rings in found
    assert bool(found) == bool(rings)


def test_the_last_answer_is_told(world: World) -> None:
    mailing = world.release()
    rows(world.database, mailing, 10)
    answered(world.database, mailing, 4, (6, *BLOCKED))
    assert alarm(world.database, mailing).endswith("The last answer: 550 5.7.1 we do not like you")


def test_after_a_resume_it_counts_anew(world: World) -> None:
    mailing = world.release()
    rows(world.database, mailing, 100)
    answered(world.database, mailing, 50, (10, *BLOCKED))
    assert alarm(world.database, mailing)
    later = NOW + timedelta(minutes=5)
    with world.database.transaction() as session:
        mailings.pause(session, mailing, "bad rates")
        mailings.resume(session, mailing, later)
    assert alarm(world.database, mailing) == ""
    with world.database.transaction() as session:
        ids = list(session.scalars(select(DeliveryRow.id).where(DeliveryRow.state == "waiting").limit(5)))
        session.execute(update(DeliveryRow).where(DeliveryRow.id.in_(ids)).values(state="rejected", changed_at=later))
        for one in ids:
            session.execute(insert(AttemptRow).values(delivery_id=one, at=later, verdict="rejected", fault="sender",
                                                      code=550, text="5.7.1 still"))  # fmt: skip
    assert "5 of 5 copies were refused because of us" in alarm(world.database, mailing), "only what came after"


# -- what it costs -------------------------------------------------------------------------------------------------


@pytest.fixture
def statements(database: Database) -> Iterator[list[tuple[str, object]]]:
    said: list[tuple[str, object]] = []

    def listen(_connection, _cursor, statement, parameters, _context, _many) -> None:
        said.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(database.engine, "before_cursor_execute", listen)


def test_its_queries_walk_indexes(world: World, statements: list[tuple[str, object]]) -> None:
    """With half a million copies it is asked every half second."""
    mailing = world.release()
    rows(world.database, mailing, 4000)
    answered(world.database, mailing, 3900, (60, *NO_MAILBOX))
    with world.database.transaction() as session:
        session.execute(update(MailingRow).values(watched_from=NOW - timedelta(hours=1)))
    del statements[:]
    alarm(world.database, mailing)
    asked = [one for one in statements if "deliveries" in one[0]]
    assert len(asked) == 5, "two counts of refusals, and the last copies of each state"
    if world.database.is_sqlite:
        with world.database.engine.connect() as connection:
            for statement, parameters in asked:
                plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
                scans = [line for line in plan if "SCAN" in line and "last" not in line and "anon" not in line]
                assert scans == [], plan
                assert any("ix_deliveries_mailing_id_state_id" in line for line in plan), plan
    limits = [parameters for statement, parameters in asked if "LIMIT" in statement]
    assert all(3000 in tuple(dict(p).values() if isinstance(p, dict) else p) for p in limits), "60 of 2 % and no more"


def test_a_sender_without_refusals_never_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(*_: object) -> str:
        raise AssertionError("it was asked")

    monkeypatch.setattr(guarding, "alarm", asked)
    mailing = world.release()

    class Slow(MemoryTransport):
        def keep(self, letter, message) -> None:
            threading.Event().wait(1.2)
            super().keep(letter, message)

    assert world.sender(mailing, Slow()).run().accepted == 1


# -- in a running send ---------------------------------------------------------------------------------------------


class Refusing(MemoryTransport):
    """Refuses those of these addresses, each after a little while."""

    def __init__(self, refused: set[str], said: tuple[Verdict, Fault, str], name: str = "memory") -> None:
        super().__init__(name, Limits(lanes=1, group=5))
        self.refused = refused
        self.said = said

    def lane(self, compiled: Compiled) -> MemoryLane:
        lane, transport = super().lane(compiled), self

        class Lane(MemoryLane):
            def hand_over(self, letters: Letters, key: str) -> Iterator[Outcome]:
                for letter in letters:
                    threading.Event().wait(0.02)
                    if letter.address in transport.refused:
                        verdict, fault, words = transport.said
                        yield Outcome(letter.delivery, verdict, fault, 550, words.split()[0], words)
                    else:
                        yield from MemoryLane.hand_over(lane, [letter], key)  # type: ignore[arg-type]

        return Lane(self, compiled)


def _admin(world: World) -> None:
    with world.database.transaction() as session:
        people.add(session, "admin@example.org", "admin", NOW)
        people.add(session, "gone.admin@example.org", "admin", NOW)
        session.execute(update(StaffRow).where(StaffRow.email.like("gone%")).values(disabled_at=NOW))
        session.execute(update(IssueRow).values(state="sending"))


def test_a_running_send_is_paused_and_the_right_people_are_told_once(database: Database) -> None:
    world = World(database).build(readers=150)
    _admin(world)
    mailing, transport = world.release(), Refusing({address(n) for n in range(150)}, BLOCKED)
    senders = [world.sender(mailing, transport) for _ in range(2)]
    threads = [threading.Thread(target=sender.run) for sender in senders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        row = session.get_one(MailingRow, mailing)
        assert row.state == "paused"
        assert "copies were refused because of us" in row.paused_because
        told = session.execute(select(NoticeRow.address, NoticeRow.kind).order_by(NoticeRow.address)).tuples().all()
        assert told == [("admin@example.org", notices.PAUSED), ("author@example.org", notices.PAUSED)]
        assert session.scalars(select(IssueRow.state)).one() == "paused"
    assert any("because of us" in sender.tally.route_error for sender in senders)
    counts = world.sums(mailing)
    assert counts["waiting"] > 50, "it was paused before all were burnt"
    assert "uncertain" not in counts


def test_blocks_never_count_against_a_reader(database: Database) -> None:
    world = World(database).build(readers=20)
    _admin(world)
    mailing = world.release()
    world.sender(mailing, Refusing({address(n) for n in range(20)}, BLOCKED)).run()
    with database.reading() as session:
        assert set(session.scalars(select(AttemptRow.fault))) == {"sender"}
        assert session.execute(text("SELECT count(*) FROM suppressions")).scalar_one() == 0


def test_real_replies_of_a_server_ring(database: Database) -> None:
    """Five of a hundred mailboxes do not exist, says the server at RCPT."""
    world = World(database).build(readers=100)
    _admin(world)
    mailing = world.release()
    gone = {f"<{address(n)}>" for n in (3, 21, 40, 66, 99)}

    def answer(argument: str) -> str | None:
        return "550 5.1.1 No such user here" if any(one in argument for one in gone) else None

    with ScriptedServer({"RCPT": answer}) as server:
        url = f"smtp://127.0.0.1:{server.port}?tls=none&hello=news.example&connections=1"
        world.sender(mailing, open_transport("relay", url)).run()
    counts = world.sums(mailing)
    assert (counts["accepted"], counts["rejected"]) == (95, 5)
    assert "5 of 100 readers' mailboxes do not exist" in alarm(database, mailing)


# -- what people see -----------------------------------------------------------------------------------------------


def test_the_reason_is_told_and_mailed_and_a_person_decides(approved: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    approved.send(wait=False)
    (mailing,) = approved.mailings()
    with approved.database.transaction() as session:
        assert guarding.pause(session, mailing.id, "6 of 9 readers' mailboxes do not exist", approved.now)
    with approved.database.transaction() as session:
        assert not guarding.pause(session, mailing.id, "again", approved.now), "somebody was faster"
    deliver_notices(approved.pipeline)
    mails = [mail for mail in approved.mails() if mail["Subject"].startswith("Paused: ")]
    assert sorted(str(mail["To"]) for mail in mails) == sorted([ADMIN, AUTHOR])
    assert APPROVER not in {str(mail["To"]) for mail in mails}
    body = mails[0].get_body(("plain",))
    assert body is not None
    assert "6 of 9 readers' mailboxes do not exist" in body.get_content()
    assert f"newsletter issue resume {SLUG}" in body.get_content()
    shell = Shell(approved, monkeypatch)
    told = shell("issue", "status", SLUG).stdout
    assert "Paused: 6 of 9 readers' mailboxes do not exist" in told
    assert f"newsletter issue resume {SLUG}" in told
    assert shell.json("issue", "status", SLUG)["paused_because"] == "6 of 9 readers' mailboxes do not exist"
    shell("issue", "resume", SLUG, "--by", AUTHOR)
    assert approved.mailings()[0].watched_from is not None
    shell("issue", "send", SLUG, "--by", AUTHOR)
    assert approved.issue().state.value == "sent"
