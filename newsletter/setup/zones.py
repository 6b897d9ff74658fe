"""Where the organisation's clocks stand: what its website says, its country, else this machine's zone."""

import os
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

from newsletter.publications.addresses import host_of

_LOCALTIME = Path("/etc/localtime")
_OTHERS = {"uk": "GB", "eu": "", "ac": "", "io": "", "me": "", "tv": "", "co": "", "ai": "", "fm": ""}
_LANGUAGES = ("en", "es", "fr", "ar", "de", "it", "pt", "nl")
_MOST_TAIL = 3  # pieces of an address, from its end, among which the country stands


def zone(told: str, url: str, postal: str) -> tuple[str, str]:
    """A name of the tz database, and what it is from, in words; "" where nothing tells."""
    own = machine()
    if _is_known(told):
        return told, "your website"
    for country, because in ((_named(postal), "your postal address"), (_ending(url), "your website's ending")):
        zones = _zones(country)
        if own in zones:
            return own, f"{because}, and this computer"
        if len(zones) == 1:
            return zones[0], because
    return (own, "this computer") if own else ("", "")


def machine() -> str:
    """This machine's own; "" where it is not to be had, or is only UTC, as servers have it."""
    named = os.environ.get("TZ", "").lstrip(":")
    if not named and _LOCALTIME.is_symlink():
        named = str(_LOCALTIME.resolve()).partition("zoneinfo/")[2]
    return named if _is_known(named) and not named.startswith(("Etc/", "UTC", "GMT")) else ""


def known() -> tuple[str, ...]:
    """All that can be chosen, by name."""
    return tuple(sorted(name for name in available_timezones() if "/" in name and not name.startswith(_HIDDEN)))


_HIDDEN = ("Etc/", "SystemV/", "US/", "posix/", "right/", "Brazil/", "Canada/", "Chile/", "Mexico/")


def _is_known(name: str) -> bool:
    try:
        return bool(name) and ZoneInfo(name) is not None
    except (KeyError, ValueError, OSError):
        return False


def _zones(country: str) -> list[str]:
    if not country:
        return []
    territories: Mapping[str, str] = get_global("zone_territories")
    return sorted(name for name, territory in territories.items() if territory == country and _is_known(name))


def _ending(url: str) -> str:
    last = host_of(url).rpartition(".")[2]
    found = _OTHERS.get(last, last.upper())
    return found if len(found) == 2 and found.isalpha() else ""


def _named(postal: str) -> str:
    """The country that stands at the end of the address, in any of some languages."""
    pieces = [piece.strip(" .").casefold() for piece in postal.replace("\n", ",").split(",")]
    for piece in reversed(pieces[-_MOST_TAIL:]):
        for language in _LANGUAGES:
            names: Mapping[str, str] = Locale.parse(language).territories
            for code, name in names.items():
                if len(code) == 2 and code.isalpha() and name.casefold() == piece:
                    return code
        if piece.upper() in {"UK", "USA"}:
            return {"UK": "GB", "USA": "US"}[piece.upper()]
    return ""
