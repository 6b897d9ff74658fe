"""Whom an issue goes to and who is left out, in words; and that the quick count is the one that sending goes by."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select, update

import subscribers
from newsletter.database import Database
from newsletter.web.console.audience import audience
from subscribers.tables import ListRow, SubscriberRow, SubscriptionRow, SuppressionRow
from tests.conftest import NOW
from tests.route import CONFIRMED, SLUG, Route
from tests.test_mailability import Reader, Stop, add_reader, two_lists

READERS = st.builds(
    Reader,
    state=st.sampled_from(["confirmed", "pending", "unsubscribed"]),
    paused_until=st.sampled_from([None, NOW - timedelta(days=1), NOW + timedelta(days=1)]),
    erased=st.booleans(),
    stops=st.lists(
        st.builds(Stop, st.sampled_from(["blocked", "complaint", "hard_bounce", "staff"]),
                  st.sampled_from([None, True, False]), st.booleans()),
        max_size=2, unique_by=lambda stop: (stop.reason, stop.here),
    ).map(tuple),
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(readers=st.lists(READERS, max_size=8))
def test_the_count_is_the_one_that_sending_goes_by(sqlite_database: Database, readers: list[Reader]) -> None:
    with sqlite_database.transaction() as session:
        for table in (SuppressionRow, SubscriptionRow, SubscriberRow, ListRow):
            session.execute(delete(table))
        list_id, other_id = two_lists(session)
        for number, reader in enumerate(readers, start=1):
            add_reader(session, list_id, other_id, reader, number)
        people = subscribers.mailability(list_id, NOW).subquery()
        rows = session.execute(select(people.c.reason, func.count()).group_by(people.c.reason))
        assert subscribers.tally(session, list_id, NOW) == dict(rows.tuples().all())


def test_who_is_left_out_is_said_in_words(either_route: Route) -> None:
    route = either_route
    route.add_reader("two@example.org", "pending")
    with route.database.transaction() as session:
        ada = select(SubscriberRow.id).where(SubscriberRow.address == CONFIRMED[0]).scalar_subquery()
        pause = update(SubscriptionRow).where(SubscriptionRow.subscriber_id == ada)
        session.execute(pause.values(paused_until=route.now + timedelta(days=30)))
    with route.database.reading() as session:
        found = audience(session, route.issue(), route.now)
        later = audience(session, route.issue(), route.now + timedelta(days=31))
    assert found.readers_said == "3 readers"
    assert found.left_out_said == (
        "3 people on the list are left out: 2 have not confirmed yet, 1 asked for a pause."
    ), "who has left is not among them"
    assert found.gone == 1
    assert later.readers == len(CONFIRMED), "by then the pause is over"


def test_after_a_stop_it_goes_to_the_rest(approved: Route) -> None:
    approved.send(wait=False)
    approved.pipeline.stop(SLUG, approved.who("author@example.org"))
    with approved.database.reading() as session:
        found = audience(session, approved.issue(), approved.now)
    assert (found.readers, found.whom) == (len(CONFIRMED), "those who have nothing yet")
