"""Migrated, empty databases of a test run: the process that needs one first makes it, the others take that one.

Running all revisions takes longer than most tests do. What was made is known by the revisions it was made from, so that
plugins without tables of their own share the core's.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import Migrations
from cuocthi.database import configure_engine
from cuocthi.migrations import runner
from cuocthi.plugins.manager import Hooks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from types import ModuleType

    import pytest

#: Names a folder that several runs of the same code share, one after another or at once; no setting of an installation.
VARIABLE = "MIGRATED_DATABASES"


def folder(factory: pytest.TempPathFactory) -> Path:
    """Return where the processes of this run keep what they share: beside the temporary files of each of them."""
    own, named = factory.getbasetemp(), os.environ.get(VARIABLE)
    beside = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    shared = Path(named) if named else beside / "migrated"
    shared.mkdir(exist_ok=True)
    return shared


def migrate(url: str, plugins: Sequence[ModuleType]) -> None:
    """Run all revisions of the core and of these plugins."""
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    configure_engine(engine)
    runner.upgrade(engine, _migrations(plugins))
    engine.dispose()


def sqlite(shared: Path, plugins: Sequence[ModuleType]) -> Path:
    """Return a migrated, empty SQLite database, which is one file that nobody may change."""

    def make(path: Path) -> None:
        migrate(f"sqlite:///{path}", plugins)
        engine = sa.create_engine(f"sqlite:///{path}")
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()

    return _once(shared / f"{_revisions(plugins)}.sqlite3", make)


def postgresql(shared: Path, plugins: Sequence[ModuleType], cluster: str, make: Callable[[], str]) -> str:
    """Return the name of the migrated, empty database of a cluster, which ``make`` makes and names.

    ``cluster`` is the URL of the cluster.
    """
    of_cluster = hashlib.sha256(cluster.encode()).hexdigest()[:16]
    path = shared / f"{_revisions(plugins)}-{of_cluster}.name"
    return _once(path, lambda new: new.write_text(make(), "utf-8")).read_text("utf-8")


def _migrations(plugins: Sequence[ModuleType]) -> dict[str, Migrations]:
    return dict(Hooks(plugins).boot("register_migrations", Migrations))


def _revisions(plugins: Sequence[ModuleType]) -> str:
    """Return what tells the revisions of these plugins from those of others."""
    found = hashlib.sha256()
    for owner, versions in runner.owners(_migrations(plugins)).items():
        found.update(f"{owner}\0{versions}\0".encode())
        for revision in sorted(versions.glob("*.py")):
            found.update(hashlib.sha256(revision.read_bytes()).digest())
    return found.hexdigest()[:16]


def _once(path: Path, make: Callable[[Path], object]) -> Path:
    """Return ``path``, which one of all processes makes while the others wait for it; what fails leaves nothing."""
    with _alone(path.with_suffix(".lock")):
        if not path.exists():
            new = path.with_suffix(".new")
            new.unlink(missing_ok=True)
            make(new)
            new.rename(path)
    return path


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    # The kernel lets the lock go when its holder ends, in whatever way.
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
