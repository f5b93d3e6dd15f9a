"""What stood against a release under a standing approval; what was ended is not confirmed any more"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TABLE, _TRIGGER = "publishing_approval", "publishing_approval_update"
_REFUSAL = "a standing approval stays as it was confirmed"


def _same(*columns: str) -> str:
    return " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in columns)


def _once(*columns: str) -> str:
    return " AND ".join(f"(OLD.{name} IS NULL OR {_same(name)})" for name in columns)


# Arrays of JSON can be compared as texts only.
_LISTS = "CAST(OLD.groups AS TEXT) = CAST(NEW.groups AS TEXT) AND CAST(OLD.clocks AS TEXT) = CAST(NEW.clocks AS TEXT)"
_BEFORE = (
    f"{_same('id', 'campaign_id', 'first_day', 'last_day', 'created_by', 'created_at')} AND {_LISTS}"
    f" AND {_once('confirmed_by', 'confirmed_at', 'revoked_by', 'revoked_at')}"
)
_AFTER = f"{_BEFORE} AND (NEW.confirmed_by IS NULL OR OLD.confirmed_by IS NOT NULL OR NEW.revoked_by IS NULL)"


def upgrade() -> None:
    op.add_column(_TABLE, sa.Column("failed_at", sa.BigInteger(), nullable=True))
    op.add_column(_TABLE, sa.Column("failure", sa.String(length=300), nullable=True))
    _refuse_unless(_AFTER)


def downgrade() -> None:
    _refuse_unless(_BEFORE)
    op.drop_column(_TABLE, "failure")
    op.drop_column(_TABLE, "failed_at")


def _refuse_unless(condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # What cannot be told is refused as well.
        words = condition.replace("IS NOT DISTINCT FROM", "IS")
        op.execute(f"DROP TRIGGER {_TRIGGER}")
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE UPDATE ON {_TABLE} WHEN ({words}) IS NOT TRUE "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
        return
    body = (
        f"IF ({condition}) IS NOT TRUE THEN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END IF;"
        " RETURN NEW;"
    )
    op.execute(f"CREATE OR REPLACE FUNCTION {_TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
