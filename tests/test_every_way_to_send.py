"""Whatever makes a yes stop counting holds it by page, form, command line and plan alike; so does who may not."""

import threading
from datetime import timedelta

import pytest

from newsletter.errors import Refusal
from newsletter.issues.model import State
from newsletter.web.app import app
from tests.console import Desk, form
from tests.route import ADMIN, APPROVER, AUTHOR, SLUG, Route
from tests.test_approval import CAUSES
from tests.test_cli import Shell
from tests.test_instance import copied
from tests.visits import main_of

PAGE = f"/console/issues/{SLUG}/send"
SIGN_OFF = f"/console/issues/{SLUG}/sign-off"
NUMBER = {"typed": "4"}


def forms(route: Route) -> list[tuple[str, dict[str, str]]]:
    """Of the page as it stood while the yes counted."""
    page = Desk(route).get(PAGE)
    return [form(page, ending, **NUMBER) for ending in ("/plan", "/now")]


def posted(route: Route, kept: list[tuple[str, dict[str, str]]], email: str = AUTHOR) -> None:
    """Pressed now all the same, in a session of today: refused, and nothing was made."""
    desk = Desk(route, email)
    for where, known in kept:
        answer = desk.post(where, data={name: value for name, value in known.items() if name != "csrf"} | csrf(desk))
        assert answer.status_code == 409, main_of(answer)
        assert route.mailings() == []


def csrf(desk: Desk) -> dict[str, str]:
    return {"csrf": desk._browser.csrf}


def due(route: Route) -> None:
    """The planned time comes, and a worker is there."""
    route.now = (route.issue().planned_at or route.now) + timedelta(minutes=1)
    route.pipeline.rhythm.tick()
    route.pipeline.deliver_notices(threading.Event())


@pytest.mark.parametrize("cause", CAUSES)
def test_what_voids_the_yes_holds_it_whichever_way_it_is_sent(
    route: Route, monkeypatch: pytest.MonkeyPatch, cause: str
) -> None:
    """Item 21: an approved issue that anybody edited, or whose source was, cannot be sent."""
    route.sign_off()
    kept = forms(route)
    route.pipeline.plan(SLUG, route.now + timedelta(hours=1), route.who(AUTHOR))
    CAUSES[cause][0](route)
    posted(route, kept)
    page = Desk(route).get(PAGE)
    assert "Nothing goes out without a yes." in main_of(page)
    assert 'name="typed"' not in page.text
    shell = Shell(route, monkeypatch)
    told = {"NEWSLETTER_BASE_URL": route.settings.base_url}
    shell("issue", "send", SLUG, "--now", "--no-network", "--by", AUTHOR, code=1, **told)
    shell("issue", "plan", SLUG, "--at", "2024-07-10T09:00", "--by", AUTHOR, code=1, **told)
    due(route)
    assert route.mailings() == []
    assert any("Not sent" in str(one["Subject"]) for one in route.mails())


def test_who_writes_can_neither_approve_nor_send_what_nobody_else_has_approved(
    route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Item 22: edit without the yes of another sends by no form, command, plan or program."""
    route.submit()
    ana, shell = Desk(route), Shell(route, monkeypatch)
    assert ana.post(f"{SIGN_OFF}/yes", data=csrf(ana)).status_code == 403
    shell("issue", "approve", SLUG, "--by", AUTHOR, code=1)
    form_ = {"day": "2024-07-30", "time": "09:00", "shown": "4", **NUMBER}
    posted(route, [(f"{PAGE}/plan", form_), (f"{PAGE}/now", form_)])
    shell("issue", "send", SLUG, "--no-network", "--by", AUTHOR, code=1)
    shell("issue", "plan", SLUG, "--at", "2024-07-10T09:00", "--by", AUTHOR, code=1)
    programs = {getattr(one, "path", "") for one in app(route.pipeline).routes}
    assert not [path for path in programs if path.startswith("/api") and ("issue" in path or "send" in path)]
    assert route.mailings() == []


def test_an_approver_who_hands_in_needs_somebody_else(route: Route, monkeypatch: pytest.MonkeyPatch) -> None:
    route.submit(APPROVER)
    pat = Desk(route, APPROVER)
    assert pat.post(f"{SIGN_OFF}/yes", data=csrf(pat)).status_code == 403
    Shell(route, monkeypatch)("issue", "approve", SLUG, "--by", APPROVER, code=1)
    assert not route.counts()


def test_a_late_yes_by_the_page_sends_nothing(route: Route) -> None:
    route.sign_off()
    route.pipeline.plan(SLUG, route.now + timedelta(hours=1), route.who(AUTHOR))
    route.word("roots", "Changed after the yes")
    route.submit()
    due(route)
    pat = Desk(route, APPROVER)
    where, known = form(pat.get(SIGN_OFF), "/yes")
    pat.post(where, data=known)
    assert route.counts()
    assert route.issue().state is State.APPROVED
    route.now += timedelta(days=1)
    route.pipeline.rhythm.tick()
    assert route.mailings() == []


def test_sent_and_stopped_while_only_we_have_it_is_zero_mails(route: Route) -> None:
    """Item 12, its first half: nobody of us is on the list, so that nobody at all has it yet."""
    route.sign_off()
    ana = Desk(route)
    where, known = form(ana.get(PAGE), "/now", calm="yes", **NUMBER)
    ana.post(where, data=known)
    (mailing,) = route.mailings()
    route.pipeline.work_on(mailing.id)
    where, known = form(ana.get(PAGE), "/stop")
    page = main_of(ana.follow(ana.post(where, data=known)))
    assert "Nobody has it; 4 do not and will not, unless you decide so." in page
    route.now += timedelta(days=1)
    route.pipeline.work_on(mailing.id)
    assert route.deliveries() == {"excluded": 4}
    assert not [one for one in route.mails() if one["List-Unsubscribe"]]


def test_a_copied_database_sends_nothing_by_the_page(route: Route) -> None:
    """Item 13: nor by a plan whose time has passed."""
    route.sign_off()
    kept = forms(route)
    route.pipeline.plan(SLUG, route.now + timedelta(hours=1), route.who(AUTHOR))
    copied(route)
    posted(route, kept)
    with pytest.raises(Refusal):
        due(route)
    assert route.mailings() == []


def test_looking_at_every_page_of_the_send_changes_nothing(route: Route) -> None:
    """Item 14: not by GET, HEAD or a script that asks for whatever it finds; the last button wants a number."""
    route.sign_off()
    admin = Desk(route, ADMIN)
    for path in (PAGE, f"{PAGE}/live", f"/console/issues/{SLUG}/wrong?what=typo", SIGN_OFF):
        for method in ("GET", "HEAD"):
            assert admin.request(method, path).status_code == 200
    for ending in ("/plan", "/now"):
        where, known = form(admin.get(PAGE), ending)
        assert admin.post(where, data=known).status_code == 400
    assert route.mailings() == []
    assert route.issue().state is State.APPROVED


def test_success_is_not_shown_before_it_is_true(route: Route) -> None:
    """Item 23: pressed, and no worker there; killed, and begun anew."""
    route.sign_off()
    ana = Desk(route)
    where, known = form(ana.get(PAGE), "/now", **NUMBER)
    page = main_of(ana.follow(ana.post(where, data=known)))
    assert "Nobody has it yet." in page
    route.open()
    page = main_of(Desk(route).get(PAGE))
    assert "Nobody has it yet." in page
    assert "handed over" not in page
    assert "Out" not in page.split()
