"""Key readers, by list; who came and who left between two moments, by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "key_readers",
        sa.Column("list_id", _ID, nullable=False),
        sa.Column("subscriber_id", _ID, nullable=False),
        sa.Column("added_by", _ID, nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_key_readers_list_id_lists")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_key_readers_subscriber_id_subscribers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name=op.f("fk_key_readers_added_by_staff")),
        sa.PrimaryKeyConstraint("list_id", "subscriber_id", name=op.f("pk_key_readers")),
    )  # fmt: skip
    op.create_index(op.f("ix_key_readers_subscriber_id"), "key_readers", ["subscriber_id"])
    op.create_index(op.f("ix_consent_events_list_id_recorded_at"), "consent_events", ["list_id", "recorded_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_consent_events_list_id_recorded_at"), table_name="consent_events")
    op.drop_index(op.f("ix_key_readers_subscriber_id"), table_name="key_readers")
    op.drop_table("key_readers")
