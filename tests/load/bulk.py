"""What is done once for everybody: marking all papers again, and ranking them."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.load.scenery import MIDDLE, Contest

from cuocthi_quiz.domain.grading import grade_round


def bulk(contest: Contest) -> dict[str, float]:
    """Return how many seconds it takes to mark and to rank all papers that were handed in."""

    def mark() -> None:
        with contest.course.at(MIDDLE) as ctx:
            grade_round(ctx, round_id=contest.round_id, again=True)

    return {"mark all papers again": _seconds(mark), "post and rank all results": _seconds(contest.rank)}


def _seconds(act: Callable[[], None]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun
