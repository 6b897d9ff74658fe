"""When somebody's visit before the present one ended; who joined and left since, by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_sessions", sa.Column("left_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index(op.f("ix_subscriptions_list_id_state"), table_name="subscriptions")
    op.create_index(op.f("ix_subscriptions_list_id_state_changed_at"), "subscriptions", _MOVED)


def downgrade() -> None:
    op.drop_index(op.f("ix_subscriptions_list_id_state_changed_at"), table_name="subscriptions")
    op.create_index(op.f("ix_subscriptions_list_id_state"), "subscriptions", ["list_id", "state"])
    op.drop_column("staff_sessions", "left_at")


_MOVED = ["list_id", "state", "changed_at"]
