"""One's own name, ways in, and the browsers where one is signed in."""

from datetime import date

from fastapi import Request, Response

from newsletter.errors import BadInput
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, Seated, number
from newsletter.web.forms import Posted

_PAGE = "/account"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/account and what is done there."""
    account, back = desk.pipeline.account, f"/console{_PAGE}"

    def show(request: Request, seat: Seated) -> Response:
        return desk.page(
            request, "account", ways=account.ways(seat), fresh=seat.is_fresh(desk.pipeline.clock()),
            possible=desk.pipeline.entrance.place is not None, holidays=account.holidays(seat),
            today=desk.pipeline.clock().astimezone(desk.pipeline.settings.zone).date(),
        )  # fmt: skip

    def rename(seat: Seated, actor: Acting, form: Posted) -> Response:
        return desk.to(back, account.rename(form.get("name"), seat, actor))

    def set_password(seat: Seated, actor: Acting, form: Posted) -> Response:
        done = account.set_password(form.get("password"), form.get("again"), seat, actor)
        return desk.to(f"{back}#ways", done)

    def remove_password(seat: Seated, actor: Acting) -> Response:
        return desk.to(f"{back}#ways", account.remove_password(seat, actor))

    def challenge(seat: Seated) -> Response:
        return Response(account.challenge(seat), media_type="application/json")

    def add_passkey(seat: Seated, actor: Acting, form: Posted) -> Response:
        done = account.add_passkey(form.get("name"), form.get("credential"), seat, actor)
        return desk.to(f"{back}#ways", done)

    def remove_passkey(passkey: str, seat: Seated, actor: Acting) -> Response:
        return desk.to(f"{back}#ways", account.remove_passkey(number(passkey), seat, actor))

    def end_session(session: str, seat: Seated, actor: Acting) -> Response:
        done = account.end_session(number(session), seat, actor)
        return desk.to(f"{back}#sessions", done)

    def end_others(seat: Seated, actor: Acting) -> Response:
        return desk.to(f"{back}#sessions", account.end_others(seat, actor))

    routes.get(_PAGE, "account", show)
    routes.post(f"{_PAGE}/name", "account", rename)
    routes.post(f"{_PAGE}/password", "account", set_password, fresh=_PAGE)
    routes.post(f"{_PAGE}/password/remove", "account", remove_password, fresh=_PAGE)
    routes.post(f"{_PAGE}/passkeys/ask", "account", challenge, fresh=_PAGE)
    routes.post(f"{_PAGE}/passkeys", "account", add_passkey, fresh=_PAGE)
    routes.post(f"{_PAGE}/passkeys/{{passkey}}/remove", "account", remove_passkey, fresh=_PAGE)
    routes.post(f"{_PAGE}/sessions/{{session}}/end", "account", end_session)
    routes.post(f"{_PAGE}/sessions/end-others", "account", end_others)
    _away(desk, routes)


def _away(desk: Desk, routes: Routes) -> None:
    """Who is asked for sign-off while they are away."""
    account, back = desk.pipeline.account, f"/console{_PAGE}"

    def name_deputy(seat: Seated, actor: Acting, form: Posted) -> Response:
        try:
            until = date.fromisoformat(form.get("until"))
        except ValueError:
            raise BadInput("Give the last day, like 2030-07-12. Nobody was named.") from None
        done = account.name_deputy(number(form.get("deputy") or "0"), until, seat, actor)
        return desk.to(f"{back}#away", done)

    def end_deputy(seat: Seated, actor: Acting) -> Response:
        return desk.to(f"{back}#away", account.end_deputy(seat, actor))

    routes.post(f"{_PAGE}/deputy", "approve", name_deputy)
    routes.post(f"{_PAGE}/deputy/end", "account", end_deputy)
