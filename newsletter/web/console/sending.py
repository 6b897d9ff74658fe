"""Send: what goes to whom, how many, when; planned or sent by a typed number; then how far it is, with Stop at hand."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Any

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.approval.model import Yes
from newsletter.delivery import audiences, planning
from newsletter.delivery import views as sends
from newsletter.errors import BadInput
from newsletter.issues import lists, views
from newsletter.issues.model import RELEASED, Calm, State
from newsletter.issues.views import IssueSummary
from newsletter.preflight import Finding
from newsletter.rhythm.letters.saying import When, to
from newsletter.staff import people
from newsletter.staff.people import Actor
from newsletter.web.console import standing, typed
from newsletter.web.console.audience import Audience, audience
from newsletter.web.console.desk import Desk
from newsletter.web.console.live import Live, Told
from newsletter.web.console.now import city, elsewhere
from newsletter.web.console.onward import onward
from newsletter.web.console.progress import Pace, Progress, progress
from newsletter.web.console.routes import Acting, Routes, Seated
from newsletter.web.forms import Form, Posted

_PAGE = "/issues/{key}/send"
_NINE = time(9)
_WEEKEND = 5  # Saturday's number


@dataclass(frozen=True, slots=True)
class Going:
    """What would go out. `approver`: whose yes counts; `to_us`: how many of us are on the list and have it first."""

    yes: Yes
    approver: str
    audience: Audience
    calm: Calm
    to_us: int


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan as it stands, in words. `first`: when we have it, "" where it goes to everybody at once."""

    at: datetime
    said: str
    first: str
    by: str


@dataclass(frozen=True, slots=True)
class Filled:
    """What stands in the form: what was typed, or what is proposed. `error`: of the field that `wrong` names."""

    day: str
    time: str
    calm: bool
    typed: str = ""
    error: str = ""
    wrong: str = ""
    found: tuple[Finding, ...] = ()


class Sending:
    """The screen's work: pages of what stands, and the acts of its buttons."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._pipeline = desk.pipeline
        self._live = Live()
        self._pace = Pace()

    # -- pages -------------------------------------------------------------------------------------------------------

    def show(self, request: Request, seat: Seated, key: str) -> Response:
        return self._page(request, key)

    def live(self, key: str) -> Response:
        with self._pipeline.database.reading() as session:
            issue_id = views.find(session, key).id
        return self._live.stream(issue_id, lambda: self._told(key))

    def _page(self, request: Request, key: str, filled: Filled | None = None) -> Response:
        desk, when = self._desk, self._desk.when
        with self._pipeline.database.reading() as session:
            issue = views.find(session, key)
            facts: dict[str, Any] = {
                "progress": self._progress(session, issue, when), "going": None, "plan": None, "filled": filled
            }  # fmt: skip
            if issue.state in {State.APPROVED, State.PLANNED}:
                facts["going"] = self._going(session, issue, when)
                facts["plan"] = self._plan(session, issue, when)
            if facts["going"] and not filled:
                facts["filled"] = self._proposed(session, issue, facts["plan"], when)
        ready = bool(self._pipeline.settings.transport_url)
        next_ = onward(issue, yes=facts["going"] is not None)
        zone = city(self._pipeline.settings.timezone)
        status = 400 if filled else 200
        return desk.page(
            request, "send", status=status, issue=issue.slug, summary=issue, state=State, onward=next_, ready=ready,
            place=zone, elsewhere=elsewhere(issue.planned_at, self._pipeline.settings), **facts,
        )  # fmt: skip

    def _progress(self, session: Session, issue: IssueSummary, when: When) -> Progress | None:
        status = sends.status(session, issue.id) if issue.state in RELEASED else None
        return progress(issue.id, issue.state, status, self._pace, when) if status else None

    def _told(self, key: str) -> Told:
        """The piece of the page that changes."""
        with self._pipeline.database.reading() as session:
            issue = views.find(session, key)
            found = self._progress(session, issue, self._desk.when)
        if found is None:
            return Told("", going=False)
        piece = self._desk.piece("sending", progress=found)
        return Told(piece, going=found.going)

    def _going(self, session: Session, issue: IssueSummary, when: When) -> Going | None:
        """None where no yes counts."""
        yes, _ = self._pipeline.gate.look(session, issue.id)
        if yes is None:
            return None
        team = [self._pipeline.book.hash(one.email) for one in people.everybody(session)]
        to_us = audiences.among(session, issue.id, issue.list_id, team, when.now)
        by = next((one for one in people.everybody(session) if one.email == yes.by), None)
        name = (by.name if by else "") or yes.by
        return Going(yes, name, audience(session, issue, when.now), lists.calm(session, issue.list_id), to_us)

    def _plan(self, session: Session, issue: IssueSummary, when: When) -> Plan | None:
        found = planning.planned(session, issue.id)
        if issue.planned_at is None or found is None:
            return None
        begins, calm, staff_id = found
        by = people.by_id(session, staff_id) if staff_id is not None else None
        first = when.said(begins) if calm else ""
        return Plan(issue.planned_at, to(issue.planned_at, when), first, (by.name or by.email) if by else "")

    def _proposed(self, session: Session, issue: IssueSummary, plan: Plan | None, when: When) -> Filled:
        """The time that is planned, the one that the rhythm says, or nine o'clock on the next working day."""
        due = standing.dates(session, issue, when)
        if plan:
            at = plan.at
        elif due and due.send > when.now:
            at = due.send
        else:
            at = datetime.combine(when.now.astimezone(when.zone).date() + timedelta(days=1), _NINE, when.zone)
            while at.weekday() >= _WEEKEND:
                at += timedelta(days=1)
        local = at.astimezone(when.zone)
        return Filled(f"{local:%Y-%m-%d}", f"{local:%H:%M}", plan is None or bool(plan.first))

    # -- acts --------------------------------------------------------------------------------------------------------

    def plan(self, request: Request, key: str, actor: Acting, form: Posted) -> Response:
        filled = self._read(form)
        try:
            at = _moment(filled, self._desk.when)
        except BadInput as error:
            return self._page(request, key, replace(filled, error=str(error), wrong="when"))
        if wrong := self._not_sure(key, form):
            return self._page(request, key, replace(filled, error=wrong, wrong="typed"))
        return self._to(key, self._pipeline.plan(key, at, actor, calm=filled.calm))

    def plan_again(self, key: str, actor: Acting, form: Posted) -> Response:
        """What undoes a cancelled plan: the number was typed when it was planned first."""
        try:
            at = datetime.fromisoformat(form.get("at"))
        except ValueError:
            at = None
        if at is None or at.tzinfo is None:
            raise BadInput("The form does not say when it was planned. Plan it below.")
        return self._to(key, self._pipeline.plan(key, at, actor, calm=form.get("calm") == "yes"))

    def send(self, request: Request, key: str, actor: Acting, form: Posted) -> Response:
        filled = self._read(form)
        if wrong := self._not_sure(key, form):
            return self._page(request, key, replace(filled, error=wrong, wrong="typed-now"))
        found = () if form.get("although") == "yes" else self._pipeline.look_again(key)
        if found:
            return self._page(request, key, replace(filled, found=tuple(found)))
        self._pipeline.start(key, actor, calm=filled.calm)
        return self._to(key)

    def cancel(self, key: str, actor: Acting) -> Response:
        return self._to(key, self._pipeline.cancel_plan(key, actor))

    def control(self, act: Callable[[str, Actor], int]) -> Callable[[str, Acting], Response]:
        def acted(key: str, actor: Acting) -> Response:
            return self._to(key, act(key, actor))

        return acted

    def _read(self, form: Form) -> Filled:
        return Filled(form.get("day"), form.get("time"), form.get("calm") == "yes", form.get("typed"))

    def _not_sure(self, key: str, form: Form) -> str:
        """Why the typed number does not do. Counted anew: it is what the press is about."""
        with self._pipeline.database.reading() as session:
            readers = audience(session, views.find(session, key), self._desk.when.now).readers
        if not readers:
            return "Nobody would get it now."
        return typed.refusal(form.get("typed"), form.get("shown"), readers)

    def _to(self, key: str, done: int | None = None) -> Response:
        with self._pipeline.database.reading() as session:
            slug = views.find(session, key).slug
        return self._desk.to(f"/console/issues/{slug}/send", done)


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/send, what its buttons do, and /send/live, which tells how far it is."""
    page, pipeline = Sending(desk), desk.pipeline
    routes.get(_PAGE, "look", page.show)
    routes.get(f"{_PAGE}/live", "look", page.live)
    routes.post(f"{_PAGE}/plan", "plan", page.plan)
    routes.post(f"{_PAGE}/plan-again", "plan", page.plan_again)
    routes.post(f"{_PAGE}/cancel", "plan", page.cancel)
    routes.post(f"{_PAGE}/now", "send", page.send)
    routes.post(f"{_PAGE}/pause", "pause", page.control(pipeline.pause))
    routes.post(f"{_PAGE}/resume", "resume", page.control(pipeline.resume))
    routes.post(f"{_PAGE}/stop", "stop", page.control(pipeline.stop))


def _moment(filled: Filled, when: When) -> datetime:
    """The day and time that were typed, as people here say them. BadInput also where the clocks leave that hour out."""
    try:
        said = datetime.fromisoformat(f"{filled.day}T{filled.time or '09:00'}")
        at = said.replace(tzinfo=when.zone, fold=0)
        back = datetime.fromtimestamp(at.timestamp(), when.zone)
    except (ValueError, OverflowError):
        raise BadInput("Give a day like 2024-07-09 and a time like 09:00.") from None
    if back.replace(tzinfo=None) != said:
        raise BadInput(f"There is no {said:%H:%M} on that day: the clocks go forward. Take {back:%H:%M}.")
    if at <= when.now:
        raise BadInput(f"{to(at, when)[:1].upper()}{to(at, when)[1:]} has passed. Give a time ahead.")
    return at
