"""What tests in a browser share: Chromium, an installation that answers on a port, and what axe and the width say."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from newsletter import serving
from newsletter.web.app import app
from tests.route import Route

CHROMIUM = Path("/usr/bin/chromium")
PATIENCE = 30_000  # milliseconds: a busy machine is no fault of the page
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Everything axe knows about WCAG 2.2 A and AA, and its own good practice.
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {
        # A mail has no landmarks: it stands in the mail program's own.
        "region": {"enabled": False},
        "landmark-one-main": {"enabled": False},
        "target-size": {"enabled": True},
    },
}
IN_A_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not shutil.which(str(CHROMIUM)), reason="there is no Chromium at /usr/bin/chromium"),
    # Playwright leaves its pipes to the interpreter's end.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def answering(found: Route, host: str = "127.0.0.1") -> Iterator[Route]:
    """The installation, answering at that name on a port of this machine, at the present time."""
    stop, ready = threading.Event(), threading.Event()
    with serving.bound("127.0.0.1", 0) as web:
        found.now = datetime.now(UTC)
        found.open(base_url=f"http://{host}:{web.getsockname()[1]}")
        site = app(found.pipeline)
        thread = threading.Thread(target=serving.serve, args=(site, web, ready.set, stop))
        thread.start()
        assert ready.wait(10)
        try:
            yield found
        finally:
            stop.set()
            thread.join()
    found.close()


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{one['id']}: {node['html'][:160]} {node['failureSummary']}" for one in found for node in one["nodes"]]


def scrolls_sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
