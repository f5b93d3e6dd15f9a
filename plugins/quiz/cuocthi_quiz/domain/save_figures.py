"""How saving answers goes: counted in memory by each process, and written down after every tenth second at most.

A save itself has no statement more for it. What a process has counted since it last wrote is lost with it.
"""

from __future__ import annotations

import math
import secrets
import threading
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi_quiz.models import Outcome, SaveFigures

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context

#: A class of times reaches to 2 ** (1/4) times, 19 %, beyond the one before; the first to 0.25 ms, the last is open.
CLASSES = 64
_FIRST_MS, _PER_DOUBLING = 0.25, 4
_WRITTEN_EVERY = timedelta(seconds=10)
#: So many minutes are held: a row is written whole, so a late answer must still find the others of its minute.
_MOST_MINUTES = 15
KEPT_FOR = timedelta(days=90)
#: How far back saving is looked at.
RECENTLY = timedelta(minutes=15)


@dataclass(slots=True)
class _Minute:
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    spread: list[int] = field(default_factory=lambda: [0] * CLASSES)
    written: bool = False


class Tally:
    """What one process has counted and not yet written down. Threads may share it."""

    def __init__(self) -> None:
        self.process = secrets.token_hex(8)
        self._minutes: dict[datetime, _Minute] = {}
        self._written_at: datetime | None = None
        self._lock = threading.Lock()

    def count(self, *, now: datetime, outcome: Outcome, milliseconds: float) -> None:
        """Count an answer that was given at ``now`` and took so long; only what was saved counts in the spread."""
        with self._lock:
            minute = self._minutes.setdefault(now.replace(second=0, microsecond=0), _Minute())
            minute.outcomes[outcome] += 1
            minute.written = False
            if outcome is Outcome.SAVED:
                minute.spread[class_of(milliseconds)] += 1

    def due(self, *, now: datetime) -> list[dict[str, Any]]:
        """Return the rows that are to be written now; none while it was done within the last ten seconds.

        A minute is given whole, as often as anything was added to it: writing it again replaces what stands there.
        """
        with self._lock:
            if self._written_at is not None and timedelta() <= now - self._written_at < _WRITTEN_EVERY:
                return []
            self._written_at = now
            for past in sorted(self._minutes)[:-_MOST_MINUTES]:
                del self._minutes[past]
            return [self._row(at, minute) for at, minute in self._minutes.items() if not minute.written]

    def written(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Take note that ``rows`` stand in the database."""
        with self._lock:
            for row in rows:
                minute = self._minutes.get(row["minute"])
                if minute is not None:
                    minute.written = minute.outcomes.total() == sum(row[outcome] for outcome in Outcome)

    def _row(self, at: datetime, minute: _Minute) -> dict[str, Any]:
        outcomes = {str(outcome): minute.outcomes[outcome] for outcome in Outcome}
        return {"minute": at, "process": self.process, **outcomes, "spread": " ".join(map(str, minute.spread))}


def class_of(milliseconds: float) -> int:
    """Return the class in which a time falls."""
    if milliseconds <= _FIRST_MS:
        return 0
    return min(math.ceil(_PER_DOUBLING * math.log2(milliseconds / _FIRST_MS)), CLASSES - 1)


def longest_in(class_: int) -> float:
    """Return the longest time of a class, in milliseconds."""
    return float(_FIRST_MS * 2 ** (class_ / _PER_DOUBLING))


def quantile(spread: Sequence[int], share: float) -> float | None:
    """Return within how many milliseconds ``share`` (0 to 1) of the saves was done, None if there was none.

    The nearest-rank quantile, rounded up to the end of its class: at most 19 % too much.
    """
    wanted, seen = share * sum(spread), 0
    for class_, number in enumerate(spread):
        seen += number
        if number and seen >= wanted:
            return longest_in(class_)
    return None


_COLUMNS = ["minute", "process", *Outcome, "spread"]
_WRITE = sa.text(
    f"INSERT INTO quiz_save_figures ({', '.join(_COLUMNS)}) VALUES ({', '.join(f':{name}' for name in _COLUMNS)}) "  # noqa: S608 - names of columns
    "ON CONFLICT (minute, process) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in [*Outcome, "spread"])
).bindparams(sa.bindparam("minute", type_=SaveFigures.minute.type))


def write(engine: sa.Engine, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows of a :class:`Tally` in a transaction of its own."""
    with engine.begin() as connection:
        connection.execute(_WRITE, rows)


@dataclass(frozen=True, slots=True)
class Saves:
    """What became of answers, and within how many milliseconds half, 95 and 99 of a hundred saves were done."""

    outcomes: Mapping[Outcome, int]
    p50: float | None
    p95: float | None
    p99: float | None

    @property
    def total(self) -> int:
        """All answers that were given."""
        return sum(self.outcomes.values())


def lately(ctx: Context) -> Saves:
    """Return how saving went within the last quarter of an hour, in all rounds of the installation (one statement)."""
    span = (SaveFigures.minute > ctx.now - RECENTLY, SaveFigures.minute <= ctx.now)
    rows = ctx.session.scalars(sa.select(SaveFigures).where(*span)).all()
    spread = _together(rows)
    outcomes = {outcome: sum(getattr(row, outcome) for row in rows) for outcome in Outcome}
    return Saves(outcomes, *(quantile(spread, share) for share in (0.5, 0.95, 0.99)))


def _together(rows: Sequence[SaveFigures]) -> list[int]:
    columns = zip(*([int(part) for part in row.spread.split()] for row in rows), strict=True)
    return [sum(column) for column in columns]


def forget_old(ctx: Context) -> int:
    """Remove figures of more than ninety days ago; return how many rows."""
    old = sa.delete(SaveFigures).where(SaveFigures.minute < ctx.now - KEPT_FOR)
    return int(ctx.session.execute(old).rowcount)  # type: ignore[attr-defined]  # a DELETE has it
