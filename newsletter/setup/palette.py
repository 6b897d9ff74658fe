"""From the colours of a website to those of a mail: light and dark, and each of them readable."""

import colorsys
from collections.abc import Sequence
from dataclasses import dataclass

from newsletter.rendering.theme import Palette, contrast

READABLE = 4.5  # WCAG 2.2, 1.4.3: text below 24 px
_STEP = 0.005
_TINTED = 0.07  # of the colour, in the ground of "Open now"
_PAPER, _INK, _MUTED = "#ffffff", "#1d2b33", "#59656c"
_DARK_PAPER, _DARK_INK, _DARK_MUTED, _DARK_LINE = "#14191c", "#ecebe6", "#a8b2b7", "#3b454a"
_DARK_TINTED = 0.09

# Where on the wheel, in degrees, a colour begins to be called so.
_HUES = ((0, "red"), (16, "orange"), (46, "yellow"), (70, "green"), (160, "turquoise"), (195, "blue"), (255, "purple"),
         (295, "pink"), (345, "red"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colours:
    """Both palettes, and a sentence for each thing that had to be done to the website's colours."""

    light: Palette
    dark: Palette
    said: tuple[str, ...] = ()


def of(found: Sequence[str]) -> Colours | None:
    """The palettes of a website's colours, `#rrggbb`, the most its own first; None where there is none."""
    if not found:
        return None
    own, second = found[0], found[-1]
    light, dark = _light(own, second), _dark(own, second)
    said = () if light.accent == own else (f"We darkened your {named(own)} so that it can be read.",)
    return Colours(light, dark, said)


def named(colour: str) -> str:
    """What people call a colour: orange, dark blue, grey."""
    hue, lightness, saturation = _hls(colour)
    if saturation < 0.08 or not 0.03 < lightness < 0.97:
        return "black" if lightness < 0.12 else "white" if lightness > 0.92 else "grey"
    name = [name for start, name in _HUES if hue * 360 >= start][-1]
    if name in {"orange", "red"} and lightness < 0.35 and hue * 360 >= 10:
        return "brown"
    if name == "yellow" and lightness < 0.3:
        return "olive"
    return f"light {name}" if lightness > 0.75 else f"dark {name}" if lightness < 0.25 else name


def _light(own: str, second: str) -> Palette:
    tint = _mixed(second, _PAPER, _TINTED)
    grounds = (_PAPER, tint)
    return Palette(
        paper=_PAPER, ink=_until_readable(_INK, grounds, -_STEP), muted=_until_readable(_MUTED, grounds, -_STEP),
        accent=_until_readable(own, grounds, -_STEP), line=_mixed(second, "#dcdcdc", 0.12), tint=tint,
    )  # fmt: skip


def _dark(own: str, second: str) -> Palette:
    tint = _mixed(second, "#20292d", _DARK_TINTED)
    grounds = (_DARK_PAPER, tint)
    return Palette(
        paper=_DARK_PAPER, ink=_until_readable(_DARK_INK, grounds, _STEP),
        muted=_until_readable(_DARK_MUTED, grounds, _STEP), accent=_until_readable(own, grounds, _STEP),
        line=_DARK_LINE, tint=tint,
    )  # fmt: skip


def _until_readable(colour: str, grounds: Sequence[str], step: float) -> str:
    """The colour in its own hue, as far darker or lighter as is needed to be read on each of the grounds."""
    hue, lightness, saturation = _hls(colour)
    found = colour
    while min(contrast(found, ground) for ground in grounds) < READABLE and 0 <= lightness + step <= 1:
        lightness += step
        found = _hex(*colorsys.hls_to_rgb(hue, lightness, saturation))
    if min(contrast(found, ground) for ground in grounds) >= READABLE:
        return found
    return "#000000" if step < 0 else "#ffffff"


def _mixed(colour: str, ground: str, share: float) -> str:
    parts = zip(_parts(colour), _parts(ground), strict=True)
    return _hex(*(own * share + under * (1 - share) for own, under in parts))


def _hls(colour: str) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*_parts(colour))


def _parts(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _hex(red: float, green: float, blue: float) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in (red, green, blue))
