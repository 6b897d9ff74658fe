"""Who works here: everybody sees them; who looks after the system asks people in and says what each may do."""

from fastapi import Request, Response

from newsletter.entrance import Invited
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, Seated, number
from newsletter.web.forms import Posted

_PAGE = "/team"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/team and what is done there."""
    team, back = desk.pipeline.team, f"/console{_PAGE}"

    def page(request: Request, seat: Seated, invited: Invited | None = None) -> Response:
        everybody = team.everybody()
        return desk.page(
            request, "team", here_now=[one for one in everybody if not one.gone_at],
            gone=[one for one in everybody if one.gone_at], invited=invited,
            fresh=seat.is_fresh(desk.pipeline.clock()),
        )  # fmt: skip

    def show(request: Request, seat: Seated) -> Response:
        return page(request, seat)

    def invite(request: Request, seat: Seated, actor: Acting, form: Posted) -> Response:
        found = team.invite(form.get("email"), form.get("name"), form.get("role"), actor)
        return page(request, seat, found)

    def invite_again(request: Request, person: str, seat: Seated, actor: Acting) -> Response:
        return page(request, seat, team.invite_again(number(person), actor))

    def change_role(person: str, actor: Acting, form: Posted) -> Response:
        return desk.to(back, team.change_role(number(person), form.get("role"), actor))

    def take_away(person: str, actor: Acting) -> Response:
        return desk.to(back, team.take_away(number(person), actor))

    def let_in(person: str, actor: Acting) -> Response:
        return desk.to(back, team.let_in(number(person), actor))

    routes.get(_PAGE, "look", show)
    routes.post(f"{_PAGE}/invite", "staff", invite, fresh=_PAGE)
    routes.post(f"{_PAGE}/{{person}}/invite-again", "staff", invite_again, fresh=_PAGE)
    routes.post(f"{_PAGE}/{{person}}/role", "staff", change_role, fresh=_PAGE)
    routes.post(f"{_PAGE}/{{person}}/take-away", "staff", take_away)
    routes.post(f"{_PAGE}/{{person}}/let-in", "staff", let_in)
