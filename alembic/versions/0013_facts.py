"""What an issue states of an item other than its website does."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("issue_items", sa.Column("facts", JSON, server_default="{}", nullable=False))


def downgrade() -> None:
    op.drop_column("issue_items", "facts")
