"""Who is paused and who was erased can be found without looking at everybody."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index("ix_subscribers_erased", "subscribers", ["id"], "address IS NULL")
    _index("ix_subscriptions_paused", "subscriptions", ["list_id", "paused_until"], "paused_until IS NOT NULL")


def downgrade() -> None:
    op.drop_index("ix_subscriptions_paused", "subscriptions")
    op.drop_index("ix_subscribers_erased", "subscribers")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
