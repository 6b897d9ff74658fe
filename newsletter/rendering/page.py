"""One issue in one language as a mail and as a web page: the same words through three templates."""

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateSyntaxError

from newsletter.errors import RenderError
from newsletter.issues.model import Draft, Picture
from newsletter.publications.model import Layout
from newsletter.rendering import prose
from newsletter.rendering.edition import Edition, Frame, Shown
from newsletter.rendering.mjml import item_comment, to_html
from newsletter.rendering.setting import set_in
from newsletter.rendering.slots import Context, Marks, Pieces, slots, static
from newsletter.rendering.theme import Theme
from newsletter.resources import templates

__all__ = ["SLOTS", "Frame", "Rendered", "files", "render"]

# What a mail leaves open for each reader.
SLOTS: Mapping[str, frozenset[Context]] = {
    "unsubscribe_url": frozenset({Context.URL, Context.TEXT}),
    "preferences_url": frozenset({Context.URL, Context.TEXT}),
    "since": frozenset({Context.HTML, Context.TEXT}),
}

# The renderer's outermost block calls itself an e-mail; on the web it is the page's main part.
_MAIL_ROLE = ('aria-roledescription="email" ', ""), ('role="article"', 'role="main"')
_TAGS = re.compile(r"<(?:style|title)\b.*?</(?:style|title)>|<!--.*?-->|<[^>]*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Rendered:
    """An issue in one language: a mail with room for one reader's values, and a page without any."""

    language: str
    subject: str
    preheader: str
    html: Pieces
    text: Pieces
    web: str


def render(draft: Draft, theme: Theme, frame: Frame) -> Rendered:
    """The mail's two parts and the web version; RenderError where something a reader needs is missing."""
    said = set_in(draft, frame)
    context = _context(draft, theme, frame, said)
    marks = Marks.fresh(SLOTS)
    name = f"email/{draft.profile.template}"
    rendered = Rendered(
        language=said.language,
        subject=said.subject,
        preheader=said.preheader,
        html=marks.cut(to_html(_fill(f"{name}.mjml.j2", {**context, **_marked(marks, Context.URL, Context.HTML)}))),
        text=marks.cut(_text(f"{name}.txt.j2", {**context, **_marked(marks, Context.TEXT, Context.TEXT)}, said)),
        web=_page(f"{name}.web.mjml.j2", context),
    )
    _refuse_incomplete(rendered, said)
    return rendered


def excerpt(draft: Draft, theme: Theme, frame: Frame) -> str:
    """What stands in a draft, set as in the mail, without the mail's own head, contents and foot: a whole HTML page."""
    said = replace(set_in(draft, frame), contents=(), notice="")
    return _page("public/excerpt.mjml.j2", _context(draft, theme, frame, said))


def files() -> tuple[Path, ...]:
    """Everything beside the draft and the theme that a mail is made of, for hashing: templates and translations."""
    folder = templates()
    return tuple(sorted((*folder.glob("email/**/*.j2"), *folder.glob("locale/**/*.po"))))


def _context(draft: Draft, theme: Theme, frame: Frame, said: Edition) -> dict[str, Any]:
    return {
        "edition": said,
        "profile": draft.profile,
        "theme": theme,
        "organisation": theme.organisation or draft.profile.from_name,
        "logo": frame.logo,
        "replies_to": frame.replies_to,
        "_": said.words.say,
    }


def _marked(marks: Marks, link: Context, words: Context) -> dict[str, str]:
    return {
        "unsubscribe_url": marks.mark("unsubscribe_url", link),
        "preferences_url": marks.mark("preferences_url", link),
        "since": marks.mark("since", words),
    }


def _page(name: str, context: Mapping[str, Any]) -> str:
    page = to_html(_fill(name, context))
    for mail, web in _MAIL_ROLE:
        page = page.replace(mail, web, 1)
    return page


def _text(name: str, context: Mapping[str, Any], said: Edition) -> str:
    return prose.tidy(_fill(name, context), said.direction)


def _fill(name: str, context: Mapping[str, Any]) -> str:
    environment = _environment(templates(), html_output=".mjml." in name)
    try:
        return environment.get_template(name).render(context)
    except TemplateError as error:
        line = f", line {error.lineno}" if isinstance(error, TemplateSyntaxError) else ""
        raise RenderError(f"The template {name}{line} cannot be filled: {error}.") from error


@lru_cache(maxsize=8)
def _environment(folder: Path, *, html_output: bool) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(folder),
        autoescape=html_output,  # noqa: S701  # the text part is no HTML
        undefined=StrictUndefined,
        finalize=prose.markup if html_output else None,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "linked": prose.linked,
        "unlinked": prose.unlinked,
        "wrap": prose.wrap,
        "heading": prose.heading,
        "facing": prose.facing,
        "runs": _runs,
    }
    environment.globals |= {"fit": _fit, "item_comment": item_comment}
    return environment


def _runs(items: Iterable[Shown]) -> list[tuple[Layout, list[Shown]]]:
    """Neighbours that are set alike."""
    return [(layout, list(run)) for layout, run in groupby(items, key=lambda item: item.layout)]


def _fit(picture: Picture, width: int) -> tuple[int, int]:
    """The size a picture is shown at: no wider than that, nor than it is."""
    wide = max(1, min(width, picture.width))
    return wide, max(1, round(wide * picture.height / max(1, picture.width)))


def _refuse_incomplete(rendered: Rendered, said: Edition) -> None:
    for name, part in (("HTML", rendered.html), ("text", rendered.text)):
        if "unsubscribe_url" not in {slot.name for slot in slots(part)}:
            raise RenderError(f"The {name} part has no way to unsubscribe.")
        words = _words(part, name)
        missing = [line for line in said.address if line not in words]
        if missing or not said.address:
            raise RenderError(f"The {name} part lacks the postal address{f': {missing[0]}' if missing else ''}.")


def _words(part: Pieces, name: str) -> str:
    whole = static(part) if name == "text" else html.unescape(_TAGS.sub(" ", static(part)))
    return prose.squeeze(whole.replace("\u200f", ""))
