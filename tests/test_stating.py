"""What the mail states of an item other than its website: a link, a day, a place; and how that is taken back."""

import re
from datetime import date

import pytest

from newsletter.errors import BadInput, Conflict
from newsletter.issues import rebuilding
from newsletter.issues.drafts import load
from newsletter.issues.model import Source
from tests.conftest import NOW
from tests.console import Desk, form, said
from tests.route import AUTHOR, SECOND_AUTHOR, SLUG, Route
from tests.test_writing import ENTRIES, do, listed, number, told

CHECK = f"/console/issues/{SLUG}/check"


def source(route: Route, external_id: str) -> Source:
    with route.database.reading() as session:
        draft = load(session, route.issue().id)
    return next(one.source for one in draft.items if one.source.publication_id == number(route, external_id))


def sheet(route: Route, external_id: str) -> str:
    return f"/console/issues/{SLUG}/write/item/{number(route, external_id)}"


def test_the_mail_says_it_and_the_publication_stays_as_it_is(either_route: Route) -> None:
    route = either_route
    facts = {"deadline_on": "2024-09-12", "url": "https://example.org/right", "who_for": ""}
    do(route, "state_facts", number(route, "pilots"), facts)
    text = "".join(part for part in route.pipeline.preview(SLUG, "en").text if isinstance(part, str))
    assert "Closes Thursday, 12 September" in text
    assert "https://example.org/right" in text
    assert "up to one million people" not in text
    row = route.publication("pilots")
    assert (row.deadline_on, row.who_for) == (date(2024, 8, 30), ENTRIES["pilots"]["who_for"])
    item = next(one for one in listed(route).sections[-1].items if one.publication_id == row.id)
    assert (item.ahead_on, item.url) == (date(2024, 9, 12), "https://example.org/right")


def test_it_is_taken_back_and_an_earlier_version_shows_what_it_was(route: Route) -> None:
    pilots = number(route, "pilots")
    stated = do(route, "state_facts", pilots, {"deadline_on": "2024-09-12"}).revision
    do(route, "undo")
    assert source(route, "pilots").deadline_on == date(2024, 8, 30)
    with route.database.reading() as session:
        then = rebuilding.draft_at(session, route.issue().id, stated)
    assert {one.source.deadline_on for one in then.items if one.source.publication_id == pilots} == {date(2024, 9, 12)}


def test_what_the_website_says_too_is_its_own_again(route: Route) -> None:
    pilots = number(route, "pilots")
    do(route, "state_facts", pilots, {"deadline_on": "2024-09-12"})
    assert do(route, "state_facts", pilots, {"deadline_on": "2024-09-12"}).changed == ()
    assert do(route, "state_facts", pilots, {"deadline_on": "2024-08-30"}).changed == (f"item:{pilots}:facts",)
    route.set_publication("pilots", deadline_on=date(2024, 9, 30))
    assert source(route, "pilots").deadline_on == date(2024, 9, 30)


def test_it_asks_for_a_new_yes(approved: Route) -> None:
    do(approved, "state_facts", number(approved, "pilots"), {"deadline_on": "2024-09-12"})
    assert not approved.counts()
    do(approved, "undo")
    assert approved.counts()


def test_what_the_website_changes_then_stands_beside_ours_until_it_is_taken(route: Route) -> None:
    pilots = number(route, "pilots")
    do(route, "state_facts", pilots, {"deadline_on": "2024-09-12", "place": "Online"})
    route.import_([ENTRIES["pilots"] | {"deadline_on": "2024-09-20"}])
    assert told(route) == [("Call for city pilots", [("deadline_on", "2024-09-12", "2024-08-30", "2024-09-20")])]
    assert source(route, "pilots").deadline_on == date(2024, 9, 12)
    do(route, "take_theirs", pilots)
    assert (source(route, "pilots").deadline_on, source(route, "pilots").place) == (date(2024, 9, 20), "Online")
    do(route, "undo")
    do(route, "keep_ours", pilots)
    assert (source(route, "pilots").deadline_on, told(route)) == (date(2024, 9, 12), [])


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"url": " "}, "an item without a link takes readers nowhere"),
        ({"url": "javascript:alert(1)"}, "address of the item"),
        ({"deadline_on": "12 September"}, "is no day; write it as 2024-09-30"),
        ({"starts_on": "2024-10-03", "ends_on": "2024-10-01"}, "It ends on 2024-10-01, and begins on 2024-10-03"),
        ({"starts_on": "", "ends_on": "2024-10-01"}, "begins on no day"),
        ({"place": "x" * 201}, "place"),
        ({"title": "no fact"}, "An item has no 'title'"),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_changed(route: Route, facts: dict[str, str], why: str) -> None:
    before = source(route, "forum")
    with pytest.raises(BadInput, match=re.escape(why)):
        do(route, "state_facts", number(route, "forum"), {"who_for": "mayors"} | facts)
    assert source(route, "forum") == before


def test_two_who_state_something_else_of_one_item_are_told(route: Route) -> None:
    pilots, base = number(route, "pilots"), route.issue().revision
    do(route, "state_facts", pilots, {"deadline_on": "2024-09-12"}, base=base)
    with pytest.raises(Conflict, match="has changed the link, days or place of"):
        do(route, "state_facts", pilots, {"place": "Online"}, base=base, by=SECOND_AUTHOR)


def test_the_form_sends_only_what_was_changed(route: Route) -> None:
    desk = Desk(route)
    where, fields = form(desk.get(sheet(route, "pilots")), "/facts", deadline_on="2024-09-12")
    route.set_publication("pilots", url="https://www.example.org/moved")
    page = desk.follow(desk.post(where, data=fields))
    assert said(page) == "Changed in this mail; the website stays as it is."
    assert 'Only in this mail. The website says: <span dir="auto">2024-08-30</span>' in page.text
    assert source(route, "pilots").url == "https://www.example.org/moved"


def test_the_form_of_a_media_feature_asks_for_its_outlet_and_of_a_call_for_its_days(route: Route) -> None:
    desk = Desk(route)
    assert 'name="outlet"' in desk.get(sheet(route, "bloomberg")).text
    call = desk.get(sheet(route, "pilots")).text
    assert 'name="outlet"' not in call
    assert 'type="date" name="deadline_on" value="2024-08-30"' in call


def test_a_call_that_closes_too_early_is_mended_from_the_checks(route: Route) -> None:
    route.set_publication("pilots", deadline_on=NOW.date())
    desk = Desk(route, AUTHOR)
    page = desk.get(CHECK)
    assert f'href="{sheet(route, "pilots")}#facts">Change the date' in page.text
    where, fields = form(desk.get(sheet(route, "pilots")), "/facts", deadline_on="2024-09-12")
    desk.follow(desk.post(where, data=fields))
    assert "Change the date" not in desk.get(CHECK).text
