"""Sources, what they tell and change; a list's rhythm; due work that is done once; the instance's generation."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("instance", sa.Column("generation", sa.Integer(), server_default="0", nullable=False))
    _publications()
    _sources()
    _rhythm()
    _calendar()


def _publications() -> None:
    op.add_column("publications", sa.Column("url_key", sa.String(length=64), server_default="", nullable=False))
    op.add_column("publications", sa.Column("title_key", sa.String(length=64), server_default="", nullable=False))
    op.add_column("publications", sa.Column("flags", JSON, server_default="[]", nullable=False))
    op.create_index(op.f("ix_publications_url_key"), "publications", ["url_key"])
    op.create_index(op.f("ix_publications_title_key"), "publications", ["title_key"])


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("options", JSON, nullable=False),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("memory", JSON, nullable=False),
        sa.Column("last", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("paused_at", MOMENT, nullable=True),
        sa.Column("next_at", MOMENT, nullable=True),
        sa.Column("collected_at", MOMENT, nullable=True),
        sa.Column("failing_since", MOMENT, nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('feed', 'json_feed', 'wordpress', 'file', 'page')", name=op.f("ck_sources_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
        sa.UniqueConstraint("slug", name=op.f("uq_sources_slug")),
    )
    op.create_table(
        "sightings",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_id", ID, nullable=False),
        sa.Column("external_id", sa.String(length=500), nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("last_seen_at", MOMENT, nullable=False),
        sa.Column("missing_since", MOMENT, nullable=True),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_sightings_source_id_sources")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_sightings_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sightings")),
        sa.UniqueConstraint("source_id", "external_id", name=op.f("uq_sightings_source_id_external_id")),
    )
    op.create_index(op.f("ix_sightings_publication_id"), "sightings", ["publication_id"])
    op.create_table(
        "publication_changes",
        sa.Column("id", ID, nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.String(length=8), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=False),
        sa.CheckConstraint("what IN ('changed', 'gone', 'back')", name=op.f("ck_publication_changes_what")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_publication_changes_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publication_changes")),
    )
    op.create_index(op.f("ix_publication_changes_publication_id_at"), "publication_changes", ["publication_id", "at"])


def _rhythm() -> None:
    op.create_table(
        "list_rhythms",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("send_rule", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=16), nullable=False),
        sa.Column("blocked", JSON, nullable=False),
        sa.Column("call_before", sa.Integer(), nullable=False),
        sa.Column("cut_off_before", sa.Integer(), nullable=False),
        sa.Column("draft_before", sa.Integer(), nullable=False),
        sa.Column("review_before", sa.Integer(), nullable=False),
        sa.Column("on_since", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_rhythms_list_id_lists")),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_list_rhythms")),
    )
    op.create_table(
        "list_send_days",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("send_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_send_days_list_id_lists")),
        sa.PrimaryKeyConstraint("list_id", "period", name=op.f("pk_list_send_days")),
    )


def _calendar() -> None:
    with op.batch_alter_table("calendar") as batch_op:
        batch_op.drop_constraint(op.f("fk_calendar_worker_id_workers"), type_="foreignkey")
        batch_op.drop_column("worker_id")
        batch_op.add_column(sa.Column("period", sa.String(length=16), server_default="", nullable=False))
        batch_op.add_column(sa.Column("key", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("staff_id", ID, nullable=True))
        batch_op.add_column(sa.Column("calm", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("outcome", sa.Text(), server_default="", nullable=False))
        batch_op.create_unique_constraint(op.f("uq_calendar_key"), ["key"])
        batch_op.create_foreign_key(op.f("fk_calendar_staff_id_staff"), "staff", ["staff_id"], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("calendar") as batch_op:
        batch_op.drop_constraint(op.f("fk_calendar_staff_id_staff"), type_="foreignkey")
        batch_op.drop_constraint(op.f("uq_calendar_key"), type_="unique")
        for column in ("outcome", "calm", "staff_id", "key", "period"):
            batch_op.drop_column(column)
        batch_op.add_column(sa.Column("worker_id", ID, nullable=True))
        batch_op.create_foreign_key(op.f("fk_calendar_worker_id_workers"), "workers", ["worker_id"], ["id"])
    op.drop_table("list_send_days")
    op.drop_table("list_rhythms")
    op.drop_index(op.f("ix_publication_changes_publication_id_at"), "publication_changes")
    op.drop_table("publication_changes")
    op.drop_index(op.f("ix_sightings_publication_id"), "sightings")
    op.drop_table("sightings")
    op.drop_table("sources")
    op.drop_index(op.f("ix_publications_title_key"), "publications")
    op.drop_index(op.f("ix_publications_url_key"), "publications")
    for column in ("flags", "title_key", "url_key"):
        op.drop_column("publications", column)
    op.drop_column("instance", "generation")
