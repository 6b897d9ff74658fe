"""Signing in by a mailed link: asking for it, pressing the button on its page; leaving again."""

from fastapi import Request, Response

from newsletter.web.console.desk import Desk, onward
from newsletter.web.console.routes import Acting, Routes, Seated
from newsletter.web.forms import Posted
from newsletter.web.security import network


def bring(desk: Desk, routes: Routes) -> None:
    """/console/sign-in, /console/enter/{token}, /console/sign-out."""
    entrance = desk.pipeline.entrance

    def ask(request: Request) -> Response:
        return page(desk, request, request.query_params.get("next", ""))

    def asked(request: Request, form: Posted) -> Response:
        if not entrance.ask(form.get("email"), network(request), onward(form.get("next"))):
            return page(desk, request, form.get("next"), status=429, failed="link", email=form.get("email"))
        return desk.page(request, "asked")

    def show(request: Request, token: str) -> Response:
        way = entrance.look(token)
        return desk.page(request, "enter", status=200 if way and way.opens else 410, way=way, token=token)

    def enter(request: Request, token: str) -> Response:
        entered = entrance.enter(token, desk.browser(request))
        if entered is None:
            return show(request, token)
        return desk.seated(entered.onward, entered)

    def leave(seat: Seated, actor: Acting) -> Response:
        entrance.leave(seat, actor)
        return desk.unseated("/console/sign-in")

    routes.open("GET", "/sign-in", ask)
    routes.open("POST", "/sign-in", asked)
    routes.open("GET", "/enter/{token}", show)
    routes.open("POST", "/enter/{token}", enter)
    routes.post("/sign-out", "account", leave)


def page(
    desk: Desk, request: Request, wanted: str, *, status: int = 200, failed: str = "", email: str = ""
) -> Response:
    """All ways to sign in. `wanted`: where it leads on to; `failed`: by which way it did not go."""
    seat = desk.seat(request)
    again = seat is not None and request.query_params.get("again") == "yes"
    if again and seat is not None:
        email = seat.person.email
    return desk.page(
        request, "sign_in", status=status, onward=onward(wanted), failed=failed, email=email, again=again,
        passkeys=desk.pipeline.entrance.place is not None,
    )  # fmt: skip
