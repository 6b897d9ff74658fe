"""Puts the console together: each module of a screen brings its own routes by `bring(desk, routes)`."""

from collections.abc import Callable

from fastapi import APIRouter, HTTPException, Response

from newsletter.pipeline import Pipeline
from newsletter.web.caching import FOR_EVER
from newsletter.web.console import (
    account,
    acts,
    board,
    checking,
    copies,
    health,
    key_readers,
    library,
    library_pictures,
    library_sources,
    now,
    other_ways,
    practice,
    preview,
    readers,
    readers_barred,
    readers_import,
    readers_one,
    received,
    requests,
    results,
    sending,
    settings,
    settings_dates,
    settings_machine,
    settings_sections,
    settings_theme,
    shelf,
    sign_off,
    signing_in,
    start,
    start_draft,
    start_finding,
    start_people,
    team,
    web_version,
    wrong,
)
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.writing import bringing as writing

SCREENS: tuple[Callable[[Desk, Routes], None], ...] = (
    signing_in.bring,
    other_ways.bring,
    now.bring,
    shelf.bring,
    checking.bring,
    sign_off.bring,
    sending.bring,
    wrong.bring,
    results.bring,
    received.bring,
    board.bring,
    key_readers.bring,
    copies.bring,
    requests.bring,
    preview.bring,
    practice.bring,
    web_version.bring,
    writing.bring,
    readers.bring,
    readers_barred.bring,
    readers_import.bring,
    readers_one.bring,
    team.bring,
    health.bring,
    library.bring,
    library_sources.bring,
    library_pictures.bring,
    settings.bring,
    settings_sections.bring,
    settings_dates.bring,
    settings_theme.bring,
    settings_machine.bring,
    account.bring,
    acts.bring,
    start.bring,
    start_finding.bring,
    start_draft.bring,
    start_people.bring,
)


def routes(pipeline: Pipeline) -> Routes:
    """All routes of the console."""
    desk = Desk(pipeline)
    found = Routes(desk)
    for bring in SCREENS:
        bring(desk, found)
    found.router.add_api_route(
        "/assets/{version}/{name:path}", _assets(desk), methods=["GET", "HEAD"], response_model=None
    )
    return found


def router(pipeline: Pipeline) -> APIRouter:
    """The same, for the application."""
    return routes(pipeline).router


def _assets(desk: Desk) -> Callable[[str, str], Response]:
    def asset(version: str, name: str) -> Response:
        found = desk.assets.file(version, name)
        if found is None:
            raise HTTPException(404)
        content, kind = found
        # Frames under a sandbox have no origin of their own: a module script is only theirs with this word.
        headers = {"Cache-Control": FOR_EVER, "Access-Control-Allow-Origin": "*"}
        return Response(content, media_type=kind, headers=headers)

    return asset
