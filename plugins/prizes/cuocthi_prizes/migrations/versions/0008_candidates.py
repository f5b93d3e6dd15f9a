"""Candidates: their checks, decisions on them, rulings on likenesses, how they are paid, and why one was passed over

What was checked, decided or ruled is only ever added to: the database refuses to change or remove it, but for its
words, which are erased with the people. Whoever was passed over by lists that were made before had enough prizes.
"""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_MOMENT = sa.BigInteger()
_CHECKS, _DECISIONS, _RULINGS = "prizes_candidate_check", "prizes_candidate_decision", "prizes_ruling"
_PASSED_OVER = ("enough", "no_answer", "declined")
_WORDS_STAY = "what was checked, decided or ruled of candidates stays"
#: What each of the tables that are only added to holds beside its words.
_LASTING = {
    _CHECKS: (
        ("id", "campaign_id", "set_key", "phase_id", "enrolment_id", "kind", "identity", "checked_by", "checked_at"),
        ("how", "salt"),
    ),
    _DECISIONS: (
        (
            "id", "campaign_id", "set_key", "phase_id", "enrolment_id", "kind", "document_number", "document_date",
            "unit_id", "unit_name", "decided_by", "decided_at",
        ),
        ("reason",),
    ),
    _RULINGS: (
        (
            "id", "campaign_id", "enrolment_id", "user_id", "same", "agreeing", "document_number", "document_date",
            "ruled_by", "ruled_at",
        ),
        ("reason",),
    ),
}  # fmt: skip


def upgrade() -> None:
    """Add the four tables, their refusals, and the reason why somebody was passed over."""
    # By hand: SQLite adds a column with its check in place, without laying the table and its triggers down anew.
    op.execute(
        "ALTER TABLE prizes_passed_over ADD COLUMN kind VARCHAR(32) DEFAULT 'enough' NOT NULL "
        f"CONSTRAINT ck_prizes_passed_over_passedoverkind_known CHECK (kind IN {_PASSED_OVER})"
    )
    op.create_table(
        "prizes_candidacy",
        sa.Column("id", _KEY, nullable=False),
        *_of_a_candidate("prizes_candidacy"),
        sa.Column("asked_at", _MOMENT, nullable=True),
        sa.Column("answer_by", _MOMENT, nullable=True),
        sa.Column("way", _one_of("way_known", "account", "cash"), nullable=True),
        sa.Column("details", sa.LargeBinary(), nullable=True),
        sa.Column("answered_by", _KEY, nullable=True),
        sa.Column("answered_at", _MOMENT, nullable=True),
        sa.Column("set_aside", _one_of("passedoverkind_known", *_PASSED_OVER), nullable=True),
        sa.Column("set_aside_at", _MOMENT, nullable=True),
        _check("prizes_candidacy", "asked_until", "(asked_at IS NULL) = (answer_by IS NULL)"),
        _check("prizes_candidacy", "answered_how", "(answered_at IS NULL) = (way IS NULL)"),
        _check("prizes_candidacy", "details_are_an_answer", "answered_at IS NOT NULL OR details IS NULL"),
        _check("prizes_candidacy", "set_aside_at_a_time", "(set_aside IS NULL) = (set_aside_at IS NULL)"),
        _check("prizes_candidacy", "set_aside_by_decision", "set_aside IS NULL OR set_aside <> 'enough'"),
        _foreign("prizes_candidacy", "answered_by", "core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_candidacy")),
        sa.UniqueConstraint(
            "campaign_id",
            "set_key",
            "phase_id",
            "enrolment_id",
            name=op.f("uq_prizes_candidacy_campaign_id_set_key_phase_id_enrolment_id"),
        ),
    )
    op.create_table(
        _CHECKS,
        sa.Column("id", _KEY, nullable=False),
        *_of_a_candidate(_CHECKS),
        sa.Column("kind", _one_of("check_known", "contact", "identity", "entry"), nullable=False),
        sa.Column("how", sa.String(length=400), nullable=False),
        sa.Column("salt", sa.String(length=32), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("checked_by", _KEY, nullable=True),
        sa.Column("checked_at", _MOMENT, nullable=False),
        _foreign(_CHECKS, "checked_by", "core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_CHECKS}")),
    )
    kinds = ("keep", "exclude", "unit", "no_answer", "declined", "take_back", "extend", "entered")
    op.create_table(
        _DECISIONS,
        sa.Column("id", _KEY, nullable=False),
        *_of_a_candidate(_DECISIONS),
        sa.Column("kind", _one_of("decisionkind_known", *kinds), nullable=False),
        *_with_a_reason(),
        sa.Column("unit_id", _KEY, nullable=True),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("decided_by", _KEY, nullable=True),
        sa.Column("decided_at", _MOMENT, nullable=False),
        _check(_DECISIONS, "a_unit_where_it_is_corrected", "(kind = 'unit') = (unit_id IS NOT NULL)"),
        _check(_DECISIONS, "a_document_has_number_and_date", "(document_number = '') = (document_date IS NULL)"),
        _check(
            _DECISIONS,
            "document_where_due",
            "document_number <> '' OR kind IN ('extend', 'entered', 'take_back', 'declined')",
        ),
        _foreign(_DECISIONS, "unit_id", "core_unit"),
        _foreign(_DECISIONS, "decided_by", "core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_DECISIONS}")),
    )
    op.create_table(
        _RULINGS,
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("enrolment_id", _KEY, nullable=False),
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("same", sa.Boolean(), nullable=False),
        sa.Column("agreeing", sa.String(length=120), nullable=False),
        *_with_a_reason(),
        sa.Column("ruled_by", _KEY, nullable=True),
        sa.Column("ruled_at", _MOMENT, nullable=False),
        _check(_RULINGS, "a_document_has_number_and_date", "(document_number = '') = (document_date IS NULL)"),
        _foreign(_RULINGS, "campaign_id", "core_campaign"),
        _foreign(_RULINGS, "enrolment_id", "core_enrolment"),
        _foreign(_RULINGS, "user_id", "core_user"),
        _foreign(_RULINGS, "ruled_by", "core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{_RULINGS}")),
    )
    for table in (_CHECKS, _DECISIONS):
        op.create_index(f"ix_{table}_part", table, ["campaign_id", "set_key", "phase_id", "enrolment_id"])
    op.create_index("ix_prizes_ruling_pair", _RULINGS, ["campaign_id", "enrolment_id", "user_id"])
    for table in ("prizes_candidacy", *_LASTING):
        op.create_index(op.f(f"ix_{table}_enrolment_id"), table, ["enrolment_id"])
    for table, (kept, words) in _LASTING.items():
        _guard(table, "update", f"NOT ({_same(*kept)} AND {_same_or_gone(*words)})")
        _guard(table, "delete", "1 = 1")


def downgrade() -> None:
    """Take all of it back. Only possible where everybody who was passed over had enough prizes."""
    if op.get_bind().scalar(sa.text("SELECT count(*) FROM prizes_passed_over WHERE kind <> 'enough'")):
        msg = "people were passed over for another reason than enough prizes: that cannot be told without this revision"
        raise RuntimeError(msg)
    for table in _LASTING:
        for act in ("update", "delete"):
            _unguard(table, act)
    for table in ("prizes_candidacy", *_LASTING):
        op.drop_table(table)
    op.drop_column("prizes_passed_over", "kind")


def _of_a_candidate(table: str) -> list[sa.Column[int] | sa.Column[str] | sa.ForeignKeyConstraint]:
    return [
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("set_key", sa.String(length=40), nullable=False),
        sa.Column("phase_id", _KEY, nullable=False),
        sa.Column("enrolment_id", _KEY, nullable=False),
        _foreign(table, "campaign_id", "core_campaign"),
        _foreign(table, "phase_id", "core_phase"),
        _foreign(table, "enrolment_id", "core_enrolment"),
    ]


def _with_a_reason() -> list[sa.Column[str] | sa.Column[date]]:
    return [
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("document_number", sa.String(length=60), nullable=False),
        sa.Column("document_date", sa.Date(), nullable=True),
    ]


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, native_enum=False, create_constraint=True, length=32, name=name)


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def _same(*columns: str) -> str:
    how = "IS" if op.get_bind().dialect.name == "sqlite" else "IS NOT DISTINCT FROM"
    return " AND ".join(f"NEW.{column} {how} OLD.{column}" for column in columns)


def _same_or_gone(*columns: str) -> str:
    return " AND ".join(f"(NEW.{column} = OLD.{column} OR NEW.{column} = '')" for column in columns)


def _guard(table: str, act: str, condition: str) -> None:
    """Let the database refuse an act on a table's rows whenever a condition holds."""
    name = f"{table}_{act}_guard"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW WHEN {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{_WORDS_STAY}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN "
        f"RAISE EXCEPTION '{_WORDS_STAY}' USING ERRCODE = 'restrict_violation'; END IF; "
        f"RETURN {'OLD' if act == 'delete' else 'NEW'}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")


def _unguard(table: str, act: str) -> None:
    name = f"{table}_{act}_guard"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {name}")
        return
    op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute(f"DROP FUNCTION {name}()")
