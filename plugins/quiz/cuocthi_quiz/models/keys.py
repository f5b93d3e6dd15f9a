"""Decisions on keys that turned out to be wrong, and the scores that they changed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from cuocthi.database import Base, PrimaryKey, choice

MAX_DOCUMENT = 200


class Remedy(StrEnum):
    """What is done about a wrong key."""

    REPLACE = "replace"
    ACCEPT = "accept"
    EVERYONE = "everyone"
    VOID = "void"


class KeyChange(Base):
    """Another key for a revision that stood on papers: proposed by one person, in force when a second one confirms it.

    ``number`` counts the keys of the revision from 1; the approved one is number 0. ``key`` and ``worth`` are those
    that are to hold, ``former_key`` and ``former_worth`` those of number ``based_on`` that held before.
    ``turn`` counts the decisions of the campaign in the order in which they came into force, from 1.
    ``remarked_at`` is when all papers had been marked again, ``rescored`` how many scores that changed.

    ``preview`` is what it would change (``domain/looking_ahead.py``), empty until that is worked out; the second person
    confirms it by its digest.
    """

    __tablename__ = "quiz_key"
    __table_args__ = (
        sa.UniqueConstraint("revision_id", "number"),
        sa.UniqueConstraint("campaign_id", "turn"),
        # One at a time waits for its second person.
        sa.Index(
            "uq_quiz_key_waiting",
            "revision_id",
            unique=True,
            sqlite_where=sa.text("confirmed_at IS NULL AND withdrawn_at IS NULL"),
            postgresql_where=sa.text("confirmed_at IS NULL AND withdrawn_at IS NULL"),
        ),
        sa.CheckConstraint("number > based_on AND based_on >= 0", name="follows_another"),
        sa.CheckConstraint("worth >= 0 AND former_worth >= 0", name="plausible_worth"),
        sa.CheckConstraint("reason <> ''", name="has_a_reason"),
        sa.CheckConstraint("confirmed_at IS NULL OR withdrawn_at IS NULL", name="confirmed_or_withdrawn"),
        sa.CheckConstraint("confirmed_by IS NULL OR confirmed_by <> proposed_by", name="two_persons"),
        sa.CheckConstraint("(turn IS NULL) = (confirmed_at IS NULL)", name="in_force_in_turn"),
        sa.CheckConstraint("remarked_at IS NULL OR confirmed_at IS NOT NULL", name="remarked_when_in_force"),
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"), index=True)
    revision_id: Mapped[int] = mapped_column(sa.ForeignKey("quiz_revision.id"))
    number: Mapped[int]
    based_on: Mapped[int]
    remedy: Mapped[Remedy] = mapped_column(choice(Remedy))
    key: Mapped[dict[str, Any]]
    worth: Mapped[int]
    former_key: Mapped[dict[str, Any]]
    former_worth: Mapped[int]
    reason: Mapped[str] = mapped_column(sa.Text)
    document: Mapped[str] = mapped_column(sa.String(MAX_DOCUMENT))
    proposed_by: Mapped[int] = mapped_column(sa.ForeignKey("core_user.id"))
    proposed_at: Mapped[datetime]
    confirmed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    confirmed_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    turn: Mapped[int | None]
    remarked_at: Mapped[datetime | None]
    rescored: Mapped[int] = mapped_column(default=0)
    preview: Mapped[dict[str, Any]] = mapped_column(default=dict)
    preview_digest: Mapped[str] = mapped_column(sa.String(64), default="")
    previewed_at: Mapped[datetime | None]

    @property
    def waits(self) -> bool:
        """Whether it waits for its second person."""
        return self.confirmed_at is None and self.withdrawn_at is None


class Rescored(Base):
    """The score of a paper before and after a key is changed, where it is another one; all in thousandths.

    What a proposal would change stands here from the moment it is looked ahead, and leaves with it if it is withdrawn.

    The two keys are not foreign keys: checking them takes longer than all else. The one statement that writes here
    takes both from rows that are there, and neither attempts nor decisions on keys are ever deleted.
    """

    __tablename__ = "quiz_rescored"
    __table_args__ = (sa.PrimaryKeyConstraint("key_id", "attempt_id"),)

    key_id: Mapped[int]
    attempt_id: Mapped[int]
    score_before: Mapped[int]
    max_before: Mapped[int]
    score_after: Mapped[int]
    max_after: Mapped[int]
