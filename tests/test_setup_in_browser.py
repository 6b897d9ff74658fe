"""The first ten minutes in a browser, from the link that `newsletter init` prints to *Now*, on strangers' websites: at
1280 and 375 pixels, without scripts, with the keyboard only, and stopped in the middle.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.mailbox import Mailbox, MailboxServer
from tests.browsers import IN_A_BROWSER, scrolls_sideways, violations
from tests.hands import reach
from tests.newcomers import MOST_ANSWERS, POSTAL, AtTheKeyboard, Newcomer
from tests.served import Asked, Served
from tests.set_up import EMAIL, Program
from tests.strangers import Harbour, arabic, static

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(500)]

MOST_SECONDS = 240
SOON = 120_000  # milliseconds, also on a busy machine
# How many titles and links stand under each heading of the mail, up to the next one or to the footer.
UNDER_HEADINGS = """() => [...document.querySelectorAll("h2")].map((heading, at, every) => {
  const part = document.createRange();
  part.setStartAfter(heading);
  part.setEndBefore(every[at + 1] || document.querySelector("td.m:has(a[href*='/u/'])"));
  return [heading.innerText, part.cloneContents().querySelectorAll("h3, a").length];
})"""


@contextmanager
def visiting(browser: Browser, *, width: int = 1280, scripts: bool = True, **more: Any) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": width, "height": 812}, java_script_enabled=scripts, reduced_motion="reduce", **more
    )
    context.set_default_timeout(SOON)
    context.set_default_navigation_timeout(SOON)
    page, wrong = context.new_page(), []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert wrong == []


def begun(folder: Path, site: Served) -> Program:
    """Both questions of the terminal are answered."""
    return Program(folder, "--website", site.url("/"), "--email", EMAIL)


def nothing_is_wrong_with(page: Page, picture: Path) -> None:
    page.screenshot(path=picture, full_page=True)
    assert violations(page) == [], picture.name
    assert not scrolls_sideways(page), picture.name


def no_section_is_empty(mail: Page) -> None:
    under = mail.evaluate(UNDER_HEADINGS)
    assert len(under) >= 2, under
    assert [heading for heading, number in under if not number] == []


def all_can_be_read(mail: Page) -> None:
    for scheme in ("light", "dark"):
        mail.emulate_media(color_scheme=scheme)
        assert violations(mail) == []


@pytest.mark.parametrize("make", [Harbour, static, arabic], ids=["wordpress", "without dates", "arabic"])
def test_from_a_strangers_site_to_a_draft_and_to_now(
    make: Callable[[], Served], browser: Browser, tmp_path: Path
) -> None:
    began = time.monotonic()
    with make() as site, begun(tmp_path / "new", site) as program, visiting(browser) as page:
        newcomer = Newcomer(page, answers=2)
        page.goto(program.link)
        newcomer.to_the_draft()
        for frame in ("phone", "desktop"):
            page.frame_locator(f"iframe.{frame}").get_by_text("Director’s note: 90–120 words").wait_for()
        took = time.monotonic() - began
        assert newcomer.answers <= MOST_ANSWERS
        assert took < MOST_SECONDS, f"{newcomer.answers} answers in {took:.0f} s"
        address = page.url
        page.goto(f"{address}/mail")
        no_section_is_empty(page)
        all_can_be_read(page)
        page.goto(address)
        newcomer.to_now()
        points = page.locator(".points li")
        expect(points).to_have_count(8)
        expect(points.filter(has_text="A draft")).to_contain_text("done")
        expect(points.filter(has_text="A mail service")).to_contain_text("still to do")


def test_on_a_phone_with_mail_a_colleague_and_readers(browser: Browser, tmp_path: Path) -> None:
    seen: list[str] = []

    def look(page: Page, heading: str) -> None:
        seen.append(heading)
        if heading == "Here it is.":
            page.locator("iframe.phone").scroll_into_view_if_needed()
            page.frame_locator("iframe.phone").locator("h1").wait_for()
            page.evaluate("scrollTo(0, 0)")
        name = "".join(letter if letter.isalnum() else "-" for letter in heading.lower())
        nothing_is_wrong_with(page, tmp_path / f"{len(seen):02}-{name.strip('-')}.png")

    mailbox = Mailbox(tmp_path / "mailbox")
    with (
        Harbour() as site, MailboxServer(mailbox) as server, begun(tmp_path / "new", site) as program,
        visiting(browser, width=375) as page,
    ):  # fmt: skip
        newcomer = Newcomer(page, look=look)
        page.goto(program.link)
        newcomer.to_the_draft()
        newcomer.to_now(server.port, others=True)
        expect(page.locator(".points")).to_contain_text("2 are on the list")
    assert len(seen) == 14, seen
    assert {mail.recipient for mail in mailbox.messages().messages} <= {EMAIL, "pat@harbour.example.org"}


def test_without_scripts(browser: Browser, tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path / "mailbox")
    with (
        static() as site, MailboxServer(mailbox) as server, begun(tmp_path / "new", site) as program,
        visiting(browser, scripts=False) as page,
    ):  # fmt: skip
        newcomer = Newcomer(page)
        page.goto(program.link)
        newcomer.to_the_draft(since="2024-02")
        expect(page.locator("main .lead")).to_contain_text("22 publications")  # proposed are 10, since May
        newcomer.to_now(server.port, others=True)
        expect(page.locator(".points")).to_contain_text("2 are on the list")


def test_with_the_keyboard_only(browser: Browser, tmp_path: Path) -> None:
    with arabic() as site, begun(tmp_path / "new", site) as program, visiting(browser) as page:
        newcomer = AtTheKeyboard(page)
        page.goto(program.link)
        newcomer.press(newcomer.button("Sign in"))
        newcomer.arrive("Where do you publish?")
        place = page.get_by_role("checkbox", name="found").first
        reach(place)
        page.keyboard.press("Space")
        expect(place).not_to_be_checked()
        page.keyboard.press("Space")
        reach(page.locator("summary", has_text="See and change it"))
        page.keyboard.press("Space")
        newcomer.fill(page.get_by_label("Name", exact=True), "Coast Towns")
        newcomer.to_the_draft()
        expect(page.locator(".inbox")).to_contain_text("Coast Towns")
        newcomer.to_now(others=True)
        expect(page.locator(".points")).to_contain_text("2 are on the list")


def test_stopped_in_the_middle_it_goes_on_where_it_was_left(browser: Browser, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with static() as site, visiting(browser) as page:
        newcomer = Newcomer(page)
        seen, answer = threading.Event(), site.answer

        def slow(asked: Asked) -> Any:
            if asked.path == "/pubs/9.html":
                seen.wait(60)
            time.sleep(0.05)
            return answer(asked)

        site.answer = slow  # type: ignore[method-assign]
        with begun(folder, site) as program:
            page.goto(program.link)
            newcomer.arrive()
            newcomer.press(newcomer.button("Sign in"))
            newcomer.arrive("Where do you publish?")
            newcomer.press(newcomer.button("Collect them"))
            expect(page.locator("h1")).to_have_text("Taking in what you published…")
            page.set_viewport_size({"width": 375, "height": 812})
            nothing_is_wrong_with(page, tmp_path / "taking-in.png")
            seen.set()
            assert program.stop() == 0
        with Program(folder) as program:
            newcomer.arrive("Which months?")  # the page that stayed open goes on by itself
            month = page.get_by_label("The first month")
            month.fill("2024-02")
            expect(page.get_by_label("Since another month")).to_be_checked()
            newcomer.choose(page.get_by_role("radio").first)
            expect(month).to_have_value("")
            newcomer.press(newcomer.button("Make the draft"))
            newcomer.arrive("Here it is.")
            newcomer.press(newcomer.button("Go on"))
            newcomer.fill(page.get_by_label("Postal address"), POSTAL)
            newcomer.press(newcomer.button("That is right"))
            newcomer.arrive("A mail service?")
            assert program.stop() == 0
        with Program(folder) as program, visiting(browser) as other:
            again = Newcomer(other)
            other.goto(program.link)
            assert "You were at:          a mail service" in program.output
            again.press(again.button("Sign in"))
            again.arrive("A mail service?")
            other.get_by_role("link", name="Sender", exact=True).click()
            expect(other.get_by_label("Postal address")).to_have_value(POSTAL)
