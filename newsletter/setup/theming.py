"""Makes a theme of what a website showed: its colours, and its logo as a PNG, in files beside the settings."""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path
from threading import get_ident

from PIL import Image

from newsletter.errors import BadInput, Refusal
from newsletter.fetch import Web
from newsletter.issues.fields import heading
from newsletter.media.encoding import FORMATS, MOST_PIXELS
from newsletter.rendering import theme
from newsletter.rendering.theme import Logo, Theme
from newsletter.setup import palette
from newsletter.setup.model import Found

THEME, LOGO = "theme.toml", "logo.png"
_MOST_BYTES = 3_000_000  # of a logo
_WIDEST, _HIGHEST, _LEAST = 220, 56, 24  # as shown, in pixels; smaller ones say nothing
_SQUARE = 48
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_LEAST_DARK = 0.07  # on the average, from 0 to 1: what is brighter vanishes on white


@dataclass(frozen=True, slots=True)
class Mark:
    """A logo: its PNG, and the size that it is shown at."""

    png: bytes
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Made:
    """The theme's file name ("default" where the website showed nothing), and sentences on what was done on the way."""

    name: str
    has_logo: bool
    said: tuple[str, ...]


def make(folder: Path, organisation: str, colours: Iterable[str], mark: Mark | None) -> Made:
    """Write the theme and its logo; made again, they are replaced."""
    found = palette.of(tuple(colours))
    if found is None and mark is None:
        return Made("default", has_logo=False, said=())
    plain = theme.find("default", folder)
    light, dark = (found.light, found.dark) if found else (plain.light, plain.dark)
    if mark is not None:
        _replace(folder / LOGO, mark.png)
    logo = Logo(folder / LOGO, organisation or "Our logo", mark.width, mark.height) if mark else None
    made = Theme(folder / THEME, organisation, light, dark, plain.text_font, plain.heading_font, logo)
    _replace(folder / THEME, theme.written(made).encode())
    theme.load(folder / THEME)  # refuses what could not be read
    return Made(THEME, mark is not None, found.said if found else ())


def changed(folder: Path, found: Found, *, name: str, colour: str, with_logo: bool) -> Found:
    """What was found, as a person wants it, and the theme made anew where that makes it another one."""
    name = heading("name of your organisation", name, 200)
    if not _COLOUR.fullmatch(colour):
        raise BadInput(f"{colour[:20]!r} is no colour like #0f4c5c: # and six digits or letters to f.")
    own = [before for before, _ in found.colours]
    plain = theme.find("default", folder).light.accent
    first = (own or [plain])[0]
    colours = own if colour.lower() == first else [colour.lower(), *own[1:]]
    with_logo = with_logo and found.has_logo
    if (name, colours, with_logo) == (found.name, own, found.uses_logo):
        return found
    mark = _made_before(folder) if with_logo else None
    made = make(folder, name, colours, mark)
    kept = tuple(one for one in found.looks if not one.startswith("We darkened"))
    pairs = tuple((one, one) for one in colours)
    return replace(found, name=name, colours=pairs, theme=made.name, looks=(*made.said, *kept), uses_logo=with_logo)


def logo(web: Web, addresses: Iterable[str]) -> tuple[Mark | None, tuple[str, ...]]:
    """The first that can stand in a mail, and why those before it cannot."""
    said: list[str] = []
    for number, address in enumerate(addresses):
        if number == 5:
            break
        try:
            return _mark(web.get(address, accept="image/*", most_bytes=_MOST_BYTES).content), tuple(said)
        except _Unusable as why:
            said.append(str(why))
        except Refusal as refusal:
            said.append(str(refusal))
    return None, tuple(said)


class _Unusable(Exception):
    """This picture cannot be the logo; the message is a sentence."""


def _made_before(folder: Path) -> Mark | None:
    try:
        return _mark((folder / LOGO).read_bytes())
    except (_Unusable, OSError):
        return None


def _mark(content: bytes) -> Mark:
    if content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith((b"<svg", b"<?xml", b"<!doctype svg")):
        raise _Unusable("The logo is a drawing (SVG), which mail programs do not show.")
    image = _cropped(_opened(content))
    if _is_pale(image):
        raise _Unusable("The logo is white or nearly so, and would not be seen on white.")
    highest = _SQUARE if image.width < image.height * 1.3 else _HIGHEST
    scale = min(_WIDEST / image.width, highest / image.height, 1.0)
    width, height = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    if height < _LEAST:
        raise _Unusable("The logo is too small to be shown.")
    shown = image.resize((min(image.width, width * 2), min(image.height, height * 2)), Image.Resampling.LANCZOS)
    written = BytesIO()
    shown.save(written, "PNG", optimize=True)
    return Mark(written.getvalue(), width, height)


def _opened(content: bytes) -> Image.Image:
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            small = image.width * image.height <= MOST_PIXELS
            return image.convert("RGBA") if small else _none()
    except _Unusable:
        raise
    except Exception:  # noqa: BLE001 -- a broken file makes decoders raise anything
        raise _Unusable("The logo's file is no picture that can be read.") from None


def _none() -> Image.Image:
    raise _Unusable("The logo has more than 40 million pixels.")


def _cropped(image: Image.Image) -> Image.Image:
    """Without clear edges: they would make it small."""
    box = image.getchannel("A").point(lambda level: 255 if level > 8 else 0).getbbox()
    if box is None:
        raise _Unusable("The logo is an empty picture.")
    return image.crop(box)


def _is_pale(image: Image.Image) -> bool:
    """Whether what is drawn vanishes on white."""
    small = image.resize((64, 64), Image.Resampling.BOX)
    weights, seen = 0.0, 0.0
    pixels = small.tobytes()
    for start in range(0, len(pixels), 4):
        red, green, blue, alpha = pixels[start : start + 4]
        weights += alpha
        seen += alpha * (255 - (0.2126 * red + 0.7152 * green + 0.0722 * blue)) / 255
    return weights == 0 or seen / weights < _LEAST_DARK


def _replace(path: Path, content: bytes) -> None:
    """At once, so that no crash leaves half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    draft.write_bytes(content)
    draft.replace(path)
