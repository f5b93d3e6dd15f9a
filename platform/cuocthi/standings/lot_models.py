"""Lots: how persons who are equal are ordered, once, and who did their part in it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice
from cuocthi.standings.models import TieMethod

#: How many different persons give a part of the seed each.
PARTS = 2


class LotState(StrEnum):
    """How far a lot has come. A drawn one never changes; an abandoned one was never drawn."""

    OPEN = "open"
    DRAWN = "drawn"
    ABANDONED = "abandoned"


class Lot(Base):
    """The order of persons who were equal in a round: by drawing lots, or by the jury's word.

    It belongs to the round, not to a version of its ranking, so that building the ranking again draws nothing anew.
    ``head`` are the lines that stand before the contest numbers in what ``entrants_digest`` was made of: they say
    which lot of which round this is, for which version and rank, and where the two parts of the seed come from
    (``sources``). ``reason`` is the jury's, or why there is a lot after another (``after_id``) for some of the same
    persons; where both hold all of a tie, the later one counts. ``closed_by`` gave the second part, confirmed the
    jury's word, or gave the lot up for ``end_reason``.

    Triggers hold it to that: nothing is removed, nothing committed to changes, and drawn is a lot only with two parts
    of two persons and a place for everybody.
    """

    __tablename__ = "core_lot"
    __table_args__ = (
        sa.UniqueConstraint("phase_id", "number"),
        sa.Index(
            "uq_core_lot_open",
            "phase_id",
            "rank",
            unique=True,
            sqlite_where=sa.text("state = 'open'"),
            postgresql_where=sa.text("state = 'open'"),
        ),
        sa.CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed"),
        sa.CheckConstraint("method = 'lot' OR reason <> ''", name="jury_reason"),
        sa.CheckConstraint("state <> 'abandoned' OR end_reason <> ''", name="abandoned_reason"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    number: Mapped[int]
    method: Mapped[TieMethod] = mapped_column(choice(TieMethod))
    state: Mapped[LotState] = mapped_column(choice(LotState), default=LotState.OPEN)
    version: Mapped[int]
    rank: Mapped[int]
    persons: Mapped[int]
    head: Mapped[list[str]]
    sources: Mapped[list[str]]
    entrants_digest: Mapped[str] = mapped_column(sa.String(64))
    reason: Mapped[str] = mapped_column(sa.String(400), default="")
    after_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_lot.id"))
    opened_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    opened_at: Mapped[datetime]
    parts_from: Mapped[datetime | None]
    seed: Mapped[str] = mapped_column(sa.String(64), default="")
    closed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    closed_at: Mapped[datetime | None]
    end_reason: Mapped[str] = mapped_column(sa.String(400), default="")


class LotEntrant(Base):
    """Somebody among whom a lot is drawn; ``place`` is given once."""

    __tablename__ = "core_lot_entrant"
    __table_args__ = (
        sa.PrimaryKeyConstraint("lot_id", "enrolment_id"),
        sa.UniqueConstraint("lot_id", "place"),
        sa.Index("ix_core_lot_entrant_enrolment_id", "enrolment_id"),
    )

    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("core_lot.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"))
    place: Mapped[int | None]


class LotPart(Base):
    """One person's part of a lot's seed. ``seal`` is public at once, ``part`` and ``nonce`` when the lot is drawn.

    The seal is a digest over both: it shows afterwards that the part was not changed, and tells nothing before.
    """

    __tablename__ = "core_lot_part"
    __table_args__ = (
        sa.UniqueConstraint("lot_id", "number"),
        sa.UniqueConstraint("lot_id", "user_id"),
        sa.CheckConstraint("number IN (1, 2)", name="two_parts"),
    )

    id: Mapped[PrimaryKey]
    lot_id: Mapped[int] = mapped_column(sa.ForeignKey("core_lot.id"))
    number: Mapped[int]
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    part: Mapped[str] = mapped_column(sa.String(200))
    nonce: Mapped[str] = mapped_column(sa.String(64))
    seal: Mapped[str] = mapped_column(sa.String(64))
    given_at: Mapped[datetime]
