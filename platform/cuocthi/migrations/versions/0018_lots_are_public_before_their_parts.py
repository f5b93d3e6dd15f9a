"""Lots are public for some time before anybody gives a part of their seed

The statements of the triggers are beside those of 0014, which know nothing of this column.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_STAYS = "a lot stays as it is"
#: By trigger: its table and act, and what is refused.
_TRIGGERS = {
    "core_lot_parts_from": ("core_lot", "UPDATE", "OLD.parts_from IS DISTINCT FROM NEW.parts_from"),
    "core_lot_part_early": (
        "core_lot_part",
        "INSERT",
        "NEW.given_at < (SELECT parts_from FROM core_lot WHERE id = NEW.lot_id)",
    ),
}


def upgrade() -> None:
    """Add the moment; lots that are open already have none, and go on as they were opened."""
    op.add_column("core_lot", sa.Column("parts_from", sa.BigInteger(), nullable=True))
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (table, act, refused) in _TRIGGERS.items():
        if on_sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {act} ON {table} WHEN {refused.replace('IS DISTINCT FROM', 'IS NOT')} "
                f"BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
            )
            continue
        raised = f"RAISE EXCEPTION '{_STAYS}' USING ERRCODE = 'restrict_violation';"
        body = f"IF {refused} THEN {raised} END IF; RETURN NEW;"
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
        op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        for name in _TRIGGERS:
            op.execute(f"DROP TRIGGER {name}")
        # Without laying the table down anew, which would take its other triggers away.
        op.execute("ALTER TABLE core_lot DROP COLUMN parts_from")
        return
    for name in _TRIGGERS:
        op.execute(f"DROP FUNCTION {name}() CASCADE")
    op.drop_column("core_lot", "parts_from")
