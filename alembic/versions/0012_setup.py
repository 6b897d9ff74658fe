"""How far setting up has come; whether a person has confirmed a list's postal address."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
MOMENT = sa.DateTime(timezone=True)

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "list_profiles", sa.Column("postal_confirmed", sa.Boolean(), server_default=sa.true(), nullable=False)
    )
    op.create_table(
        "setup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("website", sa.Text(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("answers", JSON, nullable=False),
        sa.Column("found", JSON, nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("trouble", sa.Text(), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=False),
        sa.Column("alive_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_setup_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setup")),
    )


def downgrade() -> None:
    op.drop_table("setup")
    op.drop_column("list_profiles", "postal_confirmed")
