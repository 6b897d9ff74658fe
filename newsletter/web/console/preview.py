"""The mail as it stands, for a frame: a document of no origin, that may run one script of ours and load pictures.

What stands in it was typed by staff, feeds and guests. The frame's sandbox and this answer's own both keep it from the
console; clicks come out by postMessage.
"""

import re
import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from newsletter import resources
from newsletter.rendering import holes
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import fill
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes

_DARK = re.compile(r"@media\s*\(\s*prefers-color-scheme\s*:\s*dark\s*\)")
_END = re.compile(r"</body>", re.IGNORECASE)


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/preview/{language}; `?look=dark`, `?pictures=no`, `?as=text`."""
    script = (resources.templates() / "console" / "js" / "frame.js").read_text(encoding="utf-8")

    def show(request: Request, key: str, language: str) -> Response:
        part = desk.pipeline.preview(key, language)
        query = request.query_params
        if query.get("as") == "text":
            return _text(holes.in_text(fill(part.text, _values(desk))))
        html = _looked(html_of(desk, part), query.get("look", ""))
        return framed(desk, html, script, pictures=query.get("pictures") != "no")

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
    return holes.drawn(fill(part.html, _values(desk)))


def _looked(html: str, look: str) -> str:
    """As in a light or a dark mail program, whatever this browser prefers."""
    return _DARK.sub("@media all" if look == "dark" else "@media not all", html)


def _text(text: str) -> Response:
    policy = "sandbox; default-src 'none'; frame-ancestors 'self'"
    headers = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return Response(text, media_type="text/plain; charset=utf-8", headers=headers)


def _values(desk: Desk) -> dict[str, str]:
    base = desk.pipeline.settings.base_url
    return {
        "unsubscribe_url": f"{base}/u/preview",
        "preferences_url": f"{base}/p/preview",
        "since": "You signed up on 4 March 2024 on our website.",
    }
