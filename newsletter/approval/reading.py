"""An issue as somebody reads it who is asked to sign it off: what was handed in, what changed, what was said."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

import subscribers
from newsletter.approval import deciding, remarks, snapshots
from newsletter.approval.differences import Difference, differences
from newsletter.approval.model import Said, Snapshot
from newsletter.approval.remarks import Remark
from newsletter.approval.tables import ReviewRow
from newsletter.approval.versions import Versions
from newsletter.canonical import digest
from newsletter.issues import views
from newsletter.issues.model import RELEASED, State
from newsletter.issues.views import IssueSummary
from newsletter.rendering.words import own_name
from newsletter.staff import people
from newsletter.staff.people import Person


class Stand(StrEnum):
    """Where a sign-off stands for the one who reads."""

    OPEN = "open"  # it waits for a yes
    OWN = "own"  # likewise, but they have handed it in themselves
    CHANGING = "changing"  # it has changed since it was handed in
    SAID = "said"  # their own yes counts
    OTHER = "other"  # somebody else's does
    VOID = "void"  # there was a yes, and it has changed since
    ASKED = "asked"  # somebody has asked for a change
    DRAFT = "draft"  # nothing is handed in
    OUT = "out"  # it is on its way, or out


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language version as an inbox shows it; `name`: of the language, in itself."""

    code: str
    name: str
    subject: str
    preview: str


@dataclass(frozen=True, slots=True)
class Handed:
    """What was handed in, by whom. `sender`: name and address; `languages`: the list's own first."""

    version: Snapshot
    by: str
    by_id: int
    at: datetime
    comment: str
    sender: tuple[str, str]
    languages: tuple[Tongue, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """All that a page shows of it. `since`: what differs from the last yes, None where there was none; `mine`: they
    have a yes that can be taken back; `places`: what something can be said of, by anchor.
    """

    issue: IssueSummary
    stand: Stand
    handed: Handed | None
    since: tuple[Difference, ...] | None
    yes_by: str
    mine: bool
    decisions: tuple[Said, ...]
    remarks: tuple[Remark, ...]
    places: dict[str, str]
    readers: int


def read(session: Session, versions: Versions, issue_id: int, who: Person) -> Reading:
    """As it stands now, for this person."""
    issue, facts = views.find(session, issue_id), versions.basis_facts(session, issue_id)
    basis, said = digest(facts), deciding.decisions(session, issue_id)
    review, yes = deciding.current_review(session, issue_id), deciding.counting(session, issue_id, basis)
    handed = _handed(session, review) if review else None
    before = deciding.last_yes(session, issue_id)
    fits = handed is not None and handed.version.basis == basis
    shown = handed.version.basis_facts if handed else facts
    # The yes that counts, which need not be the last: an edit that was undone brings an earlier one back.
    by = next((one for one in said if one.yes and not one.revoked and (yes is None or one.at == yes.at)), None)
    return Reading(
        issue=issue, stand=_stand(issue, handed, who, fits=fits, yes_by=by.staff_id if yes and by else None, had=by),
        handed=handed, since=differences(before.basis_facts, shown) if before and yes is None else None,
        yes_by=by.by if by else "", mine=any(one.staff_id == who.id and one.yes and not one.revoked for one in said),
        decisions=said, remarks=remarks.of_issue(session, issue_id), places=remarks.places(shown),
        readers=subscribers.counts(session).get(issue.list_id, {}).get("confirmed", 0),
    )  # fmt: skip


def _stand(
    issue: IssueSummary, handed: Handed | None, who: Person, *, fits: bool, yes_by: int | None, had: Said | None
) -> Stand:
    if issue.state in RELEASED:
        return Stand.OUT
    if yes_by is not None and issue.state in {State.APPROVED, State.PLANNED}:
        return Stand.SAID if yes_by == who.id else Stand.OTHER
    if handed is None or issue.state in {State.DRAFT, State.CHANGES_REQUESTED}:
        return Stand.ASKED if issue.state is State.CHANGES_REQUESTED else Stand.DRAFT
    if fits and issue.state is State.IN_REVIEW:
        return Stand.OWN if handed.by_id == who.id else Stand.OPEN
    return Stand.VOID if issue.state is not State.IN_REVIEW and had is not None else Stand.CHANGING


def _handed(session: Session, review: ReviewRow) -> Handed:
    version, asker = snapshots.snapshot(session, review.snapshot_id), people.by_id(session, review.requested_by)
    first, around = version.envelope["default_language"], version.envelope
    found = [Tongue(one, own_name(one), *lines) for one, *lines in snapshots.inbox_lines(session, version.id)]
    return Handed(
        version, (asker.name or asker.email) if asker else "Somebody", review.requested_by, review.requested_at,
        review.comment, (around["from_name"], around["from_address"]),
        tuple(sorted(found, key=lambda one: one.code != first)),
    )  # fmt: skip
