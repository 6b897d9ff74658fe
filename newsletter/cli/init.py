"""`newsletter init`: makes what is missing, asks for a website and an e-mail address, and goes on in the browser."""

import socket
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Annotated

import typer

from newsletter import serving, settings
from newsletter.cli.console import err, opened, options, refusals, say
from newsletter.cli.preparing import prepare
from newsletter.cli.running import Taken, keep_running
from newsletter.cli.web import show, sign_in
from newsletter.cli.worker import logged
from newsletter.errors import BadInput
from newsletter.issues.fields import address
from newsletter.pipeline import Pipeline
from newsletter.setup import settings_file, zones
from newsletter.setup.model import Standing, Step
from newsletter.staff.people import Actor

PORTS = range(8000, 8050)
_TRIES = 3
_START = "/console/start"
_WHERE = {
    Step.WEBSITE: "where you publish", Step.LOOKING: "looking at your website", Step.PUBLISH: "where you publish",
    Step.COLLECTING: "taking in what you published", Step.MONTHS: "which months", Step.MAKING: "making the draft",
    Step.DRAFT: "the draft", Step.SENDER: "who signs it", Step.MAIL: "a mail service", Step.COLLEAGUE: "who else",
    Step.READERS: "your readers", Step.DONE: "all is answered",
}  # fmt: skip


def init(
    folder: Annotated[Path, typer.Argument(help="Where settings and database lie; made if it is missing.")] = Path(),
    website: Annotated[str | None, typer.Option(help='Your website, instead of being asked; "" for none.')] = None,
    email: Annotated[str | None, typer.Option(help="Your e-mail address, instead of being asked.")] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the link.")] = False,
) -> None:
    """From your website to a draft in a few minutes, in the browser. Run it again to go on where you were."""
    with refusals():
        folder.mkdir(parents=True, exist_ok=True)
        options.config = options.config or folder / "newsletter.toml"
        if not options.config.is_file():
            settings_file.create(options.config, f"http://127.0.0.1:{_free_port()}", zones.machine())
        prepare(settings.load(options.config))
        with opened() as pipeline:
            standing = pipeline.setup.standing()
            if standing is None:
                pipeline.setup.begin(*_asked(website, email))
            else:
                _tell(standing)
            link, _ = pipeline.entrance.link(pipeline.setup.required().email, Actor(None, "cli"), _START)
            if _is_running(pipeline, link):
                say("It is running already. Here is a link into it, once:")
                show(link, no_browser=no_browser)
                return
        with logged():
            _keep_running(options.config, no_browser=no_browser)


def _asked(website: str | None, email: str | None) -> tuple[str, str]:
    """The two questions; on a terminal only."""
    asks = sys.stdin.isatty()
    if website is None:
        website = typer.prompt("Your website?", default="", show_default=False) if asks else ""
    if email is not None or not asks:
        if not email:
            raise BadInput("Say who looks after it: newsletter init --email YOU@example.org --website www.example.org")
        return website, address(email, "e-mail address")
    for _ in range(_TRIES):
        try:
            return website, address(typer.prompt("Your e-mail address?"), "e-mail address")
        except BadInput as refusal:
            err.print(str(refusal), markup=False)
    raise BadInput("Begin again when you have an e-mail address at hand: newsletter init")


def _tell(standing: Standing) -> None:
    """Run again, it shows the answers and changes none."""
    say(f"Your website:         {standing.website or 'none'}")
    say(f"Your e-mail address:  {standing.email}")
    say(f"You were at:          {_WHERE[standing.step]}")


def _sign_in(pipeline: Pipeline, *, no_browser: bool) -> None:
    sign_in(pipeline, pipeline.setup.required().email, no_browser=no_browser, onward=_START)
    host, port = pipeline.settings.listens_at
    if no_browser and serving.is_loopback(host):
        say(f"On another machine than the one you look from: ssh -L {port}:{host}:{port} and its name, then the link.")


def _free_port() -> int:
    """The first that nobody listens at."""
    for port in PORTS:
        try:
            with serving.bound("127.0.0.1", port):
                return port
        except OSError:
            continue
    with socket.create_server(("127.0.0.1", 0)) as any_:
        return int(any_.getsockname()[1])


def _is_running(pipeline: Pipeline, link: str) -> bool:
    """Whether these very pages answer already."""
    host, port = pipeline.settings.listens_at
    try:
        with serving.bound(host, port):
            return False
    except OSError:
        pass
    try:
        with urllib.request.urlopen(link, timeout=3):  # noqa: S310 -- our own; looking at it uses nothing up
            return True
    except (urllib.error.URLError, OSError, ValueError):
        return False


def _keep_running(config: Path, *, no_browser: bool) -> None:
    """Where another program has the port of pages that only this machine sees, they get another one."""
    for attempt in range(_TRIES):
        try:
            keep_running(lambda pipeline: _sign_in(pipeline, no_browser=no_browser))
            return
        except Taken:
            read = settings.load(config)
            if attempt == _TRIES - 1 or read.listen or not read.base_is_loopback:
                raise
            settings_file.put(read.file, "base_url", f"http://127.0.0.1:{_free_port()}")
