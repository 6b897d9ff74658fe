"""The pages on which the kept messages are listed and read."""

import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException

from newsletter import resources
from newsletter.mailbox.folder import Mailbox, NotFound
from newsletter.mailbox.guard import Guard
from newsletter.mailbox.reading import Message

Media = Callable[[str], tuple[bytes, str] | None]

WIDTHS = ("375", "700")

# A mail may show pictures and its own styles, and its links open a tab of their own which is free of the sandbox:
# a confirmation is there to be tried. It runs nothing, sends no form and has no origin.
SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MAIL_POLICY = (
    f"sandbox {SANDBOX}; default-src 'none'; img-src http: https: data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)

# A browser wraps a few hundred kilobytes at once; the whole source is a download.
_SHOWN = 400_000
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_NEW_TAB = '<base target="_blank">'


def app(
    mailbox: Mailbox,
    *,
    smtp_address: str | None = None,
    media: Media | None = None,
    templates: Path | None = None,
) -> FastAPI:
    """Build the pages; `media` gives a picture's bytes and content type by name, for mails which point here."""
    site = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    pages = _Pages(mailbox, templates or resources.templates(), smtp_address)
    site.add_api_route("/", pages.messages, response_model=None)
    site.add_api_route("/mailbox.css", pages.stylesheet, response_model=None)
    site.add_api_route("/messages/{name}", pages.message, response_model=None)
    site.add_api_route("/messages/{name}/html", pages.html, response_model=None)
    site.add_api_route("/messages/{name}/source", pages.source, response_model=None)
    if media:
        site.add_api_route("/media/{name}", _pictures(media), response_model=None)
    site.add_exception_handler(NotFound, pages.missing)
    site.add_exception_handler(HTTPException, pages.missing)
    site.add_middleware(Guard)
    return site


class _Pages:
    def __init__(self, mailbox: Mailbox, templates: Path, smtp_address: str | None) -> None:
        self._mailbox = mailbox
        self._stylesheet = templates / "mailbox" / "mailbox.css"
        self._smtp_address = smtp_address
        self._environment = Environment(
            loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._environment.filters["moment"] = _moment
        self._environment.filters["size"] = _size

    def messages(self, q: str = "", page: str = "1") -> Response:
        found = self._mailbox.messages(q.strip(), int(page) if page.isdecimal() and len(page) < 9 else 1)
        return self._page("list", page=found, smtp_address=self._smtp_address, folder=self._mailbox.folder)

    def message(self, name: str, view: str = "", width: str = "") -> Response:
        message = self._mailbox.open(name)
        views = _views(message)
        return self._page(
            "message",
            message=message,
            views=views,
            view=view if view in views else views[0],
            width=width if width in WIDTHS else "",
            widths=WIDTHS,
            sandbox=SANDBOX,
            shown=_SHOWN,
        )

    def html(self, name: str) -> Response:
        html = self._mailbox.open(name).html
        if html is None:
            raise NotFound(name)
        return HTMLResponse(_in_new_tabs(html), headers={"Content-Security-Policy": MAIL_POLICY})

    def source(self, name: str) -> Response:
        return Response(
            self._mailbox.source(name),
            media_type="text/plain; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def stylesheet(self) -> Response:
        return FileResponse(self._stylesheet, media_type="text/css")

    def missing(self, request: Request, error: Exception) -> Response:
        return self._page("missing", status=error.status_code if isinstance(error, HTTPException) else 404)

    def _page(self, template: str, *, status: int = 200, **facts: object) -> HTMLResponse:
        return HTMLResponse(self._environment.get_template(f"mailbox/{template}.html").render(facts), status)


def _pictures(media: Media) -> Callable[[str], Response]:
    def picture(name: str) -> Response:
        found = media(name)
        if found is None:
            raise NotFound(name)
        content, kind = found
        # The name is the content's hash, so that what it stands for never changes.
        return Response(content, media_type=kind, headers={"Cache-Control": "public, max-age=31536000, immutable"})

    return picture


def _views(message: Message) -> list[str]:
    views = ["html"] if message.html is not None else []
    if message.text is not None:
        views.append("text")
    return [*views, "headers", "source"]


def _in_new_tabs(html: str) -> str:
    """Let links open a tab: inside the frame they would lead nowhere."""
    head = _HEAD.search(html)
    if head:
        return f"{html[: head.end()]}{_NEW_TAB}{html[head.end() :]}"
    # Nothing may stand before a doctype, or the browser lays the mail out by the rules of 1998.
    return html if html.lstrip()[:9].lower() == "<!doctype" else _NEW_TAB + html


def _moment(when: datetime) -> str:
    local = when.astimezone()
    return f"{local.day} {local:%b %Y, %H:%M}"


def _size(octets: int) -> str:
    return f"{octets} bytes" if octets < 1024 else f"{octets / 1024:,.0f} KB"
