"""Create the tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    table = "inquiries_inquiry"
    op.create_table(
        table,
        sa.Column("id", Key, nullable=False),
        sa.Column("campaign_id", Key, nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("user_id", Key, nullable=True),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.String(2000), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("committee", sa.String(60), nullable=False),
        sa.Column("state", _choice("inquirystate", "open", "answered", "closed"), nullable=False),
        sa.Column("reply", sa.String(8000), nullable=False),
        sa.Column("replied_by", Key, nullable=True),
        sa.Column("replied_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("body <> ''", name=op.f(f"ck_{table}_has_a_question")),
        sa.CheckConstraint("user_id IS NULL OR contact IS NULL", name=op.f(f"ck_{table}_asked_by_user_or_contact")),
        sa.CheckConstraint(
            "(state = 'open') = (replied_at IS NULL) AND (state = 'open') = (reply = '')",
            name=op.f(f"ck_{table}_reply_closes"),
        ),
        _refers(table, "campaign_id", "core_campaign"),
        _refers(table, "user_id", "core_user"),
        _refers(table, "replied_by", "core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("campaign_id", "token_hash", name=op.f(f"uq_{table}_campaign_id_token_hash")),
    )
    op.create_index("ix_inquiries_inquiry_waiting", table, ["campaign_id", "state", "due_at"])
    op.create_index(op.f(f"ix_{table}_user_id"), table, ["user_id"])

    table = "inquiries_false_information"
    op.create_table(
        table,
        sa.Column("id", Key, nullable=False),
        sa.Column("campaign_id", Key, nullable=False),
        sa.Column("claim", sa.String(400), nullable=False),
        sa.Column("place", sa.String(400), nullable=False),
        sa.Column("found_on", sa.Date(), nullable=False),
        sa.Column("capture_id", Key, nullable=True),
        sa.Column("assessment", sa.String(8000), nullable=False),
        sa.Column("referred_to", sa.String(400), nullable=False),
        sa.Column("outcome", sa.String(8000), nullable=False),
        sa.Column("entered_by", Key, nullable=True),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("claim <> '' AND place <> ''", name=op.f(f"ck_{table}_says_what_and_where")),
        _refers(table, "campaign_id", "core_campaign"),
        _refers(table, "capture_id", "core_file"),
        _refers(table, "entered_by", "core_user"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_campaign_id"), table, ["campaign_id"])

    table = "inquiries_statement"
    op.create_table(
        table,
        sa.Column("id", Key, nullable=False),
        sa.Column("campaign_id", Key, nullable=False),
        sa.Column("kind", _choice("statementkind", "faq", "correction"), nullable=False),
        sa.Column("position", Key, nullable=False),
        sa.Column("heading", sa.String(400), nullable=False),
        sa.Column("body", sa.String(8000), nullable=False),
        sa.Column("published", sa.Boolean(), nullable=False),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=True),
        sa.Column("inquiry_id", Key, nullable=True),
        sa.Column("case_id", Key, nullable=True),
        sa.CheckConstraint("heading <> '' AND body <> ''", name=op.f(f"ck_{table}_says_something")),
        sa.CheckConstraint("kind = 'faq' OR inquiry_id IS NULL", name=op.f(f"ck_{table}_faq_of_inquiry")),
        sa.CheckConstraint("kind = 'correction' OR case_id IS NULL", name=op.f(f"ck_{table}_correction_of_case")),
        _refers(table, "campaign_id", "core_campaign"),
        _refers(table, "inquiry_id", "inquiries_inquiry"),
        _refers(table, "case_id", "inquiries_false_information"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("inquiry_id", name=op.f(f"uq_{table}_inquiry_id")),
    )
    op.create_index("ix_inquiries_statement_shown", table, ["campaign_id", "kind", "position"])
    op.create_index(op.f(f"ix_{table}_case_id"), table, ["case_id"])


def downgrade() -> None:
    for table in ("inquiries_statement", "inquiries_false_information", "inquiries_inquiry"):
        op.drop_table(table)
