"""What is said of a run: a table of ratios beside what they should be, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.load.bulk import Bulk
from tests.load.first_page import FirstPage
from tests.load.measuring import Figures, Measured

#: What is to be reached on PostgreSQL, in floor saves.
TARGETS = {
    "campaign page, unchanged": 0.2,
    "leaderboard of 200, made anew": 1.2,
    "leaderboard of 200, unchanged": 0.2,
    "leaderboard of 20,000, made anew": 1.2,
    "leaderboard of 20,000, unchanged": 0.2,
    "sign in": 12.0,
    "start": 1.7,
    "paper page": 1.0,
    "save an answer": 0.8,
    "hand in and score": 2.1,
}
#: What is to be reached with half a million papers, in seconds.
BULK_TARGETS = {"rank all results again": 10, "mark all papers by another key": 60}
_STORM_MS, _MEMORY_MB, _FIRST_REQUESTS, _FIRST_KB, _GROWTH = 800, 70, 6, 60, 10


@dataclass(slots=True)
class Run:
    """Everything that was measured on one database."""

    database: str
    measured: list[Measured] = field(default_factory=list)
    storm: Figures | None = None
    memory_mb: dict[str, float] = field(default_factory=dict)
    first_page: FirstPage | None = None
    growth_percent: float | None = None
    bulk: dict[str, Bulk] = field(default_factory=dict)

    def lines(self) -> Iterator[str]:
        """Return the table."""
        yield f"{self.database}: processor time of the server side, in saves of the floor measured by turns with it"
        yield f"{'':37}{'ratio':>7}{'target':>8}{'cpu ms':>9}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}{'per s':>8}"
        for one in self.measured:
            target = f"{TARGETS[one.title]:.1f}" if one.title in TARGETS else ""
            yield f"{one.title:37}{one.ratio:7.2f}{target:>8}{_figures(one.figures)}"
        yield f"{'floor save':37}{1:7.2f}{'':8}{_figures(self.floor)}"
        if self.storm:
            yield f"{'storm of saves':37}{'':15}{_figures(self.storm)}  (no error; p99 should be {_STORM_MS})"
        if self.growth_percent is not None:
            yield f"a save costs {self.growth_percent:+.0f} % from 200 to 20,000 people (at most {_GROWTH})"
        if self.first_page:
            requests, size = self.first_page.requests, self.first_page.bytes / 1000
            yield f"first visit: {requests} requests, {size:.0f} kB (at most {_FIRST_REQUESTS}, {_FIRST_KB})"
        for title, size in self.memory_mb.items():
            yield f"private memory of the {title}: {size:.0f} MB (at most {_MEMORY_MB})"
        for title, bulk in self.bulk.items():
            target = f" (less than {BULK_TARGETS[title]})" if title in BULK_TARGETS else ""
            spent = f"{bulk.cpu_seconds:.1f} s of processor time, longest transaction {bulk.longest_transaction:.1f} s"
            yield f"{title}: {bulk.seconds:.1f} s{target}, {spent}"

    @property
    def floor(self) -> Figures:
        """All requests of the floor together."""
        total = Figures()
        for one in self.measured:
            total.spent += one.floor.spent
            total.passed += one.floor.passed
            total.waited += one.floor.waited
        return total

    def as_json(self) -> dict[str, Any]:
        """Return the same for a machine; milliseconds unless a name says otherwise."""
        return {
            "database": self.database,
            "floor": _values(self.floor),
            "operations": {
                one.title: {"ratio": round(one.ratio, 3), "target": TARGETS.get(one.title), **_values(one.figures)}
                for one in self.measured
            },
            "storm": self.storm and _values(self.storm),
            "growth_percent": self.growth_percent,
            "first_page": self.first_page and {"requests": self.first_page.requests, "bytes": self.first_page.bytes},
            "memory_mb": self.memory_mb,
            "bulk": {title: asdict(one) for title, one in self.bulk.items()},
        }


def write(path: Path, runs: list[Run]) -> None:
    """Write runs into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps([run.as_json() for run in runs], indent=2) + "\n", "utf-8")


def _figures(found: Figures) -> str:
    waited = "".join(f"{found.waited_ms(share):9.1f}" for share in (0.5, 0.95, 0.99))
    return f"{found.cpu_ms:9.2f}{waited}{found.per_second:8.0f}"


def _values(found: Figures) -> dict[str, float]:
    waited = {f"p{share * 100:.0f}": round(found.waited_ms(share), 2) for share in (0.5, 0.95, 0.99)}
    rate = round(found.per_second, 1)
    return {"requests": found.requests, "cpu": round(found.cpu_ms, 3), **waited, "requests_per_second": rate}
