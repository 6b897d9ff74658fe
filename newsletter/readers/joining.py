"""Joining: from a form's inbox to a confirmed subscription. Every method is safe to call twice, and by anybody."""

import threading
from datetime import datetime

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.readers import faces
from newsletter.readers.checking import Checks
from newsletter.readers.model import Asked, Confirmed, PublicList, Question, SignUp
from newsletter.settings import Settings
from subscribers import AddressBook, Links


class Joining:
    """The way in. Each method opens its own short transactions; `network` is the client's IP, hashed inside."""

    def __init__(self, settings: Settings, database: Database, clock: Clock, book: AddressBook, links: Links) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._book = book
        self._links = links
        self._checks = Checks(settings.secret_keys)

    # -- the form -----------------------------------------------------------------------------------------------------

    def lists(self) -> tuple[PublicList, ...]:
        """What one can subscribe to."""
        with self._database.reading() as session:
            return faces.public_lists(session)

    def stamp(self) -> str:
        """The signed time that a form carries."""
        return self._checks.stamp(self._clock())

    def is_fresh(self, stamp: str) -> bool:
        """Whether the form was shown at least 2 seconds and at most a day ago."""
        return self._checks.is_fresh(stamp, self._clock())

    def question(self, language: str) -> Question:
        """The extra check: a small sum in words."""
        return self._checks.question(language, self._clock())

    def answers(self, token: str, text: str) -> bool:
        """Whether `text` answers the question of `token`, asked within the last hour."""
        return self._checks.answers(token, text, self._clock())

    def needs_check(self) -> bool:
        """Whether there are so many false sign-ups that only who has answered the extra check gets a mail."""
        raise NotImplementedError

    def sign_up(self, form: SignUp, network: str) -> None:
        """Write the form into the inbox, if the limits allow; whoever calls answers the same whatever happens.

        BadInput only for what is wrong by its form: the address, the name, the language, the lists.
        """
        raise NotImplementedError

    def handle(self, stop: threading.Event | None = None) -> int:
        """Work on what waits in the inbox: queue the confirmation mails. How many rows."""
        raise NotImplementedError

    # -- the confirmation's page --------------------------------------------------------------------------------------

    def asked(self, token: str) -> Asked | None:
        """What a confirmation's page asks; reads only. None: the link is not ours, or not whole."""
        raise NotImplementedError

    def confirm(self, token: str, network: str) -> Confirmed | None:
        """The click. The same answer however often; None: the link is not ours, or not whole."""
        raise NotImplementedError

    def ask_again(self, token: str, network: str) -> None:
        """A new mail for an expired link, within the limits."""
        raise NotImplementedError

    def decline(self, token: str, network: str, *, block: bool) -> bool:
        """It was not me: the request is gone; with `block` this address is never written to again.

        `token`: of the mail's way out or of its link. False: neither of ours.
        """
        raise NotImplementedError

    # -- housekeeping -------------------------------------------------------------------------------------------------

    def purge(self, now: datetime) -> dict[str, int]:
        """Delete what nobody needs any more; how many of what."""
        raise NotImplementedError
