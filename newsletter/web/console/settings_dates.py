"""Dates of a list: the rule, how long before each step is due, blocked days, and the next issues' days by hand."""

from datetime import datetime

from fastapi import Request, Response

from newsletter.configuring import rhythms as rhythm_facts
from newsletter.errors import BadInput
from newsletter.issues import periods, rhythms
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.settings import HOME, LIST, form_page, taken, with_profile
from newsletter.web.console.settings_forms import RHYTHM
from newsletter.web.forms import Posted
from subscribers import Purpose

_AHEAD = 4


def bring(desk: Desk, routes: Routes) -> None:
    """/console/settings/lists/{listed}/dates, and .../dates/day."""
    pipeline = desk.pipeline

    def page(request: Request, listed: str, given: dict[str, str] | None = None, refusal: str = "") -> Response:
        zone = pipeline.settings.zone
        with pipeline.database.reading() as session:
            face = with_profile(session, listed)
            values = rhythm_facts.facts(session, face.id)
            found = rhythms.stored(session, face.id)
            ahead = rhythms.ahead(session, face.id, found, pipeline.clock(), zone, _AHEAD) if found else ()
        calendar = f"{pipeline.settings.base_url}/calendar/{pipeline.links.token(Purpose.CALENDAR, face.id)}.ics"
        return form_page(
            desk, request, face, RHYTHM, values | (given or {}), refusal, template="settings/dates", ahead=ahead,
            calendar=calendar, named=lambda period: periods.name(period, "en"),
            local=lambda at: f"{at.astimezone(zone):%Y-%m-%dT%H:%M}",
        )  # fmt: skip

    def show(request: Request, listed: str) -> Response:
        return page(request, listed)

    def save(request: Request, listed: str, actor: Acting, form: Posted) -> Response:
        given = taken(RHYTHM, form)
        try:
            line = pipeline.rhythms.change(listed, actor, given)
        except BadInput as refusal:
            return page(request, listed, given, str(refusal))
        desk.forget()
        return desk.to(f"/console{HOME}/lists/{listed}/dates", line)

    def day(request: Request, listed: str, actor: Acting, form: Posted) -> Response:
        try:
            line = pipeline.rhythms.set_day(listed, form.get("period"), _moment(desk, form.get("at")), actor)
        except BadInput as refusal:
            return page(request, listed, None, str(refusal))
        return desk.to(f"/console{HOME}/lists/{listed}/dates#ahead", line)

    routes.get(f"{LIST}/dates", "look", show)
    routes.post(f"{LIST}/dates", "lists", save)
    routes.post(f"{LIST}/dates/day", "dates", day)


def _moment(desk: Desk, text: str) -> datetime | None:
    """As a browser's field writes it, in the organisation's zone; nothing: by the rule."""
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"The day and hour {text[:30]!r} must be written like 2024-07-09T09:00.") from None
    if not 2000 <= at.year < 2200:
        raise BadInput("The day lies too far away.")
    return at if at.tzinfo else at.replace(tzinfo=desk.pipeline.settings.zone)
