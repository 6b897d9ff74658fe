"""Why an address gives no page: the refusal for people, and the reason it is made from."""

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


class Obstacle(Exception):
    """A reason, worded to follow an address ("answers 404 (not found)"); Web makes a sentence of it."""

    def __init__(self, reason: str, *, retry_after: float | None = None, status: int = 0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.status = status

    def after(self, said: str) -> Unreachable:
        """The sentence that begins with `said`."""
        return Unreachable(
            f"{said} {self}.", gone=self.status in {404, 410}, retry_after=self.retry_after, status=self.status
        )
