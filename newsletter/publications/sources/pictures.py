"""The picture that stands for an entry, among those that a feed offers or a text holds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborNode

from newsletter.errors import BadInput
from newsletter.publications.sources import cleaning, markup

_ADDRESS = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)$", re.IGNORECASE)
_NO_PICTURE = re.compile(
    r"s\.w\.org/images/core/emoji|gravatar\.com|feedburner\.com|/feeds/\d|feedsportal|doubleclick|/pixel|spacer\.gif"
    r"|stats\.wordpress|pixel\.wp\.com|/share/|count\.gif|1x1",
    re.IGNORECASE,
)
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
    for image in tree.css("img")[:20]:
        url = source(image)
        if url and not _small(image.attributes):
            return Picture(url, cleaning.label(markup.attribute(image, "alt"), 1000))
    return Picture()


def source(image: LexborNode) -> str:
    """Where an <img> is loaded from; scripts that load it late keep that in other attributes."""
    lazy = ("data-src", "data-lazy-src", "data-original", "data-orig-file")
    for name in ("src", *lazy):
        found = markup.attribute(image, name)
        if is_picture(found):
            return found
    for name in ("srcset", "data-srcset"):
        found = markup.attribute(image, name).split(",")[-1].strip().split(" ")[0]
        if is_picture(found):
            return found
    return ""


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


def _small(attributes: Mapping[str, str | None]) -> bool:
    sides = (attributes.get("width"), attributes.get("height"))
    return any(side and side.strip()[:1].isdigit() and "%" not in side and pixels(side) < _SMALLEST for side in sides)
