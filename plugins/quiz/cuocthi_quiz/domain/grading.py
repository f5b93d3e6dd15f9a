"""Grading: apart from the hand-in, set by set, and repeatable at any time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi_quiz.domain.marks import mark_answers
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import Attempt

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cuocthi.context import Context

# A paper is worth what its questions are worth, and earns the marks of its answers; the prediction never counts.
# Decisions on keys come into force one after the other: their number says which of them the score takes in.
# Where an answer has no mark, because the paper came in since the answers were looked through, it waits.
_GRADE = """
UPDATE quiz_attempt AS a
SET score = sums.score, max_score = sums.worth, graded_at = :now, key_turn = (
    SELECT COUNT(*) FROM quiz_key AS k WHERE k.campaign_id = a.campaign_id AND k.confirmed_at IS NOT NULL
)
FROM (
    SELECT i.attempt_id, SUM(m.points) AS score, SUM(r.worth) AS worth
    FROM quiz_attempt AS a
    JOIN quiz_item AS i ON i.attempt_id = a.id
    JOIN quiz_revision AS r ON r.id = i.revision_id
    LEFT JOIN quiz_answer AS n ON n.attempt_id = i.attempt_id AND n.position = i.position
    LEFT JOIN quiz_mark AS m
      ON m.revision_id = r.id AND m.key_number = r.key_number AND m.response = COALESCE(n.response, '')
    WHERE a.submitted_at IS NOT NULL AND {which}
    GROUP BY i.attempt_id
    HAVING COUNT(*) = COUNT(m.points)
) AS sums
WHERE a.id = sums.attempt_id
"""

#: How many papers are graded in one transaction: whoever saves meanwhile on SQLite waits for no more.
PORTION = 5_000
_LAST = sa.text("""
SELECT MAX(id) FROM (
    SELECT id FROM quiz_attempt
    WHERE submitted_at IS NOT NULL AND graded_at IS NULL AND id > :after ORDER BY id LIMIT :portion
) AS waiting
""")

_UNGRADED = "a.id > :after AND a.id <= :upto AND a.graded_at IS NULL"
_ROUND = "a.phase_id = :round_id AND a.graded_at IS NULL"
_ROUND_AGAIN = "a.phase_id = :round_id"
_ATTEMPT = "a.id = :attempt_id AND a.graded_at IS NULL"


def grade_ungraded(ctx: Context, *, keep: Callable[[], None]) -> int:
    """Grade every paper that was handed in and has no score yet; return their number.

    In portions of :data:`PORTION` papers; ``keep()`` is called after each and commits it.
    """
    graded, after = 0, 0
    while upto := ctx.session.scalar(_LAST, {"after": after, "portion": PORTION}):
        graded += _run(ctx, _UNGRADED, after=after, upto=upto)
        keep()
        after = upto
    return graded


def grade_round(ctx: Context, *, round_id: int, again: bool = False) -> int:
    """Grade the ungraded papers of a round, or ``again`` all that were handed in; return their number."""
    return _run(ctx, _ROUND_AGAIN if again else _ROUND, round_id=round_id)


def grade_attempt(ctx: Context, *, attempt_id: int) -> None:
    """Grade one paper if it was handed in and has no score yet."""
    ctx.session.flush()
    if grade_at_once(ctx.session.connection(), attempt_id=attempt_id, now=ctx.now):
        forget(ctx, Attempt)
    else:
        _run(ctx, _ATTEMPT, attempt_id=attempt_id)


def grade_at_once(connection: sa.Connection, *, attempt_id: int, now: datetime) -> bool:
    """Grade one paper that was handed in, has no score yet, and has marks for all answers (one statement).

    It mostly has: they were foreseen (``domain/foreseen.py``), or others have given the same answers before. Return
    whether it was graded.
    """
    return connection.execute(_statement(_ATTEMPT), {"attempt_id": attempt_id, "now": to_micros(now)}).rowcount > 0


@cache
def _statement(which: str) -> sa.TextClause:
    return sa.text(_GRADE.format(which=which))


def _run(ctx: Context, which: str, **values: int) -> int:
    ctx.session.flush()
    mark_answers(ctx, which, values)
    graded = change(ctx, _statement(which), {"now": to_micros(ctx.now), **values})
    if graded:
        forget(ctx, Attempt)
    return graded
