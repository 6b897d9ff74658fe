"""Stylesheet, scripts and drawings of the console, under an address made of their content's hash."""

import hashlib
from collections.abc import Mapping

from newsletter import resources

_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


class Assets:
    """All files of templates/console that a browser loads, read once; modules find each other by relative paths."""

    def __init__(self) -> None:
        folder = resources.templates() / "console"
        self._files: Mapping[str, tuple[bytes, str]] = {
            path.relative_to(folder).as_posix(): (path.read_bytes(), _TYPES[path.suffix])
            for path in sorted(folder.rglob("*"))
            if path.suffix in _TYPES
        }
        known = hashlib.sha256()
        for name, (content, _) in self._files.items():
            known.update(f"{name}\n{len(content)}\n".encode() + content)
        self.version = known.hexdigest()[:16]

    def file(self, version: str, name: str) -> tuple[bytes, str] | None:
        """Content and type; None for another version's, which this process does not have."""
        return self._files.get(name) if version == self.version else None
