"""Deciding about an issue by the link in a mail, /d/{token}, on a page of one person's own who never signs in.

Looking at it decides nothing. What is posted in somebody's name comes from a browser that we know to be theirs, or goes
by a code that is mailed to them; what was typed and chosen waits beside it. Every act is one of the pipeline's, which
asks the table of authority.
"""

from dataclasses import dataclass, replace

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse

from newsletter.approval import asks, deciding, reading, remarks, snapshots
from newsletter.approval.asks import Ask
from newsletter.approval.model import Made
from newsletter.approval.reading import Stand
from newsletter.delivery import audiences, comparing, planning
from newsletter.entrance import Browser
from newsletter.errors import BadInput, IllegalMove, NotAllowed, NotFound, Refusal
from newsletter.issues.views import find
from newsletter.preflight import SEVERITY_IN_WORDS, Finding, Severity
from newsletter.rendering.since import since
from newsletter.rendering.slots import fill
from newsletter.rhythm.letters.saying import When
from newsletter.staff import known, members
from newsletter.staff.authority import may
from newsletter.staff.codes import MOST_TRIES, Typed
from newsletter.staff.people import Actor, Person
from newsletter.web.forms import Form, Posted
from newsletter.web.public.guests import alone
from newsletter.web.public.linked import routes
from newsletter.web.public.times import Slot, slots
from newsletter.web.security import POLICY, network
from newsletter.web.site import Site
from subscribers import Purpose

VIA = "mail page"
PAGE_POLICY = POLICY + "; frame-src 'self'"
_COOKIES = ("__Host-decides", "decides")  # the first where the pages have https and no path before them
_MARKS = ("__Host-known", "known")  # what the console knows a browser by
_STATUS = ((NotFound, 404), (NotAllowed, 403), (BadInput, 400))
_KEPT = ("act", "comment", "place", "at", "fingerprint")  # what waits beside the code
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody wants to do, as posted."""

    act: str
    comment: str
    place: str
    at: str
    fingerprint: str


WORDS = {
    "yes": "Yes, send exactly this", "change": "Ask for a change", "take-back": "Take back my yes",
    "remark": "Say something without deciding", "when": "Set the time",
}  # fmt: skip


def router(site: Site) -> APIRouter:
    """/d/{token}, and /d/{token}/mail/{language}."""
    pages = _Pages(site)
    found = routes("d", pages.show, pages.act)
    found.add_api_route("/d/{token}/mail/{language}", pages.mail, methods=["GET", "HEAD"], response_model=None)
    return found


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._pipeline = site.pipeline
        own = 0 if site.base_url.startswith("https:") and not site.root else 1
        self._cookie, self._console = _COOKIES[own], _MARKS[own]

    # -- what is asked ----------------------------------------------------------------------------------------------

    def show(self, request: Request, token: str) -> Response:
        ask, made = self._ask(token), self._made(token)
        if made is not None:
            return self._not_me(made)
        return self._page(request, token, ask) if ask else self._broken()

    def act(self, request: Request, token: str, form: Posted) -> Response:
        ask, made = self._ask(token), self._made(token)
        if made is not None:
            return self._not_me(made, done=self._pipeline.not_me(made.id, VIA))
        if ask is None:
            return self._broken()
        if ask.person is None:
            return self._page(request, token, ask)
        chosen, mark = _chosen(form), ""
        try:
            _require_whole(chosen)
            proof = self._prove(request, token, ask, ask.person, chosen, form)
            if isinstance(proof, Response):
                return proof
            mark = proof
            self._do(ask, Actor(ask.person, VIA), chosen)
        except Refusal as error:
            return self._marked(self._page(request, token, ask, chosen, error), mark)
        return self._marked(RedirectResponse(f"{self._site.root}/d/{token}?did={chosen.act}", 303), mark)

    def mail(self, token: str, language: str) -> Response:
        """What was handed in, for a frame of ours."""
        ask = self._ask(token)
        part = None
        if ask is not None and ask.person is not None:
            with self._pipeline.database.reading() as session:
                review = deciding.latest_review(session, ask.issue_id)
                part = snapshots.parts(session, review.snapshot_id).get(language) if review else None
        if part is None:
            raise HTTPException(404)
        test = self._pipeline.links.token(Purpose.TEST, 0)
        links = {f"{one}_url": f"{self._site.base_url}/{one[0]}/{test}" for one in ("unsubscribe", "preferences")}
        return alone(fill(part.html, links | {"since": since(language, None, "")}), self._site.origin)

    def _ask(self, token: str) -> Ask | None:
        link = self._pipeline.links.read(token)
        if link is None or link.purpose is not Purpose.REVIEW:
            return None
        with self._pipeline.database.reading() as session:
            return asks.look(session, link.id)

    def _made(self, token: str) -> Made | None:
        link = self._pipeline.links.read(token)
        if link is None or link.purpose is not Purpose.DECISION:
            return None
        with self._pipeline.database.reading() as session:
            return deciding.decision(session, link.id)

    # -- what is done -----------------------------------------------------------------------------------------------

    def _prove(
        self, request: Request, token: str, ask: Ask, person: Person, chosen: Chosen, form: Form
    ) -> Response | str:
        """Nothing more to be asked: the mark to be given to the browser, "" where it is known; else the code's page."""
        # A form of a sibling site comes with our cookies: it passes only by a code.
        from_here = request.headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
        proving, cookies = self._pipeline.proving, request.cookies if from_here else {}
        mark = cookies.get(self._cookie, "")
        if proving.knows(person, mark, cookies.get(self._console, "")):
            return ""
        wrong = None
        if code_id := _number(form.get("code_id")):
            browser = Browser(request.headers.get("user-agent", ""), network(request), mark=mark)
            proved = proving.prove(person, code_id, "".join(form.get("code").split()), browser)
            if proved.typed is Typed.RIGHT:
                return proved.mark
            wrong = proved.typed
        waiting = self._code(ask, person, request) if wrong is None else code_id if wrong is Typed.WRONG else 0
        return self._code_page(token, ask, person, chosen, waiting, wrong)

    def _code(self, ask: Ask, person: Person, request: Request) -> int | None:
        with self._pipeline.database.reading() as session:
            list_id = find(session, ask.issue_id).list_id
        return self._pipeline.proving.ask(person, network(request), list_id)

    def _do(self, ask: Ask, actor: Actor, chosen: Chosen) -> None:
        key, pipeline = str(ask.issue_id), self._pipeline
        match chosen.act:
            case "yes":
                pipeline.approve(key, actor, chosen.comment, fingerprint=chosen.fingerprint)
            case "change":
                pipeline.request_changes(key, actor, chosen.comment, chosen.fingerprint)
            case "take-back":
                pipeline.take_back(key, actor)
            case "remark":
                pipeline.remark(key, actor, chosen.comment, chosen.place)
            case "when":
                self._plan(key, actor, chosen.at)

    def _plan(self, key: str, actor: Actor, at: str) -> None:
        """After a yes that came too late; to the team first, as there was no plan that says otherwise."""
        person = actor.require("approve")
        with self._pipeline.database.reading() as session:
            read = reading.read(session, self._pipeline.versions, int(key), person)
        slot = next((one for one in self._slots() if one.value == at), None)
        if slot is None:
            raise BadInput("That time is no longer one of those on the page. Nothing was set; choose again.")
        if read.stand is not Stand.SAID or read.issue.planned_at is not None:
            raise IllegalMove("There is no time to be set here any more. Look at how it stands now.")
        self._pipeline.plan(key, slot.at, actor, calm=True)

    def _marked(self, answer: Response, mark: str) -> Response:
        if mark:
            secure = self._site.base_url.startswith("https:")
            path = "/" if self._cookie == _COOKIES[0] else f"{self._site.root}/d"
            answer.set_cookie(
                self._cookie, mark, max_age=int(known.LASTS.total_seconds()), path=path, secure=secure, httponly=True,
                samesite="strict",
            )  # fmt: skip
        return answer

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _page(
        self, request: Request, token: str, ask: Ask, chosen: Chosen | None = None, error: Refusal | None = None
    ) -> Response:
        if ask.person is None:
            return self._site.page("decide_shut", "en", status=410)
        now, when = self._pipeline.clock(), self._when()
        with self._pipeline.database.reading() as session:
            read = reading.read(session, self._pipeline.versions, ask.issue_id, ask.person)
            rule = audiences.following(session, ask.issue_id)
            whom = audiences.WHOM[str(rule.get("kind", audiences.EVERYONE))]
            read = replace(read, readers=audiences.tally(session, read.issue.list_id, rule, now).get(None, 0))
            passed = planning.missed(session, read.issue, now)
            facts = read.handed.version.basis_facts if read.handed else None
            beside = comparing.against_last(session, read.issue, facts, read.readers) if facts else None
        waits = read.stand in {Stand.OPEN, Stand.OWN}
        status = next((code for kind, code in _STATUS if isinstance(error, kind)), 409) if error else 200
        answer = self._site.page(
            "decide", "en", status=status, look=self._site.look(read.issue.list_id), read=read, stand=read.stand,
            person=ask.person, deputy_for=ask.deputy_for, path=f"/d/{token}", when=when, passed=passed,
            may=may("approve", ask.person.role), findings=self._findings(read.issue.slug) if waits else None,
            slots=self._slots() if passed else (), chosen=chosen, error=_said(error),
            whom=whom, did=request.query_params.get("did", ""), longest=_LONGEST, zone=self._zone, beside=beside,
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = PAGE_POLICY
        return answer

    def _code_page(
        self, token: str, ask: Ask, person: Person, chosen: Chosen, code_id: int | None, wrong: Typed | None
    ) -> Response:
        """`code_id`: None where too many were asked for, 0 where another one must be asked for."""
        with self._pipeline.database.reading() as session:
            issue = find(session, ask.issue_id)
        status = 429 if code_id is None else 400 if wrong else 200
        return self._site.page(
            "decide_code", "en", status=status, look=self._site.look(issue.list_id), issue=issue, person=person,
            address=_masked(person.email), chosen=chosen, kept=[(name, getattr(chosen, name)) for name in _KEPT],
            does=WORDS[chosen.act], code_id=code_id, wrong=wrong, most=MOST_TRIES, path=f"/d/{token}",
            place=self._place(chosen.place, issue.id),
            at=next((one.said for one in self._slots() if one.value == chosen.at), ""),
        )  # fmt: skip

    def _place(self, anchor: str, issue_id: int) -> str:
        with self._pipeline.database.reading() as session:
            return remarks.places(self._pipeline.versions.basis_facts(session, issue_id)).get(anchor, "")

    def _not_me(self, made: Made, *, done: bool | None = None) -> Response:
        with self._pipeline.database.reading() as session:
            issue, person = find(session, made.issue_id), members.of_id(session, made.staff_id)
        return self._site.page(
            "not_me", "en", look=self._site.look(issue.list_id), issue=issue, person=person, made=made, done=done,
            said=self._when().said(made.at),
        )  # fmt: skip

    def _broken(self) -> Response:
        return self._site.page("broken_link", "en", status=404)

    def _findings(self, key: str) -> tuple[tuple[str, Finding], ...]:
        order = {Severity.MUST: 0, Severity.LOOK: 1, Severity.INFO: 2}
        found = sorted(self._pipeline.checked(key).findings, key=lambda one: order[one.severity])
        return tuple((SEVERITY_IN_WORDS[one.severity], one) for one in found)

    def _slots(self) -> tuple[Slot, ...]:
        return slots(self._pipeline.clock(), self._pipeline.settings.zone)

    def _when(self) -> When:
        return When(self._pipeline.clock(), self._pipeline.settings.zone)

    @property
    def _zone(self) -> str:
        return self._pipeline.settings.timezone.rpartition("/")[2].replace("_", " ")


def _chosen(form: Form) -> Chosen:
    return Chosen(form.get("act"), form.get("comment"), form.get("place"), form.get("at"), form.get("fingerprint"))


def _require_whole(chosen: Chosen) -> None:
    """Before anybody is asked for a code: what cannot be done at all is said at once."""
    if chosen.act not in WORDS:
        raise BadInput("The form does not say what you want. Nothing was decided; choose again.")
    if len(chosen.comment) > _LONGEST:
        raise BadInput(f"That is {len(chosen.comment):,} characters; at most {_LONGEST:,} are taken.")
    if chosen.act == "change" and not chosen.comment:
        raise BadInput("Say what should change, and where.")
    if chosen.act == "remark":
        remarks.text_of(chosen.comment)
    if chosen.act in {"yes", "change"} and not chosen.fingerprint:
        raise BadInput("The form does not say which version you have read. Open the page anew, and read it.")


def _said(error: Refusal | None) -> str:
    """In a sentence for somebody who has no command line."""
    if error is None:
        return ""
    if isinstance(error, NotAllowed):
        return "That is somebody else's to do: whoever asks for a yes cannot give it, and only those can who sign off."
    return str(error).partition(" newsletter issue")[0].rstrip(":. ") + "."


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0


def _masked(email: str) -> str:
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}•••@{domain}"
