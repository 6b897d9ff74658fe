"""The mail as a browser shows it: accessible, readable in the dark, and as wide as the telephone."""

import itertools
from dataclasses import replace
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, Route

from newsletter.rendering.page import Rendered, render
from newsletter.rendering.slots import fill
from newsletter.rendering.theme import load
from newsletter.resources import templates
from tests import drafts
from tests.browsers import IN_A_BROWSER, scrolls_sideways, violations

VALUES = {
    "unsubscribe_url": "https://news.example.org/u/abc",
    "preferences_url": "https://news.example.org/p/abc",
    "since": "You signed up on 4 March 2024 on our website.",
}
pytestmark = IN_A_BROWSER


def rendered(language: str = "en", draft: object = drafts.ISSUE) -> Rendered:
    theme = load(templates() / "email" / "themes" / "default.toml")
    return render(draft, theme, drafts.frame(language))  # type: ignore[arg-type]


def mail(language: str = "en", draft: object = drafts.ISSUE) -> str:
    return fill(rendered(language, draft).html, VALUES)


def picture() -> bytes:
    file = BytesIO()
    Image.new("RGB", (64, 36), "#9dbfc6").save(file, "PNG")
    return file.getvalue()


def show(browser: Browser, markup: str, width: int, *, dark: bool = False, pictures: bool = True) -> Page:
    """The page with its own pictures and nothing else of the world."""

    def answer(route: Route) -> None:
        if route.request.url.endswith("/mail"):
            route.fulfill(body=markup, content_type="text/html; charset=utf-8")
        elif pictures and "/media/" in route.request.url:
            route.fulfill(body=picture(), content_type="image/png")
        else:
            route.abort()

    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme="dark" if dark else "light")
    page.route("**/*", answer)
    page.goto(f"{drafts.BASE}/mail")
    return page


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [
        ("en", 375, "light"),
        ("ar", 700, "dark"),
        pytest.param("en", 700, "light", marks=pytest.mark.long),
        pytest.param("en", 375, "dark", marks=pytest.mark.long),
        pytest.param("en", 700, "dark", marks=pytest.mark.long),
        pytest.param("ar", 375, "light", marks=pytest.mark.long),
        pytest.param("ar", 700, "light", marks=pytest.mark.long),
        pytest.param("ar", 375, "dark", marks=pytest.mark.long),
    ],
)
def test_the_mail_is_accessible(browser: Browser, language: str, width: int, scheme: str) -> None:
    page = show(browser, mail(language), width, dark=scheme == "dark")
    assert violations(page) == []
    assert not scrolls_sideways(page)
    page.close()


def test_the_web_version_is_accessible(browser: Browser) -> None:
    page = show(browser, rendered().web, 375)
    assert violations(page) == []
    assert page.locator("[role=main]").count() == 1
    page.close()


def test_the_mail_reads_without_pictures(browser: Browser) -> None:
    page = show(browser, mail(), 375, pictures=False)
    assert not scrolls_sideways(page)
    assert page.get_by_text("San Antonio shows what").first.is_visible()
    page.close()


def test_dark_mode_leaves_nothing_white(browser: Browser) -> None:
    page = show(browser, mail(), 700, dark=True)
    grounds = page.evaluate(
        "[...new Set([...document.querySelectorAll('body, body *')].map(e => getComputedStyle(e).backgroundColor))]"
    )
    theme = load(templates() / "email" / "themes" / "default.toml")
    expected = {f"rgb{tuple(bytes.fromhex(one[1:]))}" for one in (theme.dark.paper, theme.dark.tint, theme.dark.accent)}
    assert set(grounds) <= expected | {"rgba(0, 0, 0, 0)"}
    page.close()


def test_headings_stand_in_order(browser: Browser) -> None:
    page = show(browser, mail(), 375)
    levels = page.evaluate("[...document.querySelectorAll('h1,h2,h3,h4')].map(e => +e.tagName[1])")
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    page.close()


def test_a_card_stands_beside_its_picture_and_on_a_telephone_below(browser: Browser) -> None:
    for width, language, beside in ((700, "en", True), (700, "ar", True), (375, "en", False)):
        page = show(browser, mail(language), width)
        card = page.locator("h3#devex-roots-of-change").bounding_box()
        image = page.locator("img[src*='/media/']").nth(2).bounding_box()
        assert card
        assert image
        assert (card["y"] < image["y"] + image["height"]) is beside
        if beside:
            assert (card["x"] > image["x"]) is (language == "en")
            assert image["width"] == 200
        else:
            assert image["width"] == width - 48
        page.close()


def test_a_word_of_two_thousand_letters_breaks(browser: Browser) -> None:
    word = "Donaudampfschifffahrt" * 95
    picture = drafts.picture("x", "A picture")
    items = (
        drafts.worded(word, word, image=picture),
        replace(drafts.OPEN_NOW[0], wordings={"en": replace(drafts.OPEN_NOW[0].wordings["en"], title=word)}),
    )
    for width in (375, 700):
        page = show(browser, mail("en", drafts.only(*items)), width)
        assert not scrolls_sideways(page)
        page.close()


def test_links_are_large_enough_to_touch(browser: Browser) -> None:
    page = show(browser, mail(), 375)
    lines = page.evaluate("[...document.querySelectorAll('a')].map(e => parseFloat(getComputedStyle(e).lineHeight))")
    assert min(lines) >= 20
    assert min(page.locator("a.e").all(), key=height).bounding_box()["height"] >= 30  # type: ignore[index]
    page.close()


def height(link: object) -> float:
    box = link.bounding_box()  # type: ignore[attr-defined]
    return float(box["height"])
