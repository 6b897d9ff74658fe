"""What all screens share: the pipeline, the templates, who is signed in, and the pages of refusals."""

import re
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from sqlalchemy.orm import Session

from newsletter import resources
from newsletter.entrance import Browser, Entered
from newsletter.errors import BadInput, IllegalMove, NotAllowed, NotFound, Refusal
from newsletter.issues.views import IssueSummary
from newsletter.pipeline import Pipeline
from newsletter.rhythm.letters.saying import When, capital
from newsletter.staff import agents
from newsletter.staff.authority import IN_WORDS, may
from newsletter.staff.sessions import LASTS, Seat
from newsletter.web.console import activity, standing, steps
from newsletter.web.console.assets import Assets
from newsletter.web.console.memory import Briefly, Checks
from newsletter.web.security import network

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; frame-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The first where the pages have https and no path before them: browsers then let no other host set it.
COOKIES = ("__Host-desk", "desk")
MARKS = ("__Host-known", "known")  # by which a browser is known again
_MARK_LASTS = 400 * 24 * 60 * 60  # seconds; browsers keep no cookie for longer

# "//host" and "/\host" lead to other hosts, ".." out of the console, control characters into headers.
_ONWARD = re.compile(r"/console(?:/(?!\.|%2[eE])[\w.~%-]+)*(?:\?[\w.~%=&+:;,/@!*()-]*)?(?:#[\w.~%-]*)?", re.ASCII)
_DOOR = re.compile(r"/console/(?:sign-|enter\b|assets\b)")

_YES_HOLDS = timedelta(seconds=20)

_STATUS: Mapping[type[Refusal], int] = {NotFound: 404, NotAllowed: 403, IllegalMove: 409, BadInput: 400}


class Desk:
    """One installation's console. `pipeline` gives commands; views are read in `pipeline.database.reading()`."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.pipeline = pipeline
        self.assets = Assets()
        parts = urlsplit(pipeline.settings.base_url)
        self.root = parts.path
        self._secure = parts.scheme == "https"
        own = 0 if self._secure and not self.root else 1
        self._cookie, self._mark = COOKIES[own], MARKS[own]
        self._environment = Environment(
            loader=FileSystemLoader(resources.templates()), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._environment.filters |= {"bdi": _bdi, "machine": agents.said, "capitalize_first": capital}
        self._environment.globals["roles"] = IN_WORDS
        self.pages: set[tuple[str, str]] = set()  # method and path of every route; `Routes` fills it
        self.checks = Checks()
        self._yes: Briefly[bool] = Briefly(_YES_HOLDS)

    # -- pages -------------------------------------------------------------------------------------------------------

    def page(
        self, request: Request, template: str, *, status: int = 200, issue: str | None = None, **facts: object
    ) -> HTMLResponse:
        """`templates/console/<template>.html`. In it are `seat` (None: nobody is signed in), `may(verb)`, `root`,
        `assets`, `here` (the path), `done` (what was just done), `status` (the sentence that stands on every page),
        `when` (how moments are said), `leads(path)` (whether there is such a page),
        `steps_of_issue` (its six verbs). `issue`: its id or slug, where the page is about one.
        """
        seat: Seat | None = getattr(request.state, "seat", None)
        known: dict[str, object] = {
            "seat": seat, "root": self.root, "assets": f"{self.root}/console/assets/{self.assets.version}",
            "here": request.url.path.removeprefix(self.root), "when": self.when,
            "zone": self.pipeline.settings.timezone,
            "may": lambda verb: seat is not None and may(verb, seat.person.role), "done": None, "status": None,
            "csrf": Markup('<input type="hidden" name="csrf" value="%s">') % seat.csrf if seat else "",
            "issue_key": issue, "leads": self.leads, "steps_of_issue": (),
        }  # fmt: skip
        if seat is not None:
            with self.pipeline.database.reading() as session:
                known |= self._standing(session, issue)
                known["done"] = activity.done(
                    session, request.query_params.get("done", ""), seat, self.pipeline.clock()
                )
        found = self._environment.get_template(f"console/{template}.html")
        return HTMLResponse(found.render(known | facts), status, headers={"Content-Security-Policy": POLICY})

    def piece(self, template: str, **facts: object) -> str:
        """A piece of a page that is the same for everybody: `templates/console/<template>.html`."""
        return self._environment.get_template(f"console/{template}.html").render(facts | {"root": self.root})

    def _standing(self, session: Session, key: str | None) -> dict[str, object]:
        """The status sentence, and the six verbs of a page that is about an issue."""
        issue, when = standing.subject(session, key), self.when
        due = standing.dates(session, issue, when) if issue else None
        last, yes = self.checks.of(issue) if issue else None, bool(issue and self.signed_off(session, issue))
        found: dict[str, object] = {"status": standing.sentence(issue, due, last, when, yes=yes)}
        if issue and key:
            found["steps_of_issue"] = steps.steps(session, issue, last, signed_off=yes)
        return found

    def signed_off(self, session: Session, issue: IssueSummary) -> bool:
        """Whether a yes counts for the issue as it stands; asked again after some seconds."""
        if issue.state not in standing.DECIDED:
            return False
        now, key = self.pipeline.clock(), (issue.id, issue.revision)
        known = self._yes.get(key, now)
        if known is None:
            known = self._yes.put(key, self.pipeline.gate.look(session, issue.id)[0] is not None, now)
        return known

    def forget(self) -> None:
        """A setting was changed: whether a yes counts is found out anew."""
        self._yes = Briefly(_YES_HOLDS)

    def leads(self, path: str, method: str = "GET") -> bool:
        """Whether there is such a page (as its route is declared): what leads nowhere is not shown."""
        return (method, path) in self.pages

    @property
    def when(self) -> When:
        """How moments are said: in the organisation's own zone."""
        return When(self.pipeline.clock(), self.pipeline.settings.zone)

    def to(self, path: str, done: int | None = None) -> Response:
        """On to a page after an act; `done`: the line of the activity log that says what was done."""
        path, _, fragment = path.partition("#")
        query = ("&" if "?" in path else "?") + f"done={done}" if done is not None else ""
        return RedirectResponse(f"{self.root}{path}{query}{'#' + fragment if fragment else ''}", 303)

    # -- who is there ------------------------------------------------------------------------------------------------

    def seat(self, request: Request) -> Seat | None:
        """Who is signed in in this browser."""
        return self.pipeline.entrance.seat(request.cookies.get(self._cookie, ""))

    def browser(self, request: Request) -> Browser:
        """What asks to be let in."""
        cookies = request.cookies
        agent = request.headers.get("user-agent", "")
        return Browser(agent, network(request), cookies.get(self._cookie, ""), cookies.get(self._mark, ""))

    def seated(self, path: str, entered: Entered) -> Response:
        """On to a page, signed in from now on."""
        answer = self.to(onward(path) or "/console")
        lasting = ((self._cookie, entered.cookie, int(LASTS.total_seconds())), (self._mark, entered.mark, _MARK_LASTS))
        for name, value, age in lasting:
            answer.set_cookie(
                name, value, max_age=age, path=self._cookie_path, secure=self._secure, httponly=True, samesite="lax"
            )
        return answer

    def unseated(self, path: str) -> Response:
        """On to a page, signed out from now on."""
        answer = self.to(path)
        answer.delete_cookie(self._cookie, path=self._cookie_path, secure=self._secure, httponly=True, samesite="lax")
        return answer

    @property
    def _cookie_path(self) -> str:
        return "/" if self._cookie == COOKIES[0] else f"{self.root}/console"

    # -- refusals ----------------------------------------------------------------------------------------------------

    def to_sign_in(self, request: Request) -> Response:
        """Nobody is signed in: first that, then on to what was asked for."""
        if wants_json(request):
            return JSONResponse(
                {"error": "You are signed out. Sign in again in another tab; nothing is lost here."}, 401
            )
        asked = request.url.path.removeprefix(self.root)
        if request.url.query:
            asked += f"?{request.url.query}"
        after = f"?next={quote(asked, safe='')}" if request.method in {"GET", "HEAD"} and asked != "/console" else ""
        return RedirectResponse(f"{self.root}/console/sign-in{after}", 303)

    def to_sign_in_again(self, request: Request, path: str) -> Response:
        """It is too long ago that they signed in for this act: first that, then back to its page."""
        if wants_json(request):
            return JSONResponse({"error": "Sign in once more for this; it is a while ago."}, 401)
        return RedirectResponse(f"{self.root}/console/sign-in?again=yes&next={quote(path, safe='')}", 303)

    def bad_form(self, request: Request) -> Response:
        """The form is not of this session: nothing was changed."""
        said = (
            "This form is not from your present session. Nothing was changed: go back, load the page anew, try again."
        )
        return self._refusal(request, 403, "That did not come from our page.", said, ())

    def refused(self, request: Request, error: Refusal) -> Response:
        """What will not be done, and why, in the refusal's own sentence."""
        status = next((code for kind, code in _STATUS.items() if isinstance(error, kind)), 409)
        more: tuple[str, ...] = tuple(getattr(error, "problems", ()) or getattr(error, "changes", ()))
        heading = {404: "There is nothing here.", 403: "That is somebody else's to do."}.get(
            status, "That was not done."
        )
        return self._refusal(request, status, heading, str(error), more)

    def _refusal(self, request: Request, status: int, heading: str, said: str, more: tuple[str, ...]) -> Response:
        if wants_json(request):
            return JSONResponse({"error": said, "problems": more}, status)
        return self.page(request, "refused", status=status, heading=heading, said=said, more=more)


def wants_json(request: Request) -> bool:
    return request.headers.get("accept", "").startswith("application/json")


def onward(path: str) -> str:
    """The page of ours that somebody wanted, and nothing else that an address could lead to."""
    return path if _ONWARD.fullmatch(path) and not _DOOR.match(path) else ""


def _bdi(text: str) -> Markup:
    """A name or a title inside a sentence that may run the other way."""
    return Markup("<bdi>%s</bdi>") % text
