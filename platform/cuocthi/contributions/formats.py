"""How a round is held: what a contest format measures, posts, knows, and grants after an incident."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions.expectations import Expected
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase


class Direction(StrEnum):
    """Which values of a measure are better."""

    HIGHEST = "highest"
    LOWEST = "lowest"


@dataclass(frozen=True, slots=True)
class Measure:
    """An integer that a contest format reports for each entry, for use as a ranking criterion.

    ``unit`` is how to show it: ``points`` (thousandths of a point), ``ms`` (milliseconds), ``moment`` (microseconds
    since 1970), ``count`` or ``flag``. A missing value always ranks last.
    """

    key: str
    title: Text
    unit: str
    direction: Direction


class ReliefKind(StrEnum):
    """What an incident grants: more minutes on an open entry, or a fresh entry instead of one that is set aside."""

    MORE_TIME = "more_time"
    FRESH_ENTRY = "fresh_entry"


@dataclass(frozen=True, slots=True)
class Relief:
    """What two persons have granted to entries of a round after an incident.

    ``minutes`` are more on an open entry (0 for a fresh one). ``until`` is the moment at which everything granted ends;
    it may lie after the round's end, and for these entries the round is open until then. ``reason`` is why an entry is
    set aside, as people read it. ``during`` is the span in which entries have to have been open, None if any is meant.
    """

    kind: ReliefKind
    until: datetime
    reason: str
    minutes: int = 0
    during: tuple[datetime, datetime] | None = None


@dataclass(frozen=True, slots=True)
class CountedRound:
    """A round, by its id, whose ranking counts in the results of another one.

    ``ranking`` is the number and the digest of the version that the other round's present results were made of, None
    where they were made of none.
    """

    round_id: int
    ranking: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class ContestFormat:
    """A way to hold a round: the quiz, an estimate, later essays or photos.

    ``source`` is the plugin's name; ``measures`` are those it reports beyond the core's own (score, full marks,
    duration, start and finish). ``relief`` is what it can grant to entries after an incident; a format that can grant
    something implements ``relief_reaches`` and ``grant_relief``. ``expect`` is asked, before a round opens, how the
    entries of so many persons may come out; it returns None where that cannot be told yet. A format
    that is not ``entered`` has no entries of its own: its results are made of others, and the rules do not count its
    rounds among those people take part in. It says by ``counts`` of which rounds the results of one of its rounds are
    made: their rankings are adopted before, and in the versions that were counted. ``shows`` tells whether people may
    see by now what their own entries in a round came to; without it they may as soon as their place is public.
    """

    source: str
    title: Text
    measures: Sequence[Measure] = ()
    relief: frozenset[ReliefKind] = frozenset()
    expect: Callable[[Context, Campaign, Phase, int], Expected | None] | None = None
    entered: bool = True
    counts: Callable[[Context, Campaign, Phase], Sequence[CountedRound]] | None = None
    shows: Callable[[Context, Campaign, Phase], bool] | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something a format or another plugin knows about an entry that the jury should see before adopting.

    ``url`` is where more is said; who does not hold the ``permission`` sees none of it.
    """

    key: str
    enrolment_id: int
    note: Text
    order: int = 50
    url: str = ""
    permission: str = ""


@dataclass(frozen=True, slots=True)
class Impact:
    """What would follow from other results, beyond scores and places: a prize won or lost, somebody invited no more.

    ``enrolment_id`` is whom it concerns, None if nobody singly: names do not belong into the ``note``, which is kept.
    Who does not hold the ``permission`` sees none of it.
    """

    key: str
    note: Text
    enrolment_id: int | None = None
    order: int = 50
    permission: str = ""


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One result that a contest format posts for one entry of an enrolment in a round.

    Arguments: ``score`` and ``max_score`` in thousandths of a point; ``started_at`` and ``finished_at`` as moments;
    ``duration_ms`` in milliseconds; ``measures`` the format's own integers by key (a missing one is left out).
    """

    enrolment_id: int
    entry_key: str
    score: int
    max_score: int
    duration_ms: int
    started_at: datetime
    finished_at: datetime
    measures: Mapping[str, int] = field(default_factory=dict)
