"""Settings: all of them on one page, and the forms of a list."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from sqlalchemy.orm import Session

import subscribers
from newsletter.configuring import rhythms as rhythm_facts
from newsletter.configuring.services import names, shown
from newsletter.delivery import pacing
from newsletter.errors import BadInput, NotFound
from newsletter.issues import lists, sections
from newsletter.rendering.words import own_name
from newsletter.settings import Settings
from newsletter.staff.people import Actor
from newsletter.web.console import voiding
from newsletter.web.console.desk import Desk
from newsletter.web.console.library import kind_names
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.settings_forms import FORMS, Form
from newsletter.web.forms import Form as Fields
from newsletter.web.forms import Posted

HOME = "/settings"
LIST = f"{HOME}/lists/{{listed}}"
Change = Callable[[str, Actor, Mapping[str, str]], int | None]
_SERVICES = {
    "smtp": "a mail server", "smtps": "a mail server", "folder": "a folder on this machine", "null": "nobody: practice",
    "memory": "nobody: practice", "postmark": "Postmark", "ses": "Amazon SES", "mailgun": "Mailgun",
    "sendgrid": "SendGrid", "brevo": "Brevo", "resend": "Resend",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A list with what is set for it, by the names of the forms' fields."""

    face: subscribers.ListFace
    facts: Mapping[str, str]
    rhythm: Mapping[str, str]
    sections: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Service:
    """A mail service as people see it: what it is, without anything that opens it."""

    name: str
    what: str
    rate: str
    daily_cap: str
    held: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """A setting of the settings file, and its name there."""

    what: str
    value: str
    name: str


def bring(desk: Desk, routes: Routes) -> None:
    """/console/settings, and a form each of /console/settings/lists/{listed}/..."""

    def show(request: Request) -> Response:
        with desk.pipeline.database.reading() as session:
            found = [_listed(session, desk, face) for face in subscribers.lists(session) if not face.archived]
            served = services(session, desk.pipeline.settings)
        return desk.page(
            request, "settings/overview", lists=found, services=served, fixed=fixed(desk.pipeline.settings),
            file=desk.pipeline.settings.file.name, archives=dict(_choices("archive")), language=own_name,
        )  # fmt: skip

    routes.get(HOME, "look", show)
    for key, form in FORMS.items():
        _bring_form(desk, routes, form, getattr(desk.pipeline.lists, key))


def _bring_form(desk: Desk, routes: Routes, form: Form, change: Change) -> None:
    where = f"{LIST}/{form.key}"

    def show(request: Request, listed: str) -> Response:
        with desk.pipeline.database.reading() as session:
            face = with_profile(session, listed)
            values = desk.pipeline.lists.facts(session, face)
        return form_page(desk, request, face, form, values)

    def save(request: Request, listed: str, actor: Acting, posted: Posted) -> Response:
        given = taken(form, posted)
        try:
            line = change(listed, actor, given)
        except BadInput as refusal:
            with desk.pipeline.database.reading() as session:
                face = with_profile(session, listed)
                values = desk.pipeline.lists.facts(session, face) | given
            return form_page(desk, request, face, form, values, str(refusal))
        desk.forget()
        return desk.to(f"/console{HOME}/lists/{listed}/{form.key}", line)

    routes.get(where, "look", show)
    routes.post(where, "lists", save)


def form_page(
    desk: Desk, request: Request, face: subscribers.ListFace, form: Form, values: Mapping[str, str], refusal: str = "",
    **more: Any,
) -> Response:  # fmt: skip
    """A form of a list with its values, and whose yes it would cost; what was refused stays typed."""
    costs: tuple[voiding.Counted, ...] = ()
    if form.voids:
        with desk.pipeline.database.reading() as session:
            costs = voiding.of_list(session, desk, face.id)
    return desk.page(
        request, more.pop("template", "settings/form"), status=400 if refusal else 200, face=face,
        form=form.filled(values, refusal), refusal=refusal, costs=costs, **more,
    )  # fmt: skip


def taken(form: Form, posted: Fields) -> dict[str, str]:
    """The fields that were posted; those that were not stay as they are."""
    return {one.name: posted.get(one.name) for one in form.fields if posted.has(one.name)}


def with_profile(session: Session, slug: str) -> subscribers.ListFace:
    """The list of that slug, where it has a sender."""
    face = lists.named(session, slug)
    if face.id not in lists.speaking(session):
        raise NotFound("This list has no sender yet, and so nothing to be set here.")
    return face


def services(session: Session, settings: Settings) -> tuple[Service, ...]:
    """The mail services that the settings name, with their pace."""
    used = {pace.name: pace for pace in pacing.paces(session)}
    found = []
    for name in sorted(names(settings)):
        pace = used.get(name)
        rate, cap = (shown(pace.rate), shown(pace.daily_cap)) if pace else ("", "")
        found.append(Service(name, said(settings.transport(name)), rate, cap, pace.paused_because if pace else ""))
    return tuple(found)


def said(url: str) -> str:
    """What a mail service is: its kind, and a mail server's host. No user, password, key or option of it."""
    try:
        parts = urlsplit(url)
        host = f" at {parts.hostname}" if parts.scheme in {"smtp", "smtps"} and parts.hostname else ""
    except ValueError:
        return "a mail service"
    return f"{_SERVICES.get(parts.scheme, 'a mail service')}{host}"


def fixed(settings: Settings) -> tuple[Fixed, ...]:
    """What only the settings file says; nothing of it is a secret."""
    kind = "SQLite, one file" if settings.database_url.startswith("sqlite") else "PostgreSQL"
    sealed = f"signed for {settings.dkim_domain}" if settings.dkim_domain else "not by us"
    return (
        Fixed("Address of these pages", settings.base_url, "base_url"),
        Fixed("Time zone", settings.timezone, "timezone"),
        Fixed("Second office", settings.second_timezone or "none", "second_timezone"),
        Fixed("Mail service", said(settings.transport_url) if settings.transport_url else "none yet", "transport_url"),
        Fixed("Mails are signed (DKIM)", sealed, "dkim_domain"),
        Fixed("Database", kind, "database_url"),
        Fixed("Keys that sign links", "set, and never shown", "secret_keys"),
        Fixed("Key of the do-not-mail list", "set, and never shown", "suppression_key"),
    )


def _listed(session: Session, desk: Desk, face: subscribers.ListFace) -> Listed:
    if face.id not in lists.speaking(session):
        return Listed(face, {}, {}, ())
    named = kind_names(session)
    own = tuple(
        (next(iter(row.titles.values()), row.slug), sum(kind in named for kind in row.kinds))
        for row in sections.of_list(session, face.id)
    )
    return Listed(face, desk.pipeline.lists.facts(session, face), rhythm_facts.facts(session, face.id), own)


def _choices(key: str) -> tuple[tuple[str, str], ...]:
    return tuple((value, words) for value, words, _ in FORMS[key].fields[0].choices)
