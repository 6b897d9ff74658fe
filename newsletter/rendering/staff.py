"""Letters to those who work here, as HTML and as text: what was done, what is missing, what to type, one button."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError

from newsletter.errors import RenderError
from newsletter.rendering import prose
from newsletter.rendering.page import Rendered
from newsletter.rendering.slots import Context, Marks
from newsletter.rendering.theme import find
from newsletter.resources import templates

LINK = "link_url"  # the slot that a button leads to
SLOTS: Mapping[str, frozenset[Context]] = {LINK: frozenset({Context.URL, Context.TEXT})}


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
    has one (it leads to the notice's link); then parts.
    """

    subject: str
    heading: str
    lines: Sequence[str] = ()
    picture: Shown | None = None
    parts: Sequence[Part] = ()
    button: str = ""


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who it is about (the list), and where a reply goes."""

    name: str
    replies_to: str


def render(letter: StaffLetter, head: Letterhead | None = None) -> Rendered:
    """The letter in English, with its first sentence as the preview line."""
    marks = Marks.fresh(SLOTS)
    context = {
        "letter": letter,
        "head": head,
        "theme": find("default", Path()),
        "preview": letter.lines[0] if letter.lines else "",
    }
    html = _fill("staff.html.j2", {**context, "link_url": marks.mark(LINK, Context.URL)})
    text = prose.tidy(_fill("staff.txt.j2", {**context, "link_url": marks.mark(LINK, Context.TEXT)}), "ltr")
    return Rendered("en", letter.subject, "", marks.cut(html), marks.cut(text), "")


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
