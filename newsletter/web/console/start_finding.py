"""The questions before the draft: the website, where it publishes, which months; or how to begin without one."""

from collections.abc import Callable

from fastapi import Request, Response

from newsletter.errors import BadInput, Refusal
from newsletter.publications import views
from newsletter.publications.kinds import kinds
from newsletter.rendering.words import own_name
from newsletter.setup import kinds as grouping
from newsletter.setup import zones
from newsletter.setup.model import Found, Standing, Step
from newsletter.web.console.desk import Desk
from newsletter.web.console.routes import Acting, Files, Routes
from newsletter.web.console.start import HOME, START, VERB, page, reached
from newsletter.web.forms import Form, Posted

MOST_UNDATED = 8
_PLAIN_ACCENT = "#0f4c5c"
# What they look like: one, and several.
_KINDS = {
    "readout": ("a readout", "readouts"), "press_release": ("a press release", "press releases"),
    "statement": ("a statement", "statements"), "tribute": ("a tribute", "tributes"),
    "partnership": ("news of a partnership", "news of partnerships"),
    "city_story": ("a city’s story", "cities’ stories"),
    "report": ("a report", "reports"), "brief": ("a brief", "briefs"), "research": ("research", "research"),
    "event_report": ("a report of an event", "reports of events"), "knowledge_product": ("a guide", "guides"),
    "commentary": ("a commentary", "commentaries"), "media_feature": ("an article about you", "articles about you"),
    "opportunity": ("a call or opening", "calls and openings"), "event": ("an event", "events"),
    "newsletter": ("your own newsletter", "your own newsletters"),
}  # fmt: skip


def bring(desk: Desk, routes: Routes) -> None:
    """/console/start/website, links, table, sample, publish, months."""
    _bring_website(desk, routes)
    _bring_publish(desk, routes)
    _bring_months(desk, routes)


def _bring_website(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def website(request: Request) -> Response:
        return page(desk, request, "website", setup.required(), problem="", typed={})

    def look_at(request: Request, actor: Acting, form: Posted) -> Response:
        return _or_again(
            desk, request, "website", {"website": form.get("website")},
            lambda: setup.look_at(actor, form.get("website")),
        )  # fmt: skip

    def links(request: Request, actor: Acting, form: Posted) -> Response:
        return _or_again(
            desk, request, "website", {"links": form.get("links")}, lambda: setup.links(actor, form.get("links"))
        )

    def table(request: Request, actor: Acting, files: Files) -> Response:
        sent = files.get("table")

        def act() -> None:
            if sent is None:
                raise BadInput("Choose a CSV or JSON file first.")
            setup.table(actor, sent.name, sent.content)

        return _or_again(desk, request, "website", {}, act)

    def sample(actor: Acting) -> Response:
        setup.sample(actor)
        return desk.to(HOME)

    routes.get(f"{START}/website", VERB, website)
    routes.post(f"{START}/website", VERB, look_at)
    routes.post(f"{START}/links", VERB, links)
    routes.post(f"{START}/table", VERB, table, files=1)
    routes.post(f"{START}/sample", VERB, sample)


def _bring_publish(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def publish(request: Request) -> Response:
        standing = setup.required()
        if not reached(standing, Step.PUBLISH):
            return desk.to(HOME)
        return _publish(desk, request, standing, "")

    def published(request: Request, actor: Acting, form: Posted) -> Response:
        found = setup.required().found
        try:
            if form.get("about"):
                setup.about(
                    actor, name=form.get("name"), colour=form.get("colour"), with_logo=bool(form.get("logo"))
                )  # fmt: skip
            setup.publish(actor, [int(one) for one in form.all("place") if one.isdecimal()], *_kinds(form))
            setup.set_zone(actor, form.get("timezone") or found.timezone, asked=form.get("timezone") != found.timezone)
        except Refusal as refusal:
            return _publish(desk, request, setup.required(), str(refusal))
        return desk.to(HOME)

    routes.get(f"{START}/publish", VERB, publish)
    routes.post(f"{START}/publish", VERB, published)


def _bring_months(desk: Desk, routes: Routes) -> None:
    setup = desk.pipeline.setup

    def months(request: Request) -> Response:
        standing = setup.required()
        if not reached(standing, Step.MONTHS):
            return desk.to(HOME)
        return _months(desk, request, standing, "")

    def chosen(request: Request, actor: Acting, form: Posted) -> Response:
        try:
            days = {
                int(name[4:]): form.get(name) for name in form.names() if name[:4] == "day-" and name[4:].isdecimal()
            }
            setup.give_days(actor, days)
            if not form.get("again"):
                # What is typed counts, whether or not its choice was ticked, too.
                setup.make(actor, form.get("other") or form.get("first").removeprefix("other"))
        except Refusal as refusal:
            return _months(desk, request, setup.required(), str(refusal))
        return desk.to(HOME)

    routes.get(f"{START}/months", VERB, months)
    routes.post(f"{START}/months", VERB, chosen)


def _or_again(desk: Desk, request: Request, template: str, typed: dict[str, str], act: Callable[[], None]) -> Response:
    """Act and go on; or the same page, with what is wrong and all that was typed."""
    try:
        act()
    except Refusal as refusal:
        problem = " ".join((str(refusal), *getattr(refusal, "problems", ())[:3]))
        standing = desk.pipeline.setup.required()
        return page(desk, request, template, standing, status=400, problem=problem, typed=typed)
    return desk.to(HOME)


def _publish(desk: Desk, request: Request, standing: Standing, problem: str) -> Response:
    with desk.pipeline.database.reading() as session:
        known = kinds(session)
    found = standing.found
    return page(
        desk, request, "publish", standing, status=400 if problem else 200, problem=problem, typed={},
        groups=grouping.groups(found.places), kinds=[(one.slug, one.labels.get("en", one.slug)) for one in known],
        looks_like=_KINDS, most=grouping.MOST_SHOWN, colour=_colour(found), zones=zones.known(),
        current=found.timezone or desk.pipeline.settings.timezone, languages=_languages(found),
    )  # fmt: skip


def _months(desk: Desk, request: Request, standing: Standing, problem: str) -> Response:
    setup = desk.pipeline.setup
    with desk.pipeline.database.reading() as session:
        undated = views.undated(session)
        number = views.number(session)
    return page(
        desk, request, "months", standing, status=400 if problem else 200, problem=problem, typed={},
        spans=setup.spans(), undated=undated[:MOST_UNDATED], undated_number=len(undated), number=number,
        today=setup.today, made=standing.answers.get("issue", ""), problems=standing.answers.get("problems", ()),
    )  # fmt: skip


def _kinds(form: Form) -> tuple[dict[str, str], dict[int, str]]:
    """What was said of all that looked like one kind, and of single ones."""
    by_kind = {name[5:]: form.get(name) for name in form.names() if name.startswith("kind-")}
    by_number = {
        int(name[6:]): form.get(name) for name in form.names() if name.startswith("title-") and name[6:].isdecimal()
    }
    return by_kind, {number: to for number, to in by_number.items() if to}


def _colour(found: Found) -> str:
    return found.colours[0][0] if found.colours else _PLAIN_ACCENT


def _languages(found: Found) -> list[str]:
    return [own_name(one) for one in found.languages]
