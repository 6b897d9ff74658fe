"""The door of the console: links for one use, passwords, sessions and their ends, limits, and who is told what."""

import re
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from newsletter.entrance import Browser
from newsletter.errors import BadInput, IllegalMove, NotAllowed, NotFound
from newsletter.staff import passwords, sessions
from newsletter.staff.people import Actor
from newsletter.staff.tables import StaffRow, StaffSessionRow, TryRow
from newsletter.web.console.desk import onward
from tests.route import ADMIN, APPROVER, AUTHOR, SECOND_AUTHOR, Route, later
from tests.seated import COOKIE, FIREFOX, MACHINE, MARK, Seated, link_in, mails, text
from tests.test_public_pages import dump

PASSWORD = "a pond, four herons, no wind"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18.5 Mobile/15E148 Safari/604.1"
BROWSER = Browser(FIREFOX, "192.0.2.7")


@pytest.fixture
def guest(either_route: Route) -> Seated:
    return Seated(either_route)


def is_in(seated: Seated) -> bool:
    return seated.get("/console").status_code == 200


def with_password(route: Route, email: str = AUTHOR) -> Seated:
    seated = Seated(route, email)
    answer = seated.post("/console/account/password", password=PASSWORD, again=PASSWORD)
    assert answer.status_code == 303, answer.text
    return seated


def verbs(route: Route) -> list[str]:
    return [one.verb for one in route.activity()]


# -- links -----------------------------------------------------------------------------------------------------------


def test_a_link_comes_by_mail_and_works_once(guest: Seated) -> None:
    asked = guest.post("/console/sign-in", email=f" {AUTHOR.upper()} ")
    assert "Look at your mail." in asked.text
    (mail,) = mails(guest.route, AUTHOR)
    path = link_in(mail)
    assert "Is it you, <bdi>Ana Author</bdi>?" in guest.get(path).text
    assert not is_in(guest)
    assert guest.post(path).headers["location"] == "/console"
    assert is_in(guest)
    other = Seated(guest.route)
    used = other.post(path)
    assert used.status_code == 410
    assert "This link has been used." in used.text
    assert not is_in(other)


def test_looking_at_a_link_uses_nothing_up(guest: Seated) -> None:
    path = guest.link(AUTHOR)
    stood = dump(guest.route.database)
    for _ in range(3):
        for method in ("GET", "HEAD", "OPTIONS"):
            guest.request(method, path)
    assert guest.cookie == ""
    assert dump(guest.route.database) == stood
    assert guest.post(path).status_code == 303


def test_a_link_is_too_old_after_half_an_hour(guest: Seated) -> None:
    path = guest.link(AUTHOR)
    later(guest.route, minutes=29, seconds=59)
    assert guest.get(path).status_code == 200
    later(guest.route, seconds=1)
    assert "This link is too old." in guest.get(path).text
    assert guest.post(path).status_code == 410
    assert not is_in(guest)


def test_of_two_at_once_one_gets_in(guest: Seated) -> None:
    url, _ = guest.route.pipeline.entrance.link(AUTHOR, MACHINE)
    token = url.rpartition("/")[2]
    found: list[object] = []
    start = threading.Barrier(4)

    def enter() -> None:
        start.wait()
        found.append(guest.route.pipeline.entrance.enter(token, BROWSER))

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len([one for one in found if one]) == 1


def test_nobody_is_told_who_works_here(guest: Seated) -> None:
    answers = [guest.post("/console/sign-in", email=one) for one in (AUTHOR, "stranger@example.org", "no address", "")]
    assert len({(one.status_code, one.text) for one in answers}) == 1
    assert [str(one["To"]) for one in mails(guest.route)] == [AUTHOR]


def test_links_are_not_asked_for_without_end(guest: Seated) -> None:
    for _ in range(8):
        assert guest.post("/console/sign-in", email=AUTHOR).status_code == 200
    assert len(mails(guest.route, AUTHOR)) == 5, "no more than five an hour to one person, which nobody is told"
    for _ in range(12):
        guest.post("/console/sign-in", email="stranger@example.org")
    assert guest.post("/console/sign-in", email=APPROVER).status_code == 429
    assert mails(guest.route, APPROVER) == []
    elsewhere = Seated(guest.route, client="198.51.100.9")
    assert elsewhere.post("/console/sign-in", email=APPROVER).status_code == 200
    assert len(mails(guest.route, APPROVER)) == 1
    later(guest.route, hours=1, seconds=1)
    guest.post("/console/sign-in", email=AUTHOR)
    assert len(mails(guest.route, AUTHOR)) == 6


def test_tries_are_forgotten_after_a_day(guest: Seated) -> None:
    guest.post("/console/sign-in", email=AUTHOR)
    later(guest.route, days=1, seconds=1)
    guest.post("/console/sign-in", email="stranger@example.org")
    with guest.route.database.reading() as session:
        rows = list(session.scalars(select(TryRow)))
    assert len(rows) == 1
    assert "192.0.2.7" not in rows[0].key_sha256


def test_a_link_leads_on_to_what_was_asked_for(guest: Seated) -> None:
    asked = guest.get("/console/team?done=1")
    where = asked.headers["location"]
    page = guest.get(where).text
    wanted = re.findall(r'name="next" value="([^"]*)"', page)
    assert wanted[0] == "/console/team?done=1"
    guest.post("/console/sign-in", email=AUTHOR, next=wanted[0])
    assert guest.post(link_in(mails(guest.route, AUTHOR)[0])).headers["location"] == "/console/team?done=1"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "/console//evil.example", "/consoleevil",
     "/u/abc", "/console/../u/abc", "/console/%2e%2e/u/abc", "/console/.%2E/x", "/console/sign-out", "/console/enter/x",
     "/console/sign-in", "javascript:alert(1)", "/console\r\nSet-Cookie: a=b", "/console/x\\y", "\t/console", "console",
     "/console/@evil.example", " ", "/CONSOLE", "/console?a=\x7f\x00<", "/console/é"],
)  # fmt: skip
def test_it_leads_nowhere_else(route: Route, wanted: str) -> None:
    assert onward(wanted) == ""
    guest = Seated(route)
    with_password(route)
    answer = guest.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD, next=wanted)
    assert answer.headers["location"] == "/console"
    shown = guest.request("GET", "/console/sign-in", params={"next": wanted}).text
    assert set(re.findall(r'name="next" value="([^"]*)"', shown)) == {""}


@given(st.text(max_size=60).map(lambda rest: "/console" + rest))
def test_whatever_is_asked_for_stays_in_the_console(wanted: str) -> None:
    from urllib.parse import urljoin, urlsplit

    found = urlsplit(urljoin("https://news.example.org/console/sign-in", onward(wanted) or "/console"))
    assert (found.scheme, found.netloc) == ("https", "news.example.org")
    assert found.path == "/console" or found.path.startswith("/console/")


# -- sessions --------------------------------------------------------------------------------------------------------


def test_the_cookie_is_only_ours(guest: Seated) -> None:
    answer = guest.sign_in(AUTHOR)
    told = answer.headers.get_list("set-cookie")
    assert len(told) == 2
    for cookie in told:
        name, _, rest = cookie.partition("=")
        assert name in {COOKIE, MARK}
        assert {"HttpOnly", "Secure", "SameSite=lax", "Path=/"} <= {part.strip() for part in rest.split(";")}
        assert "Domain" not in rest
    with guest.route.database.reading() as session:
        (row,) = session.scalars(select(StaffSessionRow))
    assert guest.cookie not in repr(vars(row))


@pytest.mark.filterwarnings("ignore:The `root_path` parameter")
def test_on_this_machine_the_cookie_needs_no_https(route: Route) -> None:
    route.open(base_url="http://localhost:8000/news")
    seated = Seated(route)
    url, _ = route.pipeline.entrance.link(AUTHOR, MACHINE)
    answer = seated.post(url)
    told = answer.headers.get_list("set-cookie")
    assert all("Path=/news/console;" in f"{one};" and "Secure" not in one for one in told), told
    assert answer.headers["location"] == "/news/console"


def test_a_session_ends_when_it_is_idle_and_in_the_end_anyway(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    for _ in range(4):
        later(guest.route, days=13)
        assert is_in(guest)
    later(guest.route, days=7, hours=23)
    assert is_in(guest)
    later(guest.route, hours=1)
    assert not is_in(guest), "sixty days after it began"
    guest.sign_in(AUTHOR)
    later(guest.route, days=14)
    assert not is_in(guest), "a fortnight after it was used"


def test_signing_in_again_ends_the_session_that_the_browser_had(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    before = guest.cookie
    guest.sign_in(AUTHOR)
    assert guest.cookie != before
    stolen = Seated(guest.route)
    stolen.cookies.set(COOKIE, before)
    assert not is_in(stolen)


def test_a_cookie_that_was_planted_before_is_not_the_one_after(guest: Seated) -> None:
    guest.cookies.set(COOKIE, "a" * 48)
    guest.sign_in(AUTHOR)
    values = {cookie.value for cookie in guest.cookies.jar if cookie.name == COOKIE}
    with guest.route.database.reading() as session:
        assert sessions.find(session, "a" * 48, guest.route.now) is None
    assert len(values - {"a" * 48}) == 1


def test_signing_out_ends_it(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    held = guest.cookie
    assert guest.post("/console/sign-out").headers["location"] == "/console/sign-in"
    guest.cookies.set(COOKIE, held)
    assert not is_in(guest)
    assert verbs(guest.route)[-2:] == ["sign-in", "sign-out"]


@pytest.mark.parametrize("value", ["", "x", "é" * 48, "a" * 48, "A" * 48, "a" * 5000, "'; DROP TABLE staff; --"])
def test_a_made_up_cookie_is_nobody(route: Route, value: str) -> None:
    with route.database.reading() as session:
        assert sessions.find(session, value, route.now) is None
    assert route.pipeline.entrance.seat(value) is None


def test_no_cookie_and_no_token_makes_the_door_fail(route: Route) -> None:
    guest = Seated(route)
    made_up = st.text(st.characters(codec="latin-1", exclude_categories=("Cc",)), max_size=80)

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(cookie=made_up, token=st.text(min_size=1, max_size=60), method=st.sampled_from(["GET", "POST", "HEAD"]))
    def asked(cookie: str, token: str, method: str) -> None:
        from urllib.parse import quote

        headers = {"Cookie": f"{COOKIE}={cookie}; {MARK}={cookie}".encode("latin-1")}
        assert guest.request(method, "/console", headers=headers).status_code in {303, 404, 405}
        answer = guest.request(method, f"/console/enter/{quote(token, safe='')}", headers=headers)
        assert answer.status_code in {404, 410}
        assert "set-cookie" not in answer.headers

    asked()


FORMS = st.dictionaries(
    st.sampled_from(("email", "password", "again", "next", "credential", "name", "role", "csrf")),
    st.one_of(st.text(max_size=80), st.sampled_from((AUTHOR, PASSWORD, "admin", "{}", '{"response": 1}', "[" * 3000))),
)
PLACES = (
    "/console/sign-in", "/console/sign-in/password", "/console/sign-in/passkey", "/console/account/name",
    "/console/account/password", "/console/account/passkeys", "/console/team/invite",
    "/console/team/99999999999999/role",
    "/console/team/999999999999999999999/take-away", "/console/team/x/let-in", "/console/account/sessions/-1/end",
)  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_no_form_makes_the_door_fail(route: Route, place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seated = Seated(route, ADMIN)
    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(1, 8, 1))  # many of them, quickly
    word = seated.csrf

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(form=FORMS)
    def posted(form: dict[str, str]) -> None:
        answer = seated.request("POST", place, data=form | {"csrf": word}, headers={"Sec-Fetch-Site": "same-origin"})
        assert answer.status_code < 500, answer.text

    posted()


# -- passwords -------------------------------------------------------------------------------------------------------


def test_a_password_lets_in(guest: Seated) -> None:
    with_password(guest.route)
    answer = guest.post("/console/sign-in/password", email=AUTHOR, password=f" {PASSWORD} ", next="/console/account")
    assert answer.headers["location"] == "/console/account"
    assert is_in(guest)
    assert guest.route.activity()[-1].detail == {"way": "password"}


def test_what_is_wrong_with_a_password_is_not_told(guest: Seated) -> None:
    with_password(guest.route)
    with_password(guest.route, APPROVER)
    guest.route.pipeline.team.take_away(guest.id(APPROVER), MACHINE)
    tries = [(AUTHOR, "wrong wrong wrong"), ("stranger@example.org", PASSWORD), (ADMIN, PASSWORD), (APPROVER, PASSWORD)]
    answers = [guest.post("/console/sign-in/password", email=email, password=word) for email, word in tries]
    assert {one.status_code for one in answers} == {403}
    assert len({one.text.replace(email, "") for one, (email, _) in zip(answers, tries, strict=True)}) == 1
    assert not is_in(guest)


def test_each_wrong_try_costs_the_same_work(guest: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    """One verification of the same kind, whoever is asked for: not a clock, which a busy machine has its own of."""
    with_password(guest.route)
    worked: list[str] = []

    class Counting(passwords.PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # noqa: A002
            worked.append(str(hash).split("$")[3])
            return super().verify(hash, password)

    passwords._of_nobody.cache_clear()
    monkeypatch.setattr(passwords, "_HASHER", Counting(3, 64 * 1024, 4))
    for email in (AUTHOR, ADMIN, "stranger@example.org", "no address", ""):
        guest.post("/console/sign-in/password", email=email, password="wrong wrong wrong")
    assert worked == ["m=65536,t=3,p=4"] * 5


def test_passwords_are_not_tried_without_end(guest: Seated) -> None:
    with_password(guest.route)
    for _ in range(10):
        guest.post("/console/sign-in/password", email=AUTHOR, password="wrong wrong wrong")
    assert guest.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 403
    elsewhere = Seated(guest.route, client="198.51.100.9")
    assert elsewhere.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 403
    assert guest.sign_in(AUTHOR), "a link still lets in"
    later(guest.route, hours=1, seconds=1)
    assert elsewhere.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 303


def test_one_network_does_not_try_everybody(guest: Seated) -> None:
    with_password(guest.route)
    for number in range(30):
        guest.post("/console/sign-in/password", email=f"somebody{number}@example.org", password="wrong wrong wrong")
    assert guest.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 403


def test_it_is_kept_as_argon2id_and_anew_when_that_changes(guest: Seated, monkeypatch: pytest.MonkeyPatch) -> None:
    def kept() -> str:
        with guest.route.database.reading() as session:
            return str(session.scalar(select(StaffRow.password_hash).where(StaffRow.email == AUTHOR)))

    monkeypatch.setattr(passwords, "_HASHER", passwords.PasswordHasher(1, 1024, 1))
    with_password(guest.route)
    assert kept().startswith("$argon2id$v=19$m=1024,t=1,p=1$")
    monkeypatch.undo()
    assert guest.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 303
    assert kept().startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert guest.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 303


@pytest.mark.parametrize(
    ("password", "why"),
    [("short", "at least 12"), ("elevenchars", "this one has 11"), ("x" * 201, "at most 200"), ("a" * 30, "mostly"),
     ("author@example.org", "mostly"), ("Ana Author Ana", "mostly"), ("newsletter123456", "mostly"),
     ("passwordpassword1", "mostly"), ("ana.author@EXAMPLE.org1", "mostly"), ("qwertyuiop1234567890", "mostly")],
)  # fmt: skip
def test_passwords_that_are_refused(password: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        passwords.require_good(password, "author@example.org", "Ana Author")


@pytest.mark.parametrize(
    "password", [PASSWORD, "twelve chars", "пароль-из-слов", "correct horse battery", "ana likes 9 oaks"]
)
def test_passwords_that_will_do(password: str) -> None:
    passwords.require_good(password, "author@example.org", "Ana Author")


def test_letters_are_the_same_however_they_are_composed() -> None:
    assert passwords.fits("cafe\u0301 au lait noir", passwords.hashed("café au lait noir"))


# -- who is told -----------------------------------------------------------------------------------------------------


def test_a_browser_that_we_do_not_know_is_told_by_mail(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    guest.post("/console/sign-out")
    guest.sign_in(AUTHOR)
    assert mails(guest.route, AUTHOR) == [], "the first of all, and the same again"
    other = Seated(guest.route, agent=SAFARI)
    other.sign_in(AUTHOR)
    (mail,) = mails(guest.route, AUTHOR)
    assert "Safari on an iPhone" in text(mail)
    assert "This was not me" in text(mail).replace("THIS WAS NOT ME", "This was not me")
    other.sign_in(APPROVER)
    assert mails(guest.route, APPROVER) == [], "her first"
    Seated(guest.route, APPROVER)
    assert len(mails(guest.route, APPROVER)) == 1


def test_what_changes_a_way_in_is_told_by_mail(guest: Seated) -> None:
    seated = with_password(guest.route)
    other = Seated(guest.route)
    other.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD)
    assert is_in(other)
    new = "seven kites over the old town"
    seated.post("/console/account/password", password=new, again=new)
    assert not is_in(other), "a changed password signs out everywhere else"
    assert is_in(seated)
    seated.post("/console/account/password/remove")
    assert seated.post("/console/account/password/remove").status_code == 409
    subjects = [str(one["Subject"]) for one in mails(guest.route, AUTHOR)]
    assert subjects.count("Your ways to sign in were changed") == 3
    assert [one.detail.get("did") for one in guest.route.activity() if one.verb == "account"] == [
        "password set", "password changed", "password removed",
    ]  # fmt: skip
    assert PASSWORD not in str([one.detail for one in guest.route.activity()])


def test_without_a_mail_service_nothing_is_in_the_way(route: Route) -> None:
    route.open(transport_url="")
    seated = with_password(route)
    other = Seated(route, agent=SAFARI)
    assert other.post("/console/sign-in/password", email=AUTHOR, password=PASSWORD).status_code == 303
    assert is_in(seated)


# -- the team --------------------------------------------------------------------------------------------------------


def test_somebody_is_asked_in_and_comes(guest: Seated) -> None:
    admin = Seated(guest.route, ADMIN)
    page = admin.post("/console/team/invite", email="New@Example.org", name=" Noa  New ", role="approver")
    assert page.status_code == 200
    assert "/console/enter/" not in page.text, "the link is in the mail, and nowhere else"
    mail = mails(guest.route, "new@example.org")[0]
    assert "Alex Admin asks you to work on the newsletter" in str(mail["Subject"])
    assert "Invited, not come yet" in admin.get("/console/team").text
    later(guest.route, days=6, hours=23)
    assert "Welcome, <bdi>Noa New</bdi>." in guest.get(link_in(mail)).text
    guest.post(link_in(mail))
    assert is_in(guest)
    assert "Invited, not come yet" not in guest.get("/console/team").text
    again = Seated(guest.route, ADMIN).post(f"/console/team/{guest.id('new@example.org')}/invite-again")
    assert again.status_code == 409


def test_an_invitation_that_is_sent_again_is_the_only_one(guest: Seated) -> None:
    admin = Seated(guest.route, ADMIN)
    admin.post("/console/team/invite", email="new@example.org", name="", role="author")
    admin.post(f"/console/team/{guest.id('new@example.org')}/invite-again")
    first, second = (link_in(mail) for mail in mails(guest.route, "new@example.org"))
    assert guest.post(first).status_code == 410
    assert guest.post(second).status_code == 303


def test_without_a_mail_service_the_link_is_shown_once(route: Route) -> None:
    route.open(transport_url="")
    admin = Seated(route, ADMIN)
    page = admin.post("/console/team/invite", email="new@example.org", name="", role="author").text
    (link,) = re.findall(r"https://news\.example\.org(/console/enter/\w+)", page)
    assert link not in admin.get("/console/team").text
    assert link not in str([one.detail for one in route.activity()])
    assert Seated(route).post(link).status_code == 303


def test_taking_access_away_ends_everything_at_once_and_can_be_undone(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    path = guest.link(AUTHOR)
    admin = Seated(guest.route, ADMIN)
    done = admin.post(f"/console/team/{guest.id(AUTHOR)}/take-away")
    assert not is_in(guest)
    assert guest.post(path).status_code == 410
    page = admin.get(done.headers["location"]).text
    assert "has no access any more" in page
    (undo,) = re.findall(r'action="(/console/team/\d+/let-in)">.*Undo', page)
    admin.post(undo)
    assert not is_in(guest), "what was ended stays so"
    assert guest.post(path).status_code == 410
    guest.sign_in(AUTHOR)
    assert is_in(guest)
    facts = [(one.detail["before"], one.detail["after"]) for one in guest.route.activity() if "whom" in one.detail]
    assert facts == [({"access": True}, {"access": False}), ({"access": False}, {"access": True})]


def test_a_role_counts_from_the_next_page_on(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    assert guest.post("/console/team/invite").status_code == 403
    admin = Seated(guest.route, ADMIN)
    done = admin.post(f"/console/team/{guest.id(AUTHOR)}/role", role="admin")
    assert guest.post("/console/team/invite").status_code == 400
    undo = admin.get(done.headers["location"]).text
    assert re.search(rf'action="/console/team/{guest.id(AUTHOR)}/role">.*name="role" value="author".*Undo', undo)
    last = guest.route.activity()[-1]
    assert (last.detail["before"], last.detail["after"]) == ({"role": "author"}, {"role": "admin"})


def test_nobody_raises_themselves_or_locks_everybody_out(guest: Seated) -> None:
    admin = Seated(guest.route, ADMIN)
    own = f"/console/team/{guest.id(ADMIN)}"
    for act, fields in (("role", {"role": "author"}), ("take-away", {})):
        assert admin.post(f"{own}/{act}", **fields).status_code == 403
    author = Seated(guest.route, AUTHOR)
    assert author.post(f"/console/team/{guest.id(AUTHOR)}/role", role="admin").status_code == 403
    team = guest.route.pipeline.team
    for act in (
        lambda: team.change_role(guest.id(ADMIN), "author", MACHINE),
        lambda: team.take_away(guest.id(ADMIN), MACHINE),
    ):
        with pytest.raises(IllegalMove, match="the last who looks after the system"):
            act()
    team.change_role(guest.id(AUTHOR), "admin", MACHINE)
    team.change_role(guest.id(ADMIN), "author", MACHINE)
    with pytest.raises(NotAllowed):
        team.let_in(guest.id(APPROVER), guest.route.who(ADMIN))


def test_two_who_look_after_the_system_do_not_throw_each_other_out(guest: Seated) -> None:
    team = guest.route.pipeline.team
    team.change_role(guest.id(AUTHOR), "admin", MACHINE)
    one, other = guest.route.who(ADMIN), guest.route.who(AUTHOR)
    start, failed = threading.Barrier(2), []

    def away(actor: Actor, whom: Actor) -> None:
        start.wait()
        try:
            team.take_away(whom.staff_id or 0, actor)
        except IllegalMove as error:
            failed.append(error)

    threads = [threading.Thread(target=away, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with guest.route.database.reading() as session:
        left = session.scalars(select(StaffRow).where(StaffRow.role == "admin", StaffRow.disabled_at.is_(None))).all()
    assert len(left) == 1
    assert len(failed) == 1


def test_who_was_here_before_is_let_back_in_and_not_added_again(guest: Seated) -> None:
    team = guest.route.pipeline.team
    team.take_away(guest.id(AUTHOR), MACHINE)
    admin = Seated(guest.route, ADMIN)
    refused = admin.post("/console/team/invite", email=AUTHOR, name="", role="author")
    assert "Let them back in" in refused.text
    with pytest.raises(IllegalMove):
        team.let_in(guest.id(APPROVER), MACHINE)
    with pytest.raises(NotFound):
        team.change_role(guest.id(AUTHOR), "admin", MACHINE)
    with pytest.raises(NotFound):
        team.id_of("stranger@example.org")


# -- one's own account -----------------------------------------------------------------------------------------------


def test_where_one_is_signed_in_and_how_it_ends(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    phone, stranger = Seated(guest.route, AUTHOR, agent=SAFARI, client="2001:db8::9"), Seated(guest.route, APPROVER)
    page = guest.get("/console/account").text
    assert "Firefox on Windows <span" in page
    assert "Safari on an iPhone" in page
    assert "2001:db8::9" in page
    (theirs,) = re.findall(r"/console/account/sessions/(\d+)/end", page)
    assert stranger.post(f"/console/account/sessions/{theirs}/end").status_code == 409, "not hers to end"
    assert is_in(phone)
    assert guest.post(f"/console/account/sessions/{theirs}/end").status_code == 303
    assert not is_in(phone)
    phone.sign_in(AUTHOR)
    guest.post("/console/account/sessions/end-others")
    assert [is_in(one) for one in (guest, phone, stranger)] == [True, False, True]


def test_one_changes_ones_own_name_and_nobody_elses(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    done = guest.post("/console/account/name", name="  Ana   <b>Ä</b> ")
    page = guest.get(done.headers["location"]).text
    assert "Your name is changed." in page
    assert "Ana &lt;b&gt;Ä&lt;/b&gt;" in page
    assert guest.post("/console/account/name", name="x" * 201).status_code == 400
    assert guest.route.who(APPROVER).person.name == "Pat Approver"  # type: ignore[union-attr]


def test_two_different_passwords_are_none(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    answer = guest.post("/console/account/password", password=PASSWORD, again=PASSWORD + "!")
    assert "two different passwords" in answer.text
    assert "You have none." in guest.get("/console/account").text


Planted = Callable[[Route], None]
EVIL = "<img src=x onerror=alert(1)>\"'&"


def test_what_was_typed_is_only_text(guest: Seated) -> None:
    guest.agent = f"Firefox/1 {EVIL}"
    guest.sign_in(AUTHOR)
    guest.post("/console/account/name", name=EVIL)
    admin = Seated(guest.route, ADMIN)
    with guest.route.database.transaction() as session:
        session.execute(update(StaffSessionRow).values(network=EVIL[:64]))
        session.execute(update(StaffRow).where(StaffRow.email == SECOND_AUTHOR).values(email=f'"{EVIL}"@example.org'))
    admin.post("/console/team/invite", email="x@example.org", name=EVIL, role="author")
    for page in ("/console/team", "/console/account", "/console/activity", "/console"):
        for seated in (guest, admin):
            shown = seated.get(page).text
            assert "<img src=x" not in shown
            assert "onerror=alert(1)>" not in shown
    for mail in mails(guest.route):
        body = mail.get_body(("html",))
        assert body is not None
        assert "<img src=x" not in body.get_content()


# -- the log ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE activity SET verb = 'x'", "DELETE FROM activity"])
def test_what_was_done_cannot_be_undone_in_the_log(either_route: Route, statement: str) -> None:
    from sqlalchemy import text as sql
    from sqlalchemy.exc import DBAPIError

    before = len(either_route.activity())
    with pytest.raises(DBAPIError, match="append-only"), either_route.database.transaction() as session:
        session.execute(sql(statement))
    assert len(either_route.activity()) == before > 0


def test_the_log_is_read_a_page_at_a_time(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    for number in range(60):
        guest.post("/console/account/name", name=f"Ana {number}")
    seen: list[str] = []
    where = "/console/activity?kind=people"
    for _ in range(5):
        page = guest.get(where).text
        seen += re.findall(r'<time datetime="[^"]*">|<ins><bdi>(Ana \d+)</bdi>', page)
        onwards = re.findall(r'href="\?([^"]*before=\d+)"', page)
        if not onwards:
            break
        where = "/console/activity?" + onwards[-1].replace("&amp;", "&")
    assert [one for one in seen if one] == [f"Ana {number}" for number in reversed(range(60))]


def test_the_log_is_read_by_person_issue_and_kind(guest: Seated) -> None:
    guest.sign_in(AUTHOR)
    everything = guest.get("/console/activity").text
    assert "collected the draft" in everything
    assert "signed in by a mailed link" in everything
    issue = guest.get("/console/issues/quarterly-2024-q2/activity").text
    assert "collected the draft" in issue
    assert "signed in" not in issue
    assert guest.get("/console/issues/nonsense/activity").status_code == 404
    people = guest.get("/console/activity?kind=people").text
    assert "collected the draft" not in people
    nobody = guest.get(f"/console/activity?person={guest.id(APPROVER)}").text
    assert "Nothing fits." in nobody
    for odd in ("?person=x&before=-1&kind=nonsense&issue=nonsense", "?before=99999999999999999999", "?person=%00"):
        assert guest.get(f"/console/activity{odd}").status_code == 200


def test_somebody_elses_act_is_not_told_as_done(guest: Seated) -> None:
    admin = Seated(guest.route, ADMIN)
    done = admin.post(f"/console/team/{guest.id(AUTHOR)}/role", role="approver").headers["location"]
    assert 'class="done"' in admin.get(done).text
    guest.sign_in(APPROVER)
    assert 'class="done"' not in guest.get(done).text
    guest.route.now += timedelta(minutes=11)
    assert 'class="done"' not in admin.get(done).text
