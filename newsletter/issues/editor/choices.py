"""What stands in the issue, and where."""

from collections.abc import Sequence
from datetime import date

from newsletter.issues import ordering, picking
from newsletter.issues.editor.acting import Edited
from newsletter.issues.editor.pictures import Pictures
from newsletter.issues.model import Role
from newsletter.issues.revising import Hand, Revision
from newsletter.publications import adding
from newsletter.staff.people import Actor, log


class Choices(Pictures):
    """The verbs that choose, and that order what was chosen."""

    def use(
        self, key: str, actor: Actor, publications: Sequence[int], *, section: str | None = None,
        role: Role | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Put publications into the issue, or to the end of another section of it."""
        return self._choose(
            key, actor, "use", base, lambda hand: picking.use(hand, publications, section=section, role=role)
        )

    def hold(
        self, key: str, actor: Actor, publications: Sequence[int], *, reason: str = "", base: int | None = None
    ) -> Edited:
        """Save them for next time."""
        return self._choose(key, actor, "hold", base, lambda hand: picking.hold(hand, publications, reason=reason))

    def decline(
        self, key: str, actor: Actor, publications: Sequence[int], *, reason: str, base: int | None = None
    ) -> Edited:
        """Leave them out, and say why."""
        return self._choose(
            key, actor, "decline", base, lambda hand: picking.decline(hand, publications, reason=reason)
        )

    def put_back(
        self, key: str, actor: Actor, publications: Sequence[int], *, reason: str = "", base: int | None = None
    ) -> Edited:
        """Let them wait for a decision again."""
        return self._choose(
            key, actor, "put-back", base, lambda hand: picking.put_back(hand, publications, reason=reason)
        )

    def date_publication(
        self, key: str, actor: Actor, publication: int, day: date, *, use: bool = False, base: int | None = None
    ) -> Edited:
        """Give a publication its day. With `use` it is put into the issue, else it waits there for a decision."""
        actor.permit("import")

        def done(hand: Hand) -> Revision:
            adding.give_day(hand.session, publication, day, hand.now)
            said = day.isoformat()
            log(hand.session, actor, "import", hand.now, publication=publication, published_on=said)
            return picking.dated(hand, publication, use=use)

        return self._choose(key, actor, "date", base, done, publication=publication, published_on=day.isoformat())

    def set_role(self, key: str, actor: Actor, publication: int, role: Role, *, base: int | None = None) -> Edited:
        """Make it the lead, a full item, or one line. A picture that was cut is cut anew for its new place."""
        actor.permit("choose")
        pieces = self._cuts(key, publication, role)
        return self._choose(key, actor, "role", base, lambda hand: ordering.set_role(hand, publication, role, pieces))

    def move(
        self, key: str, actor: Actor, publication: int, *, before: int | None = None, after: int | None = None,
        section: str | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Move it before or after another publication, or to the end of a section."""
        return self._choose(
            key, actor, "move", base,
            lambda hand: ordering.move(hand, publication, before=before, after=after, section=section),
        )  # fmt: skip

    def nudge(self, key: str, actor: Actor, publication: int, step: int, *, base: int | None = None) -> Edited:
        """Move it up (-1) or down (1) by one."""
        return self._choose(key, actor, "move", base, lambda hand: ordering.nudge(hand, publication, step))

    def cap_section(self, key: str, actor: Actor, section: str, cap: int, *, base: int | None = None) -> Edited:
        """Say how many full items a section has room for."""
        return self._edit(key, actor, "section", base, lambda hand: ordering.cap_section(hand, section, cap))

    def move_section(
        self, key: str, actor: Actor, section: str, *, before: str | None = None, base: int | None = None
    ) -> Edited:
        """Move a section before another one, or to the end."""
        return self._edit(
            key, actor, "move-section", base, lambda hand: ordering.move_section(hand, section, before=before)
        )

    def nudge_section(self, key: str, actor: Actor, section: str, step: int, *, base: int | None = None) -> Edited:
        """Move a section up (-1) or down (1) by one."""
        return self._edit(key, actor, "move-section", base, lambda hand: ordering.nudge_section(hand, section, step))
