"""Award lists become final by minutes and a decision, which the database lets nobody rewrite

A decision that was named for handing prizes over alone is not carried over: without minutes it makes nothing final. It
stays in the audit log, and is named anew, together with the minutes, where prizes are still to be handed over.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STAYS = "acts that were named stay as they are"
_PAIR = "a_decision_has_number_and_date"

_LIST = "(SELECT {column} FROM prizes_award_list WHERE id = NEW.award_list_id)"
_ACT = "(SELECT {column} FROM prizes_legal_act WHERE id = NEW.{kind}_id)"
#: The day of the adoption where the contest's people live, seven hours ahead of UTC.
_ADOPTED_ON = {
    "sqlite": f"date({_LIST.format(column='adopted_at')} / 1000000 + 25200, 'unixepoch')",
    "postgresql": "CAST(timestamp 'epoch' + ({} / 1000000 + 25200) * interval '1 second' AS date)".format(
        _LIST.format(column="adopted_at")
    ),
}


def upgrade() -> None:
    """Add the acts and what they make final; take away the decision that stood beside a list."""
    op.create_table(
        "prizes_legal_act",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("kind", _known("actkind_known", "minutes", "decision"), nullable=False),
        sa.Column("document_id", _KEY, nullable=False),
        sa.Column("symbol", sa.String(length=60), nullable=False),
        sa.Column("title", sa.String(length=400), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("authority", sa.String(length=160), nullable=False),
        sa.Column("office", sa.String(length=160), nullable=False),
        sa.Column("signatory", sa.String(length=80), nullable=False),
        sa.Column("file_id", _KEY, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "symbol <> '' AND issuer <> '' AND office <> '' AND signatory <> '' AND length(file_sha256) = 64",
            name=op.f("ck_prizes_legal_act_complete"),
        ),
        sa.ForeignKeyConstraint(["campaign_id"], ["core_campaign.id"], name=op.f("fk_prizes_legal_act_campaign_id")),
        sa.ForeignKeyConstraint(["document_id"], ["core_document.id"], name=op.f("fk_prizes_legal_act_document_id")),
        sa.ForeignKeyConstraint(["file_id"], ["core_file.id"], name=op.f("fk_prizes_legal_act_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_legal_act")),
        sa.UniqueConstraint("campaign_id", "digest", name=op.f("uq_prizes_legal_act_campaign_id_digest")),
    )
    op.create_table(
        "prizes_finality",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("award_list_id", _KEY, nullable=False),
        sa.Column("version", _KEY, nullable=False),
        sa.Column("minutes_id", _KEY, nullable=False),
        sa.Column("decision_id", _KEY, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("recorded_by", _KEY, nullable=True),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "version >= 1 AND (version = 1) = (reason = '')", name=op.f("ck_prizes_finality_a_correction_has_a_reason")
        ),
        sa.ForeignKeyConstraint(
            ["award_list_id"], ["prizes_award_list.id"], name=op.f("fk_prizes_finality_award_list_id")
        ),
        sa.ForeignKeyConstraint(["minutes_id"], ["prizes_legal_act.id"], name=op.f("fk_prizes_finality_minutes_id")),
        sa.ForeignKeyConstraint(["decision_id"], ["prizes_legal_act.id"], name=op.f("fk_prizes_finality_decision_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["core_user.id"], name=op.f("fk_prizes_finality_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prizes_finality")),
        sa.UniqueConstraint("award_list_id", "version", name=op.f("uq_prizes_finality_award_list_id_version")),
    )
    for table, act, condition in _refusals():
        _refuse(table, act, condition)
    with op.batch_alter_table("prizes_hand_over") as batch_op:
        batch_op.drop_constraint(op.f(f"ck_prizes_hand_over_{_PAIR}"), type_="check")
        batch_op.drop_column("decision_date")
        batch_op.drop_column("decision_number")


def downgrade() -> None:
    """Take it back; the decision of each list stands beside it again."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, act, _condition in _refusals():
        op.execute(f"DROP TRIGGER {table}_{act}" if on_sqlite else f"DROP FUNCTION {table}_{act}() CASCADE")
    with op.batch_alter_table("prizes_hand_over") as batch_op:
        batch_op.add_column(sa.Column("decision_number", sa.String(length=60), nullable=True))
        batch_op.add_column(sa.Column("decision_date", sa.Date(), nullable=True))
    decided = (
        "SELECT {column} FROM prizes_finality f JOIN prizes_legal_act a ON a.id = f.decision_id"
        " WHERE f.award_list_id = prizes_hand_over.award_list_id ORDER BY f.version DESC LIMIT 1"
    )
    number, day = decided.format(column="a.symbol"), decided.format(column="a.issued_on")
    op.execute(f"UPDATE prizes_hand_over SET decision_number = ({number}), decision_date = ({day})")  # noqa: S608
    with op.batch_alter_table("prizes_hand_over") as batch_op:
        batch_op.create_check_constraint(
            op.f(f"ck_prizes_hand_over_{_PAIR}"), "(decision_number IS NULL) = (decision_date IS NULL)"
        )
    op.drop_table("prizes_finality")
    op.drop_table("prizes_legal_act")


def _known(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def _refusals() -> Iterator[tuple[str, str, str]]:
    """Yield table, act, and what must hold for it."""
    for table in ("prizes_legal_act", "prizes_finality"):
        yield table, "update", "1 = 0"
        yield table, "delete", "1 = 0"
    yield "prizes_finality", "insert", " AND ".join(_may_be_named())


def _may_be_named() -> Iterator[str]:
    """Yield what must hold for acts that make a list final: an adopted list, both acts of its campaign, their days."""
    adopted_on = _ADOPTED_ON[op.get_bind().dialect.name]
    yield f"{_LIST.format(column='state')} = 'adopted'"
    for kind in ("minutes", "decision"):
        yield f"{_ACT.format(column='kind', kind=kind)} = '{kind}'"
        campaign = _ACT.format(column="campaign_id", kind=kind)
        yield f"{campaign} = {_LIST.format(column='campaign_id')}"
    minutes, decision = (_ACT.format(column="issued_on", kind=kind) for kind in ("minutes", "decision"))
    yield f"{minutes} >= {adopted_on}"
    yield f"{decision} >= {minutes}"
    own = "SELECT COALESCE(MAX(version), 0) FROM prizes_finality WHERE award_list_id = NEW.award_list_id"
    yield f"NEW.version = 1 + ({own})"


def _refuse(table: str, act: str, condition: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} WHEN ({condition}) IS NOT TRUE "
            f"BEGIN SELECT RAISE(ABORT, '{_STAYS}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {table}_{act}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF ({condition}) IS NOT TRUE THEN RAISE EXCEPTION '{_STAYS}' USING ERRCODE = 'restrict_violation'; END IF; "
        f"RETURN {'OLD' if act == 'delete' else 'NEW'}; END $$"
    )
    op.execute(f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{act}()")
