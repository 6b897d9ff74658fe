"""Sources: where publications come from, how each is doing, and what an address would give."""

import threading
from dataclasses import dataclass

from fastapi import Request, Response

from newsletter.errors import Refusal
from newsletter.publications.sources.model import SourceKind
from newsletter.publications.sourcing import Source
from newsletter.publications.tending import Found
from newsletter.staff import activities
from newsletter.staff.people import Actor
from newsletter.web.console.desk import Desk
from newsletter.web.console.library import HOME, kind_names
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.forms import Posted

_AT = f"{HOME}/sources"
_PATIENCE = 8.0  # seconds that a page waits for a visit; a longer one goes on by itself
KINDS = {
    SourceKind.FEED: "a feed", SourceKind.JSON_FEED: "a feed", SourceKind.WORDPRESS: "a WordPress site",
    SourceKind.FILE: "a file", SourceKind.PAGE: "a page that lists what is new",
}  # fmt: skip
_COUNTS = (
    ("new", "new"), ("changed", "changed"), ("unchanged", "as before"), ("duplicates", "here from elsewhere"),
    ("refused", "not readable"), ("gone", "gone"), ("back", "back again"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is doing, in words. `tone`: good, look, or nothing."""

    source: Source
    kind: str
    word: str
    tone: str
    visited: str
    gave: str
    coming: str
    failing: str
    visiting: bool


def bring(desk: Desk, routes: Routes) -> None:
    """/console/library/sources and what is done there."""
    sources, visits = desk.pipeline.sources, _Visits(desk)
    back = f"/console{_AT}"

    def page(
        request: Request, address: str = "", found: Found | None = None, trouble: str = "", status: int = 200
    ) -> Response:
        with desk.pipeline.database.reading() as session:
            names = kind_names(session)
        every = [_health(desk, one, visiting=visits.running(one.slug)) for one in sources.everything()]
        return desk.page(
            request, "library/sources", status=status, sources=every, names=names, kinds=KINDS, found=found,
            trouble=trouble, address=address,
        )  # fmt: skip

    def show(request: Request) -> Response:
        return page(request)

    def try_(request: Request, actor: Acting, form: Posted) -> Response:
        address = form.get("address")
        try:
            return page(request, address, sources.would_give(address, actor))
        except Refusal as refusal:
            return page(request, address, trouble=_said(refusal), status=400)

    def add(request: Request, actor: Acting, form: Posted) -> Response:
        address = form.get("address")
        try:
            slug, line = sources.add(address, form.get("name"), actor)
        except Refusal as refusal:
            return page(request, address, trouble=_said(refusal), status=400)
        return desk.to(f"{back}#{slug}", line)

    def visit(source: str, actor: Acting) -> Response:
        actor.permit("collect")
        sources.required(source)
        over = visits.start(source, actor)
        with desk.pipeline.database.reading() as session:
            line = activities.last_of(session, actor.staff_id) if over else None
        return desk.to(f"{back}#{source}", line)

    routes.get(_AT, "look", show)
    routes.post(f"{_AT}/try", "sources", try_)
    routes.post(_AT, "sources", add)
    routes.post(f"{_AT}/{{source}}/visit", "collect", visit)
    _bring_switches(desk, routes)


def _bring_switches(desk: Desk, routes: Routes) -> None:
    """Pausing, going on, removing."""
    sources, back = desk.pipeline.sources, f"/console{_AT}"

    def pause(source: str, actor: Acting) -> Response:
        return desk.to(f"{back}#{source}", sources.pause(source, actor))

    def resume(source: str, actor: Acting) -> Response:
        return desk.to(f"{back}#{source}", sources.resume(source, actor))

    def remove(source: str, actor: Acting) -> Response:
        return desk.to(back, sources.remove(source, actor))

    routes.post(f"{_AT}/{{source}}/pause", "sources", pause)
    routes.post(f"{_AT}/{{source}}/resume", "sources", resume)
    routes.post(f"{_AT}/{{source}}/remove", "sources", remove)


class _Visits:
    """Visits that people asked for: one of a source at a time, each in a thread of its own."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def running(self, slug: str) -> bool:
        """Whether the source is being visited from here."""
        thread = self._threads.get(slug)
        return thread is not None and thread.is_alive()

    def start(self, slug: str, actor: Actor) -> bool:
        """Visit it, unless that is being done; whether it is over."""
        with self._lock:
            if not self.running(slug):
                self._threads[slug] = threading.Thread(
                    target=self._desk.pipeline.collect, args=((slug,), actor), name=f"visit {slug}", daemon=True
                )
                self._threads[slug].start()
        self._threads[slug].join(_PATIENCE)
        return not self.running(slug)


def _health(desk: Desk, source: Source, *, visiting: bool) -> Health:
    when, last = desk.when, source.last
    gave = [f"{last[name]:,} {words}" for name, words in _COUNTS if last.get(name)]
    if visiting:
        word, tone = "being visited now", ""
    elif source.paused_at:
        word, tone = "paused", ""
    elif source.failing_since:
        word, tone = "not readable", "look"
    else:
        word, tone = ("well", "good") if source.collected_at else ("not visited yet", "")
    coming = ""
    if not source.paused_at:
        soon = source.next_at is None or source.next_at <= when.now
        coming = "soon" if soon or source.next_at is None else when.said(source.next_at)
    return Health(
        source, KINDS[source.definition.kind], word, tone,
        when.said(source.collected_at) if source.collected_at else "", ", ".join(gave), coming,
        when.said(source.failing_since) if source.failing_since else "", visiting,
    )  # fmt: skip


def _said(refusal: Refusal) -> str:
    """Without what only helps at the command line."""
    said = str(refusal).partition(" See: newsletter")[0]
    before, found, _ = said.partition(" Say what one publication is")
    return f"{before} Your technical colleague can say how its pages list what is new." if found else said
