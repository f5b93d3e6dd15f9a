"""Tasks of the committees, prerequisites, announcements, and mail that waits behind everything else"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FARTHEST = 400


def upgrade() -> None:
    """Create the tables, and let the outbox tell mail to many from the rest."""
    _create_task()
    _create_prerequisite()
    _create_announcement()
    _create_consent()
    with op.batch_alter_table("core_message") as batch_op:
        batch_op.add_column(sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_index("ix_core_message_state")
        batch_op.create_index("ix_core_message_state", ["state", "bulk", "due_at"])


def _create_task() -> None:
    op.create_table(
        "core_task",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("phase_id", _KEY, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("committee_id", _KEY, nullable=True),
        sa.Column("user_id", _KEY, nullable=True),
        sa.Column("due_edge", _choice("edge", "opened", "closed"), nullable=False),
        sa.Column("due_days", _KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by_id", _KEY, nullable=True),
        sa.CheckConstraint(
            "user_id IS NULL OR committee_id IS NOT NULL", name=op.f("ck_core_task_person_of_a_committee")
        ),
        sa.CheckConstraint("(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_core_task_done_by_somebody")),
        sa.CheckConstraint(f"due_days BETWEEN -{_FARTHEST} AND {_FARTHEST}", name=op.f("ck_core_task_near_its_phase")),
        *_foreign("core_task", campaign_id="campaign", phase_id="phase", committee_id="committee"),
        *_foreign("core_task", user_id="user", done_by_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_task")),
    )
    for column in ("campaign_id", "phase_id", "user_id"):
        op.create_index(op.f(f"ix_core_task_{column}"), "core_task", [column])


def _create_prerequisite() -> None:
    op.create_table(
        "core_prerequisite",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("document_id", _KEY, nullable=True),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("done_at", sa.BigInteger(), nullable=True),
        sa.Column("done_by_id", _KEY, nullable=True),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by_id IS NULL)", name=op.f("ck_core_prerequisite_done_by_somebody")
        ),
        *_foreign("core_prerequisite", campaign_id="campaign", document_id="document", done_by_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_prerequisite")),
    )
    op.create_index(op.f("ix_core_prerequisite_campaign_id"), "core_prerequisite", ["campaign_id"])


def _create_announcement() -> None:
    states = ("draft", "waiting", "sending", "sent", "stopped", "missed")
    checks = {
        "one_moment": "send_at IS NULL OR phase_id IS NULL",
        "edge_of_a_phase": "(phase_id IS NULL) = (edge IS NULL)",
        "confirmed_unless_draft": "(state = 'draft') = (confirmed_at IS NULL)",
        "confirmed_by_somebody": "(confirmed_at IS NULL) = (confirmed_by_id IS NULL)",
        "near_its_phase": f"days BETWEEN -{_FARTHEST} AND {_FARTHEST}",
    }
    op.create_table(
        "core_announcement",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("campaign_id", _KEY, nullable=False),
        sa.Column("subject", sa.String(length=150), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("audience", _choice("audience", "enrolled", "unfinished"), nullable=False),
        sa.Column("unit_id", _KEY, nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("send_at", sa.BigInteger(), nullable=True),
        sa.Column("phase_id", _KEY, nullable=True),
        sa.Column("edge", _choice("edge", "opened", "closed"), nullable=True),
        sa.Column("days", _KEY, nullable=False),
        sa.Column("clock", sa.String(length=15), nullable=False),
        sa.Column("state", _choice("announcementstate", *states), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_by_id", _KEY, nullable=True),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("reached", _KEY, nullable=False),
        sa.Column("written", _KEY, nullable=False),
        sa.Column("cursor", _KEY, nullable=False),
        *(sa.CheckConstraint(text, name=op.f(f"ck_core_announcement_{name}")) for name, text in checks.items()),
        *_foreign("core_announcement", campaign_id="campaign", unit_id="unit", phase_id="phase"),
        *_foreign("core_announcement", confirmed_by_id="user"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_announcement")),
    )
    op.create_index("ix_core_announcement_campaign_id", "core_announcement", ["campaign_id", "state"])


def _create_consent() -> None:
    op.create_table(
        "core_news_consent",
        sa.Column("enrolment_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        *_foreign("core_news_consent", enrolment_id="enrolment"),
        sa.PrimaryKeyConstraint("enrolment_id", name=op.f("pk_core_news_consent")),
    )


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("core_message") as batch_op:
        batch_op.drop_index("ix_core_message_state")
        batch_op.create_index("ix_core_message_state", ["state", "due_at"])
        batch_op.drop_column("bulk")
    for table in ("core_news_consent", "core_announcement", "core_prerequisite", "core_task"):
        op.drop_table(table)


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def _foreign(table: str, **targets: str) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"core_{target}.id"], name=op.f(f"fk_{table}_{column}"))
        for column, target in targets.items()
    ]
