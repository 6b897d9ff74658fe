"""Back to what was: one edit taken back, or an earlier version as a whole."""

from newsletter.errors import BadInput, NotFound
from newsletter.issues import restoring
from newsletter.issues.editor.acting import Acting, Edited
from newsletter.issues.revising import Hand
from newsletter.staff.people import Actor
from newsletter.staff.tables import ActivityRow


class Past(Acting):
    """The verbs that bring back what was."""

    def undo(self, key: str, actor: Actor, *, activity: int | None = None) -> Edited:
        """Take back one edit, by its line in the activity log; by default one's own last one that stands. Conflict
        where somebody has changed one of its places since: then nothing is undone.
        """
        return self._edit(key, actor, "undo", None, lambda hand: restoring.undo(hand, _meant(hand, activity)))

    def restore(self, key: str, actor: Actor, revision: int, *, base: int | None = None) -> Edited:
        """Bring an earlier version back, as a new one."""
        return self._edit(key, actor, "restore", base, lambda hand: restoring.restore(hand, revision), to=revision)


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
