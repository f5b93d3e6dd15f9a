"""What the processes of a test run make once: whoever needs the same finds it, what fails leaves nothing behind."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from types import ModuleType

import pytest
import sqlalchemy as sa

from cuocthi.contributions import Migrations
from cuocthi.testing import migrated
from cuocthi.testing.plugins import make_plugin

REVISION = """
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0001", None

def upgrade():
    op.create_table("diary_entry", sa.Column("id", sa.Integer, primary_key=True))
"""


def diary(folder: Path, revision: str) -> ModuleType:
    """A plugin with a table of its own."""
    folder.mkdir(exist_ok=True)
    (folder / "0001_first.py").write_text(revision, "utf-8")

    def register_migrations() -> list[Migrations]:
        return [Migrations(folder)]

    return make_plugin("diary", register_migrations)


def tables(path: Path) -> set[str]:
    engine = sa.create_engine(f"sqlite:///{path}", poolclass=sa.NullPool)
    found = set(sa.inspect(engine).get_table_names())
    engine.dispose()
    return found


def test_plugins_share_a_database_as_long_as_their_revisions_are_the_same(tmp_path: Path) -> None:
    core = migrated.sqlite(tmp_path, [])
    assert migrated.sqlite(tmp_path, [make_plugin("pages")]) == core
    with_table = migrated.sqlite(tmp_path, [diary(tmp_path / "versions", REVISION)])
    assert tables(with_table) - tables(core) == {"diary_entry", "diary_alembic_version"}
    changed = migrated.sqlite(tmp_path, [diary(tmp_path / "versions", REVISION.replace("diary_entry", "diary_page"))])
    assert tables(changed) - tables(core) == {"diary_page", "diary_alembic_version"}


def _told(shared: Path, cluster: str, name: str) -> str:
    return migrated.postgresql(shared, [], cluster, lambda: name)


def test_one_process_makes_it_for_all_of_them(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        names = pool.starmap(_told, [(tmp_path, "a cluster", f"template_{number}") for number in range(8)])
    assert len(set(names)) == 1
    assert _told(tmp_path, "another cluster", "elsewhere") == "elsewhere"


def test_what_could_not_be_made_is_made_by_the_next(tmp_path: Path) -> None:
    def fail() -> str:
        message = "the disk is full"
        raise OSError(message)

    with pytest.raises(OSError, match="full"):
        migrated.postgresql(tmp_path, [], "a cluster", fail)
    assert _told(tmp_path, "a cluster", "template") == "template"
