"""Themes as files beside the settings: each is written once, under a name made of what is in it, and never changed."""

import hashlib
import os
import re
from pathlib import Path
from threading import get_ident

from newsletter.errors import BadInput
from newsletter.rendering import theme
from newsletter.rendering.theme import Theme

_NAME = re.compile(r"[A-Za-z0-9][\w-]{0,80}(?:\.toml)?", re.ASCII)


def require_name(name: str) -> None:
    """Refuse what could lead to another folder."""
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name[:40]!r} is not the name of a theme.")


def keep(folder: Path, wanted: Theme) -> str:
    """Write the theme; its name. BadInput names every field that is wrong, and nothing is kept."""
    content = theme.written(wanted).encode()
    name = f"theme-{hashlib.sha256(content).hexdigest()[:12]}.toml"
    if (folder / name).is_file() and (folder / name).read_bytes() == content:
        theme.load(folder / name)
        return name
    draft = folder / f".{name}.{os.getpid()}.{get_ident()}"
    try:
        draft.write_bytes(content)
        try:
            theme.load(draft)  # refuses what could not be read
        except BadInput as error:
            raise BadInput(f"These colours cannot be used. {' '.join(error.problems)}", error.problems) from None
        draft.replace(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    return name
