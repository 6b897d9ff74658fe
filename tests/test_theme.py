"""A theme is one file; what readers could not read is refused by name."""

from pathlib import Path

import pytest

from newsletter.errors import BadInput
from newsletter.rendering.theme import contrast, load
from newsletter.resources import templates

DEFAULT = templates() / "email" / "themes" / "default.toml"


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    text = DEFAULT.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "theme.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_default_theme_is_readable_on_every_ground() -> None:
    theme = load(DEFAULT)
    for palette in (theme.light, theme.dark):
        for colour in (palette.ink, palette.muted, palette.accent):
            assert contrast(colour, palette.paper) >= 4.5
            assert contrast(colour, palette.tint) >= 4.5
    assert theme.files == (DEFAULT,)


def test_contrast_is_what_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#FFFFFF") == pytest.approx(4.54, abs=0.01)


def test_a_pale_accent_is_refused_with_its_ratio(tmp_path: Path) -> None:
    path = changed(tmp_path, ('accent = "#0f4c5c"', 'accent = "#f5a623"'))
    with pytest.raises(BadInput, match=r"colours\.accent: #f5a623 on paper #ffffff has a contrast of 2\.\d\d:1"):
        load(path)


def test_a_ratio_that_just_misses_is_not_rounded_up(tmp_path: Path) -> None:
    path = changed(tmp_path, ('muted = "#59656c"', 'muted = "#777777"'))
    with pytest.raises(BadInput, match=r"4\.47:1"):
        load(path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (('line = "#d8d2c6"', 'line = "#ddd"'), r"colours\.line: '#ddd' is not a colour"),
        (('line = "#d8d2c6"', 'line = "red;background:url(//x)"'), r"colours\.line"),
        (('line = "#d8d2c6"', 'rule = "#d8d2c6"'), r"colours\.rule: there is no such field.*colours\.line: is missing"),
        (('organisation = ""', "organisation = 7"), r"organisation: must be a text"),
        (('organisation = ""', 'motto = "x"'), r"motto: there is no such field"),
        (("[dark]", "[darker]"), r"darker: there is no such field.*dark: the table \[dark\] is missing"),
        (("Georgia, 'Times New Roman'", 'Georgia, \\"Times\\"'), r"fonts\.heading"),
        (("Georgia, 'Times New Roman', serif\"", 'Georgia"\nsize = 3'), r"fonts\.size: there is no such field"),
        (('paper = "#ffffff"', "paper = 1"), r"colours\.paper: must be a text"),
    ],
)
def test_a_wrong_field_is_named(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    path = changed(tmp_path, change)
    with pytest.raises(BadInput, match=message) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert refused.value.problems


def test_a_missing_or_broken_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no theme"):
        load(tmp_path / "none.toml")
    (tmp_path / "broken.toml").write_text("colours = [", encoding="utf-8")
    with pytest.raises(BadInput, match="not readable as TOML"):
        load(tmp_path / "broken.toml")


def test_a_logo_lies_beside_its_theme_and_belongs_to_it(tmp_path: Path) -> None:
    logo = '[logo]\nfile = "logo.png"\nalt = "A network"\nwidth = 220\nheight = 44\n'
    path = changed(tmp_path, ("# [logo]", logo + "#"))
    with pytest.raises(BadInput, match=r"logo\.file: there is no"):
        load(path)
    (tmp_path / "logo.png").write_bytes(b"png")
    assert load(path).files == (path, tmp_path / "logo.png")


def test_a_logo_says_whose_it_is_and_is_not_huge(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"png")
    logo = '[logo]\nfile = "logo.png"\nalt = " "\nwidth = 900\nheight = 44\n'
    path = changed(tmp_path, ("# [logo]", logo + "#"))
    with pytest.raises(BadInput, match=r"logo\.alt.*logo\.width: must be 1 to 260 pixels"):
        load(path)
