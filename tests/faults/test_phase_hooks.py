"""What plugins do when a phase opens or closes is done once, whoever works, dies or comes too late."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.clock import ShiftedClock, to_micros
from cuocthi.context import SYSTEM, Context
from cuocthi.plugins.manager import Hooks
from cuocthi.timelines.announcing import announce_edges

from .conftest import until
from .listening import NAMES, listener, work

if TYPE_CHECKING:
    from multiprocessing.context import ForkProcess

    from sqlalchemy.engine import Engine

    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

pytestmark = [pytest.mark.faults]

HEARD = "SELECT action, object_kind, object_id FROM core_audit_event WHERE action LIKE '%:phase:heard'"
DONE = "SELECT count(*) FROM core_job WHERE kind = 'core.phases' AND state = 'done' AND finished_at >= {}"


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [listener(name) for name in NAMES]


@pytest.fixture
def rounds(ctx: Context, make: Factories) -> list[Phase]:
    """A campaign of both listeners with three phases that are over in two days."""
    campaign = make.campaign(plugins=NAMES)
    hour = timedelta(hours=1)
    made = [
        make.phase(campaign, opens_at=ctx.now + number * hour, closes_at=ctx.now + (number + 1) * hour)
        for number in range(1, 4)
    ]
    ctx.session.commit()
    return made


def heard(engine: Engine) -> list[tuple[str, str, int]]:
    with engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(sa.text(HEARD)))


def every_edge(rounds: list[Phase]) -> list[tuple[str, str, int]]:
    return sorted(
        (f"{name}:phase:heard", edge, phase.id) for name in NAMES for edge in ("opened", "closed") for phase in rounds
    )


@dataclass
class Workers:
    """Processes that do background work on the test's database, at a moment that the test moves."""

    instance: Path
    database_url: str
    processes: list[ForkProcess] = field(default_factory=list)

    def move_clock(self, moment: datetime) -> None:
        ShiftedClock(self.instance / "clock.json").move_to(moment)

    def start(self) -> ForkProcess:
        # Forked: what the platform imports is there already.
        started = get_context("fork").Process(target=work, args=(self.instance, self.database_url))
        started.start()
        self.processes.append(started)
        return started

    def kill(self) -> None:
        while self.processes:
            process = self.processes.pop()
            process.kill()
            process.join()


@pytest.fixture
def workers(database_url: str, tmp_path: Path) -> Iterator[Workers]:
    instance = tmp_path / "instance"
    instance.mkdir()
    made = Workers(instance, database_url)
    yield made
    made.kill()


def test_the_worker_slept_through_the_phases_and_died_when_it_came_back(
    rounds: list[Phase], ctx: Context, engine: Engine, workers: Workers
) -> None:
    over = rounds[-1].closes_at + timedelta(hours=1)
    ctx.session.close()
    workers.move_clock(over)
    (workers.instance / "fault").write_text("second")

    died = workers.start()
    died.join(30)
    assert died.exitcode == -signal.SIGKILL
    assert not (workers.instance / "fault").exists(), "it died in the middle of what a plugin does"
    assert heard(engine) == [], "nothing is half done"

    later = over + timedelta(minutes=2)
    workers.move_clock(later)
    for _ in range(2 if engine.dialect.name == "postgresql" else 1):
        workers.start()
    until(lambda: len(heard(engine)) >= len(every_edge(rounds)), 30)
    workers.move_clock(later + timedelta(minutes=1))
    until(lambda: looked_since(engine, later + timedelta(minutes=1)), 30)
    workers.kill()

    assert heard(engine) == every_edge(rounds)


def looked_since(engine: Engine, moment: datetime) -> bool:
    """Tell whether some worker has looked for edges since."""
    with engine.connect() as connection:
        return bool(connection.execute(sa.text(DONE.format(to_micros(moment)))).scalar())


def test_two_workers_at_once_tell_every_edge_once(
    rounds: list[Phase], ctx: Context, engine: Engine, hooks: Hooks
) -> None:
    ctx.session.close()
    both = threading.Barrier(2)
    over = rounds[-1].closes_at

    def work() -> int:
        with Session(engine) as session:
            both.wait(10)
            told = announce_edges(Context(session=session, hooks=hooks, now=over, actor=SYSTEM))
            session.commit()
            return told

    with ThreadPoolExecutor(2) as pool:
        told = [pool.submit(work) for _ in range(2)]
        assert sum(one.result(30) for one in told) == len(every_edge(rounds))

    assert heard(engine) == every_edge(rounds)
