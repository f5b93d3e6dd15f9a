"""What is added up: the rounds of each overall ranking, how, and of whom."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from cuocthi.campaigns.settings import SettingsError
from cuocthi.text import T

OWNER = "overall"

#: Bounds that only a slip of the hand crosses; sums stay far within 64 bits.
MAX_RANKINGS = 40
MAX_ROUNDS = 60
MAX_WEIGHT = 100_000
#: A weight of one, and a share of everything.
ONE = 1_000

_KEY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Combine(StrEnum):
    """What becomes of a person's scores and times: their sum, or their mean over the rounds that count."""

    SUM = "sum"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Weighted:
    """A round that counts; its score is multiplied by ``weight`` thousandths and cut to thousandths of a point."""

    round: str
    weight: int = ONE

    def __post_init__(self) -> None:
        """Raise SettingsError for a value that cannot be meant."""
        _check_key(self.round, "rounds")
        _check_range(self.weight, 1, MAX_WEIGHT, "rounds")


@dataclass(frozen=True, slots=True)
class OverallRanking:
    """One overall ranking: that of the round ``round``, whose format is this plugin's.

    ``rounds`` are those that count, all of other formats where none is named. ``best`` lets only so many of a person's
    rounds count, those with the largest shares of their points (0: all); ``least`` is in how many rounds somebody must
    have taken part at all. ``division`` is the key of the one division that is ranked, nothing for everybody. A person
    has passed who has reached ``pass_mark`` thousandths of what could be reached. ``added`` is the key of a measure of
    the rounds' own format that is added up as well.
    """

    round: str
    rounds: tuple[Weighted, ...] = ()
    combine: Combine = Combine.SUM
    best: int = 0
    least: int = 1
    division: str = ""
    pass_mark: int = 0
    added: str = ""

    def __post_init__(self) -> None:
        """Raise SettingsError for values that cannot be meant."""
        _check_key(self.round, "round")
        for field in ("best", "least"):
            _check_range(getattr(self, field), 0 if field == "best" else 1, MAX_ROUNDS, field)
        _check_range(self.pass_mark, 0, ONE, "pass_mark")
        keys = [one.round for one in self.rounds]
        if len(keys) > MAX_ROUNDS or len(set(keys)) < len(keys):
            raise SettingsError(T("Each round counts once, and at most %(most)s do.", most=MAX_ROUNDS), field="rounds")
        if self.round in keys:
            raise SettingsError(T("An overall ranking cannot count itself."), field="rounds")
        for field in ("division", "added"):
            if len(getattr(self, field)) > 40:  # noqa: PLR2004 - the width of such keys
                raise SettingsError(T("A code has at most 40 characters."), field=field)


@dataclass(frozen=True, slots=True)
class OverallSettings:
    """The overall rankings of a campaign."""

    rankings: tuple[OverallRanking, ...] = ()

    def __post_init__(self) -> None:
        """Raise SettingsError for rankings that cannot be told apart, or for too many of them."""
        keys = [ranking.round for ranking in self.rankings]
        if len(keys) > MAX_RANKINGS or len(set(keys)) < len(keys):
            message = T("Each round has one overall ranking, and there are at most %(most)s.", most=MAX_RANKINGS)
            raise SettingsError(message, field="rankings")

    def of(self, key: str) -> OverallRanking | None:
        """Return what is said of the round with this key, None if nothing is."""
        return next((ranking for ranking in self.rankings if ranking.round == key), None)


def _check_key(key: str, field: str) -> None:
    if not _KEY.fullmatch(key) or len(key) > 40:  # noqa: PLR2004 - the width of the column
        message = T("The code “%(key)s” must be made of a–z, 0–9 and single hyphens, at most 40 of them.", key=key)
        raise SettingsError(message, field=field)


def _check_range(value: int, least: int, most: int, field: str) -> None:
    if not least <= value <= most:
        message = T("Enter a whole number from %(least)s to %(most)s.", least=least, most=most)
        raise SettingsError(message, field=field)
