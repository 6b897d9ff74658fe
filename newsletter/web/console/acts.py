"""The log as a page: who did what, when, from where; by person, issue and kind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response

from newsletter.issues import views
from newsletter.staff import activities, members
from newsletter.staff.activities import Act
from newsletter.staff.authority import IN_WORDS, Role
from newsletter.web.console import edits
from newsletter.web.console.activity import said
from newsletter.web.console.desk import Desk
from newsletter.web.console.edit_lines import EditLines, Fact, is_edit
from newsletter.web.console.routes import Routes

KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "write": ("Choosing and writing", (
        "assemble", "edit", "use", "hold", "decline", *edits.ACTS, "block", "remove-block", "ask", "collect", "import",
        "sources", "opened",
    )),
    "ask": ("People who were asked", (
        "ask-guest", "remind-guest", "revoke-guest", "restore-guest", "go-without", "count-as-said", "guest-answer",
    )),
    "decide": ("Sign-off and sending", (
        "test", "practice", "submit", "withdraw", "approve", "request-changes", "take-back", "remark", "not-me",
        "plan", "cancel-plan", "send", "pause", "resume", "stop", "resolve", "retry", "copy", "correct",
        "preview-link", "end-preview-link", "amend-web", "remove-web-note", "restore-web-note", "dates",
    )),
    "readers": ("Readers", (
        "unsubscribe", "put-back-reader", "describe-reader", "ask-reader", "suppress", "unsuppress",
        "key-readers", "export", "erase",
    )),
    "people": ("People and signing in", ("staff", "account", "sign-in", "sign-out")),
    "settings": ("Settings", ("set-up", "lists", "rhythm", "transports", "keys", "adopt")),
}  # fmt: skip
_PLACES = {
    "console": "in the console",
    "cli": "by the command line",
    "mail page": "on the page that their mail leads to",
    "api": "by a program",
    "system": "by itself",
}
_NAMES = {
    "role": "What they do", "access": "Access", "subject": "Subject", "preview": "Preview line",
    "language": "Language", "title": "Headline", "reason": "Why", "comment": "Said", "override": "Why alone",
    "because": "Why", "to": "To", "at": "When", "version": "Version", "url": "Address", "pasted": "Address",
    "file": "File", "new": "New", "changed": "Changed", "settled": "Settled", "list": "List", "period": "Period",
    "name": "Name", "description": "Description", "languages": "Languages", "default_language": "First language",
    "from_name": "Sender", "from_address": "Address of the sender", "reply_to": "Answers go to",
    "postal_address": "Postal address", "legal_name": "Legal name", "imprint": "Sponsors and funders",
    "privacy_url": "Privacy page", "website": "Website", "archive": "Issues on the web", "theme": "Look",
    "wait": "Minutes to look", "spread": "Minutes for all", "welcome": "Mail after confirming", "cap": "Full items",
    "layout": "Layout", "kinds": "Kinds", "order": "Order", "cadence": "How often", "send": "Day and hour",
    "country": "Holidays of", "blocked": "Blocked days", "call": "Call", "cut_off": "Collected until",
    "draft": "First draft", "review": "Ask for sign-off", "on": "By the rule", "rate": "A second",
    "daily_cap": "A day", "published_on": "Day", "before_day": "Day before", "source": "Source",
    "send_at": "When", "not_sent": "Why not", "number": "How many", "sessions_ended": "Browsers", "text": "Text",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An act as the page shows it. `issue`: slug and name of the one that it is about."""

    act: Act
    who: str
    did: str
    place: str
    issue: tuple[str, str] | None
    facts: tuple[Fact, ...]


def bring(desk: Desk, routes: Routes) -> None:
    """/console/activity (`?person=`, `issue=`, `kind=`, `before=`), /console/issues/{key}/activity."""

    def show(request: Request) -> Response:
        return page(request, request.query_params.get("issue", ""))

    def of_issue(request: Request, key: str) -> Response:
        with desk.pipeline.database.reading() as session:
            slug = views.find(session, key).slug
        return page(request, slug, about=slug)

    def page(request: Request, slug: str, about: str | None = None) -> Response:
        asked = request.query_params
        person, kind, before = _number(asked.get("person", "")), asked.get("kind", ""), asked.get("before", "")
        with desk.pipeline.database.reading() as session:
            every = views.issues(session)
            issue = next((one for one in every if one.slug == slug), None)
            found = activities.page(
                session, before=_number(before), staff_id=person, issue_id=issue.id if issue else None,
                verbs=KINDS[kind][1] if kind in KINDS else (),
            )  # fmt: skip
            people = [one.person for one in members.everybody(session, desk.pipeline.clock())]
            names = {one.id: (one.slug, one.name) for one in every}
            edited = EditLines(session, found.rows)
            lines = [_line(act, names, edited) for act in found.rows]
        chosen = {"person": person or "", "issue": "" if about or not issue else issue.slug, "kind": kind}
        query = urlencode({name: value for name, value in chosen.items() if value} | {"before": found.before})
        return desk.page(
            request, "activity", issue=about, about=issue if about else None, lines=lines, people=people, issues=every,
            kinds=KINDS, chosen=chosen, earlier=query if found.before else "", later=bool(before),
        )  # fmt: skip

    routes.get("/activity", "look", show)
    routes.get("/issues/{key}/activity", "look", of_issue)


def _line(act: Act, issues: Mapping[int, tuple[str, str]], edited: EditLines) -> Line:
    who = act.who or ("The calendar" if act.via == "system" else "Somebody on the machine")
    place = _PLACES.get(act.via, "")
    if act.os_user:
        place += f", as {act.os_user}"
    did, facts = (edited.did(act), edited.facts(act)) if is_edit(act) else (said(act), _facts(act.detail))
    return Line(act, who, did, place, issues.get(act.issue_id or 0), facts)


def _facts(detail: Mapping[str, Any]) -> tuple[Fact, ...]:
    """What is known by name here; numbers of rows and the like tell nobody anything."""
    before, after = detail.get("before"), detail.get("after")
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        keys = [*after, *(key for key in before if key not in after)]
        return tuple(
            Fact(_NAMES[key], _text(key, before.get(key)), _text(key, after.get(key))) for key in keys if key in _NAMES
        )
    return tuple(
        Fact(_NAMES[key], "", text)
        for key, value in detail.items()
        if key in _NAMES and key != "role" and (text := _text(key, value))
    )


def _text(key: str, value: Any) -> str:
    if key == "role" and value in set(Role):
        return IN_WORDS[Role(value)]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_text(key, one)}" for key, one in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_text(key, one) for one in value)
    return "" if value is None else str(value)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else None
