"""The pages for readers in a browser: the whole walk in four languages, with scripts and without; axe is silent."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.message import EmailMessage
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from subscribers import Purpose
from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import Route, laid_out
from tests.test_public_pages import dump, subscription

pytestmark = IN_A_BROWSER

NUMBERS = count()
HEADINGS = {
    "en": ("Now look into your inbox.", "Welcome. You are on the list.", "Welcome back."),
    "es": ("Ahora mire su bandeja de entrada.", "Le damos la bienvenida. Ya está en la lista.",
           "Le damos de nuevo la bienvenida."),
    "fr": ("Consultez maintenant votre boîte de réception.", "Bienvenue. Vous êtes sur la liste.",
           "Heureux de vous revoir."),
    "ar": ("الآن تفقّد بريدك.", "أهلًا بك. أنت الآن في القائمة.", "أهلًا بعودتك."),
}  # fmt: skip


@pytest.fixture(scope="module")
def served(assembled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    """An installation that answers on a port of this machine; its clock moves when a test says so."""
    found = laid_out(assembled_folder, tmp_path_factory.mktemp("served") / "route")
    with answering(found):
        yield found


@contextmanager
def visiting(browser: Browser, language: str, *, scripts: bool, width: int = 375, dark: bool = False) -> Iterator[Page]:
    context = browser.new_context(
        locale=language, java_script_enabled=scripts, viewport={"width": width, "height": 800},
        color_scheme="dark" if dark else "light", reduced_motion="reduce",
    )  # fmt: skip
    yield context.new_page()
    assert context.cookies() == []
    context.close()


def delivered(route: Route, address: str) -> EmailMessage:
    route.pipeline.joining.handle()  # the page does so after its answer; it may not have come to it yet
    route.pipeline.deliver_notices(threading.Event())
    return next(one for one in reversed(route.mails()) if address in one["To"])


def link(route: Route, mail: EmailMessage, prefix: str) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    text = f"{mail['List-Unsubscribe']} {body.get_content()}"
    return re.findall(rf"{re.escape(route.settings.base_url)}/{prefix}/[\w-]+", text)[0]


def heading(page: Page) -> str:
    return page.locator("h1").inner_text()


def looked_at(page: Page, *, scripts: bool) -> None:
    """Where scripts run, axe looks at the page."""
    if scripts:
        assert violations(page) == []
        assert not scrolls_sideways(page)


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("language", HEADINGS)
def test_a_reader_walks_the_whole_way(browser: Browser, served: Route, language: str, *, scripts: bool) -> None:
    address = f"walker{next(NUMBERS)}@example.org"
    inbox, welcome, back = HEADINGS[language]
    with visiting(browser, language, scripts=scripts, dark=language in {"fr", "ar"}) as page:
        page.goto(f"{served.settings.base_url}/subscribe")
        assert page.locator("html").get_attribute("lang") == language
        looked_at(page, scripts=scripts)
        page.fill("#email", address)
        # Nobody types as fast as a browser does; and the limits of one network must not end the eighth walk.
        served.now += timedelta(minutes=3)
        page.click(".go")
        assert heading(page) == inbox
        looked_at(page, scripts=scripts)
        page.goto(f"{link(served, delivered(served, address), 'c')}?lang={language}")
        looked_at(page, scripts=scripts)
        page.click(".go")
        assert heading(page) == welcome
        looked_at(page, scripts=scripts)
        page.click("a.touch")
        page.goto(f"{page.url}?lang={language}")
        looked_at(page, scripts=scripts)
        page.fill("#name", "Walker")
        page.click(".go")
        assert page.locator("[role=status]").is_visible()
        assert page.input_value("#name") == "Walker"
        looked_at(page, scripts=scripts)
        held = subscription(served, address)
        page.goto(
            f"{served.settings.base_url}/u/{served.pipeline.links.token(Purpose.UNSUBSCRIBE, held.id)}?lang={language}"
        )
        looked_at(page, scripts=scripts)
        box = page.locator(".go").bounding_box()
        assert box
        assert box["height"] >= 56
        assert box["width"] >= 300
        page.click(".go")
        assert subscription(served, address).state == "unsubscribed"
        looked_at(page, scripts=scripts)
        page.click("button[value=too_often]")
        assert subscription(served, address).left_because == "too_often"
        looked_at(page, scripts=scripts)
        page.click("button[value=undo]")
        assert heading(page) == back
        assert subscription(served, address).state == "confirmed"
        looked_at(page, scripts=scripts)


def test_the_remaining_pages_give_axe_nothing_to_say(browser: Browser, served: Route) -> None:
    links, base = served.pipeline.links, served.settings.base_url
    asked = delivered_to_new(served)
    paths = (
        "/subscribe/embed", "/u/nonsense", f"/u/{links.token(Purpose.TEST, 1)}", "/nowhere",
        f"/u/{links.token(Purpose.UNSUBSCRIBE, 999)}", link(served, asked, "u").removeprefix(base),
    )  # fmt: skip
    with visiting(browser, "en", scripts=True, width=1280) as page:
        for path in paths:
            page.goto(base + path)
            looked_at(page, scripts=True)
        page.goto(f"{base}/subscribe")
        page.fill("#email", "nobody@")
        page.click(".go")
        assert page.locator("#email-error").is_visible()
        looked_at(page, scripts=True)
        page.fill("#email", "somebody@example.org")
        page.click(".go")  # at once: programs are so fast
        looked_at(page, scripts=True)
    with visiting(browser, "ar", scripts=True, width=320) as page:
        for path in ("/subscribe", link(served, asked, "u").removeprefix(base)):
            page.goto(base + path)
            assert not scrolls_sideways(page)


def delivered_to_new(route: Route) -> EmailMessage:
    address = f"asked{next(NUMBERS)}@example.org"
    pipeline = route.pipeline
    from newsletter.readers.model import SignUp

    pipeline.joining.sign_up(SignUp(address, ("quarterly",), "en", "Yes."), f"198.51.100.{next(NUMBERS)}")
    pipeline.joining.handle()
    return delivered(route, address)


def test_a_scanner_that_follows_every_link_and_runs_scripts_changes_nothing(browser: Browser, served: Route) -> None:
    delivered_to_new(served)
    found = set()
    for mail in served.mails():
        text = " ".join(
            [
                mail["List-Unsubscribe"] or "",
                *(part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"),
            ]
        )
        found |= set(re.findall(rf"{re.escape(served.settings.base_url)}/[^\s\"<>)]*", text))
    assert {urlpath.split("/")[3] for urlpath in found} >= {"c", "u"}
    before = dump(served.database)
    with visiting(browser, "en", scripts=True) as page:
        for url in sorted(found)[:40]:
            page.request.head(url)
            page.goto(url)
            page.evaluate("() => { for (const a of document.links) a.dispatchEvent(new Event('mouseover')) }")
    assert dump(served.database) == before
