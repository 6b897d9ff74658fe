"""What may stand in one line, a paragraph, a link, a date: the rules for texts from outside, each with its reason."""

import re
import unicodedata
from datetime import date, datetime
from urllib.parse import urlsplit

MOST_SUMMARY = 5000
MOST_URL = 2000

_BREAKS = re.compile("[\t\n\x0b\x0c\r\x85\u2028\u2029]+")
_FORBIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]+)*")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(r"([0-9-]{10})[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})")


class TextError(ValueError):
    """The value is not what the field takes; the message says why, to be put after the field's name."""


def line(value: str, most: int) -> str:
    """One line: no line breaks, tabs or control characters, at most so many characters."""
    text = value.strip(" \u00a0")
    if _BREAKS.search(text):
        raise TextError("holds a line break or a tab; it must be one line")
    return _shown(text, most)


def paragraph(value: str, most: int = MOST_SUMMARY) -> str:
    """A paragraph: line breaks and tabs become spaces, other control characters are refused."""
    return _shown(_BREAKS.sub(" ", value).strip(), most)


def heading(value: str, most: int) -> str:
    """One line that a reader can see something of."""
    text = line(value, most)
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        raise TextError("is empty")
    return text


def link(value: str) -> str:
    """An absolute http or https address."""
    text = line(value, MOST_URL)
    if re.search(r"[\s\"<>\\]", text):
        raise TextError("holds a space or a character that no address has; write it percent-encoded")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and parts.hostname and "'" not in parts.netloc and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise TextError("is no absolute web address like https://example.org/page")
    if parts.username is not None:
        raise TextError("holds a user name before the host; remove it")
    return text


def day(value: str) -> date:
    """A calendar day, written 2024-06-30."""
    text = value.strip()
    if not _DAY.fullmatch(text):
        raise TextError(f"is {quoted(text)}; write the day as YYYY-MM-DD, like 2024-06-30")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TextError(f"is {quoted(text)}, which is no day of the calendar") from None


def day_of(value: str) -> date:
    """A calendar day, or a moment with its offset (2024-09-12T15:00:00+02:00), of which the day is taken."""
    moment = _MOMENT.fullmatch(value.strip())
    if not moment:
        return day(value)
    try:
        datetime.fromisoformat(value.strip())
    except ValueError:
        raise TextError(f"is {quoted(value.strip())}, which is no moment of the calendar") from None
    return day(moment[1])


def language(value: str) -> str:
    """A language code: en, es, fr, ar, pt-BR."""
    text = line(value, 16)
    if not _LANGUAGE.fullmatch(text):
        raise TextError(f"is {quoted(text)}; write a language code like en, es, fr or ar")
    return text


def quoted(text: str) -> str:
    """The text as a message shows it: short, and nothing in it can move the cursor."""
    return ascii(text[:40]) if _FORBIDDEN.search(text) else f'"{text[:40]}"'


def _shown(text: str, most: int) -> str:
    found = _FORBIDDEN.search(text)
    if found:
        raise TextError(f"holds the control character U+{ord(found[0]):04X}")
    if len(text) > most:
        raise TextError(f"has {len(text)} characters; at most {most} fit")
    return text
