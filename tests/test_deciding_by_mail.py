"""Deciding by the link in the review's mail: whose page it is, the code, the three ways, and all that must not work."""

import html
import re
from datetime import timedelta

import pytest
from httpx import Response
from sqlalchemy import select

from newsletter.approval.tables import DecisionRow, ReviewAskRow
from newsletter.errors import BadInput
from newsletter.issues.model import State
from newsletter.staff import deputies
from newsletter.staff.tables import CodeRow, KnownBrowserRow
from subscribers import Purpose
from tests.console import Desk, form
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, SLUG, SUBJECT, Route, later
from tests.seated import Seated, mails, text
from tests.test_public_pages import dump
from tests.test_writing import do, number
from tests.visits import main_of as main

EVIL = '<script>alert(1)</script><img src=x onerror=alert(2)>" onload=x'


def main_of(page: Response) -> str:
    """The page's words, as they are read."""
    return re.sub(r" ([,.?])(?= |$)", r"\1", main(page))


def path_of(route: Route, to: str = APPROVER, prefix: str = "d", subject: str = "Please approve") -> str:
    """Where the button of the last such mail leads."""
    mail = [one for one in mails(route, to) if subject in str(one["Subject"])][-1]
    found = re.findall(rf"https://news\.example\.org(/{prefix}/[a-z2-7]{{26}})", text(mail))
    assert found, text(mail)
    return found[0]


def asked(route: Route, by: str = AUTHOR, to: str = APPROVER) -> str:
    route.submit(by)
    return path_of(route, to)


def phone(route: Route, client: str = "198.51.100.9") -> Seated:
    return Seated(route, agent="Mozilla/5.0 (iPhone) Safari/605", client=client)


def code(route: Route, to: str = APPROVER) -> str:
    """The digits of the last mail with some."""
    mail = [one for one in mails(route, to) if "Your code" in str(one["Subject"])][-1]
    (found,) = re.findall(r"^ +(\d{6})\s*$", text(mail), re.MULTILINE)
    return found


def choose(browser: Seated, path: str, act: str, **more: str) -> Response:
    """Press a button of the page as it stands."""
    known = next(fields for _, fields in forms(browser.get(path)) if fields.get("act") == act)
    return browser.request("POST", path, data=known | more)


def forms(page: Response) -> list[tuple[str, dict[str, str]]]:
    found = []
    for one in re.findall(r"<form.*?</form>", page.text, re.DOTALL):
        names = re.findall(r'<(?:input|button)[^>]*?name="(\w+)"[^>]*?value="([^"]*)"', one)
        found.append(("", {name: html.unescape(value) for name, value in names}))
    return found


def prove(browser: Seated, path: str, page: Response, typed: str) -> Response:
    fields = next(fields for _, fields in forms(page) if "code_id" in fields)
    return browser.request("POST", path, data=fields | {"code": typed})


def decide(browser: Seated, path: str, act: str, **more: str) -> Response:
    """With the code that an unknown browser is asked for; the page after it."""
    answer = choose(browser, path, act, **more)
    if answer.status_code == 200:
        answer = prove(browser, path, answer, code(browser.route))
    assert answer.status_code == 303, main_of(answer)
    return browser.get(answer.headers["location"])


def decisions(route: Route) -> list[DecisionRow]:
    with route.database.reading() as session:
        return list(session.scalars(select(DecisionRow).order_by(DecisionRow.id)))


# -- looking ----------------------------------------------------------------------------------------------------------


def test_the_page_says_whose_it_is_to_how_many_it_goes_and_what_it_is(route: Route) -> None:
    route.pipeline.submit(SLUG, route.who(AUTHOR), "Two minutes are enough.")
    path = path_of(route)
    page = phone(route).get(path)
    said = main_of(page)
    assert "Ana Author asks you, Pat Approver, to approve" in said
    assert "Not Pat Approver? This page is theirs" in said
    assert f"today {len(CONFIRMED)} readers" in said
    assert "Two minutes are enough." in said
    assert "All checks passed" in said
    assert "Yes, send exactly this" in said
    frame = phone(route).get(f"{path}/mail/en")
    assert "San Antonio shows what a welcoming city can carry" in frame.text
    assert frame.headers["content-security-policy"].startswith("sandbox allow-popups")
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "no-referrer"


def test_opening_it_decides_nothing_and_signs_nobody_in(route: Route) -> None:
    path, before = asked(route), dump(route.database)
    for method in ("GET", "HEAD"):
        for address in (path, f"{path}/", f"{path}/mail/en", f"{path}?did=yes&act=yes&code=000000"):
            answer = phone(route).request(method, address)
            assert answer.status_code == 200
            assert "set-cookie" not in answer.headers
    assert dump(route.database) == before
    browser = phone(route)
    decide(browser, path, "yes")
    assert browser.get(f"/console/issues/{SLUG}/sign-off").status_code == 303, "it is no way into the console"


@pytest.mark.parametrize("token", ["a" * 26, "x", "zzzzzzzzzzzzzzzzzzzzzzzzzz", "%3Cscript%3E"])
def test_a_broken_link_is_a_calm_page(route: Route, token: str) -> None:
    asked(route)
    for method in ("GET", "POST"):
        answer = phone(route).request(method, f"/d/{token}", data={"act": "yes"} if method == "POST" else None)
        assert answer.status_code == 404
        assert "<h1>" in answer.text
    assert phone(route).get(f"/d/{token}/mail/en").status_code == 404


def test_a_link_for_something_else_opens_no_review(route: Route) -> None:
    asked(route)
    for purpose in set(Purpose) - {Purpose.REVIEW, Purpose.DECISION}:
        assert phone(route).get(f"/d/{route.pipeline.links.token(purpose, 1)}").status_code == 404
    for purpose in (Purpose.REVIEW, Purpose.DECISION):
        assert phone(route).get(f"/d/{route.pipeline.links.token(purpose, 4711)}").status_code == 404


# -- the letter -------------------------------------------------------------------------------------------------------


def test_the_letter_holds_the_issue_exactly_and_answers_reach_the_author(route: Route) -> None:
    asked(route)
    (mail,) = [one for one in mails(route, APPROVER) if "Please approve" in str(one["Subject"])]
    assert AUTHOR in str(mail["Reply-To"])
    said = text(mail)
    assert "does not count as a yes" in " ".join(said.split())
    assert "/console/sign-in?next=" in said
    assert "SAN ANTONIO SHOWS WHAT A WELCOMING CITY CAN CARRY" in said.upper()
    body = mail.get_body(("html",))
    assert body is not None
    shown = str(body.get_content())
    own = route.pipeline.version(SLUG).parts["en"]
    static = [piece for piece in own.html if isinstance(piece, str)]
    after = shown[shown.index("From here on, the mail") :]
    assert all(piece in after for piece in static[1:]), "from its first link on, to the last byte"
    assert "Read and decide" in shown[: shown.index("From here on, the mail")]
    assert shown.count("<body") == shown.count("</html>") == 1
    tokens = set(re.findall(r"/[up]/([a-z2-7]{26})", shown))
    read = [route.pipeline.links.read(token) for token in tokens]
    assert {link.purpose for link in read if link} == {Purpose.TEST}
    assert "Español" in shown


# -- the code ---------------------------------------------------------------------------------------------------------


def test_an_unknown_browser_needs_the_code_and_is_known_then(either_route: Route) -> None:
    route = either_route
    path, browser = asked(route), phone(either_route)
    page = choose(browser, path, "change", comment="The call closes\non the 21st.")
    assert "One code, and it is done." in main_of(page)
    assert "a•••@example.org" in page.text.replace("<wbr>", "")
    assert "The call closes" in main_of(page), "what was typed is kept"
    assert not decisions(route)
    after = prove(browser, path, page, code(route))
    assert after.status_code == 303
    assert [one.comment for one in decisions(route)] == ["The call closes\non the 21st."]
    cookie = after.headers["set-cookie"].lower()
    assert all(word in cookie for word in ("__host-decides=", "httponly", "secure", "samesite=strict"))
    route.submit()
    assert choose(browser, path_of(route), "yes").status_code == 303, "a known browser needs none"
    assert route.counts()
    with route.database.reading() as session:
        (known,) = session.scalars(select(KnownBrowserRow)).all()
    assert browser.cookies["__Host-decides"] != known.mark_sha256, "the cookie is kept as a hash"


def test_a_browser_that_is_known_for_one_is_not_for_another(route: Route) -> None:
    path, browser = asked(route), phone(route)
    decide(browser, path, "remark", comment="Good.")
    other = path_of(route, ADMIN)
    assert choose(browser, path, "remark", comment="Better.").status_code == 303
    assert "One code" in main_of(choose(browser, other, "yes"))


def test_where_they_are_signed_in_they_are_known_until_they_are_not(route: Route) -> None:
    path, seated = asked(route), Seated(route, APPROVER)
    assert choose(seated, path, "remark", comment="Good.").status_code == 303
    assert "One code" in main_of(choose(Seated(route, AUTHOR), path, "yes")), "somebody else's console is no proof"
    route.pipeline.team.sign_out(APPROVER, route.who(ADMIN))
    assert "One code" in main_of(choose(seated, path, "yes"))


def test_wrong_codes_run_out_and_a_new_one_is_asked_for(route: Route) -> None:
    path, browser = asked(route), phone(route)
    page = choose(browser, path, "yes")
    right = code(route)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(4):
        page = prove(browser, path, page, wrong)
        assert page.status_code == 400
        assert "Those are not the six digits" in main_of(page)
    over = prove(browser, path, page, wrong)
    assert "opens nothing any more" in main_of(over)
    assert "opens nothing any more" in main_of(prove(browser, path, page, right)), "also the right one"
    assert not decisions(route)
    (again,) = [fields for _, fields in forms(over)]
    page = browser.request("POST", path, data=again)
    assert code(route) != right
    assert prove(browser, path, page, " ".join(code(route))).status_code == 303
    assert route.counts()


def test_a_code_works_ten_minutes_once_and_for_its_owner_alone(route: Route) -> None:
    path, browser = asked(route), phone(route)
    page = choose(browser, path, "yes")
    later(route, minutes=11)
    assert "opens nothing any more" in main_of(prove(browser, path, page, code(route)))
    page = choose(browser, path, "remark", comment="Well.")
    digits = code(route)
    assert "opens nothing any more" in main_of(prove(phone(route), path_of(route, ADMIN), page, digits))
    assert prove(browser, path, page, digits).status_code == 303
    assert "opens nothing any more" in main_of(prove(phone(route), path, page, digits))
    with route.database.reading() as session:
        assert [one.used_at is not None for one in session.scalars(select(CodeRow).order_by(CodeRow.made_at))] == [
            False,
            True,
        ]
    assert digits not in str(dump(route.database)), "they stand nowhere"


def test_no_more_codes_than_anybody_needs_are_mailed(route: Route) -> None:
    path, browser = asked(route), phone(route)
    for _ in range(8):
        assert choose(browser, path, "yes").status_code == 200
    refused = choose(phone(route, "203.0.113.5"), path, "yes")
    assert refused.status_code == 429
    assert "That was too often." in main_of(refused)
    later(route, hours=1, minutes=1)
    assert choose(browser, path, "yes").status_code == 200


# -- deciding ---------------------------------------------------------------------------------------------------------


def test_a_yes_and_the_yes_taken_back(route: Route) -> None:
    path, browser = asked(route), phone(route)
    assert "Thank you, Pat Approver." in main_of(decide(browser, path, "yes"))
    assert route.counts()
    assert route.activity()[-1].via == "mail page"
    route.pipeline.plan(SLUG, route.now + timedelta(days=2), route.who(AUTHOR))
    assert "goes out on Thursday 11 July, 09:00 (Brussels)" in main_of(browser.get(path))
    assert "taken back, and the plan with it" in main_of(decide(browser, path, "take-back"))
    assert not route.counts()
    assert route.issue().planned_at is None
    decide(browser, path, "yes")
    route.send()
    assert "on its way, or out" in main_of(browser.get(path))
    answer = browser.request("POST", path, data={"act": "take-back"})
    assert answer.status_code == 409
    assert "too late" in main_of(answer)


def test_another_version_handed_in_meanwhile_is_refused(route: Route) -> None:
    path, browser = asked(route), phone(route)
    decide(browser, path, "remark", comment="I am reading.")
    old = next(fields for _, fields in forms(browser.get(path)) if fields.get("act") == "yes")
    route.word("roots", "Changed while it was being read")
    assert "is being changed" in main_of(browser.get(path))
    assert browser.request("POST", path, data=old).status_code == 409
    route.submit()
    for act in ("yes", "change"):
        refused = browser.request("POST", path, data=old | {"act": act, "comment": "So."})
        assert refused.status_code == 409
        assert "Another version was handed in while you were reading" in main_of(refused)
    assert browser.request("POST", path, data={"act": "yes"}).status_code == 400, "what was read must be said"
    assert not decisions(route)
    assert "Changed while it was being read" in browser.get(f"{path}/mail/en").text
    decide(browser, path, "yes")
    assert route.counts()


def test_what_changed_since_the_yes_stands_there_word_by_word(approved: Route) -> None:
    do(approved, "state_facts", number(approved, "pilots"), {"deadline_on": "2024-09-12"})
    page = phone(approved).get(asked(approved))
    assert "Since the last yes, 1 thing changed" in main_of(page)
    assert "<del>30 August</del> <ins>12 September</ins> 2024" in page.text


def test_who_asks_cannot_say_yes_by_a_link_of_their_own(route: Route) -> None:
    path, browser = asked(route, to=ADMIN), phone(route)
    route.submit(ADMIN)  # the same issue, now handed in by the one whose link it is
    page = browser.get(path)
    assert "You have asked for the yes" in main_of(page)
    assert "Yes, send exactly this" not in page.text
    with route.database.reading() as session:
        version = route.pipeline.version(SLUG)
        assert session.scalars(select(ReviewAskRow)).all()
        assert version
    print_ = next(f for _, f in forms(phone(route).get(path_of(route))) if f.get("act") == "yes")["fingerprint"]
    page = browser.request("POST", path, data={"act": "yes", "fingerprint": print_, "override": "I want to"})
    refused = prove(browser, path, page, code(route, ADMIN))
    assert refused.status_code == 403
    assert not decisions(route)
    assert not route.counts()


def test_who_signs_off_no_more_or_works_here_no_more_decides_nothing(route: Route) -> None:
    path, browser = asked(route), phone(route)
    decide(browser, path, "remark", comment="Good.")
    yes = next(fields for _, fields in forms(browser.get(path)) if fields.get("act") == "yes")
    id_ = route.pipeline.team.id_of(APPROVER)
    route.pipeline.team.change_role(id_, "author", route.who(ADMIN))
    assert "do not sign off here any more" in main_of(browser.get(path))
    assert browser.request("POST", path, data=yes).status_code == 403
    route.pipeline.team.take_away(id_, route.who(ADMIN))
    for answer in (browser.get(path), browser.request("POST", path, data=yes)):
        assert answer.status_code == 410
    assert browser.get(f"{path}/mail/en").status_code == 404
    assert not decisions(route)


def test_too_late_the_page_asks_for_the_new_time_and_the_yes_sends_nothing(route: Route) -> None:
    route.sign_off()
    route.pipeline.plan(SLUG, route.now + timedelta(hours=1), route.who(AUTHOR))
    route.word("roots", "Changed on the last day")
    path, browser = asked(route), phone(route)
    later(route, hours=2)
    route.pipeline.rhythm.tick()
    assert "today, 10:00 has passed. Nothing was sent." in main_of(browser.get(path)).replace("Today", "today")
    page = main_of(decide(browser, path, "yes"))
    assert "10:00 has passed. Nothing was sent." in page
    assert "When should it go?" in page
    assert "Let Ana Author decide" in page
    assert route.issue().planned_at is None
    assert not route.mailings()
    told = [text(one) for one in mails(route, AUTHOR) if "has said yes" in str(one["Subject"])][-1]
    assert "has passed. Nothing was sent" in " ".join(told.split())
    assert browser.request("POST", path, data={"act": "when", "at": "2024-07-09T03:00+02:00"}).status_code == 400
    assert "goes out today, 14:00 (Brussels)" in main_of(decide(browser, path, "when"))
    assert route.issue().state is State.PLANNED
    assert route.activity()[-1].verb == "plan"
    assert not route.mailings(), "it waits for its time"


def test_the_time_that_has_passed_is_the_readers_one(route: Route) -> None:
    """Where the team has it first, the plan begins before."""
    route.sign_off()
    route.pipeline.plan(SLUG, route.now + timedelta(hours=1), route.who(AUTHOR), calm=True)
    route.word("roots", "Changed on the last day")
    path = asked(route)
    later(route, hours=2)
    route.pipeline.rhythm.tick()
    assert route.issue().planned_at is None
    assert "10:00 has passed. Nothing was sent." in main_of(phone(route).get(path))


def test_a_late_yes_before_any_worker_came_by_asks_as_well(route: Route) -> None:
    route.sign_off()
    route.pipeline.plan(SLUG, route.now + timedelta(hours=1), route.who(AUTHOR))
    route.word("roots", "Changed on the last day")
    path, browser = asked(route), phone(route)
    later(route, hours=2)
    assert "When should it go?" in main_of(decide(browser, path, "yes"))
    route.pipeline.rhythm.tick()
    assert not route.mailings()
    assert "Ana Author decides when it goes" in main_of(browser.get(f"{path}?did=left"))


# -- saying something, and not me -------------------------------------------------------------------------------------


def test_a_remark_decides_nothing_and_is_read_by_those_who_work_on_it(route: Route) -> None:
    path, browser = asked(route), phone(route)
    anchor = re.findall(r'<option value="([\w-]+)"', browser.get(path).text)[0]
    page = decide(browser, path, "remark", comment="Is 35 right?", place=anchor)
    assert "Is 35 right?" in main_of(page)
    assert not decisions(route)
    assert route.issue().state is State.IN_REVIEW
    (mail,) = [one for one in mails(route, AUTHOR) if "says something" in str(one["Subject"])]
    assert "Is 35 right?" in text(mail)
    assert "SAN ANTONIO SHOWS" in text(mail)
    assert APPROVER in str(mail["Reply-To"])
    assert not [one for one in mails(route, APPROVER) if "says something" in str(one["Subject"])]
    assert [one for one in mails(route, ADMIN) if "says something" in str(one["Subject"])], "who decides, too"
    route.pipeline.remark(SLUG, route.who(AUTHOR), "It is: I asked them.")
    assert "It is: I asked them." in main_of(browser.get(path))


@pytest.mark.parametrize(("comment", "place"), [("x" * 2001, ""), ("  \r\n ", ""), ("Well.", "no-such-item")])
def test_a_remark_has_its_limits(route: Route, comment: str, place: str) -> None:
    path, browser = asked(route), phone(route)
    decide(browser, path, "remark", comment="Good.")
    answer = browser.request("POST", path, data={"act": "remark", "comment": comment, "place": place})
    assert answer.status_code == 400
    with pytest.raises(BadInput):
        route.pipeline.remark(SLUG, route.who(APPROVER), comment, place)


def test_it_was_somebody_else(approved: Route) -> None:
    route, path = approved, path_of(approved, subject="You have said yes")
    seated, before = Seated(route, APPROVER), dump(route.database)
    browser = phone(route)
    for method in ("GET", "HEAD"):
        assert browser.request(method, path).status_code == 200
    assert dump(route.database) == before
    assert "Was it somebody else" in main_of(browser.get(path))
    assert "being looked at" in main_of(browser.request("POST", path))
    assert not route.counts()
    assert route.issue().state is State.IN_REVIEW
    for whom in (ADMIN, AUTHOR, APPROVER):
        assert [one for one in mails(route, whom) if "Look at this now" in str(one["Subject"])]
    assert seated.get("/console").status_code == 303, "signed out everywhere"
    assert "said already" in main_of(browser.request("POST", path))
    assert len([one for one in mails(route, ADMIN) if "Look at this now" in str(one["Subject"])]) == 1


def test_too_late_to_take_back_it_still_alarms(approved: Route) -> None:
    path = path_of(approved, subject="You have said yes")
    approved.send()
    phone(approved).request("POST", path)
    (mail,) = [one for one in mails(approved, ADMIN) if "Look at this now" in str(one["Subject"])]
    assert "has left already" in " ".join(text(mail).split())
    assert approved.issue().state is State.SENT


def test_hostile_text_is_text(route: Route) -> None:
    with route.database.transaction() as session:
        from newsletter.staff import members

        members.rename(session, route.pipeline.team.id_of(APPROVER), EVIL)
    route.word("roots", EVIL)
    route.pipeline.submit(SLUG, route.who(AUTHOR), EVIL)
    path, browser = path_of(route), phone(route)
    page = choose(browser, path, "change", comment=EVIL)
    done = prove(browser, path, page, code(route))
    assert done.status_code == 303
    route.pipeline.remark(SLUG, route.who(AUTHOR), EVIL)
    for shown in (page, browser.get(path)):
        assert "<script" not in shown.text
        assert "<img src=x" not in shown.text
        assert html.escape("<script>alert(1)") in shown.text
    assert decisions(route)[-1].comment == EVIL
    for mail in mails(route):
        body = mail.get_body(("html",))
        assert body is None or "<img src=x" not in str(body.get_content())


# -- who is asked -----------------------------------------------------------------------------------------------------


def test_those_who_are_ticked_are_asked_and_nobody_else(route: Route) -> None:
    ana = Desk(route)
    page = ana.get(f"/console/issues/{SLUG}/sign-off")
    id_ = str(route.pipeline.team.id_of(APPROVER))
    assert "Pat Approver" in main_of(page)
    where, fields = form(page, "/ask")
    refused = ana.post(where, data=fields)
    assert refused.status_code == 400
    assert "Tick at least one" in main_of(refused)
    ana.follow(ana.post(where, data=fields | {"whom": id_}))
    to = [str(one["To"]) for one in mails(route) if "Please approve" in str(one["Subject"])]
    assert to == [APPROVER]


def test_a_deputy_is_asked_as_well_while_somebody_is_away(route: Route) -> None:
    pat, admin = Desk(route, APPROVER), route.pipeline.team.id_of(ADMIN)
    where, fields = form(pat.get("/console/account"), "/deputy")
    page = pat.follow(pat.post(where, data=fields | {"deputy": str(admin), "until": "2024-07-12"}))
    assert "Alex Admin" in main_of(page)
    whom = [route.pipeline.team.id_of(APPROVER)]
    route.pipeline.submit(SLUG, route.who(AUTHOR), whom=whom)
    said = {str(one["To"]): text(one) for one in mails(route) if "Please approve" in str(one["Subject"])}
    assert set(said) == {APPROVER, ADMIN}
    assert "You are away until Friday 12 July, so Alex Admin is asked" in " ".join(said[APPROVER].split())
    assert "because Pat Approver is away until Friday 12 July" in " ".join(said[ADMIN].split())
    path = path_of(route, ADMIN)
    assert "because Pat Approver is away" in main_of(phone(route).get(path))
    later(route, days=5)
    route.pipeline.submit(SLUG, route.who(AUTHOR), whom=whom)
    asked_now = [one for one in mails(route, ADMIN) if "Please approve" in str(one["Subject"])]
    assert len(asked_now) == 1, "the days are over"


def test_a_deputy_is_given_no_power(route: Route) -> None:
    pat, author = Desk(route, APPROVER), route.pipeline.team.id_of(AUTHOR)
    where, fields = form(pat.get("/console/account"), "/deputy")
    until = {"until": "2024-07-12"}
    assert pat.post(where, data=fields | until | {"deputy": str(author)}).status_code == 400
    assert pat.post(where, data=fields | {"deputy": str(pat_id(route)), "until": "2024-07-12"}).status_code == 400
    for day in ("2024-07-08", "2026-01-01", "soon", ""):
        data = fields | {"deputy": str(route.pipeline.team.id_of(ADMIN)), "until": day}
        assert pat.post(where, data=data).status_code == 400
    ana = Desk(route)
    assert "/console/account/deputy" not in ana.get("/console/account").text
    pat.post(where, data=fields | until | {"deputy": str(route.pipeline.team.id_of(ADMIN))})
    route.pipeline.team.change_role(pat_id(route), "author", route.who(ADMIN))
    with route.database.reading() as session:
        assert deputies.on(session, route.now.date()) == {}, "who signs off no more has none"


def pat_id(route: Route) -> int:
    return route.pipeline.team.id_of(APPROVER)


def test_the_subject_is_read_there_too(route: Route) -> None:
    assert SUBJECT in main_of(phone(route).get(asked(route)))
