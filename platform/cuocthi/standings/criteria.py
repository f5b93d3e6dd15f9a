"""By what entries are compared: measures, ordered criteria, and the rule that says which entry of a person counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.settings import SettingsError
from cuocthi.contributions import ContestFormat, Direction, Measure
from cuocthi.errors import InvalidData
from cuocthi.standings.models import MAX_CRITERIA
from cuocthi.text import T, Text, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context

#: The owner under whose name a round's ranking rules are stored.
RULES_OWNER = "core"

#: The key of a missing value. Smaller keys are better, so it stands behind every value there is.
MISSING = 2**63 - 1
#: No measure may be larger in size; it keeps turned values away from MISSING.
MAX_VALUE = 2**62

SCORE = Measure("score", T("Score"), "points", Direction.HIGHEST)
FULL_MARKS = Measure("full_marks", T("Everything right"), "flag", Direction.HIGHEST)
DURATION = Measure("duration_ms", T("Time used"), "ms", Direction.LOWEST)
STARTED = Measure("started_at", T("Moment of starting"), "moment", Direction.LOWEST)
FINISHED = Measure("finished_at", T("Moment of handing in"), "moment", Direction.LOWEST)

#: What the core knows of every entry, whatever the format.
CORE_MEASURES = (SCORE, FULL_MARKS, DURATION, STARTED, FINISHED)

_MAX_PUBLIC_PLACES = 1_000
#: Nobody admits more by a number.
MAX_ADMITTED = 1_000_000
#: All of something, in thousandths.
WHOLE = 1_000
#: The longest time for objections, in hours: a month.
MAX_OBJECTION_HOURS = 31 * 24
#: The longest time between opening a lot and its first part, in minutes: a week.
MAX_LOT_MINUTES = 7 * 24 * 60


class Counted(StrEnum):
    """Which of a person's entries counts, or that all of them do, by their mean."""

    FIRST = "first"
    LAST = "last"
    BEST = "best"
    MEAN = "mean"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One step of the comparison: a measure and which values are better.

    With ``gate`` only entries that have the flag can win; all others rank behind them.
    """

    key: str
    direction: Direction
    gate: bool = False


class Within(StrEnum):
    """Among whom the best are admitted: all together, or in each division or unit as many."""

    ALL = "all"
    DIVISION = "division"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Admission:
    """Who may take part in a round: everybody, or the best by the adopted ranking of the round with the key ``of``.

    Admitted are the ``best`` so many ``within`` all, each division or each unit, or a ``share`` of those ranked there
    (thousandths, rounded down), with both no more than the smaller number allows; whoever equals the last one, with no
    lot to decide it, is admitted too. With a ``pass_mark`` (thousandths of what could be reached) only who reaches it.

    Raises SettingsError for a round without a limit, a limit without a round, or a number out of bounds.
    """

    of: str = ""
    best: int = 0
    share: int = 0
    pass_mark: int = 0
    within: Within = Within.ALL

    def __post_init__(self) -> None:
        """Refuse what admits nobody knows whom."""
        for name, most in (("best", MAX_ADMITTED), ("share", WHOLE), ("pass_mark", WHOLE)):
            if not 0 <= getattr(self, name) <= most:
                message = T("Enter a whole number from %(least)s to %(most)s.", least=0, most=most)
                raise SettingsError(message, field=name)
        limited = bool(self.best or self.share or self.pass_mark)
        if bool(self.of) != limited:
            message = T("Say both by which round people are admitted, and how many or from how many points on.")
            raise SettingsError(message, field="of")

    @property
    def is_open(self) -> bool:
        """Whether everybody may take part."""
        return not self.of

    def limit(self, ranked: int) -> int | None:
        """Return how many are admitted at most where so many are ranked, None for any number."""
        limits = [self.best] if self.best else []
        limits += [ranked * self.share // WHOLE] if self.share else []
        return min(limits) if limits else None


@dataclass(frozen=True, slots=True)
class RankingRules:
    """A round's ranking rules: who takes part, ordered criteria, which entry counts, how many places the public sees.

    ``objection_hours`` is how long a submitted ranking stands in public as the provisional one before it can be
    adopted; 0: it does not, and can be adopted at once. ``lot_minutes`` is for how long the digest of a lot's entrants
    is public before anybody may give a part of its seed.

    Raises SettingsError for no criterion, too many, or one measure twice.
    """

    criteria: tuple[Criterion, ...] = (
        Criterion(SCORE.key, Direction.HIGHEST),
        Criterion(DURATION.key, Direction.LOWEST),
    )
    counted: Counted = Counted.BEST
    public_places: int = 20
    objection_hours: int = 0
    lot_minutes: int = 15
    admission: Admission = field(default_factory=Admission)

    def __post_init__(self) -> None:
        """Refuse rules that cannot rank."""
        if not 1 <= len(self.criteria) <= MAX_CRITERIA:
            message = T("A ranking needs between 1 and %(most)s criteria.", most=MAX_CRITERIA)
            raise SettingsError(message, field="criteria")
        if len({criterion.key for criterion in self.criteria}) < len(self.criteria):
            raise SettingsError(T("Each measure can be a criterion only once."), field="criteria")
        if not 0 <= self.public_places <= _MAX_PUBLIC_PLACES:
            message = T("The public may see between 0 and %(most)s places.", most=_MAX_PUBLIC_PLACES)
            raise SettingsError(message, field="public_places")
        if not 0 <= self.objection_hours <= MAX_OBJECTION_HOURS:
            message = T("People have between 0 and %(most)s hours to object.", most=MAX_OBJECTION_HOURS)
            raise SettingsError(message, field="objection_hours")
        if not 0 <= self.lot_minutes <= MAX_LOT_MINUTES:
            message = T("A lot is public between 0 and %(most)s minutes before its parts.", most=MAX_LOT_MINUTES)
            raise SettingsError(message, field="lot_minutes")


@dataclass(frozen=True, slots=True)
class RankedBy:
    """A criterion with the words of its measure, as a ranking keeps it for ever.

    Keys of a mean are ``scale`` times the value, so that they order means exactly, see
    :mod:`cuocthi.standings.means`.
    """

    key: str
    title: Text
    unit: str
    direction: Direction
    gate: bool
    scale: int = 1

    @property
    def has_a_mean(self) -> bool:
        """Whether values can be averaged; of moments and flags there is no mean."""
        return self.unit not in {"moment", "flag"}

    def value_of(self, key: int) -> int | None:
        """Return the value that a standing's key stands for, a mean rounded half up; None for a missing one."""
        if key == MISSING:
            return None
        value = -key if self.direction is Direction.HIGHEST else key
        return (2 * value + self.scale) // (2 * self.scale)

    def key_of(self, value: int | None) -> int:
        """Return the key of a value: smaller is better, missing is last."""
        if value is None:
            return MISSING
        return (-value if self.direction is Direction.HIGHEST else value) * self.scale

    def kept(self) -> dict[str, Any]:
        """Return the criterion as JSON can hold it."""
        return {
            "key": self.key,
            "title": pack(self.title),
            "unit": self.unit,
            "direction": self.direction.value,
            "gate": self.gate,
            **({"scale": self.scale} if self.scale > 1 else {}),
        }

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> RankedBy:
        """Return the criterion that :meth:`kept` described."""
        direction, scale = Direction(kept["direction"]), kept.get("scale", 1)
        return cls(kept["key"], unpack(kept["title"]), kept["unit"], direction, kept["gate"], scale)


def measures_of(ctx: Context, *, source: str) -> dict[str, Measure]:
    """Return what can be a criterion in a round of this contest format, by key: the core's measures and its own."""
    formats = [item for _, item in ctx.hooks.boot("register_formats", ContestFormat) if item.source == source]
    own = [measure for item in formats for measure in item.measures]
    return {measure.key: measure for measure in (*CORE_MEASURES, *own)}


def resolve(rules: RankingRules, measures: Mapping[str, Measure]) -> tuple[RankedBy, ...]:
    """Join criteria with the words of their measures.

    Raises InvalidData with every problem: a measure that the format does not report, or a gate on something other
    than a flag that is better when set.
    """
    problems: list[Text] = []
    for criterion in rules.criteria:
        measure = measures.get(criterion.key)
        if measure is None:
            problems.append(T("No measure is called “%(key)s” in this contest format.", key=criterion.key))
        elif criterion.gate and (measure.unit != "flag" or criterion.direction is not Direction.HIGHEST):
            problems.append(T("“%(title)s” cannot decide who qualifies.", title=measure.title))
    if problems:
        raise InvalidData(T("The ranking rules of this round cannot be used."), problems)
    return tuple(
        RankedBy(item.key, measures[item.key].title, measures[item.key].unit, item.direction, item.gate)
        for item in rules.criteria
    )


def kept_criteria(criteria: Sequence[RankedBy], counted: Counted) -> dict[str, Any]:
    """Return what a ranking remembers of how it was made."""
    return {"counted": counted.value, "criteria": [criterion.kept() for criterion in criteria]}


def criteria_of(kept: Mapping[str, Any]) -> tuple[RankedBy, ...]:
    """Return the criteria that a ranking was made by."""
    return tuple(RankedBy.from_kept(item) for item in kept["criteria"])
