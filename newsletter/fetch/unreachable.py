"""The one refusal of fetching."""

from newsletter.errors import Refusal


class Unreachable(Refusal):
    """An address gave no page; the message is a sentence that names it.

    `gone`: it answered 404 or 410. `retry_after`: seconds that its server asks us to stay away (RFC 9110 10.2.3).
    `status`: what it answered, 0 where there was no answer.
    """

    def __init__(self, message: str, *, gone: bool = False, retry_after: float | None = None, status: int = 0) -> None:
        super().__init__(message)
        self.gone = gone
        self.retry_after = retry_after
        self.status = status
