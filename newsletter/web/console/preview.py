"""The mail as it stands, for a frame: a document of no origin, that may run one script of ours and load pictures.

What stands in it was typed by staff, feeds and guests. The frame's sandbox and this answer's own both keep it from the
console; clicks come out by postMessage.
"""

import re
import secrets
from datetime import date
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from newsletter import resources
from newsletter.issues import views
from newsletter.rendering import holes
from newsletter.rendering.page import Rendered
from newsletter.rendering.since import since
from newsletter.rendering.slots import fill
from newsletter.web.console.desk import Desk
from newsletter.web.console.reader import chosen
from newsletter.web.console.routes import Routes, revision
from subscribers import Purpose

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_END = re.compile(r"</body>", re.IGNORECASE)


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/preview/{language}; `?look=dark`, `?pictures=no`, `?as=text`, `?reader=ID`, `?point=yes`,
    `?version=7`.
    """
    folder = resources.templates() / "console" / "js"
    script = (folder / "frame.js").read_text(encoding="utf-8")
    pointing = (folder / "pointing.js").read_text(encoding="utf-8")

    def show(request: Request, key: str, language: str) -> Response:
        query = request.query_params
        then = revision(query.get("version", ""))
        if query.get("point") == "yes" or then is not None:
            return pointed(request, key, language, then)
        part = desk.pipeline.preview(key, language)
        values = _values(desk, _since(desk, key, part.language, query.get("reader", "")))
        if query.get("as") == "text":
            return _text(holes.in_text(fill(part.text, values)))
        html = looked(holes.drawn(fill(part.html, values)), query.get("look", ""))
        return framed(desk, html, script, pictures=query.get("pictures") != "no")

    def pointed(request: Request, key: str, language: str, then: int | None) -> Response:
        """To be written on; or an earlier version, only to be looked at."""
        query, part = request.query_params, desk.pipeline.point(key, language, then)
        html = looked(fill(part.html, _values(desk, _since(desk, key, part.language, ""))), query.get("look", ""))
        run = pointing if then is None else script
        return framed(desk, html, run, pictures=query.get("pictures") != "no")

    routes.get("/issues/{key}/preview/{language}", "look", show)


def framed(desk: Desk, html: str, script: str, *, pictures: bool = True) -> Response:
    """A document to be shown in a frame of ours, with that script at its end."""
    word = secrets.token_urlsafe(16)
    site = urlsplit(desk.pipeline.settings.base_url)
    images = f"'self' {site.scheme}://{site.netloc}" if pictures else "'none'"
    policy = (
        f"sandbox allow-scripts; default-src 'none'; img-src {images}; style-src 'unsafe-inline'; "
        f"script-src 'nonce-{word}'; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
    )
    tag = f'<script nonce="{word}">{script}</script></body>'
    page = _END.sub(lambda _: tag, html, count=1) if _END.search(html) else html + tag
    return HTMLResponse(page, headers={"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"})


def html_of(desk: Desk, part: Rendered) -> str:
    """The mail as a reader would see it, with what is missing drawn as holes."""
    return holes.drawn(fill(part.html, _values(desk, _since(desk, "", part.language, ""))))


def looked(html: str, look: str) -> str:
    """As in a light or a dark mail program, whatever this browser prefers."""
    return _DARK.sub("@media all" if look == "dark" else "@media not all", html)


def _text(text: str) -> Response:
    policy = "sandbox; default-src 'none'; frame-ancestors 'self'"
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


def example(desk: Desk, part: Rendered) -> str:
    """The mail as long as a reader's would be."""
    return fill(part.html, _values(desk, _since(desk, "", part.language, "")))


def _values(desk: Desk, since: str) -> dict[str, str]:
    """A reader's values; the links are those of test copies, which change nothing for anybody."""
    base, token = desk.pipeline.settings.base_url, desk.pipeline.links.token(Purpose.TEST, 0)
    return {"unsubscribe_url": f"{base}/u/{token}", "preferences_url": f"{base}/p/{token}", "since": since}


def _since(desk: Desk, key: str, language: str, subscriber: str) -> str:
    """The sentence of that reader, else one as most have it."""
    if not subscriber.isdecimal() or not subscriber.isascii() or len(subscriber) > 18:
        return since(language, _SOME_DAY, "form")
    with desk.pipeline.database.reading() as session:
        issue = views.find(session, key)
        return chosen(session, issue, (language,), int(subscriber), desk.pipeline.clock()).since


_SOME_DAY = date(2024, 3, 4)
