"""Results: the sum that is right, when and where to, why not, and what can still be done about it."""

from fastapi import Request, Response

from newsletter.issues import views
from newsletter.issues.views import IssueSummary
from newsletter.staff import activities
from newsletter.staff.people import Actor
from newsletter.web.console import of_readers
from newsletter.web.console.chasing import chase
from newsletter.web.console.desk import Desk
from newsletter.web.console.movement import Movements
from newsletter.web.console.outcome import Outcome, Telling
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Posted

PAGE = "/issues/{key}/results"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/issues/{key}/results and what its buttons do; sending again asks first, on a page of its own."""
    pipeline, telling, movements = desk.pipeline, Telling(), Movements()

    def show(request: Request, key: str) -> Response:
        with pipeline.database.reading() as session:
            issue = views.find(session, key)
            found = telling.outcome(session, issue, desk.when)
            people = of_readers.key(session, issue, desk.when)
            refused = chase(session, found.rounds, found.status.rejected) if found else None
            moved = movements.of(session, issue, desk.when)
        return desk.page(
            request, "results", issue=issue.slug, summary=issue, outcome=found, key=people, chase=refused,
            moved=moved,
        )  # fmt: skip

    def ask(request: Request, key: str) -> Response:
        issue, found = _of(desk, telling, key)
        number = found.again.unanswered if found else 0
        return desk.page(request, "send_again", issue=issue.slug, summary=issue, number=number)

    def leave(key: str, actor: Acting) -> Response:
        pipeline.resolve(key, actor, "leave")
        return back(key, actor)

    def send_again(key: str, actor: Acting) -> Response:
        pipeline.resolve(key, actor, "send_again")
        return back(key, actor)

    def retry(key: str, actor: Acting, form: Posted) -> Response:
        put_off = form.get("what") == "put-off"
        pipeline.retry(key, actor, deferred=put_off, rejected=not put_off)
        return back(key, actor)

    def back(key: str, actor: Actor) -> Response:
        return to_results(desk, key, actor)

    routes.get(PAGE, "look", show)
    routes.post(f"{PAGE}/leave", "resolve", leave)
    routes.get(f"{PAGE}/send-again", "resolve", ask)
    routes.post(f"{PAGE}/send-again", "resolve", send_again)
    routes.post(f"{PAGE}/retry", "retry", retry)


def to_results(desk: Desk, key: str, actor: Actor) -> Response:
    """On to the page, which says what this person has just done."""
    with desk.pipeline.database.reading() as session:
        slug, line = views.find(session, key).slug, activities.last_of(session, actor.staff_id)
    return desk.to(f"/console/issues/{slug}/results", line)


def _of(desk: Desk, telling: Telling, key: str) -> tuple[IssueSummary, Outcome | None]:
    with desk.pipeline.database.reading() as session:
        issue = views.find(session, key)
        return issue, telling.outcome(session, issue, desk.when)
