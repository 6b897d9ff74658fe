"""Hands at a browser that can walk one way: with a mouse, on a phone, by the keyboard alone, without scripts."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from playwright.sync_api import Browser, ConsoleMessage, FrameLocator, Locator, Page, expect

from tests.browsers import PATIENCE, scrolls_sideways, violations
from tests.served import HTML


@dataclass
class Hand:
    """Somebody with a mouse, or a finger."""

    page: Page
    scripts: bool
    glass: Page | None

    def press(self, what: Locator) -> None:
        what.click()

    def fill(self, label: str, said: str, within: Locator | None = None) -> None:
        fields = (within or self.page).locator("input, textarea")
        self.type(fields.and_(self.page.get_by_label(label)).first, said)

    def type(self, what: Locator, said: str) -> None:
        what.fill(said)

    def pick(self, label: str, one: str) -> None:
        self.page.get_by_label(label).select_option(label=one)

    def choose(self, one: str) -> None:
        """One of several that exclude each other."""
        self.page.get_by_label(one).check()

    def item(self, title: str) -> None:
        """To the words of an item."""
        self.link(title, self.page.locator("#list"))

    @property
    def mail(self) -> FrameLocator:
        """As it stands beside the list."""
        return self.page.frame_locator("#frame iframe:not(.next)")

    # What these are made of

    def button(self, name: str, within: Locator | None = None) -> None:
        self.press((within or self.page).get_by_role("button", name=name).first)

    def link(self, name: str, within: Locator | None = None) -> None:
        self.press((within or self.page).get_by_role("link", name=name).first)

    def save(self) -> None:
        """Back to the list, with what was typed: by itself, or by a button."""
        if self.scripts:
            expect(self.page.locator("#told")).to_contain_text("Saved")
            self.button("Done")
        else:
            self.button("Save")
            self.sees("Changed.")
            self.link("Back to the list")

    def sees(self, words: str) -> None:
        """A page or a form that says so; axe finds nothing there, and nothing is wider than the screen."""
        expect(self.page.locator("body")).to_contain_text(words)
        self.page.wait_for_load_state()
        page = self.page if self.scripts else self.copied()
        wrong = violations(page)
        assert not wrong, f"{words}: {wrong}"
        assert not scrolls_sideways(page), words

    def copied(self) -> Page:
        """The page as it stands, in a browser where axe can run, and nothing else does."""
        assert self.glass
        page, words = self.glass, self.page.content()
        page.context.add_cookies(self.page.context.cookies())  # type: ignore[arg-type]
        page.unroute_all()
        page.route("**/*.js", lambda asked: asked.abort())
        page.route(self.page.url.partition("#")[0], lambda asked: asked.fulfill(body=words, content_type=HTML))
        page.goto(self.page.url)
        return page


class Mouse(Hand):
    """Somebody with a wide screen, who works in the mail itself."""

    def item(self, title: str) -> None:
        self.mail.locator("[data-place]", has_text=title).last.click()


def reach(what: Locator, key: str = "Tab") -> None:
    """Go there by that key alone."""
    for _ in range(200):
        if what.evaluate("one => one === document.activeElement"):
            return
        what.page.keyboard.press(key)
    raise AssertionError(f"The keyboard does not reach {what}")


class Keys(Hand):
    """Somebody with a keyboard alone."""

    def press(self, what: Locator) -> None:
        self.reach(what)
        self.page.keyboard.press("Enter" if what.evaluate("one => one.matches('a')") else "Space")

    def type(self, what: Locator, said: str) -> None:
        self.reach(what)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(said)

    def pick(self, label: str, one: str) -> None:
        field = self.page.get_by_label(label)
        self.reach(field)
        for _ in range(20):
            if field.evaluate("one => one.selectedOptions[0].textContent") == one:
                return
            self.page.keyboard.press("ArrowUp")
        raise AssertionError(f"The arrows do not reach {one}")

    def choose(self, one: str) -> None:
        wanted = self.page.get_by_label(one)
        every = self.page.locator(f"input[type=radio][name='{wanted.get_attribute('name')}']")
        self.reach(every.first)
        self.page.keyboard.press("Space")
        for _ in range(20):
            if wanted.is_checked():
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"The arrows do not reach {one}")

    def reach(self, what: Locator) -> None:
        expect(what).to_be_visible()
        reach(what)


WAYS = {
    "mouse": (Mouse, 1280, True),
    "phone": (Hand, 375, True),
    "keys": (Keys, 1280, True),
    "no scripts": (Hand, 1280, False),
}


@contextmanager
def at_work(browser: Browser, way: str) -> Iterator[Hand]:
    """A browser that is new here; nothing may be wrong on its pages."""
    kind, width, scripts = WAYS[way]
    context = browser.new_context(
        java_script_enabled=scripts, viewport={"width": width, "height": 800}, reduced_motion="reduce", locale="en-GB"
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))

    def heard(said: ConsoleMessage) -> None:
        # A form that is refused for what was typed comes back with 400; browsers say so, and it is no fault.
        if said.type in {"error", "warning"} and "400 (Bad Request)" not in said.text:
            wrong.append(f"{said.text} {said.location['url']}")

    page.on("console", heard)
    glass = None if scripts else browser.new_page(viewport={"width": width, "height": 800})
    yield kind(page, scripts, glass)
    context.close()
    if glass:
        glass.close()
    assert not wrong, wrong
