"""The look of a list's mails: colours with their contrast, and the real mail in them before anything is kept."""

import re
from dataclasses import dataclass, fields, replace

from fastapi import Request, Response
from starlette.datastructures import QueryParams

import subscribers
from newsletter import resources
from newsletter.errors import BadInput
from newsletter.issues import lists, views
from newsletter.rendering import theme as themes
from newsletter.rendering.theme import Palette, Theme, contrast
from newsletter.setup import palette
from newsletter.web.console import voiding
from newsletter.web.console.desk import Desk
from newsletter.web.console.preview import example, framed, looked
from newsletter.web.console.routes import Acting, Routes
from newsletter.web.console.settings import HOME, LIST, with_profile
from newsletter.web.forms import Form, Posted

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
NAMES = {
    "paper": "Ground", "ink": "Text", "muted": "Labels", "accent": "Links and headings", "line": "Lines",
    "tint": "Tinted ground",
}  # fmt: skip
SIDES = (("light", "In the light"), ("dark", "In the dark"))
_TEXTS, _GROUNDS = ("ink", "muted", "accent"), ("paper", "tint")


@dataclass(frozen=True, slots=True)
class Contrast:
    """A colour of text on a ground: how far they are apart, and whether that can be read."""

    side: str
    text: str
    ground: str
    colour: str
    under: str
    ratio: str
    reads: bool


def bring(desk: Desk, routes: Routes) -> None:
    """/console/settings/lists/{listed}/theme (`?light_ink=`, ... or `own=`), and .../theme/mail (`look=`)."""
    pipeline = desk.pipeline
    script = (resources.templates() / "console" / "js" / "frame.js").read_text(encoding="utf-8")

    def of(listed: str) -> tuple[subscribers.ListFace, Theme, str]:
        with pipeline.database.reading() as session:
            face = with_profile(session, listed)
            name = lists.profile(session, face.id).theme
        return face, themes.find(name, pipeline.settings.folder), name

    def page(request: Request, listed: str, given: QueryParams | Form, refusal: str = "") -> Response:
        face, present, name = of(listed)
        shown, said = wanted(present, given)
        measured = _measured(shown)
        with pipeline.database.reading() as session:
            issue = next(iter(views.issues(session, face.id)), None)
            costs = voiding.of_list(session, desk, face.id)
        return desk.page(
            request, "settings/theme", status=400 if refusal else 200, face=face, present=present, shown=shown,
            said=said, changed=_differs(present, shown), measured=measured, names=NAMES, sides=SIDES, summary=issue,
            costs=costs, refusal=refusal, plain=name == "default", query=_query(shown),
            unreadable=[one for one in measured if not one.reads],
        )  # fmt: skip

    def show(request: Request, listed: str) -> Response:
        return page(request, listed, request.query_params)

    def mail(request: Request, listed: str) -> Response:
        face, present, _ = of(listed)
        shown, _said = wanted(present, request.query_params)
        with pipeline.database.reading() as session:
            issue = next(iter(views.issues(session, face.id)), None)
        if issue is None:
            return framed(desk, "<!doctype html><title>No mail yet</title><p>There is no issue yet.</p>", script)
        part = pipeline.versions.in_theme(pipeline.database, issue.id, shown, pipeline.clock())
        return framed(desk, looked(example(desk, part), request.query_params.get("look", "light")), script)

    def save(request: Request, listed: str, actor: Acting, form: Posted) -> Response:
        try:
            if form.get("theme"):
                line = pipeline.lists.theme(listed, actor, form.get("theme"))
            else:
                line = pipeline.lists.own_theme(listed, actor, wanted(of(listed)[1], form)[0])
        except BadInput as refusal:
            return page(request, listed, form if not form.get("theme") else request.query_params, str(refusal))
        desk.forget()
        return desk.to(f"/console{HOME}/lists/{listed}/theme", line)

    routes.get(f"{LIST}/theme", "look", show)
    routes.get(f"{LIST}/theme/mail", "look", mail)
    routes.post(f"{LIST}/theme", "lists", save)


def wanted(present: Theme, given: QueryParams | Form) -> tuple[Theme, tuple[str, ...]]:
    """The theme with what is given, and sentences on what was done to it. `own`: all colours made of this one."""
    own = given.get("own") or ""
    if own:
        made = palette.of((_colour("your colour", own),))
        assert made is not None
        return replace(present, light=made.light, dark=made.dark), made.said
    light, dark = _palette("light", present.light, given), _palette("dark", present.dark, given)
    return replace(present, light=light, dark=dark), ()


def _palette(side: str, before: Palette, given: QueryParams | Form) -> Palette:
    found = {}
    for one in fields(Palette):
        text = given.get(f"{side}_{one.name}") or getattr(before, one.name)
        found[one.name] = _colour(f"{NAMES[one.name].lower()} ({side})", text)
    return Palette(**found)


def _colour(what: str, text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise BadInput(f"The colour of {what} {text[:20]!r} is none like #0f4c5c: # and six digits or letters to f.")
    return text.lower()


def _differs(present: Theme, shown: Theme) -> bool:
    return [value.lower() for value in _values(present)] != _values(shown)


def _values(theme: Theme) -> list[str]:
    return [getattr(getattr(theme, side), one.name) for side, _ in SIDES for one in fields(Palette)]


def _query(theme: Theme) -> dict[str, str]:
    names = [f"{side}_{one.name}" for side, _ in SIDES for one in fields(Palette)]
    return dict(zip(names, _values(theme), strict=True))


def _measured(theme: Theme) -> tuple[Contrast, ...]:
    found = []
    for side, _ in SIDES:
        colours: Palette = getattr(theme, side)
        for text in _TEXTS:
            for ground in _GROUNDS:
                over, under = getattr(colours, text), getattr(colours, ground)
                ratio = contrast(over, under)
                # Rounded down: 4.49 must not be shown as the 4.5 that it misses.
                said = f"{int(ratio * 10) / 10:.1f}"
                found.append(Contrast(side, NAMES[text], NAMES[ground], over, under, said, ratio >= palette.READABLE))
    return tuple(found)
