"""The wrong answers of papers, and which of them two papers have in common."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVarTuple

import sqlalchemy as sa

from cuocthi_quiz.models import Answer, Attempt, Item, Mark, Revision
from cuocthi_quiz.queries.figures import MARKED

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from cuocthi.context import Context

#: With fewer questions that both answered wrongly, two papers are not compared.
FEWEST = 4

_Columns = TypeVarTuple("_Columns")


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer of a paper: at which place, and what was answered."""

    position: int
    response: str


def answers_on(papers: sa.Select[int], revision_ids: Collection[int]) -> sa.CTE:
    """Return the answers to these questions on these papers: ``attempt_id``, ``revision_id``, ``response``."""
    chosen = papers.subquery()
    found = (
        sa.select(Item.attempt_id, Item.revision_id, Answer.response)
        .select_from(chosen)
        .join(Item, Item.attempt_id == chosen.c.id)
        .join(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .where(Item.revision_id.in_(revision_ids), Answer.response != "")
    )
    # Joined to the marks first, each answer would be compared with those of every question that has such a response.
    return found.cte("given").prefix_with("MATERIALIZED", dialect="postgresql")


def only_wrong(select: sa.Select[*_Columns], given: sa.CTE) -> sa.Select[*_Columns]:
    """Let a SELECT be from those of these answers that are wrong."""
    in_force = sa.and_(
        Mark.revision_id == given.c.revision_id,
        Mark.key_number == Revision.key_number,
        Mark.response == given.c.response,
    )
    return (
        select.select_from(given)
        .join(Revision, Revision.id == given.c.revision_id)
        .join(Mark, in_force)
        .where(Mark.points < Revision.worth)
    )


def wrong_answers(ctx: Context, *, attempt: Attempt) -> dict[int, Wrong]:
    """Return the wrong answers of a paper by revision (one statement)."""
    rows = ctx.session.execute(
        sa.select(Item.revision_id, Item.position, Answer.response)
        .select_from(Item)
        .join(Revision, Revision.id == Item.revision_id)
        .join(Answer, sa.and_(Answer.attempt_id == Item.attempt_id, Answer.position == Item.position))
        .join(Mark, MARKED)
        .where(Item.attempt_id == attempt.id, Answer.response != "", Mark.points < Revision.worth)
    )
    return {revision: Wrong(position, response) for revision, position, response in rows}


def wrong_on_both(ctx: Context, *, own: Mapping[int, Wrong], papers: sa.Select[int]) -> dict[int, dict[int, bool]]:
    """Return for each of these papers the questions answered wrongly there and in ``own``, and whether alike.

    One statement; papers without such a question are left out.
    """
    given = answers_on(papers, own)
    rows = ctx.session.execute(only_wrong(sa.select(*given.c), given))
    found: dict[int, dict[int, bool]] = defaultdict(dict)
    for attempt_id, revision, response in rows:
        found[attempt_id][revision] = response == own[revision].response
    return found
