"""Pictures of every page of the console and of a guest's, on the demo's draft: at two widths, light and dark.

The pages are found as a person finds them, by following links from Now; of each kind of page the first is taken.
Says which page is wider than its window, and which address of the console no link leads to.
"""

import argparse
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from itertools import chain
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from sqlalchemy import select

from bench.answered import send_out
from bench.pages import served
from bench.screenshots import CHROMIUM, FLAGS, side_by_side
from newsletter import bootstrap, serving
from newsletter.cli import demo
from newsletter.delivery import views as sends
from newsletter.guests.model import Act, Wish
from newsletter.issues import lists, views
from newsletter.issues.tables import CoverageRow
from newsletter.pipeline import Pipeline
from newsletter.publications.tables import PublicationRow
from newsletter.staff.people import Actor, find
from newsletter.web.console.building import routes

ISSUE = "quarterly-2024-q2"
WIDTHS = {375: 812, 1280: 900}
LOOKS = ("light", "dark")
NAMES = ("Rosa Ferrer", "Deniz Aydin", "Oakport press office", "Claire Morel")
DOOR = "/console/sign-in"
NOT_SHOWN = re.compile(r"/console/(start|enter)")  # setting up has its own installation; a link works once
FRAGMENTS = re.compile(
    r"/(list|inbox|looking|standing|refused|live|(?:preview|mail)/[^/]+|theme/mail)$"
)  # parts that scripts and frames fetch


@dataclass(frozen=True)
class Shown:
    """A page to be taken: what the picture is called, and where the page is."""

    name: str
    path: str


MOMENTS = ("", "send", "wrong", "out")  # what is asked for of a send and what comes after
# Once the issue is out; its pages before that are found by links.
OUT = (
    Shown("out-now", "/console"),
    Shown("out-results", f"/console/issues/{ISSUE}/results"),
    Shown("out-board", f"/console/issues/{ISSUE}/board"),
    Shown("out-received", f"/console/issues/{ISSUE}/results/readers"),
    Shown("out-copy", f"/console/issues/{ISSUE}/results/copy?reader=1"),
    Shown("out-key-readers", "/console/readers/key"),
    Shown("out-results-send-again", f"/console/issues/{ISSUE}/results/send-again"),
)


def main() -> None:
    """Write the pictures and say what is wrong with the pages."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("var/screenshots/console"))
    parser.add_argument("--only", default="", help="pages whose name holds this")
    parser.add_argument("--tour", type=Path, help="a folder for the pictures of docs/tour.md, and no others")
    asked = parser.parse_args()
    (asked.tour or asked.out).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        port = _drafted(Path(place))
        pipeline = bootstrap.pipeline(Path(place) / "newsletter.toml")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        with served(pipeline, port) as address:
            if asked.tour:
                tour(pipeline, browser, address, asked.tour)
                return
            wide = [said for shown in _all(pipeline, browser, address, asked.out, asked.only) if (said := shown)]
        browser.close()
        pipeline.database.close()
    sys.exit("\n".join(wide) or None)


def _drafted(folder: Path) -> int:
    """The demo's draft, its pictures at a free port of this machine."""
    demo.run_to_draft(folder)
    with serving.bound("127.0.0.1", 0) as free:
        port = int(free.getsockname()[1])
    settings = folder / "newsletter.toml"
    settings.write_text(re.sub(r"(?m)^(base_url = ).*", rf'\1"http://127.0.0.1:{port}"', settings.read_text()))
    return port


def _all(pipeline: Pipeline, browser: Browser, address: str, out: Path, only: str) -> Iterator[str]:
    kept = _signed_in(pipeline, browser, address)
    guests = _guests(pipeline)  # first: Now shows who is waited for
    _bring_readers(pipeline)
    found = reachable(pipeline, kept, address)
    for _, kind in kinds(pipeline):
        if kind not in found:
            print(f"No link leads to {kind}")
    pages = (Shown(_name(kind), path) for kind, path in found.items())
    yield from _shots(kept, address, only, chain(pages, guests), out)
    if only.partition("-")[0] in MOMENTS:
        yield from _shots(kept, address, only, _moments(pipeline), out)
    yield from _shots(browser.new_context(), address, only, [Shown("sign-in", DOOR)], out)


def _shots(kept: BrowserContext, address: str, only: str, pages: Iterable[Shown], out: Path) -> Iterator[str]:
    for page in pages:
        if only not in page.name:
            continue
        for size in WIDTHS.items():
            for look in LOOKS:
                yield _shoot(kept, address, page, size, look, out)


def _bring_readers(pipeline: Pipeline) -> None:
    """A file that waits to be decided about."""
    with pipeline.database.reading() as session:
        author = Actor(find(session, demo.AUTHOR), "console")
    lines = [f"Guest {n};guest{n}@cityhall{n % 7}.example;es" for n in range(1, 240)]
    lines[3:3] = ["Ines;ines@@cityhall.example;pt", f"{'Long ' * 60};long@cityhall.example;en"]
    text = "Name;E-Mail;Sprache\n" + "\n".join(lines)
    pipeline.bringing.bring(author, "quarterly", "confirmed", "Forum 2024.csv", text.encode())


def _signed_in(pipeline: Pipeline, browser: Browser, address: str, email: str = demo.AUTHOR) -> BrowserContext:
    link, _ = pipeline.entrance.link(email, Actor(None, "cli"))
    kept = browser.new_context()
    page = kept.new_page()
    page.goto(address + urlsplit(link).path)
    page.get_by_role("button").first.click()
    page.wait_for_url("**/console")
    page.close()
    return kept


def kinds(pipeline: Pipeline) -> list[tuple[re.Pattern[str], str]]:
    """The pages of the console for those who are signed in, as their routes are declared."""
    return [
        (re.compile(re.sub(r"\{\w+:int\}", r"\\d+", re.sub(r"\{\w+\}", r"[^/]+", one.path))), one.path)
        for one in routes(pipeline).declared
        if one.method == "GET" and one.verb is not None and not NOT_SHOWN.match(one.path)
        and not FRAGMENTS.search(one.path)
    ]  # fmt: skip


def reachable(pipeline: Pipeline, kept: BrowserContext, address: str) -> dict[str, str]:
    """The first page of each kind that links lead to from Now: by kind, its path."""
    known = kinds(pipeline)
    found: dict[str, str] = {}
    left, seen, page = ["/console"], {"/console"}, kept.new_page()
    while left:
        path = left.pop(0)
        kind = next((kind for pattern, kind in known if pattern.fullmatch(path)), None)
        if kind is None or kind in found:
            continue
        found[kind] = path
        page.goto(address + path)
        for href in page.eval_on_selector_all("a[href]", "all => all.map(one => one.getAttribute('href'))"):
            onward = urlsplit(urljoin(address + path, href))
            if onward.netloc == urlsplit(address).netloc and onward.path not in seen:
                seen.add(onward.path)
                left.append(onward.path)
    page.close()
    return found


def _name(kind: str) -> str:
    words = [word for word in kind.removeprefix("/console").split("/") if word and not word.startswith("{")]
    return "-".join([*words, "one"] if kind.endswith("}") else words) or "now"


def _guests(pipeline: Pipeline) -> list[Shown]:
    """The page of each act that somebody may be asked for."""
    with pipeline.database.reading() as session:
        due = pipeline.clock().date()
        author = Actor(find(session, demo.AUTHOR), "cli")
        item = session.scalars(select(CoverageRow.publication_id).where(CoverageRow.state == "used")).first()
    found = []
    for act, name in zip(Act, NAMES, strict=True):
        wish = Wish(act, name, f"{act}@example.org", due + timedelta(days=5), "Two minutes are enough.",
                    language="es" if act is Act.TRANSLATE else "", block="quote", section="work",
                    publication_id=item if act is Act.CLEAR else None)  # fmt: skip
        number = pipeline.ask_guest(ISSUE, wish, author)
        found.append(Shown(f"guest-{act}", urlsplit(pipeline.guests.link(number)).path))
    return found


def _moments(pipeline: Pipeline) -> Iterator[Shown]:
    """A send from the yes to its end, with a stop in the middle: each page when it has something to tell."""
    with pipeline.database.reading() as session:
        author, approver = (Actor(find(session, email), "cli") for email in (demo.AUTHOR, demo.APPROVER))
        list_id = views.find(session, ISSUE).list_id
    issue = f"/console/issues/{ISSUE}"
    pipeline.submit(ISSUE, author)
    pipeline.approve(ISSUE, approver)
    yield Shown("send-1-ready", f"{issue}/send")
    pipeline.plan(ISSUE, pipeline.clock() + timedelta(days=3), author, calm=True)
    yield Shown("send-2-planned", f"{issue}/send")
    with pipeline.database.transaction() as session:
        lists.set_calm(session, list_id, wait=0, spread=20)
    pipeline.start(ISSUE, author, calm=True)
    with _working(pipeline, author):
        yield Shown("send-3-going", f"{issue}/send")
        pipeline.pause(ISSUE, author)
        yield Shown("send-4-paused", f"{issue}/send")
        pipeline.stop(ISSUE, author)
    yield Shown("send-5-stopped", f"{issue}/send")
    for what in ("typo", "fact", "whole"):
        yield Shown(f"wrong-{what}", f"{issue}/wrong?what={what}")
    pipeline.submit(ISSUE, author)
    yield Shown("send-6-the-rest", f"{issue}/send")
    send_out(pipeline, ISSUE)
    yield Shown("send-7-out", f"{issue}/send")
    yield from OUT


@contextmanager
def _working(pipeline: Pipeline, author: Actor, copies: int = 3) -> Iterator[None]:
    """A worker beside, once it has handed over so many copies."""
    stop = threading.Event()
    worker = threading.Thread(target=pipeline.send, args=(ISSUE, author), kwargs={"stop": stop, "calm": True})
    worker.start()
    try:
        while True:
            time.sleep(1)
            with pipeline.database.reading() as session:
                found = sends.status(session, views.find(session, ISSUE).id)
            if found and found.accepted >= copies:
                break
        yield
    finally:
        stop.set()
        worker.join()


def _shoot(kept: BrowserContext, address: str, shown: Shown, size: tuple[int, int], look: str, out: Path) -> str:
    """Takes one picture of the whole page; what it says is what is wrong."""
    page: Page = kept.new_page()
    page.emulate_media(color_scheme="dark" if look == "dark" else "light")
    page.set_viewport_size(ViewportSize(width=size[0], height=size[1]))
    answer = page.goto(address + shown.path)
    if page.locator("[data-live]").count() == 0:  # a page that is told what is new is never idle
        page.wait_for_load_state("networkidle")
    if answer is None or not answer.ok:
        return f"{shown.path} answers {answer and answer.status}."
    _load_frames(page)
    wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    page.screenshot(path=str(out / f"{shown.name}-{size[0]}-{look}.png"), full_page=True)
    page.close()
    return f"{shown.path} is {wider} pixels wider than a window of {size[0]}." if wider > 0 else ""


def _load_frames(page: Page) -> None:
    """Frames below the window load when they are scrolled to."""
    for frame in page.locator("iframe:visible").all():
        frame.scroll_into_view_if_needed()
        inside = frame.element_handle().content_frame()
        if inside is not None:
            inside.wait_for_url(re.compile("^http"))
    if page.locator("[data-live]").count() == 0:
        page.wait_for_load_state("networkidle")
    page.evaluate("scrollTo(0, 0)")


def tour(pipeline: Pipeline, browser: Browser, address: str, out: Path) -> None:
    """The pictures of docs/tour.md: windows as they open, and four phones side by side."""
    kept, guests = _signed_in(pipeline, browser, address), _guests(pipeline)
    issue = f"{address}/console/issues/{ISSUE}"
    page = kept.new_page()
    page.set_viewport_size(ViewportSize(width=1280, height=860))
    page.goto(f"{address}/console", wait_until="networkidle")
    _save(_picture(page), out / "tour-now.png")
    page.goto(f"{issue}/write", wait_until="networkidle")
    page.locator("[data-edit^='item/']").nth(2).click()
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)  # the panel slides in
    _save(_picture(page), out / "tour-write.png")
    page.goto(f"{issue}/check", wait_until="networkidle")
    _load_frames(page)
    page.evaluate("document.getElementById('previews').scrollIntoView()")
    _save(_picture(page), out / "tour-check.png")
    _sign_off(pipeline, browser, address, out / "tour-sign-off.png")
    _send_and_results(pipeline, kept, address, out)
    page.set_viewport_size(ViewportSize(width=375, height=760))
    phones = []
    paths = {one.name: address + one.path for one in guests}
    for at, look in ((f"{address}/console", "light"), (f"{issue}/write", "dark"),
                     (paths["guest-note"], "light"), (paths["guest-clear"], "light")):  # fmt: skip
        page.emulate_media(color_scheme="dark" if look == "dark" else "light")
        page.goto(at, wait_until="networkidle")
        phones.append(_picture(page))
    _save(side_by_side(phones), out / "tour-phones.png")


def _sign_off(pipeline: Pipeline, browser: Browser, address: str, target: Path) -> None:
    """What the approver sees who has said yes once, and is asked again after two changes."""
    with pipeline.database.reading() as session:
        author, approver = (Actor(find(session, email), "cli") for email in (demo.AUTHOR, demo.APPROVER))
        call = session.scalars(select(PublicationRow.id).where(PublicationRow.title == "Call for city pilots")).one()
    pipeline.submit(ISSUE, author)
    pipeline.approve(ISSUE, approver)
    pipeline.editor.state_facts(ISSUE, author, call, {"deadline_on": "2024-09-12"})
    pipeline.editor.word_item(ISSUE, author, call, "en", title="Call for pilots in twelve cities")
    pipeline.submit(ISSUE, author, "The call was extended this morning.")
    page = _signed_in(pipeline, browser, address, demo.APPROVER).new_page()
    page.set_viewport_size(ViewportSize(width=1280, height=860))
    page.goto(f"{address}/console/issues/{ISSUE}/sign-off", wait_until="networkidle")
    _load_frames(page)
    _save(_picture(page), target)


def _send_and_results(pipeline: Pipeline, kept: BrowserContext, address: str, out: Path) -> None:
    """How far it is, and what became of it."""
    with pipeline.database.reading() as session:
        author, approver = (Actor(find(session, email), "cli") for email in (demo.AUTHOR, demo.APPROVER))
        list_id = views.find(session, ISSUE).list_id
    pipeline.approve(ISSUE, approver)
    with pipeline.database.transaction() as session:
        lists.set_calm(session, list_id, wait=0, spread=3)
    pipeline.start(ISSUE, author, calm=True)
    page = kept.new_page()
    page.set_viewport_size(ViewportSize(width=1280, height=700))
    with _working(pipeline, author, 180):
        page.goto(f"{address}/console/issues/{ISSUE}/send")
        page.get_by_text("left.").wait_for()
        _save(_picture(page), out / "tour-send.png")
        pipeline.stop(ISSUE, author)
    pipeline.submit(ISSUE, author)
    send_out(pipeline, ISSUE)
    page.set_viewport_size(ViewportSize(width=1280, height=1000))
    page.goto(f"{address}/console/issues/{ISSUE}/results", wait_until="networkidle")
    _save(_picture(page), out / "tour-results.png")
    page.close()


def _picture(page: Page) -> Image.Image:
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def _save(picture: Image.Image, target: Path) -> None:
    picture.quantize(192, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)
    print(target)


if __name__ == "__main__":
    main()
