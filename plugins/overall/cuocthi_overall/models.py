"""Which rankings an overall result was made of."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base


class Basis(Base):
    """The version of a round's ranking that the present results of an overall round were made of.

    ``phase_id`` is the overall round, ``source_id`` the round that counts. The ranking is named by its number and its
    digest: drafts are replaced.
    """

    __tablename__ = "overall_basis"
    __table_args__ = (sa.PrimaryKeyConstraint("phase_id", "source_id"),)

    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    source_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    ranking_number: Mapped[int]
    ranking_digest: Mapped[str] = mapped_column(sa.String(64))


MODELS = (Basis,)
