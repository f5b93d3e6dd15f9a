"""Whose data was erased, and corrections of frozen values that people ask for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.contributions import Erasure
from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice
from cuocthi.enrolments.models import Enrolment

MAX_WISH, MAX_REASON = 400, 400


class ErasedEnrolment(Base):
    """That an enrolment names nobody any more, since when and why.

    ``name_kept``: the name and nothing else stays for an adopted award list, until the records are due.
    """

    __tablename__ = "core_erased_enrolment"

    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), primary_key=True, autoincrement=False)
    erasure: Mapped[Erasure] = mapped_column(choice(Erasure))
    name_kept: Mapped[bool]
    erased_at: Mapped[datetime]


class CorrectionKind(StrEnum):
    """What is to be corrected: the name under which somebody takes part, or something that support sees to by hand."""

    NAME = "name"
    OTHER = "other"


class CorrectionState(StrEnum):
    """How far a wish for a correction is."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"


class Correction(Base):
    """What somebody who takes part wants to have corrected of what was frozen at registration.

    ``wish`` is the right name, or what is wrong and how it should be. ``answer`` is why it was declined.
    """

    __tablename__ = "core_correction"
    __table_args__ = (
        sa.Index(
            "uq_core_correction_open",
            "enrolment_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name="decision_closes"),
        sa.CheckConstraint("state <> 'declined' OR answer <> ''", name="declined_with_reason"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    kind: Mapped[CorrectionKind] = mapped_column(choice(CorrectionKind))
    wish: Mapped[str] = mapped_column(sa.String(MAX_WISH))
    state: Mapped[CorrectionState] = mapped_column(choice(CorrectionState), default=CorrectionState.OPEN)
    answer: Mapped[str] = mapped_column(sa.String(MAX_REASON), default="")
    asked_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    decided_at: Mapped[datetime | None]

    enrolment: Mapped[Enrolment] = relationship()
