"""Every kind of mail that is sent, really delivered, and all that programs and strangers do to the links in it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from sqlalchemy import select

from newsletter.delivery import alarming, greeting, guarding, notices
from newsletter.delivery.copying import COPY
from newsletter.delivery.tables import NoticeRow
from newsletter.guests.clearing import Looked
from newsletter.guests.model import Act, Wish
from newsletter.issues import lists as profiles
from newsletter.readers.model import SignUp
from newsletter.rendering.words import words
from subscribers import Purpose, limits, renewing
from subscribers.tables import ConsentEventRow, SubscriberRow, SubscriptionRow
from tests.conftest import drop_postgres, new_postgres, postgres_url
from tests.postgres import Postgres
from tests.route import ADMIN, APPROVER, AUTHOR, CONFIRMED, SLUG, WORKSHOP_DATABASE, Route, laid_out, later
from tests.test_cli import Shell
from tests.test_public_pages import Visitor, dump, heading

BASE = "https://news.example.org"
HOME = "192.0.2.7"
ADA, BOB, EVE, DARIO = CONFIRMED
NELL, JOINED, MOVED = "nell@new.example", "jo@joined.example", "bob@elsewhere.example"
INVITED = ("ina@invited.example", "ivo@invited.example")
ASKED = ("ruth@asked.example", "rene@asked.example")
TESTER = "tester@example.org"

ISSUE = "issue"  # of a mailing, which is no notice
CONFIRM, INVITE, ADDRESS, RENEW = "confirm", "invite", "address", "renew"
# To whom the mail of each kind goes that is looked at; all are different people.
READERS = {
    ISSUE: EVE, COPY: ADA, notices.TEST_COPY: TESTER, CONFIRM: NELL, INVITE: INVITED[0], ADDRESS: MOVED,
    RENEW: ASKED[0], greeting.WELCOME: JOINED, greeting.MOVING: DARIO,
}  # fmt: skip
STAFF = {
    notices.REVIEW_REQUEST: APPROVER, notices.PAUSED: ADMIN, alarming.ALARM: ADMIN, notices.GUEST_ANSWERED: AUTHOR,
    notices.DECIDED: ADMIN, notices.REMARK: AUTHOR, notices.CODE: APPROVER,
}  # fmt: skip
GUESTS = {notices.GUEST_ASKED: "press@bristol.example", notices.GUEST_REMINDED: "press@bristol.example"}
KINDS = READERS | STAFF | GUESTS
# Where the links of each kind lead.
LEADS = {
    **{kind: {"u", "p", "issues", "media", "subscribe"} for kind in (ISSUE, COPY, notices.TEST_COPY)},
    **{kind: {"c", "u"} for kind in (CONFIRM, INVITE, ADDRESS, RENEW)},
    greeting.WELCOME: {"u", "p", "issues"},
    greeting.MOVING: {"u", "p"},
    **{kind: set() for kind in STAFF},
    notices.REVIEW_REQUEST: {"console", "d", "u", "p", "issues", "media", "subscribe"},
    notices.REMARK: {"console"},
    **{kind: {"g"} for kind in GUESTS},
}
SUBSCRIBED, QUESTIONS = (ISSUE, COPY, RENEW, greeting.WELCOME, greeting.MOVING), (CONFIRM, INVITE, ADDRESS)

URL = re.compile(r"https?://[^\s<>\"']+")
TOKEN = re.compile(r"/[ucp]/[\w-]+")


Mails = dict[str, list[EmailMessage]]  # by kind


@dataclass
class Installation:
    """One in which mail of every kind was sent."""

    route: Route
    mails: Mails

    @cached_property
    def visitor(self) -> Visitor:
        return Visitor(self.route)

    def mail(self, kind: str, to: str = "") -> EmailMessage:
        """The last one of a kind to a person."""
        address = to or KINDS[kind]
        return [one for one in self.mails[kind] if address in str(one["To"])][-1]

    def dump(self) -> dict[str, list[str]]:
        return dump(self.route.database)

    def path(self, kind: str, prefix: str, to: str = "") -> str:
        """The one link of a mail below this letter."""
        (found,) = {url for url in own(self.mail(kind, to)) if url.startswith(f"{BASE}/{prefix}/")}
        return found.removeprefix(BASE)


def by_kind(route: Route) -> Mails:
    """All mails, sorted by what the token in the Message-ID names."""
    with route.database.reading() as session:
        kinds = dict(session.execute(select(NoticeRow.id, NoticeRow.kind)).tuples().all())
    found: Mails = {}
    for mail in route.mails():
        link = route.pipeline.links.read(str(mail["Message-ID"]).strip("<>").partition("@")[0])
        assert link is not None
        found.setdefault(ISSUE if link.purpose is Purpose.MESSAGE else kinds[link.id], []).append(mail)
    return found


def texts(mail: EmailMessage) -> Iterator[str]:
    """All that a program can look for links in: headers, the text, the HTML."""
    yield from map(str, mail.values())
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            content = str(part.get_content())
            yield html.unescape(content) if part.get_content_subtype() == "html" else content


def urls(mail: EmailMessage) -> list[str]:
    return sorted({url for text in texts(mail) for url in URL.findall(text)})


def own(mail: EmailMessage) -> list[str]:
    """Those on our own site."""
    return [url for url in urls(mail) if url.startswith(BASE)]


# -- the installation -------------------------------------------------------------------------------------------------


def sign_up(route: Route, address: str, network: str = HOME) -> None:
    route.pipeline.joining.sign_up(SignUp(address, ("quarterly",), "en", "Yes, send me The Quarterly."), network)


def token_of(route: Route, address: str) -> str:
    """Of the link that a mail to this address asks with."""
    (mail,) = [one for one in route.mails() if address in str(one["To"])]
    return next(url for url in own(mail) if "/c/" in url).rpartition("/")[2]


def mail_everything(route: Route) -> None:
    _the_issue(route)
    route.now = datetime.now(UTC)  # commands have no other clock
    _the_questions(route)
    later(route, minutes=1)
    _the_alarm(route)


def _the_issue(route: Route) -> None:
    """Test copies, the review, the mailing with a pause by the guard, one more copy."""
    with route.database.transaction() as session:
        profiles.set_welcome(session, route.list_id(), on=True)
    route.pipeline.test(SLUG, TESTER, route.who(ADMIN))
    _the_guest(route)
    route.submit()
    approver = route.who(APPROVER)
    route.pipeline.remark(SLUG, approver, "The second line reads well.")
    assert route.pipeline.proving.ask(approver.person, HOME, route.list_id())
    route.approve()
    route.send(wait=False)
    with route.database.transaction() as session:
        assert guarding.pause(session, route.mailings()[0].id, "5 of 5 mailboxes do not exist.", route.now)
    route.pipeline.resume(SLUG, route.who(ADMIN))
    route.send()
    route.pipeline.copy(SLUG, ADA, route.who(ADMIN))
    route.pipeline.deliver_notices()


def _the_guest(route: Route) -> None:
    """Somebody is asked about an item, reminded, and says that it is right."""
    wish = Wish(
        Act.CLEAR, "Bristol press office", GUESTS[notices.GUEST_ASKED], route.now.date(),
        publication_id=route.publication("san-antonio").id,
    )  # fmt: skip
    asked = route.pipeline.ask_guest(SLUG, wish, route.who(AUTHOR))
    later(route, hours=5)
    route.pipeline.remind_guest(asked, route.who(AUTHOR))
    token = route.pipeline.links.token(Purpose.GUEST, asked)
    page = route.pipeline.guests.look(token)
    assert page is not None
    assert isinstance(page.content, Looked)
    route.pipeline.guests.hand_in(token, {"verdict": "yes"}, page.content.base)


def _the_questions(route: Route) -> None:
    """People who join, move, are invited, are asked again; one of them has confirmed and is welcomed."""
    for address in (NELL, JOINED):
        sign_up(route, address)
    route.pipeline.joining.handle()
    route.pipeline.deliver_notices()
    assert route.pipeline.joining.confirm(token_of(route, JOINED), HOME)
    for address, other in ((DARIO, f"other.{DARIO}"), (BOB, MOVED)):
        own_page = route.pipeline.links.token(Purpose.PREFERENCES, person(route, address).id)
        route.pipeline.changing.new_address(own_page, other, HOME)
    with pytest.MonkeyPatch.context() as patch:
        shell = Shell(route, patch)
        invite(shell)
        ask_again(shell)
    route.pipeline.deliver_notices()


def invite(shell: Shell) -> None:
    _file(shell.route.folder / "invited.csv", INVITED)
    shell("subscribers", "import", "invited.csv", "--list", "quarterly", "--invite", "--by", ADMIN)


def ask_again(shell: Shell) -> None:
    _file(shell.route.folder / "asked.csv", ASKED)
    shell("subscribers", "import", "asked.csv", "--list", "quarterly", "--consent-unknown", "--by", ADMIN)
    told = shell("subscribers", "ask", "--list", "quarterly", "--wave", "10", "--by", ADMIN)
    assert f"{len(ASKED)} are asked" in told.output


def _file(path: Path, addresses: tuple[str, ...]) -> None:
    path.write_text("\n".join(("email", *addresses)) + "\n", encoding="utf-8")


def _the_alarm(route: Route) -> None:
    """So many strangers are signed up, of whom nobody answers, that those who look after it are told."""
    for number in range(limits.LAST_MAILS):
        sign_up(route, f"x@stranger{number}.example", f"198.51.100.{number}")
    route.pipeline.joining.handle()
    route.pipeline.deliver_notices()
    later(route, hours=3)
    route.pipeline.joining.handle()
    route.pipeline.deliver_notices()


def person(route: Route, address: str) -> SubscriberRow:
    with route.database.reading() as session:
        return session.scalars(select(SubscriberRow).where(SubscriberRow.address == address)).one()


def subscription(route: Route, address: str) -> SubscriptionRow:
    id_ = person(route, address).id
    with route.database.reading() as session:
        return session.scalars(select(SubscriptionRow).where(SubscriptionRow.subscriber_id == id_)).one()


Made = tuple[Path, datetime, Mails]


@pytest.fixture(scope="module")
def mailed(tmp_path_factory: pytest.TempPathFactory, assembled_folder: Path) -> Made:
    route = laid_out(assembled_folder, tmp_path_factory.mktemp("mailed") / "route")
    mail_everything(route)
    mails = by_kind(route)
    route.close()
    return route.folder, route.now, mails


@pytest.fixture
def installation(mailed: Made, workshop: Path) -> Iterator[Installation]:
    folder, now, mails = mailed
    route = laid_out(folder, workshop)
    route.now = now
    yield Installation(route, mails)
    route.close()


@pytest.fixture
def on_postgres(
    postgres: Postgres, postgres_assembled: str, assembled_folder: Path, workshop: Path
) -> Iterator[Installation]:
    new_postgres(postgres, WORKSHOP_DATABASE, postgres_assembled)
    route = laid_out(assembled_folder, workshop, postgres_url(postgres, WORKSHOP_DATABASE))
    mail_everything(route)
    yield Installation(route, by_kind(route))
    route.close()
    drop_postgres(postgres, WORKSHOP_DATABASE)


def test_there_is_mail_of_every_kind(installation: Installation) -> None:
    assert set(installation.mails) == set(KINDS)
    assert set(KINDS) >= greeting.KINDS
    for kind in KINDS:
        paths = {url.removeprefix(f"{BASE}/").partition("/")[0] for url in own(installation.mail(kind))}
        assert paths == LEADS[kind], kind


# -- programs that open every link ------------------------------------------------------------------------------------

VISITS = (
    ("HEAD", "BarracudaSentinel (EE)"),
    ("GET", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"),
    ("HEAD", ""),
    (
        "GET",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
    ),
)


def open_every_link(of: Installation) -> None:
    before = of.dump()
    opened = sorted({url for kind in KINDS for url in urls(of.mail(kind)) if url.startswith(BASE)})
    for url, (method, agent) in product(opened, VISITS):
        answer = of.visitor.request(method, url, headers={"User-Agent": agent})
        assert answer.status_code == 200, url
        assert "set-cookie" not in answer.headers
        assert "location" not in answer.headers
        assert (method == "HEAD") == (not answer.content)
    assert of.dump() == before


def test_programs_that_open_every_link_change_nothing(installation: Installation) -> None:
    open_every_link(installation)


def test_programs_that_follow_what_the_pages_link_to_change_nothing(installation: Installation) -> None:
    before = installation.dump()
    todo = sorted({url for kind in KINDS for url in own(installation.mail(kind))})
    seen = set(todo)
    while todo:
        answer = installation.visitor.get(todo.pop())
        assert answer.status_code == 200, answer.request.url
        assert "set-cookie" not in answer.headers
        found = set(linked(answer)) - seen
        seen |= found
        todo += found
    assert {f"{BASE}/issues", f"{BASE}/issues/feed.xml"} <= seen
    assert installation.dump() == before


def linked(answer: Response) -> Iterator[str]:
    """What a page of ours leads to on our own site."""
    if answer.headers["content-type"].startswith("text/html"):
        for address in re.findall(r"""(?:href|src)="([^"#]+)""", answer.text):
            url = str(answer.request.url.join(html.unescape(address)))
            if url.startswith(BASE):
                yield url


# -- the button of mail programs (RFC 8058) ---------------------------------------------------------------------------

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = {"List-Unsubscribe": "One-Click"}
POSTS: dict[str, tuple[str, dict[str, Any]]] = {
    "urlencoded": ("", {"data": FORM}),
    "multipart/form-data": ("", {"files": {"List-Unsubscribe": (None, "One-Click")}}),
    "empty": ("", {}),
    "text/plain": ("", {"content": ONE_CLICK, "headers": {"Content-Type": "text/plain"}}),
    "an odd type": ("", {"content": ONE_CLICK, "headers": {"Content-Type": "application/x-unheard-of; q=*"}}),
    "no type": ("", {"content": ONE_CLICK}),
    "more in the address": ("?utm_source=mail&lang=es&page=1&act=undo", {"data": FORM}),
    "a slash at the end": ("/", {"data": FORM}),
    "an odd program": ("", {"data": FORM, "headers": {"User-Agent": b"Googlebot/2.1 (bot; spider) \xff"}}),
    "from a page elsewhere": (
        "", {"data": FORM, "headers": {"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}},
    ),
}  # fmt: skip
# What changes by it: table -> rows as they were, rows as they are.
ENDS = {"subscriptions": (1, 1), "consent_events": (0, 1)}
WITHDRAWN = {"confirmations": (1, 1)}
DOES = dict.fromkeys(SUBSCRIBED, ENDS) | dict.fromkeys(QUESTIONS, WITHDRAWN) | {notices.TEST_COPY: {}}


def changes(before: dict[str, list[str]], after: dict[str, list[str]]) -> dict[str, tuple[int, int]]:
    """Table -> how many rows are no more, how many are new."""
    pairs = {name: (set(rows) - set(after[name]), set(after[name]) - set(rows)) for name, rows in before.items()}
    return {name: (len(gone), len(new)) for name, (gone, new) in pairs.items() if gone or new}


def way_out(mail: EmailMessage) -> str:
    found = re.fullmatch(rf"<{BASE}(/u/[a-z2-7]{{26}})>", str(mail["List-Unsubscribe"]))
    assert found
    assert mail.get_all("List-Unsubscribe-Post") == [ONE_CLICK]
    return found[1]


def test_what_goes_to_readers_has_the_button_and_what_goes_to_staff_has_none(installation: Installation) -> None:
    for kind, mails in installation.mails.items():
        for mail in mails:
            if kind in READERS:
                assert way_out(mail)
            else:
                assert mail["List-Unsubscribe"] is mail["List-Unsubscribe-Post"] is None


def press(installation: Installation, kind: str, post: str = "urlencoded") -> None:
    more, options = POSTS[post]
    answer = installation.visitor.post(way_out(installation.mail(kind)) + more, **options)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers


def press_every_button(of: Installation) -> None:
    before = of.dump()
    for kind in READERS:
        for does in (DOES[kind], {}):  # a second press does no more
            press(of, kind)
            after = of.dump()
            assert changes(before, after) == does, kind
            before = after
    _all_is_ended(of)


def test_the_button_ends_what_its_mail_is_about_and_nothing_else(installation: Installation) -> None:
    press_every_button(installation)


def test_both_are_so_on_postgresql_too(on_postgres: Installation) -> None:
    assert set(on_postgres.mails) == set(KINDS)
    open_every_link(on_postgres)
    press_every_button(on_postgres)


@pytest.mark.parametrize("post", POSTS)
def test_the_button_works_however_it_is_pressed(installation: Installation, post: str) -> None:
    before = installation.dump()
    for kind in READERS:
        press(installation, kind, post)
    after = installation.dump()
    ended, withdrawn = len(SUBSCRIBED), len(QUESTIONS)
    assert changes(before, after) == {
        "subscriptions": (ended, ended), "consent_events": (0, ended), "confirmations": (withdrawn, withdrawn),
    }  # fmt: skip
    for kind in READERS:
        press(installation, kind, post)
    assert installation.dump() == after
    _all_is_ended(installation)


def _all_is_ended(installation: Installation) -> None:
    """Whoever was a reader by these mails is none any more; whoever was asked can no more say yes by that link."""
    route = installation.route
    for kind in SUBSCRIBED:
        assert subscription(route, READERS[kind]).state == "unsubscribed"
        last = events(route, READERS[kind])[-1]
        assert (last.kind, last.source) == ("withdrawal", "one_click")
    for kind in QUESTIONS:
        confirmed = route.pipeline.joining.confirm(installation.path(kind, "c").removeprefix("/c/"), HOME)
        assert confirmed is not None
        assert confirmed.expired
    assert {subscription(route, READERS[kind]).state for kind in (CONFIRM, INVITE)} == {"pending"}
    assert subscription(route, BOB).state == "confirmed", "a move that is called off ends nothing"


def events(route: Route, address: str) -> list[ConsentEventRow]:
    id_ = person(route, address).id
    with route.database.reading() as session:
        wanted = select(ConsentEventRow).where(ConsentEventRow.subscriber_id == id_).order_by(ConsentEventRow.id)
        return list(session.scalars(wanted))


# -- a mail that was forwarded ----------------------------------------------------------------------------------------

NOT_YOURS = "Not your address? Someone forwarded this mail to you. Just close this page: nothing has changed."


@pytest.mark.parametrize("prefix", ["u", "p"])
def test_who_was_forwarded_a_mail_sees_whose_it_is_and_can_back_out(installation: Installation, prefix: str) -> None:
    before = installation.dump()
    for kind in (ISSUE, COPY, greeting.WELCOME):
        page = installation.visitor.get(installation.path(kind, prefix)).text
        local, _, domain = READERS[kind].partition("@")
        assert f"{local[0]}•••@{domain}" in page.replace("<wbr>", "")
        assert READERS[kind] not in page
        assert NOT_YOURS in page
    assert installation.dump() == before


def test_it_is_said_in_the_language_of_the_mail(installation: Installation) -> None:
    page = installation.visitor.get(installation.path(ISSUE, "u", DARIO)).text
    assert '<html lang="es"' in page
    assert "d•••@example.org" in page.replace("<wbr>", "")
    assert words("es").say(NOT_YOURS) in page


@pytest.mark.parametrize("kind", [CONFIRM, INVITE, RENEW, ADDRESS])
def test_a_question_that_was_forwarded_says_to_whom_it_was_put(installation: Installation, kind: str) -> None:
    before = installation.dump()
    page = installation.visitor.get(installation.path(kind, "c")).text
    local, _, domain = READERS[kind].partition("@")
    assert f"{local[0]}•••@{domain}" in page.replace("<wbr>", "")
    assert READERS[kind] not in page
    assert "Not you? Just close this page: without the button nothing happens." in page
    assert installation.dump() == before


def test_once_something_was_kept_the_page_does_not_say_that_nothing_has_changed(installation: Installation) -> None:
    path = installation.path(ISSUE, "p")
    kept = installation.visitor.press(path, "save", list="quarterly", language="en").text
    assert "Kept." in kept
    assert NOT_YOURS not in kept


def test_who_was_taken_off_by_somebody_else_is_back_with_one_press(installation: Installation) -> None:
    path = installation.path(ISSUE, "u")
    before = subscription(installation.route, EVE)
    installation.visitor.press(path, "stop")
    later(installation.route, days=20)
    assert "Undo" in installation.visitor.get(path).text
    assert heading(installation.visitor.press(path, "undo")) == "Welcome back."
    after = subscription(installation.route, EVE)
    assert (after.state, after.since, after.proof) == (before.state, before.since, before.proof)


def test_nothing_but_the_two_own_links_tells_one_reader_s_mail_from_another_s(installation: Installation) -> None:
    alike = {
        frozenset(url for url in own(installation.mail(ISSUE, to)) if not TOKEN.search(url)) for to in (ADA, BOB, EVE)
    }
    assert len(alike) == 1


def test_the_web_version_and_the_archive_carry_no_link_of_a_person(installation: Installation) -> None:
    public = {url for url in own(installation.mail(ISSUE)) if "/issues" in url}
    assert f"{BASE}/issues/{SLUG}" in {url.partition("#")[0] for url in public}
    everybody = {*CONFIRMED, *READERS.values()}
    for url in (*sorted(public), f"{BASE}/issues/{SLUG}?lang=es", f"{BASE}/issues", f"{BASE}/issues/feed.xml"):
        page = installation.visitor.get(url).text
        assert not TOKEN.search(page), url
        assert not [address for address in everybody if address in page]
        assert not list(filter(installation.route.pipeline.links.read, re.findall(r"\b[A-Za-z2-7]{26}\b", page)))


# -- people who are asked by mail -------------------------------------------------------------------------------------


def link(route: Route, address: str) -> str:
    """The path of the link that a mail to this address asks with."""
    return f"/c/{token_of(route, address)}"


def test_the_invited_get_a_mail_each_and_join_by_the_link_in_it(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    route, visitor = either_route, Visitor(either_route)
    route.now = datetime.now(UTC)
    invite(Shell(route, monkeypatch))
    assert {subscription(route, address).state for address in INVITED} == {"pending"}
    route.pipeline.deliver_notices()
    assert sorted(str(mail["To"]) for mail in route.mails()) == sorted(INVITED)
    for address in INVITED:
        assert events(route, address) == []
        path = link(route, address)
        assert heading(visitor.get(path)).startswith("Send The Quarterly to i•••@invited.example?")
        assert heading(visitor.press(path, "confirm")) == "Welcome. You are on the list."
        held = subscription(route, address)
        assert (held.state, held.proof) == ("confirmed", "shown")
        assert [(one.kind, one.source) for one in events(route, address)] == [
            ("request", "import"), ("confirmation", "page"),
        ]  # fmt: skip


def test_the_invited_are_told_that_we_asked_and_can_say_no(installation: Installation) -> None:
    path, visitor = installation.path(INVITE, "u"), installation.visitor
    page = visitor.get(path).text
    assert "We asked whether" in page
    assert "i•••@invited.example" in page.replace("<wbr>", "")
    assert "No, thank you" in page
    assert "typed" not in page
    said = visitor.press(path, "not_me")
    assert heading(said) == "Thank you. The request is gone."
    assert "typed" not in said.text
    assert heading(visitor.press(installation.path(INVITE, "c"), "confirm")) == "This link is too old."
    assert "typed" in visitor.get(installation.path(CONFIRM, "u")).text


def test_the_asked_again_get_a_mail_each_and_can_say_yes_by_the_link_in_it(
    either_route: Route, monkeypatch: pytest.MonkeyPatch
) -> None:
    route, visitor = either_route, Visitor(either_route)
    route.now = datetime.now(UTC)
    ask_again(Shell(route, monkeypatch))
    route.pipeline.deliver_notices()
    assert sorted(str(mail["To"]) for mail in route.mails()) == sorted(ASKED)
    for number, address in enumerate(ASKED):
        assert (subscription(route, address).state, subscription(route, address).proof) == ("confirmed", "unknown")
        assert unknown(route) == len(ASKED) - number
        path = link(route, address)
        assert heading(visitor.get(path)).startswith("Shall The Quarterly keep coming to r•••@asked.example?")
        assert visitor.press(path, "confirm").status_code == 200
        assert (subscription(route, address).state, subscription(route, address).proof) == ("confirmed", "shown")
        assert [one.kind for one in events(route, address)][-2:] == ["request", "confirmation"]
    assert unknown(route) == 0


def unknown(route: Route) -> int:
    """How many readers' consent nobody can show."""
    with route.database.reading() as session:
        return renewing.proof(session, route.list_id()).unknown


def test_who_was_just_asked_is_not_asked_by_the_next_wave(installation: Installation) -> None:
    with pytest.MonkeyPatch.context() as patch:
        told = Shell(installation.route, patch)(
            "subscribers", "ask", "--list", "quarterly", "--wave", "10", "--by", ADMIN, code=1
        )
    assert "Nobody is to be asked" in told.output
