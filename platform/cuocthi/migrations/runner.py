"""Runs Alembic for the core and then for each plugin, under one lock, one transaction an owner.

One shared version table with branches was tried: removing a plugin then breaks every command (decision 2).
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa
from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy.engine import Connection, Engine

    from cuocthi.contributions import Migrations

CORE = "core"
_HERE = Path(__file__).parent
#: An arbitrary number that all installations of this platform agree on for PostgreSQL's advisory lock.
_LOCK = 0x63756F63


class MigrationError(RuntimeError):
    """A migration left the database inconsistent and was rolled back."""


def owners(plugins: Mapping[str, Migrations]) -> dict[str, Path]:
    """Return each owner's folder of revisions, the core first."""
    return {CORE: _HERE / "versions"} | {name: found.versions for name, found in plugins.items()}


def upgrade(engine: Engine, plugins: Mapping[str, Migrations]) -> dict[str, tuple[str | None, str | None]]:
    """Bring every owner's tables up to date; return (revision before, revision after) by owner.

    Raises MigrationError if a migration leaves foreign keys that point nowhere; that owner is rolled back.
    """
    moved: dict[str, tuple[str | None, str | None]] = {}
    for owner, folder in owners(plugins).items():
        with _locked(engine) as connection:
            before = current(connection, owner)
            command.upgrade(_alembic(owner, folder, connection), "head")
            moved[owner] = (before, current(connection, owner))
    return moved


def downgrade(engine: Engine, owner: str, folder: Path, target: str) -> None:
    """Take one owner's tables back to ``target`` (a revision, ``-1`` or ``base``)."""
    with _locked(engine) as connection:
        command.downgrade(_alembic(owner, folder, connection), target)


def revise(engine: Engine, owner: str, folder: Path, message: str) -> None:
    """Write a new revision for one owner from the difference between its models and the database."""
    with engine.connect() as connection:
        config = _alembic(owner, folder, connection)
        number = len(list(ScriptDirectory.from_config(config).walk_revisions())) + 1
        command.revision(config, message=message, autogenerate=True, rev_id=f"{number:04d}")


def current(connection: Connection, owner: str) -> str | None:
    """Return the revision at which an owner's tables are, None if it has none yet."""
    options = {"version_table": _version_table(owner)}
    return MigrationContext.configure(connection, opts=options).get_current_revision()


def pending(engine: Engine, plugins: Mapping[str, Migrations]) -> list[str]:
    """Return the owners whose tables are not up to date."""
    behind = []
    with engine.connect() as connection:
        for owner, folder in owners(plugins).items():
            heads = ScriptDirectory.from_config(_alembic(owner, folder, connection)).get_heads()
            if current(connection, owner) not in heads:
                behind.append(owner)
    return behind


def purge(engine: Engine, owner: str) -> list[str]:
    """Drop every table of a plugin, its version table included; return their names. Nothing else ever drops them."""
    if owner == CORE:
        msg = "the core's tables cannot be purged"
        raise ValueError(msg)
    with _locked(engine) as connection:
        metadata = sa.MetaData()
        metadata.reflect(connection, only=lambda name, _: name.startswith(f"{owner}_"))
        tables = [table for table in metadata.tables.values() if table.name.startswith(f"{owner}_")]
        metadata.drop_all(connection, tables=tables)
        return sorted(table.name for table in tables)


def _version_table(owner: str) -> str:
    return f"{owner}_alembic_version"


def _alembic(owner: str, folder: Path, connection: Connection) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("version_locations", str(folder))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes.update(owner=owner, connection=connection, version_table=_version_table(owner))
    return config


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            # Off before the transaction begins: a batch rebuild of a referenced table would otherwise
            # empty the tables that refer to it through their cascades.
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]
            # A rebuilt table gets its name back while triggers of others speak of it, which SQLite would refuse.
            connection.connection.dbapi_connection.execute("PRAGMA legacy_alter_table=ON")  # type: ignore[union-attr]
        try:
            with connection.begin():
                if engine.dialect.name == "postgresql":
                    connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                yield connection
                _check_foreign_keys(connection)
        finally:
            if engine.dialect.name == "sqlite":
                connection.connection.dbapi_connection.execute("PRAGMA legacy_alter_table=OFF")  # type: ignore[union-attr]
                connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[union-attr]


def _check_foreign_keys(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        msg = f"the migration left {len(broken)} reference(s) that point nowhere, first in table {broken[0][0]}"
        raise MigrationError(msg)
