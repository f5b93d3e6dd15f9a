"""People prove who they are by codes and a second factor; messages leave through an outbox"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=f"{name}_known", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("must_change_password", sa.Boolean(), nullable=False, server_default=sa.text("false"))
        )
    _create_ticket()
    op.create_table(
        "core_second_factor",
        sa.Column("user_id", _KEY, autoincrement=False, nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", _KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_second_factor_user_id")),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_core_second_factor")),
    )
    op.create_table(
        "core_recovery_code",
        sa.Column("user_id", _KEY, nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["core_second_factor.user_id"], name=op.f("fk_core_recovery_code_user_id")
        ),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name=op.f("pk_core_recovery_code")),
    )
    _create_message()


def _create_ticket() -> None:
    kinds = (
        "sign_in",
        "reset",
        "contact",
        "invitation",
        "sign_in_choice",
        "reset_choice",
        "new_password",
        "second_factor",
    )
    op.create_table(
        "core_ticket",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("kind", _choice("ticketkind", *kinds), nullable=False),
        sa.Column("user_id", _KEY, nullable=True),
        sa.Column("contact_kind", _choice("contactkind", "phone", "email"), nullable=True),
        sa.Column("blind_index", sa.String(length=64), nullable=False),
        sa.Column("contact", sa.LargeBinary(), nullable=True),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("tries", _KEY, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(code_hash IS NOT NULL) = (kind IN ('sign_in', 'reset', 'contact', 'invitation'))",
            name=op.f("ck_core_ticket_code_where_sent"),
        ),
        sa.CheckConstraint(
            "(user_id IS NULL) = (kind IN ('sign_in', 'reset', 'sign_in_choice', 'reset_choice'))",
            name=op.f("ck_core_ticket_user_known"),
        ),
        sa.CheckConstraint("(contact IS NOT NULL) = (kind = 'contact')", name=op.f("ck_core_ticket_contact_to_prove")),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_ticket_user_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_core_ticket")),
    )
    with op.batch_alter_table("core_ticket", schema=None) as batch_op:
        batch_op.create_index("ix_core_ticket_expires_at", ["expires_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_ticket_user_id"), ["user_id"], unique=False)


def _create_message() -> None:
    op.create_table(
        "core_message",
        sa.Column("id", _KEY, nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("user_id", _KEY, nullable=True),
        sa.Column("contact_kind", _choice("contactkind", "phone", "email"), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", _choice("messagestate", "waiting", "sent", "given_up", "dropped"), nullable=False),
        sa.Column("tries", _KEY, nullable=False),
        sa.Column("channel", sa.String(length=60), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["core_user.id"], name=op.f("fk_core_message_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_core_message")),
        sa.UniqueConstraint("key", name=op.f("uq_core_message_key")),
    )
    with op.batch_alter_table("core_message", schema=None) as batch_op:
        batch_op.create_index("ix_core_message_created_at", ["created_at"], unique=False)
        batch_op.create_index("ix_core_message_state", ["state", "due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_core_message_user_id"), ["user_id"], unique=False)


def downgrade() -> None:
    for table in ("core_message", "core_recovery_code", "core_second_factor", "core_ticket"):
        op.drop_table(table)
    with op.batch_alter_table("core_user", schema=None) as batch_op:
        batch_op.drop_column("must_change_password")
