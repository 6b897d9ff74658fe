"""The web version follows the issue's life: notes above it once it is out."""

import re

import pytest

from newsletter.errors import BadInput, IllegalMove, NotFound
from subscribers import Purpose
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


def made(ana: Desk, days: str = "14") -> str:
    """A new link's path."""
    where, fields = form(ana.get(WEB), "/link", days=days)
    page = ana.follow(ana.post(where, data=fields))
    assert said(page) == "The link works from now on. An earlier one does not any more."
    found = re.search(r'value="https://news\.example\.org(/v/[a-z2-7]{26})" readonly', page.text)
    assert found
    return found[1]


def test_a_link_shows_the_draft_to_somebody_outside_until_its_end(either_route: Route) -> None:
    route = either_route
    ana = Desk(route)
    link = made(ana)
    route.word("roots", "A title that was changed afterwards")
    page = ask(route, link)
    assert page.status_code == 200
    assert "Preview, not sent yet." in page.text
    assert "A title that was changed afterwards" in page.text, "as it stands when it is opened"
    assert "This link works until 23 July 2024." in page.text
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "Vista previa: aún no se ha enviado." in ask(route, f"{link}?lang=es").text
    for personal in (AUTHOR, "ada@example.org", "/u/", "/p/", "set-cookie"):
        assert personal not in page.text
    assert f"/issues/{SLUG}" not in page.text, "that address leads nowhere yet"
    assert ask(route, PAGE).status_code == 404
    later(route, days=14)
    over = ask(route, link)
    assert over.status_code == 410
    assert "This preview is over." in over.text
    assert "A title that was" not in over.text


def test_a_new_link_ends_the_one_before_and_each_can_be_taken_back(route: Route) -> None:
    ana = Desk(route)
    first = made(ana)
    second = made(ana, "3")
    assert first != second
    assert [ask(route, one).status_code for one in (first, second)] == [410, 200]
    where, fields = form(ana.get(WEB), "/link/end")
    assert said(ana.follow(ana.post(where, data=fields))) == "The link works no more."
    assert ask(route, second).status_code == 410
    other = route.pipeline.links.token(Purpose.CALENDAR, 1)
    for forged in (first[:-1] + ("a" if first[-1] != "a" else "e"), f"/v/{other}", "/v/x"):
        assert ask(route, forged).status_code == 404
    assert ana.post(f"{WEB}/link", data=form(ana.get(WEB), "/link", days="999")[1]).status_code == 400


def test_from_sending_on_the_link_leads_to_the_public_page(route: Route) -> None:
    link = made(Desk(route))
    sent(route)
    answer = ask(route, link)
    assert (answer.status_code, answer.headers["location"]) == (302, PAGE)
    with pytest.raises(IllegalMove, match="is out"):
        route.pipeline.preview_link(SLUG, route.who(AUTHOR), 14)
    route.set_profile(archive="none")
    assert ask(route, link).status_code == 410, "there is no public page"


def test_what_is_unlisted_stands_in_no_list_and_what_has_none_is_nowhere(route: Route) -> None:
    """Every place that tells of an issue: its page, its calendar, the archive, the feed."""
    sent(route)
    calendar = f"{PAGE}.ics"
    places = (PAGE, calendar, "/issues", "/issues/feed.xml")
    assert [SLUG in ask(route, place).text or place == calendar for place in places] == [True] * 4
    assert "x-robots-tag" not in ask(route, PAGE).headers
    route.set_profile(archive="unlisted")
    assert [ask(route, place).headers.get("x-robots-tag") for place in (PAGE, calendar)] == ["noindex"] * 2
    assert not any(SLUG in ask(route, place).text for place in places[2:])
    assert "stands in no list of ours" in main_of(Desk(route).get(WEB))
    route.set_profile(archive="none")
    assert [ask(route, place).status_code for place in (PAGE, calendar)] == [404] * 2
    assert not any(SLUG in ask(route, place).text for place in places[2:])
