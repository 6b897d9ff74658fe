"""Key readers: pasted by address, each wrong line named, shown before a send and after, forgotten with the person."""

import pytest
from sqlalchemy import select

import subscribers
from newsletter.readers.erasing import erase
from newsletter.readers.tables import KeyReaderRow
from subscribers import Consent
from subscribers.tables import SubscriberRow
from tests.console import Desk, form, said
from tests.route import AUTHOR, SLUG, Route
from tests.test_mending import wire
from tests.test_results import HOSTILE, Answering
from tests.visits import main_of

PAGE = "/console/readers/key"
RESULTS = f"/console/issues/{SLUG}/results"


def paste(route: Route, text: str, slug: str = "quarterly") -> tuple[Desk, str, str]:
    """The browser, what is said, and the page."""
    desk = Desk(route)
    where, known = form(desk.get(f"{PAGE}?list={slug}"), "/add", addresses=text)
    answer = desk.post(where, data=known)
    after = desk.follow(answer) if answer.status_code == 303 else answer
    return desk, said(after), main_of(after)


def ids(route: Route) -> set[int]:
    with route.database.reading() as session:
        return set(session.scalars(select(KeyReaderRow.subscriber_id)))


def id_of(route: Route, address: str) -> int:
    with route.database.reading() as session:
        return session.scalars(select(SubscriberRow.id).where(SubscriberRow.address == address)).one()


def test_many_are_pasted_at_once_as_they_stand_in_a_mail(either_route: Route) -> None:
    route = either_route
    _, done, page = paste(
        route, "Ada Lovelace <ADA@Example.org>\n\n  bob@example.org; eve@example.org\nbob@example.org"
    )
    assert done == "3 key readers added."
    assert "All 3 can get it today." in page
    assert ids(route) == {id_of(route, f"{one}@example.org") for one in ("ada", "bob", "eve")}
    assert paste(route, "bob@example.org")[1] == "They were key readers already."


def test_each_wrong_line_is_named_and_nobody_is_added(route: Route) -> None:
    text = f"ada@example.org\nnobody@example.org\n{HOSTILE}\n\ngone@example.org"
    desk, _, page = paste(route, text)
    assert "Nobody was added." in page
    assert "Line 2, nobody@example.org: this reader is not on the list The Quarterly." in page
    assert 'Line 3, “"><script>' in page
    assert "Line 5, gone@example.org: this reader has left the list." in page
    assert ids(route) == set()
    where, known = form(desk.get(PAGE), "/add", addresses=text)
    refused = desk.post(where, data=known)
    assert refused.status_code == 400
    assert "gone@example.org</textarea>" in refused.text, "what was typed is still there"
    assert "<script>alert" not in refused.text
    assert "There is no address in it." in paste(route, " \n ")[2]


def test_taking_off_is_undone(route: Route) -> None:
    desk, *_ = paste(route, "ada@example.org")
    where, known = form(desk.get(PAGE), "/remove")
    after = desk.follow(desk.post(where, data=known))
    assert said(after).startswith("No key reader any more.")
    assert ids(route) == set()
    where, known = form(after, "/put-back")
    assert said(desk.follow(desk.post(where, data=known))) == "1 key reader added."
    assert ids(route) == {id_of(route, "ada@example.org")}


def test_nobody_who_has_gone_is_put_back(route: Route) -> None:
    desk, *_ = paste(route, "ada@example.org bob@example.org")
    undo = []
    for name in ("ada", "bob"):
        where, known = form(desk.get(PAGE), "/remove", reader=str(id_of(route, f"{name}@example.org")))
        undo.append(form(desk.follow(desk.post(where, data=known)), "/put-back"))
    with route.database.transaction() as session:
        erase(session, id_of(route, "ada@example.org"), Consent("staff", route.now), route.now)
    route.unsubscribe("bob@example.org")
    for where, known in undo:
        refused = desk.post(where, data=known)
        assert refused.status_code == 404
        assert "This reader is not on the list any more." in main_of(refused)
    assert ids(route) == set()


def test_too_many_addresses_in_few_lines_are_refused(route: Route) -> None:
    page = paste(route, " ".join(f"r{n}@many.example" for n in range(501)))[2]
    assert "These are 501 addresses; at most 500 are taken at once. Nobody was added." in page


def test_each_list_has_its_own(route: Route) -> None:
    paste(route, "ada@example.org")
    with route.database.transaction() as session:
        subscribers.add_list(session, "calls", "Calls", ("en",), route.now)
    _, _, page = paste(route, "ada@example.org", "calls")
    assert "this reader is not on the list Calls" in page
    assert "ada@example.org" not in main_of(Desk(route).get(f"{PAGE}?list=calls"))
    assert Desk(route).get(f"{PAGE}?list=other").status_code == 404
    desk = Desk(route)
    where, known = form(desk.get(PAGE), "/remove")
    assert desk.post(where, data=known | {"list": "calls"}).status_code == 404


def test_before_it_goes_out_and_after(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route.add_reader("full@town.example.net")
    assert "Nobody is one yet." in main_of(Desk(route).get(RESULTS))
    paste(route, "ada@example.org dario@example.org full@town.example.net")
    assert "All 3 are on the list." in main_of(Desk(route).get(RESULTS))
    paste(route, "pending@example.org")
    page = main_of(Desk(route).get(RESULTS))
    assert "3 of 4 can get it. pending@example.org : has not confirmed yet" in page
    route.sign_off()
    wire(monkeypatch, Answering())
    route.send()
    page = main_of(Desk(route).get(RESULTS))
    assert "1 of 4 handed over." in page
    assert "ada@example.org : refused: no such mailbox" in page
    assert "full@town.example.net : mailbox full; we try again until Friday 12 July, 09:00" in page
    assert "pending@example.org : has not confirmed yet" in page
    assert "dario@example.org" not in page


def test_who_comes_later_was_not_sent_it(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route.sign_off()
    wire(monkeypatch, Answering({}))
    route.send()
    route.add_reader("late@example.org")
    paste(route, "late@example.org ada@example.org")
    page = main_of(Desk(route).get(RESULTS))
    assert "1 of 2 handed over. late@example.org : came onto the list after it went out" in page


def test_an_erased_person_is_none_any_more_and_the_log_never_had_the_address(either_route: Route) -> None:
    route = either_route
    paste(route, "ada@example.org bob@example.org")
    ada = id_of(route, "ada@example.org")
    with route.database.transaction() as session:
        erase(session, ada, Consent("staff", route.now), route.now)
    assert ids(route) == {id_of(route, "bob@example.org")}
    assert not [row for row in route.activity() if "example.org" in str(row.detail) and row.verb == "key-readers"]


def test_the_acts_stand_in_the_log_with_their_author(route: Route) -> None:
    paste(route, "ada@example.org")
    page = main_of(Desk(route).get("/console/activity?kind=readers"))
    assert "Ana Author added 1 key reader" in page
    assert route.activity()[-1].staff_id == Desk(route)._browser.id(AUTHOR)
