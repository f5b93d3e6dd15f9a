"""Rounds that are open for some units at times of their own: in words, as rows of the chart, and what looks wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING

from cuocthi.text import TN, T, Text
from cuocthi.timelines.drawing import span_in_words
from cuocthi.timelines.queries import uncovered_units

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.timelines.drawing import Drawn
    from cuocthi.timelines.models import PhaseKind
    from cuocthi.timelines.windows import UnitSpan
    from cuocthi.units.models import Unit

OTHERS = T("All other units")
#: How many units are named where some are not covered.
_NAMED = 3
#: How many contradictions are said at once.
_MOST = 12


@dataclass(frozen=True, slots=True)
class UnitTimes:
    """When a round is open for one unit, or for all others: one span in words a window."""

    unit: str | Text
    spans: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Part:
    """A round as it is for one unit, drawn in a row of its own."""

    kind: PhaseKind
    title: str | Text
    windows: Sequence[UnitSpan]

    @property
    def opens_at(self) -> datetime:
        return min(window.opens_at for window in self.windows)

    @property
    def closes_at(self) -> datetime:
        return max(window.closes_at for window in self.windows)


def differs(phase: Drawn) -> bool:
    """Tell whether a phase has windows of a unit."""
    return any(window.unit_id is not None for window in phase.windows)


def times_by_unit(phase: Drawn, units: Mapping[int, Unit], language: str) -> list[UnitTimes]:
    """Return when a round is open for each unit that has windows, and for all others, which come first."""
    return [
        UnitTimes(_called(unit_id, units), [span_in_words(window, language) for window in windows])
        for unit_id, windows in _grouped(phase, units)
    ]


def rows_by_unit(phases: Sequence[Drawn], units: Mapping[int, Unit]) -> list[Drawn]:
    """Return what the chart draws: a round with windows of units is a row for each of them."""
    rows: list[Drawn] = []
    for phase in phases:
        if not differs(phase):
            rows.append(phase)
            continue
        for unit_id, windows in _grouped(phase, units):
            title = T("%(round)s: %(unit)s", round=phase.title, unit=_called(unit_id, units))
            rows.append(_Part(phase.kind, title, windows))
    return rows


def unit_warnings(ctx: Context, *, phases: Sequence[Drawn], units: Mapping[int, Unit]) -> list[Text]:
    """Return what looks wrong about windows of units, in words.

    A statement for each round that is not open for everybody; none where no unit has windows.
    """
    differing = [phase for phase in phases if differs(phase)]
    every = chain.from_iterable(
        chain(_without_windows(ctx, phase), _nested(phase, units), _ended(phase, units)) for phase in differing
    )
    return list(islice(every, _MOST))


def _without_windows(ctx: Context, phase: Drawn) -> Iterator[Text]:
    named = {window.unit_id for window in phase.windows}
    if None in named:
        return
    number, names = uncovered_units(ctx, unit_ids=named, limit=_NAMED)
    if number:
        yield TN(
            "“%(round)s” is open for no time for %(count)s unit: %(names)s.",
            "“%(round)s” is open for no time for %(count)s units, among them %(names)s.",
            number,
            round=phase.title,
            names=", ".join(names),
        )


def _nested(phase: Drawn, units: Mapping[int, Unit]) -> Iterator[Text]:
    named = _named(phase, units)
    for lower in named:
        above = [unit for unit in named if unit is not lower and lower.path.startswith(unit.path)]
        if above:
            yield T(
                "In “%(round)s” only its own windows hold for %(lower)s, not those of %(upper)s, to which it belongs.",
                round=phase.title,
                lower=lower.name,
                upper=max(above, key=lambda unit: len(unit.path)).name,
            )


def _ended(phase: Drawn, units: Mapping[int, Unit]) -> Iterator[Text]:
    for unit in _named(phase, units):
        if unit.valid_to is not None:
            yield T(
                "%(unit)s, which has windows of its own in “%(round)s”, ends on %(day)s: they hold for those who "
                "registered there before, not for the unit that takes its place.",
                unit=unit.name,
                round=phase.title,
                day=unit.valid_to,
            )


def _named(phase: Drawn, units: Mapping[int, Unit]) -> list[Unit]:
    named = {window.unit_id for window in phase.windows}
    return [unit for unit_id, unit in units.items() if unit_id in named]


def _grouped(phase: Drawn, units: Mapping[int, Unit]) -> list[tuple[int | None, list[UnitSpan]]]:
    """Return the windows by unit, in the order of the units' names; those for everybody come first."""
    grouped: dict[int | None, list[UnitSpan]] = {}
    for window in phase.windows:
        grouped.setdefault(window.unit_id, []).append(window)
    return sorted(grouped.items(), key=lambda pair: "" if pair[0] is None else units[pair[0]].name_sort)


def _called(unit_id: int | None, units: Mapping[int, Unit]) -> str | Text:
    return OTHERS if unit_id is None else units[unit_id].name
