"""Complaints, with their files and those whom they touch"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, text: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(text, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    """Create the tables."""
    table = "inquiries_complaint"
    people = ("user_id", "entered_by", "handler_id", "drafted_by", "approved_by")
    op.create_table(
        table,
        sa.Column("id", Key, nullable=False),
        sa.Column("campaign_id", Key, nullable=False),
        sa.Column("number", Key, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("phase_id", Key, nullable=False),
        sa.Column("ranking_number", Key, nullable=True),
        sa.Column("about", _choice("complaintabout", "result", "ranking", "award"), nullable=False),
        sa.Column("user_id", Key, nullable=True),
        sa.Column("on_paper", sa.Boolean(), nullable=False),
        sa.Column("sender", sa.LargeBinary(), nullable=True),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("body", sa.String(4000), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("entered_by", Key, nullable=True),
        sa.Column("state", _choice("complaintstate", "received", "handling", "answered", "withdrawn"), nullable=False),
        sa.Column("handler_id", Key, nullable=True),
        sa.Column("handled_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", _choice("outcome", "upheld", "partly", "rejected"), nullable=True),
        sa.Column("answer", sa.String(8000), nullable=False),
        sa.Column("drafted_by", Key, nullable=True),
        sa.Column("drafted_at", sa.BigInteger(), nullable=True),
        sa.Column("sent_back", sa.String(400), nullable=False),
        sa.Column("approved_by", Key, nullable=True),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("harmless_reason", sa.String(400), nullable=False),
        sa.Column("harmless_at", sa.BigInteger(), nullable=True),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        _check(table, "says_something", "body <> ''"),
        _check(table, "answered_has_a_time", "(state = 'answered') = (answered_at IS NOT NULL)"),
        _check(table, "withdrawn_has_a_time", "(state = 'withdrawn') = (withdrawn_at IS NOT NULL)"),
        _check(table, "answer_says_it", "answered_at IS NULL OR (outcome IS NOT NULL AND answer <> '')"),
        _check(table, "agreed_by_two", "answered_at IS NULL OR outcome = 'rejected' OR approved_by IS NOT NULL"),
        _check(table, "two_persons", "approved_by IS NULL OR approved_by <> drafted_by"),
        _check(table, "handled_by_somebody", "state <> 'handling' OR handler_id IS NOT NULL"),
        _refers(table, "campaign_id", "core_campaign"),
        _refers(table, "phase_id", "core_phase"),
        *(_refers(table, column, "core_user") for column in people),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("campaign_id", "number", name=op.f(f"uq_{table}_campaign_id_number")),
        sa.UniqueConstraint("campaign_id", "token_hash", name=op.f(f"uq_{table}_campaign_id_token_hash")),
    )
    op.create_index("ix_inquiries_complaint_waiting", table, ["campaign_id", "state", "due_at"])
    op.create_index("ix_inquiries_complaint_of_round", table, ["phase_id", "state"])
    op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])

    table = "inquiries_complaint_file"
    op.create_table(
        table,
        sa.Column("id", Key, nullable=False),
        sa.Column("complaint_id", Key, nullable=False),
        sa.Column("file_id", Key, nullable=False),
        sa.Column("of_answer", sa.Boolean(), nullable=False),
        _refers(table, "complaint_id", "inquiries_complaint"),
        _refers(table, "file_id", "core_file"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("file_id", name=op.f(f"uq_{table}_file_id")),
    )
    op.create_index(op.f(f"ix_{table}_complaint_id"), table, ["complaint_id"])

    table = "inquiries_complaint_touched"
    op.create_table(
        table,
        sa.Column("complaint_id", Key, nullable=False),
        sa.Column("enrolment_id", Key, nullable=False),
        _refers(table, "complaint_id", "inquiries_complaint"),
        _refers(table, "enrolment_id", "core_enrolment"),
        sa.PrimaryKeyConstraint("complaint_id", "enrolment_id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_enrolment_id"), table, ["enrolment_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("inquiries_complaint_touched", "inquiries_complaint_file", "inquiries_complaint"):
        op.drop_table(table)
