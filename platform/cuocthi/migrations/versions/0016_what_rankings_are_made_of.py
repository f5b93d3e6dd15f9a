"""Rankings that are made of others keep of which versions, and never change it

The statement of the trigger is beside that of 0014, which knows nothing of this column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_TRIGGER = "core_ranking_made_of"
_STAYS = "a ranking that is no draft stays as it is"
_OTHER = "OLD.state <> 'draft' AND CAST(OLD.made_of AS TEXT) IS DISTINCT FROM CAST(NEW.made_of AS TEXT)"


def upgrade() -> None:
    """Add the column, and let the database refuse to change it in what was submitted."""
    op.add_column("core_ranking", sa.Column("made_of", sa.JSON(), nullable=True))
    if op.get_bind().dialect.name == "sqlite":
        other = _OTHER.replace("IS DISTINCT FROM", "IS NOT")
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE ON core_ranking WHEN {other} "
            f"BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
        )
        return
    body = f"IF {_OTHER} THEN RAISE EXCEPTION '{_STAYS}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;"
    op.execute(f"CREATE FUNCTION {_TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
    op.execute(f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE ON core_ranking FOR EACH ROW EXECUTE FUNCTION {_TRIGGER}()")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {_TRIGGER}")
        # Without laying the table down anew, which would take its other triggers away.
        op.execute("ALTER TABLE core_ranking DROP COLUMN made_of")
        return
    op.execute(f"DROP FUNCTION {_TRIGGER}() CASCADE")
    op.drop_column("core_ranking", "made_of")
