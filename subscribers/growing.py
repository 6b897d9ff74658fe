"""How a list grew: who came onto it and who left it, month by month, told by the consent events."""

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from subscribers.leaving import BACK_CONFIRMED
from subscribers.tables import ConsentEventRow

_TURNS = ("confirmation", "import", "withdrawal")
Months = dict[str, tuple[int, int]]  # "2024-06": joined, left


def last_event(session: Session) -> int:
    """The id of the newest event of all."""
    return session.scalar(select(func.max(ConsentEventRow.id))) or 0


def settled(session: Session, list_id: int, up_to: int) -> Months:
    """All events of the list up to that one, in one pass over the table."""
    event = ConsentEventRow
    before = func.lag(event.kind).over(partition_by=event.subscriber_id, order_by=event.id).label("before")
    turns = select(_month(session, event.at), event.kind, before).where(
        event.list_id == list_id, event.id <= up_to, _is_turn(event)
    )
    return _sums(session, turns.subquery())


def since(session: Session, list_id: int, after: int, up_to: int) -> Months:
    """The events of the list after the one and up to the other, each held against what was before it: for some
    thousands.
    """
    event, earlier = ConsentEventRow, aliased(ConsentEventRow)
    before = (
        select(earlier.kind)
        .where(
            earlier.subscriber_id == event.subscriber_id, earlier.list_id == event.list_id, earlier.id < event.id,
            _is_turn(earlier),
        )
        .order_by(earlier.id.desc())
        .limit(1)
        .correlate(event)
        .scalar_subquery()
        .label("before")
    )  # fmt: skip
    turns = select(_month(session, event.at), event.kind, before).where(
        event.id > after, event.id <= up_to, event.list_id == list_id, _is_turn(event)
    )
    return _sums(session, turns.subquery())


def _is_turn(event: type[ConsentEventRow]) -> ColumnElement[bool]:
    return or_(event.kind.in_(_TURNS), and_(event.kind == "change", event.detail == BACK_CONFIRMED))


def _month(session: Session, at: InstrumentedAttribute[object]) -> ColumnElement[str]:
    if session.get_bind().dialect.name == "sqlite":
        return func.substr(at, 1, 7).label("month")
    return func.to_char(at, "YYYY-MM").label("month")


def _sums(session: Session, turns: Subquery) -> Months:
    """Who was not on the list before has joined it; who was has left it. Whoever confirms twice joins once."""
    was_on = turns.c.before.is_not(None) & (turns.c.before != "withdrawal")
    leaves = turns.c.kind == "withdrawal"
    rows = session.execute(
        select(
            turns.c.month,
            func.sum(case((~leaves & ~was_on, 1), else_=0)),
            func.sum(case((leaves & was_on, 1), else_=0)),
        ).group_by(turns.c.month)
    )
    return {month: (joined, left) for month, joined, left in rows}
