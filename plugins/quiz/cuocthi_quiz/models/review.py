"""What committees say of questions before papers are drawn: remarks, what is still true, duplicates, issues."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice

MAX_DECISION = 200


class RemarkKind(StrEnum):
    """What somebody says of a wording: something about it, another wording, or why it may not be approved."""

    COMMENT = "comment"
    PROPOSAL = "proposal"
    SENT_BACK = "sent_back"


class Remark(Base):
    """What was said of a revision; open until somebody has seen to it.

    ``author_id`` is whose remark it is, ``recorded_by`` who entered it: another one for what was said at a meeting.
    """

    __tablename__ = "quiz_remark"
    __table_args__ = (
        sa.CheckConstraint("text <> ''", name="says_something"),
        sa.CheckConstraint("resolved_by IS NULL OR resolved_at IS NOT NULL", name="resolved_at_a_time"),
    )

    id: Mapped[PrimaryKey]
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_revision.id"), index=True)
    kind: Mapped[RemarkKind] = mapped_column(choice(RemarkKind))
    text: Mapped[str] = mapped_column(sa.Text)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    recorded_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    said_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))


class StillTrue(Base):
    """Somebody's word that a revision is true as of a later day than it says; of one person the latest day stands."""

    __tablename__ = "quiz_still_true"
    __table_args__ = (sa.PrimaryKeyConstraint("revision_id", "user_id"),)

    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_revision.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    true_as_of: Mapped[date]
    said_at: Mapped[datetime]


class Ending(Base):
    """The end of the validity of what a question rests on: its last day, and what has taken its place.

    It holds for every wording from before it was known (``known_at``): papers of a round that closes later are drawn
    without them. A wording written afterwards rests on what is in force.
    """

    __tablename__ = "quiz_ending"

    question_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_question.id"), primary_key=True, autoincrement=False)
    valid_until: Mapped[date]
    replaced_by: Mapped[str] = mapped_column(sa.Text, default="")
    known_at: Mapped[datetime]


class Distinction(Base):
    """Two questions that resemble each other and are no duplicates, as somebody decided."""

    __tablename__ = "quiz_distinction"
    __table_args__ = (
        sa.PrimaryKeyConstraint("first_id", "second_id"),
        sa.CheckConstraint("first_id < second_id", name="each_pair_once"),
    )

    first_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_question.id"))
    second_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_question.id"))
    decided_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    decided_at: Mapped[datetime]


class Issue(Base):
    """A numbered version of the approved set, with the decision it rests on; in force once a second person confirms it.

    ``digest`` is that of the canonical content of all its revisions in a ``form`` (``domain/contents.py``). Of one that
    was discarded only this row is kept, so that its number, under which its digest may be known, is not given again.
    """

    __tablename__ = "quiz_issue"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "number"),
        sa.CheckConstraint("decision <> ''", name="has_a_decision"),
        # One at a time waits for its second person.
        sa.Index(
            "uq_quiz_issue_waiting",
            "campaign_id",
            unique=True,
            sqlite_where=sa.text("in_force_at IS NULL AND discarded_at IS NULL"),
            postgresql_where=sa.text("in_force_at IS NULL AND discarded_at IS NULL"),
        ),
        sa.CheckConstraint("in_force_at IS NULL OR discarded_at IS NULL", name="in_force_or_discarded"),
        # One that is discarded while a page still names it is not another one.
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    number: Mapped[int]
    decision: Mapped[str] = mapped_column(sa.String(MAX_DECISION))
    decided_on: Mapped[date]
    digest: Mapped[str] = mapped_column(sa.String(64))
    form: Mapped[int] = mapped_column(sa.SmallInteger)
    question_count: Mapped[int]
    made_at: Mapped[datetime]
    in_force_at: Mapped[datetime | None]
    discarded_at: Mapped[datetime | None]


class Issued(Base):
    """A revision in an issue."""

    __tablename__ = "quiz_issued"
    __table_args__ = (sa.PrimaryKeyConstraint("issue_id", "revision_id"),)

    issue_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_issue.id"))
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_revision.id"))
