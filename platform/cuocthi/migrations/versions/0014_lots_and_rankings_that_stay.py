"""Lots are drawn once, and the database keeps what was submitted and adopted

Lots of a round with their entrants and the two parts of their seed. Triggers refuse to change or remove what is
decided: a ranking that is no draft and its places, confirmations of an adopted one, lots and their parts. The order of
equals in a provisional ranking comes from a lot that was drawn; adopted is a ranking only with two persons'
confirmations.

A later revision that lays down one of these tables anew on SQLite has to take the triggers away before, and to make
them again: they go with the table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
#: Columns of a place that decide nothing but the order of equals.
_PLACE = ("rank", "tied", "qualified", "entries", "entry_key", "score", "max_score", "duration_ms", "started_at")
_PLACES = ("ranking_id", "enrolment_id", *_PLACE, "finished_at", *(f"key_{number}" for number in range(1, 9)))
_BUILT = ("id", "campaign_id", "phase_id", "number", "settings_version_id", "persons", "entries", "results_digest")
_SUBMITTED = (*_BUILT, "digest", "created_at", "submitted_at", "objections_until")
_COMMITTED = ("id", "campaign_id", "phase_id", "number", "method", "version", "rank", "persons", "entrants_digest")
_OPENED = (*_COMMITTED, "reason", "after_id", "opened_by", "opened_at")
#: Values of JSON, which PostgreSQL compares as texts only.
_TEXTS = {"core_ranking": ("criteria",), "core_lot": ("head", "sources")}

_STAYS = "a ranking that is no draft stays as it is"
_LOT_STAYS = "a lot stays as it is"
_STATES = (
    "(OLD.state = NEW.state OR OLD.state = 'draft' OR NEW.state = 'superseded'"
    " OR (OLD.state = 'provisional' AND NEW.state = 'adopted'))"
)
_MOMENT = "(OLD.adopted_at IS NOT DISTINCT FROM NEW.adopted_at OR (OLD.adopted_at IS NULL AND NEW.state = 'adopted'))"
_TWO = (
    "(SELECT COUNT(DISTINCT user_id) FROM core_confirmation"
    " WHERE subject = 'core:ranking' AND subject_id = NEW.id) >= 2"
)
_SIGNED = f"(NEW.state <> 'adopted' OR OLD.state = 'adopted' OR {_TWO})"
_DRAWN = (
    "EXISTS (SELECT 1 FROM core_lot_entrant e JOIN core_lot l ON l.id = e.lot_id JOIN core_ranking r"
    " ON r.phase_id = l.phase_id WHERE r.id = NEW.ranking_id AND r.state = 'provisional' AND l.state = 'drawn'"
    " AND e.enrolment_id = NEW.enrolment_id AND e.place = NEW.tie_place)"
)
_IN = "(SELECT state FROM core_ranking WHERE id = {row}.ranking_id)"
_OF_LOT = "(SELECT state FROM core_lot WHERE id = {row}.lot_id)"
_PARTS = "(SELECT COUNT(DISTINCT user_id) FROM core_lot_part WHERE lot_id = NEW.id) = 2 AND NEW.seed <> ''"
_NO_PART = "NOT EXISTS (SELECT 1 FROM core_lot_part WHERE lot_id = NEW.lot_id)"
_EVERYBODY = "NOT EXISTS (SELECT 1 FROM core_lot_entrant WHERE lot_id = NEW.id AND place IS NULL)"
_COMPLETE = f"(NEW.state <> 'drawn' OR ({_EVERYBODY} AND (NEW.method <> 'lot' OR ({_PARTS}))))"
_BOUND = "SELECT 1 FROM was JOIN core_ranking held ON held.id = was.ranking_id WHERE held.state <> 'draft'"
_CONFIRMED = (
    "(OLD.subject <> 'core:ranking'"
    " OR (SELECT state FROM core_ranking WHERE id = OLD.subject_id) IN ('draft', 'provisional'))"
)


def _same(columns: tuple[str, ...], table: str = "") -> str:
    """Return the condition that none of these columns changes."""
    # PostgreSQL knows no equality of JSON; SQLite holds it as text anyhow.
    texts = " AND ".join(f"CAST(OLD.{name} AS TEXT) = CAST(NEW.{name} AS TEXT)" for name in _TEXTS.get(table, ()))
    plain = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in columns)
    return f"{plain} AND {texts}" if texts else plain


#: By table and act: what a row must fulfil for it, and what is said otherwise.
_ROWS = [
    (
        "core_ranking",
        "update",
        f"{_STATES} AND {_SIGNED} AND (OLD.state = 'draft' OR ({_MOMENT} AND {_same(_SUBMITTED, 'core_ranking')}))",
        _STAYS,
    ),
    ("core_ranking", "insert", "NEW.state = 'draft'", _STAYS),
    ("core_ranking", "delete", "OLD.state = 'draft'", _STAYS),
    ("core_tie_decision", "insert", f"{_IN.format(row='NEW')} IN ('draft', 'provisional')", _STAYS),
    ("core_tie_decision", "update", f"{_IN.format(row='OLD')} IN ('draft', 'provisional')", _STAYS),
    ("core_tie_decision", "delete", f"{_IN.format(row='OLD')} IN ('draft', 'provisional')", _STAYS),
    ("core_confirmation", "update", _CONFIRMED, _STAYS),
    ("core_confirmation", "delete", _CONFIRMED, _STAYS),
    ("core_lot", "update", f"OLD.state = 'open' AND {_COMPLETE} AND {_same(_OPENED, 'core_lot')}", _LOT_STAYS),
    ("core_lot", "delete", "1 = 0", _LOT_STAYS),
    (
        "core_lot_entrant",
        "insert",
        f"{_OF_LOT.format(row='NEW')} = 'open' AND {_NO_PART}",
        _LOT_STAYS,
    ),
    (
        "core_lot_entrant",
        "update",
        f"OLD.place IS NULL AND {_same(('lot_id', 'enrolment_id'))} AND {_OF_LOT.format(row='NEW')} = 'open'",
        _LOT_STAYS,
    ),
    ("core_lot_entrant", "delete", "1 = 0", _LOT_STAYS),
    ("core_lot_part", "insert", f"{_OF_LOT.format(row='NEW')} = 'open'", _LOT_STAYS),
    ("core_lot_part", "update", "1 = 0", _LOT_STAYS),
    ("core_lot_part", "delete", "1 = 0", _LOT_STAYS),
]
#: The same for the places of rankings. There are half a million of them: PostgreSQL looks at all that a statement
#: changes at once.
_PLACED = [
    ("update", f"{_IN.format(row='OLD')} = 'draft' OR ({_same(_PLACES)} AND {_DRAWN})"),
    ("delete", f"{_IN.format(row='OLD')} = 'draft'"),
]


def upgrade() -> None:
    """Add lots, and let the database refuse to change what is decided."""
    _create_lots()
    with op.batch_alter_table("core_tie_decision") as batch_op:
        batch_op.add_column(sa.Column("lot_id", _NUMBER, nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_core_tie_decision_lot_id"), "core_lot", ["lot_id"], ["id"])
    if op.get_bind().dialect.name == "sqlite":
        for table, act, condition, refusal in _ROWS:
            _refuse_on_sqlite(table, act, condition, refusal)
        for act, condition in _PLACED:
            _refuse_on_sqlite("core_standing", act, condition, _STAYS)
        return
    for table, act, condition, refusal in _ROWS:
        _refuse(table, act, f"IF ({condition}) IS NOT TRUE THEN {_raise(refusal)} END IF; RETURN {_row(act)};", "ROW")
    _refuse_places()


def _refuse_on_sqlite(table: str, act: str, condition: str, refusal: str) -> None:
    # What cannot be told (a row that nothing belongs to) is refused as well.
    words = condition.replace("IS NOT DISTINCT FROM", "IS")
    op.execute(
        f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} WHEN ({words}) IS NOT TRUE "
        f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
    )


def _refuse(table: str, act: str, body: str, each: str, *, when: str = "BEFORE", of: str = "") -> None:
    op.execute(f"CREATE FUNCTION {table}_{act}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
    op.execute(
        f"CREATE TRIGGER {table}_{act} {when} {act} ON {table} {of} FOR EACH {each} EXECUTE FUNCTION {table}_{act}()"
    )


def _raise(refusal: str) -> str:
    return f"RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation';"


def _row(act: str) -> str:
    return "OLD" if act == "delete" else "NEW"


def _refuse_places() -> None:
    _refuse(
        "core_standing",
        "delete",
        f"IF EXISTS ({_BOUND}) THEN {_raise(_STAYS)} END IF; RETURN NULL;",
        "STATEMENT",
        when="AFTER",
        of="REFERENCING OLD TABLE AS was",
    )
    # Whole sets are compared: looked up one by one, as the planner would, fourteen thousand equals take ten seconds.
    columns = ", ".join(f"{{0}}.{name}" for name in _PLACES)
    before = _BOUND.replace("SELECT 1", f"SELECT {columns.format('was')}")
    changed = f"{before} EXCEPT SELECT {columns.format('came')} FROM came"  # noqa: S608 - our own words
    undrawn = f"{_BOUND.replace('was', 'came')} AND NOT {_DRAWN.replace('NEW.', 'came.')}"
    _refuse(
        "core_standing",
        "update",
        f"IF EXISTS ({changed}) OR EXISTS ({undrawn}) THEN {_raise(_STAYS)} END IF; RETURN NULL;",
        "STATEMENT",
        when="AFTER",
        of="REFERENCING OLD TABLE AS was NEW TABLE AS came",
    )
    _refuse("core_standing", "truncate", _raise(_STAYS), "STATEMENT")


def _create_lots() -> None:
    op.create_table(
        "core_lot",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("campaign_id", _NUMBER, nullable=False),
        sa.Column("phase_id", _NUMBER, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("method", _known("tiemethod_known", "lot", "jury"), nullable=False),
        sa.Column("state", _known("lotstate_known", "open", "drawn", "abandoned"), nullable=False),
        sa.Column("version", _NUMBER, nullable=False),
        sa.Column("rank", _NUMBER, nullable=False),
        sa.Column("persons", _NUMBER, nullable=False),
        sa.Column("head", sa.JSON(), nullable=False),
        sa.Column("sources", sa.JSON(), nullable=False),
        sa.Column("entrants_digest", sa.String(length=64), nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("after_id", _NUMBER, nullable=True),
        sa.Column("opened_by", _NUMBER, nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("seed", sa.String(length=64), nullable=False),
        sa.Column("closed_by", _NUMBER, nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("end_reason", sa.String(length=400), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name=op.f("ck_core_lot_closed")),
        sa.CheckConstraint("method = 'lot' OR reason <> ''", name=op.f("ck_core_lot_jury_reason")),
        sa.CheckConstraint("state <> 'abandoned' OR end_reason <> ''", name=op.f("ck_core_lot_abandoned_reason")),
        *_keys("core_lot", campaign_id="core_campaign", phase_id="core_phase", after_id="core_lot"),
        *_keys("core_lot", opened_by="core_user", closed_by="core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_lot")),
        sa.UniqueConstraint("phase_id", "number", name=op.f("uq_core_lot_phase_id_number")),
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "uq_core_lot_open",
        "core_lot",
        ["phase_id", "rank"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "core_lot_entrant",
        sa.Column("lot_id", _NUMBER, nullable=False),
        sa.Column("enrolment_id", _NUMBER, nullable=False),
        sa.Column("place", _NUMBER, nullable=True),
        *_keys("core_lot_entrant", lot_id="core_lot", enrolment_id="core_enrolment"),
        sa.PrimaryKeyConstraint("lot_id", "enrolment_id", name=op.f("pk_core_lot_entrant")),
        sa.UniqueConstraint("lot_id", "place", name=op.f("uq_core_lot_entrant_lot_id_place")),
    )
    op.create_index("ix_core_lot_entrant_enrolment_id", "core_lot_entrant", ["enrolment_id"])
    op.create_table(
        "core_lot_part",
        sa.Column("id", _NUMBER, nullable=False),
        sa.Column("lot_id", _NUMBER, nullable=False),
        sa.Column("number", _NUMBER, nullable=False),
        sa.Column("user_id", _NUMBER, nullable=False),
        sa.Column("part", sa.String(length=200), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_core_lot_part_two_parts")),
        *_keys("core_lot_part", lot_id="core_lot", user_id="core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_lot_part")),
        sa.UniqueConstraint("lot_id", "number", name=op.f("uq_core_lot_part_lot_id_number")),
        sa.UniqueConstraint("lot_id", "user_id", name=op.f("uq_core_lot_part_lot_id_user_id")),
    )


def _known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _keys(table: str, **referred: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in referred.items()
    ]


def downgrade() -> None:
    """Take it back."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    acts = [(table, act) for table, act, *_ in _ROWS] + [("core_standing", act) for act, _ in _PLACED]
    for table, act in acts if on_sqlite else [*acts, ("core_standing", "truncate")]:
        op.execute(f"DROP TRIGGER {table}_{act}" if on_sqlite else f"DROP FUNCTION {table}_{act}() CASCADE")
    with op.batch_alter_table("core_tie_decision") as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_core_tie_decision_lot_id"), type_="foreignkey")
        batch_op.drop_column("lot_id")
    for table in ("core_lot_part", "core_lot_entrant", "core_lot"):
        op.drop_table(table)
