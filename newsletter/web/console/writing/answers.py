"""How an edit is answered: on to the page that says what was done; for a script, what it must know to go on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from newsletter.errors import Clash, Conflict
from newsletter.issues import views
from newsletter.issues.editor import Edited
from newsletter.issues.views import IssueSummary
from newsletter.web.console import activity
from newsletter.web.console.desk import Desk, wants_json
from newsletter.web.console.routes import revision
from newsletter.web.console.writing import looks, standing
from newsletter.web.forms import Form

_CARRIED = frozenset({"csrf", "base", "way", "in", "anyway", "onward"})
_FIELDS = {"preview": "preview", "subject": "subject"}


@dataclass(frozen=True, slots=True)
class Both:
    """One text that two people wrote: mine has not been taken over, theirs stands."""

    what: str
    by: str
    at: str
    mine: str
    theirs: str


class Answers:
    """Answers to the forms of one issue's page."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def edit(
        self, request: Request, key: str, form: Form, act: Callable[[int | None], Edited], *,
        onward: str = "", onward_query: Mapping[str, str] | None = None, fragment: str = "",
        texts: Callable[[], Mapping[str, str]] | None = None,
    ) -> Response:  # fmt: skip
        """Do it, compared with what the page was made from. `onward`: the page after it, below /write; `texts`: how the
        form's fields stand now.
        """
        refused = self.refused(request, key, form)
        if refused is not None:
            return refused
        try:
            done = act(revision(form.get("base")))
        except Conflict as conflict:
            return self._conflict(request, key, form, conflict)
        if wants_json(request):
            return self._json(request, key, done, texts)
        return self.to(key, form, onward, fragment, done.activity_id, onward_query)

    def to(
        self, key: str, form: Form, onward: str = "", fragment: str = "", activity_id: int | None = None,
        more: Mapping[str, str] | None = None,
    ) -> Response:  # fmt: skip
        """On to a page of the issue that looks as the one before."""
        query = urlencode(looks.of_form(form).fields | dict(more or {}))
        end = f"#{fragment}" if fragment else ""
        return self._desk.to(f"/console/issues/{key}/write{onward}?{query}{end}", activity_id)

    def _json(
        self, request: Request, key: str, done: Edited, texts: Callable[[], Mapping[str, str]] | None
    ) -> Response:
        pipeline, seat = self._desk.pipeline, request.state.seat
        with pipeline.database.reading() as session:
            said = activity.done(session, str(done.activity_id or ""), seat, pipeline.clock())
        now = self._desk.when.now.astimezone(self._desk.when.zone)
        return JSONResponse(
            {
                "revision": done.revision, "activity": done.activity_id, "changed": done.changed, "id": done.id,
                "said": said.said if said else "", "at": f"{now:%H:%M}",
                "texts": dict(texts()) if texts else {},
            }
        )  # fmt: skip

    def refused(self, request: Request, key: str, form: Form) -> Response | None:
        """What is approved is changed by those who know it; None where nothing stands in the way."""
        if form.get("anyway") == "yes":
            return None
        pipeline = self._desk.pipeline
        with pipeline.database.reading() as session:
            issue = views.find(session, key)
            guard = standing.guarded(session, pipeline.gate, issue, self._desk.when)
        if guard is None or not guard.asks:  # what is out is refused by the verbs themselves
            return None
        if wants_json(request):
            return JSONResponse({"error": guard.said, "anyway": True}, 409)
        return self._desk.page(
            request, "write/anyway", status=409, issue=issue.slug, summary=issue, guard=guard,
            fields=_kept(form), again_path=request.url.path.removeprefix(self._desk.root),
        )  # fmt: skip

    def _conflict(self, request: Request, key: str, form: Form, conflict: Conflict) -> Response:
        with self._desk.pipeline.database.reading() as session:
            issue = views.find(session, key)
        both = [one for clash in conflict.clashes for one in self._both(clash, form)]
        if wants_json(request):
            found = [
                {"what": one.what, "by": one.by, "at": one.at, "mine": one.mine, "theirs": one.theirs} for one in both
            ]
            return JSONResponse({"error": str(conflict), "revision": conflict.revision, "conflict": found}, 409)
        return self._desk.page(
            request, "write/conflict", status=409, issue=issue.slug, summary=issue, said=str(conflict), both=both,
            base=conflict.revision, fields=_kept(form), again_path=request.url.path.removeprefix(self._desk.root),
            look=looks.of_form(form),
            language=form.get("language"),
        )  # fmt: skip

    def _both(self, clash: Clash, form: Form) -> list[Both]:
        """Side by side, field by field; what no field of the form was about is said in words."""
        at = self._desk.when.said(clash.at)
        if isinstance(clash.theirs, Mapping):
            names = [name for name, value in form.items() if name not in _CARRIED and name in clash.theirs]
            pairs = [(name, form.get(name), str(clash.theirs[name])) for name in names]
            return [
                Both(f"{clash.what}: {name}", clash.by, at, mine, theirs)
                for name, mine, theirs in pairs
                if mine != theirs
            ]
        name = next((part for part in reversed(clash.place.split(":")) if part in dict(form.items())), "")
        if not name and clash.place.split(":")[0] in _FIELDS:
            name = _FIELDS[clash.place.split(":")[0]]
        theirs = clash.theirs if isinstance(clash.theirs, str) else "" if clash.theirs is None else str(clash.theirs)
        return [Both(clash.what, clash.by, at, form.get(name) if name else "", theirs)]


def _kept(form: Form) -> list[tuple[str, str]]:
    return [(name, value) for name, value in form.items() if name not in {"csrf", "base", "anyway"}]


def slug_of(desk: Desk, key: str) -> IssueSummary:
    """The issue of an address."""
    with desk.pipeline.database.reading() as session:
        return views.find(session, key)
