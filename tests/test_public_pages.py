"""The pages for readers: what they say to whom, what they change and never change, and how they are guarded."""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.readers.model import Kind
from newsletter.web.app import app
from newsletter.web.security import MOST_BYTES
from subscribers import Purpose, metadata
from subscribers.tables import ConsentEventRow, SignUpRow, SubscriberRow, SubscriptionRow
from tests.route import CONFIRMED, SITE, Route, later
from tests.seated import running

BASE = "https://news.example.org"
ADA, NEW = CONFIRMED[0], "new.reader@example.org"
ONE_CLICK = "List-Unsubscribe=One-Click"
LINK = re.compile(rf"{BASE}/[cup]/[\w-]+")


class Visitor:
    """A browser without cookies at the pages of a route."""

    def __init__(self, route: Route) -> None:
        self.route = route
        self._app = running(route)

    def request(self, method: str, path: str, **options: Any) -> Response:
        async def asked() -> Response:
            transport = ASGITransport(app=self._app, client=("192.0.2.7", 50000))
            async with AsyncClient(transport=transport, base_url=BASE) as client:
                return await client.request(method, path, **options)

        return asyncio.run(asked())

    def get(self, path: str, **options: Any) -> Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> Response:
        return self.request("POST", path, **options)

    def press(self, path: str, act: str, **fields: str) -> Response:
        return self.post(path, data={"page": "1", "act": act} | fields)

    def form(self, **fields: str) -> dict[str, str]:
        """The form as a person sends it: some seconds after it was shown."""
        shown = self.get("/subscribe").text
        later(self.route, seconds=30)
        return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', shown)) | {"language": "en"} | fields

    def sign_up(self, address: str, **fields: str) -> Response:
        return self.post(
            "/subscribe", data=self.form(email=address) | fields, headers={"Sec-Fetch-Site": "same-origin"}
        )

    def mails(self) -> list[EmailMessage]:
        self.route.pipeline.deliver_notices(threading.Event())
        return self.route.mails()

    def asked(self, address: str) -> str:
        """The path of the confirmation link that came to the address."""
        mail = next(one for one in reversed(self.mails()) if address in one["To"])
        body = mail.get_body(("plain",))
        assert body is not None
        return next(link for link in LINK.findall(body.get_content()) if "/c/" in link).removeprefix(BASE)

    def way_out(self, address: str = ADA) -> str:
        return f"/u/{self.route.pipeline.links.token(Purpose.UNSUBSCRIBE, subscription(self.route, address).id)}"

    def own_page(self, address: str = ADA) -> str:
        person = subscription(self.route, address).subscriber_id
        return f"/p/{self.route.pipeline.links.token(Purpose.PREFERENCES, person)}"


@pytest.fixture
def visitor(route: Route) -> Visitor:
    return Visitor(route)


@pytest.fixture
def either(either_route: Route) -> Visitor:
    return Visitor(either_route)


def subscription(route: Route, address: str) -> SubscriptionRow:
    with route.database.reading() as session:
        return session.scalars(
            select(SubscriptionRow).join(SubscriberRow).where(SubscriberRow.address == address)
        ).one()


def dump(database: Database) -> dict[str, list[str]]:
    """Every row of every table."""
    with database.reading() as session:
        return {
            table.name: sorted(repr(tuple(row)) for row in session.execute(select(table)))
            for table in metadata.sorted_tables
        }


def heading(answer: Response) -> str:
    found = re.search(r"<h1>(.*?)</h1>", answer.text, re.DOTALL)
    assert found, answer.text
    return re.sub(r"<[^>]+>", "", found[1])


def every_page(visitor: Visitor) -> Iterator[Response]:
    visitor.sign_up(NEW)
    asked = visitor.asked(NEW)
    links = visitor.route.pipeline.links
    yield from map(
        visitor.get,
        ("/subscribe", "/subscribe/embed", asked, visitor.way_out(), visitor.own_page(), "/u/nonsense", "/c/nonsense",
         "/p/nonsense", f"/u/{links.token(Purpose.TEST, 1)}", f"/p/{links.token(Purpose.TEST, 1)}",
         f"/u/{links.token(Purpose.UNSUBSCRIBE, 999)}", f"/u/{links.token(Purpose.REQUEST, 1)}", "/nowhere"),
    )  # fmt: skip
    yield visitor.press(asked, "confirm")
    yield visitor.get(asked)
    for act, more in (("pause", {"until": "2025-01-01"}), ("stop", {}), ("why", {"why": "too_often"}), ("undo", {})):
        yield visitor.press(visitor.way_out(), act, **more)
    yield visitor.post("/subscribe", data={"email": "x"})
    yield visitor.request("PUT", "/subscribe")


# -- every page -------------------------------------------------------------------------------------------------------


def test_every_page_is_guarded_and_sets_no_cookie(visitor: Visitor) -> None:
    for answer in every_page(visitor):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'")
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["strict-transport-security"]
        assert "set-cookie" not in answer.headers
        assert not re.search(r"<script|<style|\sstyle=|\son\w+=|javascript:", answer.text)
        if re.match(r"/[cup]/", answer.request.url.path):
            assert answer.headers["referrer-policy"] == "no-referrer"
            assert "noindex" in answer.headers["x-robots-tag"]


def test_pages_load_nothing_from_elsewhere(visitor: Visitor) -> None:
    for answer in every_page(visitor):
        assets = re.findall(r'<(?:link rel="stylesheet" href|img[^>]* src)="([^"]+)"', answer.text)
        assert assets
        assert all(asset.startswith("/look/") for asset in assets)
        for asset in assets:
            found = visitor.get(asset)
            assert found.status_code == 200
            assert "immutable" in found.headers["cache-control"]


def test_the_look_is_that_of_the_list(visitor: Visitor) -> None:
    page = visitor.get(visitor.way_out()).text
    assert 'alt="Network of Mayors"' in page
    styles = visitor.get(re.findall(r'href="(/look/\w+\.css)"', page)[0]).text
    assert "#0f4c5c" in styles
    assert "prefers-color-scheme: dark" in styles


def test_a_theme_that_is_broken_keeps_nobody_from_leaving(visitor: Visitor) -> None:
    (visitor.route.folder / "theme.toml").write_text("broken", encoding="utf-8")
    assert visitor.get(visitor.way_out()).status_code == 200
    assert visitor.press(visitor.way_out(), "stop").status_code == 200
    assert subscription(visitor.route, ADA).state == "unsubscribed"


@pytest.mark.parametrize(
    ("header", "language"), [("es-MX,es;q=0.9", "es"), ("de, fr;q=0.5", "fr"), ("ar", "ar"), ("tlh", "en"), ("", "en")]
)
def test_pages_speak_the_language_of_the_browser(visitor: Visitor, header: str, language: str) -> None:
    page = visitor.get("/subscribe", headers={"Accept-Language": header})
    assert page.headers["content-language"] == language
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}">' in page.text


def test_a_foreign_host_is_not_served(visitor: Visitor) -> None:
    before = dump(visitor.route.database)
    answer = visitor.post(visitor.way_out(), content=ONE_CLICK, headers={"Host": "evil.example"})
    assert answer.status_code == 421
    assert dump(visitor.route.database) == before


def test_too_long_a_body_is_refused(visitor: Visitor) -> None:
    assert visitor.post("/subscribe", data={"email": "x" * MOST_BYTES}).status_code == 413

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(80):
            yield b"x" * 1024

    chunked = {"Content-Type": "application/x-www-form-urlencoded"}
    assert visitor.post("/subscribe", content=pieces(), headers=chunked).status_code == 413


def test_a_failure_is_a_calm_page_with_a_reference(visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    path = visitor.way_out()
    with visitor.route.database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE subscriptions RENAME TO hidden")
    answer = visitor.get(path, headers={"Accept": "text/html"})
    assert answer.status_code in {500, 503}
    assert "Nothing was changed" in answer.text
    assert "subscriptions" not in answer.text
    assert answer.headers["content-security-policy"]
    reference = re.findall(r"<bdi>(\w{8})</bdi>", answer.text)[0]
    assert reference in caplog.text
    assert path not in caplog.text


# -- nothing changes by looking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_looking_changes_nothing(either: Visitor, method: str) -> None:
    either.sign_up(NEW)
    links = either.route.pipeline.links
    paths = {either.asked(NEW), either.way_out(), either.own_page(), f"/u/{links.token(Purpose.REQUEST, 1)}"}
    before = dump(either.route.database)
    for path in paths:
        for spelled in (path, f"{path}/", f"{path}?act=stop&page=1&List-Unsubscribe=One-Click"):
            assert either.request(method, spelled).status_code in {200, 405}
    assert dump(either.route.database) == before


@pytest.mark.parametrize("prefix", ["u", "c", "p"])
@pytest.mark.parametrize("token", ["nonsense", "a" * 26, "%00", "é" * 30, "x" * 3000, "..%2f..%2fetc"])
def test_a_link_that_we_never_made_is_a_calm_page_and_does_nothing(visitor: Visitor, prefix: str, token: str) -> None:
    before = dump(visitor.route.database)
    for answer in (
        visitor.get(f"/{prefix}/{token}"),
        visitor.post(f"/{prefix}/{token}", content=ONE_CLICK),
        visitor.press(f"/{prefix}/{token}", "stop"),
        visitor.press(f"/{prefix}/{token}", "block"),
        visitor.press(f"/{prefix}/{token}", "confirm"),
        visitor.press(f"/{prefix}/{token}", "save"),
    ):
        assert answer.status_code in ({200} if "%2f" not in token else {200, 404, 405})
    assert dump(visitor.route.database) == before


def test_a_link_serves_one_purpose_only(visitor: Visitor) -> None:
    before = dump(visitor.route.database)
    out, own = visitor.way_out().removeprefix("/u/"), visitor.own_page().removeprefix("/p/")
    for path in (f"/p/{out}", f"/u/{own}", f"/c/{out}", f"/c/{own}"):
        for act in ("stop", "save", "confirm", "undo"):
            assert visitor.press(path, act).status_code == 200
        assert visitor.post(path, content=ONE_CLICK).status_code == 200
    assert dump(visitor.route.database) == before


# -- the way out ------------------------------------------------------------------------------------------------------

BODIES = {
    "urlencoded": {"data": {"List-Unsubscribe": "One-Click"}},
    "multipart": {"files": {"List-Unsubscribe": (None, "One-Click")}},
    "empty": {},
    "text/plain": {"content": ONE_CLICK, "headers": {"Content-Type": "text/plain"}},
    "no type": {"content": ONE_CLICK},
    "json": {"json": {"List-Unsubscribe": "One-Click"}},
    "broken multipart": {"content": b"--x\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}},
    "multipart without boundary": {"content": ONE_CLICK, "headers": {"Content-Type": "multipart/form-data"}},
    "odd charset": {
        "content": ONE_CLICK,
        "headers": {"Content-Type": "multipart/form-data; boundary=x; charset=nonsense"},
    },
    "a robot": {"data": {"List-Unsubscribe": "One-Click"}, "headers": {"User-Agent": "Googlebot/2.1 (bot; spider)"}},
    "a file": {"files": {"List-Unsubscribe": ("x.txt", b"One-Click")}},
    "latin-1": {"content": b"\xff\xfe=\xe9", "headers": {"Content-Type": "application/x-www-form-urlencoded"}},
}


@pytest.mark.parametrize("query", ["", "?utm_source=x&a=1", "?lang=es"])
@pytest.mark.parametrize("body", BODIES)
def test_one_click_unsubscribes_whatever_is_sent(visitor: Visitor, body: str, query: str) -> None:
    answer = visitor.post(visitor.way_out() + query, **BODIES[body])
    assert answer.status_code == 200
    assert len(answer.content) < 100
    assert answer.headers["content-type"].startswith("text/plain")
    assert "location" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert subscription(visitor.route, ADA).state == "unsubscribed"


def test_one_click_works_twice_and_with_a_slash_or_in_capitals(either: Visitor) -> None:
    path = either.way_out()
    for spelled in (f"{path}/", path, path.replace(path[3:], path[3:].upper())):
        assert either.post(spelled, content=ONE_CLICK).status_code == 200
    assert subscription(either.route, ADA).state == "unsubscribed"


def test_one_click_leaves_a_test_copy_and_a_stranger_alone(visitor: Visitor) -> None:
    links = visitor.route.pipeline.links
    before = dump(visitor.route.database)
    for token in (links.token(Purpose.TEST, 1), links.token(Purpose.UNSUBSCRIBE, 12345), "nonsense"):
        assert visitor.post(f"/u/{token}", content=ONE_CLICK).status_code == 200
    assert dump(visitor.route.database) == before


def test_the_page_says_which_list_and_whose_address(visitor: Visitor) -> None:
    page = visitor.get(visitor.way_out())
    assert heading(page) == "Stop The Quarterly for a•••@example.org?"
    assert ADA not in page.text
    assert page.text.index("Stop sending me this") < page.text.index("Rather less?")
    assert "Someone forwarded this mail to you" in page.text


def test_one_press_ends_it_and_one_brings_it_back(either: Visitor) -> None:
    done = either.press(either.way_out(), "stop")
    assert heading(done).startswith("Done. No more issues of The Quarterly will go to a•••@example.org.")
    assert subscription(either.route, ADA).state == "unsubscribed"
    assert "Thank you" in either.press(either.way_out(), "why", why="too_often").text
    assert subscription(either.route, ADA).left_because == "too_often"
    assert heading(either.press(either.way_out(), "undo")) == "Welcome back."
    assert subscription(either.route, ADA).state == "confirmed"


def test_a_pause_is_kept(either: Visitor) -> None:
    page = either.get(either.way_out()).text
    until = re.findall(r'name="until" value="([^"]+)"', page)[0]
    assert until == "2025-01-01"
    assert "rests until 1 January 2025" in heading(either.press(either.way_out(), "pause", until=until))
    assert subscription(either.route, ADA).paused_until
    for nonsense in ("", "yesterday", "2020-01-01", "9999-12-31"):
        assert either.press(either.way_out(), "pause", until=nonsense).status_code == 200


def test_a_test_copy_says_so(visitor: Visitor) -> None:
    token = visitor.route.pipeline.links.token(Purpose.TEST, 1)
    for prefix in ("u", "p"):
        assert heading(visitor.get(f"/{prefix}/{token}")) == "This was a test copy, nothing was changed."


# -- the way in -------------------------------------------------------------------------------------------------------


def test_a_reader_joins(either: Visitor) -> None:
    assert heading(either.sign_up(NEW, name="Nell New")) == "Now look into your inbox."
    asked = either.asked(NEW)
    page = either.get(asked)
    assert heading(page) == "Send The Quarterly to n•••@example.org?"
    assert subscription(either.route, NEW).state == "pending"
    first, second = either.press(asked, "confirm"), either.press(asked, "confirm")
    assert heading(first) == heading(second) == "Welcome. You are on the list."
    assert subscription(either.route, NEW).state == "confirmed"
    assert heading(either.get(asked)) == "You have confirmed this already."
    with either.route.database.reading() as session:
        kinds = session.scalars(
            select(ConsentEventRow.kind).where(
                ConsentEventRow.subscriber_id == subscription(either.route, NEW).subscriber_id
            )
        ).all()
    assert {"request", "confirmation"} <= set(kinds)


def test_everybody_gets_the_same_answer(either: Visitor) -> None:
    either.press(either.way_out("eve@example.org"), "stop")
    answers = [
        either.sign_up(address)
        for address in (
            NEW,
            ADA,
            "pending@example.org",
            "gone@example.org",
            "eve@example.org",
            "x@no-such-host.invalid",
        )
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert len({tuple(sorted((k, v) for k, v in answer.headers.items() if k != "date")) for answer in answers}) == 1


def test_what_is_wrong_is_said_at_its_field(visitor: Visitor) -> None:
    before = dump(visitor.route.database)
    answer = visitor.sign_up("ada@")
    assert answer.status_code == 200
    assert 'aria-describedby="email-error"' in answer.text
    assert 'value="ada@"' in answer.text
    assert dump(visitor.route.database) == before


def signed_up(visitor: Visitor) -> int:
    with visitor.route.database.reading() as session:
        return session.scalar(select(func.count()).select_from(SignUpRow)) or 0


def test_a_program_that_fills_in_every_field_gets_the_page_and_nothing_else(visitor: Visitor) -> None:
    person = visitor.sign_up("someone@example.org")
    count = signed_up(visitor)
    assert visitor.sign_up(NEW, remarks="Buy now").text == person.text
    assert signed_up(visitor) == count


def test_a_form_too_fast_or_too_old_wants_one_more_press(visitor: Visitor) -> None:
    form = visitor.form(email=NEW)
    for stamp in ("", "forged", form["stamp"]):
        if stamp == form["stamp"]:
            later(visitor.route, days=2)
        answer = visitor.post("/subscribe", data=form | {"stamp": stamp})
        assert heading(answer) == "One more press"
    assert signed_up(visitor) == 0
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    later(visitor.route, seconds=1)
    stamps = re.findall(r'name="stamp" value="([^"]+)"', answer.text)
    later(visitor.route, seconds=5)
    assert heading(visitor.post("/subscribe", data=again | {"stamp": stamps[0]})) == "Now look into your inbox."
    assert signed_up(visitor) == 1


def test_a_form_on_a_foreign_page_does_nothing(visitor: Visitor) -> None:
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ):
        answer = visitor.post("/subscribe", data=visitor.form(email=NEW), headers=headers)
        assert answer.status_code == 403
        assert NEW not in answer.text
    assert signed_up(visitor) == 0


def test_the_form_on_our_website_leads_to_one_more_page_with_the_button(visitor: Visitor) -> None:
    embed = visitor.get("/subscribe/embed").text
    assert "&lt;form action=&#34;https://news.example.org/subscribe" in embed
    website = {"Origin": SITE, "Sec-Fetch-Site": "cross-site"}
    answer = visitor.post("/subscribe", data={"email": NEW, "list": "quarterly", "language": "es"}, headers=website)
    assert heading(answer) == "One more press"
    assert signed_up(visitor) == 0
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    later(visitor.route, seconds=10)
    assert heading(visitor.post("/subscribe", data=form)) == "Now look into your inbox."
    with visitor.route.database.reading() as session:
        row = session.scalars(select(SignUpRow)).one()
    assert (row.source, row.language) == ("embed", "es")


HOSTILE = (
    "\x00", "a\x00@example.org", "<script>alert(1)</script>@example.org", "a@b\r\nBcc: c@example.org", "@" * 300,
    "x" * 5000, "ada@" + "é" * 70 + ".org", "' OR 1=1 --", "😀@example.org",
    "%s%n{{7*7}}",
)  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_inputs_are_only_inputs(either: Visitor, text: str) -> None:
    for field in ("email", "name", "list", "language", "stamp", "shown_in", "question", "answer", "source"):
        answer = either.post("/subscribe", data=either.form(email="ok@example.org") | {field: text})
        assert answer.status_code == 200
        assert "<script>" not in answer.text
        assert "49" not in re.findall(r'value="([^"]*)"', answer.text)
    for field in ("name", "language", "list", "pause", "shown_in"):
        assert (
            either.press(
                either.own_page(), "save", list="quarterly", **{field: text} if field != "list" else {}
            ).status_code
            == 200
        )
    assert either.press(either.own_page(), "address", email=text).status_code == 200
    for field in ("why", "until", "to"):
        assert (
            either.press(
                either.way_out(), {"why": "why", "until": "pause", "to": "switch"}[field], **{field: text}
            ).status_code
            == 200
        )


def test_with_many_false_sign_ups_a_small_question_comes_first(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        visitor.route.pipeline.joining, "needs_check", lambda: True
    )  # what it counts is tested elsewhere
    answer = visitor.sign_up(NEW)
    assert heading(answer) == "A small question"
    assert signed_up(visitor) == 0
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', answer.text))
    wrong = visitor.post("/subscribe", data=form | {"answer": "1000"})
    assert "That was not it" in wrong.text
    form = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', wrong.text))
    right = next(str(n) for n in range(100) if visitor.route.pipeline.joining.answers(form["question"], str(n)))
    assert heading(visitor.post("/subscribe", data=form | {"answer": right})) == "Now look into your inbox."
    assert signed_up(visitor) == 1


def test_an_old_link_offers_a_new_mail(visitor: Visitor) -> None:
    visitor.sign_up(NEW)
    asked = visitor.asked(NEW)
    later(visitor.route, days=5)
    assert heading(visitor.get(asked)) == heading(visitor.press(asked, "confirm")) == "This link is too old."
    count = len(visitor.mails())
    assert heading(visitor.press(asked, "again")) == "Now look into your inbox."
    assert len(visitor.mails()) == count + 1
    assert heading(visitor.press(visitor.asked(NEW), "confirm")) == "Welcome. You are on the list."


def test_it_was_not_me(visitor: Visitor) -> None:
    visitor.sign_up(NEW)
    mail = next(one for one in reversed(visitor.mails()) if NEW in one["To"])
    out = LINK.findall(mail["List-Unsubscribe"])[0].removeprefix(BASE)
    assert heading(visitor.get(out)) == "You did not ask for this?"
    standing = visitor.route.pipeline.changing.standing(out.removeprefix("/u/"))
    assert standing is not None
    assert standing.kind is Kind.REQUEST
    assert heading(visitor.press(out, "block")) == "We will never write to this address again."
    assert visitor.get(out).status_code == 200
    count = len(visitor.mails())
    later(visitor.route, days=1)
    assert heading(visitor.sign_up(NEW)) == "Now look into your inbox."
    assert len(visitor.mails()) == count


# -- a person's own page ----------------------------------------------------------------------------------------------


def test_a_reader_sets_name_language_and_pause(either: Visitor) -> None:
    page = either.get(either.own_page())
    assert heading(page) == "Your settings"
    assert ADA not in page.text
    kept = either.press(either.own_page(), "save", name="Ada L.", language="es", list="quarterly", pause="2025-01-01")
    assert "1 January 2025" in kept.text or "1 de enero de 2025" in kept.text
    with either.route.database.reading() as session:
        person = session.scalars(select(SubscriberRow).where(SubscriberRow.address == ADA)).one()
    assert (person.name, person.language) == ("Ada L.", "es")
    assert subscription(either.route, ADA).paused_until
    assert "rtl" in either.get(f"{either.own_page()}?lang=ar").text


def test_a_reader_unticks_everything(visitor: Visitor) -> None:
    kept = visitor.press(visitor.own_page(), "save", name="", language="en")
    assert "No more issues will come." in kept.text
    assert subscription(visitor.route, ADA).state == "unsubscribed"


def test_a_new_address_counts_once_it_is_confirmed_there(either: Visitor) -> None:
    answer = either.press(either.own_page(), "address", email="ada@elsewhere.example")
    assert "We have sent a mail to the new address" in answer.text
    page = either.own_page()
    asked = either.asked("ada@elsewhere.example")
    assert heading(either.get(asked)) == "Send your mail to a•••@elsewhere.example from now on?"
    assert "Done." in heading(either.press(asked, "confirm"))
    assert subscription(either.route, "ada@elsewhere.example").state == "confirmed"
    assert "a•••@elsewhere.example" in either.get(page).text.replace("<wbr>", "")


def test_an_address_that_was_asked_for_can_be_forgotten(either: Visitor) -> None:
    page = either.own_page()
    either.press(page, "address", email="thief@elsewhere.example")
    assert "t•••@elsewhere.example" in either.get(page).text.replace("<wbr>", "")
    assert "Your address stays as it is." in either.press(page, "keep").text
    assert "elsewhere.example" not in either.get(page).text
