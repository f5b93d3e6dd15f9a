"""Doing one job: in an application context, with a context of its own, committed once together with its record."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import exc
from sqlalchemy.orm import Session

from cuocthi.context import SYSTEM, Context
from cuocthi.extensions import db
from cuocthi.jobs import domain
from cuocthi.registry import EXTENSION

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.jobs.models import Job
    from cuocthi.registry import Registry

#: Seconds between two signs of life of a running job.
BEAT_SECONDS = 3.0

#: Under this name an application keeps how far the jobs are that run in its own process.
LIVE = "cuocthi_jobs"

#: What the database says when it is busy, stopped, or has chosen this transaction to give way.
_PASSING = (exc.OperationalError, exc.TimeoutError)

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Progress:
    """How far a job is; the job calls it, the heart beats it into the record."""

    done: int = 0
    total: int = 0

    def __call__(self, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` steps are made."""
        self.done, self.total = done, total


def run_job(app: Flask, job_id: int) -> bool:
    """Claim a job, do it, and record how it ended; tell whether it was there to be done.

    The effects and the record are one transaction. An error rolls the effects back and is kept with the job; one that
    the database was busy or away for is queued again.
    """
    with app.app_context():
        parts: Registry = app.extensions[EXTENSION]
        with _committed(parts) as ctx:
            job = domain.claim(ctx, job_id=job_id)
        if job is None:
            return False
        try:
            with _alive(app, job) as progress, _committed(parts) as ctx:
                result = parts.jobs[job.kind].run(ctx, job.arguments, progress)
                domain.finish(ctx, job_id=job.id, tries=job.tries, result=result, now=parts.clock.now())
        except Exception as error:  # whatever a job raises is its result
            log.exception("job_failed", job_id=job.id, kind=job.kind)
            settle = domain.put_back if isinstance(error, _PASSING) else domain.fail
            with _committed(parts) as ctx:
                message = f"{type(error).__name__}: {error}"
                settle(ctx, job_id=job.id, tries=job.tries, message=message, now=parts.clock.now())
        return True


def due_jobs(app: Flask, limit: int) -> list[int]:
    """Queue what died and what its rhythm asks for; return the jobs that wait."""
    with app.app_context():
        parts: Registry = app.extensions[EXTENSION]
        with _committed(parts) as ctx:
            domain.sweep(ctx)
            for kind in parts.jobs.values():
                domain.start_periodic(ctx, kind=kind)
            return domain.queued(ctx, limit=limit)


@contextmanager
def _committed(parts: Registry) -> Iterator[Context]:
    with Session(db.engine, expire_on_commit=False) as session:
        yield Context(session=session, hooks=parts.hooks, now=parts.clock.now(), actor=SYSTEM)
        session.commit()


@contextmanager
def _alive(app: Flask, job: Job) -> Iterator[Progress]:
    """Show how far the job is while it runs: to pages of this process at once, to others with every beat."""
    progress, over = Progress(), threading.Event()
    live: dict[int, Progress] = app.extensions.setdefault(LIVE, {})
    live[job.id] = progress
    # On SQLite the job holds the only write lock: a beat would wait for its end, and nobody can sweep it meanwhile.
    heart = None if db.engine.dialect.name == "sqlite" else _heart(app, job, progress, over)
    try:
        yield progress
    finally:
        over.set()
        if heart is not None:
            heart.join()
        live.pop(job.id, None)


def _heart(app: Flask, job: Job, progress: Progress, over: threading.Event) -> threading.Thread:
    def run() -> None:
        while not over.wait(BEAT_SECONDS):
            with app.app_context():
                _beat(app, job, progress)

    thread = threading.Thread(target=run, name=f"heart-{job.id}", daemon=True)
    thread.start()
    return thread


def progress_of(app: Flask, job: Job) -> tuple[int, int]:
    """Return how many steps of how many a job has made, as fresh as this process can know."""
    live: Progress | None = app.extensions.get(LIVE, {}).get(job.id)
    return (job.done, job.total) if live is None else (live.done, live.total)


def _beat(app: Flask, job: Job, progress: Progress) -> None:
    parts: Registry = app.extensions[EXTENSION]
    try:
        with _committed(parts) as ctx:
            now: datetime = parts.clock.now()
            domain.beat(ctx, job_id=job.id, tries=job.tries, now=now, done=progress.done, total=progress.total)
    except Exception:  # a missed beat is made up for by the next one
        log.exception("job_beat_failed", job_id=job.id)
