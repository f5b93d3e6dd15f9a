"""What looks wrong on a timeline, in words. Nothing here refuses anything: acts are refused where they are done."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from cuocthi.text import T, Text, Until
from cuocthi.timelines.models import PhaseKind

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.timelines.drawing import Drawn
    from cuocthi.timelines.windows import Span

#: How many contradictions are said at once; nobody mends a hundred at a time.
_MOST = 12


@dataclass(frozen=True, slots=True)
class _Whole:
    """A phase with its first and last moment found once: each is compared with many others."""

    title: str | Text
    windows: Sequence[Span]
    opens_at: datetime
    closes_at: datetime


def timeline_warnings(phases: Sequence[Drawn]) -> list[Text]:
    """Return overlaps and contradictions among the phases of a campaign, the gravest first; of very many the first."""
    kinds: dict[PhaseKind, list[_Whole]] = {kind: [] for kind in PhaseKind}
    for phase in phases:
        kinds[phase.kind].append(_Whole(phase.title, phase.windows, phase.opens_at, phase.closes_at))
    contests = kinds[PhaseKind.CONTEST]
    every = chain(
        _without_rounds(contests),
        _rounds_over_ceremonies(contests, kinds[PhaseKind.CEREMONY]),
        _rounds_over_judging(contests, kinds[PhaseKind.JUDGING]),
        _judging_over_ceremonies(kinds[PhaseKind.JUDGING], kinds[PhaseKind.CEREMONY]),
        _preparing_too_late(contests, kinds[PhaseKind.PREPARATION]),
        _rounds_together(contests),
    )
    found = list(islice(every, _MOST + 1))
    if len(found) > _MOST:
        found[_MOST:] = [T("There are more contradictions; they are shown once these are mended.")]
    return found


def _without_rounds(contests: Sequence[_Whole]) -> Iterator[Text]:
    if not contests:
        yield T("The timeline has no round yet: add a phase in which people take part.")


def _rounds_over_ceremonies(contests: Sequence[_Whole], ceremonies: Sequence[_Whole]) -> Iterator[Text]:
    for contest in contests:
        for ceremony in ceremonies:
            if contest.closes_at > ceremony.opens_at:
                yield T(
                    "“%(round)s” closes at %(closes)s, after “%(ceremony)s” begins at %(begins)s. Prizes can only be "
                    "given for results that were adopted after every round has closed.",
                    round=contest.title,
                    closes=Until(contest.closes_at),
                    ceremony=ceremony.title,
                    begins=ceremony.opens_at,
                )


def _rounds_over_judging(contests: Sequence[_Whole], judgings: Sequence[_Whole]) -> Iterator[Text]:
    for contest in contests:
        for judging in judgings:
            if contest.opens_at >= judging.closes_at:
                continue  # what opens afterwards is judged another time
            if contest.closes_at >= judging.closes_at:
                yield T(
                    "“%(round)s” closes at %(closes)s, not before “%(judging)s” ends at %(ends)s. No result can be "
                    "adopted while the round is open: close the round earlier, or judge later.",
                    round=contest.title,
                    closes=Until(contest.closes_at),
                    judging=judging.title,
                    ends=Until(judging.closes_at),
                )
            elif contest.closes_at > judging.opens_at:
                yield T(
                    "“%(judging)s” begins at %(begins)s while “%(round)s” is still open. Results can be adopted only "
                    "after it closes at %(closes)s.",
                    judging=judging.title,
                    begins=judging.opens_at,
                    round=contest.title,
                    closes=Until(contest.closes_at),
                )


def _judging_over_ceremonies(judgings: Sequence[_Whole], ceremonies: Sequence[_Whole]) -> Iterator[Text]:
    for judging in judgings:
        for ceremony in ceremonies:
            if judging.closes_at > ceremony.opens_at:
                yield T(
                    "“%(judging)s” ends at %(ends)s, after “%(ceremony)s” begins.",
                    judging=judging.title,
                    ends=Until(judging.closes_at),
                    ceremony=ceremony.title,
                )


def _preparing_too_late(contests: Sequence[_Whole], preparations: Sequence[_Whole]) -> Iterator[Text]:
    if not contests:
        return
    first = min(contests, key=lambda contest: contest.opens_at)
    for preparation in preparations:
        if preparation.closes_at > first.opens_at:
            yield T(
                "“%(preparation)s” ends at %(ends)s, when “%(round)s” is already open.",
                preparation=preparation.title,
                ends=Until(preparation.closes_at),
                round=first.title,
            )


def _rounds_together(contests: Sequence[_Whole]) -> Iterator[Text]:
    for first, second in _overlapping(contests):
        yield T("“%(first)s” and “%(second)s” are open at the same time.", first=first.title, second=second.title)


def _overlapping(contests: Sequence[_Whole]) -> Iterator[tuple[_Whole, _Whole]]:
    """Sweep through time: yield each pair of phases once of which some windows overlap, as soon as one is met."""
    windows = sorted(
        (window.opens_at, window.closes_at, place) for place, phase in enumerate(contests) for window in phase.windows
    )
    open_now: list[tuple[datetime, int]] = []
    met: set[tuple[int, int]] = set()
    for opens_at, closes_at, place in windows:
        open_now = [(ends, other) for ends, other in open_now if ends > opens_at]
        for _, other in open_now:
            pair = (min(place, other), max(place, other))
            if place != other and pair not in met:
                met.add(pair)
                yield contests[pair[0]], contests[pair[1]]
        open_now.append((closes_at, place))
