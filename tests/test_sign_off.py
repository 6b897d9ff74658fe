"""Sign-off in the console: handed in, read exactly as it was, a yes or a change, and the yes taken back."""

import re
from datetime import timedelta

import pytest

from newsletter.approval.against import against
from newsletter.approval.differences import Difference, Word, differences, marked
from newsletter.errors import IllegalMove, NotAllowed, NotApproved, NotFound
from newsletter.issues.model import State
from tests.console import Desk, form, said
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, SLUG, Route
from tests.seated import mails
from tests.test_writing import do, number
from tests.visits import main_of

PAGE = f"/console/issues/{SLUG}/sign-off"


def hand_in(route: Route, comment: str = "") -> Desk:
    ana = Desk(route)
    whom = {"whom": str(route.pipeline.team.id_of(APPROVER))}
    where, fields = form(ana.get(PAGE), "/ask", comment=comment, **whom)
    assert said(ana.follow(ana.post(where, data=fields))).startswith("Version ")
    return ana


def press(desk: Desk, ending: str, **fields: str) -> str:
    where, known = form(desk.get(PAGE), ending, **fields)
    answer = desk.post(where, data=known)
    return main_of(desk.follow(answer) if answer.status_code == 303 else answer)


def test_the_way_of_an_issue_through_sign_off(either_route: Route) -> None:
    route = either_route
    ana = hand_in(route, "Please look at the dates.")
    assert "Ana Author asks for sign-off: version 1" in main_of(ana.get(PAGE))
    assert "Yes, send exactly this" not in main_of(ana.get(PAGE)), "who asks does not decide"
    pat = Desk(route, APPROVER)
    page = main_of(pat.get(PAGE))
    assert "Ana Author asks you: version 1" in page
    assert "Please look at the dates." in page
    assert f"today {len(CONFIRMED)} readers" in page
    assert "asked for a change of version 1" in press(pat, "/change", comment="The call closes in September.")
    assert route.issue().state is State.CHANGES_REQUESTED
    do(route, "state_facts", number(route, "pilots"), {"deadline_on": "2024-09-12"})
    hand_in(route)
    assert "said yes to version 2" in press(pat, "/yes")
    assert route.counts()
    assert "Take back my yes" not in main_of(ana.get(PAGE))
    assert "and took it back" in press(pat, "/take-back")
    assert not route.counts()
    assert route.issue().state is State.IN_REVIEW


def test_what_changed_since_the_yes_is_shown_in_words(route: Route) -> None:
    route.sign_off()
    do(route, "state_facts", number(route, "pilots"), {"deadline_on": "2024-09-12"})
    ana = Desk(route)
    page = ana.get(PAGE)
    assert "Needs a new yes" in main_of(page)
    assert "Since the last yes, 1 thing changed" in main_of(page)
    assert "“Call for city pilots”, closing day" in main_of(page)
    assert "<del>30 August</del> <ins>12 September</ins> 2024" in page.text
    do(route, "undo")
    assert "Signed off" in main_of(ana.get(PAGE)), "what is undone needs no new yes"


def test_exactly_what_was_handed_in_is_shown_and_approved(route: Route) -> None:
    hand_in(route)
    pat = Desk(route, APPROVER)
    where, known = form(pat.get(PAGE), "/yes")
    route.word("roots", "Changed while it was being read")
    assert "Changed while it was" not in pat.get(f"{PAGE}/mail/en").text
    assert pat.post(where, data=known).status_code == 409
    hand_in(route)
    assert "Changed while it was" in pat.get(f"{PAGE}/mail/en").text
    refused = pat.post(where, data=known)
    assert "Another version was handed in while you were reading" in main_of(refused)
    assert not route.counts()


def test_what_must_be_mended_is_not_handed_in(route: Route) -> None:
    route.edit(subject="TODO: three real things in this line")
    page = Desk(route).get(PAGE)
    assert "An issue in which something must be mended is not handed in." in main_of(page)
    assert f'action="{PAGE}/ask"' not in page.text


def test_who_is_alone_writes_down_why(route: Route) -> None:
    route.pipeline.submit(SLUG, route.who(ADMIN))
    admin = Desk(route, ADMIN)
    assert "Who asks for sign-off cannot give it." in press(admin, "/yes", override=" ")
    assert not route.counts()
    assert "alone, because: Everybody else is ill" in press(admin, "/yes", override="Everybody else is ill")
    assert route.counts()


def test_it_is_taken_back_into_the_draft(route: Route) -> None:
    ana = hand_in(route)
    assert "Not handed in" in press(ana, "/withdraw")
    assert route.issue().state is State.DRAFT


def test_each_decision_is_told_to_who_asked_who_decided_and_who_looks_after_it(route: Route) -> None:
    hand_in(route)
    mails(route)
    press(Desk(route, APPROVER), "/yes")
    told = {str(one["To"]) for one in mails(route) if "said yes" in str(one["Subject"])}
    assert {AUTHOR, APPROVER, ADMIN} <= {one.strip("<>").split("<")[-1].rstrip(">") for one in told}


def test_a_yes_is_taken_back_before_the_first_copy_only(approved: Route) -> None:
    pat = approved.who(APPROVER)
    approved.pipeline.plan(SLUG, approved.now + timedelta(days=1), approved.who(AUTHOR))
    approved.pipeline.take_back(SLUG, pat)
    assert approved.issue().planned_at is None
    with pytest.raises(NotFound):
        approved.pipeline.take_back(SLUG, pat)
    with pytest.raises(NotAllowed):
        approved.pipeline.take_back(SLUG, approved.who(AUTHOR))
    approved.approve()
    approved.send()
    with pytest.raises(IllegalMove, match="too late"):
        approved.pipeline.take_back(SLUG, pat)


def test_a_yes_to_what_is_a_draft_again_is_taken_back_too(approved: Route) -> None:
    approved.pipeline.withdraw(SLUG, approved.who(AUTHOR))
    assert "and took it back" in press(Desk(approved, APPROVER), "/take-back")
    assert not approved.counts()
    assert approved.submit().yes is None


def test_nothing_goes_out_after_a_yes_was_taken_back(approved: Route) -> None:
    approved.pipeline.take_back(SLUG, approved.who(APPROVER))
    with pytest.raises((NotApproved, IllegalMove)):
        approved.send()


def test_texts_are_compared_word_by_word() -> None:
    assert marked("closes on 12 September", "closes on 21 September") == (
        Word("closes on"), Word("12", "gone"), Word("21", "new"), Word("September"),
    )  # fmt: skip
    assert marked("", "New words") == (Word("New words", "new"),)
    assert marked("Old", "") == (Word("Old", "gone"),)
    long = "word " * 40
    assert marked(long + "end", long + "stop")[0].text.count("word") == 16


def test_places_are_called_as_people_call_them(route: Route) -> None:
    def facts() -> object:
        with route.database.reading() as session:
            return route.pipeline.versions.basis_facts(session, route.issue().id)

    before = facts()
    do(route, "word_issue", subject="Another subject")
    do(route, "title_section", "work", "en", "At work now")
    do(route, "hold", [number(route, "climate")])
    do(route, "add_block", "quote", {"text": "Words.", "name": "Somebody"}, section="work")
    found = differences(before, facts())  # type: ignore[arg-type]
    assert Difference("“Climate and people who move: a brief for city halls” is taken out") in found
    assert [one.place for one in found][:1] == ["Subject (English)"]
    assert {"Quote is new", "Heading of “At work now” (English)"} <= {one.place for one in found}
    assert differences(before, before) == ()  # type: ignore[arg-type]


def test_a_link_or_a_picture_that_changed_shows_with_equal_words(approved: Route) -> None:
    do(approved, "state_facts", number(approved, "roots"), {"url": "https://elsewhere.example.org/roots"})
    do(approved, "no_picture", number(approved, "san-antonio"))
    page = Desk(approved).get(PAGE)
    assert "Since the last yes, 2 things changed" in main_of(page)
    assert "“Devex and the network start Roots of Change”, link" in main_of(page)
    assert "<ins>https://elsewhere.example.org/roots</ins>" in page.text
    assert "picture is taken out" in main_of(page)
    gone = re.findall(r'<img class="gone" src="([^"]+)"', page.text)
    assert len(gone) == 1
    assert Desk(approved).get(gone[0]).status_code == 200


def test_an_issue_stands_beside_the_one_before_it(approved: Route) -> None:
    assert "Against the last issue" not in main_of(Desk(approved).get(PAGE)), "it is the first"
    approved.send()
    approved.add_reader("fay@example.org")
    approved.publish(
        external_id="autumn", kind="report", title="A report of the autumn", published_on="2024-08-02",
        summary="Nine words are in this summary, or so many.", url="https://new.example.net/report",
    )  # fmt: skip
    approved.set_profile(legal_name="Network of Mayors, newly named")
    approved.pipeline.assemble("quarterly", "2024-Q3", approved.who(AUTHOR))
    page = main_of(Desk(approved).get("/console/issues/quarterly-2024-q3/sign-off"))
    assert "Against the last issue, Summer 2024" in page
    assert f"Readers {len(CONFIRMED)} {len(CONFIRMED) + 1}" in page
    assert re.search(r"Items 8 \d", page)
    assert "Organisation’s name Network of Mayors" in page
    assert "new.example.net" in page


def test_what_is_counted_against_the_issue_before() -> None:
    def facts(url: str, picture: str, publication: int) -> dict[str, object]:
        item = {
            "anchor": "a", "role": "item", "picture": {"sha256": picture},
            "source": {"url": url, "publication_id": publication, "layout": "card"},
            "wordings": {"en": {"title": "Two words", "summary": "and three more"}},
        }  # fmt: skip
        note = {"wordings": {"en": {"text": "See [this](https://three.example/x) now."}}}
        draft = {"profile": {"default_language": "en"}, "opening": [note], "sections": [
            {"slug": "s", "titles": {"en": "S"}, "items": [item], "blocks": []}]}  # fmt: skip
        return {"draft": draft, "theme": {}, "templates": {}, "address": ""}

    found = against(
        "Spring", facts("https://www.one.example/a", "p", 1), facts("https://two.example/b", "p", 1), (4, 5)
    )
    assert [(one.name, one.before, one.now) for one in found.counts] == [
        ("Items", 1, 1), ("Words", 8, 8), ("Links", 2, 2), ("Pictures", 1, 1), ("Readers", 4, 5),
    ]  # fmt: skip
    assert found.sites == ("two.example",)
    assert found.again == found.pictures == ("Two words",)
    assert found.fixed == ()
