"""The page that a confirmation mail leads to, /c/{token}: one button, and one page after it, however often."""

from fastapi import APIRouter, Request, Response
from fastapi.background import BackgroundTasks

from newsletter.readers.model import Asked, Asks, Confirmed
from newsletter.web.forms import Posted
from newsletter.web.public.linked import routes
from newsletter.web.security import network
from newsletter.web.site import Site


def router(site: Site) -> APIRouter:
    """/c/{token}."""
    pages = _Pages(site)
    return routes("c", pages.show, pages.act)


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._joining = site.pipeline.joining

    def show(self, request: Request, token: str) -> Response:
        asked = self._joining.asked(token)
        if asked is None:
            return self._page(request, "broken_link", None)
        if asked.is_answered:
            return self._page(request, "answered", asked)
        return self._page(request, "expired" if asked.expired else "confirm", asked)

    def act(self, request: Request, token: str, form: Posted, after: BackgroundTasks) -> Response:
        match form.get("act"):
            case "confirm":
                return self._confirm(request, token)
            case "again":
                return self._again(request, token, after)
            case _:
                return self.show(request, token)

    def _confirm(self, request: Request, token: str) -> Response:
        confirmed = self._joining.confirm(token, network(request))
        if confirmed is None:
            return self._page(request, "broken_link", None)
        if confirmed.expired:
            return self._page(request, "expired", confirmed)
        return self._page(request, "confirmed", confirmed)

    def _again(self, request: Request, token: str, after: BackgroundTasks) -> Response:
        asked = self._joining.asked(token)
        if asked is None:
            return self._page(request, "broken_link", None)
        if not asked.expired or asked.is_answered:
            return self.show(request, token)
        self._joining.ask_again(token, network(request))
        after.add_task(self._joining.handle)
        page = self._page(request, "asked_again", asked)
        page.background = after
        return page

    def _page(self, request: Request, template: str, told: Asked | Confirmed | None) -> Response:
        language = self._site.language(request, told.language if told else "")
        look = self._site.look(told.lists[0].id if told and told.lists else None)
        return self._site.page(template, language, look=look, told=told, asks=Asks)
