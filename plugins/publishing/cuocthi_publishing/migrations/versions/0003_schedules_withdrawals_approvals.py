"""Releases with a moment, standing approvals and withdrawals, which the database itself lets nobody rewrite

A draft that another one replaced was called withdrawn; it is discarded now, and withdrawn is what the public had seen.

A later revision that lays one of these tables down anew on SQLite has to make its triggers again: they go with it.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATES = ("draft", "published", "withdrawn")
_KNOWN = "releasestate_known"
_ADDED = ("not_before", "confirmed_at", "withdrawn_at")

#: The conditions of the table before and after, by name.
_BEFORE = {
    "published_by_somebody": (
        "(state = 'published') = (published_at IS NOT NULL) AND (published_at IS NULL) = (confirmed_by IS NULL)"
    ),
    "bundle_of_published": "bundle_file_id IS NULL OR state = 'published'",
}
_AFTER = {
    "published_by_somebody": (
        "(confirmed_at IS NULL) = (confirmed_by IS NULL) AND (published_at IS NULL) = (confirmed_by IS NULL)"
        " AND (state IN ('published', 'withdrawn')) = (confirmed_by IS NOT NULL)"
    ),
    "not_too_early": "published_at >= confirmed_at AND (not_before IS NULL OR published_at >= not_before)",
    "withdrawn_at_a_moment": "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)",
    "bundle_of_confirmed": "bundle_file_id IS NULL OR confirmed_by IS NOT NULL",
}
_STAYING = {
    "correction_says_what_changed": "(replaces_id IS NULL) = (note = '')",
    "second_person": "confirmed_by <> created_by",
}

_RELEASE_STAYS = "a release stays as it was made"
_WITHDRAWAL_STAYS = "a withdrawal stays as it was decided"
_APPROVAL_STAYS = "a standing approval stays as it was confirmed"
_CONTENT = (
    "id", "campaign_id", "number", "snapshot", "digest", "replaces_id", "note", "not_before", "approval_id",
    "created_by", "created_at",
)  # fmt: skip
_CONFIRMED = ("confirmed_by", "confirmed_at", "published_at")


def _same(*columns: str) -> str:
    return " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in columns)


def _once(*columns: str) -> str:
    return " AND ".join(f"(OLD.{name} IS NULL OR {_same(name)})" for name in columns)


_STEPS = (
    "(OLD.state = NEW.state OR (OLD.state = 'draft' AND NEW.state IN ('published', 'discarded'))"
    " OR (OLD.state = 'published' AND NEW.state = 'withdrawn'))"
)
_TWO = (
    "(NEW.state <> 'withdrawn' OR NEW.withdrawn_at < NEW.published_at OR EXISTS (SELECT 1 FROM publishing_withdrawal w"
    " WHERE w.release_id = NEW.id AND w.confirmed_by IS NOT NULL AND w.dropped_at IS NULL))"
)
# Arrays of JSON can be compared as texts only.
_LISTS = "CAST(OLD.groups AS TEXT) = CAST(NEW.groups AS TEXT) AND CAST(OLD.clocks AS TEXT) = CAST(NEW.clocks AS TEXT)"
#: By table and act: what a row must fulfil for it, and what is said otherwise.
_ROWS = [
    ("publishing_release", "insert", "NEW.state = 'draft'", _RELEASE_STAYS),
    (
        "publishing_release",
        "update",
        (
            f"{_same(*_CONTENT)} AND {_once(*_CONFIRMED, 'withdrawn_at', 'bundle_file_id', 'names_erased_at')}"
            f" AND (OLD.signed_with = '' OR {_same('signed_with')}) AND {_STEPS} AND {_TWO}"
        ),
        _RELEASE_STAYS,
    ),
    ("publishing_release", "delete", "1 = 0", _RELEASE_STAYS),
    ("publishing_withdrawal", "insert", "NEW.confirmed_by IS NULL AND NEW.dropped_at IS NULL", _WITHDRAWAL_STAYS),
    (
        "publishing_withdrawal",
        "update",
        (
            f"{_same('id', 'release_id', 'reason', 'asked_by', 'asked_at')}"
            " AND OLD.confirmed_by IS NULL AND OLD.dropped_at IS NULL"
        ),
        _WITHDRAWAL_STAYS,
    ),
    ("publishing_withdrawal", "delete", "1 = 0", _WITHDRAWAL_STAYS),
    ("publishing_approval", "insert", "NEW.confirmed_by IS NULL AND NEW.revoked_by IS NULL", _APPROVAL_STAYS),
    (
        "publishing_approval",
        "update",
        (
            f"{_same('id', 'campaign_id', 'first_day', 'last_day', 'created_by', 'created_at')} AND {_LISTS}"
            f" AND {_once('confirmed_by', 'confirmed_at', 'revoked_by', 'revoked_at')}"
        ),
        _APPROVAL_STAYS,
    ),
    ("publishing_approval", "delete", "1 = 0", _APPROVAL_STAYS),
]


def upgrade() -> None:
    """Add what releases need to have a moment, to go out by themselves and to be withdrawn, and the refusals."""
    _create_approvals()
    op.drop_index("uq_publishing_release_draft", "publishing_release")
    with op.batch_alter_table("publishing_release", copy_from=_release(_BEFORE, _STATES)) as batch_op:
        for column in _added(""):
            batch_op.add_column(column)
        for name in (*_BEFORE, _KNOWN):
            batch_op.drop_constraint(batch_op.f(f"ck_publishing_release_{name}"), type_="check")
    op.execute("UPDATE publishing_release SET confirmed_at = published_at")
    op.execute("UPDATE publishing_release SET state = 'discarded' WHERE state = 'withdrawn'")
    with op.batch_alter_table("publishing_release", copy_from=_release({}, (), *_added(""))) as batch_op:
        batch_op.alter_column("signed_with", existing_type=sa.String(length=16), server_default=None)
        batch_op.create_foreign_key(
            batch_op.f("fk_publishing_release_approval_id"), "publishing_approval", ["approval_id"], ["id"]
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_publishing_release_approval_id_not_before"), ["approval_id", "not_before"]
        )
        for name, condition in {**_AFTER, _KNOWN: _known((*_STATES, "discarded"))}.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_publishing_release_{name}"), condition)
    _index("state = 'draft' AND approval_id IS NULL")
    _create_withdrawals()
    for table, act, condition, refusal in _ROWS:
        _refuse(table, act, condition, refusal)


def downgrade() -> None:
    """Take it back. What was withdrawn or is to come stays in the table as a draft that was replaced."""
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, act, *_ in _ROWS:
        op.execute(f"DROP TRIGGER {table}_{act}" if on_sqlite else f"DROP FUNCTION {table}_{act}() CASCADE")
    op.drop_table("publishing_withdrawal")
    op.drop_index("uq_publishing_release_draft", "publishing_release")
    whole = _release(_AFTER, (*_STATES, "discarded"), *_added(), of_approvals=True)
    with op.batch_alter_table("publishing_release", copy_from=whole) as batch_op:
        for name in (*_AFTER, _KNOWN):
            batch_op.drop_constraint(batch_op.f(f"ck_publishing_release_{name}"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_publishing_release_approval_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_publishing_release_approval_id_not_before"), type_="unique")
    op.execute(
        "UPDATE publishing_release SET state = 'withdrawn', confirmed_by = NULL, published_at = NULL,"
        " bundle_file_id = NULL WHERE state IN ('withdrawn', 'discarded')"
    )
    with op.batch_alter_table("publishing_release", copy_from=_release({}, (), *_added())) as batch_op:
        for name in (*_ADDED, "approval_id", "signed_with"):
            batch_op.drop_column(name)
        for name, condition in {**_BEFORE, _KNOWN: _known(_STATES)}.items():
            batch_op.create_check_constraint(batch_op.f(f"ck_publishing_release_{name}"), condition)
    _index("state = 'draft'")
    op.drop_table("publishing_approval")


def _added(signed_with: str | None = None) -> list[sa.Column[Any]]:
    """Return the columns that are new; ``signed_with`` is what stands in the rows that are there."""
    return [
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _ADDED),
        sa.Column("approval_id", _KEY, nullable=True),
        sa.Column("signed_with", sa.String(length=16), nullable=False, server_default=signed_with),
    ]


def _known(states: tuple[str, ...]) -> str:
    return f"state IN ({', '.join(repr(state) for state in states)})"


def _release(
    conditions: dict[str, str], states: tuple[str, ...], *columns: sa.Column[Any], of_approvals: bool = False
) -> sa.Table:
    """Return the table as it is at a step: read from the database, SQLite's would lack its conditions."""
    checks = {**_STAYING, **conditions, **({_KNOWN: _known(states)} if states else {})}
    approvals = (
        sa.ForeignKeyConstraint(["approval_id"], ["publishing_approval.id"], name="fk_publishing_release_approval_id"),
        sa.UniqueConstraint("approval_id", "not_before", name="uq_publishing_release_approval_id_not_before"),
    )
    return sa.Table(
        "publishing_release",
        sa.MetaData(),
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("number", _KEY, nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("snapshot", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("replaces_id", _KEY, nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("created_by", _KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", _KEY, nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=True),
        sa.Column("bundle_file_id", _KEY, nullable=True),
        sa.Column("names_erased_at", sa.BigInteger(), nullable=True),
        *columns,
        *(sa.CheckConstraint(text, name=f"ck_publishing_release_{name}") for name, text in checks.items()),
        *(
            sa.ForeignKeyConstraint([column], [f"{other}.id"], name=f"fk_publishing_release_{column}")
            for column, other in (
                ("bundle_file_id", "core_file"),
                ("campaign_id", "core_campaign"),
                ("confirmed_by", "core_user"),
                ("created_by", "core_user"),
                ("replaces_id", "publishing_release"),
            )
        ),
        *(approvals if of_approvals else ()),
        sa.PrimaryKeyConstraint("id", name="pk_publishing_release"),
        sa.UniqueConstraint("campaign_id", "number", name="uq_publishing_release_campaign_id_number"),
    )


def _index(condition: str) -> None:
    where = sa.text(condition)
    op.create_index(
        "uq_publishing_release_draft",
        "publishing_release",
        ["campaign_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _create_approvals() -> None:
    op.create_table(
        "publishing_approval",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("groups", sa.JSON(), nullable=False),
        sa.Column("clocks", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("created_by", _KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", _KEY, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_by", _KEY, nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("confirmed_by <> created_by", name=op.f("ck_publishing_approval_second_person")),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)", name=op.f("ck_publishing_approval_confirmed_by_somebody")
        ),
        sa.CheckConstraint(
            "(revoked_by IS NULL) = (revoked_at IS NULL)", name=op.f("ck_publishing_approval_revoked_by_somebody")
        ),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_publishing_approval_days_in_order")),
        *_keys(
            "publishing_approval",
            campaign_id="core_campaign",
            created_by="core_user",
            confirmed_by="core_user",
            revoked_by="core_user",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_approval")),
    )
    op.create_index(op.f("ix_publishing_approval_campaign_id"), "publishing_approval", ["campaign_id"])


def _create_withdrawals() -> None:
    op.create_table(
        "publishing_withdrawal",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("release_id", _KEY, nullable=False),
        sa.Column("reason", sa.String(length=400), nullable=False),
        sa.Column("asked_by", _KEY, nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by", _KEY, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("dropped_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("confirmed_by <> asked_by", name=op.f("ck_publishing_withdrawal_second_person")),
        sa.CheckConstraint(
            "(confirmed_by IS NULL) = (confirmed_at IS NULL)",
            name=op.f("ck_publishing_withdrawal_confirmed_by_somebody"),
        ),
        sa.CheckConstraint(
            "confirmed_at IS NULL OR dropped_at IS NULL", name=op.f("ck_publishing_withdrawal_confirmed_or_dropped")
        ),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_publishing_withdrawal_says_why")),
        *_keys(
            "publishing_withdrawal", release_id="publishing_release", asked_by="core_user", confirmed_by="core_user"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_publishing_withdrawal")),
    )
    where = sa.text("dropped_at IS NULL")
    op.create_index(
        "uq_publishing_withdrawal_release",
        "publishing_withdrawal",
        ["release_id"],
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def _keys(table: str, **referred: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{other}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, other in referred.items()
    ]


def _refuse(table: str, act: str, condition: str, refusal: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        # What cannot be told is refused as well.
        words = condition.replace("IS NOT DISTINCT FROM", "IS")
        op.execute(
            f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} WHEN ({words}) IS NOT TRUE "
            f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
        )
        return
    row = "OLD" if act == "delete" else "NEW"
    body = (
        f"IF ({condition}) IS NOT TRUE THEN RAISE EXCEPTION '{refusal}' USING ERRCODE = 'restrict_violation'; END IF;"
        f" RETURN {row};"
    )
    # A purge of the plugin's tables leaves functions behind.
    op.execute(f"CREATE OR REPLACE FUNCTION {table}_{act}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$")
    op.execute(f"CREATE TRIGGER {table}_{act} BEFORE {act} ON {table} FOR EACH ROW EXECUTE FUNCTION {table}_{act}()")
