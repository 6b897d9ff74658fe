"""A theme: the colours, fonts and logo of one organisation, in one file, refused where readers could not read it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from newsletter.errors import BadInput
from newsletter.resources import templates

_HEX = re.compile(r"#[0-9a-fA-F]{6}")
_FONTS = re.compile(r"[\w ,'-]+", re.ASCII)  # stands in style attributes: a double quote would end them
_READABLE = 4.5  # WCAG 2.2, 1.4.3: text below 24 px


@dataclass(frozen=True, slots=True)
class Palette:
    """Six colours as `#rrggbb`: the ground, three for text, hairlines, and a second ground."""

    paper: str
    ink: str
    muted: str
    accent: str
    line: str
    tint: str


@dataclass(frozen=True, slots=True)
class Logo:
    """The logo's file, what it says, and the size it is shown at."""

    path: Path
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Theme:
    """How one organisation's mail looks."""

    path: Path
    organisation: str
    light: Palette
    dark: Palette
    text_font: str
    heading_font: str
    logo: Logo | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """What the theme is made of: a change in any of them changes the mail."""
        return (self.path, self.logo.path) if self.logo else (self.path,)


def load(path: Path) -> Theme:
    """The theme in that file; BadInput names every field that is wrong."""
    table = _read(path)
    problems = tuple(_problems(table, path.parent))
    if problems:
        raise BadInput(f"The theme {path} cannot be used: {' '.join(problems)}", problems)
    return Theme(
        path=path,
        organisation=table.get("organisation", ""),
        light=Palette(**table["colours"]),
        dark=Palette(**table["dark"]),
        text_font=table["fonts"]["text"],
        heading_font=table["fonts"]["heading"],
        logo=_logo(table.get("logo"), path.parent),
    )


def find(name: str, folder: Path) -> Theme:
    """The theme a list names: a .toml file in that folder, or one that is shipped."""
    return load(folder / name if name.endswith(".toml") else templates() / "email" / "themes" / f"{name}.toml")


def written(theme: Theme) -> str:
    """The theme as the text of its file."""
    tables = [f"organisation = {_quoted(theme.organisation)}\n"]
    for name, colours in (("colours", theme.light), ("dark", theme.dark)):
        lines = (f"{field.name} = {_quoted(getattr(colours, field.name))}" for field in fields(Palette))
        tables.append("\n".join((f"[{name}]", *lines)) + "\n")
    tables.append(f"[fonts]\ntext = {_quoted(theme.text_font)}\nheading = {_quoted(theme.heading_font)}\n")
    if theme.logo is not None:
        logo = theme.logo
        named = f"file = {_quoted(logo.path.name)}\nalt = {_quoted(logo.alt)}"
        tables.append(f"[logo]\n{named}\nwidth = {logo.width}\nheight = {logo.height}\n")
    return "# Every colour of text is checked when this file is read: 4.5:1 on both grounds.\n" + "\n".join(tables)


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    kept = "".join(letter for letter in text if letter.isprintable())
    escaped = kept.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def contrast(first: str, second: str) -> float:
    """The contrast of two `#rrggbb` colours as WCAG measures it, from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"There is no theme {path}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"The theme {path} is not readable as TOML: {error}.") from None


def _logo(table: Mapping[str, Any] | None, folder: Path) -> Logo | None:
    return None if table is None else Logo(folder / table["file"], table["alt"], table["width"], table["height"])


_PALETTE: dict[str, type[object]] = {field.name: str for field in fields(Palette)}
_TABLES: dict[str, dict[str, type[object]]] = {
    "colours": _PALETTE,
    "dark": _PALETTE,
    "fonts": {"text": str, "heading": str},
    "logo": {"file": str, "alt": str, "width": int, "height": int},
}


def _problems(table: Mapping[str, Any], folder: Path) -> Iterator[str]:
    shape = tuple(_misshapen(table))
    yield from shape
    if not shape:
        for name in ("colours", "dark"):
            yield from _unreadable(name, table[name])
        yield from _bad_fonts(table["fonts"])
        yield from _bad_logo(table.get("logo"), folder)


def _misshapen(table: Mapping[str, Any]) -> Iterator[str]:
    for name in table.keys() - _TABLES.keys() - {"organisation"}:
        yield f"{name}: there is no such field."
    if not isinstance(table.get("organisation", ""), str):
        yield "organisation: must be a text."
    for name, known in _TABLES.items():
        if name in table or name != "logo":
            yield from _misshapen_table(name, table.get(name), known)


def _misshapen_table(name: str, table: object, known: Mapping[str, type[object]]) -> Iterator[str]:
    if not isinstance(table, dict):
        yield f"{name}: the table [{name}] is missing."
        return
    for field in sorted(table.keys() - known.keys()):
        yield f"{name}.{field}: there is no such field."
    for field, kind in known.items():
        if field not in table:
            yield f"{name}.{field}: is missing."
        elif type(table[field]) is not kind:
            yield f"{name}.{field}: must be a {'text' if kind is str else 'whole number'}."


def _unreadable(name: str, palette: Mapping[str, str]) -> Iterator[str]:
    wrong = [field for field, colour in palette.items() if not _HEX.fullmatch(colour)]
    yield from (
        f"{name}.{field}: {palette[field]!r} is not a colour such as #0f4c5c (# and six digits)." for field in wrong
    )
    for field in ("ink", "muted", "accent"):
        for ground in ("paper", "tint"):
            if not {field, ground} & set(wrong):
                yield from _too_pale(name, field, ground, palette)


def _too_pale(name: str, field: str, ground: str, palette: Mapping[str, str]) -> Iterator[str]:
    measured = contrast(palette[field], palette[ground])
    if measured < _READABLE:
        # Rounded down: 4.49 must not be reported as the 4.5 that it misses.
        ratio = f"{int(measured * 100) / 100:.2f}"
        pair = f"{palette[field]} on {ground} {palette[ground]}"
        yield f"{name}.{field}: {pair} has a contrast of {ratio}:1; it needs 4.5:1 to be read."


def _bad_fonts(fonts: Mapping[str, str]) -> Iterator[str]:
    for field, stack in fonts.items():
        if not _FONTS.fullmatch(stack):
            yield f"fonts.{field}: {stack!r} may hold letters, digits, spaces, commas, hyphens and single quotes."


def _bad_logo(logo: Mapping[str, Any] | None, folder: Path) -> Iterator[str]:
    if logo is None:
        return
    if not (folder / logo["file"]).is_file():
        yield f"logo.file: there is no {folder / logo['file']}."
    if not logo["alt"].strip():
        yield "logo.alt: says whose logo it is, for readers who do not see pictures."
    yield from (
        f"logo.{side}: must be 1 to {most} pixels."
        for side, most in (("width", 260), ("height", 80))
        if not 0 < logo[side] <= most
    )


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
