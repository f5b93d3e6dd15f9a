"""Answers that can be foreseen are marked before anybody gives them: then a hand-in finds the marks that it adds up."""

from __future__ import annotations

from itertools import chain, combinations
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi_quiz.domain.marks import points_for, write_marks
from cuocthi_quiz.domain.responses import WAYS, Way
from cuocthi_quiz.models import Mark, QuestionType, Revision, RevisionState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cuocthi.context import Context

#: Of so many options all choices are foreseen, 32 of them; of more, where several may be chosen, the single ones.
_MOST_OPTIONS = 5
_CHOSEN = tuple(type_ for type_, way in WAYS.items() if way is Way.CHOICE)


def mark_foreseen(ctx: Context) -> int:
    """Mark what may be chosen at the questions that papers are drawn from; return of how many questions it was.

    Those are left out that have more marks than options under their key: each option, and leaving the question open.
    """
    marked = (
        sa.select(sa.func.count())
        .where(Mark.revision_id == Revision.id, Mark.key_number == Revision.key_number)
        .scalar_subquery()
    )
    waiting = (Revision.state == RevisionState.APPROVED, Revision.type.in_(_CHOSEN), marked <= Revision.option_count)
    revisions = ctx.session.scalars(sa.select(Revision).where(*waiting)).all()
    write_marks(
        ctx,
        [
            {
                "revision_id": revision.id,
                "key_number": revision.key_number,
                "response": response,
                "points": points_for(revision, response),
            }
            for revision in revisions
            for response in responses_of(revision)
        ],
    )
    return len(revisions)


def responses_of(revision: Revision) -> Iterator[str]:
    """Yield the responses that may be given to a question of which options are chosen."""
    several = revision.type is QuestionType.MULTIPLE and revision.option_count <= _MOST_OPTIONS
    most = revision.option_count if several else 1
    yield ""
    for chosen in _some(range(revision.option_count), most):
        yield str(sum(1 << place for place in chosen))


def _some(places: range, most: int) -> Iterable[tuple[int, ...]]:
    return chain.from_iterable(combinations(places, number) for number in range(1, most + 1))
