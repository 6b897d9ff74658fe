"""Pictures of the demo's mail in Chromium: at two widths, light, dark, without images, in every language.

With --readme also the one at the head of the README: the mail on a desktop, and on a phone in the dark.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--hide-scrollbars"]  # fmt: skip
WIDTHS = (375, 700)
LOOKS = ("light", "dark", "no-images")

GROUND, SHADE = "#dfdcd5", "#b3aea3"
MARGIN, DESKTOP_HEIGHT, PHONE_HEIGHT = 48, 1500, 1320
FADE = 140
README_BYTES = 400_000


def shoot(browser: Browser, html: Path, folder: Path, width: int, look: str) -> Path:
    """One full-length picture."""
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if look == "dark" else "light",
        device_scale_factor=1,
    )
    if look == "no-images":
        page.route("**/*.{png,jpg}", lambda route: route.abort())
    page.goto(html.resolve().as_uri())
    target = folder / f"{html.stem}-{width}-{look}.png"
    page.screenshot(path=str(target), full_page=True)
    page.close()
    return target


def compose(desktop: Path, phone: Path, target: Path) -> None:
    """The head of both mails side by side, like sheets on a table."""
    left, right = _head(desktop, DESKTOP_HEIGHT), _head(phone, PHONE_HEIGHT)
    ground = Image.new("RGB", (3 * MARGIN + left.width + right.width, 2 * MARGIN + DESKTOP_HEIGHT), GROUND)
    _lay(ground, left, (MARGIN, MARGIN), 6)
    _lay(ground, right, (2 * MARGIN + left.width, MARGIN + (DESKTOP_HEIGHT - PHONE_HEIGHT) // 2), 28)
    target.parent.mkdir(parents=True, exist_ok=True)
    ground.quantize(256, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(target, optimize=True)
    if target.stat().st_size > README_BYTES:
        sys.exit(f"{target} has {target.stat().st_size} bytes; at most {README_BYTES} are welcome in a README.")


def side_by_side(sheets: Sequence[Image.Image]) -> Image.Image:
    """Pictures of one height, like phones on a table."""
    width = sum(one.width for one in sheets) + MARGIN * (len(sheets) + 1)
    ground = Image.new("RGB", (width, sheets[0].height + 2 * MARGIN), GROUND)
    x = MARGIN
    for one in sheets:
        _lay(ground, one, (x, MARGIN), 28)
        x += one.width + MARGIN
    return ground


def _head(path: Path, height: int) -> Image.Image:
    """The upper part, fading out, so that no line of text is cut in two."""
    with Image.open(path) as image:
        head = image.convert("RGB").crop((0, 0, image.width, height))
    paper = Image.new("RGB", (head.width, FADE), head.getpixel((0, 0)))
    head.paste(paper, (0, height - FADE), Image.linear_gradient("L").resize(paper.size))
    return head


def _lay(ground: Image.Image, sheet: Image.Image, at: tuple[int, int], radius: int) -> None:
    """The sheet with rounded corners and a soft shadow."""
    whole = Image.new("L", ground.size, 0)
    x, y = at
    box = (x, y + 6, x + sheet.width, y + 6 + sheet.height)
    ImageDraw.Draw(whole).rounded_rectangle(box, radius, fill=255)
    ground.paste(SHADE, mask=whole.filter(ImageFilter.GaussianBlur(12)))
    sharp = Image.new("L", (sheet.width * 4, sheet.height * 4), 0)
    ImageDraw.Draw(sharp).rounded_rectangle((0, 0, sharp.width, sharp.height), radius * 4, fill=255)
    ground.paste(sheet, at, sharp.resize(sheet.size, Image.Resampling.LANCZOS))


def main() -> None:
    """Write the pictures and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=Path("var/demo"))
    parser.add_argument("--out", type=Path, default=Path("var/screenshots"))
    parser.add_argument("--readme", type=Path, nargs="?", const=Path("docs/mail.png"), help="by default docs/mail.png")
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for html in sorted(arguments.demo.glob("issue*.html")):
            for width in WIDTHS:
                for look in LOOKS:
                    print(shoot(browser, html, arguments.out, width, look))
        browser.close()
    if arguments.readme:
        compose(arguments.out / "issue-700-light.png", arguments.out / "issue-375-dark.png", arguments.readme)
        print(arguments.readme)


if __name__ == "__main__":
    main()
