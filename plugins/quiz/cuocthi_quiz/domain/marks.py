"""Marks: what each different answer to a question earns, found once however many gave it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from cuocthi_quiz.domain.kinds import earned
from cuocthi_quiz.models import POINT, Mark, Revision

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi_quiz.models import KeyChange

# The answers on handed-in papers that have no mark yet; what was not answered is an empty response.
_UNMARKED = """
SELECT DISTINCT r.id, r.key_number, COALESCE(n.response, '') AS response
FROM quiz_attempt AS a
JOIN quiz_item AS i ON i.attempt_id = a.id
JOIN quiz_revision AS r ON r.id = i.revision_id
LEFT JOIN quiz_answer AS n ON n.attempt_id = i.attempt_id AND n.position = i.position
LEFT JOIN quiz_mark AS m
  ON m.revision_id = r.id AND m.key_number = r.key_number AND m.response = COALESCE(n.response, '')
WHERE a.submitted_at IS NOT NULL AND m.points IS NULL AND {which}
"""
#: How many marks are written at once.
_BATCH = 1_000


@cache
def _unmarked(which: str) -> sa.TextClause:
    return sa.text(_UNMARKED.format(which=which))


def points_for(revision: Revision, response: str) -> int:
    """Return what a response earns under the key in force, out of what the question is worth."""
    return points_under(revision, revision.key, revision.worth, response)


def points_under(revision: Revision, key: dict[str, Any], worth: int, response: str) -> int:
    """Return what a response to a revision earns under a key, out of ``worth``."""
    return earned(revision.type, revision.content, key, response) * worth // POINT


def mark_under(ctx: Context, revision: Revision, change: KeyChange) -> None:
    """Write what every answer that has a mark under the key in force earns under a proposed one."""
    marked = (Mark.revision_id == revision.id, Mark.key_number == change.based_on)
    write_marks(
        ctx,
        [
            {
                "revision_id": revision.id,
                "key_number": change.number,
                "response": response,
                "points": points_under(revision, change.key, change.worth, response),
            }
            for response in ctx.session.scalars(sa.select(Mark.response).where(*marked))
        ],
    )


def mark_answers(ctx: Context, which: str, values: Mapping[str, int]) -> int:
    """Mark the answers on the handed-in papers for which the SQL condition ``which`` holds; return how many were new.

    The same answer marked by somebody else at the same moment has the same mark.
    """
    found = ctx.session.execute(_unmarked(which), dict(values)).all()
    if not found:
        return 0
    ids = {row.id for row in found}
    revisions = {row.id: row for row in ctx.session.scalars(sa.select(Revision).where(Revision.id.in_(ids)))}
    marks = [
        {
            "revision_id": row.id,
            "key_number": row.key_number,
            "response": row.response,
            "points": points_for(revisions[row.id], row.response),
        }
        for row in found
    ]
    write_marks(ctx, marks)
    return len(marks)


def write_marks(ctx: Context, marks: Sequence[Mapping[str, Any]]) -> None:
    """Store marks, those that are there already left as they are.

    In one order for all: two that store the same ones at the same moment wait for one another, never both.
    """
    marks = sorted(marks, key=lambda mark: (mark["revision_id"], mark["key_number"], mark["response"]))
    insert: Any = postgresql.insert if ctx.session.get_bind().dialect.name == "postgresql" else sqlite.insert
    for first in range(0, len(marks), _BATCH):
        ctx.session.execute(insert(Mark).on_conflict_do_nothing(), list(marks[first : first + _BATCH]))
