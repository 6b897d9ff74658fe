"""A page of readers by how they stand with a list, however many there are."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INDEX = "ix_subscriptions_list_id_state_subscriber_id"


def upgrade() -> None:
    op.create_index(_INDEX, "subscriptions", ["list_id", "state", "subscriber_id"])


def downgrade() -> None:
    op.drop_index(_INDEX, "subscriptions")
