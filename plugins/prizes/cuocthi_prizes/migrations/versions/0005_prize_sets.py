"""Award lists of prize sets, which the database itself lets nobody rewrite

Lists that were made before are those of the set "main", in the round that they awarded. Their digests cover names: they
stay as they are (form 1).

The refusals are those of the models, for statements that pass by them. What remains possible is what happens to a list:
a draft is sealed, withdrawn or adopted, an adopted list is superseded, and names are erased when their time is over.
A later revision that rebuilds one of these tables on SQLite has to create its triggers again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("draft", "adopted")

_VERSION = (
    "(SELECT count(*) FROM prizes_award_list AS other WHERE other.campaign_id = prizes_award_list.campaign_id"
    " AND other.phase_id = prizes_award_list.phase_id AND other.number <= prizes_award_list.number)"
)
_ADDED: dict[str, tuple[sa.types.TypeEngine[Any], str]] = {
    "set_key": (sa.String(length=40), "'main'"),
    "set_title": (sa.String(length=120), "'Giải thưởng'"),
    "version": (_KEY, _VERSION),
    "entrants": (_KEY, "0"),
    "scheme_digest": (sa.String(length=64), "''"),
    "remarks": (sa.JSON(), "'[]'"),
    "form": (_KEY, "1"),
}

_ONLY_DRAFTS = "only a draft of an award list changes"
_OF_THE_LIST = (
    "id", "campaign_id", "phase_id", "number", "set_key", "set_title", "version", "ranking_id", "ranking_number",
    "ranking_digest", "entrants", "settings_version_id", "scheme_digest", "statement", "form", "created_by",
    "created_at",
)  # fmt: skip
_SEALED = ("total_value", "digest", "adopted_at")
_OF_AN_AWARD = (
    "id", "award_list_id", "place", "tier", "title", "value", "in_kind", "enrolment_id", "unit_id", "code",
    "name_digest", "unit_name", "rank", "tie_place", "score", "max_score", "duration_ms",
)  # fmt: skip
_PARTS = ("prizes_award", "prizes_unit_award", "prizes_passed_over", "prizes_unit_figure")


def upgrade() -> None:
    """Add sets, commitments to names, who was passed over, the figures of units, and the refusals."""
    with op.batch_alter_table("prizes_award_list") as batch_op:
        for name, (kind, _value) in _ADDED.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    values = ", ".join(f"{name} = {value}" for name, (_kind, value) in _ADDED.items())
    op.execute(f"UPDATE prizes_award_list SET {values}")  # noqa: S608 - of the constants above
    for state in _STATES:
        op.drop_index(f"uq_prizes_award_list_{state}", "prizes_award_list")
    with op.batch_alter_table("prizes_award_list") as batch_op:
        for name, (kind, _value) in _ADDED.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)
        batch_op.create_unique_constraint(
            op.f("uq_prizes_award_list_campaign_id_set_key_phase_id_version"),
            ["campaign_id", "set_key", "phase_id", "version"],
        )
    _index("campaign_id", "set_key", "phase_id")
    with op.batch_alter_table("prizes_award") as batch_op:
        for name, length in (("in_kind", 120), ("name_salt", 32), ("name_digest", 64)):
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    with op.batch_alter_table("prizes_award") as batch_op:
        for name in ("in_kind", "name_salt", "name_digest"):
            batch_op.alter_column(name, server_default=None)
    op.create_table(
        "prizes_passed_over",
        sa.Column("award_list_id", _KEY, nullable=False),
        sa.Column("place", _KEY, nullable=False),
        sa.Column("enrolment_id", _KEY, nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("rank", _KEY, nullable=False),
        sa.Column("list_number", _KEY, nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_passed_over_award_list_id")
        ),
        sa.ForeignKeyConstraint(
            ["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_prizes_passed_over_enrolment_id")
        ),
        sa.PrimaryKeyConstraint("award_list_id", "place", name=op.f("pk_prizes_passed_over")),
    )
    op.create_index(op.f("ix_prizes_passed_over_enrolment_id"), "prizes_passed_over", ["enrolment_id"], unique=False)
    op.create_table(
        "prizes_unit_figure",
        sa.Column("award_list_id", _KEY, nullable=False),
        sa.Column("unit_id", _KEY, nullable=False),
        sa.Column("unit_name", sa.String(length=300), nullable=False),
        sa.Column("block", sa.String(length=60), nullable=False),
        sa.Column("persons", _KEY, nullable=False),
        sa.Column("entries", _KEY, nullable=False),
        sa.Column("score_sum", _KEY, nullable=False),
        sa.Column("headcount", _KEY, nullable=True),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_unit_figure_award_list_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["core_unit.id"], name=op.f("fk_prizes_unit_figure_unit_id")),
        sa.PrimaryKeyConstraint("award_list_id", "unit_id", name=op.f("pk_prizes_unit_figure")),
    )
    op.create_index(op.f("ix_prizes_unit_figure_unit_id"), "prizes_unit_figure", ["unit_id"], unique=False)
    for guard in _guards():
        guard.create()


def downgrade() -> None:
    """Take all of it back. Only possible where no campaign has drafts or adopted lists of several sets or rounds."""
    for guard in _guards():
        guard.drop()
    op.drop_table("prizes_unit_figure")
    op.drop_table("prizes_passed_over")
    with op.batch_alter_table("prizes_award") as batch_op:
        for name in ("in_kind", "name_salt", "name_digest"):
            batch_op.drop_column(name)
    for state in _STATES:
        op.drop_index(f"uq_prizes_award_list_{state}", "prizes_award_list")
    with op.batch_alter_table("prizes_award_list") as batch_op:
        batch_op.drop_constraint(op.f("uq_prizes_award_list_campaign_id_set_key_phase_id_version"), type_="unique")
        for name in _ADDED:
            batch_op.drop_column(name)
    _index("campaign_id")


def _index(*columns: str) -> None:
    for state in _STATES:
        where = sa.text(f"state = '{state}'")
        op.create_index(
            f"uq_prizes_award_list_{state}",
            "prizes_award_list",
            list(columns),
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


class _Guard:
    """A refusal of the database: of an act on a table's rows, whenever a condition on them holds."""

    def __init__(self, table: str, act: str, condition: str) -> None:
        self.table, self.act, self.condition = table, act, condition
        self.name = f"{table}_{act}_guard"

    def create(self) -> None:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(
                f"CREATE TRIGGER {self.name} BEFORE {self.act} ON {self.table} FOR EACH ROW WHEN {self.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{_ONLY_DRAFTS}'); END"
            )
            return
        op.execute(
            f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {self.condition} THEN "
            f"RAISE EXCEPTION '{_ONLY_DRAFTS}' USING ERRCODE = 'restrict_violation'; END IF; "
            f"RETURN {'OLD' if self.act == 'delete' else 'NEW'}; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {self.name} BEFORE {self.act} ON {self.table} FOR EACH ROW EXECUTE FUNCTION {self.name}()"
        )

    def drop(self) -> None:
        if op.get_bind().dialect.name == "sqlite":
            op.execute(f"DROP TRIGGER {self.name}")
            return
        op.execute(f"DROP TRIGGER {self.name} ON {self.table}")
        op.execute(f"DROP FUNCTION {self.name}()")


def _guards() -> Iterator[_Guard]:
    erased = f"(NEW.recipient = '—' AND NEW.name_salt = '' AND {_same(_OF_AN_AWARD)})"
    sealed = f"({_same(_SEALED)} AND (NEW.state = OLD.state OR (OLD.state = 'adopted' AND NEW.state = 'superseded')))"
    erased_once = f"(OLD.names_erased_at IS NULL OR {_same(('names_erased_at',))})"
    same = f"({_same(_OF_THE_LIST)} AND {_same_texts()} AND {erased_once} AND (OLD.state = 'draft' OR {sealed}))"
    yield _Guard("prizes_award_list", "insert", "NEW.state <> 'draft'")
    yield _Guard("prizes_award_list", "update", f"NOT {same}")
    yield _Guard("prizes_award_list", "delete", "1 = 1")
    for table in _PARTS:
        yield _Guard(table, "insert", _is_no_draft("NEW"))
        yield _Guard(table, "update", f"NOT {erased}" if table == "prizes_award" else "1 = 1")
        yield _Guard(table, "delete", _is_no_draft("OLD") if table == "prizes_unit_award" else "1 = 1")


def _is_no_draft(row: str) -> str:
    own = f"SELECT 1 FROM prizes_award_list AS own WHERE own.id = {row}.award_list_id AND own.state = 'draft'"  # noqa: S608
    return f"NOT EXISTS ({own})"


def _same(columns: tuple[str, ...]) -> str:
    how = "IS" if op.get_bind().dialect.name == "sqlite" else "IS NOT DISTINCT FROM"
    return " AND ".join(f"NEW.{column} {how} OLD.{column}" for column in columns)


def _same_texts() -> str:
    # PostgreSQL compares JSON as the text that it is.
    return "CAST(NEW.remarks AS TEXT) = CAST(OLD.remarks AS TEXT)"
