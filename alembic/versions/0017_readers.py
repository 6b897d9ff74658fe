"""Files of readers that people bring in the console; a page of readers by how they stand, however many there are."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)
INDEX = "ix_subscriptions_list_id_state_subscriber_id"


def upgrade() -> None:
    op.create_index(INDEX, "subscriptions", ["list_id", "state", "subscriber_id"])
    op.create_table(
        "brought_readers",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("brought_as", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("look", JSON, nullable=False),
        sa.Column("decided", JSON, nullable=False),
        sa.Column("taken", JSON, nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("alive_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "state IN ('looking', 'looked', 'taking', 'done', 'failed', 'dropped')",
            name=op.f("ck_brought_readers_state"),
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_brought_readers_list_id_lists")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_brought_readers_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brought_readers")),
    )


def downgrade() -> None:
    op.drop_table("brought_readers")
    op.drop_index(INDEX, "subscriptions")
