"""The page of who did what: edits say where, and what was there; each act belongs to one choice of the filter."""

from collections import Counter

from newsletter.web.console.activity import ACTS
from newsletter.web.console.acts import KINDS
from tests.console import Desk
from tests.route import SECOND_AUTHOR, SLUG, Route
from tests.test_writing import do, number
from tests.visits import main_of

PAGE = f"/console/issues/{SLUG}/activity"


def test_every_act_is_found_by_one_choice() -> None:
    assert Counter(verb for _, verbs in KINDS.values() for verb in verbs) == Counter(ACTS.keys())


def test_an_edit_says_where_and_what_was_there(route: Route) -> None:
    do(route, "word_item", number(route, "roots"), "en", title="Ours <b>now</b>")
    do(route, "word_issue", subject="Another subject")
    do(route, "state_facts", number(route, "pilots"), {"deadline_on": "2024-09-12"})
    do(route, "hold", [number(route, "climate")], by=SECOND_AUTHOR)
    do(route, "decline", [number(route, "climate")], reason="Told before")
    desk = Desk(route)
    page, text = main_of(desk.get(PAGE)), desk.get(PAGE).text
    assert "changed the title of “Devex and the network start Roots of Change” (English)" in page
    assert "<ins><bdi>Ours &lt;b&gt;now&lt;/b&gt;</bdi></ins>" in text
    assert "<del><bdi>Devex and the network start Roots of Change</bdi></del>" in text
    assert "changed the subject (English)" in page
    assert "<ins><bdi>Another subject</bdi></ins>" in text
    assert "changed the link, days or place of “Call for city pilots”" in page
    assert "<ins><bdi>2024-09-12</bdi></ins>" in text
    assert "saved “Climate and people who move: a brief for city halls” for next time" in page
    assert "<ins><bdi>Told before</bdi></ins>" in text
    assert "Five decisions that a city can take" not in text, "what is taken out is not told whole"
    assert "saved “Climate" in main_of(desk.get("/console/activity?kind=write"))
    assert "saved “Climate" not in main_of(desk.get("/console/activity?kind=decide"))


def test_places_and_numbers_are_no_texts(route: Route) -> None:
    before = Desk(route).get(PAGE).text.count("<dl")
    do(route, "nudge", number(route, "bloomberg"), 1)
    do(route, "cap_section", "work", 9)
    do(route, "undo")
    text = Desk(route).get(PAGE).text
    assert "took back version" in text
    assert text.count("<dl") == before
