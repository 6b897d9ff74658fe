"""Deciding by mail on a phone of 375 pixels: to decide, the code, thanked, too late; axe is silent, nothing runs."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import APPROVER, AUTHOR, SLUG, Route, laid_out, later
from tests.seated import mails, text
from tests.test_writing import do, number

pytestmark = IN_A_BROWSER

PICTURES = os.environ.get("PICTURES", "")  # a folder, for those who want to look


@pytest.fixture
def served(assembled_folder: Path, tmp_path: Path) -> Iterator[Route]:
    """Approved, on an installation that answers on a port of this machine."""
    found = laid_out(assembled_folder, tmp_path / "route")
    with answering(found):
        found.sign_off()
        yield found


@contextmanager
def phone(browser: Browser, *, dark: bool = False, scripts: bool = True) -> Iterator[Page]:
    context = browser.new_context(
        viewport={"width": 375, "height": 812}, color_scheme="dark" if dark else "light", reduced_motion="reduce",
        java_script_enabled=scripts,
    )  # fmt: skip
    yield context.new_page()
    context.close()


def link(route: Route, to: str = APPROVER) -> str:
    mail = [one for one in mails(route, to) if "Please approve" in str(one["Subject"])][-1]
    found = re.search(rf"{route.settings.base_url}/d/\w{{26}}", text(mail))
    assert found
    return found[0]


def digits(route: Route) -> str:
    mail = [one for one in mails(route, APPROVER) if "Your code" in str(one["Subject"])][-1]
    return re.findall(r"^ +(\d{6})\s*$", text(mail), re.MULTILINE)[0]


def looked_at(page: Page, name: str) -> None:
    assert violations(page) == []
    assert not scrolls_sideways(page)
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def test_an_approver_decides_on_a_phone(browser: Browser, served: Route) -> None:
    do(served, "state_facts", number(served, "pilots"), {"deadline_on": "2024-09-12"})
    do(served, "word_item", number(served, "roots"), "en", title="<script>document.title='ran'</script>Roots of Change")
    served.pipeline.submit(SLUG, served.who(AUTHOR), "<img src=x onerror=\"document.title='ran'\"> Two lines changed.")
    with phone(browser) as page:
        page.goto(link(served))
        expect(page.locator("h1")).to_contain_text("asks you, Pat Approver, to approve Summer 2024.")
        expect(page.locator("ins").first).to_be_visible()
        frame = page.frame_locator("iframe").first
        expect(frame.get_by_text("San Antonio shows what a welcoming city can carry").first).to_be_visible()
        looked_at(page, "1-to-decide")
        page.get_by_text("Ask for a change…").click()
        page.get_by_text("Say something without deciding").click()
        looked_at(page, "2-opened")
        page.fill("#change", "Not this: the twelfth is a holiday.")
        page.get_by_role("button", name="Ask for this change").click()
        expect(page.locator("h1")).to_have_text("One code, and it is done.")
        assert "the twelfth is a holiday" in page.locator("figure").inner_text()
        looked_at(page, "3-code")
        page.fill("#code", "000000" if digits(served) != "000000" else "000001")
        page.get_by_role("button", name="Done").click()
        expect(page.locator("[role=alert]")).to_be_visible()
        looked_at(page, "4-wrong-code")
        page.fill("#code", digits(served))
        page.get_by_role("button", name="Done").click()
        expect(page.locator("h1")).to_contain_text("A change of Summer 2024 was asked for.")
        looked_at(page, "5-change-asked")
        assert page.title() != "ran"
    with phone(browser, dark=True, scripts=False) as page:
        served.pipeline.submit(SLUG, served.who(AUTHOR))
        page.goto(link(served))
        page.get_by_role("button", name="Yes, send exactly this").click()
        page.fill("#code", digits(served))
        page.get_by_role("button", name="Done").click()
        expect(page.locator("h1")).to_have_text("Thank you, Pat Approver.")
        if PICTURES:
            page.screenshot(path=f"{PICTURES}/6-thanked.png", full_page=True)
    assert served.counts()


def test_too_late_on_a_phone(browser: Browser, served: Route) -> None:
    for past in ("pilots", "forum"):  # by the clock of this machine
        served.choose("hold", past)
    served.sign_off()
    served.pipeline.plan(SLUG, served.now + timedelta(hours=1), served.who(AUTHOR))
    do(served, "word_item", number(served, "roots"), "en", title="Roots of Change, for a year")
    served.pipeline.submit(SLUG, served.who(AUTHOR))
    later(served, hours=2)
    with phone(browser, dark=True) as page:
        page.goto(link(served))
        expect(page.locator(".note")).to_contain_text("has passed. Nothing was sent.")
        looked_at(page, "7-too-late")
        page.get_by_role("button", name="Yes, send exactly this").click()
        page.fill("#code", digits(served))
        looked_at(page, "8-code-dark")
        page.get_by_role("button", name="Done").click()
        expect(page.get_by_text("When should it go?")).to_be_visible()
        looked_at(page, "9-when")
        page.get_by_role("button", name="09:00").click()
        expect(page.locator(".lead")).to_contain_text("goes out")
        looked_at(page, "10-planned")
    assert not served.mailings()
    mail = [one for one in mails(served, APPROVER) if "You have said yes" in str(one["Subject"])][-1]
    found = re.search(rf"{served.settings.base_url}/d/\w{{26}}", text(mail))
    assert found
    with phone(browser) as page:
        page.goto(found[0])
        looked_at(page, "11-not-me")
        page.get_by_role("button", name="This was not me").click()
        expect(page.locator("h1")).to_contain_text("being looked at")
        looked_at(page, "12-not-me-done")
        if PICTURES:
            request = [one for one in mails(served, APPROVER) if "Please approve" in str(one["Subject"])][-1]
            body = request.get_body(("html",))
            page.goto("about:blank")
            page.set_content(str(body.get_content()) if body else "")
            page.screenshot(path=f"{PICTURES}/13-letter.png", full_page=True)
