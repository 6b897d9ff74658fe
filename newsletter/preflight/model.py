"""What a check says: how grave, where, who can mend it, and which button leads there."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Severity(StrEnum):
    """Product words: must be mended, worth a look, good to know."""

    MUST = "must"
    LOOK = "look"
    INFO = "info"


class Who(StrEnum):
    """Who can mend it."""

    YOU = "you"
    ASKED = "asked"
    TECHNICAL = "technical"


SEVERITY_IN_WORDS: Mapping[Severity, str] = {
    Severity.MUST: "must be mended",
    Severity.LOOK: "worth a look",
    Severity.INFO: "good to know",
}
WHO_IN_WORDS: Mapping[Who, str] = {
    Who.YOU: "You",
    Who.ASKED: "Someone you asked",
    Who.TECHNICAL: "Your technical colleague",
}


class Mending(StrEnum):
    """What a button leads to; TAKE_OUT, LOOK and OPENED do something, so they are buttons of a form and never
    links.
    """

    SUBJECT = "subject"
    PREVIEW = "preview"
    ITEM = "item"
    TAKE_OUT = "take_out"
    BLOCK = "block"
    SECTION = "section"
    SETTING = "setting"
    BASE_URL = "base_url"
    DNS = "dns"
    OWED = "owed"
    LOOK = "look"
    OPENED = "opened"
    COMPARE = "compare"


@dataclass(frozen=True, slots=True)
class Mend:
    """A button: where it leads, and its words.

    `field`: of an item title, summary, action, link, picture, alt, date, language or section; of a block the name of
    one of its fields or picture; of a setting its name (from_address, reply_to, postal_address, theme); of OPENED the
    address.
    """

    kind: Mending
    button: str = ""
    language: str = ""
    publication: int = 0
    block: int = 0
    section: str = ""
    field: str = ""

    def saying(self, button: str) -> "Mend":
        """The same with other words on it."""
        return replace(self, button=button)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in one place, and what to do. `mends`: the best first. `languages`: the language versions that it
    is about; none: all of them.
    """

    severity: Severity
    check: str
    place: str
    message: str
    who: Who = Who.YOU
    mends: tuple[Mend, ...] = ()
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """What the same people can mend."""

    who: Who
    findings: tuple[Finding, ...]
