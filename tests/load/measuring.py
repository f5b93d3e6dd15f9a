"""Measuring servers from outside: processor time of everything that was started, and how long answers took.

What is measured and the floor take turns in small blocks, so that both meet the same machine; ratios are comparable
between machines and hours, milliseconds are not.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeVar

import psutil

Item = TypeVar("Item")

#: How many people ask at the same time.
AT_ONCE = 8
#: In how many turns an operation is measured, with the floor after each.
TURNS = 3


@dataclass(slots=True)
class Figures:
    """What requests of one kind cost: processor seconds of the whole server side, seconds waited, seconds passed."""

    spent: float = 0.0
    passed: float = 0.0
    waited: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """How many requests were made."""
        return len(self.waited)

    @property
    def cpu_ms(self) -> float:
        """User and system time of application and database for one request, in milliseconds."""
        return self.spent / self.requests * 1000

    @property
    def per_second(self) -> float:
        """The rate that was reached."""
        return self.requests / self.passed

    def waited_ms(self, share: float) -> float:
        """Return what the given share of the people waited at most, in milliseconds."""
        return sorted(self.waited)[int(self.requests * share)] * 1000

    def measure(self, items: Sequence[Item], ask: Callable[[Item], object], at_once: int = AT_ONCE) -> None:
        """Ask once for each item; ``ask`` raises for an answer that is not the expected one."""
        before, begun = cpu_seconds(), time.perf_counter()
        with ThreadPoolExecutor(at_once) as pool:
            self.waited += pool.map(lambda item: _timed(ask, item), items)
        self.passed += time.perf_counter() - begun
        self.spent += cpu_seconds() - before


@dataclass(frozen=True, slots=True)
class Measured:
    """An operation beside the floor of the same minutes."""

    title: str
    figures: Figures
    floor: Figures

    @property
    def ratio(self) -> float:
        """Processor time of a request, in floor saves."""
        return self.figures.cpu_ms / self.floor.cpu_ms


def beside(
    title: str, items: Sequence[Item], ask: Callable[[Item], object], floor: Callable[[Figures], None]
) -> Measured:
    """Measure an operation and the floor by turns; ``floor`` adds a block of its own requests to figures."""
    found = Measured(title, Figures(), Figures())
    for turn in range(TURNS):
        found.figures.measure(items[turn::TURNS], ask)
        floor(found.floor)
    return found


def private_mb() -> dict[str, float]:
    """Return the private memory of each Python process that was started, by what it is and its number."""
    return {
        f"{_title(process)} {process.pid}": process.memory_full_info().uss / 1024 / 1024
        for process in psutil.Process().children(recursive=True)
        if "cuocthi" in process.cmdline() or "granian" in process.cmdline()
    }


def _title(process: psutil.Process) -> str:
    if "granian" in process.cmdline():
        return "floor"
    # Web processes and the worker are forked, and are called like the one that keeps them.
    parent = process.parent()
    kept = parent is not None and parent.cmdline() == process.cmdline()
    return ("web process" if process.num_threads() > AT_ONCE else "worker") if kept else "main process"


def _timed(ask: Callable[[Item], object], item: Item) -> float:
    begun = time.perf_counter()
    ask(item)
    return time.perf_counter() - begun


def cpu_seconds() -> float:
    """Return the processor seconds of everything that was started from here, the database included."""
    total = 0.0
    for process in psutil.Process().children(recursive=True):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # A process that ended meanwhile is counted by its parent.
        total += times.user + times.system + times.children_user + times.children_system
    return total
