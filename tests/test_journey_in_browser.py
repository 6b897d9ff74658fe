"""From an empty database to a checked draft in a browser: with a mouse, on a phone, by the keyboard alone, and without
scripts. axe is silent on every page of the way.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Browser, expect
from typer.testing import CliRunner

from newsletter import settings
from newsletter.cli.main import app
from newsletter.fetch import Web
from newsletter.issues import periods
from newsletter.setup import settings_file
from tests.browsers import IN_A_BROWSER, PATIENCE, answering
from tests.hands import WAYS, Hand, at_work
from tests.route import Route
from tests.seated import mails, text
from tests.served import Asked, Reply
from tests.wordpress_content import Item
from tests.wordpress_double import WordPress

pytestmark = [*IN_A_BROWSER, pytest.mark.timeout(400)]

ME = "ana@towns.example.org"
SITE = "http://www.towns.example.org"
FERRY, NURSE, HARBOUR = "How Oakport keeps its ferry", "Eleven towns share one nurse", "What a small harbour costs"
BAKERY, GALA = "A bakery that teaches", "Photographs of our gala"
ALT = "The ferry of Oakport, with its crew of four"
TITLE = "Oakport keeps its ferry, and its crew"
STORY = "The last ferry is the first to be electric"
TOLD = (
    (f"Readout: {FERRY}", "Our team met the mayor and the crew of the last ferry."),
    (f"Press release: {NURSE}", "Eleven towns pay for a nurse who takes the train."),
    (f"Report: {HARBOUR}", "TODO: say what is in it."),
    (f"Readout: {BAKERY}", "What a baker and a school do together in the mornings."),
    (f"Press release: {GALA}", "Who was there, and what they wore."),
)
NOTE = "One thought: a town that waits for its ferry learns to wait for its people, too."
QUOTE = "I learned to bake at forty, and to read at forty-one."
SUBJECT = "Oakport's ferry, a nurse for eleven towns, a bakery"
PREVIEW = "Issue 1. What small towns did this summer, in two minutes."
ARTICLE = f"""<html lang="en"><head><title>{STORY}</title><meta property="og:title" content="{STORY}">
<meta property="og:site_name" content="The Coast Paper"><meta property="og:description" content="How it was done.">
<meta property="article:published_time" content="%s"></head><body><p>Words.</p></body></html>"""


class Towns(WordPress):
    """The organisation's website, and a newspaper's page: it answers to every name. A page of it is gone; whoever only
    looks whether one is there waits until `looked_at` is set.
    """

    def __init__(self, last: datetime) -> None:
        super().__init__(posts=0)
        self.looked_at = Event()
        self.items["posts"] = [
            Item(number, title, at, at, f"/{number}/", f"<p>{words}</p>", media=int(number == 1))
            for number, (title, words) in enumerate(TOLD, start=1)
            for at in [last - timedelta(days=number)]
        ]
        self.page("/ferry", ARTICLE % (last - timedelta(days=20)).isoformat())

    def url(self, path: str = "/", host: str = "www.towns.example.org") -> str:
        return super().url(path, host)

    def answer(self, asked: Asked) -> Reply | bytes | Iterable[bytes]:
        if asked.method == "HEAD":
            self.looked_at.wait(PATIENCE / 1000)
        return super().answer(asked)

    def _page(self, path: str) -> Reply | None:
        return None if path == "/2/" else super()._page(path)


@dataclass
class Machine:
    """The machine that it runs on: commands there, the installation that answers, and the website that it reads."""

    folder: Path
    route: Route
    site: Towns

    def run(self, *words: str) -> str:
        at = {"NEWSLETTER_BASE_URL": self.route.settings.base_url}
        done = CliRunner().invoke(app, ["--config", str(self.folder / "newsletter.toml"), *words], env=at)
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    config = tmp_path / "newsletter.toml"
    settings_file.create(config, "http://127.0.0.1", "Europe/Brussels")
    settings_file.put(config, "transport_url", f"folder://{tmp_path / 'mailbox'}")
    settings_file.put(config, "fetch_allow_private", "true")
    CliRunner().invoke(app, ["--config", str(config), "migrate"])
    last = periods.previous(periods.containing(datetime.now(UTC).date(), 3)).last
    with Towns(datetime.combine(last, time(9))) as site:
        monkeypatch.setitem(Web.__init__.__kwdefaults__, "resolve", site.resolve)
        with answering(Route(tmp_path, settings.load(config, {}))) as route:
            yield Machine(tmp_path, route, site)


@pytest.mark.parametrize("way", WAYS)
def test_from_an_empty_database_to_a_checked_draft(machine: Machine, browser: Browser, way: str) -> None:
    with at_work(browser, way) as hand:
        sign_in(hand, machine)
        set_up(machine)
        collect(hand)
        choose(hand)
        write(hand)
        check(hand, machine)
        send_a_test_copy(hand, machine)


def sign_in(hand: Hand, machine: Machine) -> None:
    machine.run("staff", "add", ME, "--role", "admin", "--name", "Ana Author")
    found = re.search(r"http://\S+/console/enter/\S+", machine.run("staff", "link", ME))
    assert found
    hand.page.goto(found[0])
    hand.sees("Is it you, Ana Author?")
    hand.button("Sign in")
    hand.sees("There is no newsletter yet.")


def set_up(machine: Machine) -> None:
    """On the machine: in the console only the first ten minutes make lists and sources; they have their own tests."""
    machine.run(
        "lists", "add", "quarterly", "--name", "Small Towns", "--from", "Small Towns <news@towns.example.org>",
        "--postal-address", "Small Towns\n1 Quay Street\nOakport", "--website", f"{SITE}/",
        "--reply-to", "team@towns.example.org",
    )  # fmt: skip
    machine.run("sources", "add", f"{SITE}/")
    assert "5 new" in machine.run("collect")


def collect(hand: Hand) -> None:
    hand.link("Issues", hand.page.locator("header"))
    hand.sees("Which months?")
    hand.button("Collect the draft")
    hand.sees("1 thing must be mended.")


def choose(hand: Hand) -> None:
    """One is left out, and one from elsewhere is put in."""
    page = hand.page
    hand.link("Write", page.get_by_role("navigation", name="This issue"))
    hand.sees("Nothing waits for your word.")
    gala = page.locator(".thing", has_text=GALA)
    hand.press(gala.locator("summary"))
    hand.fill("Leave it out, because", "It is us, not news", gala)
    hand.button("Leave out", gala)
    hand.sees("Left out 1")
    hand.link("Paste a link")
    hand.sees("Of an article, a report, a call")
    hand.fill("Of an article", "http://paper.example.net/ferry")
    hand.button("Look what it is")
    expect(page.get_by_label("Title")).to_have_value(STORY)
    expect(page.get_by_label("Outlet")).to_have_value("The Coast Paper")
    hand.sees("It leads away to paper.example.net.")
    hand.button("Put it in the mail")
    expect(page.locator("[data-group=news] .name")).to_have_text(STORY)
    expect(hand.mail.locator("body")).to_contain_text(STORY)


def write(hand: Hand) -> None:
    page = hand.page
    hand.item(FERRY)
    hand.sees("Words on the link")
    hand.fill("Headline", TITLE)
    hand.fill("What the picture shows", ALT)
    hand.save()
    expect(page.locator("#list")).to_contain_text(TITLE)
    hand.link("Write it", page.locator("#list"))
    hand.sees("Write the director’s note")
    hand.fill("Text", NOTE)
    hand.fill("Name", "Dana Director")
    hand.button("Put it in")
    expect(page.locator("#list")).to_contain_text(NOTE)
    hand.press(page.locator("summary", has_text="Text, quote, numbers, button"))
    hand.link("Quote", page.locator(".adding"))
    hand.sees("Add: quote")
    hand.fill("Text", QUOTE)
    hand.fill("Name", "A baker")
    expect(page.get_by_label("After the items of")).to_have_value("news")  # the last that has something
    hand.pick("After the items of", "Mayors at work")
    hand.button("Put it in")
    expect(page.locator("#list")).to_contain_text(QUOTE)
    hand.press(page.locator(".inbox-line"))
    hand.sees("Subject and preview line")
    hand.fill("Subject", SUBJECT)
    hand.fill("Preview line", PREVIEW)
    hand.save()
    hand.sees(SUBJECT)


def check(hand: Hand, machine: Machine) -> None:
    """Links are looked at; what must be mended is worded anew, and taken out."""
    page = hand.page
    hand.link("Check", page.get_by_role("navigation", name="This issue"))
    hand.sees("Nobody has looked yet whether the links in this mail lead anywhere.")
    hand.button("Look now")
    expect(page.locator("#looking")).to_contain_text("0 of 6")
    machine.site.looked_at.set()
    hand.sees("Links and names were looked at")
    expect(page.locator(".verdict")).to_contain_text("2 things must be mended.")
    hand.link("Write it", page.locator(".finding.must", has_text=HARBOUR))
    hand.fill("Text", "What a small harbour earns, and who pays for the dredging.")
    hand.button("Save")
    hand.sees("Changed.")
    hand.link("To the checks")
    expect(page.locator(".verdict")).to_contain_text("1 thing must be mended.")
    hand.button("Take it out", page.locator(".finding.must", has_text=NURSE))
    expect(page.locator(".verdict")).to_contain_text("Ready")
    hand.sees("Nothing must be mended.")


def send_a_test_copy(hand: Hand, machine: Machine) -> None:
    hand.button("Test copy to me")
    hand.sees(f"On its way to {ME}")
    (mail,) = mails(machine.route, ME)
    assert mail["Subject"] == SUBJECT
    said = " ".join(text(mail).split())
    assert all(one in said for one in (NOTE, TITLE.upper(), QUOTE, STORY, "This is a test copy."))
    assert not any(one in said for one in (NURSE, GALA, "TODO"))
    assert said.index(QUOTE) < said.index("NEW TO READ")
    html = mail.get_body(("html",))
    assert html
    assert f'alt="{ALT}"' in html.get_content()
    hand.link("Now", hand.page.locator("header"))
    hand.sees("Ready for sign-off.")
    expect(hand.page.locator(".status")).to_have_text(re.compile(r" is a draft: nothing must be mended\.$"))
