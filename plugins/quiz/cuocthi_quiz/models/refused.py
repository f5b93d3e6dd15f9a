"""What was answered and refused, for disputes."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, choice
from cuocthi_quiz.models.figures import Outcome


class Refused(Base):
    """Answers to a question of a paper that were refused for the same reason; it changes nothing of what counts.

    ``history`` lists the first ones as "answer@milliseconds since the start;", each in the order shown. At ``position``
    0 stands the prediction, in thousandths.
    """

    __tablename__ = "quiz_refused"
    __table_args__ = (sa.PrimaryKeyConstraint("attempt_id", "position", "reason"),)

    attempt_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_attempt.id"))
    position: Mapped[int] = mapped_column(sa.SmallInteger)
    reason: Mapped[Outcome] = mapped_column(choice(Outcome))
    history: Mapped[str] = mapped_column(sa.Text)
