"""Issues: the shelf, all issues of all years as small pictures; a new one is begun here."""

from dataclasses import dataclass
from datetime import date

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.issues import lists, moves, periods, rhythms, views
from newsletter.issues.model import State
from newsletter.issues.send_rules import CADENCES
from newsletter.issues.views import IssueSummary
from newsletter.staff import activities
from newsletter.web.console import standing
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Posted

_AT_HAND = 4  # periods that a form proposes
_TONES = {State.SENT: "good", State.STOPPED: "must", State.CHANGES_REQUESTED: "look", State.PAUSED: "look"}


@dataclass(frozen=True, slots=True)
class Kept:
    """An issue on the shelf. `picture`: its file's name among the pictures; "" where none was drawn yet."""

    issue: IssueSummary
    picture: str
    stands: str
    tone: str
    day: date

    @property
    def year(self) -> str:
        """The year that it tells of."""
        return self.issue.period[:4]


@dataclass(frozen=True, slots=True)
class Beginning:
    """A list for which an issue can be begun: the periods that are proposed, the likeliest first."""

    slug: str
    name: str
    proposed: tuple[tuple[str, str], ...]


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues."""

    def shelf(request: Request) -> Response:
        with desk.pipeline.database.reading() as session:
            kept = _kept(session)
            start = beginnings(session, desk)
        years = sorted({one.year for one in kept}, reverse=True)
        by_year = tuple((year, tuple(one for one in kept if one.year == year)) for year in years)
        in_hand = any(one.issue.state in standing.LIVE for one in kept)
        return desk.page(request, "issues", years=by_year, beginnings=start, in_hand=in_hand)

    def collect(form: Posted, actor: Acting) -> Response:
        period = form.get("other") or form.get("period")
        done = desk.pipeline.assemble(form.get("list"), period, actor)
        with desk.pipeline.database.reading() as session:
            line = activities.last_of(session, actor.staff_id)
        return desk.to(f"/console/issues/{done.slug}", line)

    routes.get("/issues", "look", shelf)
    routes.post("/issues", "assemble", collect)


def beginnings(session: Session, desk: Desk) -> tuple[Beginning, ...]:
    """Every list with a sender, and the months that its next issue may collect."""
    begun = {(one.list_id, one.period) for one in views.issues(session)}
    today = desk.when.now.astimezone(desk.when.zone).date()
    speak = lists.speaking(session)
    return tuple(
        Beginning(face.slug, face.name, _proposed(session, desk, face.id, today, begun))
        for face in subscribers.lists(session)
        if face.id in speak and not face.archived
    )


def _proposed(
    session: Session, desk: Desk, list_id: int, today: date, begun: set[tuple[int, str]]
) -> tuple[tuple[str, str], ...]:
    """Labels and names of the periods around today; first the one that ends next or ended last, if it is free."""
    profile = lists.profile(session, list_id)
    months = CADENCES[profile.cadence]
    coming = rhythms.upcoming(session, list_id, desk.when.now, desk.when.zone, 1)
    first = coming[0].period if coming else periods.previous(periods.containing(today, months))
    around = [first, periods.following(first)]
    earlier = first
    while len(around) < _AT_HAND:
        earlier = periods.previous(earlier)
        around.append(earlier)
    free = [one for one in around if (list_id, one.label) not in begun]
    return tuple((one.label, _named(one)) for one in free)


def _named(period: periods.Period) -> str:
    """Like "April to June 2024"."""
    if period.months == 1:
        return f"{period.first:%B %Y}"
    if period.months == 12:
        return f"{period.first.year}"
    return f"{period.first:%B} to {period.last:%B %Y}"


def _kept(session: Session) -> tuple[Kept, ...]:
    pictures = views.pictures(session)
    return tuple(
        Kept(one, pictures.get(one.id, ""), moves.IN_WORDS[one.state], _TONES.get(one.state, ""), _day(one))
        for one in views.issues(session)
    )


def _day(issue: IssueSummary) -> date:
    """The day that an issue is filed under."""
    at = issue.public_at or issue.planned_at
    return at.date() if at else issue.collects_until
