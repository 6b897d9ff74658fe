"""Sign-off by people who never sign in: whom a request asks, what was said, deputies, browsers and codes."""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("notices", sa.Column("reply_to", sa.String(length=254), server_default="", nullable=False))
    op.create_table(
        "review_asks",
        sa.Column("id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("deputy_for", ID, nullable=True),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_review_asks_review_id_reviews")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_review_asks_staff_id_staff")),
        sa.ForeignKeyConstraint(["deputy_for"], ["staff.id"], name=op.f("fk_review_asks_deputy_for_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_asks")),
        sa.UniqueConstraint("review_id", "staff_id", name=op.f("uq_review_asks_review_id_staff_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "remarks",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=True),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_remarks_issue_id_issues")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_remarks_review_id_reviews")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_remarks_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
    )
    op.create_index(op.f("ix_remarks_issue_id"), "remarks", ["issue_id"])
    op.create_table(
        "known_browsers",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("mark_sha256", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.String(length=200), nullable=False),
        sa.Column("known_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_known_browsers_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_known_browsers")),
        sa.UniqueConstraint("staff_id", "mark_sha256", name=op.f("uq_known_browsers_staff_id_mark_sha256")),
    )
    op.create_table(
        "staff_codes",
        sa.Column("id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_codes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_codes")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "deputies",
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("deputy_id", ID, nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("named_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_deputies_staff_id_staff")),
        sa.ForeignKeyConstraint(["deputy_id"], ["staff.id"], name=op.f("fk_deputies_deputy_id_staff")),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_deputies")),
    )


def downgrade() -> None:
    for table in ("deputies", "staff_codes", "known_browsers"):
        op.drop_table(table)
    op.drop_index(op.f("ix_remarks_issue_id"), "remarks")
    op.drop_table("remarks")
    op.drop_table("review_asks")
    op.drop_column("notices", "reply_to")
