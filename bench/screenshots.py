"""Pictures of the demo's mail in Chromium: at two widths, light, dark, without images, in every language."""

import argparse
from pathlib import Path

from playwright.sync_api import sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--no-first-run", "--hide-scrollbars"]  # fmt: skip


def main() -> None:
    """Write the pictures and say where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--demo", type=Path, default=Path("var/demo"))
    parser.add_argument("--out", type=Path, default=Path("var/screenshots"))
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for html in sorted(arguments.demo.glob("issue*.html")):
            for width in (375, 700):
                for look in ("light", "dark", "no-images"):
                    page = browser.new_page(
                        viewport={"width": width, "height": 900},
                        color_scheme="dark" if look == "dark" else "light",
                        device_scale_factor=1,
                    )
                    if look == "no-images":
                        page.route("**/*.{png,jpg}", lambda route: route.abort())
                    page.goto(html.resolve().as_uri())
                    target = arguments.out / f"{html.stem}-{width}-{look}.png"
                    page.screenshot(path=str(target), full_page=True)
                    page.close()
                    print(target)
        browser.close()


if __name__ == "__main__":
    main()
