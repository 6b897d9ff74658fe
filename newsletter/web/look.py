"""The organisation's look on the web: its theme as a stylesheet, its logo and its colophon, and the few scripts of the
pages, under addresses made of their content's hash.
"""

import hashlib
import logging
from dataclasses import dataclass, replace
from pathlib import Path

from jinja2 import Environment

from newsletter import resources
from newsletter.errors import Refusal
from newsletter.issues.model import Profile
from newsletter.media.encoding import encode
from newsletter.rendering.theme import Theme, find

log = logging.getLogger(__name__)

STYLES, SCRIPTS, PNG = "text/css; charset=utf-8", "text/javascript; charset=utf-8", "image/png"
_TYPES = {"jpg": "image/jpeg", "png": PNG}


@dataclass(frozen=True, slots=True)
class Mark:
    """The logo as a page shows it."""

    path: str
    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Look:
    """What the frame of a page says and shows of the organisation."""

    organisation: str
    stylesheet: str
    logo: Mark | None = None
    legal_name: str = ""
    address: tuple[str, ...] = ()
    imprint: tuple[str, ...] = ()
    website: str = ""
    privacy_url: str = ""


class Looks:
    """Makes looks, and keeps the files that they name."""

    def __init__(self, environment: Environment, folder: Path) -> None:
        self._environment = environment
        self._folder = folder
        self._files: dict[str, tuple[bytes, str]] = {}
        self._made: dict[tuple[tuple[Path, int], ...], Look] = {}
        self.plain = self._make(find("default", folder))
        # By name, without the ending.
        self.scripts = {
            path.stem: self._keep(path.read_bytes(), "js", SCRIPTS)
            for path in sorted((resources.templates() / "public").glob("*.js"))
        }

    def of(self, profile: Profile) -> Look:
        """The list's look. A theme that cannot be used must not keep anybody from leaving: then it is the plain one."""
        try:
            found = self._themed(find(profile.theme, self._folder))
        except (Refusal, OSError) as error:
            log.warning("Pages of %s have the plain look: %s", profile.slug, error)
            found = self.plain
        return replace(
            found,
            organisation=found.organisation or profile.from_name,
            legal_name=profile.legal_name or found.organisation or profile.from_name,
            address=tuple(profile.postal_address.splitlines()),
            imprint=tuple(profile.imprint.splitlines()),
            website=profile.website,
            privacy_url=profile.privacy_url,
        )

    def file(self, name: str) -> tuple[bytes, str] | None:
        """A stylesheet's, script's or logo's content and type."""
        return self._files.get(name)

    def _themed(self, theme: Theme) -> Look:
        key = tuple((path, path.stat().st_mtime_ns) for path in theme.files)
        if key not in self._made:
            self._made[key] = self._make(theme)
        return self._made[key]

    def _make(self, theme: Theme) -> Look:
        styles = self._environment.get_template("public/public.css.j2").render(theme=theme)
        return Look(theme.organisation, self._keep(styles.encode(), "css", STYLES), self._logo(theme))

    def _logo(self, theme: Theme) -> Mark | None:
        if theme.logo is None:
            return None
        encoded = encode(theme.logo.path.read_bytes(), theme.logo.width * 2)
        path = self._keep(encoded.content, encoded.extension, _TYPES[encoded.extension])
        return Mark(path, theme.logo.alt, theme.logo.width, theme.logo.height)

    def _keep(self, content: bytes, extension: str, kind: str) -> str:
        name = f"{hashlib.sha256(content).hexdigest()[:20]}.{extension}"
        self._files[name] = (content, kind)
        return f"/look/{name}"
