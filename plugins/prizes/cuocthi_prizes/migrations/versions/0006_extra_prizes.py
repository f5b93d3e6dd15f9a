"""Individual prizes given by hand with a reason, and units that were passed over

A person may have such a prize beside one by rank, where the scheme lets it. The reason is committed to like names, for
it may say something of the person. SQLite rebuilds the table of awards: its refusals (see 0005) are made again, on both
databases with what is new: a prize given by hand is taken out of a draft again, and its reason is erased with the name.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXTS = (("reason", 400), ("reason_digest", 64), ("decision_number", 60))
_ONCE = "uq_prizes_award_award_list_id_enrolment_id"
_ONCE_OF_A_KIND = "uq_prizes_award_award_list_id_enrolment_id_extra"
_DECIDED = "ck_prizes_award_extra_is_decided"
_COMPLETE = (
    "extra = (decision_date IS NOT NULL) AND extra = (decision_number <> '') AND extra = (reason <> '')"
    " AND extra = (reason_digest <> '')"
)
_ONLY_DRAFTS = "only a draft of an award list changes"
_OF_AN_AWARD = (
    "id", "award_list_id", "place", "tier", "title", "value", "in_kind", "enrolment_id", "unit_id", "code",
    "name_digest", "unit_name", "rank", "tie_place", "score", "max_score", "duration_ms",
)  # fmt: skip
_OF_A_DECISION = ("extra", "reason_digest", "decision_number", "decision_date")
_DELETED = "1 = 1"


def upgrade() -> None:
    """Add what an award by hand has, let it stand beside one by rank, and add who was passed over of the units."""
    with op.batch_alter_table("prizes_award") as batch_op:
        batch_op.add_column(sa.Column("extra", sa.Boolean(), nullable=False, server_default=sa.false()))
        for name, length in _TEXTS:
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("decision_date", sa.Date(), nullable=True))
    with op.batch_alter_table("prizes_award") as batch_op:
        for name in ("extra", *(name for name, _length in _TEXTS)):
            batch_op.alter_column(name, server_default=None)
        batch_op.drop_constraint(op.f(_ONCE), type_="unique")
        batch_op.create_unique_constraint(op.f(_ONCE_OF_A_KIND), ["award_list_id", "enrolment_id", "extra"])
        batch_op.create_check_constraint(op.f(_DECIDED), _COMPLETE)
    op.create_table(
        "prizes_passed_unit",
        sa.Column("award_list_id", _KEY, nullable=False),
        sa.Column("unit_id", _KEY, nullable=False),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("list_number", _KEY, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_passed_unit_award_list_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_prizes_passed_unit_unit_id")),
        sa.PrimaryKeyConstraint("award_list_id", "unit_id", name=op.f("pk_prizes_passed_unit")),
    )
    op.create_index(op.f("ix_prizes_passed_unit_unit_id"), "prizes_passed_unit", ["unit_id"], unique=False)
    forgotten = "(NEW.reason = OLD.reason OR NEW.reason = '—')"
    erased = f"NEW.recipient = '—' AND NEW.name_salt = '' AND {forgotten} AND {_same(*_OF_AN_AWARD, *_OF_A_DECISION)}"
    _guard("prizes_award", "insert", _is_no_draft("NEW"))
    _guard("prizes_award", "update", f"NOT ({erased})")
    _guard("prizes_award", "delete", f"NOT OLD.extra OR {_is_no_draft('OLD')}")
    _guard("prizes_passed_unit", "insert", _is_no_draft("NEW"))
    for act in ("update", "delete"):
        _guard("prizes_passed_unit", act, _DELETED)


def downgrade() -> None:
    """Take all of it back. Only possible where no list has a prize that was given by hand."""
    for act in ("insert", "update", "delete"):
        _unguard("prizes_passed_unit", act)
    op.drop_table("prizes_passed_unit")
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM prizes_award WHERE extra")):
        msg = "award lists have prizes that were given by hand: they cannot be told without this revision"
        raise RuntimeError(msg)
    with op.batch_alter_table("prizes_award") as batch_op:
        batch_op.drop_constraint(op.f(_DECIDED), type_="check")
        batch_op.drop_constraint(op.f(_ONCE_OF_A_KIND), type_="unique")
        batch_op.create_unique_constraint(op.f(_ONCE), ["award_list_id", "enrolment_id"])
        for name in ("extra", *(name for name, _length in _TEXTS), "decision_date"):
            batch_op.drop_column(name)
    _guard("prizes_award", "insert", _is_no_draft("NEW"))
    _guard("prizes_award", "update", f"NOT (NEW.recipient = '—' AND NEW.name_salt = '' AND {_same(*_OF_AN_AWARD)})")
    _guard("prizes_award", "delete", _DELETED)


def _guard(table: str, act: str, condition: str) -> None:
    """Let the database refuse an act on a table's rows whenever a condition holds, in place of what it refused."""
    name = f"{table}_{act}_guard"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER IF EXISTS {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{_ONLY_DRAFTS}'); END"
        )
        return
    op.execute(
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{_ONLY_DRAFTS}' USING ERRCODE = 'restrict_violation'; END IF; "
        f"RETURN {'OLD' if act == 'delete' else 'NEW'}; END $$"
    )
    op.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _unguard(table: str, act: str) -> None:
    name = f"{table}_{act}_guard"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")


def _is_no_draft(row: str) -> str:
    own = f"SELECT 1 FROM prizes_award_list AS own WHERE own.id = {row}.award_list_id AND own.state = 'draft'"  # noqa: S608
    return f"NOT EXISTS ({own})"


def _same(*columns: str) -> str:
    how = "IS" if op.get_bind().dialect.name == "sqlite" else "IS NOT DISTINCT FROM"
    return " AND ".join(f"NEW.{column} {how} OLD.{column}" for column in columns)
