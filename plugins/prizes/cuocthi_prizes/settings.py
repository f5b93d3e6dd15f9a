"""The scheme of prizes: sets of tiers, what each set awards, how many prizes a person may have, what may be spent."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T
from cuocthi_prizes.formula import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Bounds that only a slip of the hand crosses; sums stay far within 64 bits.
MAX_SETS = 40
MAX_TIERS = 40
MAX_QUANTITY = 10_000
MAX_VALUE = 1_000_000_000_000
MAX_A_PERSON = 100
MAX_ANSWER_DAYS = 90
KEY_LENGTH = 40
TITLE_LENGTH = 120
#: All of something, in thousandths.
WHOLE = 1000

#: The set of a scheme that is written without any, and of every list made before there were sets.
MAIN = "main"
#: The parts of a scheme that is written without sets: they stand for one set, :data:`MAIN`.
SHORT_FORM = ("round", "tiers", "collective")

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Ties(StrEnum):
    """What is done where equals would get different prizes, or some of them none.

    ``DECIDE``: a lot or the jury orders them before anything is awarded. ``SHARE``: all who equal the last person of a
    tier get that tier's prize, even where its quantity is exceeded by that; the tiers after it keep theirs.
    """

    DECIDE = "decide"
    SHARE = "share"


class Check(StrEnum):
    """What is checked of a candidate before a list is adopted: that somebody reached the person, that it is the person,
    and that the entry was looked at with what is known of it.
    """

    CONTACT = "contact"
    IDENTITY = "identity"
    ENTRY = "entry"


@dataclass(frozen=True, slots=True)
class Tier:
    """A kind of individual prize: ``quantity`` prizes worth ``value`` đồng each.

    ``key`` names the tier in files ([a-z0-9-]); ``title`` names one prize of it ("Giải Nhất"); ``in_kind`` says what is
    given beside the sum, or instead of it. With ``threshold``, in thousandths of the maximum score, only who reaches it
    gets the prize. ``share``, in thousandths of those in the ranking and rounded down, is a further limit. Without a
    quantity, one of both limits the tier.
    """

    key: str
    title: str
    quantity: int = 0
    value: int = 0
    in_kind: str = ""
    threshold: int = 0
    share: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        _check_names(self.key, self.title)
        _check_range(self.quantity, 0 if self.threshold or self.share else 1, MAX_QUANTITY, "quantity")
        _check_range(self.value, 0, MAX_VALUE, "value")
        _check_range(self.threshold, 0, WHOLE, "threshold")
        _check_range(self.share, 0, WHOLE, "share")
        if len(self.in_kind) > TITLE_LENGTH:
            raise SettingsError(T("At most %(most)s characters, please.", most=TITLE_LENGTH), field="in_kind")

    @property
    def cost(self) -> int:
        """What all prizes of the tier are worth as far as it is known beforehand, in đồng."""
        return self.quantity * self.value

    @property
    def is_open(self) -> bool:
        """Whether nobody can say beforehand how many there will be."""
        return not self.quantity

    def limit(self, entrants: int) -> int | None:
        """Return how many there may be at most among ``entrants`` persons, None for as many as reach the threshold."""
        limits = [self.quantity] if self.quantity else []
        limits += [entrants * self.share // WHOLE] if self.share else []
        return min(limits) if limits else None

    def is_reached(self, score: int, max_score: int) -> bool:
        """Tell whether a score is enough for the prize."""
        return score * WHOLE >= self.threshold * max_score


@dataclass(frozen=True, slots=True)
class CollectiveTier:
    """A kind of prize for units, given by the formula of its set, or by decision after the results.

    ``quantity`` and ``value`` (đồng each) are 0 for as long as they are left to that decision. With ``block`` only
    units of that block can have it.
    """

    key: str
    title: str
    quantity: int = 0
    value: int = 0
    block: str = ""

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
class ExtraPrizes:
    """What one list may give by hand beside the ranking: at most ``most`` prizes, worth ``total`` đồng together.

    None may be given while ``most`` is 0. Prizes without a value, in kind alone, need no sum.
    """

    most: int = 0
    total: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        _check_range(self.most, 0, MAX_TIERS, "extra_most")
        _check_range(self.total, 0, MAX_VALUE, "extra_total")
        if self.total and not self.most:
            raise SettingsError(T("Say how many extra prizes there may be."), field="extra_most")

    @property
    def is_empty(self) -> bool:
        """Whether none may be given."""
        return not self.most


@dataclass(frozen=True, slots=True)
class PrizeSet:
    """Prizes that are awarded together, from one ranking, by one list.

    ``key`` names the set in files, ``title`` for people. It awards the round with the key ``round``, the campaign's
    only round if that is empty, or with ``each_round`` every round ``but_for`` those with these keys, by a list of its
    own. With ``division`` it is for those in the division with that key alone, in the order of the same ranking; with
    ``block`` its individual prizes are for those alone whose unit stands in that block (collective prizes have their
    own blocks).

    ``tiers`` are allocated in their order, from the best rank on; ``collective`` are given to units by ``formula``, or
    by decision where it is empty.
    ``most_a_person`` is how many prizes of the set a person may have over all its rounds, 0 for any number; in one list
    it is one. ``extra`` is what each list may give by hand beside the ranking.
    """

    key: str
    title: str
    round: str = ""
    each_round: bool = False
    tiers: tuple[Tier, ...] = ()
    collective: tuple[CollectiveTier, ...] = ()
    ties: Ties = Ties.DECIDE
    most_a_person: int = 0
    but_for: tuple[str, ...] = ()
    division: str = ""
    formula: Formula = field(default_factory=Formula)
    extra: ExtraPrizes = field(default_factory=ExtraPrizes)
    block: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for tiers that cannot be told apart, too many of them, or two answers to one question."""
        _check_names(self.key, self.title)
        keys = [*(tier.key for tier in self.tiers), *(tier.key for tier in self.collective)]
        if len(keys) > MAX_TIERS:
            raise SettingsError(T("There may be at most %(most)s kinds of prizes.", most=MAX_TIERS), field="tiers")
        repeated = _first_repeated(keys)
        if repeated:
            raise SettingsError(T("The code “%(key)s” stands for two kinds of prizes.", key=repeated), field="tiers")
        if self.round and self.each_round:
            raise SettingsError(T("Prizes are for one round or for each, not for both."), field="round")
        if not self.formula.is_empty and any(tier.is_open for tier in self.collective):
            message = T("By a formula only prizes can be given whose quantity and value are fixed.")
            raise SettingsError(message, field="collective")
        if self.but_for and not self.each_round:
            raise SettingsError(T("Rounds are left out only where each round is awarded."), field="but_for")
        _check_range(self.most_a_person, 0, MAX_A_PERSON, "most_a_person")

    @property
    def is_empty(self) -> bool:
        """Whether the set gives nothing."""
        return not (self.tiers or self.collective) and self.extra.is_empty

    @property
    def individual_sum(self) -> int:
        """What its individual prizes are worth in one list, as far as it is known beforehand, in đồng."""
        return sum(tier.cost for tier in self.tiers)

    @property
    def collective_sum(self) -> int:
        """What its collective prizes are worth in one list, as far as it is known beforehand, in đồng."""
        return sum(tier.cost for tier in self.collective)

    @property
    def cost(self) -> int:
        """What the set is worth in one list, as far as it is known beforehand, in đồng."""
        return self.individual_sum + self.collective_sum + self.extra.total


@dataclass(frozen=True, slots=True)
class PrizeSettings:
    """The prizes of a campaign.

    ``allotted`` is the sum that may be spent on all prizes, in đồng; 0 while it is not known. ``most_a_person`` is how
    many individual prizes a person may have in the whole campaign, 0 for any number; with ``once_a_round`` it is one of
    the sets that award the same round. Whoever has had that many by lists that were adopted before is passed over.
    ``extra_counts`` says whether a prize that was given by hand is one of these. ``most_a_unit`` and
    ``unit_once_a_round`` are the same of collective prizes and units.

    ``candidate_checks`` are those without which no list is adopted, of each candidate. ``answer_days`` is how long
    candidates have at least to say how they are paid, 0 where nobody is passed over for not saying it.

    A scheme with one set may be written without it: ``round``, ``tiers`` and ``collective`` then are those of the set
    :data:`MAIN`, and are empty afterwards.
    """

    round: str = ""
    tiers: tuple[Tier, ...] = ()
    collective: tuple[CollectiveTier, ...] = ()
    allotted: int = 0
    sets: tuple[PrizeSet, ...] = ()
    once_a_round: bool = False
    most_a_person: int = 0
    extra_counts: bool = True
    most_a_unit: int = 0
    unit_once_a_round: bool = False
    candidate_checks: tuple[Check, ...] = ()
    answer_days: int = 0

    def __post_init__(self) -> None:
        """Raise SettingsError for sets that cannot be told apart, or for too many of them."""
        if self.round or self.tiers or self.collective:
            self._settle_the_short_form()
        if len(self.sets) > MAX_SETS:
            raise SettingsError(T("There may be at most %(most)s prize sets.", most=MAX_SETS), field="sets")
        repeated = _first_repeated(one.key for one in self.sets)
        if repeated:
            raise SettingsError(T("The code “%(key)s” stands for two prize sets.", key=repeated), field="sets")
        _check_range(self.allotted, 0, MAX_VALUE, "allotted")
        _check_range(self.most_a_person, 0, MAX_A_PERSON, "most_a_person")
        _check_range(self.most_a_unit, 0, MAX_A_PERSON, "most_a_unit")
        _check_range(self.answer_days, 0, MAX_ANSWER_DAYS, "answer_days")
        if len(set(self.candidate_checks)) < len(self.candidate_checks):
            raise SettingsError(T("A check of candidates is named twice."), field="candidate_checks")

    def _settle_the_short_form(self) -> None:
        if self.sets:
            raise SettingsError(T("Write the prizes into the sets, not beside them."), field="sets")
        only = PrizeSet(MAIN, _MAIN_TITLE, round=self.round, tiers=self.tiers, collective=self.collective)
        for name, value in (("sets", (only,)), ("round", ""), ("tiers", ()), ("collective", ())):
            object.__setattr__(self, name, value)  # it is still being made

    @property
    def is_empty(self) -> bool:
        """Whether there are no prizes at all."""
        return all(one.is_empty for one in self.sets)

    def named(self, key: str) -> PrizeSet | None:
        """Return the set with this key, None if there is none."""
        return next((one for one in self.sets if one.key == key), None)


#: A set that nobody named is content of the campaign as soon as it is stored; it is not shown where it is the only one.
_MAIN_TITLE = "Giải thưởng"


def excess(spent: int, allotted: int) -> int:
    """Return by how much ``spent`` exceeds ``allotted`` (both đồng); 0 within it, or while no sum is known."""
    return max(spent - allotted, 0) if allotted else 0


def _check_names(key: str, title: str) -> None:
    if not _KEY.fullmatch(key) or len(key) > KEY_LENGTH:
        message = T("The code “%(key)s” must be made of a–z, 0–9 and single hyphens, at most 40 of them.", key=key)
        raise SettingsError(message, field="key")
    if not title.strip() or len(title) > TITLE_LENGTH:
        raise SettingsError(T("A prize needs a name of at most 120 letters."), field="title")


def _check_range(value: int, least: int, most: int, name: str) -> None:
    if not least <= value <= most:
        message = T("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)
        raise SettingsError(message, field=name)


def _first_repeated(keys: Iterable[str]) -> str:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            return key
        seen.add(key)
    return ""


#: What a campaign begins with whose scheme nobody has written yet: no prizes, and candidates that are checked.
UNWRITTEN = PrizeSettings(candidate_checks=(Check.CONTACT, Check.IDENTITY), answer_days=7)
