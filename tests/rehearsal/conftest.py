"""What the tests of the rehearsal share: the command as an operator runs it, and rehearsals that several tests read."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from cuocthi.cli import main
from cuocthi.cli.demo import example_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cuocthi.testing.postgres import Cluster

_SECONDS = re.compile(r".*\d s")
_numbers = count(1)


@dataclass(frozen=True)
class Rehearsed:
    """A rehearsal that was run: what was printed, and the instance and the database it left behind."""

    figures: dict[str, str]
    standings: str
    instance: Path
    url: str

    @property
    def digest(self) -> str:
        return self.standings.split()[-1]

    @contextmanager
    def database(self) -> Iterator[sa.Connection]:
        engine = sa.create_engine(self.url, poolclass=sa.pool.NullPool)
        with engine.connect() as connection:
            yield connection

    def number(self, query: str) -> int:
        with self.database() as connection:
            return int(connection.execute(sa.text(query)).scalar_one())


def cuocthi(instance: Path, *arguments: object, database_url: str = "") -> tuple[int, str]:
    """Run a command of the platform; return its exit status and what it said."""
    environment = {"CUOCTHI_INSTANCE": str(instance), "DATABASE_URL": database_url}
    result = CliRunner().invoke(main, list(map(str, arguments)), env=environment, catch_exceptions=False)
    return result.exit_code, result.output


@pytest.fixture(scope="session")
def new_database(postgres_cluster: Cluster) -> Callable[[], str]:
    """Make an empty PostgreSQL database and return its URL."""
    return lambda: postgres_cluster.create_database(f"rehearsal_{os.getpid()}_{next(_numbers)}")


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign of 2024 in which time used decides nothing, so that few people are enough for ties."""
    folder = tmp_path_factory.mktemp("campaign") / "thai-binh-2024"
    shutil.copytree(example_folder(), folder)
    file = folder / "campaign.toml"
    text = file.read_text("utf-8")
    without = text.replace('  { key = "duration_ms", direction = "lowest" },\n', "")
    assert without != text
    file.write_text(without, "utf-8")
    return folder


@pytest.fixture(scope="session")
def rehearse(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Callable[..., Rehearsed]:
    """Run a rehearsal and keep it."""

    def run(*arguments: object, database_url: str = "") -> Rehearsed:
        instance = tmp_path_factory.mktemp("rehearsal") / "kept"
        command = ("rehearse", "--folder", folder, "--keep", instance, *arguments)
        status, output = cuocthi(instance.with_name("none"), *command, database_url=database_url)
        assert status == 0, output
        figures, _, standings = output.partition("\n\n")
        lines = (line.rsplit("  ", 1) for line in figures.splitlines() if not _SECONDS.fullmatch(line))
        url = database_url or f"sqlite:///{instance / 'cuocthi.sqlite3'}"
        return Rehearsed({title.strip(): value for title, value in lines}, standings, instance, url)

    return run


@pytest.fixture(scope="session")
def on_sqlite(rehearse: Callable[..., Rehearsed]) -> Rehearsed:
    return rehearse("-n", 60)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_url(request: pytest.FixtureRequest) -> str:
    """An empty database of either kind; nothing for the file in the rehearsal's own instance."""
    return "" if request.param == "sqlite" else request.getfixturevalue("new_database")()
