"""Who came onto a list and who left it between two moments, and why, as the consent events tell it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session, aliased

from subscribers.leaving import BACK_CONFIRMED
from subscribers.tables import ConsentEventRow, SubscriptionRow

_TURNS, _OFF = ("confirmation", "import", "withdrawal"), "withdrawal"


@dataclass(frozen=True, slots=True)
class Turnover:
    """How many are new, and how many left, by the reason that they gave ("" for none)."""

    joined: int
    left: Mapping[str, int]

    @property
    def all_left(self) -> int:
        return sum(self.left.values())


def turnover(session: Session, list_id: int, after: datetime, until: datetime) -> Turnover:
    """After the one moment, up to the other. Whoever came and left again in between, or left and came back, did both
    or neither: only how somebody stood before and after counts.
    """
    event, earlier = ConsentEventRow, aliased(ConsentEventRow)
    before = (
        select(earlier.kind)
        .where(
            earlier.subscriber_id == event.subscriber_id, earlier.list_id == list_id, earlier.id < event.id,
            _is_turn(earlier),
        )
        .order_by(earlier.id.desc())
        .limit(1)
        .correlate(event)
        .scalar_subquery()
    )  # fmt: skip
    rows = session.execute(
        select(event.subscriber_id, event.kind, before.label("before"), SubscriptionRow.left_because)
        .outerjoin(
            SubscriptionRow,
            (SubscriptionRow.subscriber_id == event.subscriber_id) & (SubscriptionRow.list_id == list_id),
        )
        .where(
            event.list_id == list_id, event.recorded_at > after, event.recorded_at <= until, _is_turn(event)
        )
        .order_by(event.id)
    )  # fmt: skip
    first: dict[int, bool] = {}
    last: dict[int, tuple[bool, str]] = {}
    for person, kind, stood, why in rows:
        first.setdefault(person, stood is not None and stood != _OFF)
        last[person] = (kind != _OFF, why or "")
    return Turnover(
        sum(is_on and not first[person] for person, (is_on, _) in last.items()),
        Counter(why for person, (is_on, why) in last.items() if first[person] and not is_on),
    )


def _is_turn(event: type[ConsentEventRow]) -> ColumnElement[bool]:
    """Put back as confirmed is a turn, as in `growing`."""
    return or_(event.kind.in_(_TURNS), and_(event.kind == "change", event.detail == BACK_CONFIRMED))
