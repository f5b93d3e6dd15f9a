"""Background work: committed with what asks for it, done once, taken up again after a crash."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from cuocthi import database
from cuocthi.context import Context
from cuocthi.contributions import JobKind
from cuocthi.errors import Conflict
from cuocthi.extensions import db
from cuocthi.jobs import domain
from cuocthi.jobs.models import Job, JobState
from cuocthi.jobs.runner import start_embedded
from cuocthi.jobs.work import due_jobs, progress_of, run_job
from cuocthi.registry import EXTENSION
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy.engine import Engine

    from cuocthi.clock import FixedClock
    from cuocthi.plugins.manager import Hooks

EVERY = timedelta(seconds=30)


# --- the record -----------------------------------------------------------------------------------------------------


def enqueue(ctx: Context, key: str = "report:1") -> Job:
    return domain.enqueue(ctx, kind="reports.make", key=key, arguments={"number": 1})


def test_asking_twice_finds_the_same_job_until_it_is_over(ctx: Context) -> None:
    job = enqueue(ctx)
    assert enqueue(ctx).id == job.id
    assert enqueue(ctx, "report:2").id != job.id
    claimed = domain.claim(ctx, job_id=job.id)
    assert claimed is not None
    assert enqueue(ctx).id == job.id
    domain.finish(ctx, job_id=job.id, tries=claimed.tries, result={"rows": 3}, now=ctx.now)
    assert enqueue(ctx).id != job.id
    ctx.session.refresh(job)
    assert (job.state, job.result) == (JobState.DONE, {"rows": 3})


def test_a_job_goes_with_the_change_that_asked_for_it(ctx: Context) -> None:
    enqueue(ctx)
    ctx.session.rollback()
    assert domain.queued(ctx, limit=5) == []


def test_a_job_is_claimed_once(ctx: Context) -> None:
    job = enqueue(ctx)
    assert domain.queued(ctx, limit=5) == [job.id]
    assert domain.claim(ctx, job_id=job.id) is not None
    assert domain.claim(ctx, job_id=job.id) is None
    assert domain.queued(ctx, limit=5) == []


def test_a_dead_job_is_queued_again_and_its_ghost_is_kept_out(ctx: Context) -> None:
    job = enqueue(ctx)
    first = domain.claim(ctx, job_id=job.id)
    assert first is not None
    ghost = first.tries
    alive = dataclasses.replace(ctx, now=ctx.now + domain.STALE_AFTER / 2)
    assert domain.beat(alive, job_id=job.id, tries=ghost, now=alive.now, done=1, total=4)
    later = dataclasses.replace(ctx, now=ctx.now + domain.STALE_AFTER)
    assert domain.sweep(later) == 0, "it was heard of in the meantime"
    much_later = dataclasses.replace(ctx, now=alive.now + domain.STALE_AFTER)
    assert domain.sweep(much_later) == 1
    second = domain.claim(much_later, job_id=job.id)
    assert second is not None
    with pytest.raises(Conflict):
        domain.finish(much_later, job_id=job.id, tries=ghost, result={}, now=ctx.now)
    assert not domain.beat(much_later, job_id=job.id, tries=ghost, now=ctx.now, done=0, total=0)
    domain.fail(much_later, job_id=job.id, tries=ghost, message="late", now=ctx.now)
    domain.finish(much_later, job_id=job.id, tries=second.tries, result={"by": 2}, now=ctx.now)
    ctx.session.expire_all()
    assert (job.state, job.result, job.tries) == (JobState.DONE, {"by": 2}, 2)


def test_a_job_that_kills_its_worker_again_and_again_is_given_up(ctx: Context) -> None:
    job = enqueue(ctx)
    for attempt in range(domain.MAX_TRIES):
        at = dataclasses.replace(ctx, now=ctx.now + attempt * 2 * domain.STALE_AFTER)
        assert domain.claim(at, job_id=job.id) is not None
        domain.sweep(dataclasses.replace(at, now=at.now + domain.STALE_AFTER))
    ctx.session.expire_all()
    assert (job.state, job.tries) == (JobState.FAILED, domain.MAX_TRIES)
    assert job.message


def test_a_periodic_kind_starts_once_per_rhythm_and_never_beside_itself(ctx: Context) -> None:
    kind = JobKind("core.tick", T("Tick"), lambda *_: {}, every=EVERY)

    def at(seconds: float) -> Context:
        return dataclasses.replace(ctx, now=ctx.now + timedelta(seconds=seconds))

    assert domain.start_periodic(at(0), kind=kind)
    assert not domain.start_periodic(at(31), kind=kind), "it still waits"
    (job_id,) = domain.queued(ctx, limit=5)
    job = domain.claim(at(31), job_id=job_id)
    assert job is not None
    assert not domain.start_periodic(at(62), kind=kind), "it still runs"
    domain.finish(at(62), job_id=job_id, tries=job.tries, result={}, now=at(62).now)
    assert domain.start_periodic(at(63), kind=kind)
    assert not domain.start_periodic(at(64), kind=kind)
    again = domain.claim(at(64), job_id=job_id)
    assert again is not None
    domain.fail(at(65), job_id=job_id, tries=again.tries, message="broken", now=at(65).now)
    assert not domain.start_periodic(at(92), kind=kind), "not before its rhythm"
    assert domain.start_periodic(at(94), kind=kind), "a failure does not end the rhythm"
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Job)) == 1


@pytest.mark.parametrize("attempt", range(3))
def test_of_two_workers_one_gets_the_job(
    engine: Engine, hooks: Hooks, clock: FixedClock, ctx: Context, attempt: int
) -> None:
    job = enqueue(ctx)
    ctx.session.commit()
    ready, won = threading.Barrier(2), []

    def work() -> None:
        with Session(engine) as session:
            ready.wait()
            if domain.claim(Context(session, hooks, clock.now()), job_id=job.id) is not None:
                won.append(attempt)
            session.commit()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won == [attempt]


# --- the work -------------------------------------------------------------------------------------------------------


class Desk:
    """What the kinds of these tests do, for the tests to look at and to steer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.runs: list[Mapping[str, Any]] = []
        self.at_work, self.go_on = threading.Event(), threading.Event()

    def note(self, ctx: Context, arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> dict[str, Any]:
        self.runs.append(arguments)
        ctx.session.add(
            Job(kind="effect", key="effect", arguments={}, result={}, created_at=ctx.now, state=JobState.DONE)
        )
        ctx.session.flush()
        if arguments.get("fail"):
            raise ValueError("no paper in the printer")
        return {"pages": 4}

    def crowded(
        self, ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]
    ) -> dict[str, Any]:
        """Find the database busy as often as the arguments say."""
        if len(self.runs) < arguments["times"]:
            self.runs.append(arguments)
            with keeping_busy(self.engine):
                return self.note(ctx, arguments, progress)
        return self.note(ctx, arguments, progress)

    def wait(self, _ctx: Context, _arguments: object, progress: Callable[[int, int], None]) -> dict[str, Any]:
        progress(1, 4)
        self.at_work.set()
        assert self.go_on.wait(20)
        return {}


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@contextmanager
def keeping_busy(engine: Engine) -> Iterator[None]:
    """Hold what everybody needs who wants to write to the job table."""
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(sa.text("LOCK TABLE core_job IN EXCLUSIVE MODE"))
        yield


@pytest.fixture
def impatient(ctx: Context, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Connections made from here on wait a moment for a busy database, instead of seconds or for ever.

    Call what this gives, and those made afterwards wait as usual.
    """
    bind, usual = ctx.session.get_bind(), database.SQLITE_BUSY_TIMEOUT_MS

    def wait(milliseconds: int, setting: str) -> None:
        monkeypatch.setattr(database, "SQLITE_BUSY_TIMEOUT_MS", milliseconds)
        if bind.dialect.name == "postgresql":
            ctx.session.execute(sa.text(f"ALTER DATABASE {bind.engine.url.database} {setting}"))
            ctx.session.commit()

    wait(50, "SET lock_timeout = '50ms'")
    return lambda: wait(usual, "RESET lock_timeout")


@pytest.fixture
def worker(app: Flask, desk: Desk) -> Flask:
    """The application with kinds of its own and without the core's."""
    parts = app.extensions[EXTENSION]
    kinds = (
        JobKind("desk.note", T("Note"), desk.note),
        JobKind("desk.crowded", T("Wait for others"), desk.crowded),
        JobKind("desk.wait", T("Wait"), desk.wait),
        JobKind("desk.tick", T("Tick"), lambda *_: {}, every=EVERY),
    )
    app.extensions[EXTENSION] = dataclasses.replace(parts, jobs={kind.name: kind for kind in kinds})
    return app


def ask(ctx: Context, kind: str, **arguments: object) -> int:
    job = domain.enqueue(ctx, kind=kind, key=f"{kind}:{arguments}", arguments=arguments)
    ctx.session.commit()
    return job.id


def read(ctx: Context, job_id: int) -> Job:
    ctx.session.rollback()
    job = ctx.session.get_one(Job, job_id, populate_existing=True)
    ctx.session.commit()
    return job


def ticked(ctx: Context) -> bool:
    # The transaction ends here: one that stays open is the only writer on SQLite, and the loop would wait for it.
    with ctx.session.begin():
        return ctx.session.scalar(sa.select(Job.state).where(Job.kind == "desk.tick")) is JobState.DONE


def effects(ctx: Context) -> int:
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(Job).where(Job.kind == "effect"))
    ctx.session.commit()
    return number or 0


def test_a_job_and_its_record_are_one_change(worker: Flask, ctx: Context, desk: Desk) -> None:
    job_id = ask(ctx, "desk.note", text="xin chào")
    assert job_id in due_jobs(worker, 10)
    assert run_job(worker, job_id)
    assert not run_job(worker, job_id)
    job = read(ctx, job_id)
    assert (job.state, job.result, job.tries) == (JobState.DONE, {"pages": 4}, 1)
    assert job.finished_at == ctx.now
    assert desk.runs == [{"text": "xin chào"}]
    assert effects(ctx) == 1


def test_a_job_that_fails_leaves_no_effect_and_says_why(worker: Flask, ctx: Context) -> None:
    job_id = ask(ctx, "desk.note", fail=True)
    assert run_job(worker, job_id)
    job = read(ctx, job_id)
    assert (job.state, job.message) == (JobState.FAILED, "ValueError: no paper in the printer")
    assert effects(ctx) == 0


def test_a_job_of_a_plugin_that_is_gone_fails(worker: Flask, ctx: Context) -> None:
    job_id = ask(ctx, "gone.work")
    assert run_job(worker, job_id)
    assert read(ctx, job_id).state is JobState.FAILED


@pytest.mark.usefixtures("impatient")
def test_a_job_that_finds_the_database_busy_is_done_later(worker: Flask, ctx: Context) -> None:
    job_id = ask(ctx, "desk.crowded", times=1)
    assert run_job(worker, job_id)
    job = read(ctx, job_id)
    assert (job.state, job.tries) == (JobState.QUEUED, 1)
    assert "OperationalError" in job.message
    assert job_id in due_jobs(worker, 10)
    assert run_job(worker, job_id)
    job = read(ctx, job_id)
    assert (job.state, job.tries, job.message) == (JobState.DONE, 2, "")
    assert effects(ctx) == 1


@pytest.mark.usefixtures("impatient")
def test_a_job_that_always_finds_the_database_busy_is_given_up(worker: Flask, ctx: Context) -> None:
    job_id = ask(ctx, "desk.crowded", times=2 * domain.MAX_TRIES)
    for _ in range(domain.MAX_TRIES):
        assert run_job(worker, job_id)
    job = read(ctx, job_id)
    assert (job.state, job.tries) == (JobState.FAILED, domain.MAX_TRIES)
    assert effects(ctx) == 0


def until(condition: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.02)


def test_the_embedded_loop_does_what_is_asked_for_and_stops(worker: Flask, ctx: Context) -> None:
    job_id = ask(ctx, "desk.note")
    before = set(threading.enumerate())
    loop = start_embedded(worker)
    try:
        until(lambda: read(ctx, job_id).state is JobState.DONE)
        until(lambda: ticked(ctx))
    finally:
        loop.stop()
    assert set(threading.enumerate()) <= before


def test_the_embedded_loop_outlasts_a_busy_database(
    worker: Flask, ctx: Context, engine: Engine, impatient: Callable[[], None]
) -> None:
    job_id = ask(ctx, "desk.note")
    refused = threading.Event()
    with worker.app_context():
        sa.event.listen(db.engine, "handle_error", lambda _: refused.set())
    with keeping_busy(engine):
        loop = start_embedded(worker)
        met = refused.wait(15)
    # What is to come must not be lost to a machine that is slow for a moment.
    impatient()
    engine.dispose()
    with worker.app_context():
        impatient_pool = db.engine.pool
        db.engine.dispose()
    try:
        assert met
        until(lambda: read(ctx, job_id).state is JobState.DONE)
        until(lambda: ticked(ctx))
    finally:
        loop.stop()
        # What the loop was using at that moment came back to the pool that was given up.
        impatient_pool.dispose()
    assert effects(ctx) == 1


def test_stopping_waits_for_the_job_that_runs(worker: Flask, ctx: Context, desk: Desk) -> None:
    job_id = ask(ctx, "desk.wait")
    loop = start_embedded(worker)
    assert desk.at_work.wait(15)
    assert progress_of(worker, Job(id=job_id, done=0, total=0)) == (1, 4)
    stopper = threading.Thread(target=loop.stop)
    stopper.start()
    time.sleep(0.1)
    assert stopper.is_alive()
    desk.go_on.set()
    stopper.join(15)
    assert not stopper.is_alive()
    assert read(ctx, job_id).state is JobState.DONE


PROGRAM = textwrap.dedent(
    """
    import dataclasses, pathlib, sys, time
    from cuocthi import config
    from cuocthi.app import create_app
    from cuocthi.contributions import JobKind
    from cuocthi.jobs.models import Job, JobState
    from cuocthi.jobs.runner import run_worker
    from cuocthi.registry import EXTENSION
    from cuocthi.text import T

    hang = pathlib.Path(sys.argv[1])

    def work(ctx, arguments, progress):
        mark = Job(kind="effect", key="effect", arguments={}, result={}, created_at=ctx.now, state=JobState.DONE)
        ctx.session.add(mark)
        ctx.session.flush()
        print("working", flush=True)
        while hang.exists():
            time.sleep(0.05)
        return {"done": 1}

    app = create_app(config.load(), [])
    parts = app.extensions[EXTENSION]
    kinds = {"desk.work": JobKind("desk.work", T("Work"), work)}
    app.extensions[EXTENSION] = dataclasses.replace(parts, jobs=kinds)
    run_worker(app)
    """
)


@pytest.mark.faults
def test_a_killed_job_is_done_by_the_next_worker_with_one_effect(
    ctx: Context, database_url: str, instance: Any, tmp_path: Any
) -> None:
    job_id = ask(ctx, "desk.work")
    hang = tmp_path / "hang"
    hang.touch()
    environment = {**os.environ, "DATABASE_URL": database_url, "CUOCTHI_INSTANCE": str(instance)}

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", PROGRAM, str(hang)]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    with start() as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "working\n"
        first.kill()
    assert read(ctx, job_id).state is JobState.RUNNING
    assert effects(ctx) == 0
    hang.unlink()
    silent = sa.update(Job).where(Job.id == job_id).values(beat_at=ctx.now - timedelta(days=400))
    ctx.session.execute(silent)
    ctx.session.commit()
    with start() as second:
        until(lambda: read(ctx, job_id).state is JobState.DONE, 60)
        second.send_signal(signal.SIGTERM)
        assert second.wait(20) == 0
    assert read(ctx, job_id).tries == 2
    assert effects(ctx) == 1


def test_the_core_brings_its_own_periodic_work(app: Flask) -> None:
    kinds = app.extensions[EXTENSION].jobs
    assert kinds["core.phases"].every == timedelta(seconds=5)
    assert kinds["core.rankings"].every == timedelta(seconds=30)
