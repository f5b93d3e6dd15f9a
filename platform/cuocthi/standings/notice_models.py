"""Who was told of being admitted to a round that is only for the best of another one."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base


class AdmissionNotice(Base):
    """That a person was admitted to a round and is told so once, whatever is adopted afterwards.

    ``reached`` is False where there was no confirmed contact to write to: staff tells these people.
    """

    __tablename__ = "core_admission_notice"
    __table_args__ = (sa.PrimaryKeyConstraint("phase_id", "enrolment_id"),)

    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    noticed_at: Mapped[datetime]
    reached: Mapped[bool]


class AdmissionsTold(Base):
    """By which ranking and rules (``basis``) everybody who is admitted to a round has been told."""

    __tablename__ = "core_admissions_told"

    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"), primary_key=True, autoincrement=False)
    basis: Mapped[str] = mapped_column(sa.String(64))
