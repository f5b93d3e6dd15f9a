"""The revisions of every owner lead to the tables that the models describe, on both databases, alone and together."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

import cuocthi.models  # noqa: F401 - the core's tables join the metadata
from cuocthi.contributions import Migrations
from cuocthi.database import Base, configure_engine
from cuocthi.migrations import runner
from cuocthi.plugins.manager import Hooks

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Engine

PLUGINS = ("quiz", "prizes", "publishing", "inquiries", "overall")


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [importlib.import_module(f"cuocthi_{name}.plugin") for name in PLUGINS]


def _folders(hooks: Hooks) -> dict[str, Migrations]:
    return dict(hooks.boot("register_migrations", Migrations))


def test_revisions_and_models_describe_the_same_tables(engine: Engine) -> None:
    def own(_object: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001
        return kind != "table" or not str(name).endswith("alembic_version")

    with engine.connect() as connection:
        options = {"include_object": own, "compare_server_default": False}
        differences = compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata)
    assert differences == []


def test_every_owner_has_a_version_table_of_its_own(engine: Engine, hooks: Hooks) -> None:
    with engine.connect() as connection:
        for owner in (runner.CORE, *PLUGINS):
            assert runner.current(connection, owner) is not None
    assert runner.pending(engine, _folders(hooks)) == []


def test_upgrading_again_changes_nothing(engine: Engine, hooks: Hooks) -> None:
    assert all(before == after for before, after in runner.upgrade(engine, _folders(hooks)).values())


def test_a_removed_plugin_leaves_the_others_upgradable(engine: Engine, hooks: Hooks) -> None:
    rest = {name: folder for name, folder in _folders(hooks).items() if name != "quiz"}
    runner.upgrade(engine, rest)
    tables = sa.inspect(engine).get_table_names()
    assert any(name.startswith("quiz_") for name in tables)


def test_purging_drops_the_tables_of_one_plugin_only(engine: Engine) -> None:
    before = set(sa.inspect(engine).get_table_names())
    dropped = set(runner.purge(engine, "prizes"))
    assert dropped
    assert all(name.startswith("prizes_") for name in dropped)
    assert set(sa.inspect(engine).get_table_names()) == before - dropped


def test_the_core_cannot_be_purged(engine: Engine) -> None:
    with pytest.raises(ValueError, match="core"):
        runner.purge(engine, runner.CORE)


@pytest.mark.parametrize("owner", [*reversed(PLUGINS), runner.CORE])
def test_every_owner_can_be_taken_back_and_brought_up_again(owner: str, hooks: Hooks, tmp_path: Path) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'round.sqlite3'}")
    configure_engine(engine)
    folders = runner.owners(_folders(hooks))
    alone = {} if owner == runner.CORE else {owner: _folders(hooks)[owner]}
    runner.upgrade(engine, alone)
    runner.downgrade(engine, owner, folders[owner], "base")
    left = [name for name in sa.inspect(engine).get_table_names() if name.startswith(f"{owner}_")]
    assert left == [f"{owner}_alembic_version"]
    runner.upgrade(engine, alone)
    assert runner.pending(engine, alone) == []
    engine.dispose()


def test_rebuilding_a_core_table_keeps_the_rows_of_plugins_that_refer_to_it(tmp_path: Path) -> None:
    """SQLite rebuilds a table to alter it; with foreign keys on, a cascade would empty the plugin's table."""
    engine = sa.create_engine(f"sqlite:///{tmp_path / 'rebuild.sqlite3'}")
    configure_engine(engine)
    core = tmp_path / "core"
    core.mkdir()
    (core / "0001_first.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0001', None\n"
        "def upgrade():\n"
        "    op.create_table('own_parent', sa.Column('id', sa.Integer, primary_key=True))\n"
        "    op.execute('INSERT INTO own_parent VALUES (1)')\n"
        "    op.create_table('own_child', sa.Column('id', sa.Integer, primary_key=True),"
        " sa.Column('parent_id', sa.Integer, sa.ForeignKey('own_parent.id', ondelete='CASCADE')))\n"
        "    op.execute('INSERT INTO own_child VALUES (1, 1)')\n",
        "utf-8",
    )
    runner.upgrade(engine, {"own": Migrations(core)})
    (core / "0002_rebuild.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\nrevision, down_revision = '0002', '0001'\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('own_parent', recreate='always') as batch:\n"
        "        batch.add_column(sa.Column('name', sa.String(20)))\n",
        "utf-8",
    )
    runner.upgrade(engine, {"own": Migrations(core)})
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM own_child").scalar() == 1
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    engine.dispose()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_on_sqlite_the_tables_that_give_numbers_once_do_so_after_all_revisions(engine: Engine) -> None:
    """Rebuilding a table in a later revision would forget it silently: nothing reflects it."""
    with engine.connect() as connection:
        counting = set(
            connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'").scalars()
        )
    given_once = {
        table.name for table in Base.metadata.tables.values() if table.dialect_options["sqlite"]["autoincrement"]
    }
    assert {"core_announcement", "core_phase", "core_task", "prizes_unit_award"} <= given_once
    assert counting == given_once
