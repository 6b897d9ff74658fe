"""Who has opened a link that answers programs that it is not there."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("looked_links", sa.Column("opened_by", sa.String(length=200), server_default="", nullable=False))
    op.add_column("looked_links", sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("looked_links", "opened_at")
    op.drop_column("looked_links", "opened_by")
