"""Choose and Write without scripts: every form of the list and of the pages behind it, and what they refuse."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from newsletter.issues import contents, drafts, inserting
from newsletter.issues.model import Draft, State
from newsletter.issues.rebuilding import draft_at
from newsletter.issues.revising import Hand
from newsletter.issues.tables import IssueRow
from newsletter.rendering.slots import fill, static
from tests.console import Desk, form, said
from tests.route import APPROVER, AUTHOR, SECOND_AUTHOR, SLUG, SUBJECT, Route
from tests.served import Served
from tests.test_media import photo, written
from tests.test_sources_pasting import PAPER

WRITE = f"/console/issues/{SLUG}/write"
READER = {
    "unsubscribe_url": "https://example.org/u", "preferences_url": "https://example.org/p", "since": "You signed up.",
}  # fmt: skip


@pytest.fixture
def desk(route: Route) -> Desk:
    return Desk(route)


def known(route: Route) -> dict[str, Any]:
    with route.database.reading() as session:
        return contents.read(session, route.issue().id)


def send(desk: Desk, path: str, action: str, /, **fields: str) -> Response:
    """Fill in a form of that page and send it; the page after it."""
    where, data = form(desk.get(path), action, **fields)
    return desk.follow(desk.post(where, data=data))


def id_of(route: Route, external_id: str) -> int:
    return route.publication(external_id).id


def test_the_page_shows_the_list_and_the_mail(desk: Desk) -> None:
    page = desk.get(WRITE)
    assert page.status_code == 200
    assert "In this mail:" in page.text
    assert "San Antonio shows what a welcoming city can carry" in page.text
    assert f'src="/console/issues/{SLUG}/preview/en?point=yes" sandbox="allow-scripts"' in page.text
    assert SUBJECT.replace("'", "&#39;") in page.text
    assert "not in Spanish" in page.text
    assert "No date" in page.text
    assert "A report that nobody dated" in page.text


def test_looks_and_languages_are_links(desk: Desk) -> None:
    page = desk.get(f"{WRITE}?way=dark&in=es")
    assert f"/console/issues/{SLUG}/preview/es?look=dark&amp;point=yes" in page.text
    for way in ("phone", "desktop", "dark", "plain", "text"):
        assert f"{WRITE}?way={way}&amp;in=es#mail" in page.text
    odd = desk.get(f"{WRITE}?way=%3Cscript%3E&in=%22%3E%3Cb%3E")
    assert odd.status_code == 200
    assert "<b>" not in odd.text.split("<main")[1].split("In this mail")[0]


def test_the_preview_points_at_places_and_the_mail_does_not(route: Route, desk: Desk) -> None:
    san_antonio = id_of(route, "san-antonio")
    preview = desk.get(f"/console/issues/{SLUG}/preview/en?point=yes").text
    for part in ("title", "summary", "action", "picture"):
        assert f'data-place="item:{san_antonio}:{part}"' in preview
    assert 'data-place="section:work:title"' in preview
    sent = route.pipeline.version(SLUG).parts["en"]
    assert "data-place" not in static(sent.html)
    assert "data-place" not in sent.web


def test_words_are_saved_and_taken_back(route: Route, desk: Desk) -> None:
    roots = id_of(route, "roots")
    page = send(desk, f"{WRITE}/item/{roots}", f"item/{roots}/words", title="Roots of Change begins", action="Read on")
    assert said(page) == "Changed."
    assert known(route)[f"item:{roots}:en:title"] == "Roots of Change begins"
    where, data = form(page, "/write/undo")
    after = desk.follow(desk.post(where, data=data))
    assert said(after) == "Taken back."
    assert known(route)[f"item:{roots}:en:title"] != "Roots of Change begins"


def test_a_text_is_translated_beside_its_source(route: Route, desk: Desk) -> None:
    roots = id_of(route, "roots")
    page = desk.get(f"{WRITE}/item/{roots}?language=es")
    assert "Nothing is written in this language yet" in page.text
    assert '<p class="source" lang="en" dir="auto">Devex and the network start Roots of Change</p>' in page.text
    send(desk, f"{WRITE}/item/{roots}?language=es", f"item/{roots}/words", title="Raíces del cambio")
    assert known(route)[f"item:{roots}:es:title"] == "Raíces del cambio"
    send(desk, f"{WRITE}/item/{roots}?language=es", f"item/{roots}/drop")
    assert f"item:{roots}:es:title" not in known(route)


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        ("down", "Moved."),
        ("lead", "It is the lead. The one before is a full item now."),
        ("more", "It is one line now"),
    ],
)
def test_an_item_is_moved(route: Route, desk: Desk, act: str, sentence: str) -> None:
    roots = id_of(route, "roots")
    page = send(desk, WRITE, f"item/{roots}/place", act=act)
    assert said(page).startswith(sentence)


def test_an_item_goes_to_another_section(route: Route, desk: Desk) -> None:
    roots = id_of(route, "roots")
    send(desk, WRITE, f"item/{roots}/place", act="section", section="read")
    assert known(route)[f"item:{roots}:place"]["section"] == "read"


def test_an_item_goes_before_another_one(route: Route, desk: Desk) -> None:
    forum, pilots = id_of(route, "forum"), id_of(route, "pilots")
    section = known(route)[f"item:{forum}:place"]["section"]
    send(desk, WRITE, f"item/{forum}/place", act="move", before=str(pilots), section="")
    order = known(route)[f"order:{section}"]
    assert order.index(forum) == order.index(pilots) - 1


def test_what_is_taken_out_waits_or_is_left_out(route: Route, desk: Desk) -> None:
    roots, climate = id_of(route, "roots"), id_of(route, "climate")
    page = send(desk, WRITE, "/write/choose", publication=str(roots), act="hold")
    assert said(page) == "Taken out. It waits for the next issue."
    page = send(desk, WRITE, "/write/choose", publication=str(climate), act="decline", reason="We had it before")
    assert said(page) == "Left out. The reason is kept with it."
    assert "We had it before" in page.text
    page = send(desk, WRITE, "/write/choose", publication=str(climate), act="put-back")
    assert said(page) == "It waits for your word."
    page = send(desk, WRITE, "/write/choose", publication=str(climate), act="use")
    assert said(page).startswith("It is in the mail")
    assert known(route)[f"coverage:{climate}"]["state"] == "used"


def test_leaving_out_needs_a_reason(route: Route, desk: Desk) -> None:
    where, data = form(desk.get(WRITE), "/write/choose", publication=str(id_of(route, "roots")))
    answer = desk.post(where, data=data | {"act": "decline", "reason": ""})
    assert answer.status_code == 400
    assert "reason" in answer.text


@pytest.mark.parametrize("act", ["use", "wait"])
def test_what_had_no_date_gets_one(route: Route, desk: Desk, act: str) -> None:
    undated = id_of(route, "undated")
    page = send(desk, WRITE, "/write/date", publication=str(undated), day="2024-06-05", act=act)
    assert said(page)
    assert known(route)[f"coverage:{undated}"]["state"] == ("used" if act == "use" else "offered")


def test_a_day_that_is_none_is_refused(route: Route, desk: Desk) -> None:
    where, data = form(desk.get(WRITE), "/write/date", publication=str(id_of(route, "undated")))
    answer = desk.post(where, data=data | {"day": "yesterday", "act": "use"})
    assert answer.status_code == 400
    assert "Give the day" in answer.text


def test_subject_and_preview_line(route: Route, desk: Desk) -> None:
    send(desk, f"{WRITE}/inbox", "/write/inbox", subject="Three real things", preview="In two minutes.")
    assert (known(route)["subject:en"], known(route)["preview:en"]) == ("Three real things", "In two minutes.")
    page = desk.get(f"{WRITE}/inbox?language=es")
    assert "Give up this language version" in page.text
    send(desk, f"{WRITE}/inbox?language=es", "/inbox/drop")
    assert "subject:es" not in known(route)


def test_a_section_gets_another_heading_and_more_places(route: Route, desk: Desk) -> None:
    page = f"{WRITE}/section/work"
    send(desk, page, "section/work/title", title="What mayors did")
    send(desk, page, "section/work/cap", cap="7")
    send(desk, page, "section/work/place", act="down")
    found = known(route)
    assert (found["section:work:title:en"], found["section:work:cap"]) == ("What mayors did", 7)
    assert found["sections"].index("work") == 1


def test_texts_of_every_kind(route: Route, desk: Desk) -> None:
    new = f"{WRITE}/block/new?kind="
    send(desk, f"{new}text", "/write/blocks", text="A paragraph.", heading="Heard", section="work")
    send(desk, f"{new}quote", "/write/blocks", text="Cities act.", name="A. Mayor", role="Mayor", section="read")
    send(desk, f"{new}numbers", "/write/blocks", figures="35 | cities | our count", section="read")
    send(desk, f"{new}button", "/write/blocks", label="Write to us", url="https://example.org/", section="read")
    send(desk, f"{new}director", "/write/blocks", text="Dear colleagues.", name="The Director", role="")
    found = known(route)
    kinds = [found[f"block:{one}"]["kind"] for one in found["blocks"]]
    assert sorted(kinds) == ["button", "director", "numbers", "quote", "text"]


def test_a_text_is_worded_moved_and_taken_out(route: Route, desk: Desk) -> None:
    for text in ("First.", "Second."):
        send(desk, f"{WRITE}/block/new?kind=text", "/write/blocks", text=text, section="work")
    first, second = known(route)["blocks"]
    send(desk, f"{WRITE}/block/{first}", f"block/{first}/words", text="First, and better.")
    assert known(route)[f"block:{first}:en"]["text"] == "First, and better."
    send(desk, WRITE, f"block/{second}/place", act="up")
    assert known(route)["blocks"] == [second, first]
    send(desk, WRITE, f"block/{second}/place", act="up")
    assert known(route)["blocks"] == [second, first]
    send(desk, WRITE, f"block/{second}/place", act="down")
    send(desk, WRITE, f"block/{second}/place", act="down")
    assert known(route)[f"block:{second}:place"] == "read"
    page = send(desk, f"{WRITE}/block/{first}", f"block/{first}/remove")
    assert said(page) == "Taken out of the mail."
    assert known(route)["blocks"] == [second]


def test_somebody_is_asked_for_the_note(route: Route, desk: Desk) -> None:
    page = send(desk, f"{WRITE}/ask?kind=director", "/write/ask", kind="director", owner=APPROVER, due="2099-06-28")
    assert said(page) == "Asked for. The mail does not wait for it."
    assert "Pat Approver" in page.text
    (block,) = known(route)["blocks"]
    send(desk, f"{WRITE}/ask?block={block}", "/write/ask", owner=SECOND_AUTHOR, due="2099-06-29")
    page = desk.get(WRITE)
    assert "Sam Author" in page.text
    page = send(desk, WRITE, f"block/{block}/remove")
    assert "No director’s note" in page.text


def test_pictures(route: Route, desk: Desk) -> None:
    roots = id_of(route, "roots")
    page = f"{WRITE}/item/{roots}"
    where, data = form(desk.get(page), f"item/{roots}/picture", act="upload")
    assert desk.post(where, data=data).status_code == 400  # nothing was chosen
    content = written(photo(800, 600), "PNG")
    desk.follow(desk.post(where, data=data, files={"picture": ("a.png", content, "image/png")}))
    picture = known(route)[f"item:{roots}:picture"]
    for fields in ({"cell": "8"}, {"x": "0.2", "y": "0.9"}):
        where, data = form(desk.get(page), f"item/{roots}/picture", act="crop")
        desk.follow(desk.post(where, data=data | fields))
    cut = known(route)[f"item:{roots}:picture"]
    assert (cut["of"], cut["x"], cut["y"]) == (picture["sha256"], 0.2, 0.9)
    send(desk, page, f"item/{roots}/picture", act="whole")
    assert known(route)[f"item:{roots}:picture"] == picture
    send(desk, page, f"item/{roots}/credit", credit="Photo: A. Painter")
    send(desk, page, f"item/{roots}/words", alt="The mayor speaks")
    found = known(route)
    assert (found[f"item:{roots}:credit"], found[f"item:{roots}:en:alt"]) == ("Photo: A. Painter", "The mayor speaks")
    send(desk, page, f"item/{roots}/picture", act="none")
    assert f"item:{roots}:picture" not in known(route)


def test_its_own_picture_comes_back(route: Route, desk: Desk) -> None:
    lead = id_of(route, "san-antonio")
    before = known(route)[f"item:{lead}:picture"]
    send(desk, f"{WRITE}/item/{lead}", f"item/{lead}/picture", act="none")
    send(desk, f"{WRITE}/item/{lead}", f"item/{lead}/picture", act="own")
    assert known(route)[f"item:{lead}:picture"] == before


def test_what_the_website_changed_is_shown_side_by_side(route: Route, desk: Desk) -> None:
    climate = id_of(route, "climate")
    fresh = {"external_id": "climate", "kind": "brief", "title": "Climate: a brief", "published_on": "2024-04-22"}
    route.publish(**fresh, summary="Six decisions.")
    assert "the website changed it" in desk.get(WRITE).text
    page = desk.get(f"{WRITE}/item/{climate}/website")
    assert "Six decisions." in page.text
    assert "Five decisions" in page.text
    page = send(desk, f"{WRITE}/item/{climate}/website", "website/take")
    assert said(page) == "The website’s words are in the mail."
    assert known(route)[f"item:{climate}:en:summary"] == "Six decisions."
    route.publish(**fresh, summary="Seven decisions.")
    page = send(desk, f"{WRITE}/item/{climate}/website", "website/keep")
    assert said(page) == "Our words stay."
    assert "has changed nothing here" in desk.get(f"{WRITE}/item/{climate}/website").text


def test_earlier_versions_are_seen_and_brought_back(route: Route, desk: Desk) -> None:
    send(desk, f"{WRITE}/inbox", "/write/inbox", subject="A second thought")
    revision = route.issue().revision
    send(desk, f"{WRITE}/inbox", "/write/inbox", subject="A third thought")
    page = desk.get(f"{WRITE}/versions")
    assert "Ana Author" in page.text
    assert "Changed the subject (English)" in page.text
    seen = desk.get(f"{WRITE}/versions/{revision}")
    assert f"/console/issues/{SLUG}/preview/en?version={revision}" in seen.text
    then = desk.get(f"/console/issues/{SLUG}/preview/en?version={revision}").text
    assert "<title>A second thought</title>" in then
    after = send(desk, f"{WRITE}/versions/{revision}", f"versions/{revision}/restore")
    assert said(after).startswith("The earlier version is back")
    assert known(route)["subject:en"] == "A second thought"
    assert desk.get(f"{WRITE}/versions/99999").status_code == 404


# -- two people --------------------------------------------------------------------------------------------------


def test_two_who_write_at_one_place_see_both_texts(route: Route, desk: Desk) -> None:
    roots, other = id_of(route, "roots"), Desk(route, SECOND_AUTHOR)
    page = f"{WRITE}/item/{roots}"
    where, mine = form(desk.get(page), f"item/{roots}/words", title="Mine <b>")
    send(other, page, f"item/{roots}/words", title="Theirs")
    answer = desk.post(where, data=mine)
    assert answer.status_code == 409
    assert "Sam Author" in answer.text
    assert "Theirs" in answer.text
    assert "Mine &lt;b&gt;" in answer.text
    assert known(route)[f"item:{roots}:en:title"] == "Theirs"
    where, kept = form(answer, f"item/{roots}/words")
    desk.follow(desk.post(where, data=kept))
    assert known(route)[f"item:{roots}:en:title"] == "Mine <b>"


def test_two_who_write_at_different_places_lose_nothing(route: Route, desk: Desk) -> None:
    roots, other = id_of(route, "roots"), Desk(route, SECOND_AUTHOR)
    page = f"{WRITE}/item/{roots}"
    where, mine = form(desk.get(page), f"item/{roots}/words", summary="My text.")
    send(other, page, f"item/{roots}/words", title="Their title")
    desk.follow(desk.post(where, data=mine))
    found = known(route)
    assert (found[f"item:{roots}:en:title"], found[f"item:{roots}:en:summary"]) == ("Their title", "My text.")


def test_a_script_is_told_what_it_must_know(route: Route, desk: Desk) -> None:
    roots, other = id_of(route, "roots"), Desk(route, SECOND_AUTHOR)
    where, data = form(desk.get(f"{WRITE}/item/{roots}"), f"item/{roots}/words", title="  By script ")
    answer = desk.json(where, data)
    known_now = answer.json()
    assert answer.status_code == 200
    assert known_now["texts"]["title"] == "By script"
    assert (known_now["revision"], known_now["said"]) == (route.issue().revision, "Changed.")
    assert known_now["changed"] == [f"item:{roots}:en:title"]
    send(other, f"{WRITE}/item/{roots}", f"item/{roots}/words", title="Theirs")
    late = desk.json(where, data | {"title": "Late", "base": str(known_now["revision"])})
    assert late.status_code == 409
    (clash,) = late.json()["conflict"]
    assert (clash["by"], clash["theirs"], clash["mine"]) == ("Sam Author", "Theirs", "Late")
    assert late.json()["revision"] == route.issue().revision


def test_who_is_there_is_told(route: Route, desk: Desk) -> None:
    other, lead = Desk(route, SECOND_AUTHOR), id_of(route, "san-antonio")
    csrf = form(other.get(WRITE), "/write/undo")[1]["csrf"]
    told = other.json(f"{WRITE}/present", {"csrf": csrf, "place": f"item:{lead}"})
    assert told.json()["others"] == []
    assert "Sam Author is editing “San Antonio shows" in desk.get(WRITE).text


# -- what may not be written on ------------------------------------------------------------------------------------


def test_an_approved_issue_asks_before_the_first_change(route: Route, desk: Desk) -> None:
    route.sign_off()
    roots = id_of(route, "roots")
    page = desk.get(WRITE)
    assert "Version 1 is approved by Pat Approver." in page.text
    assert "Change it anyway" in page.text
    assert "/write/choose" not in page.text
    opened = desk.get(f"{WRITE}/item/{roots}?anyway=yes")
    where, data = form(opened, f"item/{roots}/words", title="Another title")
    asked = desk.post(where, data={name: value for name, value in data.items() if name != "anyway"})
    assert asked.status_code == 409
    assert route.counts()
    where, again = form(asked, f"item/{roots}/words")
    after = desk.follow(desk.post(where, data=again))
    assert not route.counts()
    where, undo = form(after, "/write/undo")
    desk.follow(desk.post(where, data=undo))
    assert route.counts()


def test_what_is_out_is_read_only(route: Route, desk: Desk) -> None:
    with route.database.transaction() as session:
        session.scalars(select(IssueRow)).one().state = State.SENT.value
    page = desk.get(WRITE)
    assert "It was sent." in page.text
    assert 'action="/console/issues' not in page.text.split("<main")[1]
    roots = id_of(route, "roots")
    csrf = form(page, "/sign-out")[1]["csrf"]
    answer = desk.post(f"{WRITE}/item/{roots}/words", data={"csrf": csrf, "language": "en", "title": "Late"})
    assert answer.status_code == 409


# -- hostile -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "/item/999999",
        "/section/none",
        "/block/999999",
        "/versions/999999",
        "/block/new?kind=odd",
    ],
)
def test_what_is_not_there(desk: Desk, path: str) -> None:
    assert desk.get(f"{WRITE}{path}").status_code in {400, 404}


def test_no_form_is_taken_without_its_word(route: Route, desk: Desk) -> None:
    roots = id_of(route, "roots")
    answer = desk.post(f"{WRITE}/item/{roots}/words", data={"language": "en", "title": "Forged"})
    assert answer.status_code == 403


def test_odd_forms_are_refused_in_words(route: Route, desk: Desk) -> None:
    csrf = form(desk.get(WRITE), "/write/undo")[1]["csrf"]
    roots = id_of(route, "roots")
    odd = [
        ("/choose", {"publication": "1e9", "act": "use"}),
        ("/choose", {"publication": str(roots), "act": "burn"}),
        (f"/item/{roots}/picture", {"act": "crop", "x": "left"}),
        (f"/item/{roots}/picture", {"act": "crop", "x": "nan", "y": "0"}),
        (f"/item/{roots}/picture", {"act": "burn"}),
        (f"/item/{roots}/words", {"language": "en", "title": "x", "base": "-1"}),
        ("/section/work/cap", {"cap": "many"}),
        ("/section/work/place", {"act": "sideways"}),
        ("/blocks", {"kind": "odd"}),
        ("/ask", {"kind": "text", "owner": AUTHOR, "due": ""}),
        ("/inbox", {"language": "en", "subject": ""}),
    ]
    for path, fields in odd:
        answer = desk.json(f"{WRITE}{path}", {"csrf": csrf} | fields)
        assert answer.status_code in {400, 404}, (path, fields, answer.text)
        assert json.loads(answer.text)["error"]


# -- what the frame shows --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "es"])
def test_but_for_its_pointers_the_preview_is_the_mail(route: Route, language: str) -> None:
    """Byte for byte, without the elements and attributes that say where words come from."""
    lead = route.publication("san-antonio").id
    with route.database.transaction() as session:
        hand = Hand(session, route.issue().id, route.now, None, None)
        inserting.set_block(hand, "text", {"text": "See [our page](https://example.org/a) now.", "heading": "News"})
        inserting.set_block(hand, "numbers", {"figures": "35 | cities | our count"})
        inserting.set_block(hand, "quote", {"text": "Cities act.", "name": "A. Mayor", "role": "Mayor"})
        inserting.set_block(hand, "button", {"label": "Write", "url": "https://example.org/b"})
        inserting.set_block(hand, "director", {"text": "One.\n\nTwo.", "name": "The Director"})
    mail = fill(route.pipeline.preview(SLUG, language).html, READER)
    pointed = fill(route.pipeline.point(SLUG, language).html, READER)
    assert f'data-place="item:{lead}:title"' in pointed
    plain = re.sub(r'<span data-place="[^"]*">(.*?)</span>', r"\1", pointed, flags=re.DOTALL)
    assert re.sub(r' data-place="[^"]*"', "", plain) == mail


def test_an_earlier_version_is_the_draft_that_stood_then(route: Route, desk: Desk) -> None:
    send(desk, f"{WRITE}/block/new?kind=director", "/write/blocks", text="Dear all.", name="The Director")
    with route.database.reading() as session:
        then = drafts.load(session, route.issue().id)
        revision = route.issue().revision
    send(desk, WRITE, f"item/{id_of(route, 'roots')}/place", act="lead")
    send(desk, WRITE, "/write/choose", publication=str(id_of(route, "climate")), act="hold")
    send(desk, f"{WRITE}/section/work", "section/work/title", title="Another heading")
    with route.database.reading() as session:
        rebuilt = draft_at(session, route.issue().id, revision)
    assert without_ids(rebuilt) == without_ids(then)


def without_ids(draft: Draft) -> Draft:
    """Rows' own numbers are nothing that a reader sees."""
    sections = tuple(
        replace(one, items=tuple(replace(item, id=0) for item in one.items)) for one in draft.sections
    )  # fmt: skip
    return replace(draft, sections=sections)


# -- paste a link ------------------------------------------------------------------------------------------------------


@pytest.fixture
def paper(route: Route) -> Iterator[Served]:
    with Served() as site:
        site.page("/ciudades", PAPER)
        route.open(fetch_allow_private=True)
        yield site


def pasted(route: Route, paper: Served) -> tuple[Desk, Response]:
    """What is shown of a link before it lands."""
    desk = Desk(route)
    where, data = form(desk.get(f"{WRITE}/paste"), "/write/paste?way=desktop&in=en", url=paper.url("/ciudades"))
    return desk, desk.post(where, data=data)


def test_a_link_is_shown_before_it_lands(route: Route, paper: Served) -> None:
    before = len(known(route))
    desk, page = pasted(route, paper)
    for said_of_it in ("Ciudades que acogen", "El Diario", "2024-05-12", "needs a subscription", 'value="es"'):
        assert said_of_it in page.text
    assert len(known(route)) == before
    where, data = form(page, "/paste/land")
    after = desk.follow(desk.post(where, data=data | {"act": "use", "title": "Cities that welcome"}))
    assert said(after).startswith("It is in the mail")
    assert "Cities that welcome" in after.text
    late = desk.post(where, data=data | {"act": "wait"})  # here already: it is that one, and it was put in since
    assert "Do it all the same" in late.text
    where, data = form(late, "/paste/land")
    again = desk.follow(desk.post(where, data=data))
    assert said(again) == "It waits for your word."


def test_a_link_without_a_day_waits_for_one(route: Route, paper: Served) -> None:
    desk, page = pasted(route, paper)
    where, data = form(page, "/paste/land")
    answer = desk.post(where, data=data | {"act": "use", "published_on": ""})
    assert answer.headers["location"].endswith("#undated")
    assert "Ciudades que acogen" in desk.follow(answer).text.split('id="undated"')[1]


def test_a_link_that_leads_nowhere_is_typed_in(route: Route, paper: Served) -> None:
    desk = Desk(route)
    page = desk.get(f"{WRITE}/paste")
    csrf = form(page, "/sign-out")[1]["csrf"]
    answer = desk.post(f"{WRITE}/paste", data={"csrf": csrf, "url": paper.url("/gone")})
    assert answer.status_code == 200
    assert "You can type it in yourself." in answer.text
    where, data = form(answer, "/paste/land", title="Typed in", published_on="2024-06-01", act="wait", language="en")
    assert said(desk.follow(desk.post(where, data=data))) == "It waits for your word."
    assert "Typed in" in desk.get(WRITE).text.split('id="waiting"')[1]
