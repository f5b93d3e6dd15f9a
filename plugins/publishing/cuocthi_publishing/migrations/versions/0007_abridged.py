"""Keep beside each release what its pages show of it, as unchangeable"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TABLE = "publishing_abridged"
_REFUSAL = "what a release shows stays as it was made"


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("release_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["publishing_release.id"], name=op.f("fk_publishing_abridged_release_id")
        ),
        sa.PrimaryKeyConstraint("release_id", name=op.f("pk_publishing_abridged")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for act in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {_TABLE}_{act.lower()} BEFORE {act} ON {_TABLE} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
            )
        return
    body = f"RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation';"
    # A purge of the plugin's tables leaves functions behind.
    op.execute(
        f"CREATE OR REPLACE FUNCTION {_TABLE}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    )
    op.execute(
        f"CREATE TRIGGER {_TABLE}_stays BEFORE UPDATE OR DELETE ON {_TABLE}"
        f" FOR EACH ROW EXECUTE FUNCTION {_TABLE}_stays()"
    )


def downgrade() -> None:
    op.drop_table(_TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {_TABLE}_stays()")
