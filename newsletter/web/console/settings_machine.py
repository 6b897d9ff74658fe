"""Settings of the machine that people change: how fast mail services are used, and keys for programs."""

from fastapi import Request, Response

from newsletter.errors import BadInput
from newsletter.staff.keys import Scope
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes, Seated
from newsletter.web.console.settings import HOME, services
from newsletter.web.forms import Posted

SCOPES = (
    (Scope.READ, "Look up readers"), (Scope.WRITE, "Add and change readers"), (Scope.ERASE, "Erase readers"),
    (Scope.LISTS, "Look up lists"),
)  # fmt: skip
_KEYS, _SERVICES = f"{HOME}/keys", f"{HOME}/services"


def bring(desk: Desk, routes: Routes) -> None:
    """/console/settings/services and /console/settings/keys."""
    _bring_services(desk, routes)
    keys, words = desk.pipeline.keys, dict(SCOPES)

    def page(
        request: Request, seat: Seated, made: tuple[str, str] | None = None, refusal: str = "", name: str = ""
    ) -> Response:
        return desk.page(
            request, "settings/keys", status=400 if refusal else 200, keys=keys.everything(), scopes=SCOPES,
            words=words, made=made, refusal=refusal, name=name, fresh=seat.is_fresh(desk.pipeline.clock()),
        )  # fmt: skip

    def show(request: Request, seat: Seated) -> Response:
        return page(request, seat)

    def make(request: Request, seat: Seated, actor: Acting, form: Posted) -> Response:
        try:
            key, text = keys.make(form.get("name"), form.all("scope"), actor)
        except BadInput as refusal:
            return page(request, seat, refusal=str(refusal), name=form.get("name"))
        return page(request, seat, (key.name, text))

    def revoke(prefix: str, actor: Acting) -> Response:
        return desk.to(f"/console{_KEYS}", keys.revoke(prefix, actor))

    routes.get(_KEYS, "keys", show)
    routes.post(_KEYS, "keys", make, fresh=_KEYS)
    routes.post(f"{_KEYS}/{{prefix}}/revoke", "keys", revoke)


def _bring_services(desk: Desk, routes: Routes) -> None:
    def page(request: Request, refusal: str = "", wrong: str = "") -> Response:
        with desk.pipeline.database.reading() as session:
            found = services(session, desk.pipeline.settings)
        return desk.page(
            request, "settings/services", status=400 if refusal else 200, services=found, refusal=refusal, wrong=wrong,
            file=desk.pipeline.settings.file.name,
        )  # fmt: skip

    def show(request: Request) -> Response:
        return page(request)

    def save(request: Request, service: str, actor: Acting, form: Posted) -> Response:
        try:
            line = desk.pipeline.services.change(service, form.get("rate"), form.get("daily_cap"), actor)
        except BadInput as refusal:
            return page(request, str(refusal), service)
        return desk.to(f"/console{_SERVICES}", line)

    routes.get(_SERVICES, "look", show)
    routes.post(f"{_SERVICES}/{{service}}", "transports", save)
