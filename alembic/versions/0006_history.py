"""What an issue was after each edit, pictures that are cut, numbers of blocks that are given once, who is there."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issue_items", sa.Column("original_sha256", sa.String(length=64), nullable=True))
    op.add_column("issue_items", sa.Column("crop_x", sa.Float(), nullable=True))
    op.add_column("issue_items", sa.Column("crop_y", sa.Float(), nullable=True))
    op.add_column("issue_items", sa.Column("seen_change", sa.BigInteger(), server_default="0", nullable=False))
    # What the websites changed before there was anybody to be told of it is no news.
    op.execute("UPDATE issue_items SET seen_change = (SELECT COALESCE(MAX(id), 0) FROM publication_changes)")
    _number_blocks(once=True)
    op.create_table(
        "issue_revisions",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("staff_id", ID, nullable=True),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("places", JSON, nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("state", JSON, nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_revisions_issue_id_issues")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_issue_revisions_staff_id_staff")),
        sa.PrimaryKeyConstraint("issue_id", "revision", name=op.f("pk_issue_revisions")),
    )
    op.create_table(
        "issue_presence",
        sa.Column("issue_id", ID, nullable=False),
        sa.Column("staff_id", ID, nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_issue_presence_issue_id_issues")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_issue_presence_staff_id_staff")),
        sa.PrimaryKeyConstraint("issue_id", "staff_id", name=op.f("pk_issue_presence")),
    )


def downgrade() -> None:
    op.drop_table("issue_presence")
    op.drop_table("issue_revisions")
    _number_blocks(once=False)
    for column in ("seen_change", "crop_y", "crop_x", "original_sha256"):
        op.drop_column("issue_items", column)


def _number_blocks(*, once: bool) -> None:
    """On SQLite a number may be given again unless the table says otherwise; PostgreSQL never does."""
    if op.get_bind().dialect.name != "sqlite":
        return
    # A table cannot be made anew while rows of another lead to it.
    op.execute("CREATE TEMPORARY TABLE kept_wordings AS SELECT block_id, language, fields FROM block_wordings")
    op.drop_table("block_wordings")
    with op.batch_alter_table("issue_blocks", recreate="always", table_kwargs={"sqlite_autoincrement": once}):
        pass
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
    op.execute("INSERT INTO block_wordings (block_id, language, fields) SELECT * FROM kept_wordings")
    op.execute("DROP TABLE kept_wordings")
