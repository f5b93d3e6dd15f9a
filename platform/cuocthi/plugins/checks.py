"""What the contract asks of a plugin, checked for its author: everything that can be found without a campaign."""

from __future__ import annotations

import inspect
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.orm import configure_mappers

import cuocthi.models  # noqa: F401 - the core's tables, to which foreign keys lead
from cuocthi import config as configuration
from cuocthi.app import create_app
from cuocthi.contributions import ContestFormat, Migrations
from cuocthi.database import Base, configure_engine
from cuocthi.errors import ContractError
from cuocthi.migrations import runner
from cuocthi.plugins import hookspecs
from cuocthi.plugins.manager import ENTRY_POINTS, Hooks, load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import ModuleType

    from sqlalchemy.engine import Engine

#: The tables of the core to whose ``id`` a plugin may refer; these keys stay.
STABLE_TABLES = ("user", "unit", "campaign", "phase", "division", "enrolment", "file")
#: What a format implements that grants something after an incident.
_RELIEF = ("relief_reaches", "grant_relief")
_STABLE_KEYS = frozenset(f"core_{name}.id" for name in STABLE_TABLES)
#: The keys of rows about people, and what a plugin that has them is asked for.
_PEOPLE = frozenset({"core_user.id", "core_enrolment.id"})
_PERSONAL_DATA = {
    "export_personal_data": "Return what a person may see of it, or the page “My data” leaves it out.",
    "erase_personal_data": "Erase what names people, or it outlasts a withdrawal and the campaign's retention.",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that breaks the contract, and what its author can do about it."""

    what: str
    remedy: str


def check_named(name: str) -> list[Finding]:
    """Check the plugin that is installed under a name, or else the one in the module of that name."""
    installed = {entry.name: entry.value for entry in entry_points(group=ENTRY_POINTS)}
    try:
        module = load(installed.get(name, name), name if name in installed else "")
    except ContractError as error:
        return [_fatal(error)]
    return check(module)


def check(module: ModuleType) -> list[Finding]:
    """Return everything found in a plugin module, loaded with no other; an empty list means it keeps the contract.

    Writes only to temporary folders.
    """
    try:
        hooks = Hooks([module])
        models = [model for _, model in hooks.boot("register_models", type)]
        folders = dict(hooks.boot("register_migrations", Migrations))
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything
        return [*_unmarked(module), _fatal(error)]
    (name,) = hooks.plugins
    return [
        *_unmarked(module),
        *_start(module),
        *_format(hooks, name),
        *_catalogue(hooks, name),
        *_tables(name, models),
        *_relationships(name, models),
        *_migrations(name, models, folders),
    ]


def advise_named(name: str) -> list[Finding]:
    """Return what the plugin of that name may have forgotten, though it keeps the contract."""
    installed = {entry.name: entry.value for entry in entry_points(group=ENTRY_POINTS)}
    return advise(load(installed.get(name, name), name if name in installed else ""))


def advise(module: ModuleType) -> list[Finding]:
    """Return what a plugin that keeps the contract may have forgotten: to show and to erase what it keeps of people."""
    hooks = Hooks([module])
    (name,) = hooks.plugins
    about_people = sorted(
        table.name for table in _own_tables(name) if any(key.target_fullname in _PEOPLE for key in table.foreign_keys)
    )
    missing = [hook for hook in _PERSONAL_DATA if about_people and not hooks.implements(name, hook)]
    return [
        Finding(
            f"{', '.join(about_people)} is about people, but {hook} is not implemented",
            f"{_PERSONAL_DATA[hook]} Where there is nothing to do, say so in an implementation that does nothing.",
        )
        for hook in missing
    ]


def _fatal(error: Exception) -> Finding:
    return Finding(_words(error), "Nothing else can be checked before this is mended.")


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, ContractError) else f"{type(error).__name__}: {error}"


# --- the module -----------------------------------------------------------------------------------------------------


def hook_names() -> list[str]:
    """Return the names of all hooks in the order in which hookspecs.py declares them."""
    return [name for name, value in vars(hookspecs).items() if hasattr(value, "hook_class")]


def _unmarked(module: ModuleType) -> Iterator[Finding]:
    for name in hook_names():
        function = getattr(module, name, None)
        if inspect.isfunction(function) and not hasattr(function, f"{hookspecs.PROJECT}_impl"):
            yield Finding(f"{name} is called like a hook but is not marked as one", f"Write @hookimpl above {name}.")


def _start(module: ModuleType) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            create_app(configuration.load(Path(folder), {}), [module])
        except Exception as error:  # noqa: BLE001 - as above
            yield Finding(_words(error), "The application does not start until this is mended.")


def _format(hooks: Hooks, name: str) -> Iterator[Finding]:
    offered = hooks.boot("register_formats", ContestFormat)
    if not offered:
        return
    if "results" not in hooks.plugins[name].provides:
        yield Finding(
            "it offers a contest format but does not provide results",
            'Write provides=frozenset({"results"}) into info, or no prizes can be given for it.',
        )
    if not hooks.implements(name, "refresh_results"):
        yield Finding(
            "it offers a contest format but never posts results",
            "Implement refresh_results and call cuocthi.standings.results.post_results in it.",
        )
    if any(item.relief for _, item in offered) and not all(hooks.implements(name, hook) for hook in _RELIEF):
        yield Finding(
            "its contest format says that it can grant something after an incident, but does not",
            "Implement relief_reaches and grant_relief, or leave relief out of the ContestFormat.",
        )
    if not hooks.implements(name, "entry_actions"):
        yield Finding(
            "it offers a contest format that nobody can enter",
            "Implement entry_actions, which puts the way in on the campaign's page.",
        )


def _catalogue(hooks: Hooks, name: str) -> Iterator[Finding]:
    folder = hooks.plugins[name].catalogue
    if folder and not list(Path(folder).glob(f"*/LC_MESSAGES/{name}.po")):
        yield Finding(
            f"there is no catalogue in {folder}",
            f"Put translations at <language>/LC_MESSAGES/{name}.po below it, or leave catalogue out of info.",
        )


# --- its tables -----------------------------------------------------------------------------------------------------


def _own_tables(name: str) -> list[sa.Table]:
    return [table for table in Base.metadata.sorted_tables if table.name.startswith(f"{name}_")]


def _tables(name: str, models: Sequence[type]) -> Iterator[Finding]:
    registered: set[str] = {sa.inspect(model).local_table.name for model in models}
    for table in _own_tables(name):
        if table.name not in registered:
            yield Finding(
                f"the table {table.name} is mapped but not registered", "Return its class in register_models."
            )
        for key in table.foreign_keys:
            yield from _foreign_key(name, table, key)


def _foreign_key(name: str, table: sa.Table, key: sa.ForeignKey) -> Iterator[Finding]:
    place, target = f"{table.name}.{key.parent.name}", key.target_fullname
    if target.startswith(f"{name}_"):
        return
    if target not in _STABLE_KEYS:
        known = ", ".join(sorted(_STABLE_KEYS))
        yield Finding(f"{place} refers to {target}", f"Refer only to your own tables and to these keys: {known}.")
    if key.ondelete or key.onupdate:
        yield Finding(
            f"{place} changes by itself when {target} is deleted or changed",
            "Leave ondelete and onupdate out: nothing cascades from one owner to another.",
        )


def _relationships(name: str, models: Sequence[type]) -> Iterator[Finding]:
    configure_mappers()
    own: set[Any] = {sa.inspect(model) for model in models}
    for mapper in Base.registry.mappers:
        for relation in mapper.relationships:
            place = f"{mapper.class_.__name__}.{relation.key}"
            if mapper not in own and relation.mapper in own:
                yield Finding(
                    f"{place} reaches from another owner into {name}", "Leave backref and back_populates out."
                )
            elif mapper in own and relation.mapper not in own and relation.cascade.delete:
                yield Finding(f"{place} deletes rows of another owner", "Leave cascade out of this relationship.")


# --- its migrations -------------------------------------------------------------------------------------------------


def _migrations(name: str, models: Sequence[type], folders: dict[str, Migrations]) -> Iterator[Finding]:
    if not folders:
        if models:
            yield Finding("it has tables but no migrations", "Return Migrations(folder) in register_migrations.")
        return
    with _scratch() as engine:
        runner.upgrade(engine, {})
        before = set(sa.inspect(engine).get_table_names())
        try:
            runner.upgrade(engine, folders)
        except Exception as error:  # noqa: BLE001 - a revision may raise anything
            yield Finding(f"its migrations fail: {error}", "They must run on an empty database with no other plugin.")
            return
        yield from _foreign_changes(engine, name, before)
        yield from _differences(engine, name)
        yield from _way_back(engine, name, folders[name].versions)


@contextmanager
def _scratch() -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/check.sqlite3")
        configure_engine(engine)
        yield engine
        engine.dispose()


def _foreign_changes(engine: Engine, name: str, before: set[str]) -> Iterator[Finding]:
    after = set(sa.inspect(engine).get_table_names())
    for table in sorted((after - before) | (before - after)):
        if not table.startswith(f"{name}_"):
            act = "create" if table in after else "drop"
            yield Finding(f"its migrations {act} the table {table}", f"Touch only tables named {name}_….")


def _differences(engine: Engine, name: str) -> Iterator[Finding]:
    def own(_object: object, found: str | None, kind: str, _reflected: bool, _compared: object) -> bool:  # noqa: FBT001 - Alembic's signature
        return kind != "table" or (str(found).startswith(f"{name}_") and found != f"{name}_alembic_version")

    with engine.connect() as connection:
        compared = MigrationContext.configure(connection, opts={"include_object": own})
        for difference in compare_metadata(compared, Base.metadata):
            yield Finding(
                f"models and migrations differ: {difference}",
                f'Write a revision: cuocthi db revision --owner {name} -m "What it does".',
            )


def _way_back(engine: Engine, name: str, versions: Path) -> Iterator[Finding]:
    try:
        runner.downgrade(engine, name, versions, "base")
    except Exception as error:  # noqa: BLE001 - a revision may raise anything
        yield Finding(f"its migrations cannot be taken back: {error}", "Write downgrade() in every revision.")
        return
    left = [table for table in sa.inspect(engine).get_table_names() if table.startswith(f"{name}_")]
    for table in left:
        if table != f"{name}_alembic_version":
            yield Finding(f"downgrade() leaves the table {table}", "Drop it there.")
