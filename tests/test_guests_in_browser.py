"""Guests' pages in a browser: on a phone, with scripts and without; nothing that anybody typed ever runs."""

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from newsletter.guests.model import Act, Standing, Wish
from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import AUTHOR, SLUG, Route, laid_out
from tests.test_guest_pages import SCRIPT
from tests.test_guests import NOTE, asked, hand_in, row, token
from tests.test_public_in_browser import heading, looked_at, visiting
from tests.test_public_pages import dump

pytestmark = IN_A_BROWSER

NUMBERS = count()
# Whatever runs of it changes the title of the page that it stands in, or opens something.
EVIL = "<script>document.title='ran'</script><img src=x onerror=\"document.title='ran'\"><svg onload=alert(1)>"


@pytest.fixture
def served(assembled_folder: Path, tmp_path: Path) -> Iterator[Route]:
    """An installation that answers on a port of this machine."""
    found = laid_out(assembled_folder, tmp_path / "route")
    with answering(found):
        yield found


def ask(route: Route, act: Act, name: str = "Dana Director", **more: object) -> int:
    due = (route.now + timedelta(days=3)).date()
    wish = Wish(act, name, f"guest{next(NUMBERS)}@a.example", due, **more)  # type: ignore[arg-type]
    return route.pipeline.ask_guest(SLUG, wish, route.who(AUTHOR))


def clear(route: Route, name: str = "Bristol press office") -> int:
    return ask(route, Act.CLEAR, name, publication_id=route.publication("san-antonio").id)


def url(route: Route, request_id: int) -> str:
    return f"{route.settings.base_url}/g/{token(route, request_id)}"


@pytest.mark.parametrize("language", ["en", "es", "fr", "ar"])
@pytest.mark.parametrize("scripts", [True, False])
def test_every_act_is_done_on_a_phone(browser: Browser, served: Route, language: str, *, scripts: bool) -> None:
    requests = {
        Act.NOTE: ask(served, Act.NOTE, message="Five minutes in a taxi."), Act.SUGGEST: ask(served, Act.SUGGEST),
        Act.CLEAR: clear(served), Act.TRANSLATE: ask(served, Act.TRANSLATE, language="es"),
    }  # fmt: skip
    roots = served.publication("roots").id
    with visiting(browser, language, scripts=scripts, dark=language in {"fr", "ar"}) as page:
        for act, id_ in requests.items():
            page.goto(f"{url(served, id_)}?lang={language}")
            assert page.locator("html").get_attribute("lang") == language
            looked_at(page, scripts=scripts)
            match act:
                case Act.NOTE:
                    page.fill("#text", "One thought, two thanks.")
                case Act.SUGGEST:
                    page.fill("[name=title]", "Welcome week")
                case Act.CLEAR:
                    frame = page.frame_locator("iframe")
                    expect(frame.get_by_text("San Antonio shows what a welcoming city can carry")).to_be_visible()
                case Act.TRANSLATE:
                    page.fill(f"[name=item-{roots}-title]", "Devex y la red")
            button = page.locator(".go").first
            box = button.bounding_box()
            assert box
            assert box["height"] >= 56
            button.click()
            assert page.locator(".note[role=status]").is_visible()
            assert asked(served, id_).standing is Standing.ANSWERED
            looked_at(page, scripts=scripts)


def test_the_other_pages_give_axe_nothing_to_say(browser: Browser, served: Route) -> None:
    note, change, ended = ask(served, Act.NOTE), clear(served), ask(served, Act.SUGGEST)
    hand_in(served, change, {"verdict": "change", "text": "It was 36 cities."})
    served.pipeline.revoke_guest(ended, served.who(AUTHOR))
    for width, dark in ((375, True), (1280, False)):
        with visiting(browser, "en", scripts=True, width=width, dark=dark) as page:
            for address in (url(served, change), url(served, ended)):
                page.goto(address)
                looked_at(page, scripts=True)
            # Its own page runs no script, not even axe.
            page.goto("about:blank")
            page.set_content(served.pipeline.guests.item(token(served, change)) or "")
            looked_at(page, scripts=True)
            page.goto(url(served, note))
            page.evaluate("document.querySelector('#text').required = false")
            page.click(".go")
            assert page.locator("[role=alert]").is_visible()
            looked_at(page, scripts=True)
    with visiting(browser, "ar", scripts=True, width=320) as page:
        for id_ in (note, change, ended):
            page.goto(url(served, id_))
            assert not scrolls_sideways(page)


def test_words_are_counted_and_what_is_typed_is_kept(browser: Browser, served: Route) -> None:
    id_ = ask(served, Act.NOTE)
    with visiting(browser, "en", scripts=True) as page:
        page.goto(url(served, id_))
        page.locator("#text").press_sequentially("One thought, two thanks.")
        assert page.locator("output").inner_text() == "4"
        expect(page.locator("[data-kept]")).to_have_text("Kept. Nothing is handed in yet.", timeout=10_000)
        assert asked(served, id_).words == "page opened, not finished"
        page.reload()
        assert page.input_value("#text") == "One thought, two thanks."
        assert page.locator("output").inner_text() == "4"
        page.click("button[value=save]")
        assert "Nothing is handed in yet" in page.locator(".note").inner_text()
    assert served.pipeline.version(SLUG).draft.opening == ()


def test_a_link_in_the_item_opens_beside_it(browser: Browser, served: Route) -> None:
    id_ = clear(served)
    target = f"{served.settings.base_url}/issues"
    served.set_publication("san-antonio", url=target)
    with visiting(browser, "en", scripts=True) as page:
        page.goto(url(served, id_))
        link = page.frame_locator("iframe").locator(f"a[href^='{target}']").first
        with page.context.expect_page() as opened:
            link.click()
        assert opened.value.url == target
        assert "/g/" in page.url


def test_nothing_that_was_typed_runs(browser: Browser, served: Route) -> None:
    roots = served.publication("roots").id
    requests = {
        Act.NOTE: ask(served, Act.NOTE, EVIL, message=EVIL), Act.SUGGEST: ask(served, Act.SUGGEST, EVIL),
        Act.CLEAR: clear(served, EVIL), Act.TRANSLATE: ask(served, Act.TRANSLATE, EVIL, language="es"),
    }  # fmt: skip
    editor, author = served.pipeline.editor, served.who(AUTHOR)
    editor.word_item(SLUG, author, served.publication("san-antonio").id, "en", title=EVIL, summary=EVIL)
    editor.add_block(SLUG, author, "quote", {"text": EVIL, "name": EVIL})
    sent: dict[Act, dict[str, str]] = {
        Act.NOTE: dict.fromkeys(("text", "name", "role"), EVIL),
        Act.SUGGEST: dict.fromkeys(("title", "what", "when", "who"), EVIL) | {"link": "https://a.example/?" + "x" * 9},
        Act.CLEAR: {"text": EVIL},
        Act.TRANSLATE: {f"item-{roots}-title": EVIL, f"item-{roots}-summary": EVIL},
    }
    with visiting(browser, "en", scripts=True) as page:
        ran = watched(page)
        for act, id_ in requests.items():
            page.goto(url(served, id_))
            for name, text in sent[act].items():
                page.locator(f"[name={name}]").first.fill(text)
            page.locator("button[value=save]").first.click()
            quiet(page, ran)
            button = "Ask for this change" if act is Act.CLEAR else re.compile("Hand it in|Suggest it")
            page.get_by_role("button", name=button).first.click()
            quiet(page, ran)
            assert asked(served, id_).standing is Standing.ANSWERED, act
            page.goto(url(served, id_))
            quiet(page, ran)
            served.pipeline.revoke_guest(id_, served.who(AUTHOR))
            page.goto(url(served, id_))
            quiet(page, ran)
            served.pipeline.restore_guest(id_, served.who(AUTHOR))
        page.goto(f"{url(served, requests[Act.CLEAR])}/look")
        quiet(page, ran)
        page.goto("about:blank")  # where everything may run
        for part in served.pipeline.version(SLUG).parts.values():
            page.set_content(part.web)
            quiet(page, ran)


def watched(page: Page) -> list[str]:
    """What the page says through a dialog."""
    ran: list[str] = []

    def heard(dialog: object) -> None:
        ran.append(str(dialog))

    page.on("dialog", heard)
    return ran


def quiet(page: Page, ran: list[str]) -> None:
    page.wait_for_load_state("networkidle")
    assert ran == []
    for frame in page.frames:
        assert frame.title() != "ran"
        assert frame.locator("img[src=x], svg[onload]").count() == 0


def test_a_scanner_that_runs_scripts_opens_every_page_and_changes_nothing(browser: Browser, served: Route) -> None:
    for act, more in ((Act.NOTE, {}), (Act.SUGGEST, {}), (Act.TRANSLATE, {"language": "es"})):
        ask(served, act, **more)
    clear(served)
    served.pipeline.deliver_notices(threading.Event())
    found = set()
    for mail in served.mails():
        for part in mail.walk():
            if part.get_content_maintype() == "text":
                found |= set(re.findall(rf"{re.escape(served.settings.base_url)}/[^\s\"<>)]*", part.get_content()))
    assert len(found) == 4
    before = dump(served.database)
    with visiting(browser, "en", scripts=True) as page:
        for address in sorted(found):
            page.request.head(address)
            page.goto(address)
            page.evaluate("""() => {
                for (const one of document.querySelectorAll('input, textarea')) {
                    one.value = 'scanned';
                    one.dispatchEvent(new Event('input', { bubbles: true }));
                }
                for (const one of document.links) one.dispatchEvent(new Event('mouseover'));
            }""")
            page.wait_for_timeout(4500)
    assert dump(served.database) == before


def test_two_who_write_at_once_lose_nothing(browser: Browser, served: Route) -> None:
    id_ = ask(served, Act.NOTE)
    with (
        visiting(browser, "en", scripts=False) as one, visiting(browser, "en", scripts=False) as other,
    ):  # fmt: skip
        one.goto(url(served, id_))
        other.goto(url(served, id_))
        one.fill("#text", "The director's own words.")
        one.click(".go")
        other.fill("#text", "What her assistant typed.")
        other.click(".go")
        assert "It has changed since you opened this page" in other.locator(".note[role=alert]").inner_text()
        assert other.input_value("#text") == "What her assistant typed."
        assert heading(other) == "The director’s note for Summer 2024"
    note = served.pipeline.version(SLUG).draft.opening[0].wordings["en"]
    assert note["text"] == "The director's own words."
    assert row(served, id_).answer["text"] == "The director's own words."


def test_a_script_in_a_field_is_only_text(browser: Browser, served: Route) -> None:
    id_ = ask(served, Act.NOTE)
    hand_in(served, id_, NOTE | {"text": SCRIPT})
    with visiting(browser, "en", scripts=True) as page:
        ran = watched(page)
        page.goto(url(served, id_))
        quiet(page, ran)
        assert SCRIPT in page.locator(".words p").inner_text()
        assert violations(page) == []
