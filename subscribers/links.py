"""Signed links that work for ever: 16 bytes (purpose, id, HMAC) as 26 characters of base32.

The same form stands in URLs, VERP local parts and mailto, all of which may lose their case on the way.
Subkeys by purpose come from each of SECRET_KEYS by HKDF; the first signs, all verify.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LENGTH = 26
_VERSION = 0
_MAC_BYTES = 10


class Purpose(IntEnum):
    """What a link is for; stored in links already mailed, so numbers are never given twice."""

    UNSUBSCRIBE = 1  # id: subscription
    PREFERENCES = 2  # id: subscriber
    DELIVERY = 3  # id: delivery; the VERP return path
    MESSAGE = 4  # id: delivery; the Message-ID
    TEST = 5  # id: notice; links of test copies, which change nothing
    NOTICE = 6  # id: notice; VERP and Message-ID of notices
    REQUEST = 7  # id: confirmation; the way out of a mail that asks: it was not me
    CALENDAR = 8  # id: list; the team's calendar of its dates
    ENTRANCE = 9  # id: staff link; the way into the console, for one use
    GUEST = 10  # id: guest request; the page of somebody who is asked for one act
    REVIEW = 11  # id: review ask; the page of somebody who is asked for sign-off
    DECISION = 12  # id: decision; it was not me who decided
    CODE = 13  # id: code; six digits that prove who reads an inbox
    WEB_PREVIEW = 14  # id: web preview; an issue's web version before it is public


_PURPOSES = frozenset(purpose.value for purpose in Purpose)


@dataclass(frozen=True, slots=True)
class Link:
    """What a token names, once its signature has been found good."""

    purpose: Purpose
    id: int


class Links:
    """Signs and reads tokens with subkeys of `secret_keys` (each at least 32 characters; first signs)."""

    def __init__(self, secret_keys: tuple[str, ...]) -> None:
        self._keys = {purpose: [_subkey(key, purpose) for key in secret_keys] for purpose in Purpose}
        self._writers = {purpose: _writer(purpose, keys[0]) for purpose, keys in self._keys.items()}

    def token(self, purpose: Purpose, id: int) -> str:  # noqa: A002
        """26 lower-case characters naming `id` (0 to 2**40 - 1)."""
        return self._writers[purpose](id)

    def writer(self, purpose: Purpose) -> Callable[[int], str]:
        """`token` for one purpose, for those who write many."""
        return self._writers[purpose]

    def digits(self, id: int) -> str:  # noqa: A002
        """The six digits of the code with that id."""
        return _digits(self._keys[Purpose.CODE][0], id)

    def are_digits(self, id: int, typed: str) -> bool:  # noqa: A002
        """Whether these are the digits of that code, by any key; as slow for a wrong one as for a right one."""
        good = [hmac.compare_digest(_digits(key, id).encode(), typed.encode()) for key in self._keys[Purpose.CODE]]
        return any(good)

    def read(self, token: str) -> Link | None:
        """The link behind a token, or None for anything forged, cut, re-keyed or foreign."""
        raw = _decode(token)
        if raw is None or raw[0] >> 6 != _VERSION or raw[0] & 63 not in _PURPOSES:
            return None
        purpose, body = Purpose(raw[0] & 63), raw[:6]
        good = [hmac.compare_digest(_mac(key, body), raw[6:]) for key in self._keys[purpose]]
        return Link(purpose, int.from_bytes(body[1:], "big")) if any(good) else None


def _subkey(key: str, purpose: Purpose) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"newsletter link {purpose.value}".encode()).derive(key.encode())


def _writer(purpose: Purpose, key: bytes) -> Callable[[int], str]:
    start, keyed = bytes([_VERSION << 6 | purpose]), hmac.new(key, digestmod=hashlib.sha256)

    def write(id_: int) -> str:
        body = start + id_.to_bytes(5, "big")
        mac = keyed.copy()
        mac.update(body)
        return _base32(body + mac.digest()[:_MAC_BYTES])

    return write


def _mac(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, body, hashlib.sha256).digest()[:_MAC_BYTES]


def _digits(key: bytes, id_: int) -> str:
    return f"{int.from_bytes(hmac.new(key, id_.to_bytes(8, 'big'), hashlib.sha256).digest(), 'big') % 10**6:06d}"


def _spreads() -> Iterator[tuple[int, int, int]]:
    """For groups of 80, 40, ... 5 bits: how far the upper one of each pair moves, and the masks of both."""
    for width in (80, 40, 20, 10, 5):
        group, room = (1 << width) - 1, 16 * width // 5  # what is a pair takes so much room
        lower = sum(group << room * pair for pair in range(80 // width))
        yield 8 * width // 5 - width, lower << width, lower


_SPREADS = tuple(_spreads())
_ALPHABET = bytes.maketrans(bytes(range(32)), b"abcdefghijklmnopqrstuvwxyz234567")


def _base32(raw: bytes) -> str:
    """RFC 4648 in small letters without padding, of 16 bytes; four of them are written for every mail, so by halves:
    160 bits are spread over 32 octets of five bits each in five steps.
    """
    bits = int.from_bytes(raw, "big") << 32
    for move, upper, lower in _SPREADS:
        bits = (bits & upper) << move | bits & lower
    return bits.to_bytes(32, "big").translate(_ALPHABET)[:LENGTH].decode()


def _decode(token: str) -> bytes | None:
    if len(token) != LENGTH or not token.isascii():
        return None
    try:
        raw = base64.b32decode(token.upper() + "======")
    except ValueError:
        return None
    # 26 characters carry 130 bits: the two spare ones must be what we write, or one link had several spellings.
    return raw if base64.b32encode(raw)[:LENGTH].decode() == token.upper() else None
