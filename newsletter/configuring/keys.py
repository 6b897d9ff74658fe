"""Keys for programs, made and taken back in somebody's name."""

from newsletter.clock import Clock
from newsletter.database import Database
from newsletter.staff import keys
from newsletter.staff.keys import Key
from newsletter.staff.people import Actor, log


class Keys:
    """Every act needs the authority `keys`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def everything(self) -> tuple[Key, ...]:
        """All keys, the oldest first, those taken back among them."""
        with self._database.reading() as session:
            return keys.everything(session)

    def make(self, name: str, scopes: tuple[str, ...], actor: Actor) -> tuple[Key, str]:
        """Make one; with it comes its text, which nobody can show again."""
        actor.permit("keys")
        with self._database.transaction() as session:
            now = self._clock()
            key, text = keys.add(session, name, scopes, now, actor.staff_id)
            log(session, actor, "keys", now, added=key.prefix, name=key.name, scopes=sorted(key.scopes))
        return key, text

    def revoke(self, prefix: str, actor: Actor) -> int:
        """From now on it opens nothing; the line of the log."""
        actor.permit("keys")
        with self._database.transaction() as session:
            now = self._clock()
            key = keys.revoke(session, prefix, now)
            return log(session, actor, "keys", now, revoked=key.prefix, name=key.name)
