"""Letters about requests: to the guest, who is asked or reminded; to the one who asks, when an answer has come."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from newsletter.delivery import notices
from newsletter.guests import views
from newsletter.guests.model import Act
from newsletter.guests.tables import GuestRequestRow
from newsletter.issues import lists
from newsletter.issues.tables import IssueRow
from newsletter.rendering import guests as rendering
from newsletter.rendering import staff
from newsletter.rendering.guests import Request
from newsletter.rendering.notices import Writer
from newsletter.rendering.staff import Part, Row, StaffLetter, at_most
from newsletter.staff.tables import StaffRow
from subscribers import Purpose

MOST_TOLD = 10  # letters about one request
TELL_AGAIN = timedelta(hours=1)
_MOST_ROWS = 12


def mail(session: Session, row: GuestRequestRow, now: datetime, *, reminder: bool = False) -> int:
    """Queue the letter to the guest; the notice's id."""
    issue, asker = session.get_one(IssueRow, row.issue_id), session.get_one(StaffRow, row.created_by)
    profile = lists.profile(session, issue.list_id)
    request = Request(
        what=row.block_kind if row.act == Act.NOTE else row.act, asker=asker.name or profile.from_name, name=row.name,
        issue=issue.name, due_on=row.due_on, message=row.message,
        into=row.language if row.act == Act.TRANSLATE else "",
    )  # fmt: skip
    writer = Writer(profile.legal_name or profile.from_name, profile.postal_address, (profile.name,))
    part = rendering.letter(request, row.speaks, profile.default_language, writer, reminder=reminder)
    kind = notices.GUEST_REMINDED if reminder else notices.GUEST_ASKED
    return notices.add(
        session, kind, row.email, part, now, list_id=issue.list_id, issue_id=issue.id, staff_id=row.staff_id,
        link=(Purpose.GUEST, row.id),
    )  # fmt: skip


def withdraw(session: Session, row: GuestRequestRow, now: datetime) -> None:
    """A letter to the guest that has not left yet, does not leave."""
    notices.withdraw(session, (Purpose.GUEST, row.id), "asked no more", now)


def tell_answer(session: Session, row: GuestRequestRow, before: Mapping[str, Any], now: datetime) -> None:
    """Queue the letter to the one who asks: for the first answer and for another verdict at once, for other changes
    at most once an hour; somebody who changes it again and again fills nobody's inbox.
    """
    asker = session.get_one(StaffRow, row.created_by)
    turned = before.get("verdict") != row.answer.get("verdict")
    rests = row.told_at is not None and now - row.told_at < TELL_AGAIN
    if asker.disabled_at is not None or row.told >= MOST_TOLD or (rests and not turned):
        return
    issue = session.get_one(IssueRow, row.issue_id)
    part = staff.render(_answered(row, views.what(session, row), issue, again=bool(before)))
    notices.add(
        session, notices.GUEST_ANSWERED, asker.email, part, now, list_id=issue.list_id, issue_id=issue.id,
        staff_id=asker.id,
    )  # fmt: skip
    row.told, row.told_at = row.told + 1, now


def _answered(row: GuestRequestRow, what: str, issue: IssueRow, *, again: bool) -> StaffLetter:
    verb = "has changed the answer" if again else "has answered"
    return StaffLetter(
        subject=f"{row.name} {verb}: {what}",
        heading=f"{row.name} {verb}",
        lines=(f"You asked for {what}, for {issue.name}. {_MEANS[Act(row.act)]}",),
        parts=(
            Part(
                views.said(row) if row.act != Act.CLEAR else "The answer",
                rows=at_most(list(_said(row)), _MOST_ROWS),
                leading=True,
            ),
            Part("To see all that was asked", commands=(f"newsletter guests list {issue.slug}",)),
        ),
    )


_MEANS = {
    Act.NOTE: "It stands in the issue now; look it over.",
    Act.SUGGEST: "It waits in the tray without a date; nothing is in the issue by itself.",
    Act.CLEAR: "It is no sign-off of the issue.",
    Act.TRANSLATE: "The words stand in the issue now; look them over.",
}


def _said(row: GuestRequestRow) -> Iterator[Row]:
    answer = row.answer
    match Act(row.act):
        case Act.NOTE:
            yield from (Row(part) for part in str(answer.get("text", "")).split("\n\n"))
            yield from (
                Row(str(answer[name]), label=name.capitalize()) for name in ("name", "role") if answer.get(name)
            )
        case Act.SUGGEST:
            for one in answer["suggestions"]:
                yield Row(one["title"] or one["link"], "; ".join(filter(None, (one["when"], one["who"]))))
        case Act.CLEAR:
            yield Row(views.said(row))
        case Act.TRANSLATE:
            yield from (Row(text) for text in answer["lines"].values())
