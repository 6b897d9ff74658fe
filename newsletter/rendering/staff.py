"""Letters to those who work here, as HTML and as text: what was done, what is missing, what to type, one button."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from newsletter.errors import RenderError
from newsletter.rendering import prose
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Marks, Pieces, Slot
from newsletter.rendering.theme import find
from newsletter.resources import templates

LINK = "link_url"  # the slot that a button leads to
CODE = "code"  # the slot of six digits that are to be typed
SLOTS: Mapping[str, frozenset[Context]] = {
    LINK: frozenset({Context.URL, Context.TEXT}), CODE: frozenset({Context.HTML, Context.TEXT}),
}  # fmt: skip
_OWN = "ask-"  # begins the names of a letter's classes where another mail stands below it
_HEAD_END, _BODY = re.compile(r"</head>", re.IGNORECASE), re.compile(r"<body\b[^>]*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture by its whole address, `width` x `height` pixels, and what it shows in words."""

    url: str
    width: int
    height: int
    alt: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a part. `label`: quieter words above it, and above those that follow without one; `note`: quieter
    words below it; `number`: a figure before it.
    """

    text: str
    note: str = ""
    number: str = ""
    label: str = ""


def at_most(rows: Sequence[Row], most: int) -> list[Row]:
    """So many of them, and how many more there are."""
    more = len(rows) - most
    return [*rows[:most], *([Row(f"and {more} more")] if more > 0 else [])]


@dataclass(frozen=True, slots=True)
class Part:
    """What stands under one small heading: sentences, then rows, then commands to type. `leading`: the part that
    matters most.
    """

    title: str = ""
    lines: Sequence[str] = ()
    rows: Sequence[Row] = ()
    commands: Sequence[str] = ()
    leading: bool = False


@dataclass(frozen=True, slots=True)
class StaffLetter:
    """One letter. `heading`: the news in a few words; `lines`: what it means; `button`: its words, where the letter
    has one (it leads to the notice's link); `coded`: whether a code stands there instead; then parts.
    """

    subject: str
    heading: str
    lines: Sequence[str] = ()
    picture: Shown | None = None
    parts: Sequence[Part] = ()
    button: str = ""
    coded: bool = False


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who it is about (the list), and where a reply goes."""

    name: str
    replies_to: str


def render(letter: StaffLetter, head: Letterhead | None = None) -> Rendered:
    """The letter in English, with its first sentence as the preview line."""
    marks, context = Marks.fresh(SLOTS), _context(letter, head)
    html = marks.cut(_fill("staff.html.j2", {**context, **_marked(marks, Context.URL, Context.HTML)}))
    return Rendered("en", letter.subject, "", html, _text(context), "")


def above(letter: StaffLetter, mail: Rendered, said: str) -> Rendered:
    """The letter, and below it another mail as it is, to its last byte. `said`: what stands between them."""
    marks, context = Marks.fresh(SLOTS), _context(letter, None) | {"own": _OWN, "said": said}
    style = marks.cut(f"<style>{_fill('staff_style.html.j2', context)}</style>")
    body = marks.cut(_fill("staff_above.html.j2", {**context, **_marked(marks, Context.URL, Context.HTML)}))
    html = _put_in(_put_in(mail.html, _HEAD_END, style, after=False), _BODY, body, after=True)
    rule = f"\n{'=' * prose.WIDTH}\n{prose.wrap(said)}\n{'=' * prose.WIDTH}\n\n"
    return Rendered("en", letter.subject, "", html, (*_text(context), rule, *mail.text), "")


def _put_in(pieces: Pieces, at: re.Pattern[str], more: Pieces, *, after: bool) -> Pieces:
    """Before or after the first place of that kind; RenderError where the document has none."""
    for number, piece in enumerate(pieces):
        found = None if isinstance(piece, Slot) else at.search(piece)
        if found and isinstance(piece, str):
            end = found.end() if after else found.start()
            around = [piece[:end], *more, piece[end:]]
            return (*pieces[:number], *(one for one in around if one), *pieces[number + 1 :])
    raise RenderError("The mail has no head or no body; nothing can stand above it.")


def _context(letter: StaffLetter, head: Letterhead | None) -> dict[str, object]:
    return {
        "letter": letter, "head": head, "theme": find("default", Path()), "own": "",
        "preview": letter.lines[0] if letter.lines else "",
    }  # fmt: skip


def _marked(marks: Marks, link: Context, code: Context) -> dict[str, str]:
    return {LINK: marks.mark(LINK, link), CODE: marks.mark(CODE, code)}


def _text(context: Mapping[str, object]) -> Pieces:
    marks = Marks.fresh(SLOTS)
    filled = _fill("staff.txt.j2", {**context, **_marked(marks, Context.TEXT, Context.TEXT)})
    return marks.cut(prose.tidy(filled, "ltr"))


def _fill(template: str, context: Mapping[str, object]) -> str:
    environment = _environment(templates(), html=".html" in template)
    try:
        return environment.get_template(f"notices/{template}").render(context)
    except TemplateError as error:
        raise RenderError(f"The template notices/{template} cannot be filled: {error}.") from error


@lru_cache(maxsize=4)
def _environment(folder: Path, *, html: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=html,  # noqa: S701 -- the text part is no HTML
        finalize=prose.markup if html else None,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["wrap"] = prose.wrap
    environment.filters["heading"] = prose.heading
    return environment
