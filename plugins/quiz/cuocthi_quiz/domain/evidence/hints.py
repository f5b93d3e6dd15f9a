"""What is told of many persons at once, beside their places in a ranking: only what costs next to nothing to find."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi_quiz.domain.evidence.company import HANDED_ON
from cuocthi_quiz.domain.evidence.networks import in_network_of, network_of
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
    the median; ``handed_on`` says that another person's paper begins soon after or ends soon before, at one address or,
    of IPv6, in one network.
    """

    fast: int | None
    usual: int
    handed_on: bool


def hints(ctx: Context, *, round_id: int, enrolment_ids: Sequence[int]) -> Mapping[int, Hints]:
    """Return what stands out about those of these persons who handed a paper in, by enrolment (four statements)."""
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
    """Return whose papers begin soon after, or end soon before, another person's from the same address."""
    moments = (Attempt.enrolment_id, Attempt.address, _micros(Attempt.started_at), _micros(Attempt.submitted_at))
    theirs = ctx.session.execute(sa.select(*moments, Attempt.phase_id).where(*own, Attempt.address != "")).all()
    if not theirs:
        return set()
    # One look at the round: a join would look at it once for each of these persons.
    there = (
        Attempt.phase_id == theirs[0].phase_id,
        in_network_of(Attempt.address, *(row.address for row in theirs)),
    )
    begun: dict[str, list[tuple[int, int]]] = defaultdict(list)
    ended: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for enrolment_id, address, started, submitted in ctx.session.execute(sa.select(*moments).where(*there)):
        network = network_of(address)
        begun[network].append((started, enrolment_id))
        if submitted is not None:
            ended[network].append((submitted, enrolment_id))
    for found in (*begun.values(), *ended.values()):
        found.sort()
    return {
        enrolment_id
        for enrolment_id, address, started, submitted, _ in theirs
        if _another(begun[network_of(address)], submitted, submitted + _HANDED_ON, enrolment_id)
        or _another(ended[network_of(address)], started - _HANDED_ON, started, enrolment_id)
    }


def _another(moments: Sequence[tuple[int, int]], first: int, last: int, enrolment_id: int) -> bool:
    """Tell whether one of these moments, in order and with whose they are, lies between and is somebody else's."""
    at = bisect_left(moments, (first, 0))
    while at < len(moments) and moments[at][0] <= last:
        if moments[at][1] != enrolment_id:
            return True
        at += 1
    return False
