"""What looks wrong on a timeline, in words. Nothing here refuses anything: acts are refused where they are done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from cuocthi.text import T, Text
from cuocthi.timelines.models import PhaseKind

if TYPE_CHECKING:
    from cuocthi.timelines.models import Phase


def timeline_warnings(phases: Sequence[Phase]) -> list[Text]:
    """Return overlaps and contradictions among the phases of a campaign, the gravest first."""
    kinds = {kind: [phase for phase in phases if phase.kind is kind] for kind in PhaseKind}
    contests = kinds[PhaseKind.CONTEST]
    return [
        *_without_rounds(contests),
        *_rounds_over_ceremonies(contests, kinds[PhaseKind.CEREMONY]),
        *_rounds_over_judging(contests, kinds[PhaseKind.JUDGING]),
        *_judging_over_ceremonies(kinds[PhaseKind.JUDGING], kinds[PhaseKind.CEREMONY]),
        *_preparing_too_late(contests, kinds[PhaseKind.PREPARATION]),
        *_rounds_together(contests),
    ]


def _without_rounds(contests: Sequence[Phase]) -> Iterator[Text]:
    if not contests:
        yield T("The timeline has no round yet: add a phase in which people take part.")


def _rounds_over_ceremonies(contests: Sequence[Phase], ceremonies: Sequence[Phase]) -> Iterator[Text]:
    for contest in contests:
        for ceremony in ceremonies:
            if contest.closes_at > ceremony.opens_at:
                yield T(
                    "“%(round)s” closes at %(closes)s, after “%(ceremony)s” begins at %(begins)s. Prizes can only be "
                    "given for results that were adopted after every round has closed.",
                    round=contest.title,
                    closes=contest.closes_at,
                    ceremony=ceremony.title,
                    begins=ceremony.opens_at,
                )


def _rounds_over_judging(contests: Sequence[Phase], judgings: Sequence[Phase]) -> Iterator[Text]:
    for contest in contests:
        for judging in judgings:
            if contest.closes_at >= judging.closes_at:
                yield T(
                    "“%(round)s” closes at %(closes)s, not before “%(judging)s” ends at %(ends)s. No result can be "
                    "adopted while the round is open: close the round earlier, or judge later.",
                    round=contest.title,
                    closes=contest.closes_at,
                    judging=judging.title,
                    ends=judging.closes_at,
                )
            elif contest.closes_at > judging.opens_at:
                yield T(
                    "“%(judging)s” begins at %(begins)s while “%(round)s” is still open. Results can be adopted only "
                    "after it closes at %(closes)s.",
                    judging=judging.title,
                    begins=judging.opens_at,
                    round=contest.title,
                    closes=contest.closes_at,
                )


def _judging_over_ceremonies(judgings: Sequence[Phase], ceremonies: Sequence[Phase]) -> Iterator[Text]:
    for judging in judgings:
        for ceremony in ceremonies:
            if judging.closes_at > ceremony.opens_at:
                yield T(
                    "“%(judging)s” ends at %(ends)s, after “%(ceremony)s” begins.",
                    judging=judging.title,
                    ends=judging.closes_at,
                    ceremony=ceremony.title,
                )


def _preparing_too_late(contests: Sequence[Phase], preparations: Sequence[Phase]) -> Iterator[Text]:
    if not contests:
        return
    first = min(contests, key=lambda contest: contest.opens_at)
    for preparation in preparations:
        if preparation.closes_at > first.opens_at:
            yield T(
                "“%(preparation)s” ends at %(ends)s, when “%(round)s” is already open.",
                preparation=preparation.title,
                ends=preparation.closes_at,
                round=first.title,
            )


def _rounds_together(contests: Sequence[Phase]) -> Iterator[Text]:
    for first, second in combinations(contests, 2):
        if any(a.opens_at < b.closes_at and b.opens_at < a.closes_at for a in first.windows for b in second.windows):
            yield T("“%(first)s” and “%(second)s” are open at the same time.", first=first.title, second=second.title)
