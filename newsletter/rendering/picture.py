"""The picture that stands for an issue, in the archive and where its page is shared: drawn from lead picture, words and
theme, without a browser.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps, features

from newsletter.media.encoding import Encoded, encode
from newsletter.rendering.theme import Palette
from newsletter.rendering.words import direction
from newsletter.resources import templates

WIDTH, HEIGHT = 1200, 630  # what pages that show a link's picture ask for

_WORDS = 660  # the width of the words' part, where there is a picture beside them
_MARGIN = 64
_BAR = 14
_LABEL = (30,)
_NAME = ((80, 72, 66, 60), (60, 52, 46))  # the sizes on one line, then on two
_HEADLINE, _HEADLINE_LINES = (42, 38, 34), 4
_LEADING = 1.3
_GAP, _AIR = 26, 32  # between name and headline; around both
_FACE = (0.5, 0.4)  # where a crop is centred: people's faces are above the middle

_SANS, _SERIF, _ARABIC = "NotoSans-Regular.ttf", "NotoSerif-Bold.ttf", "NotoNaskhArabic-Bold.ttf"
_NOWHERE = "\U0010ffff"  # a character that no font has


@dataclass(frozen=True, slots=True)
class Cover:
    """What the picture says, all in one language: whose it is, which issue, what it leads with."""

    language: str
    organisation: str
    name: str
    headline: str
    number: str


def draw(cover: Cover, colours: Palette, lead: bytes | None) -> Encoded:
    """The picture. Words that our fonts cannot write are left out, never shown as empty boxes."""
    is_mirrored = direction(cover.language) == "rtl"
    image = Image.new("RGB", (WIDTH, HEIGHT), colours.paper if lead else colours.tint)
    width = _WORDS if lead else WIDTH
    if lead:
        image.paste(_cropped(lead, (WIDTH - width, HEIGHT), colours.paper), (0 if is_mirrored else width, 0))
    _bar(image, colours.accent, is_mirrored=is_mirrored)
    begin = WIDTH - width + _MARGIN if is_mirrored else _MARGIN
    _Column(image, begin, width - 2 * _MARGIN, is_mirrored=is_mirrored).write(cover, colours)
    written = BytesIO()
    image.save(written, "PNG", compress_level=1)
    return encode(written.getvalue(), WIDTH)


def _cropped(lead: bytes, size: tuple[int, int], ground: str) -> Image.Image:
    with Image.open(BytesIO(lead)) as image:
        fitted = ImageOps.fit(image.convert("RGBA"), size, Image.Resampling.LANCZOS, centering=_FACE)
    return Image.alpha_composite(Image.new("RGBA", size, ground), fitted).convert("RGB")


def _bar(image: Image.Image, colour: str, *, is_mirrored: bool) -> None:
    """Along the edge at which reading begins."""
    left = WIDTH - _BAR if is_mirrored else 0
    image.paste(colour, (left, 0, left + _BAR, HEIGHT))


class _Column:
    """Words below each other, from the side at which their language begins."""

    def __init__(self, image: Image.Image, left: int, width: int, *, is_mirrored: bool) -> None:
        self._draw = ImageDraw.Draw(image)
        self._left, self._width = left, width
        self._is_mirrored = is_mirrored

    def write(self, cover: Cover, colours: Palette) -> None:
        label, heading = (_ARABIC, _ARABIC) if self._is_mirrored else (_SANS, _SERIF)
        whose, number = (self._fitted(text, label, _LABEL, 1) for text in (cover.organisation, cover.number))
        begin = self._set(_MARGIN, whose, colours.muted) + _AIR
        end = self._set(HEIGHT - _MARGIN - number.height, number, colours.muted) - number.height - _AIR
        name = self._name(cover.name, heading)
        room = end - begin - name.height - _GAP
        headline = self._fitted(cover.headline, label, _HEADLINE, _HEADLINE_LINES, room)
        height = name.height + headline.height + (_GAP if name.lines and headline.lines else 0)
        below = self._set(begin + (end - begin - height) // 2, name, colours.accent)
        self._set(below + (_GAP if name.lines else 0), headline, colours.ink)

    def _name(self, text: str, face: str) -> "_Set":
        one, two = _NAME
        found = self._fitted(text, face, one, 1)
        return self._fitted(text, face, two, 2) if found.is_cut else found

    def _fitted(self, text: str, face: str, sizes: Sequence[int], most: int, room: int = HEIGHT) -> "_Set":
        """In the largest size that takes no more than `most` lines and `room`; cut where none does."""
        words = text.split()
        if not words or not _can_write(face, text):
            return _Set(_font(face, sizes[-1]), ())
        for size in sizes:
            found = _Set(_font(face, size), tuple(self._wrapped(words, _font(face, size))))
            is_narrow = all(self._length(line, found.font) <= self._width for line in found.lines)
            if is_narrow and len(found.lines) <= most and found.height <= room:
                return found
        return _Set(found.font, tuple(self._cut(found, min(most, room // found.leading))), is_cut=True)

    def _wrapped(self, words: Sequence[str], font: ImageFont.FreeTypeFont) -> list[str]:
        lines: list[str] = []
        for word in words:
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self._length(longer, font) <= self._width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def _cut(self, found: "_Set", most: int) -> list[str]:
        lines = list(found.lines[:most])
        if len(found.lines) > most:
            lines[-1] += " …"
        return [self._shortened(line, found.font) for line in lines]

    def _shortened(self, line: str, font: ImageFont.FreeTypeFont) -> str:
        while self._length(line, font) > self._width:
            line = line.removesuffix("…").rstrip()[:-1].rstrip() + "…"
        return line

    def _set(self, top: int, found: "_Set", colour: str) -> int:
        """Write it; the height at which it ends."""
        begin, anchor = (self._left + self._width, "ra") if self._is_mirrored else (self._left, "la")
        for number, line in enumerate(found.lines):
            at = (begin, top + number * found.leading)
            self._draw.text(at, line, colour, found.font, anchor, direction=self._direction)
        return top + found.height

    def _length(self, text: str, font: ImageFont.FreeTypeFont) -> float:
        return font.getlength(text, direction=self._direction)

    @property
    def _direction(self) -> str | None:
        return "rtl" if self._is_mirrored else None


@dataclass(frozen=True, slots=True)
class _Set:
    """Lines in one size."""

    font: ImageFont.FreeTypeFont
    lines: tuple[str, ...]
    is_cut: bool = False

    @property
    def leading(self) -> int:
        return round(self.font.size * _LEADING)

    @property
    def height(self) -> int:
        return len(self.lines) * self.leading


@lru_cache(maxsize=32)
def _font(face: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(templates() / "fonts" / face, size)


def can_join() -> bool:
    """Whether Pillow can join Arabic letters here: it needs Raqm, and FriBiDi from the system."""
    return bool(features.check("raqm") and features.check("fribidi"))


def _can_write(face: str, text: str) -> bool:
    """Whether the font has every letter; and, of Arabic, whether letters can be joined."""
    return (face != _ARABIC or can_join()) and all(_has(face, letter) for letter in set("".join(text.split())))


@lru_cache(maxsize=2048)
def _has(face: str, letter: str) -> bool:
    font = ImageFont.truetype(templates() / "fonts" / face, 24, layout_engine=ImageFont.Layout.BASIC)
    found, missing = font.getmask(letter), font.getmask(_NOWHERE)
    return (found.size, bytes(found)) != (missing.size, bytes(missing))
