"""Grading: apart from the hand-in, set by set, and repeatable at any time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import Attempt

if TYPE_CHECKING:
    from cuocthi.context import Context

#: What a question is worth, in thousandths of a point.
POINT = 1000

# A question counts when exactly the right options were chosen. The prediction is no question and never counts.
_GRADE = f"""
UPDATE quiz_attempt AS a
SET score = {POINT} * (
        SELECT COUNT(*)
        FROM quiz_item AS i
        JOIN quiz_answer AS n ON n.attempt_id = i.attempt_id AND n.position = i.position
        JOIN quiz_revision AS r ON r.id = i.revision_id
        WHERE i.attempt_id = a.id AND n.chosen = r.key_mask),
    max_score = {POINT} * (SELECT COUNT(*) FROM quiz_item AS i WHERE i.attempt_id = a.id),
    graded_at = :now
WHERE a.submitted_at IS NOT NULL AND {{which}}
"""  # noqa: S608 - put together from constants of this module

_UNGRADED = sa.text(_GRADE.format(which="a.graded_at IS NULL"))
_ROUND = sa.text(_GRADE.format(which="a.phase_id = :round_id AND a.graded_at IS NULL"))
_ROUND_AGAIN = sa.text(_GRADE.format(which="a.phase_id = :round_id"))
_ATTEMPT = sa.text(_GRADE.format(which="a.id = :attempt_id AND a.graded_at IS NULL"))


def grade_ungraded(ctx: Context) -> int:
    """Grade every paper that was handed in and has no score yet; return their number."""
    return _run(ctx, _UNGRADED)


def grade_round(ctx: Context, *, round_id: int, again: bool = False) -> int:
    """Grade the ungraded papers of a round, or ``again`` all that were handed in; return their number."""
    return _run(ctx, _ROUND_AGAIN if again else _ROUND, round_id=round_id)


def grade_attempt(ctx: Context, *, attempt_id: int) -> None:
    """Grade one paper if it was handed in and has no score yet."""
    _run(ctx, _ATTEMPT, attempt_id=attempt_id)


def _run(ctx: Context, statement: sa.TextClause, **values: int) -> int:
    ctx.session.flush()
    graded = change(ctx, statement, {"now": to_micros(ctx.now), **values})
    if graded:
        forget(ctx, Attempt)
    return graded
