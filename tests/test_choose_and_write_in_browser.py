"""Choose and Write in a browser: in the mail by a click, by the keyboard alone, without scripts, and by two at once."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from newsletter.issues import contents
from newsletter.staff.people import Actor
from tests.browsers import IN_A_BROWSER, answering, scrolls_sideways, violations
from tests.route import AUTHOR, SECOND_AUTHOR, SLUG, Route, laid_out

pytestmark = IN_A_BROWSER

WRITE = f"/console/issues/{SLUG}/write"


@pytest.fixture
def served(assembled_folder: Path, tmp_path: Path) -> Iterator[Route]:
    found = laid_out(assembled_folder, tmp_path / "route")
    with answering(found):
        yield found


@contextmanager
def at_the_desk(browser: Browser, route: Route, email: str = AUTHOR, **options: Any) -> Iterator[Page]:
    """Somebody signed in, whose page must say nothing on the browser's console."""
    context = browser.new_context(
        viewport=options.pop("viewport", {"width": 1280, "height": 900}), reduced_motion="reduce", locale="en-GB",
        **options,
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(10000)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(f"dialog: {dialog.message}") or dialog.dismiss())
    url, _ = route.pipeline.entrance.link(email, Actor(None, "cli"))
    page.goto(url)
    page.locator("main button").click()
    page.goto(base(route) + WRITE)
    yield page
    context.close()
    assert errors == []


def base(route: Route) -> str:
    return route.settings.base_url


def known(route: Route) -> dict[str, Any]:
    with route.database.reading() as session:
        return contents.read(session, route.issue().id)


def in_the_mail(page: Page, place: str) -> Locator:
    return page.frame_locator("#frame iframe:not(.next)").locator(f"[data-place='{place}']").first


def saved(page: Page) -> None:
    expect(page.locator("#told")).to_contain_text("Saved")


def test_a_paragraph_is_changed_where_it_stands(served: Route, browser: Browser) -> None:
    lead = served.publication("san-antonio").id
    with at_the_desk(browser, served) as page:
        in_the_mail(page, f"item:{lead}:summary").click()
        field = page.get_by_label("Text")
        expect(field).to_be_focused()
        field.fill("Written in the mail itself.")
        expect(page.locator("[data-for=f-summary]")).to_contain_text("5 of 45–60 words")
        saved(page)
        expect(in_the_mail(page, f"item:{lead}:summary")).to_have_text("Written in the mail itself.")
        expect(page.locator(f"#item-{lead} .meta")).to_contain_text("5 words, 40 too few")
        page.keyboard.press("Escape")
        expect(page.locator("#panel")).to_be_hidden()
    assert known(served)[f"item:{lead}:en:summary"] == "Written in the mail itself."


def test_the_mail_stays_where_it_was_scrolled_to(served: Route, browser: Browser) -> None:
    forum = served.publication("forum").id
    with at_the_desk(browser, served) as page:
        title = in_the_mail(page, f"item:{forum}:title")
        title.scroll_into_view_if_needed()
        title.click()
        page.wait_for_timeout(300)
        before = page.frames[-1].evaluate("scrollY")
        assert before > 0
        page.get_by_label("Headline").fill("A forum of mayors")
        expect(in_the_mail(page, f"item:{forum}:title")).to_have_text("A forum of mayors")
        assert abs(page.frames[-1].evaluate("scrollY") - before) < 40


def test_a_text_is_put_in_beside_the_mail_or_thrown_away_knowingly(served: Route, browser: Browser) -> None:
    with at_the_desk(browser, served) as page:
        page.locator("#list").get_by_role("link", name="Write it").click()
        page.locator("#f-text").fill("One thought.")
        page.locator("#f-name").fill("Dana Director")
        page.get_by_role("button", name="Done").click()
        expect(page.locator(".said")).to_contain_text("What you typed is not put in yet.")
        page.get_by_role("button", name="Keep writing").click()
        expect(page.locator("#f-text")).to_be_focused()
        page.get_by_role("button", name="Put it in").click()
        expect(page.locator("#panel")).to_be_hidden()
        expect(page.locator(".said")).to_contain_text("Written.")
        expect(page.locator("#list")).to_contain_text("One thought. Dana Director")
        page.locator(".adding summary").click()
        page.locator(".adding").get_by_role("link", name="Quote").click()
        page.locator("#f-text").fill("Nobody said this.")
        page.locator(".inbox-line").click()
        expect(page.locator("#f-text")).to_have_value("Nobody said this.")
        page.get_by_role("button", name="Throw it away").click()
        expect(page.locator("#form-title")).to_have_text("Subject and preview line")
        page.get_by_role("button", name="Done").click()
        expect(page.locator("#panel")).to_be_hidden()
        expect(page.locator("#list .block")).to_have_count(1)


def test_with_the_keyboard_alone(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as page:
        name = page.locator(f"#item-{roots} .name")
        for _ in range(60):
            page.keyboard.press("Tab")
            if name.evaluate("one => one === document.activeElement"):
                break
        expect(name).to_be_focused()
        page.keyboard.press("Alt+ArrowDown")
        expect(page.locator("#live")).to_contain_text("Devex and the network start Roots of Change: now 2 of 2")
        expect(name).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Headline")).to_be_focused()
        page.keyboard.press("Control+A")
        page.keyboard.type("By keys alone")
        saved(page)
        page.keyboard.press("Escape")
        expect(name).to_be_focused()
        expect(name).to_have_text("By keys alone")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(f"#item-{roots} .deeds")).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        expect(page.locator(f"#item-{roots} .deeds summary")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator(".said")).to_contain_text("Moved.")


def test_without_scripts(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served, java_script_enabled=False) as page:
        page.locator(f"#item-{roots} .name").click()
        page.get_by_label("Headline").fill("Without a script")
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".done")).to_contain_text("Changed.")
        page.get_by_role("link", name="Back to the list").click()
        expect(page.locator(f"#item-{roots} .name")).to_have_text("Without a script")
        page.locator(f"#item-{roots} .deeds summary").click()
        page.locator(f"#item-{roots} .deeds button", has_text="Save for next time").click()
        expect(page.locator(".done")).to_contain_text("Taken out. It waits for the next issue.")
        page.locator(".done button").click()
        expect(page.locator(f"#item-{roots} .name")).to_have_text("Without a script")
        page.get_by_role("link", name="Phone").click()
        expect(page.locator(".looks [aria-current]").first).to_have_text("Phone")


def test_an_item_is_carried_to_another_place(served: Route, browser: Browser) -> None:
    lead, roots, impact = (served.publication(one).id for one in ("san-antonio", "roots", "impact"))
    with at_the_desk(browser, served, viewport={"width": 1280, "height": 1600}) as page:
        grip, target = page.locator(f"#item-{roots} .grip"), page.locator(f"#item-{impact}")
        start, end = grip.bounding_box(), target.bounding_box()
        assert start
        assert end
        page.mouse.move(start["x"] + 4, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(start["x"] + 4, end["y"] - 40, steps=6)
        page.mouse.move(start["x"] + 4, end["y"] + 4, steps=4)
        expect(page.locator(".slot")).to_have_count(1)
        page.mouse.up()
        expect(page.locator("[data-group=read] .thing").first).to_have_id(f"item-{roots}")
        expect(page.locator("#live")).to_contain_text("now 1 of")
        grip, target = page.locator(f"#item-{roots} .grip"), page.locator(f"#item-{lead}")
        start, end = grip.bounding_box(), target.bounding_box()
        assert start
        assert end
        page.mouse.move(start["x"] + 4, start["y"] + 8)
        page.mouse.down()
        page.mouse.move(start["x"] + 4, end["y"] + 4, steps=6)
        page.mouse.up()
        expect(page.locator(f"#item-{roots}.lead")).to_have_count(1)
        page.locator(".said button").click()
        expect(page.locator(f"#item-{lead}.lead")).to_have_count(1)


def test_two_at_one_field_lose_nothing(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as mine, at_the_desk(browser, served, SECOND_AUTHOR) as theirs:
        for page in (mine, theirs):
            page.locator(f"#item-{roots} .name").click()
            expect(page.get_by_label("Headline")).to_be_visible()
        theirs.get_by_label("Headline").fill("Theirs")
        saved(theirs)
        mine.get_by_label("Headline").fill("Mine")
        box = mine.locator("#panel .conflict")
        expect(box).to_contain_text("Sam Author")
        expect(box.locator(".whole").nth(0)).to_have_text("Theirs")
        expect(box.locator(".whole").nth(1)).to_have_text("Mine")
        assert known(served)[f"item:{roots}:en:title"] == "Theirs"
        box.get_by_role("button", name="Keep mine").click()
        saved(mine)
        assert known(served)[f"item:{roots}:en:title"] == "Mine"
        theirs.get_by_label("Headline").fill("Theirs again")
        theirs.locator("#panel .conflict").get_by_role("button", name="Take theirs").click()
        expect(theirs.get_by_label("Headline")).to_have_value("Mine")


def test_two_at_two_fields_both_stay(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as mine, at_the_desk(browser, served, SECOND_AUTHOR) as theirs:
        for page in (mine, theirs):
            page.locator(f"#item-{roots} .name").click()
            expect(page.get_by_label("Headline")).to_be_visible()
        theirs.get_by_label("Headline").fill("Their words")
        saved(theirs)
        mine.get_by_label("Text").fill("My text.")
        saved(mine)
        expect(mine.get_by_label("Headline")).to_have_value("Their words")
        mine.get_by_label("Text").fill("My text, again.")
        saved(mine)
        expect(mine.locator("#others")).to_contain_text("Sam Author is editing", timeout=25000)
        expect(mine.locator("[data-presence]")).to_contain_text("Sam Author")
        mine.keyboard.press("Escape")
        expect(mine.locator("#panel")).to_be_hidden()
    found = known(served)
    assert found[f"item:{roots}:en:title"] == "Their words"
    assert found[f"item:{roots}:en:summary"] == "My text, again."


def test_what_was_typed_last_is_saved_on_leaving(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as page:
        page.locator(f"#item-{roots} .name").click()
        page.get_by_label("Headline").fill("The last word")
        page.close()
        for _ in range(50):
            if known(served)[f"item:{roots}:en:title"] == "The last word":
                break
            time.sleep(0.1)
    assert known(served)[f"item:{roots}:en:title"] == "The last word"


def test_what_was_typed_comes_back_after_loading_anew(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as page:
        page.locator(f"#item-{roots} .name").click()
        page.route("**/words", lambda route: route.abort())
        page.get_by_label("Headline").fill("Typed in a tunnel")
        expect(page.locator("#told")).to_contain_text("Not saved")
        saved_here = page.evaluate("Object.entries(sessionStorage)")
        page.unroute("**/words")
        expect(page.locator("#told")).to_contain_text("Saved", timeout=20000)
        assert known(served)[f"item:{roots}:en:title"] == "Typed in a tunnel"
        assert page.evaluate("Object.keys(sessionStorage).length") == 0
        page.evaluate(
            "kept => kept.forEach(([name, text]) => sessionStorage.setItem(name, text.replace('tunnel', 'train')))",
            saved_here,
        )
        page.goto(base(served) + WRITE)
        page.locator(".said").get_by_role("button", name="Open it").click()
        box = page.locator("#panel .conflict")  # what stands there now is newer than what the lost page was made from
        expect(box).to_contain_text("Typed in a train")
        box.get_by_role("button", name="Keep mine").click()
        saved(page)
    assert known(served)[f"item:{roots}:en:title"] == "Typed in a train"


def test_signed_out_while_writing(served: Route, browser: Browser) -> None:
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as page:
        page.locator(f"#item-{roots} .name").click()
        expect(page.get_by_label("Headline")).to_be_visible()
        page.context.clear_cookies()
        page.get_by_label("Headline").fill("Signed out")
        expect(page.locator("#told")).to_contain_text("You are signed out")
        url, _ = served.pipeline.entrance.link(AUTHOR, Actor(None, "cli"))
        other = page.context.new_page()
        other.goto(url)
        other.locator("main button").click()
        other.close()
        expect(page.locator("#told")).to_contain_text("Saved", timeout=20000)
    assert known(served)[f"item:{roots}:en:title"] == "Signed out"


def test_an_approved_issue_is_read_only_until_one_says_so(served: Route, browser: Browser) -> None:
    served.sign_off()
    roots = served.publication("roots").id
    with at_the_desk(browser, served) as page:
        expect(page.locator("#guard")).to_contain_text("Version 1 is approved by Pat Approver.")
        expect(page.locator("#list .deeds")).to_have_count(0)
        page.locator(f"#item-{roots} .name").click()
        expect(page.get_by_label("Headline")).to_have_attribute("readonly", "")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="Change it anyway").click()
        page.locator(f"#item-{roots} .name").click()
        page.get_by_label("Headline").fill("Changed all the same")
        saved(page)
        assert not served.counts()
        expect(page.locator(f"#item-{roots} .name")).to_have_text("Changed all the same")
        page.keyboard.press("Escape")
        page.locator("#tally").get_by_role("button", name="Undo").click()
        expect(page.locator(f"#item-{roots} .name")).to_have_text("Devex and the network start Roots of Change")
        assert served.counts()


HOSTILE = """"><script>alert(1)</script><img src=x onerror="alert(2)"><svg onload=alert(3)>'{{7*7}}"""


def test_script_in_every_field_runs_nowhere(served: Route, browser: Browser) -> None:
    lead = served.publication("san-antonio").id
    with at_the_desk(browser, served) as page:
        page.locator(f"#item-{lead} .name").click()
        for label in ("Headline", "Text", "Words on the link", "What the picture shows", "Credit"):
            page.get_by_label(label).fill(HOSTILE[:80] if label == "Words on the link" else HOSTILE)
            page.keyboard.press("Tab")
        saved(page)
        page.wait_for_timeout(1500)
        page.keyboard.press("Escape")
        page.locator("[data-edit='section/work']").click()
        page.get_by_label("Heading in English").fill(HOSTILE)
        saved(page)
        page.keyboard.press("Escape")
        page.locator(".inbox-line").click()
        page.get_by_role("textbox", name="Subject").fill(HOSTILE)
        page.get_by_role("textbox", name="Preview line").fill(HOSTILE)
        saved(page)
        page.keyboard.press("Escape")
        for kind in ("text", "quote"):
            page.goto(f"{base(served)}{WRITE}/block/new?kind={kind}")
            for field in page.locator(".form input:not([type=hidden]), .form textarea").all():
                field.fill(HOSTILE)
            page.get_by_role("button", name="Put it in").click()
        roots = served.publication("roots").id
        page.goto(base(served) + WRITE)
        page.locator(f"#item-{roots} .deeds summary").click()
        page.locator(f"#item-{roots} [name=reason]").fill(HOSTILE)
        page.locator(f"#item-{roots}").get_by_role("button", name="Leave out").click()
        expect(page.locator(".said")).to_contain_text("Left out.")
        for path in ("", "?way=dark", "/versions", f"/item/{lead}", "/inbox", "/section/work", "?way=text"):
            page.goto(f"{base(served)}{WRITE}{path}")
            page.wait_for_timeout(400)
        assert "<script>alert(1)</script>" in page.frames[-1].evaluate("document.body.innerText")


PAGES = ("", "/item/{lead}", "/inbox", "/section/work", "/block/new?kind=director", "/ask", "/paste", "/versions",
         "/item/{lead}?language=es")  # fmt: skip


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (375, "dark"), (1280, "light"), (1280, "dark")])
def test_every_page_is_accessible_and_fits(served: Route, browser: Browser, width: int, scheme: Any) -> None:
    lead = served.publication("san-antonio").id
    with at_the_desk(browser, served, viewport={"width": width, "height": 800}, color_scheme=scheme) as page:
        for path in PAGES:
            page.goto(f"{base(served)}{WRITE}{path.format(lead=lead)}")
            assert violations(page) == [], path
            assert not scrolls_sideways(page), path
        page.goto(base(served) + WRITE)
        page.locator(f"#item-{lead} .name").click()
        expect(page.get_by_label("Headline")).to_be_visible()
        page.wait_for_timeout(300)
        assert violations(page) == []
        assert not scrolls_sideways(page)


def test_on_a_phone_the_list_comes_first(served: Route, browser: Browser) -> None:
    with at_the_desk(browser, served, viewport={"width": 375, "height": 720}) as page:
        link = page.get_by_role("link", name="See the mail")
        expect(link).to_be_in_viewport()
        list_, mail = page.locator("#list").bounding_box(), page.locator("#mail").bounding_box()
        assert list_
        assert mail
        assert list_["y"] < mail["y"]
        link.click()
        expect(page.locator("#frame")).to_be_in_viewport()
        small = page.evaluate(
            "[...document.querySelectorAll('#list button, #list summary, #tally button')]"
            ".filter(one => one.checkVisibility() && one.getBoundingClientRect().height < 32)"
            ".map(one => one.textContent)"
        )
        assert small == []
