"""How the bytes of a message become something to read, however broken its MIME is."""

import codecs
import email
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header
from email.message import Message as Part
from email.parser import BytesHeaderParser
from email.utils import parsedate_to_datetime

ENVELOPE_FROM = "X-Mailbox-From"
ENVELOPE_TO = "X-Mailbox-To"

# What the standard library raises over mail that breaks the rules; such mail is shown as far as it goes.
_BROKEN = (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
_FOLD = re.compile(r"[ \t]*\r?\n[ \t]*")


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who the SMTP dialogue named; empty for a file which came without one."""

    sender: str
    recipient: str


@dataclass(frozen=True, slots=True)
class Summary:
    name: str
    received: datetime
    subject: str
    sender: str
    recipient: str
    envelope: Envelope

    def matches(self, words: Iterable[str]) -> bool:
        facts = (self.subject, self.sender, self.recipient, self.envelope.sender, self.envelope.recipient)
        text = "\n".join(facts).casefold()
        return all(word in text for word in words)


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Message:
    summary: Summary
    date: datetime | None
    headers: tuple[tuple[str, str], ...]
    text: str | None
    html: str | None
    attachments: tuple[Attachment, ...]
    source: str

    @property
    def subject(self) -> str:
        return self.summary.subject

    @property
    def sender(self) -> str:
        return self.summary.sender

    @property
    def recipient(self) -> str:
        return self.summary.recipient


def summary(name: str, received: datetime, head: bytes) -> Summary:
    return _summary(name, received, _headers(_parse_head(head)))


def message(name: str, received: datetime, content: bytes) -> Message:
    parsed = _parse(content)
    headers = _headers(parsed)
    text, html, attachments = _bodies(parsed)
    return Message(
        summary=_summary(name, received, headers),
        date=_date(_first(headers, "Date")),
        headers=headers,
        text=text,
        html=html,
        attachments=attachments,
        source=content.decode("utf-8", "replace"),
    )


def message_id(content: bytes) -> str:
    return _first(_headers(_parse_head(content)), "Message-ID")


def _summary(name: str, received: datetime, headers: tuple[tuple[str, str], ...]) -> Summary:
    envelope = Envelope(_first(headers, ENVELOPE_FROM), _first(headers, ENVELOPE_TO))
    return Summary(
        name=name,
        received=received,
        subject=_first(headers, "Subject"),
        sender=_first(headers, "From") or envelope.sender,
        recipient=_first(headers, "To") or envelope.recipient,
        envelope=envelope,
    )


def _parse_head(content: bytes) -> Part:
    head = re.split(rb"\r?\n\r?\n", content, maxsplit=1)[0]
    try:
        return BytesHeaderParser().parsebytes(head)
    except _BROKEN:
        return Part()


def _parse(content: bytes) -> Part:
    try:
        return email.message_from_bytes(content)
    except _BROKEN:
        return _parse_head(content)


def _headers(part: Part) -> tuple[tuple[str, str], ...]:
    # The raw items: the parsed ones replace UTF-8 that stands unencoded in a header (RFC 6532) by question marks.
    return tuple((_utf8(str(name)), _decoded(str(value))) for name, value in part.raw_items())


def _first(headers: tuple[tuple[str, str], ...], wanted: str) -> str:
    return next((value for name, value in headers if name.lower() == wanted.lower()), "")


def _utf8(value: str) -> str:
    return value.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _printable(value: str) -> str:
    # Half a surrogate pair, which some charsets can spell, has no place in a page.
    return value.encode("utf-8", "replace").decode()


def _decoded(value: str) -> str:
    unfolded = _FOLD.sub(" ", _utf8(value)).strip()
    try:
        # Beside encoded words, the library hands the plain text over in this encoding.
        return "".join(
            piece if isinstance(piece, str) else _text(piece, charset or "raw-unicode-escape")
            for piece, charset in decode_header(unfolded)
        )
    except _BROKEN:
        return unfolded


def _text(content: bytes, charset: str | None) -> str:
    try:
        return _printable(content.decode(_known(charset or "utf-8"), "replace"))
    except _BROKEN:
        return content.decode("utf-8", "replace")


def _known(charset: str) -> str:
    """The name, unless it is only Python's and no charset of mail: that one warns of what it decodes."""
    if codecs.lookup(charset).name == "unicode-escape":
        raise LookupError(charset)
    return charset


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except _BROKEN:
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _bodies(parsed: Part) -> tuple[str | None, str | None, tuple[Attachment, ...]]:
    """Return the first text, the first HTML, and everything else as attachments."""
    bodies: dict[str, str] = {}
    attachments: list[Attachment] = []
    for part in _leaves(parsed):
        kind = part.get_content_type()
        if kind in {"text/plain", "text/html"} and kind not in bodies and not _is_attached(part):
            bodies[kind] = _text(_payload(part), _charset(part))
        else:
            attachments.append(Attachment(_filename(part), kind, len(_payload(part))))
    return bodies.get("text/plain"), bodies.get("text/html"), tuple(attachments)


def _leaves(parsed: Part) -> list[Part]:
    try:
        return [part for part in parsed.walk() if not part.is_multipart()]
    except _BROKEN:
        return []


def _payload(part: Part) -> bytes:
    try:
        payload = part.get_payload(decode=True)
    except _BROKEN:
        return b""
    return payload if isinstance(payload, bytes) else b""


def _charset(part: Part) -> str | None:
    try:
        return part.get_content_charset()
    except _BROKEN:
        return None


def _is_attached(part: Part) -> bool:
    try:
        return part.get_content_disposition() == "attachment"
    except _BROKEN:
        return False


def _filename(part: Part) -> str:
    try:
        return _decoded(part.get_filename() or "")
    except _BROKEN:
        return ""
