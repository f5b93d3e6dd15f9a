"""The scheme of prizes: which tiers there are, from which round they are allocated, and what may be spent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Bounds that only a slip of the hand crosses; sums stay far within 64 bits.
MAX_TIERS = 40
MAX_QUANTITY = 10_000
MAX_VALUE = 1_000_000_000_000

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Tier:
    """A kind of individual prize: ``quantity`` prizes worth ``value`` đồng each.

    ``key`` names the tier in files ([a-z0-9-]); ``title`` names one prize of it ("Giải Nhất").
    """

    key: str
    title: str
    quantity: int
    value: int

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        _check_names(self.key, self.title)
        _check_range(self.quantity, 1, MAX_QUANTITY, "quantity")
        _check_range(self.value, 0, MAX_VALUE, "value")

    @property
    def cost(self) -> int:
        """What all prizes of the tier are worth, in đồng."""
        return self.quantity * self.value


@dataclass(frozen=True, slots=True)
class CollectiveTier:
    """A kind of prize for units, given by decision after the results.

    ``quantity`` and ``value`` (đồng each) are 0 for as long as they are left to that decision.
    """

    key: str
    title: str
    quantity: int = 0
    value: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        _check_names(self.key, self.title)
        _check_range(self.quantity, 0, MAX_QUANTITY, "quantity")
        _check_range(self.value, 0, MAX_VALUE, "value")

    @property
    def cost(self) -> int:
        """What all prizes of the tier are worth as far as it is known beforehand, in đồng."""
        return self.quantity * self.value

    @property
    def is_open(self) -> bool:
        """Whether quantity or value are left to the decision."""
        return not (self.quantity and self.value)


@dataclass(frozen=True, slots=True)
class PrizeSettings:
    """The prizes of a campaign.

    ``round`` is the key of the round whose adopted ranking is awarded, empty for the campaign's only round.
    ``tiers`` are allocated in their order, from the best rank on. ``allotted`` is the sum that may be spent on all
    prizes, in đồng; 0 while it is not known.
    """

    round: str = ""
    tiers: tuple[Tier, ...] = ()
    collective: tuple[CollectiveTier, ...] = ()
    allotted: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for tiers that cannot be told apart, or for too many of them."""
        keys = [*(tier.key for tier in self.tiers), *(tier.key for tier in self.collective)]
        if len(keys) > MAX_TIERS:
            raise SettingsError(T("There may be at most %(most)s kinds of prizes.", most=MAX_TIERS), field="tiers")
        repeated = _first_repeated(keys)
        if repeated:
            raise SettingsError(T("The code “%(key)s” stands for two kinds of prizes.", key=repeated), field="tiers")
        _check_range(self.allotted, 0, MAX_VALUE, "allotted")

    @property
    def places(self) -> int:
        """How many individual prizes there are."""
        return sum(tier.quantity for tier in self.tiers)

    @property
    def individual_sum(self) -> int:
        """What the individual prizes are worth, in đồng."""
        return sum(tier.cost for tier in self.tiers)

    @property
    def collective_sum(self) -> int:
        """What the collective prizes are worth as far as it is known beforehand, in đồng."""
        return sum(tier.cost for tier in self.collective)

    @property
    def total(self) -> int:
        """What all prizes are worth as far as it is known beforehand, in đồng."""
        return self.individual_sum + self.collective_sum

    @property
    def excess(self) -> int:
        """By how much the prizes exceed the allotted sum, in đồng; 0 within it, or while no sum is known."""
        return excess(self.total, self.allotted)


def excess(spent: int, allotted: int) -> int:
    """Return by how much ``spent`` exceeds ``allotted`` (both đồng); 0 within it, or while no sum is known."""
    return max(spent - allotted, 0) if allotted else 0


def _check_names(key: str, title: str) -> None:
    if not _KEY.fullmatch(key) or len(key) > 40:  # noqa: PLR2004 - the width of the column
        message = T("The code “%(key)s” must be made of a–z, 0–9 and single hyphens, at most 40 of them.", key=key)
        raise SettingsError(message, field="key")
    if not title.strip() or len(title) > 120:  # noqa: PLR2004 - the width of the column
        raise SettingsError(T("A prize needs a name of at most 120 letters."), field="title")


def _check_range(value: int, least: int, most: int, field: str) -> None:
    if not least <= value <= most:
        message = T("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)
        raise SettingsError(message, field=field)


def _first_repeated(keys: Iterable[str]) -> str:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return ""
