"""Sign-off: hand in, take back, decide; and which yes counts for an issue as it stands now."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from newsletter.approval import snapshots
from newsletter.approval.model import Decided, Made, Said, Snapshot, Yes
from newsletter.approval.tables import DecisionRow, ReviewRow, SnapshotRow
from newsletter.errors import BadInput, IllegalMove, NotAllowed, NotApproved, NotFound
from newsletter.staff.tables import StaffRow


def counting(session: Session, issue_id: int, basis: str) -> Yes | None:
    """The yes that counts for an issue whose draft has this basis now: the last word said on a version made from
    exactly that. An edit makes it stop counting; undoing the edit makes it count again.
    """
    last_word = session.execute(
        select(DecisionRow, SnapshotRow, StaffRow.email)
        .join(
            SnapshotRow,
            (SnapshotRow.issue_id == DecisionRow.issue_id) & (SnapshotRow.fingerprint == DecisionRow.fingerprint),
        )
        .join(StaffRow, StaffRow.id == DecisionRow.staff_id)
        .where(DecisionRow.issue_id == issue_id, SnapshotRow.basis == basis, DecisionRow.revoked_at.is_(None))
        # A version that was made for a practice run, and that nobody handed in, revives no yes.
        .where(SnapshotRow.id.in_(select(ReviewRow.snapshot_id).where(ReviewRow.issue_id == issue_id)))
        .order_by(DecisionRow.id.desc(), SnapshotRow.id.desc())
        .limit(1)
    ).first()
    if last_word is None or last_word[0].kind != "approve":
        return None
    decision, version, email = last_word
    return Yes(
        decision.id, version.id, version.number, version.fingerprint, email, decision.decided_at,
        decision.override_reason,
    )  # fmt: skip


def last_yes(session: Session, issue_id: int) -> Snapshot | None:
    """The version somebody last said yes to, whether or not it still counts; to tell what changed since."""
    row = session.scalar(
        select(SnapshotRow)
        .join(
            DecisionRow,
            (SnapshotRow.issue_id == DecisionRow.issue_id) & (SnapshotRow.fingerprint == DecisionRow.fingerprint),
        )
        .where(SnapshotRow.issue_id == issue_id, DecisionRow.kind == "approve", DecisionRow.revoked_at.is_(None))
        .order_by(DecisionRow.id.desc(), SnapshotRow.id.desc())
    )
    if row is None:
        return None
    return snapshots.of(row)


def open_review(session: Session, version: Snapshot, staff_id: int, now: datetime, comment: str = "") -> int:
    """Ask for sign-off of a version; an earlier open request is withdrawn by it."""
    withdraw(session, version.issue_id, now)
    row = ReviewRow(
        issue_id=version.issue_id, snapshot_id=version.id, requested_by=staff_id, requested_at=now, comment=comment
    )
    session.add(row)
    session.flush()
    return row.id


def current_review(session: Session, issue_id: int) -> ReviewRow | None:
    """The open request, where there is one."""
    return session.scalar(
        select(ReviewRow)
        .where(ReviewRow.issue_id == issue_id, ReviewRow.withdrawn_at.is_(None))
        .order_by(ReviewRow.id.desc())
    )


def required_review(session: Session, issue_id: int) -> ReviewRow:
    """The open request; IllegalMove where nothing was handed in."""
    review = current_review(session, issue_id)
    if review is None:
        raise IllegalMove("Nothing is handed in for sign-off. Hand it in: newsletter issue submit")
    return review


def latest_review(session: Session, issue_id: int) -> ReviewRow | None:
    """The last request, open or not."""
    query = select(ReviewRow).where(ReviewRow.issue_id == issue_id).order_by(ReviewRow.id.desc())
    return session.scalar(query.limit(1))


def require_read(session: Session, review: ReviewRow, fingerprint: str) -> None:
    """Refuse where something else was read than what is handed in now; "": nobody says what was read."""
    if fingerprint and snapshots.snapshot(session, review.snapshot_id).fingerprint != fingerprint:
        raise NotApproved("Another version was handed in while you were reading. Read that one, then decide.")


def withdraw(session: Session, issue_id: int, now: datetime) -> None:
    """Take the open request back."""
    session.execute(
        update(ReviewRow)
        .where(ReviewRow.issue_id == issue_id, ReviewRow.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )


def approve(
    session: Session, review: ReviewRow, basis: str, staff_id: int, now: datetime, comment: str = "", override: str = ""
) -> Decided:
    """Say yes to exactly the version that was handed in. Refused when the draft is no longer what that was made
    from, and when the same person handed it in (unless `override` gives a written reason).
    """
    version = session.get_one(SnapshotRow, review.snapshot_id)
    if version.basis != basis:
        raise NotApproved(
            "The issue has changed since it was handed in for sign-off. Hand it in again: newsletter issue submit."
        )
    if review.requested_by == staff_id and not override:
        raise NotAllowed(
            "Who asks for sign-off cannot give it. Ask a second person; alone, an administrator may approve with a "
            "written reason: --override 'why'."
        )
    id_ = _decide(session, review, "approve", version.fingerprint, staff_id, now, comment, override)
    return Decided(id_, snapshots.of(version))


def request_changes(session: Session, review: ReviewRow, staff_id: int, now: datetime, comment: str) -> Decided:
    """Ask for a change of that version; any earlier yes to it stops counting."""
    if not comment.strip():
        raise BadInput("Say what should change, and where: --comment.")
    version = session.get_one(SnapshotRow, review.snapshot_id)
    id_ = _decide(session, review, "request_changes", version.fingerprint, staff_id, now, comment, "")
    return Decided(id_, snapshots.of(version))


def take_back(session: Session, issue_id: int, staff_id: int, now: datetime) -> None:
    """This person's yes counts no more; NotFound where they have not said one."""
    taken = session.execute(
        update(DecisionRow)
        .where(
            DecisionRow.issue_id == issue_id, DecisionRow.staff_id == staff_id, DecisionRow.kind == "approve",
            DecisionRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
        .returning(DecisionRow.id)
    ).all()  # fmt: skip
    if not taken:
        raise NotFound("There is no yes of yours to this issue that could be taken back.")


def decisions(session: Session, issue_id: int) -> tuple[Said, ...]:
    """All that was decided about an issue, the latest first."""
    rows = session.execute(
        select(DecisionRow, StaffRow, SnapshotRow.number)
        .join(StaffRow, StaffRow.id == DecisionRow.staff_id)
        .join(ReviewRow, ReviewRow.id == DecisionRow.review_id)
        .join(SnapshotRow, SnapshotRow.id == ReviewRow.snapshot_id)
        .where(DecisionRow.issue_id == issue_id)
        .order_by(DecisionRow.id.desc())
    )
    return tuple(
        Said(
            row.staff_id, person.name or person.email, row.kind == "approve", number, row.decided_at, row.comment,
            row.override_reason, row.revoked_at is not None,
        )
        for row, person, number in rows
    )  # fmt: skip


def _decide(
    session: Session,
    review: ReviewRow,
    kind: str,
    fingerprint: str,
    staff_id: int,
    now: datetime,
    comment: str,
    override: str,
) -> int:
    row = DecisionRow(
        issue_id=review.issue_id, review_id=review.id, kind=kind, fingerprint=fingerprint, staff_id=staff_id,
        decided_at=now, comment=comment, override_reason=override,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.id


def revoke(session: Session, decision_id: int, now: datetime) -> bool:
    """That yes counts no more; False where it was taken back before."""
    taken = session.execute(
        update(DecisionRow)
        .where(DecisionRow.id == decision_id, DecisionRow.kind == "approve", DecisionRow.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(DecisionRow.id)
    )
    return taken.first() is not None


def decision(session: Session, decision_id: int) -> Made | None:
    """That one."""
    row = session.get(DecisionRow, decision_id)
    if row is None:
        return None
    number = session.get_one(SnapshotRow, session.get_one(ReviewRow, row.review_id).snapshot_id).number
    return Made(
        row.id, row.issue_id, row.staff_id, row.kind == "approve", number, row.decided_at, row.revoked_at is not None
    )
