"""Something is wrong: what it is, how many have it, honest advice, and exactly the acts that remain."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import Request, Response
from sqlalchemy.orm import Session

from newsletter.delivery import views as sends
from newsletter.issues import views
from newsletter.issues.model import RELEASED, State
from newsletter.issues.views import IssueSummary
from newsletter.staff import activities
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Posted

_PAGE = "/issues/{key}/wrong"
KINDS: Mapping[str, str] = {
    "typo": "A typo",
    "fact": "A wrong date, link or name",
    "whole": "It should not have gone out",
}


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the mistake has come. `got`: who has a copy; `rest`: whom a stop kept from it; `unknown`: no answer."""

    got: int
    rest: int
    waiting: int
    unknown: int
    going: bool
    stopped: bool


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/wrong (`?what=typo|fact|whole`) and what its buttons do."""
    pipeline = desk.pipeline

    def show(request: Request, key: str) -> Response:
        what = request.query_params.get("what", "")
        with pipeline.database.reading() as session:
            issue = views.find(session, key)
            reach = _reach(session, issue)
        what = what if what in KINDS else ""
        advised, advice = _advice(what, reach) if what and reach else ("", "")
        return desk.page(
            request, "wrong", issue=issue.slug, summary=issue, reach=reach, kinds=KINDS, what=what, advice=advice,
            advised=advised, mending=issue.state not in RELEASED,
        )  # fmt: skip

    def correct(key: str, actor: Acting, form: Posted) -> Response:
        made = pipeline.correct(key, actor, with_uncertain=form.get("with_uncertain") == "yes")
        with pipeline.database.reading() as session:
            line = activities.last_of(session, actor.staff_id)
        return desk.to(f"/console/issues/{made.slug}/write", line)

    def again(key: str, actor: Acting) -> Response:
        """The stop was a mistake: the same words, whose yes still counts, for the rest."""
        done = pipeline.submit(key, actor)
        with pipeline.database.reading() as session:
            slug = views.find(session, key).slug
        return desk.to(f"/console/issues/{slug}/{'send' if done.yes else 'sign-off'}", done.activity_id)

    routes.get(_PAGE, "look", show)
    routes.post(f"{_PAGE}/correct", "correct", correct)
    routes.post(f"{_PAGE}/again", "submit", again)


def _reach(session: Session, issue: IssueSummary) -> Reach | None:
    """None where it never went out."""
    status = sends.status(session, issue.id)
    if status is None:
        return None
    return Reach(
        status.accepted, status.excluded.get("stopped", 0), status.waiting + status.deferred, status.uncertain,
        issue.state in {State.SENDING, State.PAUSED}, issue.state is State.STOPPED,
    )  # fmt: skip


def _advice(what: str, reach: Reach) -> tuple[str, str]:
    """Which of the ways is advised (stop, mend, correct, web, nothing), and why."""
    if reach.going and what != "typo":
        return "stop", "Stop it first: whoever has no copy yet can still get the right one."
    if reach.stopped and not (reach.got or reach.unknown or reach.waiting):
        return "mend", "Nobody has it. Mend it, ask for a new yes and send it: no reader will ever know."
    match what:
        case "typo":
            return "nothing", "Do nothing. A correction draws more eyes than the typo."
        case "fact":
            more = " Mend it for those who have nothing." if reach.rest else ""
            return "web", (
                f"Correct the web version now, with a dated note.{more} Write to those who have it only if somebody "
                "would miss a date, pay twice or stand before a closed door: a second mail is read as alarm."
            )
        case _:
            return "correct", (
                "A copy that has left cannot be called back. Tell whoever answers for it before anybody asks. Then "
                "say in two plain sentences what was wrong and what holds, to those who have it. No joke, no excuse."
            )
