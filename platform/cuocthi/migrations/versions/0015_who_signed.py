"""Documents say who signed them

Nobody knows who signed what was registered before; it can be entered by correcting the register.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_LINES = {"authority": 160, "office": 160, "signatory": 80}


def upgrade() -> None:
    """Add the lines of a signature."""
    with op.batch_alter_table("core_document") as batch_op:
        for name, length in _LINES.items():
            batch_op.add_column(sa.Column(name, sa.String(length=length), nullable=False, server_default=""))
    with op.batch_alter_table("core_document") as batch_op:
        for name in _LINES:
            batch_op.alter_column(name, server_default=None)


def downgrade() -> None:
    """Take them back."""
    with op.batch_alter_table("core_document") as batch_op:
        for name in _LINES:
            batch_op.drop_column(name)
