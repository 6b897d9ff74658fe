"""The contract of `subscribers.mailability`, on both engines: who may be mailed on a list now, and if not, why."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

import subscribers
from newsletter.database import Database
from subscribers.tables import ListRow, SubscriberRow, SubscriptionRow, SuppressionRow
from tests.conftest import NOW

A_MOMENT = timedelta(microseconds=1)
COLUMNS = ["subscriber_id", "reason", "address", "name", "language", "subscription_id", "since", "source"]


@dataclass(frozen=True)
class Stop:
    """A suppression of the only reader there is: on this list (True), another (False) or all (None)."""

    reason: str = "blocked"
    here: bool | None = None
    lifted: bool = False


@dataclass(frozen=True)
class Reader:
    """All that decides whether a person may be mailed."""

    state: str = "confirmed"
    paused_until: datetime | None = None
    erased: bool = False
    stops: tuple[Stop, ...] = ()


def add_reader(session: Session, list_id: int, other_id: int, reader: Reader, number: int = 1) -> int:
    key = f"{number:064}"
    person = SubscriberRow(
        address=None if reader.erased else f"Reader{number}@example.org", address_hash=key, name=f"Reader {number}",
        language="en", created_at=NOW,
    )  # fmt: skip
    session.add(person)
    session.flush()
    session.add(
        SubscriptionRow(
            subscriber_id=person.id, list_id=list_id, state=reader.state, paused_until=reader.paused_until,
            since=date(2024, 1, 31), source="import", created_at=NOW, changed_at=NOW,
        )
    )  # fmt: skip
    for stop in reader.stops:
        session.add(
            SuppressionRow(
                address_hash=key, reason=stop.reason, source="staff", created_at=NOW,
                list_id={None: None, True: list_id, False: other_id}[stop.here],
                lifted_at=NOW if stop.lifted else None,
            )
        )  # fmt: skip
    session.flush()
    return person.id


def two_lists(session: Session) -> tuple[int, int]:
    quarterly = subscribers.add_list(session, "quarterly", "The Quarterly", ("en",), NOW)
    return quarterly, subscribers.add_list(session, "press", "Press", ("en",), NOW)


def reason_for(database: Database, reader: Reader, archived: bool = False, now: datetime = NOW) -> str | None:
    with database.transaction() as session:
        list_id, other_id = two_lists(session)
        add_reader(session, list_id, other_id, reader)
        if archived:
            session.execute(update(ListRow).where(ListRow.id == list_id).values(archived_at=NOW))
    with database.reading() as session:
        return session.execute(subscribers.mailability(list_id, now)).one().reason


def test_a_confirmed_reader_may_be_mailed(database: Database) -> None:
    assert reason_for(database, Reader()) is None


@pytest.mark.parametrize("state", ["pending", "unsubscribed"])
def test_a_reader_who_is_not_confirmed_is_named_by_his_state(database: Database, state: str) -> None:
    assert reason_for(database, Reader(state)) == state


def test_a_reader_is_paused_until_later(database: Database) -> None:
    assert reason_for(database, Reader(paused_until=NOW + A_MOMENT)) == "paused"


@pytest.mark.parametrize("until", [NOW, NOW - A_MOMENT, NOW - timedelta(days=90)])
def test_a_pause_that_is_over_is_none(database: Database, until: datetime) -> None:
    assert reason_for(database, Reader(paused_until=until)) is None


@pytest.mark.parametrize("reason", ["hard_bounce", "soft_bounce", "complaint", "blocked", "staff", "erased"])
def test_a_suppressed_reader_is_named_by_the_reason(database: Database, reason: str) -> None:
    assert reason_for(database, Reader(stops=(Stop(reason),))) == reason


def test_an_erased_reader_is_named_so(database: Database) -> None:
    assert reason_for(database, Reader(erased=True)) == "erased"


def test_nobody_is_mailed_on_an_archived_list(database: Database) -> None:
    assert reason_for(database, Reader(), archived=True) == "archived"


def test_a_suppression_on_another_list_does_not_count(database: Database) -> None:
    assert reason_for(database, Reader(stops=(Stop(here=False),))) is None


def test_a_suppression_on_this_list_counts(database: Database) -> None:
    assert reason_for(database, Reader(stops=(Stop("complaint", here=True),))) == "complaint"


def test_a_lifted_suppression_does_not_count(database: Database) -> None:
    assert reason_for(database, Reader(stops=(Stop(lifted=True),))) is None


def test_a_lifted_suppression_hides_no_standing_one(database: Database) -> None:
    stops = (Stop("blocked", lifted=True), Stop("soft_bounce"))
    assert reason_for(database, Reader(stops=stops)) == "soft_bounce"


PAUSED = NOW + timedelta(days=1)
HARD = (Stop("hard_bounce"),)


@pytest.mark.parametrize(
    ("reader", "archived", "reason"),
    [
        (Reader("unsubscribed", PAUSED, erased=True, stops=HARD), True, "archived"),
        (Reader("unsubscribed", PAUSED, erased=True, stops=HARD), False, "erased"),
        (Reader("unsubscribed", PAUSED, stops=HARD), False, "unsubscribed"),
        (Reader("pending", PAUSED, stops=HARD), False, "pending"),
        (Reader("confirmed", PAUSED, stops=HARD), False, "hard_bounce"),
        (Reader("confirmed", PAUSED), False, "paused"),
    ],
)
def test_of_several_reasons_the_most_lasting_is_told(
    database: Database, reader: Reader, archived: bool, reason: str
) -> None:
    assert reason_for(database, reader, archived) == reason


def test_several_suppressions_make_one_row_with_one_reason_always_the_same(database: Database) -> None:
    stops = (Stop("soft_bounce"), Stop("complaint", here=True), Stop("complaint"), Stop("hard_bounce"))
    assert reason_for(database, Reader(stops=stops)) == "complaint"


def test_one_row_per_subscription_of_this_list(database: Database) -> None:
    with database.transaction() as session:
        list_id, other_id = two_lists(session)
        here = [add_reader(session, list_id, other_id, Reader(state), n)
                for n, state in enumerate(["confirmed", "pending", "unsubscribed"])]  # fmt: skip
        both = add_reader(session, list_id, other_id, Reader(), 8)
        add_reader(session, other_id, list_id, Reader(), 9)
        session.add(
            SubscriptionRow(
                subscriber_id=both, list_id=other_id, state="confirmed", source="form", created_at=NOW, changed_at=NOW
            )
        )
    with database.reading() as session:
        found = session.execute(subscribers.mailability(list_id, NOW)).all()
    assert sorted(row.subscriber_id for row in found) == sorted([*here, both])


def test_the_columns_are_the_documented_ones(database: Database) -> None:
    with database.transaction() as session:
        list_id, other_id = two_lists(session)
        reader = add_reader(session, list_id, other_id, Reader())
        subscription = session.scalar(select(SubscriptionRow.id))
    query = subscribers.mailability(list_id, NOW)
    assert query.selected_columns.keys() == COLUMNS
    assert query.subquery().c.keys() == COLUMNS
    with database.reading() as session:
        row = session.execute(query).one()
    assert tuple(row) == (
        reader, None, "Reader1@example.org", "Reader 1", "en", subscription, date(2024, 1, 31), "import"
    )  # fmt: skip


def test_every_reason_told_is_announced() -> None:
    assert len(set(subscribers.REASONS)) == len(subscribers.REASONS) == 10


def test_as_a_subquery_it_counts_by_reason_and_narrows_to_some_readers(database: Database) -> None:
    with database.transaction() as session:
        list_id, other_id = two_lists(session)
        ids = [add_reader(session, list_id, other_id, Reader(state), n)
               for n, state in enumerate(["confirmed", "pending", "confirmed", "unsubscribed"])]  # fmt: skip
    who = subscribers.mailability(list_id, NOW).subquery()
    with database.reading() as session:
        some = select(who.c.subscriber_id, who.c.reason).where(who.c.subscriber_id.in_(ids[1:3]))
        assert dict(session.execute(some).all()) == {ids[1]: "pending", ids[2]: None}
        counts = select(who.c.reason, func.count()).group_by(who.c.reason)
        assert dict(session.execute(counts).all()) == {None: 2, "pending": 1, "unsubscribed": 1}


def test_a_later_state_is_seen_by_the_next_question(database: Database) -> None:
    book = subscribers.AddressBook("k" * 32)
    with database.transaction() as session:
        list_id, _ = two_lists(session)
        consent = subscribers.Consent("form", NOW)
        book.subscribe(session, list_id, "a@example.org", subscribers.SubscriptionState.CONFIRMED, consent, NOW)
        found = session.execute(subscribers.mailability(list_id, NOW)).one()
        assert found.reason is None
        book.suppress(session, "A@Example.org", "complaint", "provider", NOW)
        assert session.execute(subscribers.mailability(list_id, NOW)).one().reason == "complaint"
        book.unsubscribe(session, found.subscription_id, consent, NOW)
        assert session.execute(subscribers.mailability(list_id, NOW)).one().reason == "unsubscribed"


@pytest.mark.parametrize("analyzed", [False, True])
def test_asked_for_some_readers_sqlite_searches_by_key(sqlite_database: Database, analyzed: bool) -> None:
    with sqlite_database.transaction() as session:
        list_id, _ = two_lists(session)
        people = [{"address": f"r{n}@example.org", "address_hash": f"{n:064}", "created_at": NOW} for n in range(2000)]
        session.execute(insert(SubscriberRow), people)
        session.execute(
            insert(SubscriptionRow),
            [
                {"subscriber_id": n, "list_id": list_id, "state": "confirmed", "source": "import", "created_at": NOW,
                 "changed_at": NOW}
                for n in range(1, 2001)
            ],
        )  # fmt: skip
        if analyzed:
            session.execute(text("ANALYZE"))
    who = subscribers.mailability(list_id, NOW).subquery()
    claim = select(who).where(who.c.subscriber_id.in_(range(100, 200)))
    with sqlite_database.reading() as session:
        sql = claim.compile(session.connection(), compile_kwargs={"literal_binds": True})
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {sql}"))]
    assert not [step for step in plan if step.startswith("SCAN") and "lists" not in step], plan
    assert any("SEARCH subscribers" in step and ("PRIMARY KEY" in step or "rowid" in step) for step in plan), plan
    assert any("SEARCH subscriptions" in step and "subscriber_id=?" in step for step in plan), plan
    assert any("SEARCH suppressions" in step for step in plan), plan


def expected(reader: Reader, archived: bool, now: datetime) -> str | None:
    """The rule in plain words."""
    if archived:
        return "archived"
    if reader.erased:
        return "erased"
    if reader.state != "confirmed":
        return reader.state
    standing = [stop.reason for stop in reader.stops if not stop.lifted and stop.here is not False]
    if standing:
        return min(standing)
    return "paused" if reader.paused_until and reader.paused_until > now else None


MOMENTS = st.timedeltas(timedelta(days=-2), timedelta(days=2)).map(lambda offset: NOW + offset)
STOPS = st.builds(
    Stop,
    st.sampled_from(["hard_bounce", "soft_bounce", "complaint", "blocked", "staff", "erased"]),
    st.sampled_from([None, True, False]),
    st.booleans(),
)
READERS = st.builds(
    Reader,
    st.sampled_from(["confirmed", "confirmed", "confirmed", "pending", "unsubscribed"]),
    st.none() | MOMENTS,
    st.sampled_from([False, False, False, True]),
    st.lists(STOPS, max_size=3, unique=True).map(tuple),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(READERS, min_size=1, max_size=12), st.sampled_from([False, False, False, True]), MOMENTS)
def test_mailability_agrees_with_a_plain_model(
    database: Database, readers: list[Reader], archived: bool, now: datetime
) -> None:
    with database.transaction() as session:
        for table in (SuppressionRow, SubscriptionRow, SubscriberRow, ListRow):
            session.execute(delete(table))
        list_id, other_id = two_lists(session)
        ids = [add_reader(session, list_id, other_id, reader, n) for n, reader in enumerate(readers)]
        if archived:
            session.execute(update(ListRow).where(ListRow.id == list_id).values(archived_at=NOW))
    with database.reading() as session:
        rows = session.execute(subscribers.mailability(list_id, now)).all()
    assert {row.subscriber_id: row.reason for row in rows} == {
        id_: expected(reader, archived, now) for id_, reader in zip(ids, readers, strict=True)
    }
    assert {row.reason for row in rows} <= {None, *subscribers.REASONS}
    assert len(rows) == len(readers)
