"""The web version follows the issue's life: notes above it once it is out."""

import pytest

from newsletter.errors import BadInput, IllegalMove, NotFound
from tests.console import Desk, form, said
from tests.route import APPROVER, AUTHOR, SLUG, Route, later
from tests.test_archive import PAGE, ask, feed, sent, words
from tests.visits import main_of

WEB = f"/console/issues/{SLUG}/web"
HOSTILE = '<script>alert(1)</script> "closes" on 12 September\n\nThe mail said 12 August & nothing else. {{ seat }}'


def notes(route: Route, *, path: str = PAGE) -> list[str]:
    return [part.partition("</aside>")[0] for part in ask(route, path).text.split('<aside class="issue-note"')[1:]]


def test_a_note_stands_above_the_page_as_it_was_typed(either_route: Route) -> None:
    route = either_route
    before = ask(sent(route), PAGE)
    later(route, days=2)
    ana = Desk(route)
    where, fields = form(ana.get(WEB), "/note", note=HOSTILE)
    page = ana.follow(ana.post(where, data=fields))
    assert said(page) == "The note stands above the web version, with today's date."
    (note,) = notes(route)
    assert "&lt;script&gt;" in note
    assert "<script" not in ask(route, PAGE).text
    assert "Correction of 11 July 2024" in note
    assert "Corrección del 11 de julio de 2024" in notes(route, path=f"{PAGE}?lang=es")[0]
    after = ask(route, PAGE)
    assert before.text.partition("<body")[2][-2000:] in after.text, "what was approved stays as it is"
    assert ask(route, PAGE, if_none_match=before.headers["etag"]).status_code == 200
    assert after.headers["last-modified"] == "Thu, 11 Jul 2024 07:00:00 GMT"
    assert "2024-07-11T07:00:00Z" in {str(one.text) for one in feed(route).iter() if one.tag.endswith("updated")}
    assert "12 September" in main_of(ana.get(f"/console/issues/{SLUG}/activity"))


def test_each_note_is_taken_away_and_put_back_by_itself(route: Route) -> None:
    sent(route)
    first = route.pipeline.amend_web(SLUG, route.who(AUTHOR), "The first.")
    later(route, days=1)
    assert route.pipeline.amend_web(SLUG, route.who(APPROVER), "The second.") > first
    ana = Desk(route)
    page = ana.follow(ana.post(form(ana.get(WEB), "/remove")[0], data=form(ana.get(WEB), "/remove")[1]))
    assert said(page) == "Taken away: nobody sees the note any more."
    assert ["The second." in one for one in notes(route)] == [True]
    where, fields = form(page, "/restore")
    assert said(ana.follow(ana.post(where, data=fields))) == "The note stands there again, with the day that it had."
    assert [("Correction of 9 July 2024" in one, "Correction of 10 July 2024" in one) for one in notes(route)] == [
        (True, False), (False, True),
    ]  # fmt: skip


def test_no_note_where_nobody_can_read_it(route: Route) -> None:
    def note(text: str = "A note.") -> None:
        route.pipeline.amend_web(SLUG, route.who(AUTHOR), text)

    with pytest.raises(IllegalMove, match="not out yet"):
        note()
    sent(route)
    for text in ("", " \n ", "x" * 1001):
        with pytest.raises(BadInput):
            note(text)
    note("x" * 1000)
    for number in (99, -1):
        with pytest.raises(NotFound):
            route.pipeline.remove_web_note(SLUG, number, route.who(AUTHOR))
    route.set_profile(archive="none")
    with pytest.raises(IllegalMove, match="no web version"):
        note()
    assert "This newsletter has no web version." in main_of(Desk(route).get(WEB))


def test_too_many_notes_are_refused(route: Route) -> None:
    sent(route)
    for number in range(10):
        route.pipeline.amend_web(SLUG, route.who(AUTHOR), f"Note {number}.")
    with pytest.raises(IllegalMove, match="Take one away"):
        route.pipeline.amend_web(SLUG, route.who(AUTHOR), "One more.")
    assert len(notes(route)) == 10
    assert "Note 9." in words(ask(route, PAGE))
