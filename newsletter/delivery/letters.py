"""Addressing: from a claimed delivery to a letter with its own header lines, links and footer."""

from collections.abc import Container, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from newsletter.delivery.claiming import Claimed
from newsletter.delivery.model import Letter
from newsletter.rendering.headers import HeaderError, list_unsubscribe, mailbox, verbatim
from newsletter.rendering.headers import date as date_line
from newsletter.rendering.since import since
from subscribers import Links, Purpose


class Addresser:
    """Writes letters of one mailing. Message-ID and return path come from the delivery's id: the same at every try."""

    def __init__(
        self,
        links: Links,
        base_url: str,
        sealed: Mapping[str, Any],
        languages: tuple[str, ...],
        *,
        loopback: bool,
        message: Purpose = Purpose.MESSAGE,
        bounce: Purpose = Purpose.DELIVERY,
    ) -> None:
        self._message, self._bounce = links.writer(message), links.writer(bounce)
        self._unsubscribe, self._preferences = links.writer(Purpose.UNSUBSCRIBE), links.writer(Purpose.PREFERENCES)
        self._unsubscribe_url, self._preferences_url = f"{base_url}/u/", f"{base_url}/p/"
        self._sealed = sealed
        self._languages = frozenset(languages)
        # Written and checked once; a reader's token takes the place of the one that was checked.
        domain, token = str(sealed["from_address"]).rpartition("@")[2], links.token(Purpose.TEST, 0)
        self._message_id = verbatim("Message-ID", f"<{token}@{domain}>").split(token.encode())
        unsubscribe = list_unsubscribe(f"{base_url}/u/{token}", insecure_ok=loopback)
        self._list_unsubscribe = unsubscribe.split(token.encode())

    def letter(self, claimed: Claimed, now: datetime) -> Letter:
        """The copy of one reader, in his language version or the list's default one."""
        language = self.language_of(claimed.language, self._languages, self._sealed)
        unsubscribe = self._unsubscribe(claimed.subscription)
        return Letter(
            delivery=claimed.delivery,
            language=language,
            address=claimed.address,
            name=claimed.name,
            return_path=self._return_path(claimed.delivery),
            headers=(
                _to(claimed.name, claimed.address),
                self._message(claimed.delivery).encode().join(self._message_id),
                _date_line(now.replace(microsecond=0)),
                unsubscribe.encode().join(self._list_unsubscribe),
            ),
            values={
                "unsubscribe_url": self._unsubscribe_url + unsubscribe,
                "preferences_url": self._preferences_url + self._preferences(claimed.subscriber),
                "since": _since(language, claimed.since, claimed.source),
            },
        )

    @staticmethod
    def language_of(wanted: str, languages: Container[str], sealed: Mapping[str, Any]) -> str:
        """The language version that a reader of this language gets."""
        if wanted in languages:
            return wanted
        base = wanted.partition("-")[0]
        return base if base in languages else str(sealed["default_language"])

    def _return_path(self, delivery: int) -> str:
        """`verp@domain`: an address that names this copy, so that a bounce finds its reader (and a forged one not)."""
        token = self._bounce(delivery)
        return return_path(str(self._sealed["return_path"]), token, str(self._sealed["from_address"]))


def return_path(rule: str, token: str, from_address: str) -> str:
    """The envelope sender by a list's rule: verp@domain, fixed:address, or the sender itself."""
    form, _, rest = rule.partition("@")
    if form == "verp":
        return f"b-{token}@{rest}"
    kind, _, fixed = rule.partition(":")
    return fixed if kind == "fixed" else from_address


def _to(name: str, address: str) -> bytes:
    try:
        return mailbox("To", name, address)
    except HeaderError:
        # A name that no header can hold is left out; the address decides whether there is a letter at all.
        return mailbox("To", "", address)


@lru_cache(maxsize=4)
def _date_line(now: datetime) -> bytes:
    return date_line(now)


@lru_cache(maxsize=10_000)
def _since(language: str, on: date | None, source: str) -> str:
    return since(language, on, source)
