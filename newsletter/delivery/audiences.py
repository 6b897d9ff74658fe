"""Audiences: who, of a list, a mailing is for. A rule stored with the mailing, worked out while its readers are fixed.

- `everyone`: all who may be mailed.
- `rest`: of the readers of this issue's earlier mailings, those who have nothing: a stop dropped them, and nothing else
  was ever tried. Whoever has a copy, may have one, or was refused is not among them, nor is anybody who is new.
- `got`: those who have a copy of what is corrected; with `with_uncertain` also those of whom nobody knows.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

import subscribers
from newsletter.delivery.tables import DeliveryRow, MailingRow
from newsletter.errors import IllegalMove
from newsletter.issues.model import IssueKind
from newsletter.issues.tables import IssueRow
from newsletter.issues.views import IssueSummary

EVERYONE, REST, GOT = "everyone", "rest", "got"
WHOM = {
    EVERYONE: "everyone confirmed by then",
    REST: "those who have nothing yet",
    GOT: "those who have the issue that it corrects",
}

People = Select[tuple[int, str | None, str | None, str, str, int, date | None, str]]


def people(mailing: MailingRow, now: datetime) -> People:
    """`subscribers.mailability`, restricted to the mailing's audience."""
    return _people(mailing.list_id, mailing.audience, now)


def _people(list_id: int, audience: dict[str, Any], now: datetime) -> People:
    everyone = subscribers.mailability(list_id, now)
    condition = _condition(audience, everyone.selected_columns.subscriber_id)
    return everyone if condition is None else everyone.where(condition)


def tally(session: Session, list_id: int, audience: dict[str, Any], at: datetime) -> dict[str | None, int]:
    """How many of an audience may be mailed at a moment (None), and how many not for which reason."""
    if audience.get("kind", EVERYONE) == EVERYONE:
        return subscribers.tally(session, list_id, at)
    theirs = _people(list_id, audience, at).subquery()
    rows = session.execute(select(theirs.c.reason, func.count()).group_by(theirs.c.reason))
    return dict(rows.tuples().all())


def readers(session: Session, issue_id: int, list_id: int, at: datetime) -> int:
    """How many get the issue's next mailing."""
    return tally(session, list_id, following(session, issue_id), at).get(None, 0)


def among(session: Session, issue_id: int, list_id: int, address_hashes: Sequence[str], at: datetime) -> int:
    """How many of these addresses get the issue's next mailing."""
    theirs = _people(list_id, following(session, issue_id), at).subquery()
    may = theirs.c.reason.is_(None) & theirs.c.subscriber_id.in_(subscribers.ids_of(sorted(address_hashes)))
    return session.scalar(select(func.count()).select_from(theirs).where(may)) or 0


def following(session: Session, issue_id: int) -> dict[str, Any]:
    """The audience of the issue's next mailing: the rest, once readers were fixed; else as the issue's kind says."""
    before = fixed(session, issue_id)
    if before:
        return {"kind": REST, "of": before}
    return own(session, issue_id)


def own(session: Session, issue_id: int) -> dict[str, Any]:
    """Whom an issue is for when it goes out for the first time."""
    issue = session.get_one(IssueRow, issue_id)
    if issue.kind != IssueKind.CORRECTION or issue.corrects_issue_id is None:
        return {"kind": EVERYONE}
    of = fixed(session, issue.corrects_issue_id)
    return {"kind": GOT, "of": of, "with_uncertain": issue.corrects_uncertain}


def require_settled(session: Session, issue_id: int) -> None:
    """Refuse a correction while what it corrects is still going out: who gets that next would never get this."""
    issue = session.get_one(IssueRow, issue_id)
    if issue.corrects_issue_id is None:
        return
    going = select(MailingRow.id).where(
        MailingRow.issue_id == issue.corrects_issue_id, MailingRow.kind == "live", MailingRow.finished_at.is_(None)
    )
    if session.scalar(going) is not None:
        first = session.get_one(IssueRow, issue.corrects_issue_id)
        raise IllegalMove(
            f"{first.name} is still going out; who gets it after this would not get the correction. Stop it, or let it "
            f"end: newsletter issue stop {first.slug}"
        )


def require_reached(session: Session, issue: IssueSummary, *, with_uncertain: bool) -> None:
    """Refuse to correct what nobody has."""
    states = ("accepted", "uncertain") if with_uncertain else ("accepted",)
    got = select(DeliveryRow.id).where(
        DeliveryRow.mailing_id.in_(fixed(session, issue.id)), DeliveryRow.state.in_(states)
    )
    if session.scalar(got.limit(1)) is None:
        raise IllegalMove(f"Nobody has {issue.name}; there is nothing to correct. Change it before it goes out.")


def fixed(session: Session, issue_id: int) -> list[int]:
    """The live mailings of an issue whose list of readers was fixed to its end, the oldest first.

    One that was stopped before that has handed over nothing, and its half list means nothing.
    """
    query = select(MailingRow.id).where(
        MailingRow.issue_id == issue_id, MailingRow.kind == "live", MailingRow.frozen_at.is_not(None)
    )
    return list(session.scalars(query.order_by(MailingRow.id)))


def _condition(audience: dict[str, Any], who: ColumnElement[int]) -> ColumnElement[bool] | None:
    # Correlated, so that a chunk of readers looks up its own rows by the index (mailing, subscriber).
    match audience.get("kind", EVERYONE):
        case "rest":
            theirs = _deliveries(audience["of"], who)
            stopped = (DeliveryRow.state == "excluded") & (DeliveryRow.excluded == "stopped")
            return theirs.where(stopped).exists() & ~theirs.where(~stopped).exists()
        case "got":
            states = ("accepted", "uncertain") if audience.get("with_uncertain") else ("accepted",)
            return _deliveries(audience["of"], who).where(DeliveryRow.state.in_(states)).exists()
        case "everyone":
            return None
        case unknown:
            raise ValueError(f"There is no audience {unknown!r}.")


def _deliveries(of: Sequence[int], who: ColumnElement[int]) -> Select[tuple[int]]:
    return select(DeliveryRow.id).where(DeliveryRow.mailing_id.in_(of), DeliveryRow.subscriber_id == who)
