"""Everything that people do to an issue: one short transaction each, compared with what others did since, and logged.

`base` is the revision that a page was made from: where somebody has changed the same place since, Conflict says who,
and nothing is changed. None: whoever comes last wins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from newsletter.clock import Clock
from newsletter.database import Transactions
from newsletter.errors import BadInput, NotFound
from newsletter.issues import editing, inserting, ordering, owed, picking, restoring
from newsletter.issues.model import Role
from newsletter.issues.revising import Hand, Revision
from newsletter.issues.views import find
from newsletter.settings import Settings
from newsletter.staff.people import Actor, log
from newsletter.staff.tables import ActivityRow


@dataclass(frozen=True, slots=True)
class Edited:
    """What an edit led to: the revision to go on from, its line in the activity log, the places that are different now,
    and the number of what was made. Where nothing was different, there is no line and no new revision.
    """

    revision: int
    activity_id: int | None
    changed: tuple[str, ...]
    id: int | None = None


class Editor:
    """The verbs that edit an issue. `key`: its slug or id; `publication`: the number of what an item shows."""

    def __init__(self, settings: Settings, database: Transactions, clock: Clock) -> None:
        self._settings, self._database, self._clock = settings, database, clock

    # -- words

    def word_issue(
        self, key: str, actor: Actor, *, language: str | None = None, subject: str | None = None,
        preview: str | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Set subject or preview line in one language, by default the list's first."""
        return self._edit(
            key,
            actor,
            "edit",
            base,
            lambda hand: editing.edit(hand, subject=subject, preview=preview, language=language),
        )

    def drop_language(self, key: str, actor: Actor, language: str, *, base: int | None = None) -> Edited:
        """Give a language version up."""
        return self._edit(key, actor, "edit", base, lambda hand: editing.drop_language(hand, language))

    def word_item(
        self, key: str, actor: Actor, publication: int, language: str, *, title: str | None = None,
        summary: str | None = None, action: str | None = None, alt: str | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Word an item in one language; what is not given stays. `alt`: what its picture shows."""
        return self._edit(
            key,
            actor,
            "word",
            base,
            lambda hand: editing.set_wording(
                hand, publication, language, title=title, summary=summary, action=action, image_alt=alt
            ),
        )

    def drop_wording(
        self, key: str, actor: Actor, publication: int, language: str, *, base: int | None = None
    ) -> Edited:
        """Take an item's words in one language out."""
        return self._edit(key, actor, "word", base, lambda hand: editing.drop_wording(hand, publication, language))

    def credit(self, key: str, actor: Actor, publication: int, credit: str, *, base: int | None = None) -> Edited:
        """Say whose picture it is."""
        return self._edit(key, actor, "picture", base, lambda hand: editing.set_credit(hand, publication, credit))

    # -- choosing, and the order

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
        return self._choose(key, actor, "hold", base, partial(picking.hold, publications=publications, reason=reason))

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

    def set_role(self, key: str, actor: Actor, publication: int, role: Role, *, base: int | None = None) -> Edited:
        """Make it the lead, a full item, or one line."""
        return self._choose(key, actor, "role", base, lambda hand: ordering.set_role(hand, publication, role))

    def move(
        self, key: str, actor: Actor, publication: int, *, before: int | None = None, after: int | None = None,
        section: str | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Move it before or after another publication, or to the end of a section."""
        return self._choose(
            key,
            actor,
            "move",
            base,
            lambda hand: ordering.move(hand, publication, before=before, after=after, section=section),
        )

    def nudge(self, key: str, actor: Actor, publication: int, step: int, *, base: int | None = None) -> Edited:
        """Move it up (-1) or down (1) by one."""
        return self._choose(key, actor, "move", base, lambda hand: ordering.nudge(hand, publication, step))

    # -- sections

    def title_section(
        self, key: str, actor: Actor, section: str, language: str, title: str, *, base: int | None = None
    ) -> Edited:
        """Give a section its heading in one language."""
        return self._edit(
            key, actor, "section", base, lambda hand: ordering.title_section(hand, section, language, title)
        )

    def cap_section(self, key: str, actor: Actor, section: str, cap: int, *, base: int | None = None) -> Edited:
        """Say how many full items it has room for."""
        return self._edit(key, actor, "section", base, lambda hand: ordering.cap_section(hand, section, cap))

    def move_section(
        self, key: str, actor: Actor, section: str, *, before: str | None = None, base: int | None = None
    ) -> Edited:
        """Move it before another section, or to the end."""
        return self._edit(
            key, actor, "move-section", base, lambda hand: ordering.move_section(hand, section, before=before)
        )

    def nudge_section(self, key: str, actor: Actor, section: str, step: int, *, base: int | None = None) -> Edited:
        """Move it up (-1) or down (1) by one."""
        return self._edit(key, actor, "move-section", base, lambda hand: ordering.nudge_section(hand, section, step))

    # -- blocks

    def add_block(
        self, key: str, actor: Actor, kind: str, fields: Mapping[str, str], *, language: str | None = None,
        section: str | None = None, block: int | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Write the director's note, or add a text, a quote, numbers or a button; its number is in `id`."""
        done = partial(
            inserting.set_block, kind=kind, fields=fields, language=language, section=section, block_id=block
        )
        return self._edit(key, actor, "block", base, done, kind=kind)

    def word_block(
        self, key: str, actor: Actor, block: int, fields: Mapping[str, str], *, language: str | None = None,
        base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Word a block anew, or in one more language."""
        done = partial(inserting.word_block, block_id=block, fields=fields, language=language)
        return self._edit(key, actor, "block", base, done)

    def drop_block_wording(
        self, key: str, actor: Actor, block: int, language: str, *, base: int | None = None
    ) -> Edited:
        """Take a block's words in one language out."""
        return self._edit(key, actor, "block", base, lambda hand: inserting.drop_block_wording(hand, block, language))

    def move_block(
        self, key: str, actor: Actor, block: int, *, before: int | None = None, section: str | None = None,
        base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Move it before another block, or behind the blocks of a section."""
        done = partial(inserting.move_block, block_id=block, before=before, section=section)
        return self._edit(key, actor, "move-block", base, done)

    def remove_block(self, key: str, actor: Actor, block: int, *, base: int | None = None) -> Edited:
        """Take it out, or ask for it no more."""
        return self._edit(key, actor, "remove-block", base, lambda hand: inserting.remove_block(hand, block))

    def ask(
        self, key: str, actor: Actor, kind: str, owner: str, due_on: date, *, section: str | None = None,
        block: int | None = None, base: int | None = None,
    ) -> Edited:  # fmt: skip
        """Note that one of the staff (by address) owes a block by that day."""
        today = self._clock().astimezone(self._settings.zone).date()
        done = partial(owed.ask, kind=kind, owner=owner, due_on=due_on, today=today, section=section, block_id=block)
        return self._edit(key, actor, "ask", base, done, kind=kind, due_on=due_on.isoformat())

    # -- history

    def undo(self, key: str, actor: Actor, *, activity: int | None = None) -> Edited:
        """Take back one edit, by its line in the activity log; by default one's own last one that stands."""
        return self._edit(key, actor, "undo", None, lambda hand: restoring.undo(hand, _meant(hand, activity)))

    def restore(self, key: str, actor: Actor, revision: int, *, base: int | None = None) -> Edited:
        """Bring an earlier version back, as a new one."""
        return self._edit(key, actor, "restore", base, lambda hand: restoring.restore(hand, revision), to=revision)

    # -- how each of them is done

    def _choose(self, key: str, actor: Actor, act: str, base: int | None, do: Callable[[Hand], Revision]) -> Edited:
        actor.permit("choose")
        return self._done(key, actor, act, base, do)

    def _edit(
        self, key: str, actor: Actor, act: str, base: int | None, do: Callable[[Hand], Revision], **detail: Any
    ) -> Edited:
        actor.permit("edit")
        return self._done(key, actor, act, base, do, **detail)

    def _done(
        self, key: str, actor: Actor, act: str, base: int | None, do: Callable[[Hand], Revision], **detail: Any
    ) -> Edited:
        with self._database.transaction() as session:
            issue, now = find(session, key, lock=True), self._clock()
            done, activity = do(Hand(session, issue.id, now, actor.staff_id, base)), None
            if done.changed:
                facts = {"revision": done.number, "before": done.before, "after": done.after}
                facts |= {"id": done.id} if done.id is not None else {}
                facts |= {"undoes": done.undoes} if done.undoes is not None else {}
                activity = log(session, actor, act, now, issue.id, **detail, **facts)
        return Edited(done.number, activity, done.changed, done.id)


def _meant(hand: Hand, activity_id: int | None) -> int:
    """The edit to be taken back."""
    if activity_id is None:
        return restoring.last_own(hand.session, hand.issue_id, hand.staff_id)
    row = hand.session.get(ActivityRow, activity_id)
    if row is None or row.issue_id != hand.issue_id:
        raise NotFound("There is no such line in this issue's activity.")
    revision = row.detail.get("revision")
    if not isinstance(revision, int):
        raise BadInput("That was no edit of what the issue says, so it cannot be taken back here.")
    return revision
