"""The gate: which yes counts for an issue as it stands at this moment, and what has changed where none does."""

from sqlalchemy.orm import Session

from newsletter.approval import changes, deciding, snapshots
from newsletter.approval.model import Yes
from newsletter.approval.versions import Versions
from newsletter.canonical import digest
from newsletter.errors import NotApproved
from newsletter.issues.views import IssueSummary


class Gate:
    """Asked by everything that plans or releases."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions

    def basis(self, session: Session, issue_id: int) -> str:
        """SHA-256 (hex) of what a version made now would be made from."""
        return digest(self._versions.basis_facts(session, issue_id))

    def look(self, session: Session, issue_id: int) -> tuple[Yes | None, tuple[str, ...]]:
        """The yes that counts now; else what changed since the last one."""
        facts = self._versions.basis_facts(session, issue_id)
        yes = deciding.counting(session, issue_id, digest(facts))
        before = None if yes else deciding.last_yes(session, issue_id)
        return yes, changes.changes(before.basis_facts, facts) if before else ()

    def require(self, session: Session, issue: IssueSummary) -> Yes:
        """The yes that counts, and whose stored version is still what was approved; NotApproved otherwise."""
        yes, differences = self.look(session, issue.id)
        if yes is None and differences:
            raise NotApproved(f"{issue.name} needs a new yes: it has changed since the last one.", differences)
        if yes is None:
            raise NotApproved(
                f"{issue.name} has no approval. Hand it in: newsletter issue submit {issue.slug} --by EMAIL"
            )
        if not snapshots.is_intact(session, snapshots.snapshot(session, yes.snapshot_id)):
            raise NotApproved("The stored version is not what was approved: its bytes have changed. Hand it in again.")
        return yes
