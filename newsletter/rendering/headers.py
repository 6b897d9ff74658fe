"""Header fields as whole lines of ASCII ending in CRLF: the one place where a text becomes a header.

A control character is refused, never repaired, so no value can start a field of its own. What machines read
(`verbatim`, `list_unsubscribe`) is neither folded nor encoded; what people read is folded at 78 or encoded (RFC 2047).
"""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import format_datetime

from newsletter.errors import RenderError


class HeaderError(RenderError, ValueError):
    """A value cannot stand in a header; the message begins with the field's name."""


_WISHED = 78  # RFC 5322 2.1.1: lines should have no more characters, without CRLF
_LIMIT = 998  # RFC 5322 2.1.1: and must not have more
_ENCODED_LINE = 76  # RFC 2047 section 2: a line with encoded words
_ENCODED_WORD = 75  # RFC 2047 section 2: one encoded word
_FOLD = "\r\n "

_FIELD = re.compile(r"[!-9;-~]{1,45}")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PRINTABLE = re.compile(r"[ -~]*")
_ATOMS = re.compile(r"[\w!#$%&'*+\-/=?^`{|}~]+(?: [\w!#$%&'*+\-/=?^`{|}~]+)*", re.ASCII)
_LOCAL = re.compile(r"[\w!#$%&'*+\-/=?^`{|}~]+(?:\.[\w!#$%&'*+\-/=?^`{|}~]+)*", re.ASCII)
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_DEVIATING = re.compile("[ßẞς\u200c\u200d]")
_LINK = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?"
    r"(?:[/?][A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*)?"
)
_LOOPBACK = re.compile(r"(?:.+\.)?localhost|127(?:\.[0-9]{1,3}){3}|\[::1\]", re.IGNORECASE)


def unstructured(name: str, text: str) -> bytes:
    """A field of free text, such as Subject; reading it back gives exactly `text`."""
    _checked(name, text)
    if not text:
        return f"{name}:\r\n".encode()
    folded = _folded(f"{name}:", text) if _is_plain(text) else None
    return f"{folded or _encoded(name, text)}\r\n".encode()


def mailbox(name: str, display_name: str, address_text: str) -> bytes:
    """A field with one mailbox: From, To, Reply-To, Sender."""
    _checked(name, display_name)
    target = address(address_text, name)
    if not display_name:
        return f"{name}: {target}\r\n".encode()
    words = _phrase(name, display_name)
    last = words.rpartition("\r\n")[2]
    gap = " " if len(last) + len(target) + 3 <= _ENCODED_LINE else _FOLD
    return f"{words}{gap}<{target}>\r\n".encode()


def verbatim(name: str, value: str) -> bytes:
    """A field that programs read: printable ASCII on one line, byte for byte."""
    _checked(name, value)
    line = f"{name}: {value}"
    if not value or value != value.strip(" ") or not _PRINTABLE.fullmatch(value):
        raise HeaderError(f"{name}: the value must be printable ASCII without spaces at its ends.")
    if "=?" in value:  # readers would try to decode it (RFC 2047 section 6.1)
        raise HeaderError(f"{name}: the value must not hold '=?'.")
    if len(line) > _LIMIT:
        raise HeaderError(f"{name}: the line has {len(line)} characters; mail allows {_LIMIT}.")
    return f"{line}\r\n".encode()


def date(moment: datetime) -> bytes:
    """The Date field, in UTC."""
    if moment.tzinfo is None:
        raise HeaderError("Date: the moment has no time zone.")
    return f"Date: {format_datetime(moment.astimezone(UTC))}\r\n".encode()


def list_unsubscribe(url: str, *, insecure_ok: bool = False) -> bytes:
    """The two fields of one-click unsubscribing (RFC 8058). `insecure_ok` admits http on this machine, for trials."""
    link = _LINK.fullmatch(url)
    if not link:
        raise HeaderError("List-Unsubscribe: this is no absolute https address in plain ASCII.")
    if link["scheme"] != "https" and not (insecure_ok and _LOOPBACK.fullmatch(link["host"])):
        raise HeaderError("List-Unsubscribe: one-click unsubscribing needs an https address (RFC 8058 section 3.1).")
    return verbatim("List-Unsubscribe", f"<{url}>") + b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"


def address(text: str, field: str = "address") -> str:
    """The bare address as it may stand in headers and envelopes: ASCII, the domain as A-labels."""
    local, at, domain = text.partition("@")
    if not at or "@" in domain or len(text) > 254:  # RFC 5321 4.5.3.1.3, less the two brackets
        raise HeaderError(f"{field}: an address has exactly one @ and at most 254 characters.")
    if len(local) > 64 or "=?" in local or not _LOCAL.fullmatch(local):  # RFC 5321 4.5.3.1.1
        raise HeaderError(
            f"{field}: before the @ stand 1 to 64 ASCII letters, digits, single dots and !#$%&'*+-/=?^_`{{|}}~."
        )
    whole = f"{local}@{domain if domain.isascii() else _a_labels(domain, field)}"
    if len(whole) > 254 or not _DOMAIN.fullmatch(whole, len(local) + 1):
        raise HeaderError(f"{field}: after the @ stands a domain's name, and the whole has at most 254 characters.")
    return whole


def pair(line: bytes) -> tuple[str, str]:
    """One field's name and its unfolded value (encoded words stay), for routes that take headers apart."""
    name, _, value = line.decode("ascii").partition(":")
    return name, value.replace("\r\n", "").strip(" ")


def _checked(name: str, value: str) -> None:
    if not _FIELD.fullmatch(name):
        raise HeaderError(f"{name[:45]!r} is no name of a header field.")
    if found := _CONTROL.search(value):
        raise HeaderError(f"{name}: the control character U+{ord(found[0]):04X} must not stand in a header.")


def _a_labels(domain: str, field: str) -> str:
    # The library's IDNA 2003 would turn these into another domain than IDNA 2008 does (RFC 5894 section 7.2).
    if _DEVIATING.search(domain):
        raise HeaderError(f"{field}: write the domain in its xn-- form; one of its letters is read in two ways.")
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        raise HeaderError(f"{field}: after the @ stands no domain's name.") from None


def _is_plain(text: str) -> bool:
    return text.isascii() and text == text.strip(" ") and "=?" not in text


def _folded(start: str, text: str) -> str | None:
    """The field folded at its spaces, or None when a line would pass 78 or a fold would touch a double space."""
    if len(start) + 1 + len(text) <= _WISHED:
        return f"{start} {text}"
    lines = [start]
    for word in text.split(" "):
        fits = len(lines[-1]) + 1 + len(word) <= _WISHED
        # A first line without a word would be one of white space alone once unfolded wrongly (RFC 5322 3.2.2).
        if not word or len(word) >= _WISHED or (not fits and lines == [start]):
            return None
        lines[-1:] = [f"{lines[-1]} {word}"] if fits else [lines[-1], f" {word}"]
    return "\r\n".join(lines)


def _phrase(name: str, text: str) -> str:
    """The field's start with a display name: atoms, a quoted string or encoded words (RFC 5322 3.2.5)."""
    if _is_plain(text):
        words = text if _ATOMS.fullmatch(text) else '"' + re.sub(r'(["\\])', r"\\\1", text) + '"'
        if len(name) + 2 + len(words) <= _WISHED:
            return f"{name}: {words}"
    return _encoded(name, text)


def _encoded(name: str, text: str) -> str:
    """The field with its text in encoded words, one on a line, none splitting a character (RFC 2047 section 5)."""
    frame = len("=?utf-8?q??=")
    first, others = _ENCODED_LINE - len(name) - 2 - frame, _ENCODED_WORD - frame
    if len(_q(text)) <= len(_b(text)):
        words = [f"=?utf-8?q?{_q(run)}?=" for run in _packed(text, _q_size, first, others)]
    else:
        words = [f"=?utf-8?b?{_b(run)}?=" for run in _packed(text, _b_size, first // 4 * 3, others // 4 * 3)]
    return f"{name}: {_FOLD.join(words)}"


def _packed(text: str, size: Callable[[str], int], first: int, others: int) -> list[str]:
    """The text in runs that fit: one of at most `first`, then runs of at most `others`."""
    if size(text) <= first:
        return [text]
    runs, left = [""], first
    for unit in _units(text, size, first):
        needed = size(unit)
        if needed > left:
            runs.append("")
            left = others
        runs[-1] += unit
        left -= needed
    return runs


def _units(text: str, size: Callable[[str], int], largest: int) -> Iterable[str]:
    """What is better kept together; a pile of marks too large for a word comes as single characters."""
    for cluster in _clusters(text):
        yield from [cluster] if size(cluster) <= largest else cluster


def _clusters(text: str) -> list[str]:
    clusters: list[str] = []
    for character in text:
        if clusters and len(clusters[-1]) < 12 and _joins(clusters[-1], character):
            clusters[-1] += character
        else:
            clusters.append(character)
    return clusters


def _joins(cluster: str, character: str) -> bool:
    """Whether the character only completes what stands before it: accents, skin tones, joined emoji, flags."""
    return (
        unicodedata.category(character).startswith("M")
        or "\u200d" in (character, cluster[-1])
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        or (len(cluster) == 1 and _is_regional(cluster) and _is_regional(character))
    )


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


# The letters that even a display name may show as they are (RFC 2047 section 5 (3)).
_CODED = re.compile(rb"[^A-Za-z0-9!*+\-/ ]")


def _q(text: str) -> str:
    return _CODED.sub(_hex, text.encode()).decode().replace(" ", "_")


def _hex(found: re.Match[bytes]) -> bytes:
    return b"=%02X" % ord(found[0])


def _q_size(text: str) -> int:
    return len(_q(text))


def _b(text: str) -> str:
    return b64encode(text.encode()).decode()


def _b_size(text: str) -> int:
    return len(text.encode())
