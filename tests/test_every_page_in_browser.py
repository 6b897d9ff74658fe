"""Every page that a link leads to, full of script that others typed: none runs, axe is silent, nothing is too wide."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import update

from bench.console_pictures import NOT_SHOWN, kinds, reachable
from newsletter.guests.model import Act, Wish
from newsletter.publications import sourcing, visits
from newsletter.staff import people
from subscribers.tables import SubscriberRow
from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import ADMIN, AUTHOR, SITE, SLUG, Route, laid_out
from tests.seated import MACHINE
from tests.test_results import Answering

pytestmark = IN_A_BROWSER

# Unescaped, it runs or is refused by the page's own policy; both are told.
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='alert(2)'><svg onload=alert(3)>"
FIELDS = ("title", "summary", "outlet", "place", "who_for", "original_source", "image_credit")
# Needs more than an issue in hand, and has a test of its own.
ELSEWHERE = {"/console/issues/{key}/write/item/{publication}/website"}
# Once an issue is out: `test_no_page_of_an_issue_that_is_out_...` looks at them.
OUT = {
    "/console/issues/{key}/board", "/console/issues/{key}/results/readers", "/console/issues/{key}/results/copy",
    "/console/issues/{key}/results/send-again", "/console/issues/{key}/wrong",
}  # fmt: skip


@pytest.fixture(scope="module")
def served(assembled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    """An issue in hand with script in all that websites, staff and guests write."""
    found = laid_out(assembled_folder, tmp_path_factory.mktemp("every") / "route")
    with answering(found):
        fill(found)
        yield found


def fill(route: Route) -> None:
    editor, author = route.pipeline.editor, route.who(AUTHOR)
    for external_id in ("san-antonio", "roots", "bloomberg", "pilots", "forum"):
        route.set_publication(external_id, **dict.fromkeys(FIELDS, HOSTILE))
        id_ = route.publication(external_id).id
        editor.word_item(SLUG, author, id_, "en", title=HOSTILE, summary=HOSTILE, action=HOSTILE[:80], alt=HOSTILE)
        editor.state_facts(SLUG, author, id_, {"place": HOSTILE, "outlet": HOSTILE, "who_for": HOSTILE})
        editor.credit(SLUG, author, id_, HOSTILE)
    editor.decline(SLUG, author, [route.publication("climate").id], reason=HOSTILE)
    editor.word_issue(SLUG, author, subject=HOSTILE, preview=HOSTILE)
    editor.title_section(SLUG, author, "work", "en", HOSTILE)
    quote = {"text": HOSTILE, "name": HOSTILE, "role": HOSTILE}
    editor.add_block(SLUG, author, "quote", quote, section="work")
    with route.database.transaction() as session:
        people.add(session, "evil@example.org", "author", route.now, HOSTILE)
    admin = route.who(ADMIN)
    route.pipeline.lists.face("quarterly", admin, {"name": HOSTILE, "description": HOSTILE})
    route.pipeline.lists.wording("quarterly", admin, {"legal_name": HOSTILE, "imprint": HOSTILE})
    route.pipeline.lists.section("quarterly", "read", admin, {"title_en": [HOSTILE]})
    route.pipeline.rhythms.change("quarterly", admin, {"on": "yes"})
    route.pipeline.keys.make(HOSTILE, ("lists:read",), admin)
    with route.database.transaction() as session:
        source = sourcing.add(session, sourcing.define("feed", f"{SITE}/feed"), route.now, name=HOSTILE)
        visits.record(session, source.id, visits.Visit(route.now, {}, {}, HOSTILE), route.now)
    for act in Act:
        route.pipeline.ask_guest(SLUG, wish(route, act), author)
    lines = f"name,email,source\n{quoted(HOSTILE)},hostile@example.org,{quoted(HOSTILE)}\nx,{quoted(HOSTILE)},x\n"
    route.pipeline.bringing.bring(author, "quarterly", "confirmed", f"{HOSTILE}.csv", lines.encode())


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def wish(route: Route, act: Act) -> Wish:
    due = (route.now + timedelta(days=3)).date()
    item = route.publication("roots").id if act is Act.CLEAR else None
    language = "es" if act is Act.TRANSLATE else ""
    return Wish(act, HOSTILE[:100], f"{act}@example.org", due, HOSTILE, language, publication_id=item, block="quote")


@contextmanager
def watched(browser: Browser, **look: Any) -> Iterator[tuple[BrowserContext, list[str]]]:
    """A browser, and what ran in it or was refused."""
    context, told = browser.new_context(reduced_motion="reduce", **look), []

    def watch(page: Page) -> None:
        page.on("dialog", lambda dialog: (told.append(f"{page.url} ran {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda line: told.append(f"{page.url}: {line.text}") if "Refused" in line.text else None)

    context.on("page", watch)
    yield context, told
    context.close()


def signed_in(context: BrowserContext, route: Route) -> Page:
    page, (link, _) = context.new_page(), route.pipeline.entrance.link(ADMIN, MACHINE)
    page.goto(link)
    page.click("button.go")
    return page


@pytest.mark.parametrize(("width", "scheme"), [(375, "dark"), (1280, "light")])
def test_no_page_runs_what_others_typed_or_is_hard_to_use(
    browser: Browser, served: Route, width: int, scheme: Any
) -> None:
    size: Any = {"width": width, "height": 850}
    with watched(browser, viewport=size, color_scheme=scheme) as (context, told):
        page = signed_in(context, served)
        address = served.settings.base_url
        found = reachable(served.pipeline, context, address)
        expected = {kind for _, kind in kinds(served.pipeline)}
        assert expected - found.keys() <= ELSEWHERE | OUT, "a page of the console that no link leads to"
        for path in found.values():
            page.goto(address + path, wait_until="networkidle")
            page.evaluate("document.querySelectorAll('main details:not(.deeds)').forEach(one => { one.open = true })")
            assert violations(page) == [], path
            assert not scrolls_sideways(page), path
        for form in ("", "?as=text"):
            page.goto(f"{address}/console/issues/{SLUG}/preview/en{form}", wait_until="networkidle")
            assert "alert(1)" in page.locator("body").inner_text()
        assert told == []


@pytest.fixture(scope="module")
def out(assembled_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Route]:
    """An issue that is out, with answers of every sort, readers whose names are script, and key readers among them."""
    found = laid_out(assembled_folder, tmp_path_factory.mktemp("out") / "route")
    found.add_reader("full@town.example.net")
    with found.database.transaction() as session:
        session.execute(update(SubscriberRow).values(name=HOSTILE))
    found.pipeline.key_readers.add("quarterly", "ada@example.org\nfull@town.example.net", found.who(AUTHOR))
    with answering(found):
        found.sign_off()
        with patch("newsletter.pipeline.open_transport", lambda name, _: Answering()):
            found.send()
        yield found


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (1280, "dark")])
def test_no_page_of_an_issue_that_is_out_runs_what_others_typed_or_is_hard_to_use(
    browser: Browser, out: Route, width: int, scheme: Any
) -> None:
    size: Any = {"width": width, "height": 850}
    with watched(browser, viewport=size, color_scheme=scheme) as (context, told):
        page, address = signed_in(context, out), out.settings.base_url
        found = reachable(out.pipeline, context, address)
        assert found.keys() >= OUT
        for kind in sorted({*OUT, "/console", "/console/issues/{key}/results", "/console/readers/key"}):
            page.goto(address + found[kind], wait_until="networkidle")
            page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
            assert violations(page) == [], kind
            assert not scrolls_sideways(page), kind
        assert told == []


def test_pages_that_are_left_out_here_are_tested_elsewhere() -> None:
    assert NOT_SHOWN.match("/console/start")
    assert NOT_SHOWN.match("/console/enter/x")
    assert not NOT_SHOWN.match("/console/issues")
