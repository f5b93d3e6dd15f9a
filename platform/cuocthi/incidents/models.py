"""Who was granted something by an incident."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base


class GrantedRelief(Base):
    """An entrant to whom an incident granted something in a round.

    ``incident_id`` is the version of settings in which the incident is kept; what it grants stands there.
    """

    __tablename__ = "core_relief"
    __table_args__ = (sa.PrimaryKeyConstraint("incident_id", "enrolment_id"),)

    incident_id: Mapped[int] = mapped_column(sa.ForeignKey("core_settings_version.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
