"""Attempts with their papers and answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice

THOUSANDTHS = 1000


def as_predicted(stored: int | None, decimals: int) -> int | Decimal | None:
    """Return a stored prediction as people write it, None if there is none."""
    return stored if stored is None or not decimals else Decimal(stored) / THOUSANDTHS


class HandIn(StrEnum):
    """Who handed a paper in."""

    PARTICIPANT = "participant"
    DEADLINE = "deadline"


class Attempt(Base):
    """A person's paper in a round.

    ``token`` is held by the one place where the paper is open; taking over changes it and keeps the one before in
    ``former_token``. ``deadline`` was fixed before the first question left the server. ``submitted_at`` never lies
    behind it. Score and maximum are in thousandths of a point, and empty until graded. The prediction is an answer
    that never counts in the score: whole, or in thousandths where it may have decimals, and at most so many.
    ``address`` is where on the network it was begun. ``key_turn`` is the last decision on keys of the campaign that the
    score takes in, by its turn.

    ``extra_minutes`` are those of a person who needs them, beside the ``minutes`` that everybody has.

    What an incident granted: ``relief_minutes`` more, and an end of the round of its own, ``relief_until``. An attempt
    with a ``set_aside_reason`` is kept but does not count; until ``relief_until`` another one may be started in its
    place, which names it in ``replaces_id``.
    """

    __tablename__ = "quiz_attempt"
    __table_args__ = (
        sa.UniqueConstraint("phase_id", "enrolment_id", "number"),
        sa.UniqueConstraint("replaces_id"),
        sa.Index(
            "uq_quiz_attempt_open",
            "phase_id",
            "enrolment_id",
            unique=True,
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        ),
        sa.Index(
            "ix_quiz_attempt_due",
            "deadline",
            sqlite_where=sa.text("submitted_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NULL"),
        ),
        sa.Index(
            "ix_quiz_attempt_ungraded",
            "phase_id",
            sqlite_where=sa.text("submitted_at IS NOT NULL AND graded_at IS NULL"),
            postgresql_where=sa.text("submitted_at IS NOT NULL AND graded_at IS NULL"),
        ),
        sa.CheckConstraint("deadline >= started_at", name="ends_after_it_starts"),
        sa.CheckConstraint("submitted_at IS NULL OR submitted_at <= deadline", name="submitted_in_time"),
        sa.CheckConstraint("(submitted_at IS NULL) = (handed_in_by IS NULL)", name="somebody_hands_in"),
        sa.CheckConstraint("graded_at IS NULL OR submitted_at IS NOT NULL", name="graded_after_hand_in"),
        sa.CheckConstraint("(graded_at IS NULL) = (score IS NULL)", name="grading_has_a_score"),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND max_score", name="plausible_score"),
        sa.CheckConstraint("prediction IS NULL OR prediction >= 0", name="plausible_prediction"),
        sa.CheckConstraint("set_aside_reason = '' OR submitted_at IS NOT NULL", name="set_aside_handed_in"),
        sa.CheckConstraint("relief_minutes = 0 OR relief_until IS NOT NULL", name="relief_has_an_end"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    phase_id: Mapped[int] = mapped_column(sa.ForeignKey("core_phase.id"))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey("core_enrolment.id"), index=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    number: Mapped[int]
    settings_version_id: Mapped[int | None]
    minutes: Mapped[int]
    started_at: Mapped[datetime]
    deadline: Mapped[datetime]
    token: Mapped[str] = mapped_column(sa.String(32))
    former_token: Mapped[str] = mapped_column(sa.String(32), default="")
    asks_prediction: Mapped[bool]
    prediction: Mapped[int | None]
    prediction_decimals: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
    prediction_most: Mapped[int] = mapped_column(sa.BigInteger, default=2**31 - 1)
    prediction_sequence: Mapped[int] = mapped_column(default=0)
    prediction_history: Mapped[str] = mapped_column(sa.Text, default="")
    submitted_at: Mapped[datetime | None]
    handed_in_by: Mapped[HandIn | None] = mapped_column(choice(HandIn))
    graded_at: Mapped[datetime | None]
    score: Mapped[int | None]
    max_score: Mapped[int | None]
    key_turn: Mapped[int] = mapped_column(default=0)
    address: Mapped[str] = mapped_column(sa.String(64), default="")
    extra_minutes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    relief_minutes: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    relief_until: Mapped[datetime | None]
    set_aside_reason: Mapped[str] = mapped_column(sa.Text, default="")
    replaces_id: Mapped[int | None] = mapped_column(sa.ForeignKey("quiz_attempt.id"))

    @property
    def predicted(self) -> int | Decimal | None:
        """The prediction as people write it, None if there is none."""
        return as_predicted(self.prediction, self.prediction_decimals)

    @property
    def counts(self) -> bool:
        """Whether the attempt counts: no incident has set it aside."""
        return not self.set_aside_reason

    @property
    def is_open(self) -> bool:
        """Whether the paper has not been handed in. Past the deadline it may still say so, until the sweep comes by."""
        return self.submitted_at is None


class Item(Base):
    """A question on a paper, never changed but for its flag.

    ``option_order`` holds, four bits each, the author's place of the option shown first, second, and so on.
    """

    __tablename__ = "quiz_item"
    __table_args__ = (
        sa.PrimaryKeyConstraint("attempt_id", "position"),
        # All papers with a question are gone through in portions of neighbouring ones.
        sa.Index("ix_quiz_item_revision_attempt", "revision_id", "attempt_id", "position"),
    )

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_attempt.id"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_revision.id"))
    option_order: Mapped[int]
    flagged: Mapped[bool] = mapped_column(default=False)


class Answer(Base):
    """What was answered to a question of a paper: a response (``domain/responses.py``), empty when taken back.

    ``sequence`` counts the changes: one replaces another only by a higher one (``domain/answers.save``). ``history``
    lists every change as "response@milliseconds since the start;" and is only ever appended to; of one that becomes
    very long the oldest changes go.
    """

    __tablename__ = "quiz_answer"
    __table_args__ = (
        sa.PrimaryKeyConstraint("attempt_id", "position"),
        sa.ForeignKeyConstraint(["attempt_id", "position"], ["quiz_item.attempt_id", "quiz_item.position"]),
    )

    attempt_id: Mapped[int]
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    response: Mapped[str] = mapped_column(sa.Text)
    sequence: Mapped[int]
    saved_at: Mapped[datetime]
    history: Mapped[str] = mapped_column(sa.Text)


class TakeOver(Base):
    """A paper that was opened in another place, which from then on alone may answer. Only ever added."""

    __tablename__ = "quiz_take_over"

    id: Mapped[PrimaryKey]
    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_attempt.id"), index=True)
    at: Mapped[datetime]
    address: Mapped[str] = mapped_column(sa.String(64), default="")
