"""The loop that does the jobs: huey's consumer, fed from the job table.

The table is the queue that survives; huey's own queue lives in memory and only hands jobs to threads. What is lost
with the process is found in the table again.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import structlog
from huey import MemoryHuey
from huey.consumer import Consumer, Scheduler

from cuocthi.jobs.work import due_jobs, run_job

if TYPE_CHECKING:
    from flask import Flask

#: Seconds between two looks at the job table.
POLL_SECONDS = 1.0
_BATCH = 20
_WORKERS = 2

log = structlog.get_logger(__name__)


def start_embedded(app: Flask) -> JobLoop:
    """Do jobs in threads of this process, one at a time, until the returned loop is stopped."""
    loop = JobLoop(app, workers=1)
    loop.start()
    return loop


def run_worker(app: Flask) -> None:
    """Do jobs until SIGTERM or Ctrl-C; running jobs are finished first."""
    _consumer(Consumer, app, _WORKERS).run()


class JobLoop:
    """Job threads inside a process that has another main task."""

    def __init__(self, app: Flask, *, workers: int) -> None:
        self._consumer = _consumer(_Guest, app, workers)

    def start(self) -> None:
        """Begin."""
        self._consumer.start()

    def stop(self) -> None:
        """Let running jobs finish, take no further ones, and return when all threads are through."""
        self._consumer.stop(graceful=True)


class _Guest(Consumer):
    """A consumer in a process whose signals belong to somebody else."""

    def _set_signal_handlers(self) -> None:
        pass


class _Dispatcher(Scheduler):
    """Takes the place of huey's scheduler: looks at the job table and hands on what waits there."""

    app: Flask
    task: Any
    in_hand: _InHand

    def loop(self, now: Any = None) -> None:
        try:
            for job_id in due_jobs(self.app, _BATCH):
                if self.in_hand.take(job_id):
                    self.task(job_id)
        except Exception:  # the database may be away for a while; the next look may succeed
            log.exception("job_dispatch_failed")
        self.stop_flag.wait(POLL_SECONDS)


class _InHand:
    """The jobs that wait in huey's memory or run, so that none is handed on twice."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._lock = threading.Lock()

    def take(self, job_id: int) -> bool:
        with self._lock:
            if job_id in self._ids:
                return False
            self._ids.add(job_id)
            return True

    def release(self, job_id: int) -> None:
        with self._lock:
            self._ids.discard(job_id)


def _consumer(kind: type[Consumer], app: Flask, workers: int) -> Consumer:
    huey = MemoryHuey("cuocthi", results=False)
    in_hand = _InHand()

    def do(job_id: int) -> None:
        try:
            run_job(app, job_id)
        finally:
            in_hand.release(job_id)

    parts = {"app": app, "task": huey.task(name="do")(do), "in_hand": in_hand}

    class Fed(kind):  # type: ignore[valid-type, misc]  # huey takes its scheduler from the class
        scheduler_class = type("Dispatcher", (_Dispatcher,), parts)

    return Fed(huey, workers=workers, periodic=False, initial_delay=0.05, max_delay=0.5, graceful_signal="TERM")
