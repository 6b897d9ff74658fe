"""An issue beside the one that went out before it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from newsletter.approval import snapshots
from newsletter.approval.against import Against, against
from newsletter.delivery.tables import MailingRow
from newsletter.issues.model import IssueKind
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import IssueSummary


def against_last(session: Session, issue: IssueSummary, facts: Mapping[str, Any], readers: int) -> Against | None:
    """Against the regular issue of the same list that went out last before it; None where there is none, and for a
    correction. `facts`: what this one is made of; `readers`: how many would get it now.
    """
    if issue.kind is not IssueKind.REGULAR:
        return None
    last = session.execute(
        select(IssueRow.name, func.max(MailingRow.snapshot_id), func.max(MailingRow.candidates))
        .join(MailingRow, MailingRow.issue_id == IssueRow.id)
        .where(
            IssueRow.list_id == issue.list_id, IssueRow.kind == IssueKind.REGULAR.value,
            IssueRow.ordinal < issue.ordinal, MailingRow.kind == "live",
        )
        .group_by(IssueRow.id, IssueRow.name, IssueRow.ordinal)
        .order_by(IssueRow.ordinal.desc())
        .limit(1)
    ).first()  # fmt: skip
    if last is None:
        return None
    name, version, to = last
    return against(name, snapshots.snapshot(session, version).basis_facts, facts, (to or 0, readers))
