"""The main job: publications to deliveries, and the address book."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

EVENT_COLUMNS = (
    "id",
    "subscriber_id",
    "list_id",
    "kind",
    "at",
    "recorded_at",
    "source",
    "detail",
    "wording_id",
    "language",
    "address_hash",
    "ip_hash",
    "token_id",
    "batch_id",
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.String(length=32), nullable=False),
        sa.Column("suppression_probe", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instance")),
    )
    op.create_table(
        "kinds",
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("labels", JSON, nullable=False),
        sa.Column("layout", sa.String(length=16), nullable=False),
        sa.Column("home_section", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_kinds")),
    )
    op.create_table(
        "lists",
        sa.Column("id", ID, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("languages", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lists")),
        sa.UniqueConstraint("slug", name=op.f("uq_lists_slug")),
    )
    op.create_table(
        "media",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("extension", sa.String(length=8), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_media")),
    )
    op.create_table(
        "staff",
        sa.Column("id", ID, nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('author', 'approver', 'admin')", name=op.f("ck_staff_role")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "subscribers",
        sa.Column("id", ID, nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("address_hash", name=op.f("uq_subscribers_address_hash")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "wordings",
        sa.Column("id", ID, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_wordings")),
        sa.UniqueConstraint("sha256", name=op.f("uq_wordings_sha256")),
    )
    op.create_table(
        "workers",
        sa.Column("id", ID, nullable=False),
        sa.Column("host", sa.String(length=200), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("started", sa.String(length=40), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workers")),
    )
    op.create_table(
        "import_batches",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("file_name", sa.String(length=300), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("imported_as", sa.String(length=16), nullable=False),
        sa.Column("imported_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_import_batches_list_id_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batches")),
    )
    op.create_table(
        "issues",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("slug", sa.String(length=120), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("corrects_issue_id", ID, nullable=True),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("collects_from", sa.Date(), nullable=False),
        sa.Column("collects_until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("public_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ordinal > 0", name=op.f("ck_issues_ordinal")),
        sa.ForeignKeyConstraint(["corrects_issue_id"], ["issues.id"], name=op.f("fk_issues_corrects_issue_id_issues")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_issues_list_id_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
        sa.UniqueConstraint("list_id", "kind", "ordinal", name=op.f("uq_issues_list_id_kind_ordinal")),
        sa.UniqueConstraint("slug", name=op.f("uq_issues_slug")),
    )
    op.create_table(
        "list_profiles",
        sa.Column("list_id", ID, nullable=False),
        sa.Column("default_language", sa.String(length=16), nullable=False),
        sa.Column("from_name", sa.String(length=200), nullable=False),
        sa.Column("from_address", sa.String(length=254), nullable=False),
        sa.Column("reply_to", sa.String(length=254), nullable=False),
        sa.Column("return_path", sa.String(length=300), nullable=False),
        sa.Column("feedback_id", sa.String(length=100), nullable=False),
        sa.Column("postal_address", sa.Text(), nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("imprint", sa.Text(), nullable=False),
        sa.Column("privacy_url", sa.Text(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("theme", sa.String(length=300), nullable=False),
        sa.Column("cadence", sa.String(length=20), nullable=False),
        sa.Column("review_rule", sa.String(length=20), nullable=False),
        sa.Column("archive", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_profiles_list_id_lists")),
        sa.PrimaryKeyConstraint("list_id", name=op.f("pk_list_profiles")),
    )
    op.create_table(
        "list_sections",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_list_sections_list_id_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_list_sections")),
        sa.UniqueConstraint("list_id", "slug", name=op.f("uq_list_sections_list_id_slug")),
    )
    op.create_table(
        "publications",
        sa.Column("id", ID, nullable=False),
        sa.Column("external_id", sa.String(length=500), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("date_is", sa.String(length=16), nullable=False),
        sa.Column("image", sa.Text(), nullable=False),
        sa.Column("image_alt", sa.Text(), nullable=False),
        sa.Column("image_credit", sa.Text(), nullable=False),
        sa.Column("crop_x", sa.Float(), nullable=False),
        sa.Column("crop_y", sa.Float(), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=True),
        sa.Column("outlet", sa.String(length=200), nullable=False),
        sa.Column("original_source", sa.String(length=200), nullable=False),
        sa.Column("deadline_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("who_for", sa.String(length=300), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("translation_of", ID, nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["kind"], ["kinds.slug"], name=op.f("fk_publications_kind_kinds")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_publications_media_sha256_media")),
        sa.ForeignKeyConstraint(
            ["translation_of"], ["publications.id"], name=op.f("fk_publications_translation_of_publications")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publications")),
        sa.UniqueConstraint("external_id", name=op.f("uq_publications_external_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("publications", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_publications_published_on"), ["published_on"], unique=False)

    op.create_table(
        "subscriptions",
        sa.Column("id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'unsubscribed')", name=op.f("ck_subscriptions_state")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_subscriptions_list_id_lists")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_subscriptions_subscriber_id_subscribers")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscriptions")),
        sa.UniqueConstraint("subscriber_id", "list_id", name=op.f("uq_subscriptions_subscriber_id_list_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("subscriptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_subscriptions_list_id_state"), ["list_id", "state"], unique=False)

    op.create_table(
        "suppressions",
        sa.Column("id", ID, nullable=False),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("list_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_because", sa.String(length=300), nullable=False),
        sa.CheckConstraint(
            "reason IN ('hard_bounce', 'soft_bounce', 'complaint', 'blocked', 'erased', 'staff')",
            name=op.f("ck_suppressions_reason"),
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_suppressions_list_id_lists")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppressions")),
    )
    with op.batch_alter_table("suppressions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_suppressions_address_hash"), ["address_hash"], unique=False)
        batch_op.create_index(
            "uq_suppressions_everywhere",
            ["address_hash", "reason"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL AND list_id IS NULL"),
            postgresql_where=sa.text("lifted_at IS NULL AND list_id IS NULL"),
        )
        batch_op.create_index(
            "uq_suppressions_on_list",
            ["address_hash", "list_id", "reason"],
            unique=True,
            sqlite_where=sa.text("lifted_at IS NULL AND list_id IS NOT NULL"),
            postgresql_where=sa.text("lifted_at IS NULL AND list_id IS NOT NULL"),
        )

    op.create_table(
        "activity",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("via", sa.String(length=16), nullable=False),
        sa.Column("os_user", sa.String(length=100), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("detail", JSON, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_activity_issue_id_issues")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_activity_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    with op.batch_alter_table("activity", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_activity_issue_id_at"), ["issue_id", "at"], unique=False)

    op.create_table(
        "calendar",
        sa.Column("id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("step", sa.String(length=24), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("worker_id", ID, nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_calendar_issue_id_issues")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_calendar_list_id_lists")),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_calendar_worker_id_workers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar")),
    )
    with op.batch_alter_table("calendar", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_done_at_due_at"), ["done_at", "due_at"], unique=False)

    op.create_table(
        "consent_events",
        sa.Column("id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=False),
        sa.Column("wording_id", ID, nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("address_hash", sa.String(length=64), nullable=False),
        sa.Column("ip_hash", sa.String(length=64), nullable=True),
        sa.Column("token_id", sa.String(length=64), nullable=True),
        sa.Column("batch_id", ID, nullable=True),
        sa.CheckConstraint(
            "kind IN ('request', 'confirmation', 'change', 'withdrawal', 'import', 'erasure')",
            name=op.f("ck_consent_events_kind"),
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batches.id"], name=op.f("fk_consent_events_batch_id_import_batches")
        ),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_consent_events_list_id_lists")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_consent_events_subscriber_id_subscribers")
        ),
        sa.ForeignKeyConstraint(["wording_id"], ["wordings.id"], name=op.f("fk_consent_events_wording_id_wordings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_events")),
    )
    with op.batch_alter_table("consent_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consent_events_subscriber_id_list_id"), ["subscriber_id", "list_id"], unique=False
        )

    op.create_table(
        "coverage",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('used', 'held', 'declined', 'offered')", name=op.f("ck_coverage_state")),
        sa.ForeignKeyConstraint(["decided_by"], ["staff.id"], name=op.f("fk_coverage_decided_by_staff")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_coverage_issue_id_issues")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_coverage_publication_id_publications")
        ),
        sa.PrimaryKeyConstraint("issue_id", "publication_id", name=op.f("pk_coverage")),
    )
    with op.batch_alter_table("coverage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coverage_publication_id"), ["publication_id"], unique=False)

    op.create_table(
        "issue_sections",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("titles", JSON, nullable=False),
        sa.Column("kinds", JSON, nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("layout", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_sections_issue_id_issues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_sections")),
        sa.UniqueConstraint("issue_id", "slug", name=op.f("uq_issue_sections_issue_id_slug")),
    )
    op.create_table(
        "issue_wordings",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_wordings_issue_id_issues")),
        sa.PrimaryKeyConstraint("issue_id", "language", name=op.f("pk_issue_wordings")),
    )
    op.create_table(
        "snapshots",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("basis", sa.String(length=64), nullable=False),
        sa.Column("basis_facts", JSON, nullable=False),
        sa.Column("envelope", JSON, nullable=False),
        sa.Column("made_by", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_snapshots_issue_id_issues")),
        sa.ForeignKeyConstraint(["made_by"], ["staff.id"], name=op.f("fk_snapshots_made_by_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sa.UniqueConstraint("issue_id", "number", name=op.f("uq_snapshots_issue_id_number")),
    )
    with op.batch_alter_table("snapshots", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_snapshots_issue_id_fingerprint"), ["issue_id", "fingerprint"], unique=False
        )

    op.create_table(
        "issue_blocks",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("section_id", ID, nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=True),
        sa.Column("owner_id", ID, nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_blocks_issue_id_issues")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_issue_blocks_media_sha256_media")),
        sa.ForeignKeyConstraint(["owner_id"], ["staff.id"], name=op.f("fk_issue_blocks_owner_id_staff")),
        sa.ForeignKeyConstraint(
            ["section_id"], ["issue_sections.id"], name=op.f("fk_issue_blocks_section_id_issue_sections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_blocks")),
    )
    op.create_table(
        "issue_items",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("section_id", ID, nullable=False),
        sa.Column("publication_id", ID, nullable=False),
        sa.Column("role", sa.String(length=8), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("anchor", sa.String(length=80), nullable=False),
        sa.Column("media_sha256", sa.String(length=64), nullable=True),
        sa.Column("image_credit", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_items_issue_id_issues")),
        sa.ForeignKeyConstraint(["media_sha256"], ["media.sha256"], name=op.f("fk_issue_items_media_sha256_media")),
        sa.ForeignKeyConstraint(
            ["publication_id"], ["publications.id"], name=op.f("fk_issue_items_publication_id_publications")
        ),
        sa.ForeignKeyConstraint(
            ["section_id"], ["issue_sections.id"], name=op.f("fk_issue_items_section_id_issue_sections")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issue_items")),
        sa.UniqueConstraint("issue_id", "anchor", name=op.f("uq_issue_items_issue_id_anchor")),
        sa.UniqueConstraint("issue_id", "publication_id", name=op.f("uq_issue_items_issue_id_publication_id")),
    )
    op.create_table(
        "reviews",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("snapshot_id", ID, nullable=False),
        sa.Column("requested_by", ID, nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_reviews_issue_id_issues")),
        sa.ForeignKeyConstraint(["requested_by"], ["staff.id"], name=op.f("fk_reviews_requested_by_staff")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_reviews_snapshot_id_snapshots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reviews")),
    )
    with op.batch_alter_table("reviews", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reviews_issue_id"), ["issue_id"], unique=False)

    op.create_table(
        "snapshot_parts",
        sa.Column("snapshot_id", ID, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("preheader", sa.Text(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.LargeBinary(), nullable=False),
        sa.Column("web", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["snapshots.id"], name=op.f("fk_snapshot_parts_snapshot_id_snapshots")
        ),
        sa.PrimaryKeyConstraint("snapshot_id", "language", name=op.f("pk_snapshot_parts")),
    )
    op.create_table(
        "block_wordings",
        sa.Column("block_id", ID, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("fields", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["block_id"], ["issue_blocks.id"], name=op.f("fk_block_wordings_block_id_issue_blocks")
        ),
        sa.PrimaryKeyConstraint("block_id", "language", name=op.f("pk_block_wordings")),
    )
    op.create_table(
        "decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("review_id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("override_reason", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind IN ('approve', 'request_changes')", name=op.f("ck_decisions_kind")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_decisions_issue_id_issues")),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=op.f("fk_decisions_review_id_reviews")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_decisions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
    )
    with op.batch_alter_table("decisions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decisions_issue_id_fingerprint"), ["issue_id", "fingerprint"], unique=False
        )

    op.create_table(
        "item_wordings",
        sa.Column("item_id", ID, nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("image_alt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["issue_items.id"], name=op.f("fk_item_wordings_item_id_issue_items")),
        sa.PrimaryKeyConstraint("item_id", "language", name=op.f("pk_item_wordings")),
    )
    op.create_table(
        "mailings",
        sa.Column("id", ID, nullable=False),
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("list_id", ID, nullable=False),
        sa.Column("snapshot_id", ID, nullable=False),
        sa.Column("decision_id", ID, nullable=True),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("audience", JSON, nullable=False),
        sa.Column("frozen_up_to", sa.Integer(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("candidates", sa.Integer(), nullable=False),
        sa.Column("left_out", JSON, nullable=False),
        sa.Column("released_by", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_because", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('live', 'rehearsal')", name=op.f("ck_mailings_kind")),
        sa.CheckConstraint(
            "state IN ('freezing', 'sending', 'paused', 'stopped', 'sent')", name=op.f("ck_mailings_state")
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name=op.f("fk_mailings_decision_id_decisions")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_mailings_issue_id_issues")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_mailings_list_id_lists")),
        sa.ForeignKeyConstraint(["released_by"], ["staff.id"], name=op.f("fk_mailings_released_by_staff")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshots.id"], name=op.f("fk_mailings_snapshot_id_snapshots")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailings")),
    )
    with op.batch_alter_table("mailings", schema=None) as batch_op:
        batch_op.create_index(
            "uq_mailings_unfinished_live",
            ["issue_id"],
            unique=True,
            sqlite_where=sa.text("kind = 'live' AND finished_at IS NULL"),
            postgresql_where=sa.text("kind = 'live' AND finished_at IS NULL"),
        )

    op.create_table(
        "handovers",
        sa.Column("id", ID, nullable=False),
        sa.Column("mailing_id", ID, nullable=True),
        sa.Column("transport", sa.String(length=80), nullable=False),
        sa.Column("worker_id", ID, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"], name=op.f("fk_handovers_mailing_id_mailings")),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_handovers_worker_id_workers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handovers")),
        sa.UniqueConstraint("key", name=op.f("uq_handovers_key")),
    )
    with op.batch_alter_table("handovers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handovers_worker_id"), ["worker_id"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("mailing_id", ID, nullable=False),
        sa.Column("subscriber_id", ID, nullable=False),
        sa.Column("excluded", sa.String(length=20), nullable=True),
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("enhanced", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker_id", ID, nullable=True),
        sa.Column("handover_id", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'handing', 'accepted', 'deferred', 'rejected', 'uncertain', 'excluded')",
            name=op.f("ck_deliveries_state"),
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_deliveries_handover_id_handovers")),
        sa.ForeignKeyConstraint(["mailing_id"], ["mailings.id"], name=op.f("fk_deliveries_mailing_id_mailings")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_deliveries_subscriber_id_subscribers")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_deliveries_worker_id_workers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("mailing_id", "subscriber_id", name=op.f("uq_deliveries_mailing_id_subscriber_id")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_held",
            ["worker_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('claimed', 'handing')"),
            postgresql_where=sa.text("state IN ('claimed', 'handing')"),
        )
        batch_op.create_index(
            batch_op.f("ix_deliveries_mailing_id_state_id"), ["mailing_id", "state", "id"], unique=False
        )

    op.create_table(
        "notices",
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("subscriber_id", ID, nullable=True),
        sa.Column("address", sa.String(length=254), nullable=True),
        sa.Column("issue_id", ID, nullable=True),
        sa.Column("list_id", ID, nullable=True),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("html", sa.LargeBinary(), nullable=True),
        sa.Column("text_body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("enhanced", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.String(length=200), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("worker_id", ID, nullable=True),
        sa.Column("handover_id", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'claimed', 'handing', 'accepted', 'deferred', 'rejected', 'uncertain', 'excluded')",
            name=op.f("ck_notices_state"),
        ),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_notices_handover_id_handovers")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_notices_issue_id_issues")),
        sa.ForeignKeyConstraint(["list_id"], ["lists.id"], name=op.f("fk_notices_list_id_lists")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_notices_staff_id_staff")),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_notices_subscriber_id_subscribers")
        ),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_notices_worker_id_workers")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("notices", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_notices_state_due_at"), ["state", "due_at"], unique=False)

    op.create_table(
        "attempts",
        sa.Column("id", ID, nullable=False),
        sa.Column("delivery_id", ID, nullable=True),
        sa.Column("notice_id", ID, nullable=True),
        sa.Column("handover_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("fault", sa.String(length=8), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("enhanced", sa.String(length=16), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id_deliveries")),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_attempts_handover_id_handovers")),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name=op.f("fk_attempts_notice_id_notices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
    )
    with op.batch_alter_table("attempts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attempts_delivery_id"), ["delivery_id"], unique=False)

    op.create_table(
        "resolutions",
        sa.Column("id", ID, nullable=False),
        sa.Column("delivery_id", ID, nullable=False),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_resolutions_delivery_id_deliveries")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_resolutions_staff_id_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_resolutions")),
    )
    with op.batch_alter_table("resolutions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resolutions_delivery_id"), ["delivery_id"], unique=False)
    _append_only()


def _append_only() -> None:
    """Consent events are proof: only erasure may change one, and only to null its address."""
    if op.get_bind().dialect.name == "sqlite":
        same = " AND ".join(f"NEW.{c} IS OLD.{c}" for c in EVENT_COLUMNS)
        op.execute(
            "CREATE TRIGGER consent_events_no_update BEFORE UPDATE ON consent_events "
            f"WHEN NOT (NEW.address IS NULL AND {same}) "
            "BEGIN SELECT RAISE(ABORT, 'consent_events is append-only'); END"
        )
        op.execute(
            "CREATE TRIGGER consent_events_no_delete BEFORE DELETE ON consent_events "
            "BEGIN SELECT RAISE(ABORT, 'consent_events is append-only'); END"
        )
        return
    same = " AND ".join(f"NEW.{c} IS NOT DISTINCT FROM OLD.{c}" for c in EVENT_COLUMNS)
    op.execute(
        "CREATE FUNCTION consent_events_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'UPDATE' THEN IF NEW.address IS NULL AND {same} THEN RETURN NEW; END IF; END IF; "
        "RAISE EXCEPTION 'consent_events is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER consent_events_append_only BEFORE UPDATE OR DELETE ON consent_events "
        "FOR EACH ROW EXECUTE FUNCTION consent_events_append_only()"
    )


def downgrade() -> None:
    raise NotImplementedError("The first migration is not undone; restore a backup.")
