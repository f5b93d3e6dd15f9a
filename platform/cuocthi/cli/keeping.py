"""Keeping processes alive: one that ended unasked is started again, after a pause that grows while it fails."""

from __future__ import annotations

import multiprocessing
import threading
import time
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING

import structlog

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

#: Seconds before each new start of what ended soon after the one before.
PAUSES = (0.5, 1, 2, 4, 8, 16, 30)
#: Whatever ran for so many seconds had started well.
STEADY_SECONDS = 60.0

log = structlog.get_logger(__name__)


class Patience:
    """How long to wait before something is started again, and when it has failed too often."""

    def __init__(self) -> None:
        self._failed = 0
        self._since = time.monotonic()

    @property
    def is_spent(self) -> bool:
        """Whether it ended soon after every start, once for each pause there is."""
        return self._failed >= len(PAUSES)

    def start(self) -> None:
        """Note that it is started now."""
        self._since = time.monotonic()

    def ended(self) -> float:
        """Note that it ended, and return how many seconds to wait."""
        if time.monotonic() - self._since >= STEADY_SECONDS:
            self._failed = 0
        self._failed = min(self._failed + 1, len(PAUSES))
        return PAUSES[self._failed - 1]


@contextmanager
def kept(target: Callable[[], None], name: str) -> Iterator[None]:
    """Have ``target`` done in a process of its own for as long as the context lasts, whatever happens to the process.

    The first one is forked, before there are threads, and shares memory with its parent; a later one starts afresh, so
    that ``target`` must be found by its name. In the end it is asked to terminate, and waited for.
    """
    keeper = _Keeper(target, name)
    keeper.begin()
    try:
        yield
    finally:
        keeper.end()


class _Keeper:
    def __init__(self, target: Callable[[], None], name: str) -> None:
        self._target, self._name = target, name
        self._methods = chain(["fork"], repeat("spawn"))
        self._stopped = threading.Event()
        self._turn = threading.Lock()
        self._patience = Patience()
        self._watching = threading.Thread(target=self._watch, name=f"keeper of {name}", daemon=True)

    def begin(self) -> None:
        self._start()
        self._watching.start()

    def end(self) -> None:
        with self._turn:
            self._stopped.set()
            self._process.terminate()
        self._watching.join()

    def _start(self) -> None:
        with self._turn:
            if not self._stopped.is_set():
                context = multiprocessing.get_context(next(self._methods))
                self._process = context.Process(target=self._target, name=self._name)  # type: ignore[attr-defined]
                self._patience.start()
                self._process.start()

    def _watch(self) -> None:
        while True:
            self._process.join()
            if self._stopped.is_set():
                return
            pause = self._patience.ended()
            log.error("process_ended", process=self._name, exitcode=self._process.exitcode, again_in_seconds=pause)
            self._stopped.wait(pause)
            self._start()
