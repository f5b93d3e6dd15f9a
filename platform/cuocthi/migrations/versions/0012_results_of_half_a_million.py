"""Half a million results are posted and ranked quickly

Three foreign keys were checked for each result, which took longer than all else about posting; posting checks what it
writes by itself. A round has one source, so that one index holds what two held. PostgreSQL keeps room beside the rows,
so that other scores leave the indices as they are. SQLite lays rankings down in the order of their key. Of how many
persons results are says whether one of several has to be chosen.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_REFERRED = {"campaign_id": "core_campaign", "enrolment_id": "core_enrolment", "phase_id": "core_phase"}
_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEY = ["phase_id", "enrolment_id", "entry_key"]


def upgrade() -> None:
    """Let posting alone check what results refer to."""
    with op.batch_alter_table("core_result") as batch_op:
        for column in _REFERRED:
            batch_op.drop_constraint(batch_op.f(f"fk_core_result_{column}"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("uq_core_result_source_phase_id_enrolment_id_entry_key"), type_="unique")
        batch_op.drop_index("ix_core_result_phase_enrolment")
        batch_op.create_unique_constraint(batch_op.f("uq_core_result_phase_id_enrolment_id_entry_key"), _KEY)
    _fill(50)
    with op.batch_alter_table("core_result_set") as batch_op:
        batch_op.add_column(sa.Column("persons", _NUMBER, nullable=False, server_default="0"))
    op.execute(
        "UPDATE core_result_set SET persons = (SELECT COUNT(DISTINCT enrolment_id) FROM core_result"
        " WHERE core_result.phase_id = core_result_set.phase_id)"
    )
    _lay_down(with_rowid=False)


def downgrade() -> None:
    """Take it back."""
    _lay_down(with_rowid=True)
    with op.batch_alter_table("core_result_set") as batch_op:
        batch_op.drop_column("persons")
    _fill(100)
    with op.batch_alter_table("core_result") as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_core_result_phase_id_enrolment_id_entry_key"), type_="unique")
        batch_op.create_index("ix_core_result_phase_enrolment", _KEY[:2])
        batch_op.create_unique_constraint(
            batch_op.f("uq_core_result_source_phase_id_enrolment_id_entry_key"), ["source", *_KEY]
        )
        for column, table in _REFERRED.items():
            batch_op.create_foreign_key(batch_op.f(f"fk_core_result_{column}"), table, [column], ["id"])


def _fill(percent: int) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE core_result SET (fillfactor = {percent})")


def _lay_down(*, with_rowid: bool) -> None:
    if op.get_bind().dialect.name == "sqlite":
        options = {"sqlite_with_rowid": with_rowid}
        with op.batch_alter_table("core_standing", recreate="always", table_kwargs=options):
            pass
