"""The way out, /u/{token}: opening it changes nothing, one press or one post ends the mail, and it works for ever.

Mail providers post to the same address (RFC 8058). Whatever they send, it is 200, at once, without redirect or cookie;
only a form of our own page, which says so in the field `page`, is answered by a page.
"""

from collections.abc import Callable, Mapping

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from newsletter.errors import BadInput
from newsletter.readers.model import Asks, Kind, Standing
from newsletter.rendering.words import later
from newsletter.web.forms import Form, Posted
from newsletter.web.public import pausing
from newsletter.web.public.linked import routes
from newsletter.web.security import network
from newsletter.web.site import Site

REASONS = (
    ("too_often", later("Too often")),
    ("not_relevant", later("Not for me")),
    ("changed_jobs", later("I have changed jobs")),
    ("never_signed_up", later("I never signed up")),
    ("other", later("Another reason")),
)


def router(site: Site) -> APIRouter:
    """/u/{token}."""
    pages = _Pages(site)
    return routes("u", pages.show, pages.act)


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._changing = site.pipeline.changing
        self._joining = site.pipeline.joining
        self._acts: Mapping[str, Callable[[str, Form, str], Standing | None]] = {
            "stop": self._stop,
            "undo": self._undo,
            "why": self._why,
            "pause": self._pause,
        }

    def show(self, request: Request, token: str) -> Response:
        standing = self._changing.standing(token)
        return self._page(request, standing, "left" if standing and standing.state == "unsubscribed" else "")

    def act(self, request: Request, token: str, form: Posted) -> Response:
        if not form.get("page"):
            self._changing.leave_at_once(token, network(request))
            return PlainTextResponse("You are unsubscribed.\n")
        act = form.get("act")
        if act in {"not_me", "block"}:
            return self._declined(request, token, block=act == "block")
        if act == "switch":
            return self._switched(request, token, form)
        if act not in self._acts:
            return self.show(request, token)
        return self._page(request, self._acts[act](token, form, network(request)), act)

    # -- the acts of our own page -----------------------------------------------------------------------------------

    def _stop(self, token: str, _form: Form, network: str) -> Standing | None:
        return self._changing.leave(token, network)

    def _undo(self, token: str, _form: Form, network: str) -> Standing | None:
        return self._changing.undo(token, network)

    def _why(self, token: str, form: Form, network: str) -> Standing | None:
        self._changing.say_why(token, form.get("why"), network)
        return self._changing.standing(token)

    def _pause(self, token: str, form: Form, network: str) -> Standing | None:
        until = pausing.chosen(form.get("until"))
        try:
            return self._changing.pause(token, until, network) if until else self._changing.standing(token)
        except BadInput:  # a page that was left open for months
            return self._changing.standing(token)

    def _switched(self, request: Request, token: str, form: Form) -> Response:
        before = self._changing.standing(token)
        if before is None or before.yearly is None or form.get("to") != before.yearly.slug:
            return self.show(request, token)
        self._changing.switch(token, before.yearly.id, network(request))
        return self._page(request, before, "switch")  # it names the list that comes from now on

    def _declined(self, request: Request, token: str, *, block: bool) -> Response:
        standing = self._changing.standing(token)
        self._joining.decline(token, network(request), block=block)
        return self._page(request, standing, "block" if block else "not_me")

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _page(self, request: Request, standing: Standing | None, done: str) -> Response:
        language = self._site.language(request, standing.language if standing else "")
        look = self._site.look(standing.list.id if standing and standing.list else None)
        today = self._site.pipeline.clock().astimezone(self._site.pipeline.settings.zone).date()
        return self._site.page(
            _template(standing, done), language, look=look, standing=standing, done=done, reasons=REASONS,
            is_invitation=standing is not None and standing.asks is Asks.INVITE,
            pause_until=pausing.until(today, pausing.USUAL), zone=self._site.pipeline.settings.zone,
        )  # fmt: skip


def _template(standing: Standing | None, done: str) -> str:
    if standing is None:
        return "broken_link"
    if standing.kind is Kind.REQUEST:
        return "request"
    if standing.kind is Kind.TEST:
        return "test_copy"
    if standing.kind is Kind.GONE or standing.list is None:
        return "gone"
    return _of_subscription(standing, done)


def _of_subscription(standing: Standing, done: str) -> str:
    if done == "switch":
        return "switched"
    if standing.state == "unsubscribed":
        return "left"
    if done == "undo":
        return "returned"
    return "paused" if done == "pause" and standing.paused_until else "leave"
