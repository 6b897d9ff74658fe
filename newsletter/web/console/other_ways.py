"""Signing in with a password or a passkey."""

from fastapi import Request, Response

from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Routes
from newsletter.web.console.signing_in import page
from newsletter.web.forms import Posted
from newsletter.web.security import network


def bring(desk: Desk, routes: Routes) -> None:
    """/console/sign-in/password, /console/sign-in/passkey."""
    entrance = desk.pipeline.entrance

    def with_password(request: Request, form: Posted) -> Response:
        entered = entrance.with_password(form.get("email"), form.get("password"), desk.browser(request))
        if entered is None:
            return page(desk, request, form.get("next"), status=403, failed="password", email=form.get("email"))
        return desk.seated(form.get("next"), entered)

    def challenge(request: Request) -> Response:
        told = entrance.challenge(network(request))
        return Response(told or "{}", 200 if told else 429, media_type="application/json")

    def with_passkey(request: Request, form: Posted) -> Response:
        entered = entrance.with_passkey(form.get("credential"), desk.browser(request))
        if entered is None:
            return page(desk, request, form.get("next"), status=403, failed="passkey")
        return desk.seated(form.get("next"), entered)

    routes.open("POST", "/sign-in/password", with_password)
    routes.open("POST", "/sign-in/passkey/ask", challenge)
    routes.open("POST", "/sign-in/passkey", with_passkey)
