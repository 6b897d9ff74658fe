"""Guests' pages by HTTP: what they show in each state, what a post does, and what is in the mails that lead to them."""

import html
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from httpx import Response

from newsletter.guests.model import Act, Standing
from newsletter.guests.page import Took
from newsletter.issues.inserting import set_block
from newsletter.issues.revising import Hand
from newsletter.staff.people import find
from newsletter.staff.tables import StaffRow
from tests.route import APPROVER, AUTHOR, SITE, SLUG, Route, later
from tests.test_guests import DUE, GUEST, NOTE, ask, ask_clear, asked, hand_in, row, standing, token
from tests.test_public_pages import BASE, Visitor, dump, heading

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


@pytest.fixture
def visitor(route: Route) -> Visitor:
    return Visitor(route)


@pytest.fixture(params=["sqlite", "postgresql"])
def either(either_route: Route) -> Visitor:
    return Visitor(either_route)


def path(route: Route, request_id: int) -> str:
    return f"/g/{token(route, request_id)}"


def every_act(route: Route) -> dict[Act, int]:
    return {
        Act.NOTE: ask(route, Act.NOTE, message="Five minutes in a taxi."),
        Act.SUGGEST: ask(route, Act.SUGGEST),
        Act.CLEAR: ask_clear(route),
        Act.TRANSLATE: ask(route, Act.TRANSLATE, language="es"),
    }


def form(answer: Response, nth: int = 0) -> dict[str, str]:
    """What a browser sends of a form of the page, where nothing is typed into it."""
    found = re.findall(r"<form\b.*?</form>", answer.text, re.DOTALL)[nth]
    fields = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', found))
    fields |= dict(re.findall(r'<input id="[^"]*" name="([\w-]+)" type="\w+" [^>]*?value="([^"]*)"', found))
    fields |= dict(re.findall(r'<textarea id="[^"]*" name="([\w-]+)"[^>]*>(.*?)</textarea>', found, re.DOTALL))
    return {name: html.unescape(value) for name, value in fields.items()}


def text_of(answer: Response) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


# -- looking ----------------------------------------------------------------------------------------------------------


def test_looking_changes_nothing_and_is_looked_after(either_route: Route) -> None:
    route, visitor = either_route, Visitor(either_route)
    acts = every_act(route)
    before = dump(route.database)
    paths = [path(route, id_) for id_ in acts.values()]
    for one in (*paths, f"{paths[2]}/look", *(f"{one}?lang=ar" for one in paths), f"{paths[0]}/"):
        for method in ("GET", "HEAD"):
            answer = visitor.request(method, one, headers={"Purpose": "prefetch"})
            assert answer.status_code == 200
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert answer.headers["cache-control"] == "no-store"
            assert "noindex" in answer.headers["x-robots-tag"]
            assert "set-cookie" not in answer.headers
    assert dump(route.database) == before


def test_each_page_says_whose_it_is(visitor: Visitor) -> None:
    for act, id_ in every_act(visitor.route).items():
        answer = visitor.get(path(visitor.route, id_))
        name = "Bristol press office" if act is Act.CLEAR else "Dana Director"
        said = text_of(answer)
        assert f"Ana Author asks you, {name} ," in said
        assert f"Not {name} ? This page is theirs: just close it." in said
        assert "It is wanted by Friday, 12 July 2024." in said
        assert 'href="mailto:team@example.org"' in answer.text
    assert "Five minutes in a taxi." in visitor.get(path(visitor.route, 1)).text


def test_the_page_speaks_her_language(visitor: Visitor) -> None:
    id_ = ask(visitor.route, Act.NOTE, speaks="fr")
    answer = visitor.get(path(visitor.route, id_))
    assert answer.headers["content-language"] == "fr"
    assert "Ana Author vous demande, Dana Director , d’écrire le mot de la direction" in text_of(answer)
    assert visitor.get(path(visitor.route, id_) + "?lang=es").headers["content-language"] == "es"


def test_only_our_own_script_may_run(visitor: Visitor) -> None:
    for id_ in every_act(visitor.route).values():
        answer = visitor.get(path(visitor.route, id_))
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        scripts = re.findall(r"<script\b[^>]*>(.*?)</script>", answer.text, re.DOTALL)
        assert scripts == [""], "its code is in a file"
        assert not re.search(r"\son\w+=|\sstyle=", answer.text)
        (source,) = re.findall(r'<script type="module" src="([^"]+)"', answer.text)
        script = visitor.get(source)
        assert script.headers["content-type"] == "text/javascript; charset=utf-8"
        assert "immutable" in script.headers["cache-control"]


def test_the_item_lies_in_a_frame_that_nothing_gets_out_of(visitor: Visitor) -> None:
    id_ = ask_clear(visitor.route)
    page, shown = visitor.get(path(visitor.route, id_)), visitor.get(path(visitor.route, id_) + "/look")
    (frame,) = re.findall(r"<iframe\b[^>]*>", page.text)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in frame
    assert f'src="{path(visitor.route, id_)}/look"' in frame
    assert page.headers["x-frame-options"] == "DENY"
    policy = shown.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-popups allow-popups-to-escape-sandbox;")
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy.replace("sandbox", "")
    assert "allow-same-origin" not in policy + frame
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert "San Antonio shows what a welcoming city can carry" in shown.text
    assert '<base target="_blank">' in shown.text


def test_only_an_item_is_looked_at(visitor: Visitor) -> None:
    note = ask(visitor.route, Act.NOTE)
    assert visitor.get(path(visitor.route, note) + "/look").status_code == 404
    assert visitor.get("/g/nonsense/look").status_code == 404


def test_a_link_that_is_none_is_told_so(visitor: Visitor) -> None:
    for bad in ("/g/nonsense", "/g/" + "a" * 26, visitor.way_out().replace("/u/", "/g/")):
        for answer in (visitor.get(bad), visitor.post(bad, data={"text": "x"})):
            assert answer.status_code == 404
            assert "lost a part" in answer.text or "link" in answer.text


# -- handing in -------------------------------------------------------------------------------------------------------


def test_a_note_is_handed_in_and_changed(either_route: Route) -> None:
    route, visitor = either_route, Visitor(either_route)
    id_ = ask(route, Act.NOTE)
    here = path(route, id_)
    shown = form(visitor.get(here))
    assert (shown["name"], shown["text"]) == ("Dana Director", "")
    done = visitor.post(here, data=shown | {"text": "One thought.\r\n\r\nTwo thanks.", "role": "Director"})
    assert done.status_code == 200
    assert "Thank you, Dana Director ." in text_of(done)
    assert "until Friday, 12 July 2024, or until the issue is signed off" in text_of(done)
    note = route.pipeline.version(SLUG).draft.opening[0].wordings["en"]
    assert note == {"text": "One thought.\n\nTwo thanks.", "name": "Dana Director", "role": "Director"}
    again = form(visitor.get(here))
    assert again["text"] == "One thought.\n\nTwo thanks."
    visitor.post(here, data=again | {"text": "Another thought."})
    assert route.pipeline.version(SLUG).draft.opening[0].wordings["en"]["text"] == "Another thought."


def test_what_is_typed_is_kept_for_later(visitor: Visitor) -> None:
    route = visitor.route
    id_ = ask(route, Act.NOTE)
    here = path(route, id_)
    kept = visitor.post(here, data=form(visitor.get(here)) | {"text": "Half a thou", "act": "save"})
    assert "Nothing is handed in yet" in kept.text
    assert route.pipeline.version(SLUG).draft.opening == ()
    assert standing(route, id_) is Standing.OPENED
    back = visitor.get(here)
    assert form(back)["text"] == "Half a thou"
    assert "Words: 3 . 90 to 120 are best." in text_of(back)
    quietly = visitor.post(
        here, data=form(back) | {"text": "Half a thought", "act": "save"}, headers={"Accept": "application/json"}
    )
    assert quietly.json() == {"took": "saved"}
    assert form(visitor.get(here))["text"] == "Half a thought"


def test_a_yes_is_one_press(either_route: Route) -> None:
    route, visitor = either_route, Visitor(either_route)
    id_ = ask_clear(route)
    here = path(route, id_)
    answer = visitor.post(here, data=form(visitor.get(here)) | {"verdict": "yes"})
    assert "You have said: this is right." in answer.text
    assert asked(route, id_).said == "Yes, this is right"
    changed = visitor.post(here, data=form(answer) | {"verdict": "change", "text": "It was\n36 cities."})
    assert "You have asked Ana Author for a change:" in text_of(changed)
    assert asked(route, id_).said == "Please change: It was 36 cities."
    route.word("san-antonio", "San Antonio, with 36 cities")
    assert "This is how it stands now" in visitor.get(here).text


def test_a_yes_to_what_has_changed_meanwhile_is_asked_again(visitor: Visitor) -> None:
    route = visitor.route
    id_ = ask_clear(route)
    here = path(route, id_)
    shown = form(visitor.get(here))
    route.word("san-antonio", "Something else")
    answer = visitor.post(here, data=shown | {"verdict": "yes"})
    assert answer.status_code == 409
    assert "It has changed since you opened this page" in answer.text
    assert asked(route, id_).answered_at is None
    assert visitor.post(here, data=form(answer) | {"verdict": "yes"}).status_code == 200
    assert asked(route, id_).answered_at is not None


def test_suggestions_are_made_one_by_one(visitor: Visitor) -> None:
    route = visitor.route
    id_ = ask(route, Act.SUGGEST)
    here = path(route, id_)
    first = visitor.post(here, data=form(visitor.get(here)) | {"title": "Welcome week", "when": "12 September"})
    assert "who decides what goes in" in first.text
    visitor.post(here, data=form(first, 1) | {"link": f"{SITE}/b", "title": "Another"})
    assert asked(route, id_).said == "2 suggestions"
    visitor.post(here, data=form(visitor.get(here), 0) | {"title": "Welcome week, in better words"})
    assert [one["title"] for one in row(route, id_).answer["suggestions"]] == [
        "Welcome week, in better words", "Another",
    ]  # fmt: skip


def test_lines_are_translated(visitor: Visitor) -> None:
    route = visitor.route
    id_ = ask(route, Act.TRANSLATE, language="es")
    here, roots = path(route, id_), route.publication("roots").id
    shown = visitor.get(here)
    assert 'enctype="multipart/form-data"' in shown.text
    assert "Devex and the network start Roots of Change" in shown.text
    fields = form(shown) | {f"item-{roots}-title": "Devex y la red", "item-999-title": "Nobody’s"}
    done = visitor.post(here, files={name: (None, text.encode()) for name, text in fields.items()})
    assert "You have translated 1 line." in done.text
    item = next(one for one in route.pipeline.version(SLUG).draft.items if one.source.publication_id == roots)
    assert item.wordings["es"].title == "Devex y la red"


def test_what_cannot_be_taken_stays_in_the_fields(visitor: Visitor) -> None:
    acts = every_act(visitor.route)
    sent = {
        Act.NOTE: {"text": "Words without a name", "name": ""}, Act.SUGGEST: {"what": "Only words"},
        Act.CLEAR: {"verdict": "change", "text": ""}, Act.TRANSLATE: {},
    }  # fmt: skip
    before = {act: row(visitor.route, id_).answer for act, id_ in acts.items()}
    for act, fields in sent.items():
        here = path(visitor.route, acts[act])
        answer = visitor.post(here, data=form(visitor.get(here)) | fields)
        assert answer.status_code == 400, act
        assert 'role="alert"' in answer.text
        for text in fields.values():
            assert text in answer.text
    assert {act: row(visitor.route, id_).answer for act, id_ in acts.items()} == before


def test_an_empty_post_does_nothing(visitor: Visitor) -> None:
    for id_ in every_act(visitor.route).values():
        answer = visitor.post(path(visitor.route, id_))
        assert answer.status_code in {400, 409}
        assert asked(visitor.route, id_).answered_at is None


def test_too_much_is_refused(visitor: Visitor) -> None:
    id_ = ask(visitor.route, Act.NOTE)
    here = path(visitor.route, id_)
    assert visitor.post(here, data={"text": "x" * 70_000}).status_code == 413
    for _ in range(120):
        hand_in(visitor.route, id_, NOTE)
    busy = visitor.post(here, data=form(visitor.get(here)) | {"text": "One more"})
    assert busy.status_code == 429
    assert "One more" in busy.text


# -- what takes no answer any more ------------------------------------------------------------------------------------


def ended(route: Route) -> Iterator[tuple[int, str]]:
    """Requests that have ended, each with the heading of its page; time passes between them."""
    revoked, settled, late = ask(route, Act.SUGGEST), ask_clear(route), ask(route, Act.SUGGEST, email="late@a.example")
    note = ask(route, Act.NOTE)
    hand_in(route, settled, {"verdict": "yes"})
    route.pipeline.revoke_guest(revoked, route.who(AUTHOR))
    yield revoked, "This is not needed any more."
    route.pipeline.go_without(note, route.who(AUTHOR))
    yield note, "This is not needed any more."
    closed = ask(route, Act.NOTE, email="other@a.example")
    route.sign_off()
    yield closed, "Summer 2024 is signed off."
    later(route, days=20)
    yield settled, "Thank you, Bristol press office."
    yield late, "The time for this has passed."
    route.send()
    yield late, "Summer 2024 has gone out."


def test_what_has_ended_says_so_calmly_and_takes_nothing(route: Route) -> None:
    for id_, said in ended(route):
        visitor = Visitor(route)
        answer = visitor.get(path(route, id_))
        assert answer.status_code == 200
        assert heading(answer) == said
        assert "<form" not in answer.text
        assert "team@example.org" in answer.text
        before = row(route, id_).answer
        sent = {"text": "My words", "name": "Me", "title": "My title", "verdict": "change"}
        refused = visitor.post(path(route, id_), data=sent)
        assert refused.status_code == 409
        assert "What you have just sent was not taken." in refused.text
        assert "My " in refused.text, "what was typed is not lost"
        assert row(route, id_).answer == before


def test_what_was_said_by_phone_is_shown(visitor: Visitor) -> None:
    id_ = ask_clear(visitor.route)
    visitor.route.pipeline.count_as_said(id_, visitor.route.who(AUTHOR), {"verdict": "yes"})
    assert "It was written down for you, as you said it." in visitor.get(path(visitor.route, id_)).text


# -- hostile input is data --------------------------------------------------------------------------------------------


def test_no_field_is_ever_markup(visitor: Visitor) -> None:
    route = visitor.route
    name = f"Dana {SCRIPT}"[:200]
    note = ask(route, Act.NOTE, name=name, message=SCRIPT)
    suggest = ask(route, Act.SUGGEST, name=name, email="b@a.example")
    clear = ask(route, Act.CLEAR, name=name, email=GUEST, publication_id=route.publication("san-antonio").id)
    roots = route.publication("roots").id
    translate = ask(route, Act.TRANSLATE, language="es", email="t@a.example")
    sent: dict[int, dict[str, str]] = {
        note: dict.fromkeys(("text", "name", "role"), SCRIPT),
        suggest: dict.fromkeys(("title", "what", "when", "who"), SCRIPT),
        clear: {"verdict": "change", "text": SCRIPT},
        translate: {f"item-{roots}-title": SCRIPT, f"item-{roots}-summary": SCRIPT},
    }
    pages = []
    for id_, fields in sent.items():
        here = path(route, id_)
        pages.append(visitor.get(here))
        pages.append(visitor.post(here, data=form(pages[-1]) | fields | {"act": "save"}))
        pages.append(visitor.post(here, data=form(pages[-1]) | fields))
        pages.append(visitor.get(here))
        assert asked(route, id_).answered_at is not None, id_
    pages.append(visitor.get(path(route, clear) + "/look"))
    for page in pages:
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
    for part in route.pipeline.version(SLUG).parts.values():
        assert "<script" not in part.web
        assert "<img src=x" not in part.web
    for mail in mails(route):
        html_part = mail.get_body(("html",))
        assert html_part is not None
        assert "<script" not in html_part.get_content()
        assert "<img src=x" not in html_part.get_content()


def test_a_name_is_no_header(route: Route) -> None:
    ask(route, Act.NOTE, name="Dana Bcc: victim@example.org")
    (mail,) = mails(route)
    assert mail["Bcc"] is None
    assert mail["To"] == "dana@director.example"


# -- the mails --------------------------------------------------------------------------------------------------------


def mails(route: Route) -> list[EmailMessage]:
    route.pipeline.deliver_notices(threading.Event())
    return route.mails()


def body(mail: EmailMessage) -> str:
    found = mail.get_body(("plain",))
    assert found is not None
    return str(found.get_content())


def test_the_letter_says_who_asks_for_what_by_when(route: Route) -> None:
    id_ = ask(route, Act.NOTE, message="Five minutes in a taxi.")
    (mail,) = mails(route)
    assert mail["Subject"] == "Ana Author asks you for the director’s note, by Friday, 12 July 2024"
    assert mail["Reply-To"] == "team@example.org"
    assert mail["To"] == "dana@director.example"
    text = " ".join(body(mail).split())
    assert f"{BASE}{path(route, id_)}" in text
    assert "Five minutes in a taxi." in text
    assert "opening it decides nothing" in text
    assert "1 Example Square" in text
    html_part = mail.get_body(("html",))
    assert html_part is not None
    assert f'href="{BASE}{path(route, id_)}"' in html_part.get_content()


@pytest.mark.parametrize(
    ("speaks", "subject"),
    [("es", "Ana Author le pide la nota"), ("fr", "Ana Author vous demande le mot"), ("ar", "طلب من Ana Author"),
     ("de", "Ana Author asks you for the director’s note")],
)  # fmt: skip
def test_the_letter_is_in_her_language(route: Route, speaks: str, subject: str) -> None:
    ask(route, Act.NOTE, speaks=speaks)
    (mail,) = mails(route)
    assert mail["Subject"].startswith(subject)


def test_a_reminder_leads_to_the_same_page(route: Route) -> None:
    id_ = ask(route, Act.SUGGEST)
    mails(route)
    later(route, hours=5)
    route.pipeline.remind_guest(id_, route.who(AUTHOR), due_on=DUE + timedelta(days=3), message="Do not forget us.")
    first, second = mails(route)
    assert second["Subject"].startswith("Reminder: Ana Author asks what should be in Summer 2024")
    assert "Monday, 15 July 2024" in body(second)
    assert "Do not forget us." in body(second)
    assert re.findall(r"/g/\w+", body(first)) == re.findall(r"/g/\w+", body(second))


def test_a_letter_that_has_not_left_is_held_back_when_nobody_is_asked_any_more(route: Route) -> None:
    id_ = ask(route, Act.SUGGEST)
    route.pipeline.revoke_guest(id_, route.who(AUTHOR))
    assert mails(route) == []


def test_who_has_asked_is_told_of_the_answer(route: Route) -> None:
    id_ = ask_clear(route)
    hand_in(route, id_, {"verdict": "change", "text": "It was 36 cities."})
    _, mail = mails(route)
    assert mail["To"] == AUTHOR
    assert mail["Subject"].startswith("Bristol press office has answered: a yes to “San Antonio")
    text = " ".join(body(mail).split())
    assert "Please change: It was 36 cities." in text
    assert "It is no sign-off of the issue." in text
    assert "/g/" not in text


def test_who_changes_an_answer_all_the_time_fills_nobodys_inbox(route: Route) -> None:
    id_ = ask(route, Act.NOTE)
    for number in range(20):
        assert hand_in(route, id_, NOTE | {"text": f"Thought {number}"}) is Took.IN
    assert len(mails(route)) == 2
    later(route, hours=2)
    hand_in(route, id_, NOTE | {"text": "A later thought"})
    assert "has changed the answer" in mails(route)[-1]["Subject"]
    clear = ask_clear(route)
    for number in range(40):
        hand_in(route, clear, {"verdict": ("yes", "change")[number % 2], "text": "x"})
    told = [mail for mail in mails(route) if "Bristol" in str(mail["Subject"])]
    assert len(told) == 10


def test_who_has_left_is_told_nothing(route: Route) -> None:
    id_ = ask_clear(route)
    with route.database.transaction() as session:
        session.get_one(StaffRow, find(session, AUTHOR).id).disabled_at = route.now
    hand_in(route, id_, {"verdict": "yes"})
    assert len(mails(route)) == 1


def test_the_one_who_owes_the_note_has_the_page(route: Route) -> None:
    with route.database.transaction() as session:
        set_block(Hand(session, route.issue().id, route.now), "text", {"text": "Words"})
    ask(route, Act.NOTE, name="Pat Approver", email=APPROVER)
    (mail,) = mails(route)
    assert mail["To"] == APPROVER
    assert re.search(r"/g/\w{26}", body(mail))
