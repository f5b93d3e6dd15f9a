"""What is compared to find duplicates, and what has been told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi_quiz.models import Distinction, Question, QuestionType, Revision, RevisionState
from cuocthi_quiz.queries.review import newest

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Wording:
    """The newest wording of a question; ``right`` is its key."""

    question_id: int
    key: str
    type: QuestionType
    text: str
    content: dict[str, Any]
    right: dict[str, Any]


def wordings(ctx: Context, *, campaign_id: int) -> list[Wording]:
    """Return the newest wording of every question that is not withdrawn (one statement)."""
    rows = ctx.session.execute(
        sa.select(Question.id, Question.key, Revision.type, Revision.text, Revision.content, Revision.key)
        .join(Revision, Revision.question_id == Question.id)
        .where(Question.campaign_id == campaign_id, newest(), Revision.state != RevisionState.FORMER)
        .order_by(Question.id)
    )
    return [Wording(*row) for row in rows]


def distinctions(ctx: Context, *, campaign_id: int) -> set[tuple[int, int]]:
    """Return the pairs of questions that have been told apart, the lower number first (one statement)."""
    rows = ctx.session.execute(
        sa.select(Distinction.first_id, Distinction.second_id)
        .join(Question, Question.id == Distinction.first_id)
        .where(Question.campaign_id == campaign_id)
    )
    return {(row[0], row[1]) for row in rows}


def hold(ctx: Context, *, campaign_id: int, question_ids: Collection[int]) -> list[str]:
    """Return the keys of those of the questions that are of this campaign, in the order of their numbers.

    What is said of these questions takes turns until the transaction ends.
    """
    found = sa.select(Question.key).where(Question.campaign_id == campaign_id, Question.id.in_(question_ids))
    return list(ctx.session.scalars(found.order_by(Question.id).with_for_update(key_share=True)))
