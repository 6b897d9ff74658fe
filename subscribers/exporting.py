"""Everybody of a list as plain rows, in the order in which they came; what comes out can be imported again."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from sqlalchemy import select
from sqlalchemy.orm import Session

from subscribers.entries import FORMULA
from subscribers.tables import ConsentEventRow, SubscriberRow, SubscriptionRow, WordingRow

COLUMNS = ("email", "name", "language", "state", "since", "source", "proof", "opted in at", "consent")
_BATCH = 2000
_CONSENTS = ("confirmation", "import")  # the events that a subscription rests on


def people(open_reading: Callable[[], AbstractContextManager[Session]], list_id: int) -> Iterator[dict[str, str]]:
    """Each person of the list who is not erased, with the consent that counts. Each batch is a transaction of its own,
    so that a long export holds nobody up.
    """
    after = 0
    while True:
        with open_reading() as session:
            rows = session.execute(
                select(
                    SubscriptionRow.id, SubscriberRow.id.label("person"), SubscriberRow.address, SubscriberRow.name,
                    SubscriberRow.language, SubscriptionRow.state, SubscriptionRow.since, SubscriptionRow.source,
                    SubscriptionRow.proof,
                )
                .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
                .where(SubscriptionRow.list_id == list_id, SubscriptionRow.id > after)
                .order_by(SubscriptionRow.id)
                .limit(_BATCH)
            ).all()  # fmt: skip
            consents = _consents(session, list_id, [row.person for row in rows])
        if not rows:
            return
        after = rows[-1].id
        for row in rows:
            if row.address is not None:
                at, words = consents.get(row.person, ("", "")) if row.proof == "shown" else ("", "")
                yield dict(zip(COLUMNS, (
                    row.address, row.name, row.language, row.state, row.since.isoformat() if row.since else "",
                    row.source, row.proof, at, words), strict=True))  # fmt: skip


def _consents(session: Session, list_id: int, person_ids: list[int]) -> dict[int, tuple[str, str]]:
    """When each of them last agreed, and on which words."""
    rows = session.execute(
        select(ConsentEventRow.subscriber_id, ConsentEventRow.at, WordingRow.text)
        .outerjoin(WordingRow, WordingRow.id == ConsentEventRow.wording_id)
        .where(
            ConsentEventRow.subscriber_id.in_(person_ids), ConsentEventRow.list_id == list_id,
            ConsentEventRow.kind.in_(_CONSENTS),
        )
        .order_by(ConsentEventRow.id)
    )  # fmt: skip
    return {row.subscriber_id: (row.at.isoformat(timespec="seconds"), row.text or "") for row in rows}


def defused(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell
