"""A person's own page, /p/{token}: name, language, lists, a pause, another address."""

from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.background import BackgroundTasks

from newsletter.errors import BadInput
from newsletter.readers.model import Kind, Preferences, Wishes
from newsletter.rendering.since import since
from newsletter.rendering.words import SOURCE, later, own_name, words
from newsletter.web.forms import Form, Posted
from newsletter.web.look import Look
from newsletter.web.public import pausing
from newsletter.web.public.agreeing import CONSENT, INCOMPLETE
from newsletter.web.public.linked import routes
from newsletter.web.security import network
from newsletter.web.site import LANGUAGES, Site
from subscribers import AddressError, parse

_NAME = later("A name has at most 200 letters.")


def router(site: Site) -> APIRouter:
    """/p/{token}."""
    pages = _Pages(site)
    return routes("p", pages.show, pages.act)


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._changing = site.pipeline.changing
        self._joining = site.pipeline.joining

    def show(self, request: Request, token: str) -> Response:
        return self._page(request, token, self._changing.preferences(token))

    def act(self, request: Request, token: str, form: Posted, after: BackgroundTasks) -> Response:
        known = self._changing.preferences(token)
        if known is None:
            return self._page(request, token, None)
        match form.get("act"):
            case "save":
                return self._save(request, token, form, known)
            case "address":
                return self._move(request, token, form, known, after)
            case "keep":
                self._changing.keep_address(token)
                return self._page(request, token, self._changing.preferences(token), done="kept")
            case _:
                return self._page(request, token, known)

    def _save(self, request: Request, token: str, form: Form, known: Preferences) -> Response:
        wishes = Wishes(
            name=" ".join(form.get("name").split()),
            language=form.get("language") if form.get("language") in known.languages else known.language,
            list_slugs=form.all("list"),
            pause_until=self._pause(form.get("pause")),
        )
        try:
            saved = self._changing.prefer(token, wishes, network(request), self._agreed(form, known))
        except BadInput:
            return self._page(request, token, known, faults={"name": _NAME}, typed=form.get("name"))
        return self._page(request, token, saved, done="saved")

    def _move(self, request: Request, token: str, form: Form, known: Preferences, after: BackgroundTasks) -> Response:
        address = form.get("email")
        try:
            parse(address)
            self._changing.new_address(token, address, network(request))
        except (AddressError, BadInput):
            return self._page(request, token, known, faults={"email": INCOMPLETE}, typed=address[:400])
        after.add_task(self._joining.handle)
        page = self._page(request, token, known, done="address")
        page.background = after
        return page

    def _agreed(self, form: Form, known: Preferences) -> str:
        """The words that stood beside the button, in the language that they were shown in."""
        shown_in = form.get("shown_in")
        return words(shown_in if shown_in in LANGUAGES else SOURCE).say(
            CONSENT, organisation=self._look(known).organisation
        )

    def _look(self, known: Preferences) -> Look:
        return self._site.look(next((one.list.id for one in known.choices if one.state == "confirmed"), None))

    def _pause(self, text: str) -> date | None:
        """A day that lies ahead, or none: a page may have been left open."""
        until = pausing.chosen(text)
        return until if until and until > self._today() else None

    def _today(self) -> date:
        return self._site.pipeline.clock().astimezone(self._site.pipeline.settings.zone).date()

    def _page(
        self, request: Request, token: str, known: Preferences | None, *, done: str = "",
        faults: dict[str, str] | None = None, typed: str = "",
    ) -> Response:  # fmt: skip
        if known is None:
            standing = self._changing.standing(token)
            is_test = standing is not None and standing.kind is Kind.TEST
            return self._site.page("test_copy" if is_test else "broken_link", self._site.language(request))
        language = self._site.language(request, known.language)
        paused = self._paused(known)
        look = self._look(known)
        return self._site.page(
            "preferences", language, look=look, known=known, done=done, faults=faults or {}, typed=typed,
            since=since(language, known.since, known.source), paused=paused,
            pauses=sorted({*pausing.offered(self._today()), *([paused] if paused else [])}),
            names={one: own_name(one) for one in known.languages},
            consent=words(language).say(CONSENT, organisation=look.organisation),
            receives=[one for one in known.choices if one.state == "confirmed"],
        )  # fmt: skip

    def _paused(self, known: Preferences) -> date | None:
        """The day that all lists are paused until, where they are."""
        zone = self._site.pipeline.settings.zone
        days = {one.paused_until.astimezone(zone).date() for one in known.choices if one.paused_until}
        return max(days, default=None)
