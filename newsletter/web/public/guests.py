"""A guest's page, /g/{token}: one act, asked of one person. Looking at it changes nothing; one post hands it in."""

import re
from collections.abc import Mapping
from itertools import groupby
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse

from newsletter.guests.clearing import Looked
from newsletter.guests.model import Act, Line, Standing
from newsletter.guests.notes import Note
from newsletter.guests.page import Page, Posted, Took
from newsletter.guests.suggestions import FIELDS
from newsletter.guests.translations import Lines
from newsletter.rendering.guests import ASKS
from newsletter.rendering.words import direction, later, words
from newsletter.web.forms import Form
from newsletter.web.forms import Posted as Sent
from newsletter.web.public.linked import routes
from newsletter.web.security import POLICY
from newsletter.web.site import Site

# The word counter, and keeping what is typed; the item is shown in a frame.
PAGE_POLICY = POLICY + "; script-src 'self'; connect-src 'self'; frame-src 'self'"
# What stands in it was typed by others: no script, no origin, and a link can be tried beside it.
ITEM_POLICY = (
    "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; "
    "img-src {pictures}; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_STATUS = {Took.BUSY: 429, Took.STALE: 409, Took.UNFIT: 400, Took.SHUT: 409}
_EMPTY = {
    Act.NOTE: later("Please write a text, and say whose words they are."),
    Act.SUGGEST: later("Please give a link or a title."),
    Act.CLEAR: later("Please say what should be changed."),
    Act.TRANSLATE: later("Please translate at least one line; a text needs its title."),
}
_LINES = {
    "subject": later("Subject"), "preview line": later("Preview line"), "title": later("Title"),
    "summary": later("Text"), "action": later("Words on the button"), "heading": later("Heading"),
    "text": later("Text"), "role": later("Role"), "label": later("Words on the button"), "figures": later("Numbers"),
}  # fmt: skip


def router(site: Site) -> APIRouter:
    """/g/{token}, and /g/{token}/look."""
    pages = _Pages(site)
    found = routes("g", pages.show, pages.act)
    found.add_api_route("/g/{token}/look", pages.item, methods=["GET", "HEAD"], response_model=None)
    return found


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._guests = site.pipeline.guests

    def show(self, request: Request, token: str) -> Response:
        page = self._guests.look(token)
        return self._page(request, token, page) if page else self._broken(request)

    def act(self, request: Request, token: str, form: Sent) -> Response:
        page = self._guests.look(token)
        if page is None:
            return self._broken(request)
        given, is_saved = _given(page, form), form.get("act") == "save"
        posted = self._guests.save(token, given) if is_saved else self._guests.hand_in(token, given, form.get("base"))
        if posted is None:
            return self._broken(request)
        if request.headers.get("accept", "") == "application/json":
            return JSONResponse({"took": posted.took}, _STATUS.get(posted.took, 200))
        return self._page(request, token, posted.page, posted, given)

    def item(self, token: str) -> Response:
        """The item that somebody is asked about, for a frame of ours."""
        shown = self._guests.item(token)
        if shown is None:
            raise HTTPException(404)
        return alone(shown, self._site.origin)

    # -- what is shown ----------------------------------------------------------------------------------------------

    def _page(
        self, request: Request, token: str, page: Page, posted: Posted | None = None,
        given: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        language = self._site.language(request, page.speaks)
        took = posted.took if posted else None
        # What was not taken stands in the fields again.
        typed = page.typed if took in {None, Took.IN, Took.SAVED} else dict(given or {})
        answer = self._site.page(
            _template(page), language, look=self._site.look(page.list_id),
            status=_STATUS.get(took, 200) if took else 200,
            known=page, asks=ASKS[_what(page)], took=took, typed=typed, values=_values(page, typed),
            answered=page.standing is Standing.ANSWERED, outdated=_is_outdated(page), empty=_EMPTY[page.act],
            path=f"/g/{token}", into=words(language).name_of(page.language), written=direction(page.language),
            groups=_groups(page), line_names=_LINES, script=self._site.looks.scripts["guest"],
        )  # fmt: skip
        answer.headers["Content-Security-Policy"] = PAGE_POLICY
        return answer

    def _broken(self, request: Request) -> Response:
        return self._site.page("broken_link", self._site.language(request), status=404)


def alone(html: str, origin: str) -> HTMLResponse:
    """A document that others have typed, for a frame of ours or a page of its own. `origin`: where its pictures are."""
    found = _HEAD.search(html)
    assert found is not None
    based = f'{html[: found.end()]}<base target="_blank">{html[found.end() :]}'
    policy = ITEM_POLICY.format(pictures=f"'self' {origin}")
    return HTMLResponse(based, headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"})


def _what(page: Page) -> str:
    return page.note_kind if page.act is Act.NOTE else page.act.value


def _template(page: Page) -> str:
    return f"guest_{page.act}" if page.is_open and page.content is not None else "guest_shut"


def _given(page: Page, form: Form) -> dict[str, str]:
    """The fields of this act, as they were sent; what the form does not hold was not shown."""
    match page.content:
        case Note():
            names: tuple[str, ...] = tuple(page.content.fields)
        case Lines():
            names = tuple(line.key for line in page.content.lines)
        case _:
            names = ("verdict", "text") if page.act is Act.CLEAR else (*FIELDS, "which")
    return {name: form.get(name) for name in names if form.get(name)}


def _values(page: Page, typed: Mapping[str, str]) -> dict[str, str]:
    """What the fields hold: what was typed, else what stands in the issue."""
    match page.content:
        case Note():
            known: Mapping[str, Any] = page.content.fields
        case Lines():
            known = {line.key: line.text for line in page.content.lines}
        case _:
            known = {"text": page.answer.get("text", "")} if page.act is Act.CLEAR else {}
    return {name: str(text) for name, text in known.items()} | dict(typed)


def _is_outdated(page: Page) -> bool:
    """Whether she has answered about an item that says something else now."""
    return isinstance(page.content, Looked) and bool(page.answer) and page.answer.get("base") != page.content.base


def _groups(page: Page) -> list[list[Line]]:
    """The lines of each item together."""
    lines = page.content.lines if isinstance(page.content, Lines) else ()
    return [list(some) for _, some in groupby(lines, key=lambda line: line.key.rpartition("-")[0])]
