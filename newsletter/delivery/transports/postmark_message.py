"""A letter as Postmark's API wants it: one JSON object with bodies, named headers, and no tracking."""

import json
import re
from collections.abc import Iterable
from email.header import decode_header, make_header
from email.utils import parseaddr

from newsletter.delivery.model import Letter
from newsletter.rendering.headers import HeaderError, pair
from newsletter.rendering.mime import Compiled

MESSAGE_BYTES = 10_000_000
BODY_BYTES = 5_000_000

_NEXT_FIELD = re.compile(rb"\r\n(?! )")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# What has a place of its own in a message, or is made anew at the other side.
_NOT_COPIED = frozenset({"from", "to", "cc", "bcc", "reply-to", "subject", "date"})


def message(letter: Letter, compiled: Compiled, stream: str) -> bytes:
    """The letter as one message of a batch; ValueError says why it cannot be one."""
    fields = _fields((*compiled.headers(letter.language), *letter.headers))
    named = {name.lower(): value for name, value in fields}
    whole = {
        "From": _mailbox(named["from"]),
        "To": _mailbox(named["to"]),
        **({"ReplyTo": _mailbox(named["reply-to"])} if "reply-to" in named else {}),
        "Subject": _clean("Subject", compiled.subject(letter.language)),
        "HtmlBody": _body("HTML", compiled.html(letter.language, letter.values)),
        "TextBody": _body("text", compiled.text(letter.language, letter.values)),
        "Headers": [{"Name": name, "Value": value} for name, value in fields if name.lower() not in _NOT_COPIED]
        + [{"Name": "X-PM-KeepID", "Value": "true"}],  # else it puts a Message-ID of its own in the place of ours
        "MessageStream": stream,
        "TrackOpens": False,
        "TrackLinks": "None",
        "Metadata": {"delivery": str(letter.delivery)},
    }
    encoded = json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()
    if len(encoded) > MESSAGE_BYTES:
        raise ValueError(f"The message has {len(encoded)} bytes; Postmark takes {MESSAGE_BYTES}.")
    return encoded


def _fields(lines: Iterable[bytes]) -> list[tuple[str, str]]:
    """Names and unfolded values."""
    fields = [pair(line) for line in _NEXT_FIELD.split(b"".join(lines)) if line]
    return [(name, _clean(name, value)) for name, value in fields]


def _clean(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise HeaderError(f"{name}: a control character must not stand in a header.")
    return value


def _mailbox(value: str) -> str:
    """`"Name" <address>` with the name decoded: JSON needs no encoded words."""
    name, address = parseaddr(value)
    shown = _clean("mailbox", str(make_header(decode_header(name))))
    return '"{}" <{}>'.format(re.sub(r'(["\\])', r"\\\1", shown), address) if shown else address


def _body(name: str, body: str) -> str:
    size = len(body.encode())
    if size > BODY_BYTES:
        raise ValueError(f"The {name} has {size} bytes; Postmark takes {BODY_BYTES}.")
    return body
