"""What passkeys are to sign, browsers that are known, where a link leads on; an activity log that only grows."""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff_links", sa.Column("onward", sa.String(length=500), nullable=True))
    op.add_column("staff_sessions", sa.Column("browser_sha256", sa.String(length=64), nullable=True))
    op.create_table(
        "staff_challenges",
        sa.Column("id", ID, nullable=False),
        sa.Column("challenge_sha256", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_challenges_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_challenges")),
        sa.UniqueConstraint("challenge_sha256", name=op.f("uq_staff_challenges_challenge_sha256")),
    )
    op.create_index(op.f("ix_staff_challenges_expires_at"), "staff_challenges", ["expires_at"])
    op.create_index(op.f("ix_activity_staff_id_id"), "activity", ["staff_id", "id"])
    _append_only()


def _append_only() -> None:
    """Who did what stays as it was written."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER activity_no_{act.lower()} BEFORE {act} ON activity "
                "BEGIN SELECT RAISE(ABORT, 'activity is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION activity_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'activity is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER activity_append_only BEFORE UPDATE OR DELETE ON activity "
        "FOR EACH ROW EXECUTE FUNCTION activity_append_only()"
    )
    op.execute(
        "CREATE TRIGGER activity_not_emptied BEFORE TRUNCATE ON activity "
        "FOR EACH STATEMENT EXECUTE FUNCTION activity_append_only()"
    )


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(f"DROP TRIGGER activity_no_{act}")
    else:
        for trigger in ("activity_append_only", "activity_not_emptied"):
            op.execute(f"DROP TRIGGER {trigger} ON activity")
        op.execute("DROP FUNCTION activity_append_only()")
    op.drop_index(op.f("ix_activity_staff_id_id"), "activity")
    op.drop_table("staff_challenges")
    op.drop_column("staff_sessions", "browser_sha256")
    op.drop_column("staff_links", "onward")
