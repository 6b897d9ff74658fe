"""People who never log in: what each was asked for, and what they answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "guest_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("publication_id", ID, nullable=True),
        sa.Column("block_id", ID, nullable=True),
        sa.Column("block_kind", sa.String(length=16), nullable=False),
        sa.Column("section", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("speaks", sa.String(length=16), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("created_by", ID, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("saved", JSON, nullable=False),
        sa.Column("saved_at", MOMENT, nullable=True),
        sa.Column("answer", JSON, nullable=False),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.Column("said_by", ID, nullable=True),
        sa.Column("mailed_at", MOMENT, nullable=False),
        sa.Column("told", sa.Integer(), nullable=False),
        sa.Column("told_at", MOMENT, nullable=True),
        sa.Column("reminded_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.Column("went_without", sa.Boolean(), nullable=False),
        sa.Column("posts", sa.Integer(), nullable=False),
        sa.Column("posts_from", MOMENT, nullable=True),
        sa.CheckConstraint("act IN ('note', 'suggest', 'clear', 'translate')", name=op.f("ck_guest_requests_act")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_guest_requests_issue_id_issues")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_guest_requests_publication_id_publications")
        ),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_guest_requests_staff_id_staff")),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_guest_requests_created_by_staff")),
        sa.ForeignKeyConstraint(["said_by"], ["staff.id"], name=op.f("fk_guest_requests_said_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guest_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_guest_requests_issue_id"), "guest_requests", ["issue_id"])


def downgrade() -> None:
    op.drop_index(op.f("ix_guest_requests_issue_id"), "guest_requests")
    op.drop_table("guest_requests")
