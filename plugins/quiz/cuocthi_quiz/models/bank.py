"""The question bank: topics, questions, and what they say in their revisions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import Base, PrimaryKey, choice

#: The most options a question may have: an answer is a set of options in the bits of one small integer.
MAX_OPTIONS = 8
MAX_KEY = 60


class Difficulty(StrEnum):
    """How hard a question is meant to be."""

    EASY = "easy"
    MEDIUM = "medium"
    HARD = "hard"


class QuestionType(StrEnum):
    """How a question is answered."""

    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"


class RevisionState(StrEnum):
    """Whether papers are drawn from a revision. ``former`` ones were replaced or withdrawn."""

    DRAFT = "draft"
    APPROVED = "approved"
    FORMER = "former"


class Topic(Base):
    """A field that questions are about."""

    __tablename__ = "quiz_topic"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    title: Mapped[str] = mapped_column(sa.String(200))
    position: Mapped[int]


class Question(Base):
    """A question of a campaign's bank; what it says stands in its revisions."""

    __tablename__ = "quiz_question"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    position: Mapped[int]

    revisions: Mapped[list[Revision]] = relationship(order_by="Revision.number", back_populates="question")


def _one_revision_in(state: RevisionState) -> sa.Index:
    where = sa.text(f"state = '{state}'")
    name = f"uq_quiz_revision_{state}"
    return sa.Index(name, "question_id", unique=True, sqlite_where=where, postgresql_where=where)


class Revision(Base):
    """One wording of a question. Once approved it never changes: papers are drawn only from approved revisions.

    ``options`` are in the author's order; ``key_mask`` has bit n set when option n is right. ``search`` is the folded
    text that the bank is searched by. The fields ``reading_…`` hold the second reading against the source.
    """

    __tablename__ = "quiz_revision"
    __table_args__ = (
        sa.UniqueConstraint("question_id", "number"),
        _one_revision_in(RevisionState.DRAFT),
        _one_revision_in(RevisionState.APPROVED),
        sa.CheckConstraint(f"option_count BETWEEN 2 AND {MAX_OPTIONS}", name="has_options"),
        sa.CheckConstraint(f"key_mask BETWEEN 1 AND {(1 << MAX_OPTIONS) - 1}", name="has_a_key"),
        sa.CheckConstraint("state <> 'approved' OR approved_at IS NOT NULL", name="approval_has_a_time"),
    )

    id: Mapped[PrimaryKey]
    question_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_question.id"))
    number: Mapped[int]
    state: Mapped[RevisionState] = mapped_column(choice(RevisionState), default=RevisionState.DRAFT)
    topic_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_topic.id"), index=True)
    difficulty: Mapped[Difficulty] = mapped_column(choice(Difficulty))
    type: Mapped[QuestionType] = mapped_column(choice(QuestionType))
    text: Mapped[str] = mapped_column(sa.Text)
    options: Mapped[list[str]]
    option_count: Mapped[int] = mapped_column(sa.SmallInteger)
    key_mask: Mapped[int] = mapped_column(sa.SmallInteger)
    explanation: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    true_as_of: Mapped[date]
    search: Mapped[str] = mapped_column(sa.Text)
    reading_verdict: Mapped[str] = mapped_column(sa.String(60), default="")
    reading_of: Mapped[str] = mapped_column(sa.Text, default="")
    reading_note: Mapped[str] = mapped_column(sa.Text, default="")
    reading_on: Mapped[date | None]
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    approved_at: Mapped[datetime | None]

    question: Mapped[Question] = relationship(back_populates="revisions")
    topic: Mapped[Topic] = relationship()

    def is_right(self, option: int) -> bool:
        """Tell whether the option at this place (from 0, in the author's order) is right."""
        return bool(self.key_mask >> option & 1)
