"""The record of background work: asked for, claimed, alive, finished, or taken up again after a crash.

A job is claimed in a transaction of its own and finished in the transaction of its own effects. ``tries`` is its
fence: whoever was thought dead and comes back finds another number there and rolls everything back.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.errors import Conflict
from cuocthi.jobs.models import Job, JobState
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import JobKind

#: A running job that has not been heard of for this long is thought dead.
STALE_AFTER = timedelta(seconds=60)
#: How often a job is taken up again after a crash before it counts as failed.
MAX_TRIES = 5

_WAITING = (JobState.QUEUED, JobState.RUNNING)


def enqueue(
    ctx: Context, *, kind: str, key: str, arguments: Mapping[str, Any], campaign: Campaign | None = None
) -> Job:
    """Ask for a piece of background work, in the transaction of the change that needs it.

    ``arguments`` are plain values. While a job of that ``key`` waits or runs, that one is returned instead.
    """
    existing = _waiting(ctx, key)
    if existing is not None:
        return existing
    job = Job(
        campaign_id=None if campaign is None else campaign.id,
        kind=kind,
        key=key,
        arguments=dict(arguments),
        result={},
        created_by=ctx.actor.user_id,
        created_at=ctx.now,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(job)
            ctx.session.flush()
    except IntegrityError as error:
        existing = _waiting(ctx, key)
        if existing is None:
            raise Conflict(T("This work has just been asked for by somebody else. Please try again.")) from error
        return existing
    return job


def start_periodic(ctx: Context, *, kind: JobKind) -> bool:
    """Queue the one job of a periodic kind if its rhythm says so; tell whether it did.

    A periodic kind keeps a single row, which is queued again: of several workers one succeeds, and a kind that still
    runs is not started a second time.
    """
    if kind.every is None:
        return False
    due = sa.and_(Job.key == kind.name, Job.created_at <= ctx.now - kind.every, Job.state.not_in(_WAITING))
    again = {"state": JobState.QUEUED, "created_at": ctx.now, "tries": 0, "done": 0, "total": 0}
    if _changed(ctx, sa.update(Job).where(due).values(**again)):
        return True
    if ctx.session.scalar(sa.select(sa.exists().where(Job.key == kind.name))):
        return False
    job = enqueue(ctx, kind=kind.name, key=kind.name, arguments={})
    return job.state is JobState.QUEUED


def queued(ctx: Context, *, limit: int) -> list[int]:
    """Return the jobs that wait to be claimed, the oldest first."""
    waiting = sa.select(Job.id).where(Job.state == JobState.QUEUED).order_by(Job.created_at, Job.id).limit(limit)
    return list(ctx.session.scalars(waiting))


def claim(ctx: Context, *, job_id: int) -> Job | None:
    """Take a queued job for oneself; None if somebody else has it. Commit before the work begins."""
    values = {"state": JobState.RUNNING, "tries": Job.tries + 1, "started_at": ctx.now, "beat_at": ctx.now}
    if not _changed(ctx, sa.update(Job).where(Job.id == job_id, Job.state == JobState.QUEUED).values(**values)):
        return None
    return ctx.session.get_one(Job, job_id, populate_existing=True)


def beat(ctx: Context, *, job_id: int, tries: int, now: datetime, done: int, total: int) -> bool:
    """Say that a job is alive and how far it is; tell whether it still is this worker's."""
    values = {"beat_at": now, "done": done, "total": total}
    return _changed(ctx, _own(job_id, tries).values(**values))


def finish(ctx: Context, *, job_id: int, tries: int, result: Mapping[str, Any], now: datetime) -> None:
    """Mark a job done, in the transaction of its effects. Raises Conflict if somebody else has it by now."""
    values = {"state": JobState.DONE, "result": dict(result), "message": "", "finished_at": now}
    if not _changed(ctx, _own(job_id, tries).values(**values)):
        raise Conflict(T("This work was taken over by another worker."))


def fail(ctx: Context, *, job_id: int, tries: int, message: str, now: datetime) -> None:
    """Mark a job failed, after its effects were rolled back. One that was given to somebody else is left alone."""
    values = {"state": JobState.FAILED, "message": message, "finished_at": now}
    _changed(ctx, _own(job_id, tries).values(**values))


def put_back(ctx: Context, *, job_id: int, tries: int, message: str, now: datetime) -> None:
    """Queue again a job that came to nothing through no fault of its own; after MAX_TRIES it counts as failed."""
    again = _own(job_id, tries).where(Job.tries < MAX_TRIES).values(state=JobState.QUEUED, message=message)
    if not _changed(ctx, again):
        fail(ctx, job_id=job_id, tries=tries, message=message, now=now)


def sweep(ctx: Context) -> int:
    """Queue again what ran in a process that died; return how many jobs. After MAX_TRIES a job counts as failed."""
    stale = sa.and_(Job.state == JobState.RUNNING, Job.beat_at <= ctx.now - STALE_AFTER)
    given_up = {
        "state": JobState.FAILED,
        "message": "the worker died while this ran, again and again",
        "finished_at": ctx.now,
    }
    _changed(ctx, sa.update(Job).where(stale, Job.tries >= MAX_TRIES).values(**given_up))
    found = ctx.session.execute(
        sa.update(Job).where(stale).values(state=JobState.QUEUED), execution_options={"synchronize_session": False}
    )
    return int(found.rowcount)  # type: ignore[attr-defined]  # an UPDATE has it


def _waiting(ctx: Context, key: str) -> Job | None:
    return ctx.session.scalar(sa.select(Job).where(Job.key == key, Job.state.in_(_WAITING)))


def _own(job_id: int, tries: int) -> sa.Update:
    return sa.update(Job).where(Job.id == job_id, Job.tries == tries, Job.state == JobState.RUNNING)


def _changed(ctx: Context, statement: sa.Update) -> bool:
    result = ctx.session.execute(statement, execution_options={"synchronize_session": False})
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE has it
