"""The question bank: topics, questions, and what they say in their revisions."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.campaigns.models import Division
from cuocthi.database import Base, PrimaryKey, choice

#: The most options, steps or prompts a question may have: an order of them is packed into one integer, four bits each.
MAX_OPTIONS = 8
#: The most targets that prompts are matched with: each is four bits of an answer, and none of them is 0.
MAX_TARGETS = 15
#: What a question is worth, in thousandths of a point.
POINT = 1000
MAX_KEY = 60
#: The most questions that may stand together.
MAX_GROUP = 20


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
    NUMBER = "number"
    TEXT = "text"
    ORDERING = "ordering"
    MATCHING = "matching"
    HOTSPOT = "hotspot"


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


class Group(Base):
    """One wording of what several questions share: a text, a picture, a scenario. It never changes.

    Another wording is the next ``number`` of its key. Revisions name the wording that they were written under, so that
    a paper keeps what it showed. A group is drawn whole, that is while as many revisions as its ``size`` are drawable.
    """

    __tablename__ = "quiz_group"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key", "number"),
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.CheckConstraint(f"size BETWEEN 2 AND {MAX_GROUP}", name="several_questions"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(sa.Text)
    size: Mapped[int] = mapped_column(sa.SmallInteger)
    author_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    created_at: Mapped[datetime]


class Question(Base):
    """A question of a campaign's bank; what it says stands in its revisions.

    One ``for_practice`` is never on a paper that counts, and no other one is shown for practice: that never changes.
    """

    __tablename__ = "quiz_question"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "key"),)

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    position: Mapped[int]
    for_practice: Mapped[bool] = mapped_column(default=False)

    revisions: Mapped[list[Revision]] = relationship(order_by="Revision.number", back_populates="question")


def _one_revision_in(state: RevisionState) -> sa.Index:
    where = sa.text(f"state = '{state}'")
    name = f"uq_quiz_revision_{state}"
    return sa.Index(name, "question_id", unique=True, sqlite_where=where, postgresql_where=where)


class Revision(Base):
    """One wording of a question. Once approved it never changes: papers are drawn only from approved revisions.

    What never changes is what was asked and shown. What is *right* may turn out to be wrong: two persons then decide on
    another key, which takes the place of ``key``; ``approved_key`` keeps the one that was approved (empty while that is
    the one in force), :class:`KeyChange` those between and who decided what.

    ``content`` is what a participant gets to see beside the text, ``key`` what is right; their shape is that of the
    type (``domain/kinds/``). ``option_count`` options (regions, steps, prompts), in the author's order, are put into
    another order on each paper if ``shuffled``; ``target_count`` are the places or targets each may be given. Marks are
    given by the key of number ``key_number``, out of ``worth`` thousandths of a point. ``search`` is the folded text
    that the bank is searched by. ``tags`` stand a line each, with a line break before the first. Without a division it
    is for all of them. Questions of one group stand together, in the order of ``group_place``. The fields ``reading_…``
    hold the second reading against the source.
    """

    __tablename__ = "quiz_revision"
    __table_args__ = (
        sa.UniqueConstraint("question_id", "number"),
        _one_revision_in(RevisionState.DRAFT),
        _one_revision_in(RevisionState.APPROVED),
        sa.CheckConstraint(f"option_count BETWEEN 0 AND {MAX_OPTIONS}", name="has_options"),
        sa.CheckConstraint(f"target_count BETWEEN 0 AND {MAX_TARGETS}", name="has_targets"),
        sa.CheckConstraint("worth >= 0", name="plausible_worth"),
        sa.CheckConstraint("(group_id IS NULL) = (group_place = 0)", name="place_in_a_group"),
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
    content: Mapped[dict[str, Any]]
    key: Mapped[dict[str, Any]]
    option_count: Mapped[int] = mapped_column(sa.SmallInteger)
    target_count: Mapped[int] = mapped_column(sa.SmallInteger)
    shuffled: Mapped[bool]
    key_number: Mapped[int] = mapped_column(default=0)
    approved_key: Mapped[dict[str, Any]] = mapped_column(default=dict)
    worth: Mapped[int] = mapped_column(default=POINT)
    explanation: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[str] = mapped_column(sa.Text)
    true_as_of: Mapped[date]
    tags: Mapped[str] = mapped_column(sa.Text, default="")
    division_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_division.id"), index=True)
    group_id: Mapped[int | None] = mapped_column(sa.ForeignKey("quiz_group.id"), index=True)
    group_place: Mapped[int] = mapped_column(sa.SmallInteger, default=0)
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
    division: Mapped[Division | None] = relationship()
    group: Mapped[Group | None] = relationship()

    @property
    def tag_list(self) -> list[str]:
        """The tags."""
        return self.tags.split("\n")[1:]

    @property
    def group_text(self) -> str:
        """What it shares with the others of its group, or nothing."""
        return self.group.text if self.group else ""


class Mark(Base):
    """What an answer to a revision earns under one of its keys, in thousandths of a point.

    Equal answers are marked once, however many persons gave them; the score of a paper is a sum over its answers.
    """

    __tablename__ = "quiz_mark"
    __table_args__ = (
        sa.PrimaryKeyConstraint("revision_id", "key_number", "response"),
        sa.CheckConstraint("points >= 0", name="plausible_points"),
    )

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_revision.id"))
    key_number: Mapped[int]
    response: Mapped[str] = mapped_column(sa.Text)
    points: Mapped[int]
