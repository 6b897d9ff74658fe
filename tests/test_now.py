"""Now and Issues: where the issue stands, what blocks it, who owes what, what is new; and how an issue is begun."""

import re
import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from newsletter.guests.model import Act, Wish
from newsletter.issues import owed, rhythms
from newsletter.issues.revising import Hand
from newsletter.issues.views import coverage
from newsletter.staff import people
from tests.conftest import NOW
from tests.route import APPROVER, AUTHOR, PUBLICATIONS, SLUG, Route, furnish, later, settings
from tests.visits import Colleague, main_of, shown

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def furnished(tmp_path: Path, sqlite_template: Path) -> Iterator[Route]:
    """A list, publications and those who work here; no issue."""
    shutil.copy(sqlite_template, tmp_path / "newsletter.db")
    url = f"sqlite:///{tmp_path / 'newsletter.db'}"
    furnish(tmp_path, url)
    route = Route(tmp_path, settings(tmp_path, url))
    route.set_profile(theme="default")
    route.import_([{name: value for name, value in one.items() if name != "image"} for one in PUBLICATIONS])
    yield route
    route.close()


def ask_press_office(route: Route) -> int:
    wish = Wish(
        Act.CLEAR, "Bristol press office", "press@bristol.example.org", route.now.date() + timedelta(days=5),
        publication_id=route.publication("roots").id,
    )  # fmt: skip
    return route.pipeline.ask_guest(SLUG, wish, route.who(AUTHOR))


def test_a_ready_draft_says_what_comes_next(route: Route) -> None:
    answer = Colleague(route).get("/console")
    page = main_of(answer)
    assert "Summer 2024" in page
    assert "Ready Nothing must be mended." in page
    assert "Ready for sign-off. Ask for sign-off" in page
    assert "Summer 2024 is a draft: nothing must be mended" in shown(answer)


def test_what_must_be_mended_stands_on_it(route: Route) -> None:
    route.edit(subject="TODO: say three real things in this line")
    answer = Colleague(route).get("/console")
    page = main_of(answer)
    assert "Not ready 1 thing must be mended." in page
    assert "✗" in page
    assert "must be mended" in page
    assert "newsletter issue submit" not in page
    assert "Summer 2024 is a draft: 1 thing must be mended" in shown(answer)


def test_no_page_that_is_not_there_is_linked(route: Route) -> None:
    ana = Colleague(route)
    for page in ("/console", f"/console/issues/{SLUG}", f"/console/issues/{SLUG}/check", "/console/issues"):
        for path in set(re.findall(r'href="(/[^"#?]*)', ana.get(page).text)):
            assert ana.get(path).status_code == 200, f"{page} leads to {path}"


def test_the_dates_of_the_rhythm_are_counted_down(route: Route) -> None:
    with route.database.transaction() as session:
        rhythms.set_rhythm(session, route.list_id(), date(2024, 6, 20), route.settings.zone)
        rhythms.set_send_day(
            session, route.list_id(), "2024-Q2", NOW + timedelta(days=12), NOW, route.settings.zone
        )  # fmt: skip
    page = main_of(Colleague(route).get("/console"))
    assert "To go out: Sunday 21 July, 09:00 Brussels 12 days left" in page
    for zone, said in (("America/New_York", "03:00 New York"), ("Pacific/Honolulu", "Saturday 21:00 Honolulu")):
        route.open(second_timezone=zone)
        assert f"09:00 Brussels ({said}) 12 days left" in main_of(Colleague(route).get("/console"))
    assert "Dates of this issue" in page
    assert "Hand in for sign-off" in page


def test_an_issue_that_changed_after_the_yes_says_so_on_every_page(approved: Route) -> None:
    ana = Colleague(approved)
    assert "Summer 2024 is signed off; no time is set." in shown(ana.get("/console"))
    approved.edit(subject="Another subject of a good length, all the same")
    for page in ("/console", "/console/issues", f"/console/issues/{SLUG}/check"):
        assert "has changed since the sign-off and needs a new yes" in shown(ana.get(page)), page


def test_an_issue_that_is_out_shows_its_sum(approved: Route) -> None:
    approved.send()
    answer = Colleague(approved).get("/console")
    assert "Summer 2024 is out since today, 09:00." in shown(answer)
    assert "4 handed over" in main_of(answer)
    assert "Send (done)" in main_of(answer)
    shelf = Colleague(approved).get("/console/issues")
    picture = re.search(r'src="(/media/[^"]+)"', shelf.text)
    assert picture, "the shelf shows its picture"
    assert Colleague(approved).get(picture[1]).status_code == 200


def test_what_happened_since_the_last_visit_is_counted_as_long_as_this_one_lasts(route: Route) -> None:
    ana = Colleague(route)
    assert "Since your last visit" not in main_of(ana.get("/console"))
    later(route, hours=5)
    route.add_reader("new@example.org")
    route.unsubscribe("ada@example.org")
    route.publish(external_id="fresh", kind="report", title="A fresh report", published_on="2024-07-02")
    for _ in range(3):
        page = main_of(ana.get("/console"))
        assert "Since your last visit Today, 09:00" in page
        assert "1 new publication 1 new reader 1 reader left" in page
        later(route, minutes=20)
    later(route, hours=3)
    assert "Nothing new." in main_of(ana.get("/console"))


def test_another_browser_knows_the_same_last_visit(route: Route) -> None:
    Colleague(route).get("/console")
    later(route, hours=30)
    assert "Since your last visit Tuesday 9 July, 09:00" in main_of(Colleague(route).get("/console"))


def test_who_owes_something_is_named_once(route: Route) -> None:
    with route.database.transaction() as session:
        owed.ask(Hand(session, route.issue().id, NOW), "director", APPROVER, NOW.date(), NOW.date())
    ask_press_office(route)
    page = main_of(Colleague(route).get("/console"))
    assert "Pat Approver : the director's note, by Tuesday 9 July not written yet" in page
    assert page.count("Bristol press office") == 1
    assert "asked today, 09:00 Remind Go without it Count as said by phone" in page


def test_staff_who_owe_something_are_reminded_by_a_mail_with_a_page(route: Route) -> None:
    with route.database.transaction() as session:
        made = owed.ask(Hand(session, route.issue().id, NOW), "director", APPROVER, NOW.date(), NOW.date())
    ana = Colleague(route)
    remind = f"/console/issues/{SLUG}/owed/{made.id}/remind"
    assert f'action="{remind}"' in ana.get("/console").text
    assert "Pat Approver is asked: a mail" in ana.followed(ana.post(remind))
    page = main_of(ana.get("/console"))
    assert page.count("Pat Approver") == 1
    assert "Count as said by phone" in page
    route.pipeline.deliver_notices()
    assert [mail["To"] for mail in route.mails()] == [APPROVER]
    assert ana.post(f"/console/issues/{SLUG}/owed/99/remind").status_code == 404


def test_who_has_let_the_day_pass_is_reminded_with_more_days(route: Route) -> None:
    number = ask_press_office(route)
    later(route, days=60)
    ana = Colleague(route)
    page = ana.get("/console")
    assert "Remind, with 3 more days" in main_of(page)
    assert ana.post(f"/console/requests/{number}/remind").status_code == 409, "it needs another day"
    assert "is reminded" in ana.followed(ana.post(f"/console/requests/{number}/remind", {"more": "yes"}))
    assert "by Tuesday 10 September" in main_of(ana.get("/console"))


def test_a_request_is_dropped_and_taken_up_again(route: Route) -> None:
    number, ana = ask_press_office(route), Colleague(route)
    later(route, hours=5)
    assert "Bristol press office is reminded" in ana.followed(ana.post(f"/console/requests/{number}/remind"))
    answer = ana.post(f"/console/requests/{number}/without")
    page = ana.get(answer.headers["location"])
    assert "The issue goes without it." in shown(page)
    assert f'action="/console/requests/{number}/restore"' in page.text
    assert "Waiting for others" not in main_of(page)
    assert "is asked again after all" in ana.followed(ana.post(f"/console/requests/{number}/restore"))
    assert "Waiting for others" in main_of(ana.get("/console"))


def test_an_answer_by_phone_counts(route: Route) -> None:
    number, ana = ask_press_office(route), Colleague(route)
    assert "Yes, this is right" in main_of(ana.get(f"/console/requests/{number}/said"))
    said = ana.followed(ana.post(f"/console/requests/{number}/said", {"verdict": "yes"}))
    assert "Written down, as Bristol press office said it." in said
    assert "Waiting for others" not in main_of(ana.get("/console"))
    assert ana.get("/console/requests/99/said").status_code == 404
    assert ana.get("/console/requests/x/said").status_code == 404


@pytest.mark.parametrize("act", Act)
def test_what_is_said_by_phone_is_asked_before_anything_is_written(route: Route, act: Act) -> None:
    wish = Wish(
        act, "Rosa", "rosa@example.org", date(2024, 7, 12), language="es" if act is Act.TRANSLATE else "",
        publication_id=route.publication("roots").id if act is Act.CLEAR else None, block="quote", section="work",
    )  # fmt: skip
    number = route.pipeline.ask_guest(SLUG, wish, route.who(AUTHOR))
    assert "What did Rosa say?" in main_of(Colleague(route).get(f"/console/requests/{number}/said"))


def test_without_an_issue_the_months_are_chosen_and_the_draft_collected(furnished: Route) -> None:
    ana = Colleague(furnished)
    page = ana.get("/console")
    assert "There is no issue yet." in main_of(page)
    assert "April to June 2024 (proposed)" in main_of(page)
    answer = ana.post("/console/issues", {"list": "quarterly", "period": "2024-Q2"})
    assert answer.headers["location"].startswith(f"/console/issues/{SLUG}")
    assert "The draft is collected." in ana.followed(answer)
    with furnished.database.reading() as session:
        assert len(coverage(session, furnished.issue().id)) == len(PUBLICATIONS)
    again = ana.followed(ana.post("/console/issues", {"list": "quarterly", "period": "", "other": "2024-q2"}))
    assert "This issue was begun before. Nothing new." in again
    assert ana.post("/console/issues", {"list": "quarterly", "period": "soon"}).status_code == 400


def test_without_a_list_the_way_to_begin_is_shown(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "newsletter.db")
    route = Route(tmp_path, settings(tmp_path, f"sqlite:///{tmp_path / 'newsletter.db'}"))
    with route.database.transaction() as session:
        people.add(session, AUTHOR, "author", NOW, "Ana Author")
    ana = Colleague(route)
    assert "There is no newsletter yet." in main_of(ana.get("/console"))
    assert "There is no issue yet." in main_of(ana.get("/console/issues"))
    route.close()


def test_what_was_typed_by_others_is_only_text(route: Route) -> None:
    with route.database.transaction() as session:
        people.add(session, "hostile@example.org", "author", NOW, HOSTILE)
        owed.ask(Hand(session, route.issue().id, NOW), "quote", "hostile@example.org", NOW.date(), NOW.date())
    route.word("roots", HOSTILE)
    route.edit(subject=f"TODO {HOSTILE} and some more words")
    route.add_reader("hostile.reader@example.org")
    ana = Colleague(route, "hostile@example.org")
    for path in ("/console", "/console/issues", f"/console/issues/{SLUG}/check", f"/console/issues/{SLUG}/test"):
        answer = ana.get(path)
        assert answer.status_code == 200
        assert "<script>alert" not in answer.text, path


def test_an_issue_that_is_out_is_not_called_ready(approved: Route) -> None:
    approved.send()
    page = main_of(Colleague(approved).get(f"/console/issues/{SLUG}/check"))
    assert "Summer 2024 is out since today, 09:00." in page
    assert "Ready" not in page
    assert "newsletter issue submit" not in page
