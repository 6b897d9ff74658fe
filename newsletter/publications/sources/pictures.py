"""The picture that stands for an entry, among those that a feed offers or a text holds."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from newsletter.errors import BadInput
from newsletter.publications.sources import cleaning, markup

_ADDRESS = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
_NO_PICTURE = re.compile(
    r"s\.w\.org/images/core/emoji|gravatar\.com|feedburner\.com|/feeds/\d|feedsportal|doubleclick|/pixel|spacer\.gif"
    r"|stats\.wordpress|/(?:blank|placeholder|transparent|lazy|loading)\.(?:gif|png|svg)|pixel\.wp\.com|/share/|count\.gif|1x1",
    re.IGNORECASE,
)
_LAZY = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
_BETWEEN = re.compile(r",\s+|(?<=\d[wx]),")
_FURNITURE = re.compile(
    r"(?<![a-z])(?:avatar|logo|icon|author|profile|badge|sprite|emoji|share)s?(?![a-z])", re.IGNORECASE
)
_LARGE = 200  # pixels
_SMALLEST = 48  # pixels; what is said to be smaller is an icon or a counter


@dataclass(frozen=True, slots=True)
class Picture:
    """`url` as it stands there, maybe relative; "" for none."""

    url: str = ""
    alt: str = ""
    credit: str = ""


def in_markup(text: str) -> Picture:
    """The first picture in HTML that is no icon, counter or emoji."""
    if "<img" not in text[: cleaning.MOST_MARKUP].lower():
        return Picture()
    try:
        tree = markup.document(text[: cleaning.MOST_MARKUP])
    except BadInput:
        return Picture()
    return in_nodes(tree.css("img"))


def in_nodes(images: Sequence[LexborNode]) -> Picture:
    """The first of these <img> that is no icon, counter or emoji."""
    for image in images[:20]:
        url = source(image)
        if url and not _small(image.attributes):
            return Picture(url, cleaning.label(markup.attribute(image, "alt"), 1000))
    return Picture()


def source(image: LexborNode) -> str:
    """Where an <img> is loaded from; scripts that load it late keep that in other attributes, and show a blank one."""
    found = (markup.attribute(image, name) for name in (*_LAZY, "src"))
    sets = (largest(markup.attribute(image, name)) for name in ("data-srcset", "data-lazy-srcset", "srcset"))
    return next((url for url in (*found, *sets) if is_picture(url)), "")


def largest(srcset: str) -> str:
    """The address of the widest in a srcset ("a.jpg 300w, b.jpg 600w"); commas may stand within addresses."""
    told = [one.split() for one in _BETWEEN.split(srcset[:20_000])]
    found = [(pixels(parts[-1]) if len(parts) > 1 else 1, parts[0].strip(",")) for parts in told if parts]
    return max(found, key=lambda one: one[0], default=(0, ""))[1]


def is_picture(url: str) -> bool:
    """Whether an address may be a picture of its own, not one that counts visits."""
    return bool(url) and not url.lower().startswith(("data:", "blob:")) and not _NO_PICTURE.search(url)


def named_as_picture(url: str) -> bool:
    """Whether the address ends as pictures do."""
    try:
        return bool(_ADDRESS.search(urlsplit(url).path))
    except ValueError:
        return False


def pixels(value: object) -> int:
    """A width or height as websites write it ("600", "600px"); 0 where it says nothing."""
    found = re.match(r"\s*(\d{1,6})", str(value or ""))
    return int(found[1]) if found else 0


def is_large(image: LexborNode) -> bool:
    """Whether it may show what an article is about: no portrait of its author, no logo."""
    names = " ".join(markup.attribute(image, name) for name in ("class", "id", "src"))
    width = pixels(image.attributes.get("width"))
    return not _FURNITURE.search(names) and (width == 0 or width >= _LARGE)


def _small(attributes: Mapping[str, str | None]) -> bool:
    sides = (attributes.get("width"), attributes.get("height"))
    return any(side and side.strip()[:1].isdigit() and "%" not in side and pixels(side) < _SMALLEST for side in sides)
