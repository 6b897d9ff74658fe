"""Colours of a website: read from its styles, counted, and darkened until they can be read on white."""

import colorsys
import re
from collections import Counter
from collections.abc import Iterable, Iterator

READABLE = 4.5  # WCAG 2.2, 1.4.3: text below 24 px
_MOST_CSS = 1_000_000  # characters
_MOST_FOUND = 20_000

_COLOUR = re.compile(
    r"#(?P<hex>[0-9a-f]{8}|[0-9a-f]{6}|[0-9a-f]{3,4})(?![0-9a-f])"
    r"|rgba?\(\s*(?P<r>\d{1,3})[\s,]+(?P<g>\d{1,3})[\s,]+(?P<b>\d{1,3})(?P<ra>[^)]{0,20})\)"
    r"|hsla?\(\s*(?P<h>\d{1,3}(?:\.\d{1,3})?)(?:deg)?[\s,]+(?P<s>\d{1,3}(?:\.\d{1,3})?)%[\s,]+(?P<l>\d{1,3}(?:\.\d{1,3})?)%",
    re.IGNORECASE,
)
_PROPERTY = re.compile(r"--([\w-]{1,60})\s*:\s*([^;{}]{1,60})[;}]")
_MEANT = re.compile(r"primary|brand|accent|secondary|theme|main|corporate|highlight|base", re.IGNORECASE)
# What page builders, frameworks and share buttons put into every site's styles.
_FOREIGN = re.compile(
    r"--(wp--preset|bs|swiper|wc|woocommerce|plyr|fa|tw|e-global-color-text)[\w-]*\s*:[^;{}]*[;}]", re.IGNORECASE
)
_COMMON = frozenset(
    {
        "#1877f2", "#3b5998", "#1da1f2", "#0a66c2", "#0077b5", "#25d366", "#e4405f", "#c32aa3", "#ff0000", "#cd201f",
        "#bd081c", "#0088cc", "#007bff", "#0d6efd", "#dc3545", "#28a745", "#198754", "#ffc107", "#17a2b8", "#0dcaf0",
        "#0073aa", "#00a0d2", "#007cba", "#0693e3", "#9b51e0", "#cf2e2e", "#ff6900", "#fcb900", "#7bdcb5", "#00d084",
        "#8ed1fc", "#f78da7", "#abb8c3", "#0000ff", "#0000ee", "#551a8b", "#337ab7", "#2271b1", "#005177", "#0056b3",
        "#00ff00", "#ff69b4", "#1e90ff", "#4267b2", "#00acee", "#d9534f", "#5cb85c", "#f0ad4e", "#5bc0de", "#6610f2",
        "#4d90fe", "#46b450", "#dc3232", "#00b9eb",
    }
)  # fmt: skip


def read(text: str) -> str:
    """The first colour in the text as #rrggbb; "" where there is none, or only a transparent one."""
    found = _COLOUR.search(text[:200])
    return _as_hex(found) if found else ""


def named(css: str) -> Iterator[tuple[str, str]]:
    """Colours that the styles call the site's own, with the property's name: --brand-primary."""
    for name, value in _PROPERTY.findall(_own(css)):
        if _MEANT.search(name) and (colour := read(value)) and is_colourful(colour):
            yield colour, f"--{name}"


def most_used(sheets: Iterable[str]) -> list[str]:
    """The colourful ones of the style sheets, the most used first."""
    counts: Counter[str] = Counter()
    for css in sheets:
        for number, found in enumerate(_COLOUR.finditer(_own(css))):
            if number == _MOST_FOUND:
                break
            colour = _as_hex(found)
            if colour and colour not in _COMMON and is_colourful(colour):
                counts[colour] += 1
    return [colour for colour, _ in counts.most_common()]


def is_colourful(colour: str) -> bool:
    """Neither a grey nor nearly black or white."""
    red, green, blue = _parts(colour)
    _, lightness, _ = colorsys.rgb_to_hls(red, green, blue)
    return max(red, green, blue) - min(red, green, blue) >= 0.15 and 0.08 <= lightness <= 0.9


def differ(first: str, second: str) -> bool:
    """Whether two colours are told apart as two."""
    (hue, light, _), (other_hue, other_light, _) = (colorsys.rgb_to_hls(*_parts(colour)) for colour in (first, second))
    apart = abs(hue - other_hue)
    return min(apart, 1 - apart) > 0.07 or abs(light - other_light) > 0.25


def readable(colour: str) -> str:
    """The colour, darkened in its own hue as far as is needed for text on white."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*_parts(colour))
    found = colour
    while contrast_on_white(found) < READABLE and lightness > 0:
        lightness = max(0.0, lightness - 0.01)
        found = _hex(*(round(part * 255) for part in colorsys.hls_to_rgb(hue, lightness, saturation)))
    return found


def contrast_on_white(colour: str) -> float:
    """As WCAG 2.2 measures it, from 1 to 21."""
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _own(css: str) -> str:
    return _FOREIGN.sub("", css[:_MOST_CSS])


def _parts(colour: str) -> tuple[float, float, float]:
    return int(colour[1:3], 16) / 255, int(colour[3:5], 16) / 255, int(colour[5:7], 16) / 255


def _as_hex(found: re.Match[str]) -> str:
    if found["hex"]:
        digits = found["hex"].lower()
        long = digits if len(digits) > 4 else "".join(digit * 2 for digit in digits)
        return "" if long[6:] == "00" else f"#{long[:6]}"
    if found["r"]:
        clear = re.search(r"[,/]\s*(0|0?\.0+|0%)\s*$", found["ra"])
        return "" if clear else _hex(*(min(int(found[name]), 255) for name in "rgb"))
    hue, saturation, light = float(found["h"]) % 360 / 360, float(found["s"]) / 100, float(found["l"]) / 100
    parts = colorsys.hls_to_rgb(hue, min(light, 1.0), min(saturation, 1.0))
    return _hex(*(round(min(max(part, 0), 1) * 255) for part in parts))


def _hex(red: int, green: int, blue: int) -> str:
    return f"#{red:02x}{green:02x}{blue:02x}"
