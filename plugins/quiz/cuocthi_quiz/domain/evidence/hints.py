"""What is told of many persons at once, beside their places in a ranking: only what costs next to nothing to find."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi_quiz.domain.evidence.company import HANDED_ON
from cuocthi_quiz.domain.evidence.speed import DURATION, FAR_BELOW, usual_time
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context


_HANDED_ON = HANDED_ON // timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Hints:
    """What stands out about a person's papers of a round.

    ``fast`` is the shortest of them that lies far below what is usual, in milliseconds, None if none does; ``usual`` is
    the median; ``handed_on`` says that another person's paper begins soon after or ends soon before, at one address.
    """

    fast: int | None
    usual: int
    handed_on: bool


def hints(ctx: Context, *, round_id: int, enrolment_ids: Sequence[int]) -> Mapping[int, Hints]:
    """Return what stands out about those of these persons who handed a paper in, by enrolment (three statements)."""
    own = (Attempt.phase_id == round_id, Attempt.enrolment_id.in_(enrolment_ids), Attempt.submitted_at.is_not(None))
    shortest = ctx.session.execute(
        sa.select(Attempt.enrolment_id, sa.func.min(DURATION)).where(*own, COUNTS).group_by(Attempt.enrolment_id)
    ).all()
    usual = usual_time(ctx, round_id=round_id)
    following = _followed(ctx, own)
    return {
        enrolment_id: Hints(
            milliseconds if usual and (usual.place(milliseconds) or 0) < FAR_BELOW else None,
            usual.median if usual else 0,
            enrolment_id in following,
        )
        for enrolment_id, milliseconds in shortest
    }


def _micros(moment: Any) -> sa.ColumnElement[int]:
    return sa.type_coerce(moment, sa.BigInteger)


def _followed(ctx: Context, own: Sequence[sa.ColumnElement[bool]]) -> set[int]:
    other = aliased(Attempt)
    after = (_micros(other.started_at) - _micros(Attempt.submitted_at)).between(0, _HANDED_ON)
    before = (_micros(Attempt.started_at) - _micros(other.submitted_at)).between(0, _HANDED_ON)
    return set(
        ctx.session.scalars(
            sa.select(Attempt.enrolment_id)
            .join(
                other,
                sa.and_(
                    other.phase_id == Attempt.phase_id,
                    other.address == Attempt.address,
                    other.enrolment_id != Attempt.enrolment_id,
                    sa.or_(after, before),
                ),
            )
            .where(*own, Attempt.address != "")
        )
    )
