"""When somebody last said how the sections of a list begin."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("list_sections", sa.Column("set_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("list_sections", "set_at")
