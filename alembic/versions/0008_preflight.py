"""What the network answered when an issue was looked at, and how far a look has come."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "looked_links",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("led_to", sa.Text(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_looked_links")),
    )
    op.create_table(
        "looked_names",
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("looked_at", MOMENT, nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("records", JSON, nullable=False),
        sa.CheckConstraint("outcome IN ('found', 'none', 'failed')", name=op.f("ck_looked_names_outcome")),
        sa.PrimaryKeyConstraint("name", "kind", name=op.f("pk_looked_names")),
    )
    op.create_table(
        "looks",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("moved_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_looks_issue_id_issues")),
        sa.PrimaryKeyConstraint("issue_id", name=op.f("pk_looks")),
    )


def downgrade() -> None:
    for table in ("looks", "looked_names", "looked_links"):
        op.drop_table(table)
