"""Passwords: kept as argon2id with its own parameters; at least twelve characters that are not somebody's own name."""

import secrets
import threading
import unicodedata
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from newsletter.errors import BadInput

SHORTEST = 12
LONGEST = 200
_LEFT = 8  # characters, without what anybody would try first
_DIFFERENT = 5
_COMMON = ("password", "passwort", "newsletter", "qwertyuiop", "qwertz", "qwerty", "letmein", "welcome", "1234567890",
           "0123456789", "abcdefgh", "123456")  # fmt: skip

_HASHER = PasswordHasher(time_cost=3, memory_cost=64 * 1024, parallelism=4)  # RFC 9106, the one for less memory
_TURNS = threading.BoundedSemaphore(2)  # each takes 64 MiB: many at once would take the machine


def hashed(password: str) -> str:
    """What is kept of it."""
    with _TURNS:
        return _HASHER.hash(_plain(password))


def fits(password: str, kept: str | None) -> bool:
    """Whether it is the one. Without one that is kept it takes as long, and fits never."""
    if len(password) > LONGEST:
        return False
    try:
        with _TURNS:
            _HASHER.verify(kept or _of_nobody(), _plain(password))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether it was made with other parameters than today's."""
    return _HASHER.check_needs_rehash(kept)


def require_good(password: str, email: str, name: str) -> None:
    """BadInput says what is wrong with it. No rules on capitals and signs: they make passwords worse."""
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise BadInput(f"A password needs at least {SHORTEST} characters; this one has {len(plain)}. Take a few words.")
    if len(password) > LONGEST:
        raise BadInput(f"A password has at most {LONGEST} characters.")
    left = _without_the_obvious(plain.casefold(), email, name)
    if len(left) < _LEFT or len(set(left)) < _DIFFERENT:
        raise BadInput(
            "This password is mostly a name, an address or what everybody tries first. Take a few words that have "
            "nothing to do with each other."
        )


def _without_the_obvious(text: str, email: str, name: str) -> str:
    parts = [email, *email.replace("@", ".").split("."), *name.split(), *_COMMON]
    for part in sorted({part.casefold() for part in parts if len(part) > 2}, key=len, reverse=True):
        text = text.replace(part, "")
    return text


def _plain(password: str) -> str:
    """The same letters however a keyboard composes them."""
    return unicodedata.normalize("NFC", password)


@lru_cache(maxsize=1)
def _of_nobody() -> str:
    return _HASHER.hash(secrets.token_hex(16))
