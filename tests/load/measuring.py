"""Measuring a server from outside: processor time of everything that was started, and how long answers took."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import psutil

Item = TypeVar("Item")

#: How many people ask at the same time.
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Figures:
    """What one operation cost.

    ``cpu_ms`` is user and system time of the whole server side (application, worker, database) for one request;
    ``median_ms`` and ``slow_ms`` (99th percentile) are what people wait; ``per_second`` is the rate reached.
    """

    requests: int
    cpu_ms: float
    median_ms: float
    slow_ms: float
    per_second: float


def measure(items: Sequence[Item], ask: Callable[[Item], object]) -> Figures:
    """Ask once for each item, ``AT_ONCE`` at a time; ``ask`` raises for an answer that is not the expected one."""
    before, begun = _cpu_seconds(), time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waited = sorted(pool.map(lambda item: _timed(ask, item), items))
    elapsed, spent = time.perf_counter() - begun, _cpu_seconds() - before
    return Figures(
        requests=len(waited),
        cpu_ms=spent / len(waited) * 1000,
        median_ms=waited[len(waited) // 2] * 1000,
        slow_ms=waited[len(waited) * 99 // 100] * 1000,
        per_second=len(waited) / elapsed,
    )


def memory_mb() -> float:
    """Return the private memory of the largest process that was started: a web process."""
    return max(process.memory_full_info().uss for process in _started()) / 1024 / 1024


def _timed(ask: Callable[[Item], object], item: Item) -> float:
    begun = time.perf_counter()
    ask(item)
    return time.perf_counter() - begun


def _started() -> list[psutil.Process]:
    return psutil.Process().children(recursive=True)


def _cpu_seconds() -> float:
    total = 0.0
    for process in _started():
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        # A process that ended meanwhile is counted by its parent.
        total += times.user + times.system + times.children_user + times.children_system
    return total
