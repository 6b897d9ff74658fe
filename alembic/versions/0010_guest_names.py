"""Whose an edit was, where it was nobody who works here."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issue_revisions", sa.Column("guest", sa.String(length=200), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("issue_revisions", "guest")
