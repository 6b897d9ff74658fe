"""Now, Issues, Check and test copies in a browser: at 375 pixels, in the dark, by keyboard, without scripts; axe is
silent, and nothing that others typed runs.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.guests.model import Act, Wish
from newsletter.issues import owed, rhythms
from newsletter.issues.revising import Hand
from newsletter.preflight.looking import store
from newsletter.staff import people
from newsletter.staff.people import Actor
from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import APPROVER, AUTHOR, SLUG, Route, laid_out

pytestmark = IN_A_BROWSER

HOSTILE = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
SOON = 30_000  # milliseconds, also on a busy machine
ISSUE = f"/console/issues/{SLUG}"
PAGES = ("/console", "/console/issues", f"{ISSUE}/check", f"{ISSUE}/test", "/console/requests/1/said")


@pytest.fixture(scope="module")
def served(assembled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    """An issue in hand, with something to mend, somebody to wait for, and script in every field that others fill."""
    found = laid_out(assembled_folder, tmp_path_factory.mktemp("served") / "route")
    with answering(found):
        today = found.now.date()
        with found.database.transaction() as session:
            hand = Hand(session, found.issue().id, found.now)
            people.add(session, "hostile@example.org", "author", found.now, HOSTILE)
            owed.ask(hand, "director", APPROVER, today + timedelta(days=3), today)
            owed.ask(hand, "quote", "hostile@example.org", today, today)
            rhythms.set_rhythm(session, found.list_id(), today, found.settings.zone)
        id_ = found.publication("roots").id
        wish = Wish(Act.CLEAR, HOSTILE[:100], "press@example.org", today + timedelta(days=5), publication_id=id_)
        found.pipeline.ask_guest(SLUG, wish, found.who(AUTHOR))
        found.word("roots", f"TODO {HOSTILE}")
        found.edit(subject=f"TODO {HOSTILE[:80]}", preview=f"What stands in it this time {HOSTILE[:60]}")
        yield found


@contextmanager
def seated(
    browser: Browser, route: Route, *, scripts: bool = True, width: int = 1280, dark: bool = False
) -> Iterator[Page]:
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light", reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    link, _ = route.pipeline.entrance.link(AUTHOR, Actor(None, "cli"))
    page.goto(link)
    page.click("button.go")
    yield page
    context.close()


def to(page: Page, route: Route, path: str) -> None:
    page.goto(f"{route.settings.base_url}{path}")


@pytest.mark.parametrize(("width", "dark"), [(375, False), (375, True), (1280, False), (1280, True)])
def test_every_page_is_accessible_and_no_wider_than_the_screen(
    browser: Browser, served: Route, width: int, *, dark: bool
) -> None:
    with seated(browser, served, width=width, dark=dark) as page:
        for path in PAGES:
            to(page, served, path)
            assert violations(page) == [], path
            assert not scrolls_sideways(page), path


def test_what_others_typed_never_runs(browser: Browser, served: Route) -> None:
    with seated(browser, served) as page:
        alerts: list[str] = []
        page.on("dialog", lambda dialog: alerts.append(dialog.message))
        for path in (*PAGES, f"{ISSUE}/check?look=dark", f"{ISSUE}/check?as=text", f"{ISSUE}/preview/en"):
            to(page, served, path)
            page.wait_for_load_state("networkidle")
            assert "run" not in {frame.title() for frame in page.frames}, path
        assert alerts == []


def test_the_frames_get_at_nothing_of_the_console(browser: Browser, served: Route) -> None:
    with seated(browser, served) as page:
        to(page, served, f"{ISSUE}/check")
        page.wait_for_load_state("networkidle")
        frames = [frame for frame in page.frames if "/preview/" in frame.url]
        assert len(frames) == 2
        for frame in frames:
            assert frame.evaluate("origin") == "null"
            assert frame.evaluate("(() => { try { return parent.document.title } catch { return '' } })()") == ""
        for one in page.locator("iframe").all():
            assert one.get_attribute("title")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_test_copy_is_on_its_way_with_one_press(browser: Browser, served: Route, *, scripts: bool) -> None:
    with seated(browser, served, scripts=scripts, width=375) as page:
        to(page, served, "/console")
        page.click("text=Test copy to me")
        assert f"On its way to {AUTHOR}: 2 language versions." in page.inner_text(".done")
        assert page.url.partition("?")[0].endswith("/console")


def test_by_keyboard_alone(browser: Browser, served: Route) -> None:
    with seated(browser, served) as page:
        to(page, served, f"{ISSUE}/check")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
        page.keyboard.press("Enter")
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent").strip() == "Dark":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**look=dark**")
        assert str(page.get_attribute("iframe >> nth=0", "src")).endswith("preview/en?look=dark")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_look_at_links_is_followed_to_its_end(browser: Browser, served: Route, *, scripts: bool) -> None:
    issue_id = served.issue().id
    with served.database.transaction() as session:
        store.begin(session, issue_id, 40, served.now)
    with seated(browser, served, scripts=scripts) as page:
        to(page, served, f"{ISSUE}/check")
        assert "0 of 40" in page.inner_text("#looking")
        with served.database.transaction() as session:
            store.move(session, issue_id, 12, served.now)
        expect(page.locator("#looking")).to_contain_text("12 of 40", timeout=SOON)
        if scripts:
            assert page.evaluate("document.querySelector('progress').value") == 12
        with served.database.transaction() as session:
            store.end(session, issue_id, served.now)
        expect(page.locator("#looking")).to_contain_text("Links and names were looked at", timeout=SOON)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_chosen_reader_is_looked_for_and_shown(browser: Browser, served: Route, *, scripts: bool) -> None:
    with seated(browser, served, scripts=scripts, width=375) as page:
        to(page, served, f"{ISSUE}/check")
        page.fill("#who", "dario")
        page.click("text=Find")
        page.click("text=dario@example.org")
        assert "As dario@example.org would get it." in page.inner_text(".as-reader")
        assert "/preview/es?reader=" in str(page.get_attribute("iframe >> nth=0", "src"))
        assert "dario" not in page.url, "no address stands in a URL"
