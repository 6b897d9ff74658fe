"""Brings readers onto the list from a file or pasted lines: looked over, decided about, taken in."""

from pathlib import Path

import subscribers
from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.errors import NotFound
from newsletter.settings import Settings
from newsletter.setup import taking_in
from newsletter.setup.taking_in import PASTED, Decision, Look, Taken
from newsletter.staff.people import Actor, log


class Bringing:
    """Opens its own short transactions. Nobody is mailed for being brought."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._folder: Path = settings.folder
        self._book = subscribers.AddressBook(settings.suppression_key)
        self._database = database
        self._clock = clock

    def keep(self, actor: Actor, name: str, content: bytes) -> None:
        """A file; looked at until it is decided about. One that cannot be read is not kept."""
        actor.permit("import")
        taking_in.keep(self._folder, name, content)
        try:
            self.look(actor)
        except BaseException:
            taking_in.drop(self._folder)
            raise

    def paste(self, actor: Actor, text: str) -> None:
        """The same of pasted lines."""
        self.keep(actor, f"pasted{PASTED}", text.encode())

    def look(self, actor: Actor) -> Look | None:
        """What would happen; None where no file waits."""
        if taking_in.waiting(self._folder) is None:
            return None
        by = actor.person.email if actor.person else ""
        return taking_in.look(self._database, self._book, self._folder, self._list(), by, self._clock())

    def take(self, actor: Actor, decision: Decision) -> tuple[Taken, int]:
        """Take them in as decided; with the line of the activity log that says so."""
        person = actor.require("import")
        list_id = self._list()
        done = taking_in.take(self._database, self._book, self._folder, list_id, decision, person.email, self._clock())
        with self._database.transaction() as session:
            line = log(session, actor, "import", self._clock(), added=done.added, decided=decision.what)
        return done, line

    def drop(self, actor: Actor) -> None:
        """Forget the file; nobody of it is taken in."""
        actor.permit("import")
        taking_in.drop(self._folder)

    def number(self) -> int:
        """How many are on the list, and get its mail."""
        list_id = self._list()
        with self._database.reading() as session:
            return subscribers.counts(session).get(list_id, {}).get("confirmed", 0)

    def _list(self) -> int:
        with self._database.reading() as session:
            face = next(iter(subscribers.lists(session)), None)
        if face is None:
            raise NotFound("There is no list yet. First say where you publish.")
        return face.id
