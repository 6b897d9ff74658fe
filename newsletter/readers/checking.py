"""What a form carries to show that a person filled it in: a signed time, and at bad times the answer to a small sum."""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from newsletter.readers.model import Question
from newsletter.rendering.questions import LARGEST, small_sum

QUICKEST = timedelta(seconds=2)  # nobody fills in a form faster
STAMP_LASTS = timedelta(days=1)
QUESTION_LASTS = timedelta(hours=1)

_DIGITS = 32  # of a signature: 128 bits
_LONGEST = 200


class Checks:
    """Signs with the first of `secret_keys`, reads with all of them. Nothing is stored."""

    def __init__(self, secret_keys: Sequence[str]) -> None:
        self._keys = [hmac.new(key.encode(), b"newsletter form", hashlib.sha256).digest() for key in secret_keys]

    def stamp(self, now: datetime) -> str:
        """The time at which a form was shown, signed."""
        return self._signed(f"{int(now.timestamp())}", "stamp")

    def is_fresh(self, stamp: str, now: datetime) -> bool:
        """Whether the form was shown a while ago, and not too long ago."""
        shown = self._read(stamp, "stamp")
        return shown is not None and QUICKEST <= now - shown <= STAMP_LASTS

    def question(self, language: str, now: datetime) -> Question:
        """A small sum, and the token that goes with its answer."""
        first, second = (secrets.randbelow(LARGEST) + 1 for _ in range(2))
        token = self._signed(f"{int(now.timestamp())}-{secrets.token_hex(4)}", f"sum {first + second}")
        return Question(small_sum(language, first, second), token)

    def answers(self, token: str, text: str, now: datetime) -> bool:
        """Whether this is the answer. Digits of any script will do."""
        digits = text.strip()
        if not (digits.isdecimal() and len(digits) <= 3):
            return False
        asked = self._read(token, f"sum {int(digits)}")
        return asked is not None and timedelta(0) <= now - asked <= QUESTION_LASTS

    def _signed(self, body: str, what: str) -> str:
        return f"{body}.{_mac(self._keys[0], body, what)}"

    def _read(self, token: str, what: str) -> datetime | None:
        """The time in it; None for what we have not signed for this."""
        body, _, mac = token.partition(".")
        if len(token) > _LONGEST or not token.isascii():
            return None
        good = [hmac.compare_digest(_mac(key, body, what), mac) for key in self._keys]
        if not any(good):
            return None
        return datetime.fromtimestamp(int(body.partition("-")[0]), UTC)


def _mac(key: bytes, body: str, what: str) -> str:
    return hmac.new(key, f"{what}\0{body}".encode(), hashlib.sha256).hexdigest()[:_DIGITS]
