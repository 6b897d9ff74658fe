"""Handing over: pace and pause by transport, calm sending, copies sent again."""

import sqlalchemy as sa
from alembic import op

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "transports",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("rate", sa.Float(), nullable=True),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("handed_today", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=False),
        sa.Column("seen_rate", sa.Float(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_transports")),
    )
    op.add_column("mailings", sa.Column("transport", sa.String(length=80), server_default="default", nullable=False))
    op.add_column("mailings", sa.Column("first_up_to", ID, nullable=True))
    op.add_column("mailings", sa.Column("readers_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mailings", sa.Column("spread_seconds", sa.Integer(), server_default="0", nullable=False))
    op.add_column("mailings", sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("mailings", sa.Column("watched_from", sa.DateTime(timezone=True), nullable=True))
    op.add_column("list_profiles", sa.Column("calm_wait", sa.Integer(), server_default="15", nullable=False))
    op.add_column("list_profiles", sa.Column("calm_spread", sa.Integer(), server_default="30", nullable=False))
    op.add_column("issues", sa.Column("corrects_uncertain", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("mailing_id", ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_notices_mailing_id_mailings"), "mailings", ["mailing_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("fk_notices_mailing_id_mailings"), type_="foreignkey")
        batch_op.drop_column("mailing_id")
    for table, columns in (
        ("issues", ("corrects_uncertain",)),
        ("list_profiles", ("calm_spread", "calm_wait")),
        ("mailings", ("watched_from", "next_at", "spread_seconds", "readers_from", "first_up_to", "transport")),
    ):
        for column in columns:
            op.drop_column(table, column)
    op.drop_table("transports")
