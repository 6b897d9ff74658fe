"""Readers in the console: found by what is known of them, told truthfully, changed and put back as they were."""

from datetime import datetime, timedelta

from sqlalchemy import text

import subscribers
from subscribers import Consent, SubscriptionState, growing
from tests.console import Desk
from tests.route import ADMIN, CONFIRMED, Route
from tests.visits import main_of

PAGE = "/console/readers"


def add(
    route: Route, address: str, state: str = "confirmed", slug: str = "quarterly", *, name: str = "",
    at: datetime | None = None,
) -> int:  # fmt: skip
    """Somebody on a list; the subscription's id."""
    with route.database.transaction() as session:
        list_id = subscribers.find_list(session, slug).id  # type: ignore[union-attr]
        words = route.pipeline.book.wording(session, "Yes, send me the newsletter.", "form", "en", route.now)
        consent = Consent("form", at or route.now, words, detail="https://www.example.org/join")
        route.pipeline.book.subscribe(session, list_id, address, SubscriptionState(state), consent, route.now, name)
        found = route.pipeline.book.subscription_id(session, address, list_id)
    assert found
    return found


def another_list(route: Route, slug: str = "calls") -> None:
    with route.database.transaction() as session:
        subscribers.add_list(session, slug, "Calls", ("en",), route.now)


def months(route: Route) -> growing.Months:
    with route.database.reading() as session:
        return growing.since(session, route.list_id(), 0, growing.last_event(session))


def test_the_first_page_counts_and_draws(route: Route) -> None:
    page = Desk(route).get(PAGE)
    shown = main_of(page)
    assert f"{len(CONFIRMED)} now" in shown
    assert "The numbers as a table" in shown
    assert page.text.count("<rect") == 48


def test_somebody_is_found_by_a_part_of_the_address_or_the_name(route: Route) -> None:
    add(route, "nadia.okafor@cityhall.example", name="Nadia Ökafor")
    desk = Desk(route)
    for wanted in ("nadia.ok", "CITYHALL", "dia Ö", "nadia.okafor@cityhall.example"):
        assert "nadia.okafor@cityhall.example" in main_of(desk.get(PAGE, params={"q": wanted})), wanted
    for wanted in ("%", "_", "n%a", "nobody", "\\", "' OR 1=1 --"):
        found = main_of(desk.get(PAGE, params={"q": wanted}))
        assert "Nobody fits" in found, wanted
        assert "nadia" not in found


def test_a_list_and_a_state_are_asked_of_the_same_subscription(route: Route) -> None:
    another_list(route)
    add(route, "both@example.org")
    add(route, "both@example.org", "unsubscribed", "calls")
    add(route, "other@example.org", "confirmed", "calls")
    desk = Desk(route)

    def people(**asked: str) -> str:
        return main_of(desk.get(PAGE, params=asked)).partition("Found")[2]

    for words in ({}, {"q": "example.org"}):
        assert "both@example.org" in people(list="quarterly", state="confirmed", **words)
        assert "both@example.org" not in people(list="calls", state="confirmed", **words)
        assert "other@example.org" in people(list="calls", state="confirmed", **words)
        assert "both@example.org" in people(list="calls", state="unsubscribed", **words)
        assert "both@example.org" not in people(list="quarterly", state="unsubscribed", **words)
    row = people(q="both@")
    assert "Calls : left" in row
    assert "confirmed" in row


def test_fifty_a_page_and_everybody_once(route: Route) -> None:
    for n in range(120):
        add(route, f"reader{n:03}@many.example")
    desk = Desk(route)
    for asked in ("q=many.example", "list=quarterly&state=confirmed"):
        seen: list[str] = []
        where = f"{PAGE}?{asked}"
        while where:
            html = desk.get(where).text
            seen += [part.split("<")[0] for part in html.split("<bdi>") if "@many.example" in part.split("<")[0]]
            more = html.partition('">More</a>')[0].rpartition('href="?')[2] if ">More</a>" in html else ""
            where = f"{PAGE}?{more.replace('&amp;', '&')}" if more else ""
        assert seen == [f"reader{n:03}@many.example" for n in reversed(range(120))], asked


def test_growth_is_told_by_the_events(either_route: Route) -> None:
    route = either_route
    before = months(route)
    ana = add(route, "ana@grow.example", at=route.now - timedelta(days=400))
    add(route, "ana@grow.example", at=route.now)
    bo = add(route, "bo@grow.example", "pending")
    with route.database.transaction() as session:
        for one in (ana, bo):
            subscribers.leaving.leave(session, one, Consent("link", route.now), route.now)
    after = months(route)
    year_ago = f"{route.now - timedelta(days=400):%Y-%m}"
    now = f"{route.now:%Y-%m}"
    assert after[year_ago] == (before.get(year_ago, (0, 0))[0] + 1, 0)
    assert after[now][1] == before.get(now, (0, 0))[1] + 1, "who never confirmed has not left"
    with route.database.reading() as session:
        last = growing.last_event(session)
        assert growing.settled(session, route.list_id(), last) == growing.since(session, route.list_id(), 0, last)


def test_an_empty_page_says_what_comes_first(route: Route) -> None:
    with route.database.transaction() as session:
        session.execute(text("DELETE FROM subscriptions"))
    page = main_of(Desk(route, ADMIN).get(PAGE))
    assert "Nobody is on your list yet." in page
    assert "/subscribe" in page
