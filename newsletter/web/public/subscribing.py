"""The way in, /subscribe: what one can have, and the same answer for every address, whoever it is.

The page answers first; what an address leads to is found out after it. A form of ours carries a signed time; one that
stands on the organisation's own website carries none, and leads to one more page of ours with the button.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from fastapi.background import BackgroundTasks

from newsletter.errors import BadInput, NotFound
from newsletter.issues import lists as profiles
from newsletter.readers.model import PublicList, SignUp
from newsletter.rendering.words import later, own_name, words
from newsletter.web.forms import Form, Posted
from newsletter.web.look import Look
from newsletter.web.public.agreeing import CONSENT, INCOMPLETE
from newsletter.web.security import network
from newsletter.web.site import LANGUAGES, Site
from subscribers import AddressError, parse

HONEYPOT = "remarks"  # people do not see it, and programs that fill in every field do


@dataclass(frozen=True, slots=True)
class Filled:
    """What the form holds, as it was typed. `shown_in`: the language that the words beside the button were in."""

    email: str = ""
    name: str = ""
    language: str = ""
    lists: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    shown_in: str = ""
    source: str = "form"
    faults: Mapping[str, str] = field(default_factory=dict)


def router(site: Site) -> APIRouter:
    """/subscribe and /subscribe/embed."""
    pages, routes = _Pages(site), APIRouter()
    routes.add_api_route("/subscribe", pages.show, methods=["GET", "HEAD"], response_model=None)
    routes.add_api_route("/subscribe", pages.post, methods=["POST"], response_model=None)
    routes.add_api_route("/subscribe/embed", pages.embed, methods=["GET", "HEAD"], response_model=None)
    return routes


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._joining = site.pipeline.joining

    def show(self, request: Request) -> Response:
        wanted = request.query_params.get("list", "")
        language = self._site.language(request)
        return self._form(request, Filled(language=language, lists=(wanted,) if wanted else ()))

    def embed(self, request: Request) -> Response:
        """The form as plain HTML, for a website of the organisation."""
        language = self._site.language(request)
        offered = self._joining.lists()
        return self._site.page(
            "embed", language, offered=offered, languages_offered=_languages(offered), honeypot=HONEYPOT,
            preferred=_preferred(language, offered),
        )  # fmt: skip

    def post(self, request: Request, form: Posted, after: BackgroundTasks) -> Response:
        origin = self._origin(request)
        if origin == "foreign":
            page = self._form(request, Filled(language=self._site.language(request)), notice="foreign")
            page.status_code = 403
            return page
        filled = self._filled(request, form, origin)
        if form.get(HONEYPOT):
            return self._inbox(request)
        if filled.faults:
            return self._form(request, filled)
        if not any(map(self._joining.is_fresh, filled.stamps)):
            return self._form(request, filled, notice="embed" if not filled.stamps else "again", template="press")
        return self._take(request, form, filled, after)

    # -- one step after the other -----------------------------------------------------------------------------------

    def _take(self, request: Request, form: Form, filled: Filled, after: BackgroundTasks) -> Response:
        checked = self._joining.answers(form.get("question"), form.get("answer"))
        if not checked and self._joining.needs_check():
            return self._form(request, filled, notice="wrong" if form.get("answer") else "", template="check")
        try:
            self._joining.sign_up(self._sign_up(request, filled, checked), network(request))
        except (BadInput, AddressError):
            return self._form(request, replace(filled, faults={"email": INCOMPLETE}))
        after.add_task(self._joining.handle)
        page = self._inbox(request)
        page.background = after
        return page

    def _sign_up(self, request: Request, filled: Filled, checked: bool) -> SignUp:
        return SignUp(
            address=filled.email, list_slugs=filled.lists, language=filled.language,
            wording=words(filled.shown_in).say(CONSENT, organisation=self._look(filled.lists).organisation),
            name=filled.name, source=filled.source, detail=request.headers.get("origin", "")[:200], checked=checked,
            wording_language=filled.shown_in,
        )  # fmt: skip

    def _filled(self, request: Request, form: Form, origin: str) -> Filled:
        offered = self._joining.lists()
        slugs = {one.slug for one in offered}
        chosen = tuple(dict.fromkeys(slug for slug in form.all("list") if slug in slugs))
        # With one list there is nothing to choose.
        chosen = chosen or (tuple(slugs) if len(slugs) == 1 else ())
        shown_in = form.get("shown_in") if form.get("shown_in") in LANGUAGES else self._site.language(request)
        language = form.get("language")
        filled = Filled(
            email=form.get("email")[:400], name=" ".join(form.get("name").split())[:200],
            language=language if language in _languages(offered) else _preferred(shown_in, offered),
            lists=chosen, stamps=form.all("stamp")[:2], shown_in=shown_in,
            source="embed" if origin == "website" or form.get("source") == "embed" else "form",
        )  # fmt: skip
        return replace(filled, faults=_faults(filled))

    def _origin(self, request: Request) -> str:
        """Where the form stood: own, website (of a list), or foreign. Old browsers say nothing, and programs lie: what
        this keeps out is other pages' readers, signing up unawares.
        """
        site, origin = request.headers.get("sec-fetch-site", ""), request.headers.get("origin", "")
        if site in {"same-origin", "none"} or (not site and not origin):
            return "own"
        if origin and _origin_of(self._site.base_url) == origin:
            return "own"
        return "website" if origin in self._websites() else "foreign"

    def _websites(self) -> set[str]:
        with self._site.pipeline.database.reading() as session:
            found = set()
            for one in self._joining.lists():
                try:
                    found.add(_origin_of(profiles.profile(session, one.id).website))
                except NotFound:  # archived meanwhile
                    continue
        return found - {""}

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _form(self, request: Request, filled: Filled, *, notice: str = "", template: str = "subscribe") -> Response:
        language = self._site.language(request, filled.shown_in)
        offered = self._joining.lists()
        look = self._look(filled.lists)
        consent = words(language).say(CONSENT, organisation=look.organisation)
        shown = replace(
            filled,
            language=filled.language if filled.language in _languages(offered) else _preferred(language, offered),
            lists=filled.lists or tuple(one.slug for one in offered[:1]) if not filled.shown_in else filled.lists,
        )
        return self._site.page(
            template, language, look=look, offered=offered, filled=shown, consent=consent, notice=notice,
            languages_offered=_languages(offered), stamp=self._joining.stamp(), honeypot=HONEYPOT,
            question=self._joining.question(language) if template == "check" else None,
            chosen=[one for one in offered if one.slug in shown.lists],
        )  # fmt: skip

    def _inbox(self, request: Request) -> Response:
        return self._site.page("inbox", self._site.language(request))

    def _look(self, slugs: tuple[str, ...]) -> Look:
        first = next((one.id for one in self._joining.lists() if one.slug in slugs), None)
        return self._site.look(first)


_NO_LIST = later("Please choose at least one newsletter.")


def _faults(filled: Filled) -> dict[str, str]:
    faults = {}
    try:
        parse(filled.email)
    except AddressError:
        faults["email"] = INCOMPLETE
    if not filled.lists:
        faults["lists"] = _NO_LIST
    return faults


def _languages(offered: tuple[PublicList, ...]) -> dict[str, str]:
    """The languages that the lists come in, by their own names."""
    return {language: own_name(language) for one in offered for language in one.languages}


def _preferred(language: str, offered: tuple[PublicList, ...]) -> str:
    known = _languages(offered)
    return language if language in known else next((one.default_language for one in offered), language)


def _origin_of(url: str) -> str:
    """As browsers write it in the Origin header."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower() if parts.scheme and parts.netloc else ""
