"""Pictures: what is taken, what is refused, and that the same picture is always the same row."""

import os
from io import BytesIO

import pytest
from PIL import Image, PngImagePlugin
from sqlalchemy import func, select

from newsletter.database import Database
from newsletter.errors import BadInput
from newsletter.media.encoding import AIM, encode
from newsletter.media.store import MAX_WIDTH, keep, load
from newsletter.media.tables import MediaRow
from tests.conftest import NOW


def written(image: Image.Image, form: str, **options: object) -> bytes:
    into = BytesIO()
    image.save(into, form, **options)
    return into.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(BytesIO(content))


def photo(width: int = 640, height: int = 360) -> Image.Image:
    return Image.merge(
        "RGB", [Image.linear_gradient("L").resize((width, height)).rotate(turn) for turn in (0, 90, 180)]
    )


def test_the_same_picture_is_kept_once(database: Database) -> None:
    content = written(photo(), "PNG")
    with database.transaction() as session:
        first = keep(session, content, NOW)
        assert keep(session, content, NOW) == first
    with database.transaction() as session:
        assert keep(session, content, NOW) == first
        assert session.scalar(select(func.count()).select_from(MediaRow)) == 1
        found = load(session, first.sha256)
        assert found is not None
        assert found[1] == "image/jpeg"
        assert opened(found[0]).size == (640, 360) == (first.width, first.height)
        assert load(session, "0" * 64) is None


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_format_is_taken(form: str) -> None:
    assert encode(written(photo(), form), MAX_WIDTH).width == 640


def test_a_photograph_becomes_a_progressive_jpeg_as_wide_as_the_mail_needs() -> None:
    found = encode(written(photo(3000, 1500), "PNG"), MAX_WIDTH)
    assert (found.extension, found.width, found.height) == ("jpg", 1104, 552)
    assert opened(found.content).info["progressive"] == 1


def test_a_picture_is_never_made_larger() -> None:
    assert encode(written(photo(200, 100), "JPEG"), MAX_WIDTH).width == 200


def test_even_noise_comes_out_below_the_aim() -> None:
    noise = Image.frombytes("RGB", (1200, 900), os.urandom(1200 * 900 * 3))
    assert len(encode(written(noise, "PNG"), MAX_WIDTH).content) <= AIM
    clear = Image.frombytes("RGBA", (700, 500), os.urandom(700 * 500 * 4))
    assert len(encode(written(clear, "PNG"), MAX_WIDTH).content) <= AIM


def test_few_colours_stay_exactly_those() -> None:
    drawn = Image.new("RGB", (200, 100), "#0f4c5c")
    drawn.paste("#e36414", (50, 20, 150, 80))
    found = encode(written(drawn, "PNG"), MAX_WIDTH)
    assert found.extension == "png"
    assert opened(found.content).convert("RGB").tobytes() == drawn.tobytes()


def test_what_is_clear_stays_clear() -> None:
    found = encode(written(Image.new("RGBA", (60, 40), (10, 20, 30, 0)), "PNG"), MAX_WIDTH)
    assert opened(found.content).convert("RGBA").getpixel((5, 5)) == (10, 20, 30, 0)


def test_metadata_is_gone_and_the_picture_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by 90 degrees
    exif[0x010E] = "a person's secret"
    found = encode(written(photo(400, 200), "JPEG", exif=exif.tobytes(), comment=b"secret"), MAX_WIDTH)
    assert (found.width, found.height) == (200, 400)
    assert b"secret" not in found.content
    assert not opened(found.content).getexif()
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "secret")
    flat = encode(written(Image.new("RGB", (9, 9)), "PNG", pnginfo=notes), MAX_WIDTH)
    assert b"secret" not in flat.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "I;16", "CMYK", "RGBA"])
def test_every_mode_is_taken(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    assert encode(written(Image.new(mode, (20, 10)), form), MAX_WIDTH).width == 20


def test_the_first_frame_of_an_animation_is_taken() -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    found = encode(written(frames[0], "GIF", save_all=True, append_images=frames[1:]), MAX_WIDTH)
    assert opened(found.content).convert("RGB").getpixel((1, 1)) == (255, 0, 0)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no PNG"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no PNG"),
        (b"%!PS-Adobe-3.0", "no PNG"),
        (written(photo(), "PNG")[:900], "broken"),
        (written(photo(), "JPEG")[:900], "broken"),
        (written(Image.new("L", (7000, 7000)), "PNG"), "40 million pixels"),
        (written(Image.new("1", (14000, 14000)), "PNG"), "40 million pixels"),
        (b"x" * (20 * 1024 * 1024 + 1), "at most 20 MB"),
    ],
)
def test_what_is_no_usable_picture_is_refused_with_the_reason(content: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=reason):
        encode(content, MAX_WIDTH)
