"""What is said about an issue without deciding: about the whole, or one item of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from newsletter.approval import deciding
from newsletter.approval.tables import RemarkRow
from newsletter.errors import BadInput
from newsletter.staff.tables import StaffRow

LONGEST = 2000
MOST_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Remark:
    """`place`: the anchor of an item, "" for the whole."""

    by: str
    at: datetime
    place: str
    text: str


def text_of(text: str) -> str:
    """As it is kept; BadInput where nothing is said, or too much."""
    said = text.replace("\r\n", "\n").strip()
    if not said:
        raise BadInput("Nothing was written. Say in a sentence what you want to say.")
    if len(said) > LONGEST:
        raise BadInput(f"That is {len(said):,} characters; a remark has at most {LONGEST:,}.")
    return said


def add(session: Session, issue_id: int, staff_id: int, place: str, text: str, now: datetime) -> None:
    """Write it down."""
    review = deciding.current_review(session, issue_id)
    session.add(
        RemarkRow(
            issue_id=issue_id, review_id=review.id if review else None, staff_id=staff_id, at=now, place=place,
            text=text_of(text),
        )
    )  # fmt: skip
    session.flush()


def of_issue(session: Session, issue_id: int) -> tuple[Remark, ...]:
    """The last ones, the oldest of them first."""
    rows = session.execute(
        select(RemarkRow, StaffRow)
        .outerjoin(StaffRow, StaffRow.id == RemarkRow.staff_id)
        .where(RemarkRow.issue_id == issue_id)
        .order_by(RemarkRow.id.desc())
        .limit(MOST_SHOWN)
    )
    found = [Remark((who.name or who.email) if who else "Somebody", row.at, row.place, row.text) for row, who in rows]
    return tuple(reversed(found))


def places(facts: Mapping[str, Any]) -> dict[str, str]:
    """The items that something can be said of, by their anchors: their titles."""
    draft = facts.get("draft", {})
    return {
        item["anchor"]: _title(item["wordings"], draft.get("profile", {}).get("default_language", "en"))
        for section in draft.get("sections", ())
        for item in section["items"]
    }


def _title(wordings: Mapping[str, Any], language: str) -> str:
    words: Mapping[str, Any] = wordings.get(language) or next(iter(wordings.values()), {})
    return str(words.get("title", ""))
