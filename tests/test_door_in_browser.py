"""The console's door in a browser: by link, password and passkey, by keyboard, without scripts; axe is silent."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from newsletter.staff import people
from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import ADMIN, APPROVER, AUTHOR, SECOND_AUTHOR, Route, laid_out
from tests.seated import MACHINE, link_in, mails

pytestmark = IN_A_BROWSER
PASSWORD = "a pond, four herons, no wind"
EVIL = "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script>"
NUMBERS = count()


@pytest.fixture(scope="module")
def served(assembled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    """An installation that answers as localhost, where browsers make passkeys."""
    found = laid_out(assembled_folder, tmp_path_factory.mktemp("door") / "route")
    with answering(found, "localhost"):
        yield found


@contextmanager
def visiting(
    browser: Browser, *, scripts: bool = True, width: int = 1280, dark: bool = False, **more: Any
) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light", reduced_motion="reduce", **more,
    )  # fmt: skip
    page = context.new_page()
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
    yield page
    context.close()
    assert wrong == []


def at(route: Route, path: str) -> str:
    return route.settings.base_url + path


def by_link(page: Page, route: Route, email: str) -> None:
    url, _ = route.pipeline.entrance.link(email, MACHINE)
    page.goto(url)
    page.click(".go")
    assert page.url.endswith("/console")


def looked_at(page: Page) -> None:
    assert violations(page) == []
    assert not scrolls_sideways(page)


@pytest.mark.parametrize("scripts", [True, False])
def test_by_a_mailed_link_to_where_one_wanted_to_go(browser: Browser, served: Route, *, scripts: bool) -> None:
    served.now += timedelta(hours=2)
    with visiting(browser, scripts=scripts, width=375) as page:
        page.goto(at(served, "/console/team"))
        page.fill("#email", APPROVER)
        page.click(".go")
        assert page.locator("h1").inner_text() == "Look at your mail."
        page.goto(at(served, link_in(mails(served, APPROVER)[-1])))
        page.click(".go")
        assert page.url.endswith("/console/team")
        assert page.locator("h1").inner_text() == "Team"
        assert page.locator("text=Ask somebody in").count() == 0


def test_a_scanner_that_runs_scripts_uses_no_link_up(browser: Browser, served: Route) -> None:
    url, _ = served.pipeline.entrance.link(AUTHOR, MACHINE)
    with visiting(browser) as page:
        page.goto(url, wait_until="networkidle")
        page.mouse.move(300, 300)
        page.mouse.wheel(0, 500)
        page.wait_for_timeout(300)
        assert page.context.cookies() == []
    with visiting(browser) as page:
        page.goto(url)
        page.click(".go")
        assert page.url.endswith("/console")


@pytest.mark.parametrize("scripts", [True, False])
def test_with_a_password(browser: Browser, served: Route, *, scripts: bool) -> None:
    served.now += timedelta(hours=2)
    with visiting(browser, scripts=scripts, width=375) as page:
        by_link(page, served, SECOND_AUTHOR)
        page.goto(at(served, "/console/account"))
        page.locator("#ways summary").first.click()
        page.fill("#new-password", PASSWORD[:9])
        if scripts:
            assert page.locator("#new-password-strength").inner_text() == "3 more characters."
        page.fill("#new-password", PASSWORD)
        if scripts:
            assert page.locator("#new-password-strength").inner_text() == "Strong."
        page.fill("#again", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector(".done")
        assert page.locator(".done").inner_text().startswith("Your password is ")
        page.click("text=Sign out >> nth=-1")
        page.click("text=With a password")
        page.fill("#password-email", SECOND_AUTHOR)
        page.fill("#password", "not this one at all")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]:visible")
        if scripts:
            looked_at(page)
        page.fill("#password", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")


def test_with_a_passkey(browser: Browser, served: Route) -> None:
    served.now += timedelta(hours=2)
    with visiting(browser) as page:
        cdp = page.context.new_cdp_session(page)
        cdp.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": False,
        }  # fmt: skip
        key = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

        def touch(*, on: bool) -> None:
            cdp.send("WebAuthn.setAutomaticPresenceSimulation", {"authenticatorId": key, "enabled": on})

        by_link(page, served, AUTHOR)
        page.goto(at(served, "/console/account"))
        touch(on=True)
        page.fill("#passkey-name", "The laptop")
        page.click("text=Add a passkey")
        page.wait_for_selector(".done")
        assert "Your passkey works from now on." in page.locator(".done").inner_text()
        assert "The laptop" in page.locator("#ways").inner_text()
        looked_at(page)
        page.fill("#passkey-name", "Again")
        page.click("text=Add a passkey")
        page.wait_for_selector("[data-trouble]:visible")
        assert "has a passkey for you already" in page.locator("[data-trouble]").inner_text()
        touch(on=False)
        page.click("text=Sign out >> nth=-1")
        page.goto(at(served, "/console/sign-in?next=/console/activity"))
        page.click("text=With a passkey")
        looked_at(page)
        touch(on=True)
        page.click("text=Sign in with a passkey")
        page.wait_for_url("**/console/activity")
        assert "signed in with a passkey" in page.locator(".acts li").first.inner_text()


def test_without_scripts_the_pages_say_what_passkeys_need(browser: Browser, served: Route) -> None:
    with visiting(browser, scripts=False) as page:
        page.goto(at(served, "/console/sign-in"))
        page.click("text=With a passkey")
        assert page.locator("text=Passkeys need JavaScript").is_visible()
        assert not page.locator("text=Sign in with a passkey").is_visible()
        by_link(page, served, AUTHOR)
        page.goto(at(served, "/console/account"))
        assert page.locator("text=To add one you need JavaScript").is_visible()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_admin_asks_somebody_in_and_takes_access_away_again(
    browser: Browser, served: Route, *, scripts: bool
) -> None:
    address = f"new{next(NUMBERS)}@example.org"
    with visiting(browser, scripts=scripts, width=375) as page:
        by_link(page, served, ADMIN)
        page.click("details.menu summary")
        page.click(".menu a >> text=Team")
        page.fill("#email", address)
        page.check("main section.measure >> text=Signs off")
        page.click(".go")
        assert f"on its way to {address}" in page.locator("[role=status].box").inner_text()
        theirs = page.locator(".team li", has_text=address)
        theirs.locator("summary").click()
        theirs.locator("text=Take away access").click()
        assert "has no access any more" in page.locator(".done").inner_text()
        page.click(".done button")
        assert "has access again" in page.locator(".done").inner_text()


def test_by_keyboard_alone(browser: Browser, served: Route) -> None:
    url, _ = served.pipeline.entrance.link(ADMIN, MACHINE)

    def tab_to(page: Page, name: str) -> None:
        for _ in range(60):
            page.keyboard.press("Tab")
            if name in page.evaluate("(document.activeElement.innerText || '').trim()"):
                return
        pytest.fail(f"no way to {name} by keyboard")

    with visiting(browser) as page:
        page.goto(url)
        tab_to(page, "Sign in")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console")
        tab_to(page, "Settings, team and account")
        page.keyboard.press("Enter")
        tab_to(page, "Activity")
        page.keyboard.press("Escape")
        assert not page.locator(".menu ul").is_visible()
        assert "Settings, team and account" in page.evaluate("document.activeElement.innerText")
        page.keyboard.press("Enter")
        tab_to(page, "Team")
        page.keyboard.press("Enter")
        page.wait_for_url("**/console/team")
        tab_to(page, "Change")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        tab_to(page, "Save")
        page.keyboard.press("Enter")
        page.wait_for_selector("[role=alert]")
        assert "has this role already" in page.locator("main").inner_text()


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_every_page_can_be_read(browser: Browser, served: Route, width: int, *, dark: bool) -> None:
    with visiting(browser, width=width, dark=dark) as page:
        page.goto(at(served, "/console/sign-in"))
        looked_at(page)
        for summary in page.locator(".ways summary").all():
            summary.click()
        looked_at(page)
        page.goto(at(served, "/console/enter/nonsense"))
        looked_at(page)
        url, _ = served.pipeline.entrance.link(ADMIN, MACHINE)
        page.goto(url)
        looked_at(page)
        page.click(".go")
        page.click("details.menu summary")
        looked_at(page)
        for path in ("team", "account", "activity", "activity?kind=readers", "issues/quarterly-2024-q2/activity"):
            page.goto(at(served, f"/console/{path}"))
            for summary in page.locator("main summary").all():
                summary.click()
            looked_at(page)


def test_what_was_typed_never_runs(browser: Browser, served: Route) -> None:
    with served.database.transaction() as session:
        people.add(session, f"evil{next(NUMBERS)}@example.org", "author", served.now, EVIL)
    with visiting(browser, user_agent=f"Firefox/1 {EVIL}") as page:
        by_link(page, served, ADMIN)
        page.goto(at(served, "/console/account"))
        page.fill("#name", EVIL)
        page.click("text=Save the name")
        for path in ("account", "team", "activity", "", "issues"):
            page.goto(at(served, f"/console/{path}".rstrip("/")), wait_until="networkidle")
            assert page.title() != "ran"
            assert page.locator("main img").count() == 0
        page.goto(at(served, "/console/account"))
        page.fill("#name", "Alex Admin")
        page.click("text=Save the name")
