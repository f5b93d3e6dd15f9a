"""What importing and exporting questions ask of the bank."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_quiz.models import Question, Revision, Topic
from cuocthi_quiz.queries.review import newest

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.context import Context


def newest_revisions(
    ctx: Context, *, campaign_id: int, ids: Collection[int] | None = None
) -> list[tuple[Question, Revision, str]]:
    """Return every question (or those of some ids) with its newest revision and the key of its topic, in order.

    Those of a group stand together, in its order, where the first of them stands in the bank.
    """
    found = (
        sa.select(Question, Revision, Topic.key)
        .join(Revision, Revision.question_id == Question.id)
        .join(Topic, Topic.id == Revision.topic_id)
        .where(Question.campaign_id == campaign_id, newest())
        .order_by(Question.position, Question.id)
        .options(sa.orm.selectinload(Revision.division), sa.orm.selectinload(Revision.group))
    )
    if ids is not None:
        found = found.where(Question.id.in_(ids))
    rows = [(row[0], row[1], row[2]) for row in ctx.session.execute(found)]
    first: dict[int | None, int] = {}
    for at, (_, revision, _) in enumerate(rows):
        first.setdefault(revision.group_id, at)

    def place(numbered: tuple[int, tuple[Question, Revision, str]]) -> tuple[int, int]:
        at, (_, revision, _) = numbered
        return (at, 0) if revision.group_id is None else (first[revision.group_id], revision.group_place)

    return [row for _, row in sorted(enumerate(rows), key=place)]
