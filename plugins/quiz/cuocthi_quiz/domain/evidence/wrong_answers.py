"""The wrong answers of papers, and which of them two papers have in common."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVarTuple

import sqlalchemy as sa

from cuocthi_quiz.models import Answer, Attempt, Item, Mark, Revision
from cuocthi_quiz.queries.figures import MARKED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.context import Context

#: With fewer questions that both answered wrongly, two papers are not compared.
FEWEST = 4

_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer of a paper: at which place, and what was answered."""

    position: int
    response: str


def only_wrong(select: sa.Select[*_Columns]) -> sa.Select[*_Columns]:
    """Join a SELECT from items to their answers, and keep the wrong ones."""
    return (
        select.join(Revision, Revision.id == Item.revision_id)
        .join(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .join(Mark, MARKED)
        .where(Answer.response != "", Mark.points < Revision.worth)
    )


def wrong_answers(ctx: Context, *, attempt: Attempt) -> dict[int, Wrong]:
    """Return the wrong answers of a paper by revision (one statement)."""
    rows = ctx.session.execute(
        only_wrong(sa.select(Item.revision_id, Item.position, Answer.response).select_from(Item)).where(
            Item.attempt_id == attempt.id
        )
    )
    return {revision: Wrong(position, response) for revision, position, response in rows}


def wrong_on_both(ctx: Context, *, own: Mapping[int, Wrong], papers: sa.Select[int]) -> dict[int, dict[int, bool]]:
    """Return for each of these papers the questions answered wrongly there and in ``own``, and whether alike.

    One statement; papers without such a question are left out.
    """
    chosen = papers.subquery()
    rows = ctx.session.execute(
        only_wrong(
            sa.select(Item.attempt_id, Item.revision_id, Answer.response)
            .select_from(chosen)
            .join(Item, Item.attempt_id == chosen.c.id)
        ).where(Item.revision_id.in_(own))
    )
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for attempt_id, revision, response in rows:
        found[attempt_id][revision] = response == own[revision].response
    return found
