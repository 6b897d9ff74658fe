"""Dated notes above web versions; when jobs last ran, what was seen of the network; indexes for counting readers."""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _index("ix_subscribers_erased", "subscribers", ["id"], "address IS NULL")
    _index("ix_subscriptions_paused", "subscriptions", ["list_id", "paused_until"], "paused_until IS NOT NULL")
    op.create_table(
        "web_notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("removed_at", MOMENT, nullable=True),
        sa.Column("changed_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_web_notes_issue_id_issues")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_web_notes_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_notes")),
    )
    op.create_index(op.f("ix_web_notes_issue_id"), "web_notes", ["issue_id"])
    op.create_table(
        "web_previews",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_web_previews_issue_id_issues")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_web_previews_made_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_previews")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_web_previews_issue_id"), "web_previews", ["issue_id"])
    op.create_table(
        "job_runs",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("ran_at", MOMENT, nullable=True),
        sa.Column("failed_at", MOMENT, nullable=True),
        sa.Column("trouble", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_runs")),
    )
    op.create_table(
        "health_seen",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("good", sa.Boolean(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("until", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_health_seen")),
    )


def downgrade() -> None:
    op.drop_table("health_seen")
    op.drop_table("job_runs")
    op.drop_table("web_previews")
    op.drop_table("web_notes")
    op.drop_index("ix_subscriptions_paused", "subscriptions")
    op.drop_index("ix_subscribers_erased", "subscribers")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
