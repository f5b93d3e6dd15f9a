"""By which formula units win collective prizes: what they are compared by, and what they need to be compared at all."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

#: Bounds that only a slip of the hand crosses.
MAX_STEPS = 5
MAX_BANDS = 20
MAX_WEIGHT = 1_000_000
MAX_NUMBER = 10_000_000
#: All of something, in thousandths.
WHOLE = 1000


class UnitMeasure(StrEnum):
    """What units are compared by; more is better in all of them.

    ``PERSONS`` took part, ``WINNERS`` have an individual prize of the list, ``RATE`` is the share of the people
    entitled who took part, ``MEAN`` the mean score of those who did, ``WEIGHTED`` what the weights of the formula make
    of these.
    """

    PERSONS = "persons"
    WINNERS = "winners"
    RATE = "rate"
    MEAN = "mean"
    WEIGHTED = "weighted"


@dataclass(frozen=True, slots=True)
class Weight:
    """How much a measure counts in the weighted one.

    A rate counts as the share that it is, a mean as its share of the points that could be reached, persons and winners
    as their share of what the best unit of the same block has.
    """

    measure: UnitMeasure
    weight: int

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        if self.measure is UnitMeasure.WEIGHTED or not 1 <= self.weight <= MAX_WEIGHT:
            raise SettingsError(
                T("A weight from 1 to %(most)s belongs to a measure.", most=MAX_WEIGHT), field="weights"
            )


@dataclass(frozen=True, slots=True)
class Band:
    """Units with at least ``headcount`` people entitled need a rate of ``rate`` thousandths."""

    headcount: int
    rate: int

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        if not 0 <= self.headcount <= MAX_NUMBER or not 0 <= self.rate <= WHOLE:
            raise SettingsError(T("A rate lies between 0 and 100 percent."), field="bands")


@dataclass(frozen=True, slots=True)
class Formula:
    """The formula of the collective prizes of a set.

    Units are compared by the first measure of ``by``; where they are equal, by the next. Only units take part that have
    the rate of their band (that with the largest headcount which they reach), ``least_persons`` who took part and
    ``least_winners`` individual prizes. Without measures the prizes are given by decision alone.
    """

    by: tuple[UnitMeasure, ...] = ()
    weights: tuple[Weight, ...] = ()
    bands: tuple[Band, ...] = ()
    least_persons: int = 1
    least_winners: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a formula that cannot be computed."""
        if len(self.by) > MAX_STEPS or len(set(self.by)) < len(self.by):
            raise SettingsError(T("Each measure of units can be compared once."), field="by")
        weighted = {one.measure for one in self.weights}
        if len(weighted) < len(self.weights) or bool(weighted) != (UnitMeasure.WEIGHTED in self.by):
            raise SettingsError(T("The weighted measure needs weights, each for another measure."), field="weights")
        if len(self.bands) > MAX_BANDS or len({one.headcount for one in self.bands}) < len(self.bands):
            raise SettingsError(T("Each size of units has one rate, and there are not so many."), field="bands")
        for name, value, least in (("least_persons", self.least_persons, 1), ("least_winners", self.least_winners, 0)):
            if not least <= value <= MAX_NUMBER:
                message = T("Enter a whole number from %(least)s to %(most)s.", least=least, most=MAX_NUMBER)
                raise SettingsError(message, field=name)

    @property
    def is_empty(self) -> bool:
        """Whether prizes are given by decision alone."""
        return not self.by

    @property
    def counts_winners(self) -> bool:
        """Whether it asks how many individual prizes a unit has."""
        measures = {*self.by, *(one.measure for one in self.weights)}
        return UnitMeasure.WINNERS in measures or self.least_winners > 0

    def rate_needed(self, headcount: int) -> int:
        """Return the rate in thousandths that a unit with so many people entitled needs."""
        reached = [one for one in self.bands if headcount >= one.headcount]
        return max(reached, key=lambda one: one.headcount).rate if reached else 0
