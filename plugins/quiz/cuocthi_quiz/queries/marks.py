"""What the answers on a paper earn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_quiz.models import Answer, Item, Mark, Revision
from cuocthi_quiz.queries.figures import MARKED

if TYPE_CHECKING:
    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class Marked:
    """What an answer earns by the key in force, out of what its question is worth, in thousandths of a point."""

    points: int
    worth: int


def marks_of(ctx: Context, *, attempt_id: int) -> dict[int, Marked]:
    """Return what has been given for each question of a paper that has been graded, by position (one statement)."""
    rows = ctx.session.execute(
        sa.select(Item.position, Mark.points, Revision.worth)
        .select_from(Item)
        .join(Revision, Revision.id == Item.revision_id)
        .outerjoin(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .join(Mark, MARKED)
        .where(Item.attempt_id == attempt_id)
    )
    return {row[0]: Marked(row[1], row[2]) for row in rows}
