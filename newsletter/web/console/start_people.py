"""The questions after the draft: who signs it, by which mail service, who signs off, and the readers."""

from datetime import date
from urllib.parse import urlsplit

from fastapi import Request, Response

from newsletter.delivery import views as delivered
from newsletter.entrance import Invited
from newsletter.errors import BadInput, Refusal
from newsletter.issues import views
from newsletter.issues.model import Profile
from newsletter.setup import services
from newsletter.setup.model import Standing, Step
from newsletter.setup.taking_in import SHOWN, Decision
from newsletter.staff import people
from newsletter.staff.authority import Role, may
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Files, Routes
from newsletter.web.console.start import HOME, START, VERB, page, reached
from newsletter.web.forms import Form, Posted


def bring(desk: Desk, routes: Routes) -> None:
    """/console/start/sender, mail, test, colleague, readers."""
    _bring_sender(desk, routes)
    _bring_mail(desk, routes)
    _bring_colleague(desk, routes)
    _bring_readers(desk, routes)


def _bring_sender(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def sender(request: Request) -> Response:
        standing = setup.required()
        return _sender(desk, request, standing) if reached(standing, Step.SENDER) else desk.to(HOME)

    def signed(request: Request, actor: Acting, form: Posted) -> Response:
        names = ("name", "address", "reply_to", "postal")
        typed = {name: form.get(name) for name in names}
        try:
            setup.sender(actor, **typed)
        except Refusal as refusal:
            return _sender(desk, request, setup.required(), str(refusal), typed)
        return desk.to(HOME)

    routes.get(f"{START}/sender", VERB, sender)
    routes.post(f"{START}/sender", VERB, signed)


def _sender(
    desk: Desk, request: Request, standing: Standing, problem: str = "", typed: dict[str, str] | None = None
) -> Response:
    profile, confirmed = desk.pipeline.setup.profile()
    return page(
        desk, request, "sender", standing, status=400 if problem else 200, problem=problem,
        typed=typed or _said(profile), confirmed=confirmed,
    )  # fmt: skip


def _said(profile: Profile) -> dict[str, str]:
    return {
        "name": profile.from_name, "address": profile.from_address, "reply_to": profile.reply_to,
        "postal": profile.postal_address,
    }  # fmt: skip


def _bring_mail(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def mail(request: Request) -> Response:
        standing = setup.required()
        if not reached(standing, Step.MAIL):
            return desk.to(HOME)
        chosen = request.query_params.get("service", "")
        return _mail(desk, request, standing, services.find(chosen) if chosen else None)

    def saved(request: Request, actor: Acting, form: Posted) -> Response:
        service = services.find(form.get("service"))
        typed = {field.name: form.get(field.name) for field in service.fields}
        try:
            setup.mail(actor, service.slug, typed, untried=bool(form.get("untried")))
        except Refusal as refusal:
            shown = {field.name: typed[field.name] for field in service.fields if not field.secret}
            return _mail(desk, request, setup.required(), service, str(refusal), shown)
        return desk.to(f"{HOME}/mail")

    def later(actor: Acting) -> Response:
        setup.go_on(actor, Step.MAIL)
        return desk.to(HOME)

    def test(actor: Acting) -> Response:
        person = actor.require(VERB)
        desk.pipeline.test(str(setup.required().answers.get("issue", "")), person.email, actor)
        return desk.to(f"{HOME}/mail")

    routes.get(f"{START}/mail", VERB, mail)
    routes.post(f"{START}/mail", VERB, saved)
    routes.post(f"{START}/mail/later", VERB, later)
    routes.post(f"{START}/mail/test", VERB, test)


def _mail(
    desk: Desk, request: Request, standing: Standing, service: services.Service | None, problem: str = "",
    typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    pipeline = desk.pipeline
    with pipeline.database.reading() as session:
        issue = views.find(session, str(standing.answers.get("issue", "")))
        last = delivered.last_test(session, issue.id)
    url = pipeline.settings.transport_url
    ours = standing.found.mail_service
    every = sorted(services.SERVICES, key=lambda one: one.slug != ours)
    return page(
        desk, request, "mail", standing, status=400 if problem else 200, problem=problem, typed=typed or {},
        service=service, services=every, ours=ours, is_set=bool(url), last=last, beginning=pipeline.setup.is_outdated,
        named=_named(url, str(standing.answers.get("mail", ""))),
    )  # fmt: skip


def _named(url: str, slug: str) -> str:
    """What people call the mail service that is set."""
    host = urlsplit(url).hostname or "your mail service"
    return services.named(slug) or host


def _bring_colleague(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def colleague(request: Request) -> Response:
        standing = setup.required()
        return _colleague(desk, request, standing) if reached(standing, Step.COLLEAGUE) else desk.to(HOME)

    def invited(request: Request, actor: Acting, form: Posted) -> Response:
        try:
            came = desk.pipeline.team.invite(form.get("email"), form.get("name"), Role.APPROVER.value, actor)
        except Refusal as refusal:
            typed = {"email": form.get("email"), "name": form.get("name")}
            return _colleague(desk, request, setup.required(), str(refusal), typed)
        return _colleague(desk, request, setup.required(), came=came)

    def alone(actor: Acting) -> Response:
        setup.go_on(actor, Step.COLLEAGUE, alone="yes")
        return desk.to(HOME)

    def on(actor: Acting) -> Response:
        setup.go_on(actor, Step.COLLEAGUE)
        return desk.to(HOME)

    routes.get(f"{START}/colleague", VERB, colleague)
    routes.post(f"{START}/colleague", VERB, invited)
    routes.post(f"{START}/colleague/alone", VERB, alone)
    routes.post(f"{START}/colleague/on", VERB, on)


def _colleague(
    desk: Desk, request: Request, standing: Standing, problem: str = "", typed: dict[str, str] | None = None, *,
    came: Invited | None = None,
) -> Response:  # fmt: skip
    with desk.pipeline.database.reading() as session:
        others = [one for one in people.everybody(session) if one.email != standing.email and may("approve", one.role)]
    return page(
        desk, request, "colleague", standing, status=400 if problem else 200, problem=problem,
        typed=typed or {"email": "", "name": ""}, others=others, came=came,
    )  # fmt: skip


def _bring_readers(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def readers(request: Request, actor: Acting) -> Response:
        standing = setup.required()
        return _readers(desk, request, standing, actor) if reached(standing, Step.READERS) else desk.to(HOME)

    def brought(request: Request, actor: Acting, form: Posted, files: Files) -> Response:
        try:
            if (sent := files.get("file")) is not None:
                setup.readers.keep(actor, sent.name, sent.content)
            else:
                setup.readers.paste(actor, form.get("pasted"))
        except Refusal as refusal:
            return _readers(desk, request, setup.required(), actor, str(refusal), {"pasted": form.get("pasted")})
        return desk.to(f"{HOME}/readers")

    def decided(request: Request, actor: Acting, form: Posted) -> Response:
        try:
            done, line = setup.readers.take(actor, _decision(form))
        except Refusal as refusal:
            typed = {name: form.get(name) for name in ("what", "words", "day")}
            return _readers(desk, request, setup.required(), actor, str(refusal), typed)
        setup.go_on(actor, Step.READERS)
        return desk.to(f"{HOME}/readers" if done.waiting else "/console", line)

    def dropped(actor: Acting) -> Response:
        setup.readers.drop(actor)
        return desk.to(f"{HOME}/readers")

    def later(actor: Acting) -> Response:
        setup.go_on(actor, Step.READERS)
        return desk.to("/console")

    routes.get(f"{START}/readers", VERB, readers)
    routes.post(f"{START}/readers", VERB, brought, files=1)
    routes.post(f"{START}/readers/decide", VERB, decided)
    routes.post(f"{START}/readers/drop", VERB, dropped)
    routes.post(f"{START}/readers/later", VERB, later)


def _readers(
    desk: Desk, request: Request, standing: Standing, actor: Acting, problem: str = "",
    typed: dict[str, str] | None = None,
) -> Response:  # fmt: skip
    return page(
        desk, request, "readers", standing, status=400 if problem else 200, problem=problem,
        typed={"pasted": "", "what": SHOWN, "words": "", "day": "", **(typed or {})},
        look=desk.pipeline.setup.readers.look(actor), number=desk.pipeline.setup.readers.number(),
        today=desk.pipeline.setup.today,
    )  # fmt: skip


def _decision(form: Form) -> Decision:
    day = form.get("day")
    try:
        agreed = date.fromisoformat(day) if day else None
    except ValueError:
        raise BadInput(f"“{day[:40]}” is no day; write it like 2023-11-04.") from None
    return Decision(form.get("what"), form.get("words"), agreed)
