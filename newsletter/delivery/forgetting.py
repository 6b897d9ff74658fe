"""Forgetting an erased person in the ledger: no mail waits for him, and no server's answer quotes his address."""

import re
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Update, func, or_, select, update
from sqlalchemy.orm import Session

from newsletter.delivery.notices import TEST_COPY
from newsletter.delivery.tables import AttemptRow, DeliveryRow, NoticeRow

_COMES_YET = ("waiting", "deferred", "claimed")
_IN_PLACE = "(erased)"


def forget(session: Session, subscriber_id: int, addresses: Collection[str], now: datetime) -> None:
    """Take these addresses of an erased person out of notices and of what mail servers said. His deliveries stay, for
    the sums: they name him by number only.
    """
    typed = func.lower(NoticeRow.address).in_([address.lower() for address in addresses])
    own = NoticeRow.subscriber_id == subscriber_id
    _run(session, update(NoticeRow)
        .where(or_(own, typed & (NoticeRow.kind == TEST_COPY)), NoticeRow.state.in_(_COMES_YET))
        .values(state="excluded", text="erased", worker_id=None, due_at=None, changed_at=now))  # fmt: skip
    # A letter to somebody who works here and reads too goes out first.
    _run(session, update(NoticeRow).where(or_(own, typed), NoticeRow.state.not_in(_COMES_YET)).values(address=None))
    _redact(session, subscriber_id, addresses)


def _redact(session: Session, subscriber_id: int, addresses: Collection[str]) -> None:
    if not addresses:
        return
    quoted = re.compile("|".join(re.escape(one) for one in sorted(addresses, key=len, reverse=True)), re.IGNORECASE)
    deliveries = select(DeliveryRow.id).where(DeliveryRow.subscriber_id == subscriber_id)
    notices = select(NoticeRow.id).where(NoticeRow.subscriber_id == subscriber_id)
    attempts = or_(AttemptRow.delivery_id.in_(deliveries), AttemptRow.notice_id.in_(notices))
    for row in session.scalars(select(AttemptRow).where(attempts)):
        row.text = quoted.sub(_IN_PLACE, row.text)
    for table, ids in ((DeliveryRow, deliveries), (NoticeRow, notices)):
        said = session.execute(select(table.id, table.text).where(table.id.in_(ids), table.text.is_not(None))).all()
        for id_, words in said:
            clean = quoted.sub(_IN_PLACE, words)
            if clean != words:
                _run(session, update(table).where(table.id == id_).values(text=clean))
    session.flush()


def _run(session: Session, statement: Update) -> None:
    session.execute(statement, execution_options={"synchronize_session": False})
