"""Who may be mailed on a list now, and if not, why: the one question that sending asks of this package."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import BindParameter, Select, case, func, literal, or_, select

from subscribers.tables import ListRow, SubscriberRow, SubscriptionRow, SuppressionRow

REASONS = (
    "archived",
    "erased",
    "unsubscribed",
    "pending",
    "hard_bounce",
    "soft_bounce",
    "complaint",
    "blocked",
    "staff",
    "paused",
)


def mailability(
    list_id: int | BindParameter[int], now: datetime | BindParameter[datetime]
) -> Select[tuple[int, str | None, str | None, str, str, int, date | None, str]]:
    """One row per subscription of the list: `subscriber_id, reason, address, name, language, subscription_id,
    since, source`. `reason` is NULL for those who may be mailed at `now`, else one of REASONS.

    Used as a subquery by freeze and claim; both restrict it by `subscriber_id`, so nothing here may aggregate.
    With parameters it can be built once and asked often.
    """
    suppression = (
        select(func.min(SuppressionRow.reason))
        .where(
            SuppressionRow.address_hash == SubscriberRow.address_hash,
            SuppressionRow.lifted_at.is_(None),
            or_(SuppressionRow.list_id.is_(None), SuppressionRow.list_id == list_id),
        )
        .correlate(SubscriberRow)
        .scalar_subquery()
    )
    reason = case(
        (ListRow.archived_at.is_not(None), literal("archived")),
        (SubscriberRow.address.is_(None), literal("erased")),
        (
            SubscriptionRow.state != "confirmed",
            case((SubscriptionRow.state == "pending", "pending"), else_="unsubscribed"),
        ),
        (SubscriptionRow.paused_until > now, func.coalesce(suppression, literal("paused"))),
        else_=suppression,
    )
    return (
        select(
            SubscriberRow.id.label("subscriber_id"),
            reason.label("reason"),
            SubscriberRow.address,
            SubscriberRow.name,
            SubscriberRow.language,
            SubscriptionRow.id.label("subscription_id"),
            SubscriptionRow.since,
            SubscriptionRow.source,
        )
        .select_from(SubscriptionRow)
        .join(SubscriberRow, SubscriberRow.id == SubscriptionRow.subscriber_id)
        .join(ListRow, ListRow.id == SubscriptionRow.list_id)
        .where(SubscriptionRow.list_id == list_id)
    )


def ids_of(address_hashes: Sequence[str]) -> Select[tuple[int]]:
    """The subscribers of these keyed address hashes, as a subquery."""
    return select(SubscriberRow.id).where(SubscriberRow.address_hash.in_(address_hashes))
