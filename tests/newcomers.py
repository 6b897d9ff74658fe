"""Somebody who sets up an installation in a browser, from the printed link to *Now*: with a mouse, or without."""

from collections.abc import Callable
from dataclasses import dataclass, field

from playwright.sync_api import Locator, Page, expect

from tests.hands import reach

MOST_ANSWERS = 6  # until the draft is there
POSTAL = "Harbour Alliance\n12 Quay Street\nOakport"


@dataclass
class Newcomer:
    """Somebody in front of the browser. `answers` counts what they filled in or decided."""

    page: Page
    answers: int = 0
    look: Callable[[Page, str], None] = field(default=lambda page, heading: None)

    def arrive(self, heading: str = "") -> str:
        """Wait until it no longer works by itself; the heading of the page that one is led to."""
        title = self.page.locator("main:not(:has(progress, [data-reload])) h1")
        title.wait_for()
        told = title.inner_text()
        assert told == (heading or told) != "That did not work.", self.page.locator("main").inner_text()
        self.look(self.page, told)
        return told

    def fill(self, place: Locator, text: str) -> None:
        place.fill(text)
        self.answers += 1

    def press(self, button: Locator) -> None:
        with self.page.expect_navigation():
            self.push(button)
        self.answers += 1

    def push(self, button: Locator) -> None:
        button.click()

    def choose(self, choice: Locator) -> None:
        choice.check()

    def to_the_draft(self, since: str = "") -> None:
        """Take every proposal but that month, by the one button that stands out; fill in what is wanted besides."""
        while (heading := self.arrive()) != "Here it is.":
            if since and heading == "Which months?":
                self.fill(self.page.get_by_label("The first month"), since)
            for empty in self.page.locator("main form:has(.go) :required:invalid:visible").all():
                self.fill(empty, "www.example.org")
            self.press(self.page.locator("main .go"))
            assert self.answers <= MOST_ANSWERS, self.page.url

    def to_now(self, mail: int = 0, *, others: bool = False) -> None:
        """From the draft on: by that port of a mail server, and with a colleague and readers; or each of them later."""
        self.press(self.button("Go on"))
        self.arrive("Who signs it?")
        postal = self.page.get_by_label("Postal address")
        if not postal.input_value():
            self.fill(postal, POSTAL)
        self.press(self.button("That is right"))
        self.arrive("A mail service?")
        if mail:
            self.by_mail(mail)
        else:
            self.press(self.button("Later"))
        self.arrive("Who else?")
        if others:
            self.with_others()
        else:
            self.press(self.button("I am alone"))
            self.arrive("Your readers?")
            self.press(self.button("Later"))
        self.arrive()

    def by_mail(self, port: int) -> None:
        self.press(self.page.get_by_role("link", name="Another, or your own mail server"))
        self.arrive("Another, or your own mail server")
        self.fill(self.page.get_by_label("Server"), "127.0.0.1")
        self.fill(self.page.get_by_label("Port"), str(port))
        self.press(self.button("Sign in and save"))
        self.arrive("Mail goes by 127.0.0.1.")
        self.press(self.button("Test copy to me"))
        expect(self.page.locator("#test")).to_contain_text("Handed over")
        self.arrive()
        self.press(self.button("Go on"))

    def with_others(self) -> None:
        self.fill(self.page.get_by_label("Their e-mail address"), "pat@harbour.example.org")
        self.press(self.button("Invite them"))
        self.arrive("pat@harbour.example.org can sign off.")
        self.press(self.button("Go on"))
        self.arrive("Your readers?")
        self.fill(self.page.get_by_label("Or paste addresses"), "Bo Ek <bo@example.org>\ncy@example.org")
        self.press(self.button("Look at these"))
        self.arrive()
        self.choose(self.page.get_by_label("Take all of them in"))
        self.press(self.button("Do that"))

    def button(self, name: str) -> Locator:
        return self.page.locator("main").get_by_role("button", name=name, exact=True).first


class AtTheKeyboard(Newcomer):
    """The same, with Tab, arrows, Enter and letters, and never a click."""

    def fill(self, place: Locator, text: str) -> None:
        reach(place)
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.type(text)
        self.answers += 1

    def push(self, button: Locator) -> None:
        reach(button)
        self.page.keyboard.press("Enter")

    def choose(self, choice: Locator) -> None:
        reach(self.page.locator("[type=radio]:checked"))
        reach(choice, "ArrowDown")
