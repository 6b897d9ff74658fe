"""Running text as people type it, for both parts of a mail: paragraphs, links, wrapping, and the right-to-left mark."""

import re
import textwrap
import unicodedata
from collections.abc import Iterator

from markupsafe import Markup, escape

WIDTH = 72

_SPACE = re.compile("[ \t-\r\x85\u2028\u2029]+")
_LINK = re.compile(r"\[([^\][]+)\]\((https?://[^\s()<>\"]+(?:\([^\s()<>\"]*\)[^\s()<>\"]*)*)\)")
_FACING = {"ltr": "\u200e", "rtl": "\u200f"}


def squeeze(text: str) -> str:
    """The text on one line, with single spaces; a non-breaking space stays what it is."""
    return _SPACE.sub(" ", text).strip(" ")


def paragraphs(text: str) -> tuple[str, ...]:
    """The text's paragraphs, each on one line; an empty line parts them."""
    return tuple(squeeze(one) for one in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if one.strip())


def shorten(text: str, most: int = 72) -> str:
    """At most so many letters, cut between words where that is possible."""
    if len(text) <= most:
        return text
    return f"{text[:most].rsplit(' ', 1)[0].rstrip(' ,;:.-–')}…"


def markup(value: object) -> object:
    """What a template prints, escaped. A brace becomes an entity: some mail services fill in what stands in {{ }}."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return Markup(str(escape(value)).replace("{", "&#123;"))  # noqa: S704  # escaped one call before
    return value


def linked(paragraph: str, style: str) -> Markup:
    """A paragraph as HTML, with [words](https://address) as links."""
    return Markup("").join(_linked(paragraph, style))


def _linked(paragraph: str, style: str) -> Iterator[Markup]:
    end = 0
    for link in _LINK.finditer(paragraph):
        yield Markup("{}").format(markup(paragraph[end : link.start()]))
        yield Markup('<a href="{}" style="{}">{}</a>').format(markup(link[2]), style, markup(link[1]))
        end = link.end()
    yield Markup("{}").format(markup(paragraph[end:]))


def unlinked(paragraph: str) -> str:
    """A paragraph for the text part, with each link's address after its words."""
    return _LINK.sub(r"\1 <\2>", paragraph)


def wrap(text: str, indent: int = 0, first: str = "") -> str:
    """Lines of at most 72 letters, never cutting a word or an address; `first` stands before the first line."""
    filler = textwrap.TextWrapper(
        width=WIDTH,
        initial_indent=first.ljust(indent),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return filler.fill(squeeze(text))


def heading(text: str) -> str:
    """A heading of the text part: capitals over a rule."""
    capitals = squeeze(text).upper()
    return f"{wrap(capitals)}\n{'-' * min(len(capitals), WIDTH)}"


def facing(text: str, own: str, around: str) -> str:
    """Words that run against the line they stand in, between marks: a number at their edge would change sides."""
    mark = _FACING[own] if own and own != around else ""
    return f"{mark}{text}{mark}"


def running(text: str) -> str:
    """The way most letters of the text run: ltr or rtl; nothing where it has none."""
    kinds = [unicodedata.bidirectional(letter) for letter in text]
    left, right = kinds.count("L"), kinds.count("R") + kinds.count("AL")
    return "" if not left + right else "rtl" if right > left else "ltr"


def tidy(text: str, direction: str) -> str:
    """The finished text part: no blanks at line ends, at most one empty line, right-to-left lines marked as such."""
    lines = [line.rstrip() for line in text.splitlines()]
    if direction == "rtl":
        lines = [_marked(line) for line in lines]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip() + "\n"


def _marked(line: str) -> str:
    # A line that begins with a name in Latin letters would be laid out from the left as a whole.
    strong = [unicodedata.bidirectional(letter) for letter in line]
    strong = [kind for kind in strong if kind in ("L", "R", "AL")]
    mixed = strong and strong[0] == "L" and {"R", "AL"} & set(strong)
    return _FACING["rtl"] + line if mixed else line
