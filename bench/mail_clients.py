"""Distils what the main mail clients lack from caniemail's data (npm package `caniemail`, data/caniemail.json).

    python bench/mail_clients.py path/to/caniemail.json VERSION > newsletter/preflight/mail_clients.json

Kept are CSS properties, values, functions and rules, and HTML elements, that a current version of a main client does
not show at all; what one shows in part is left out.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLIENTS = {
    "Gmail": [("gmail", "desktop-webmail"), ("gmail", "ios"), ("gmail", "android")],
    "Outlook on Windows": [("outlook", "windows")],
    "Outlook.com": [("outlook", "outlook-com")],
    "Apple Mail": [("apple-mail", "macos"), ("apple-mail", "ios")],
    "Yahoo Mail": [("yahoo", "desktop-webmail"), ("yahoo", "ios"), ("yahoo", "android")],
}
_PROPERTY = re.compile(r"[a-z-]+")
_PAIR = re.compile(r"([a-z-]+):\s*([a-z-]+)")
_SEVERAL = {
    "left, right, top, bottom": "left right top bottom", "gap, column-gap, row-gap": "gap column-gap row-gap",
    "background": "background", "border": "border",
}  # fmt: skip
_ELEMENT = re.compile(r"<([a-z0-9]+)[^>]*>")


def tokens(feature: dict[str, Any]) -> Iterator[str]:
    """How the feature shows in a mail: `display`, `display:flex`, `calc()`, `@media`, `<video>`."""
    title = re.sub(r"( property| shorthand| CSS property)$", "", feature["title"].strip())
    if feature["category"] == "html":
        yield from (f"<{tag}>" for tag in _ELEMENT.findall(title) if "type=" not in title)
    elif title.startswith("@media ("):
        yield from (f"@media {name}" for name in re.findall(r"\(([a-z-]+)\)", title))
    elif title.startswith("@") or (title.endswith("()") and " " not in title):
        yield title
    elif pair := _PAIR.fullmatch(title):
        yield f"{pair[1]}:{pair[2]}"
    elif title in _SEVERAL or _PROPERTY.fullmatch(title):
        yield from _SEVERAL.get(title, title).split()


def lacking(stats: dict[str, Any]) -> list[str]:
    """The clients of which a current version shows nothing of it."""
    return [
        name
        for name, places in CLIENTS.items()
        if any(_latest(stats.get(family, {}).get(platform, {})).startswith("n") for family, platform in places)
    ]


def _latest(versions: dict[str, str]) -> str:
    return versions[max(versions, key=_order)] if versions else ""


def _order(version: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", version)]


def main(path: str, version: str) -> None:
    known = json.loads(Path(path).read_text(encoding="utf-8"))
    lacks = {
        token: missing
        for feature in known["data"]
        if feature["category"] in {"css", "html"} and (missing := lacking(feature["stats"]))
        for token in tokens(feature)
    }
    made = {
        "source": "caniemail.com, by Rémi Parmentier and contributors; MIT License",
        "taken_from": f"npm package caniemail {version} (MIT License, Avi Goldman, Andrew Powell)",
        "data_of": known["last_update_date"][:10],
        "clients": list(CLIENTS),
        "lacks": dict(sorted(lacks.items())),
    }
    text = json.dumps(made, ensure_ascii=False, indent=1)
    sys.stdout.write(re.sub(r"\[\s+((?:\"[^\"]*\",?\s*)+)\]", lambda m: f"[{' '.join(m[1].split())}]", text) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
