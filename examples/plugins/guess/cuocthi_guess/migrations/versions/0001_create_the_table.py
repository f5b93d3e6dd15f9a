"""Create the table"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "guess_estimate",
        sa.Column("phase_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("enrolment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("entered_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("number BETWEEN 1 AND 1000000", name=op.f("ck_guess_estimate_number_possible")),
        sa.ForeignKeyConstraint(["enrolment_id"], ["core_enrolment.id"], name=op.f("fk_guess_estimate_enrolment_id")),
        sa.ForeignKeyConstraint(["phase_id"], ["core_phase.id"], name=op.f("fk_guess_estimate_phase_id")),
        sa.PrimaryKeyConstraint("phase_id", "enrolment_id", name=op.f("pk_guess_estimate")),
    )


def downgrade() -> None:
    op.drop_table("guess_estimate")
