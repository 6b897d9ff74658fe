"""The first ten minutes in the browser: leads to the page of the step at which it stands, and shows what goes on."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from newsletter.setup.model import BY_ITSELF, Standing, Step
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes

START, VERB = "/start", "set-up"
HOME = f"/console{START}"
# What stands over each page: its number among the questions, and its name.
TRAIL = (
    (Step.WEBSITE, "Website"), (Step.PUBLISH, "Where"), (Step.MONTHS, "Months"), (Step.DRAFT, "Draft"),
    (Step.SENDER, "Sender"), (Step.MAIL, "Mail service"), (Step.COLLEAGUE, "Who else"), (Step.READERS, "Readers"),
)  # fmt: skip
_PART_OF = {Step.LOOKING: Step.WEBSITE, Step.COLLECTING: Step.PUBLISH, Step.MAKING: Step.MONTHS}
_ORDER = list(Step)
_WORKING = {
    Step.LOOKING: ("Looking at your website", "This takes a minute. You can close this page; it goes on."),
    Step.COLLECTING: ("Taking in what you published", "You can close this page; it goes on."),
    Step.MAKING: ("Making the draft", "A few seconds more."),
}

Endpoint = Callable[..., Response]


def bring(desk: Desk, routes: Routes) -> None:
    """/console/start, and where it stands for a script that asks."""
    setup = desk.pipeline.setup

    def start(request: Request) -> Response:
        standing = setup.required()
        if standing.step is Step.DONE:
            return desk.to("/console")
        if standing.step in BY_ITSELF:
            return working(request, standing)
        return desk.to(f"{HOME}/{standing.step.value}")

    def working(request: Request, standing: Standing) -> Response:
        heading, more = _WORKING[standing.step]
        return page(
            desk, request, "working", standing, heading=heading, more=more,
            can_go_on=standing.step is Step.COLLECTING and standing.done > 0 and not standing.trouble,
        )  # fmt: skip

    def told() -> Response:
        standing = setup.required()
        return JSONResponse(
            {"step": standing.step.value, "said": standing.said, "done": standing.done, "total": standing.total,
             "trouble": standing.trouble}
        )  # fmt: skip

    def again(actor: Acting) -> Response:
        setup.again(actor)
        return desk.to(HOME)

    def enough(actor: Acting) -> Response:
        setup.enough(actor)
        return desk.to(HOME)

    routes.get(START, VERB, start)
    routes.get(f"{START}/standing", VERB, told)
    routes.post(f"{START}/again", VERB, again)
    routes.post(f"{START}/enough", VERB, enough)


def page(
    desk: Desk, request: Request, template: str, standing: Standing, *, status: int = 200, **facts: Any
) -> Response:
    """A page of the first ten minutes, under the trail of its questions."""
    at = _PART_OF.get(standing.step, standing.step)
    reached = _ORDER.index(at)
    trail = [(step.value, name, _ORDER.index(step) <= reached) for step, name in TRAIL]
    return desk.page(
        request, f"start/{template}", status=status, standing=standing, found=standing.found, trail=trail, at=at.value,
        start=HOME, **facts,
    )  # fmt: skip


def reached(standing: Standing, step: Step) -> bool:
    """Whether that page can be shown: it is asked now, or was answered before."""
    return _ORDER.index(_PART_OF.get(standing.step, standing.step)) >= _ORDER.index(step)
