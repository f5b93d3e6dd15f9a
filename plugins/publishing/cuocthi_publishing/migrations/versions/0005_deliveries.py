"""Keep what was delivered where; nothing is on its way before it is public"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATE = sa.Enum(
    "waiting",
    "done",
    "given_up",
    "dropped",
    name="deliverystate_known",
    native_enum=False,
    create_constraint=True,
    length=32,
)
_TABLE = "publishing_delivery"
_TRIGGER = "publishing_delivery_out"
_REFUSAL = "a release is delivered once it is public, its tombstone once it is withdrawn"
#: Whether a row may be there: what is delivered is out by the moment at which it is asked for.
_OUT = """EXISTS (
    SELECT 1 FROM publishing_release AS r
    WHERE r.id = NEW.release_id AND r.published_at <= NEW.created_at
    AND (r.withdrawn_at IS NULL OR r.withdrawn_at >= r.published_at)
    AND (CASE WHEN NEW.withdrawn THEN r.state = 'withdrawn' AND r.withdrawn_at <= NEW.created_at
         ELSE r.bundle_file_id IS NOT NULL END)
)"""


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("release_id", _KEY, nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("state", _STATE, nullable=False),
        sa.Column("tries", _KEY, nullable=False),
        sa.Column("problem", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state = 'waiting') = (finished_at IS NULL)", name=op.f("ck_publishing_delivery_finished_or_waiting")
        ),
        sa.CheckConstraint(
            "NOT withdrawn OR state <> 'dropped'", name=op.f("ck_publishing_delivery_tombstones_arrive")
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["publishing_release.id"], name=op.f("fk_publishing_delivery_release_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_delivery")),
        sa.UniqueConstraint(
            "release_id", "target", "withdrawn", name=op.f("uq_publishing_delivery_release_id_target_withdrawn")
        ),
    )
    op.create_index("ix_publishing_delivery_due", _TABLE, ["state", "due_at"])
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {_TRIGGER} BEFORE INSERT ON {_TABLE} WHEN NOT {_OUT} "
            f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        )
        return
    body = f"IF NOT {_OUT} THEN RAISE EXCEPTION '{_REFUSAL}' USING ERRCODE = 'restrict_violation'; END IF; RETURN NEW;"
    # A purge of the plugin's tables leaves functions behind.
    op.execute(f"CREATE OR REPLACE FUNCTION {_TRIGGER}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
    op.execute(f"CREATE TRIGGER {_TRIGGER} BEFORE INSERT ON {_TABLE} FOR EACH ROW EXECUTE FUNCTION {_TRIGGER}()")


def downgrade() -> None:
    op.drop_index("ix_publishing_delivery_due", _TABLE)
    op.drop_table(_TABLE)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP FUNCTION {_TRIGGER}()")
