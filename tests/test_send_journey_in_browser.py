"""From a checked draft to the board's page, by two people in two browsers: the author at a desk, the approver on a
phone, who never signs in. With a mouse, by the keyboard alone, and without scripts. A worker runs beside, as at home.
"""

import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from newsletter.cli.worker import shift
from newsletter.issues import lists
from newsletter.staff.people import Actor
from tests.browsers import IN_A_BROWSER, PATIENCE, answering
from tests.hands import WAYS, Hand, at_work
from tests.route import APPROVER, AUTHOR, CONFIRMED, SLUG, Route, laid_out
from tests.seated import text

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(600)]

ISSUE = f"/console/issues/{SLUG}"
MENDED = "The call closes in September"
SORRY = "The call for pilots closes on 12 September, not in August. The page behind the link is right."


@pytest.fixture
def at_home(assembled_folder: Path, tmp_path: Path) -> Iterator[Route]:
    """An installation that answers, hands over what is due, and whose clock goes on. The author reads the list, too."""
    found = laid_out(assembled_folder, tmp_path / "route")
    with answering(found):
        found.add_reader(AUTHOR)
        for past in ("pilots", "forum"):  # by the clock of this machine
            found.choose("hold", past)
        with found.database.transaction() as session:
            lists.set_calm(session, found.list_id(), wait=5, spread=0)
        with working(found):
            yield found


@contextmanager
def working(route: Route) -> Iterator[None]:
    stop = threading.Event()

    def tick() -> None:
        while not stop.wait(0.05):
            route.now = datetime.now(UTC)

    beside = [threading.Thread(target=tick), threading.Thread(target=shift(route.pipeline, stop).run)]
    for one in beside:
        one.start()
    try:
        yield
    finally:
        stop.set()
        for one in beside:
            one.join()


def arrived(route: Route, to: str, subject: str) -> str:
    """The text of the last mail to somebody whose subject holds that, once it is there."""
    until = datetime.now(UTC) + timedelta(milliseconds=PATIENCE)
    while datetime.now(UTC) < until:
        found = [one for one in route.mails() if to in str(one["To"]) and subject in str(one["Subject"])]
        if found:
            return text(found[-1])
        threading.Event().wait(0.2)
    raise AssertionError(f"No mail to {to} about {subject}")


class Approver:
    """On a phone, without an account's page: only by what is mailed."""

    def __init__(self, hand: Hand, route: Route) -> None:
        self._hand, self._route = hand, route
        self._asked: set[str] = set()

    def says_yes(self, name: str, *, new_here: bool = False) -> None:
        hand = self._hand
        hand.page.goto(self._link(name))
        hand.sees(f"to approve {name}")
        hand.button("Yes, send exactly this")
        if new_here:
            hand.sees("One code, and it is done.")
            (code,) = re.findall(r"^ +(\d{6})\s*$", arrived(self._route, APPROVER, "Your code"), re.MULTILINE)
            hand.fill("The six digits", code)
            hand.button("Done")
        hand.sees("Thank you, Pat Approver.")

    def _link(self, name: str) -> str:
        """Of the newest request about that, which was not opened yet."""
        until = datetime.now(UTC) + timedelta(milliseconds=PATIENCE)
        while datetime.now(UTC) < until:
            said = arrived(self._route, APPROVER, f"Please approve: {name}")
            found = re.search(r"http://\S+/d/\w{26}", said)
            assert found
            if found[0] not in self._asked:
                self._asked.add(found[0])
                return found[0]
            threading.Event().wait(0.2)
        raise AssertionError(f"No new request about {name}")


def sign_in(hand: Hand, route: Route) -> None:
    link, _ = route.pipeline.entrance.link(AUTHOR, Actor(None, "cli"))
    hand.page.goto(link)
    hand.button("Sign in")
    hand.page.wait_for_url("**/console")
    hand.page.goto(f"{route.settings.base_url}{ISSUE}")


def ask(hand: Hand) -> None:
    hand.sees("Sign-off")
    hand.button("Ask for sign-off")
    hand.sees("Waiting for a yes")


def plan(hand: Hand) -> None:
    page = hand.page
    hand.link("Send", page.get_by_role("navigation", name="This issue"))
    hand.sees("goes to everyone confirmed by then: today 5 readers.")
    form = page.locator("form", has=page.get_by_label("Day"))
    hand.fill("To make sure", "50", form)
    hand.button("Plan it", form)
    hand.sees("You typed 50. It goes to 5 readers")
    hand.fill("To make sure", "5", form)
    hand.button("Plan it", form)
    hand.sees("Planned. It goes out by itself then")
    hand.button("Cancel the plan")
    hand.sees("The plan is cancelled. Nothing was sent, and the yes still stands.")


def send(hand: Hand, number: str, *, first_to_us: bool) -> None:
    page = hand.page
    hand.press(page.locator("summary", has_text="Send it now instead"))
    form = page.locator("form", has=page.get_by_role("button", name="Send it now"))
    calm = form.get_by_role("checkbox")
    if calm.count() and calm.is_checked() != first_to_us:
        hand.press(calm)
    hand.fill("To make sure", number, form)
    hand.button("Send it now", form)


def out(hand: Hand) -> None:
    """Not before the page has its last buttons: it loads anew by itself when they change."""
    expect(hand.page.locator("main a.go", has_text="Results")).to_be_visible()
    hand.sees("5 of 5 handed over.")


def stop_in_the_middle(hand: Hand) -> None:
    """The first copy is with us; nobody outside has it."""
    hand.sees("The first copy is with us. Nobody outside has it yet.")
    hand.button("Stop")
    hand.sees("1 person has it; 4 do not and will not, unless you decide so.")


def mend_for_the_rest(hand: Hand, approver: Approver) -> None:
    page = hand.page
    hand.link("Something is wrong")
    hand.choose("A wrong date, link or name")
    hand.button("What is best now?")
    hand.sees("Correct the web version now, with a dated note.")
    hand.link("Mend it")
    hand.sees("In this mail")
    hand.item("Devex and the network start Roots of Change")
    hand.sees("Words on the link")
    hand.fill("Headline", MENDED)
    hand.save()
    hand.sees(MENDED)
    hand.link("Sign-off", page.get_by_role("navigation", name="This issue"))
    ask(hand)
    approver.says_yes("Summer 2024")
    hand.link("Send", page.get_by_role("navigation", name="This issue"))
    hand.sees("goes to those who have nothing yet: today 4 readers.")
    send(hand, "4", first_to_us=False)
    out(hand)


def correct_for_the_others(hand: Hand, approver: Approver) -> None:
    page = hand.page
    hand.link("Something is wrong")
    hand.choose("A wrong date, link or name")
    hand.button("What is best now?")
    hand.sees("Short correction to the 5 who have it")
    hand.button("Write a correction")
    hand.sees("In this mail")
    hand.press(page.locator("summary", has_text="Text, quote, numbers, button"))
    hand.link("Text", page.locator(".adding"))
    hand.sees("Add: text")
    hand.fill("Text", SORRY)
    hand.button("Put it in")
    expect(page.locator("#list")).to_contain_text(SORRY)
    hand.link("Sign-off", page.get_by_role("navigation", name="This issue"))
    ask(hand)
    approver.says_yes("Summer 2024: correction")
    hand.link("Send", page.get_by_role("navigation", name="This issue"))
    hand.sees("goes to those who have the issue that it corrects: today 5 readers.")
    send(hand, "5", first_to_us=False)
    out(hand)


def look_at_the_numbers(hand: Hand, route: Route) -> None:
    hand.page.goto(f"{route.settings.base_url}{ISSUE}/results")
    hand.sees("The sum is right.")
    hand.link("One page for the board")
    hand.sees("Summer 2024")


@pytest.mark.parametrize("way", [one for one in WAYS if one != "phone"])
def test_from_a_checked_draft_to_the_board(at_home: Route, browser: Browser, way: str) -> None:
    hers = way if way != "mouse" else "phone"
    with at_work(browser, way) as hand, at_work(browser, hers) as phone:
        phone.page.set_viewport_size({"width": 375, "height": 812})
        approver = Approver(phone, at_home)
        sign_in(hand, at_home)
        hand.link("Sign-off", hand.page.get_by_role("navigation", name="This issue"))
        ask(hand)
        approver.says_yes("Summer 2024", new_here=True)
        plan(hand)
        send(hand, "5", first_to_us=True)
        stop_in_the_middle(hand)
        mend_for_the_rest(hand, approver)
        correct_for_the_others(hand, approver)
        look_at_the_numbers(hand, at_home)
    got = Counter(str(one["To"]) for one in at_home.mails() if one["List-Unsubscribe"])
    assert got == dict.fromkeys((AUTHOR, *CONFIRMED), 2), "the issue once, and its correction once"
