"""An installation of its own in processes of its own, which tests may kill."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.app import create_app, registry_of
from cuocthi.campaigns.files import read_folder
from cuocthi.cli.demo import example_folder
from cuocthi.clock import ShiftedClock
from cuocthi.config import load
from cuocthi.extensions import db
from cuocthi.migrations import runner
from cuocthi.rehearsal.course import Rehearsal
from cuocthi.rehearsal.pages import free_port, wait_for
from cuocthi.rules.language import writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cuocthi.testing.postgres import Cluster
    from cuocthi.timelines.models import Phase

_numbers = count(1)


@dataclass
class Installation:
    """An instance folder, a database with the campaign of 2024 open, and the processes that serve it."""

    instance: Path
    database_url: str
    course: Rehearsal
    campaign_id: int
    staff: tuple[int, int]
    round: Phase
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_embedded(self) -> bool:
        return not self.database_url

    @property
    def middle(self) -> datetime:
        """A moment at which the round is open."""
        return self.round.opens_at + (self.round.closes_at - self.round.opens_at) / 2

    def move_clock(self, moment: datetime) -> None:
        """Move the clock of every process."""
        ShiftedClock(self.instance / "clock.json").move_to(moment)

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start Python with its own process group, so that it can be killed with all its children."""
        environment = {
            **os.environ,
            "CUOCTHI_INSTANCE": str(self.instance),
            "DATABASE_URL": self.database_url,
            "CUOCTHI_TRUSTED_HOPS": "1",
            "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]),
        }
        with (self.instance / "log").open("ab") as log:
            started = subprocess.Popen(
                [sys.executable, *command], env=environment, stdout=log, stderr=log, start_new_session=True
            )
        self.processes.append(started)
        return started

    def serve(self) -> None:
        """Start the web server with its background work, and wait until it answers."""
        wait_for(self.address, self.start("-m", "cuocthi", "run", "--port", str(self.port)))

    def start_workers(self, number: int) -> None:
        """Start background work: workers beside one another, or the one process that does it with SQLite."""
        if self.is_embedded:
            self.start("-m", "cuocthi", "run", "--port", str(self.port))
            return
        for _ in range(number):
            self.start("-m", "cuocthi", "worker")

    def kill(self) -> None:
        """Kill every process with all its children, as a power cut would."""
        while self.processes:
            process = self.processes.pop()
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        until(self._is_deserted)

    def _is_deserted(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) != 0

    def rows(self, query: str) -> list[Any]:
        """Ask the database, as nobody of the platform."""
        engine = sa.create_engine(self.course.engine.url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            return list(connection.execute(sa.text(query)))

    def number(self, query: str) -> int:
        """Ask the database for one number."""
        ((value,),) = self.rows(query)
        return int(value)


def until(condition: Callable[[], bool], seconds: float = 90) -> None:
    """Wait for something, not for ever."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this took too long"
        time.sleep(0.05)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    """An installation whose round is open and whose processes the test starts; all are killed in the end."""
    database_url = ""
    if request.param == "postgresql":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        database_url = cluster.create_database(f"faults_{os.getpid()}_{next(_numbers)}")
    app = create_app(load(tmp_path, {"DATABASE_URL": database_url, "CUOCTHI_EMBEDDED_JOBS": "0"}))
    with app.app_context():
        runner.upgrade(db.engine, registry_of(app).migrations)
        course = Rehearsal(registry_of(app), db.engine, 1, writer("vi"))
        first = datetime.fromisoformat("2024-08-01T00:00+07:00")
        campaign_id, staff = course.prepare(read_folder(example_folder()), moment=first)
        (round_,) = course.rounds(campaign_id)
        made = Installation(tmp_path, database_url, course, campaign_id, staff, round_)
        made.move_clock(made.middle - timedelta(hours=1))
        try:
            yield made
        finally:
            made.kill()
            db.engine.dispose()
