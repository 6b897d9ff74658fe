"""Readers: sign-ups, confirmations, renewals of consent; keys for programs; the picture of an issue."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _columns()
    _sign_ups()
    _confirmations()
    _keys()


def _columns() -> None:
    with op.batch_alter_table("subscriptions", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("proof", sa.String(length=8), server_default="shown", nullable=False))
        batch_op.add_column(sa.Column("left_because", sa.String(length=16), server_default="", nullable=False))
        batch_op.create_check_constraint(op.f("ck_subscriptions_proof"), "proof IN ('shown', 'unknown')")
    op.add_column("import_batches", sa.Column("mapping", JSON, server_default="{}", nullable=False))
    op.add_column("list_profiles", sa.Column("welcome", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("issues", sa.Column("picture", sa.String(length=64), nullable=True))


def _sign_ups() -> None:
    op.create_table(
        "sign_ups",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("domain", sa.String(length=253), nullable=False),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("list_ids", JSON, nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("wording_id", ID, nullable=True),
        sa.Column("checked", sa.Boolean(), nullable=False),
        sa.Column("handled_at", MOMENT, nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'mailed', 'limited', 'silent')", name=op.f("ck_sign_ups_state")),
        sa.ForeignKeyConstraint(["wording_id"], ["wordings.id"], name=op.f("fk_sign_ups_wording_id_wordings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_ups")),
    )
    for first in ("address_hash", "network", "domain"):
        op.create_index(op.f(f"ix_sign_ups_{first}_at"), "sign_ups", [first, "at"])
    op.create_index(op.f("ix_sign_ups_at"), "sign_ups", ["at"])
    waiting = sa.text("state = 'waiting'")
    op.create_index("ix_sign_ups_waiting", "sign_ups", ["id"], sqlite_where=waiting, postgresql_where=waiting)


def _confirmations() -> None:
    op.create_table(
        "renewals",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(length=254), nullable=False),
        sa.Column("stopped_because", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_renewals_list_id_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_renewals")),
    )
    op.create_index(op.f("ix_renewals_list_id"), "renewals", ["list_id"])
    op.create_table(
        "confirmations",
        sa.Column("id", ID, nullable=False),
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("list_ids", JSON, nullable=False),
        sa.Column("new_address", sa.String(length=254), nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("wording_id", ID, nullable=True),
        sa.Column("network", sa.String(length=64), nullable=True),
        sa.Column("batch_id", ID, nullable=True),
        sa.Column("renewal_id", ID, nullable=True),
        sa.Column("token_sha256", sa.String(length=64), nullable=True),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("expires_at", MOMENT, nullable=True),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("voided_at", MOMENT, nullable=True),
        sa.Column("declined_at", MOMENT, nullable=True),
        sa.CheckConstraint(
            "purpose IN ('subscribe', 'invite', 'address', 'renew')", name=op.f("ck_confirmations_purpose")
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_confirmations_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["renewal_id"], ["renewals.id"], name=op.f("fk_confirmations_renewal_id_renewals")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_confirmations_subscriber_id_subscribers")
        ),
        sa.ForeignKeyConstraint(["wording_id"], ["wordings.id"], name=op.f("fk_confirmations_wording_id_wordings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_confirmations")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_confirmations_token_sha256")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_confirmations_subscriber_id"), "confirmations", ["subscriber_id"])
    asking = sa.text("purpose = 'subscribe'")
    op.create_index(
        "ix_confirmations_subscribing", "confirmations", ["sent_at"], sqlite_where=asking, postgresql_where=asking
    )
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("confirmation_id", ID, nullable=True))
        batch_op.create_foreign_key(
            op.f("fk_notices_confirmation_id_confirmations"), "confirmations", ["confirmation_id"], ["id"]
        )
    op.create_index(op.f("ix_notices_confirmation_id"), "notices", ["confirmation_id"])


def _keys() -> None:
    op.create_table(
        "api_keys",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("key_sha256", sa.String(length=64), nullable=False),
        sa.Column("scopes", JSON, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("last_used_at", MOMENT, nullable=True),
        sa.Column("revoked_at", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["staff.id"], name=op.f("fk_api_keys_created_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("key_sha256", name=op.f("uq_api_keys_key_sha256")),
    )
    op.create_table(
        "idempotent_requests",
        sa.Column("id", ID, nullable=False),
        sa.Column("api_key_id", ID, nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("request_sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_keys.id"], name=op.f("fk_idempotent_requests_api_key_id_api_keys")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotent_requests")),
        sa.UniqueConstraint("api_key_id", "key", name=op.f("uq_idempotent_requests_api_key_id_key")),
    )
    op.create_index(op.f("ix_idempotent_requests_created_at"), "idempotent_requests", ["created_at"])


def downgrade() -> None:
    op.drop_table("idempotent_requests")
    op.drop_table("api_keys")
    op.drop_index(op.f("ix_notices_confirmation_id"), "notices")
    with op.batch_alter_table("notices", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("fk_notices_confirmation_id_confirmations"), type_="foreignkey")
        batch_op.drop_column("confirmation_id")
    op.drop_table("confirmations")
    op.drop_table("renewals")
    op.drop_table("sign_ups")
    op.drop_column("issues", "picture")
    op.drop_column("list_profiles", "welcome")
    op.drop_column("import_batches", "mapping")
    with op.batch_alter_table("subscriptions", table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_constraint(op.f("ck_subscriptions_proof"), type_="check")
        batch_op.drop_column("left_because")
        batch_op.drop_column("proof")
