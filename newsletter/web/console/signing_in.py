"""Signing in by a mailed link: asking for it, pressing the button on its page, leaving again."""

from fastapi import Request, Response

from newsletter.setup.model import Step
from newsletter.staff.authority import may
from newsletter.staff.people import Person
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, Seated
from newsletter.web.forms import Posted
from newsletter.web.security import network


def bring(desk: Desk, routes: Routes) -> None:
    """/console/sign-in, /console/enter/{token}, /console/sign-out."""
    entrance = desk.pipeline.entrance

    def ask(request: Request) -> Response:
        return desk.page(request, "sign_in", onward=request.query_params.get("next", ""), asked=False, many=False)

    def asked(request: Request, form: Posted) -> Response:
        allowed = entrance.ask(form.get("email"), network(request))
        onward = form.get("next")
        return desk.page(
            request, "sign_in", status=200 if allowed else 429, onward=onward, asked=allowed, many=not allowed
        )

    def show(request: Request, token: str) -> Response:
        way = entrance.look(token)
        return desk.page(request, "enter", status=200 if way and way.opens else 410, way=way, token=token)

    def enter(request: Request, token: str) -> Response:
        entered = entrance.enter(token, request.headers.get("user-agent", ""), network(request))
        if entered is None:
            return show(request, token)
        return desk.seated(_first_page(desk, entered.person), entered.cookie)

    def leave(seat: Seated, actor: Acting) -> Response:
        entrance.leave(seat, actor)
        return desk.unseated("/console/sign-in")

    routes.open("GET", "/sign-in", ask)
    routes.open("POST", "/sign-in", asked)
    routes.open("GET", "/enter/{token}", show)
    routes.open("POST", "/enter/{token}", enter)
    routes.post("/sign-out", "account", leave)


def _first_page(desk: Desk, person: Person) -> str:
    """Where setting up was left, for who does it; else where the issue stands."""
    standing = desk.pipeline.setup.standing()
    is_under_way = standing is not None and standing.step is not Step.DONE
    return "/console/start" if is_under_way and may("set-up", person.role) else "/console"
