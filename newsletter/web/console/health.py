"""Health: each thing that must be well for a send, how it stands, what to do; a letter to whoever minds the domain."""

from fastapi import Request, Response

from newsletter.errors import NotFound
from newsletter.health import domain
from newsletter.health.lines import Stands
from newsletter.health.standing import Sender
from newsletter.preflight.facts.asking import domain_of
from newsletter.staff import activities
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Routes

_HOME = "/console/health"
_SIGNS = {Stands.GOOD: "✓", Stands.LOOK: "!", Stands.MUST: "✗"}
_WORDS = {Stands.GOOD: "good", Stands.LOOK: "look", Stands.MUST: "must"}


def bring(desk: Desk, routes: Routes) -> None:
    """/console/health and its buttons; /console/health/letter (`?list=`)."""
    pipeline, health = desk.pipeline, desk.pipeline.health

    def show(request: Request) -> Response:
        return desk.page(request, "health", report=health.report(), signs=_SIGNS, words=_WORDS, home=_HOME)

    def letter(request: Request) -> Response:
        with pipeline.database.reading() as session:
            senders = health.senders(session)
            chosen = _chosen(senders, request.query_params.get("list", ""))
            records = health.records(session, chosen) if chosen else ()
        if chosen is None:
            return desk.page(request, "health_letter", chosen=None, senders=(), records=(), text="", home=_HOME)
        now = desk.when.now.astimezone(desk.when.zone)
        day = f"{now.day} {now:%B %Y}"
        return desk.page(
            request, "health_letter", chosen=chosen, senders=senders, records=records, domain=domain_of(
                chosen.profile.from_address
            ),
            text=domain.letter(chosen.profile, pipeline.settings, records, day), day=day, stands=domain.IN_WORDS,
            route=domain.route(pipeline.settings), home=_HOME,
        )  # fmt: skip

    def try_service(name: str, actor: Acting) -> Response:
        health.try_service(name, actor)
        return desk.to(_HOME)

    def reopen(name: str, actor: Acting) -> Response:
        return desk.to(_HOME, health.reopen(name, actor))

    def look(actor: Acting) -> Response:
        health.look(actor)
        return desk.to(_HOME)

    def adopt(actor: Acting) -> Response:
        pipeline.belonging.adopt(actor)
        with pipeline.database.reading() as session:
            line = activities.last_of(session, actor.staff_id)
        return desk.to(_HOME, line)

    routes.get("/health", "look", show)
    routes.get("/health/letter", "look", letter)
    routes.post("/health/look", "look", look)
    routes.post("/health/services/{name}/try", "transports", try_service)
    routes.post("/health/services/{name}/open", "transports", reopen)
    routes.post("/health/adopt", "adopt", adopt)


def _chosen(senders: tuple[Sender, ...], slug: str) -> Sender | None:
    if not slug:
        return next(iter(senders), None)
    found = next((one for one in senders if one.slug == slug), None)
    if found is None:
        raise NotFound("There is no newsletter of that name.")
    return found
