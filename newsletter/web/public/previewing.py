"""/v/{token}: an issue's web version before it is public, as it stands now, for who was given the link."""

import re

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from newsletter.approval.versions import editions
from newsletter.delivery import archive, web_previews
from newsletter.delivery.web_previews import Preview
from newsletter.errors import Refusal
from newsletter.issues import drafts, views
from newsletter.issues.model import RELEASED
from newsletter.issues.views import IssueSummary
from newsletter.rendering import holes
from newsletter.rendering.words import own_name, words
from newsletter.web.public.archive import POLICY
from newsletter.web.site import Site
from subscribers import Purpose

_NOINDEX = '<meta name="robots" content="noindex, nofollow">'
_HEAD = re.compile(r"<head(?:\s[^>]*)?>", re.IGNORECASE)
_BODY = re.compile(r"<body(?:\s[^>]*)?>", re.IGNORECASE)


def router(site: Site) -> APIRouter:
    """/v/{token}; `?lang=`."""
    pages = _Pages(site)
    routes = APIRouter()
    routes.add_api_route("/v/{token}", pages.show, methods=["GET", "HEAD"], response_model=None)
    return routes


class _Pages:
    def __init__(self, site: Site) -> None:
        self._site, self._pipeline = site, site.pipeline

    def show(self, request: Request, token: str) -> Response:
        link = self._pipeline.links.read(token)
        if link is None or link.purpose is not Purpose.WEB_PREVIEW:
            return self._site.page("broken_link", self._site.language(request), status=404)
        with self._pipeline.database.reading() as session:
            preview = web_previews.find(session, link.id, self._pipeline.clock())
            issue = views.find(session, preview.issue_id) if preview else None
            public = archive.find(session, issue.slug) is not None if issue else False
            languages = editions(drafts.load(session, issue.id)) if issue else ()
        if preview is None or issue is None:
            return self._over(request)
        if public:
            return RedirectResponse(f"{self._site.root}/issues/{issue.slug}", 302)
        if issue.state in RELEASED:
            return self._over(request)
        return self._page(request, token, preview, issue, languages)

    def _over(self, request: Request, *, status: int = 410) -> Response:
        return self._site.page("preview_over", self._site.language(request), status=status, now=status == 410)

    def _page(
        self, request: Request, token: str, preview: Preview, issue: IssueSummary, languages: tuple[str, ...]
    ) -> Response:
        asked = request.query_params.get("lang", "")
        try:
            part = self._pipeline.preview(str(issue.id), asked if asked in languages else languages[0])
        except Refusal:  # something in the draft cannot be drawn just now
            return self._over(request, status=503)
        until = words(part.language).long_day(preview.ends_at.astimezone(self._pipeline.settings.zone).date())
        versions = [(one, own_name(one), f"{self._site.root}/v/{token}?lang={one}") for one in languages]
        bar = self._site.page("preview_bar", part.language, until=until, versions=versions)
        html = _after(_BODY, _after(_HEAD, holes.drawn(part.web), _NOINDEX), bytes(bar.body).decode())
        # Its own address, and that of its calendar, lead nowhere yet.
        own = re.compile(rf"{re.escape(self._site.base_url)}/issues/{re.escape(issue.slug)}(?:\.ics)?(?=[\"'?#])")
        html = own.sub(lambda _: f"{self._site.base_url}/v/{token}", html)
        return HTMLResponse(html, headers={"Content-Security-Policy": POLICY, "Content-Language": part.language})


def _after(tag: re.Pattern[str], page: str, more: str) -> str:
    found = tag.search(page)
    return f"{page[: found.end()]}{more}{page[found.end() :]}" if found else page
