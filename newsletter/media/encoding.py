"""How any picture becomes a small, clean one: read within limits, turned upright, resized, re-encoded, no metadata."""

import hashlib
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from newsletter.errors import BadInput

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
AIM = 150 * 1024  # bytes of one picture in a mail
FEW_COLOURS = 256

_QUALITIES = (85, 80, 75, 70, 65, 60, 55, 50)
_SHRINK = 0.85
_SMALLEST = 64  # pixels; below this nothing is shrunk further


@dataclass(frozen=True, slots=True)
class Encoded:
    """A picture as it is kept: the bytes, their hash, and the size in pixels."""

    content: bytes
    sha256: str
    extension: str
    width: int
    height: int


def encode(content: bytes, max_width: int) -> Encoded:
    """The same bytes give the same result. BadInput says why a file is no picture we take."""
    return _written(_fitted(_opened(content), max_width))


def cut(content: bytes, shape: tuple[int, int], x: float, y: float, max_width: int) -> Encoded:
    """As much of a picture as fits that shape (width to height), as near around a point as its edges allow. `x` and
    `y`: from 0 to 1, from the left and from the top.
    """
    image = _opened(content)
    scale = min(image.width / shape[0], image.height / shape[1])
    width, height = max(1, round(shape[0] * scale)), max(1, round(shape[1] * scale))
    left = min(max(0, round(x * image.width - width / 2)), image.width - width)
    top = min(max(0, round(y * image.height - height / 2)), image.height - height)
    return _written(_fitted(image.crop((left, top, left + width, top + height)), max_width))


def _written(image: Image.Image) -> Encoded:
    written, extension = _encoded(image)
    while len(written) > AIM and min(image.size) > _SMALLEST:
        image = image.resize((int(image.width * _SHRINK), int(image.height * _SHRINK)), Image.Resampling.LANCZOS)
        written, extension = _encoded(image)
    return Encoded(written, hashlib.sha256(written).hexdigest(), extension, image.width, image.height)


def _opened(content: bytes) -> Image.Image:
    if len(content) > MOST_BYTES:
        raise BadInput(f"The picture has {len(content) / 1e6:.0f} MB; at most 20 MB are taken.")
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as image:
            _within_limits(image.width, image.height)
            image.load()
            return _plain(image)
    except (BadInput, MemoryError):
        raise
    except UnidentifiedImageError:
        raise BadInput("The file is no PNG, JPEG, WebP or GIF picture.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _too_many_pixels() from None
    except Exception as error:  # noqa: BLE001  # a broken file makes decoders raise anything
        raise BadInput(f"The picture is broken and cannot be read ({error}).") from None


def _within_limits(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise _too_many_pixels()


def _too_many_pixels() -> BadInput:
    return BadInput("The picture has more than 40 million pixels; make it smaller first.")


def _plain(image: Image.Image) -> Image.Image:
    """Upright, in sRGB, eight bits, as RGB or RGBA; nothing else of the file is left."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):
        upright = upright.point(lambda level: level / 256).convert("L")
    profile = upright.info.get("icc_profile")
    mode = "RGBA" if upright.has_transparency_data else "RGB"
    plain = _in_srgb(upright, profile, mode) if isinstance(profile, bytes) else upright.convert(mode)
    if plain.mode == "RGBA" and plain.getchannel("A").getextrema() == (255, 255):
        plain = plain.convert("RGB")
    plain.info = {}  # comments, resolution, whatever an encoder would write again
    return plain


def _in_srgb(image: Image.Image, profile: bytes, mode: str) -> Image.Image:
    if image.mode not in {"RGB", "RGBA", "CMYK", "L"}:
        return image.convert(mode)
    try:
        found = ImageCms.profileToProfile(
            image, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except (ImageCms.PyCMSError, OSError):  # a profile that does not fit its picture is ignored, as browsers do
        return image.convert(mode)
    assert found is not None
    if mode == "RGBA":
        found.putalpha(image.convert("RGBA").getchannel("A"))
    return found


def _fitted(image: Image.Image, max_width: int) -> Image.Image:
    scale = min(1.0, max_width / image.width, 4 * max_width / image.height)
    if scale == 1.0:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _encoded(image: Image.Image) -> tuple[bytes, str]:
    if image.mode == "RGBA":
        return _png_with_alpha(image), "png"
    if image.getcolors(FEW_COLOURS) is not None:
        return _png(image.quantize(FEW_COLOURS, dither=Image.Dither.NONE)), "png"
    return _jpeg(image), "jpg"


def _png_with_alpha(image: Image.Image) -> bytes:
    full = _png(image)
    return full if len(full) <= AIM else _png(image.quantize(FEW_COLOURS, Image.Quantize.FASTOCTREE))


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _jpeg(image: Image.Image) -> bytes:
    content = b""
    for quality in _QUALITIES:
        written = BytesIO()
        image.save(written, "JPEG", quality=quality, progressive=True, optimize=True)
        content = written.getvalue()
        if len(content) <= AIM:
            break
    return content
