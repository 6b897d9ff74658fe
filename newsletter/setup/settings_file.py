"""Writes newsletter.toml: a new one with fresh secrets, or one setting of it anew, and all else stays as it is."""

import os
import re
import secrets
import tomllib
from pathlib import Path
from threading import get_ident

from newsletter.errors import BadInput, Misconfigured
from newsletter.settings import PREFIX

_TABLE = re.compile(r"^\s*\[")


def create(path: Path, base_url: str, timezone: str) -> None:
    """A new file that only its owner may read. The secrets are random; nobody is asked for any."""
    values = {
        "database_url": "sqlite:///newsletter.db",
        "base_url": base_url,
        "timezone": timezone or "UTC",
        "secret_keys": secrets.token_hex(32),
        "suppression_key": secrets.token_hex(32),
    }
    lines = [f"{name} = {quoted(value)}" for name, value in values.items()]
    _replace(path, "# Keep this file as safe as the database and as long: its two keys open what is in there.\n"
             + "\n".join(lines) + "\n")  # fmt: skip


def put(path: Path, name: str, value: str) -> None:
    """Set one setting. Misconfigured where an environment variable goes before it, or it cannot be written."""
    require_settable(name)
    try:
        text = path.read_text(encoding="utf-8")
        _replace(path, _with(text, name, value))
    except OSError as error:
        raise Misconfigured(f"{path} cannot be written: {error.strerror}. Add {name} to it yourself.") from None


def require_settable(name: str) -> None:
    """Refuse to write what would have no effect."""
    variable = f"{PREFIX}{name.upper()}"
    found = next((one for one in (variable, f"{variable}_FILE") if one in os.environ), "")
    if found:
        raise Misconfigured(f"The environment variable {found} sets this, and goes before any file. Change it there.")


def quoted(value: str) -> str:
    """A basic string of TOML."""
    if not value.isprintable():
        raise BadInput("What you typed holds a character that cannot be seen. Type it again, without pasting.")
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _with(text: str, name: str, value: str) -> str:
    """Settings stand before the first table; a line of that name is replaced, else one is added there."""
    lines = text.splitlines()
    table = next((number for number, line in enumerate(lines) if _TABLE.match(line)), len(lines))
    ours = re.compile(rf"^\s*{re.escape(name)}(_file)?\s*=", re.IGNORECASE)
    kept = [line for line in lines[:table] if not ours.match(line)]
    while kept and not kept[-1].strip():
        kept.pop()
    rest = ["", *lines[table:]] if table < len(lines) else []
    written = "\n".join([*kept, f"{name} = {quoted(value)}", *rest]) + "\n"
    _check(text, written, name, value)
    return written


def _check(before: str, after: str, name: str, value: str) -> None:
    """Nothing but that setting may differ; a file written in an unusual way is left to its owner."""
    try:
        old, new = (_settings(text) for text in (before, after))
    except tomllib.TOMLDecodeError:
        raise Misconfigured(
            f"The settings file is written in a way that is not changed here: add {name} to it."
        ) from None
    new_value = new.pop(name, None)
    for key in (name, f"{name}_file"):
        old.pop(key, None)
    if new_value != value or old != new:
        raise Misconfigured(f"The settings file is written in a way that is not changed here: add {name} to it.")


def _settings(text: str) -> dict[str, object]:
    return {key.lower(): value for key, value in tomllib.loads(text).items()}


def _replace(path: Path, text: str) -> None:
    """At once and for good, readable by its owner only, so that no crash leaves half of it or shows it to others."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
