"""Figures about the quiz itself, not about anybody who takes part."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base


class Outcome(StrEnum):
    """What became of an answer that somebody gave; each is a column of :class:`SaveFigures`."""

    SAVED = "saved"
    STALE = "stale"
    TAKEN = "taken"
    CLOSED = "closed"
    SIGNED_OUT = "signed_out"
    REFUSED = "refused"
    FAILED = "failed"


class SaveFigures(Base):
    """How many answers one process was given within a minute, by what became of them, and how long saving took.

    ``spread`` holds how many saves lie in each class of ``domain/save_figures.py``, divided by blanks.
    """

    __tablename__ = "quiz_save_figures"

    minute: Mapped[datetime] = mapped_column(primary_key=True)
    process: Mapped[str] = mapped_column(sa.String(16), primary_key=True)
    saved: Mapped[int]
    stale: Mapped[int]
    taken: Mapped[int]
    closed: Mapped[int]
    signed_out: Mapped[int]
    refused: Mapped[int]
    failed: Mapped[int]
    spread: Mapped[str] = mapped_column(sa.Text)
