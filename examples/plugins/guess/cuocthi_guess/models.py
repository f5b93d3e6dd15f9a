"""The one table of this plugin: its name begins with the plugin's, and it refers to the core by stable keys only."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base

#: The largest number that can be entered, and what an exact estimate scores, in thousandths of a point.
LARGEST = 1_000_000


class Estimate(Base):
    """How many people somebody thinks will take part in a round; the last estimate counts."""

    __tablename__ = "guess_estimate"
    __table_args__ = (sa.CheckConstraint(f"number BETWEEN 1 AND {LARGEST}", name="number_possible"),)

    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"), primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), primary_key=True)
    number: Mapped[int]
    entered_at: Mapped[datetime]
