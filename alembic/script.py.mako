"""${message}

Expand first, contract a release later: the code before this migration must still run after it. Add columns as
nullable or with a server default; backfill in chunks in a verb of its own, not here; drop only what no released
code reads. SQLite alters tables by copying them: use op.batch_alter_table.
"""

from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
