"""The one guarded way out to the web."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from newsletter.errors import Refusal


class Unreachable(Refusal):
    """An address gave no page; the message is a sentence that names it.

    `gone`: it answered 404 or 410. `retry_after`: seconds that its server asks us to stay away (RFC 9110 10.2.3).
    """

    def __init__(self, message: str, *, gone: bool = False, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.gone = gone
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Page:
    """An answer. `url`: after redirects. `status`: 200, or 304 where the validators still hold. Header names are in
    small letters.
    """

    url: str
    status: int
    content: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Web:
    """Fetches pages."""
