"""Units in the order of a formula, and who of them wins which collective prize. Pure, with exact fractions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING

from cuocthi.text import TN, T
from cuocthi_prizes.formula import WHOLE, UnitMeasure

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cuocthi.text import Text
    from cuocthi_prizes.formula import Formula
    from cuocthi_prizes.settings import CollectiveTier


@dataclass(frozen=True, slots=True)
class Unit:
    """What a unit reached: ``score_sum`` are the points of its ``persons`` in thousandths, ``winners`` have a prize."""

    unit_id: int
    block: str
    persons: int
    headcount: int | None
    score_sum: int
    winners: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit in its block: its ``rank``, how many share it, and the ``values`` by which it was compared.

    ``lacks`` says why it does not take part; then it has no rank.
    """

    unit: Unit
    rank: int | None
    tied: int
    values: tuple[Fraction | None, ...]
    lacks: Text | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A collective prize and the unit that wins it."""

    tier: CollectiveTier
    unit: Unit


@dataclass(frozen=True, slots=True)
class Undecided:
    """Units that are equal where not all of them can have the same prize: somebody has to decide among them."""

    tier: CollectiveTier
    units: tuple[Unit, ...]


def place(formula: Formula, units: Sequence[Unit], *, max_score: int) -> list[Placed]:
    """Return all units, block by block in the order of the formula, and behind them those that do not take part.

    ``max_score`` is what could be reached, in thousandths of a point. A missing value stands behind every other.
    """
    placed: list[Placed] = []
    for _, group in groupby(sorted(units, key=lambda one: (one.block, one.unit_id)), key=_by_block):
        members = list(group)
        taking_part = [unit for unit in members if _lacks(formula, unit) is None]
        most = {
            UnitMeasure.PERSONS: max((unit.persons for unit in taking_part), default=0),
            UnitMeasure.WINNERS: max((unit.winners for unit in taking_part), default=0),
        }
        values = {
            unit: tuple(_value(formula, one, unit, most, max_score) for one in formula.by) for unit in taking_part
        }
        order = {unit: tuple(_last_if_missing(value) for value in values[unit]) for unit in taking_part}
        taking_part.sort(key=lambda unit: (order[unit], unit.unit_id))
        rank = 1
        for _, equals in groupby(taking_part, key=order.__getitem__):
            tied = list(equals)
            placed += [Placed(unit, rank, len(tied), values[unit]) for unit in tied]
            rank += len(tied)
        for unit in members:
            lacks = _lacks(formula, unit)
            if lacks is not None:
                placed.append(Placed(unit, None, 0, (), lacks))
    return placed


def give(tiers: Sequence[CollectiveTier], placed: Sequence[Placed]) -> tuple[list[Given], list[Undecided]]:
    """Return who wins which prize, and where that is undecided; a unit has one prize.

    Each tier takes the best units that are left, of its block if it is for one. Where equals would get different
    prizes, or some of them none, the tier and all after it for units of the same blocks wait for a decision.
    """
    given: list[Given] = []
    undecided: list[Undecided] = []
    left = [one for one in placed if one.rank is not None]
    waiting: set[str] = set()
    for tier in tiers:
        fitting = sorted(
            (one for one in left if tier.block in {"", one.unit.block} and one.unit.block not in waiting),
            key=_order_across_blocks,
        )
        chosen = fitting[: tier.quantity]
        rest = fitting[tier.quantity :]
        if chosen and rest and _equal(chosen[-1], rest[0]):
            tied = [one for one in fitting if _equal(one, chosen[-1])]
            undecided.append(Undecided(tier, tuple(one.unit for one in tied)))
            waiting |= {one.unit.block for one in tied}
            chosen = [one for one in chosen if not _equal(one, rest[0])]
        given += [Given(tier, one.unit) for one in chosen]
        left = [one for one in left if one not in chosen]
    return given, undecided


def give_but_for(
    tiers: Sequence[CollectiveTier], placed: Sequence[Placed], enough: Collection[int]
) -> tuple[list[Given], list[Undecided], list[Unit]]:
    """Return the same as :func:`give` where units of ``enough`` (their ids) get nothing, and which of them were passed
    over: those whose turn had come. The others stand so far behind that they would have got nothing anyway.
    """
    passed: list[Unit] = []
    while True:
        given, undecided = give(tiers, [one for one in placed if one.unit not in passed])
        reached = [one.unit for one in given] + [unit for one in undecided for unit in one.units]
        new = [unit for unit in reached if unit.unit_id in enough]
        if not new:
            return given, undecided, passed
        passed += new


def _by_block(unit: Unit) -> str:
    return unit.block


def _order_across_blocks(one: Placed) -> tuple[tuple[tuple[int, Fraction], ...], int]:
    return tuple(_last_if_missing(value) for value in one.values), one.unit.unit_id


def _equal(one: Placed, other: Placed) -> bool:
    return one.values == other.values


def _last_if_missing(value: Fraction | None) -> tuple[int, Fraction]:
    return (1, Fraction(0)) if value is None else (0, -value)


def _lacks(formula: Formula, unit: Unit) -> Text | None:
    """Say what keeps a unit from taking part, None if nothing does."""
    if unit.persons < formula.least_persons:
        return TN(
            "Fewer than %(count)s person took part.", "Fewer than %(count)s persons took part.", formula.least_persons
        )
    if unit.winners < formula.least_winners:
        return TN(
            "It has fewer than %(count)s individual prize.",
            "It has fewer than %(count)s individual prizes.",
            formula.least_winners,
        )
    if not formula.bands:
        return None
    if not unit.headcount:
        return T("Nobody said how many people are entitled to take part.")
    needed = formula.rate_needed(unit.headcount)
    if unit.persons * WHOLE < needed * unit.headcount:
        return T("The rate of participation is below %(percent)s%%.", percent=f"{needed / 10:g}")
    return None


def _value(
    formula: Formula, measure: UnitMeasure, unit: Unit, most: Mapping[UnitMeasure, int], max_score: int
) -> Fraction | None:
    match measure:
        case UnitMeasure.PERSONS:
            return Fraction(unit.persons)
        case UnitMeasure.WINNERS:
            return Fraction(unit.winners)
        case UnitMeasure.RATE:
            return Fraction(unit.persons, unit.headcount) if unit.headcount else None
        case UnitMeasure.MEAN:
            return Fraction(unit.score_sum, unit.persons) if unit.persons else None
        case UnitMeasure.WEIGHTED:
            parts = [_share(formula, one.measure, unit, most, max_score) for one in formula.weights]
            known = [part for part in parts if part is not None]
            if len(known) < len(parts):
                return None
            return sum((one.weight * part for one, part in zip(formula.weights, known, strict=True)), Fraction(0))


def _share(
    formula: Formula, measure: UnitMeasure, unit: Unit, most: Mapping[UnitMeasure, int], max_score: int
) -> Fraction | None:
    """Return a measure as a share; ``most`` is what the best unit of the block has of those that are numbers."""
    value = _value(formula, measure, unit, most, max_score)
    if value is None or measure is UnitMeasure.RATE:
        return value
    return value / max(max_score if measure is UnitMeasure.MEAN else most[measure], 1)
