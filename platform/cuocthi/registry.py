"""What an application is made of once it has started: its settings, clock, plugins and everything they registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from cuocthi.contributions import (
    Channel,
    ContestFormat,
    JobKind,
    LogWords,
    Migrations,
    Permission,
    RehearsalStep,
    RehearsedEntry,
    SettingsSpec,
)
from cuocthi.errors import ContractError
from cuocthi.messages.channels import channels
from cuocthi.security.permissions import Permissions
from cuocthi.security.signing import Signer
from cuocthi.web.kept_pages import KeptPages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.clock import Clock
    from cuocthi.config import Config
    from cuocthi.plugins.manager import Hooks
    from cuocthi.security.personal_data import Vault
    from cuocthi.users.models import ContactKind
    from cuocthi.web.remembered import Remembered

Item = TypeVar("Item")

#: Under this name the registry stands in ``app.extensions``.
EXTENSION = "cuocthi"


@dataclass(frozen=True, slots=True)
class Registry:
    """One application's parts, all fixed at start.

    ``settings``, ``formats`` and ``jobs`` are found by name, ``channels`` by the kind of contact that each reaches.
    """

    config: Config
    clock: Clock
    hooks: Hooks
    vault: Vault
    signer: Signer
    permissions: Permissions
    settings: Mapping[str, SettingsSpec]
    formats: Mapping[str, ContestFormat]
    jobs: Mapping[str, JobKind]
    channels: Mapping[ContactKind, Channel]
    migrations: Mapping[str, Migrations]
    log_words: Mapping[str, LogWords]
    rehearsed_entries: Mapping[str, RehearsedEntry]
    rehearsal_steps: tuple[tuple[str, RehearsalStep], ...]
    rule_sets: tuple[tuple[str, Path], ...]
    kept_pages: KeptPages = field(default_factory=KeptPages)
    remembered: Remembered = field(default_factory=dict)


def build(config: Config, clock: Clock, hooks: Hooks, vault: Vault, core_jobs: tuple[JobKind, ...]) -> Registry:
    """Ask the plugins for everything they register at start and verify that each keeps to its own name.

    Raises ContractError for a table, permission, job or format that carries another owner's name.
    """
    for plugin, model in hooks.boot("register_models", type):
        table = str(getattr(model, "__tablename__", ""))
        if not table.startswith(f"{plugin}_"):
            msg = f"plugin {plugin!r}: the table of {model.__name__} must be named {plugin}_…, not {table!r}"
            raise ContractError(msg)
    rehearsals: list[tuple[str, RehearsedEntry | RehearsalStep]] = hooks.boot(
        "register_rehearsals", (RehearsedEntry, RehearsalStep)
    )
    return Registry(
        config=config,
        clock=clock,
        hooks=hooks,
        vault=vault,
        signer=Signer(config.key_file),
        permissions=Permissions(hooks.boot("register_permissions", Permission)),
        settings=_single(hooks.boot("register_settings", SettingsSpec), "settings"),
        formats=_formats(hooks),
        jobs={job.name: job for job in core_jobs} | _jobs(hooks),
        channels=channels(config, hooks.boot("register_channels", Channel)),
        migrations=_single(hooks.boot("register_migrations", Migrations), "folder of migrations"),
        log_words=_single(hooks.boot("register_log_words", LogWords), "list of words for the log"),
        rehearsed_entries={item.source: item for _, item in rehearsals if isinstance(item, RehearsedEntry)},
        rule_sets=tuple(hooks.boot("register_rule_sets", Path)),
        rehearsal_steps=tuple(
            sorted(
                ((plugin, item) for plugin, item in rehearsals if isinstance(item, RehearsalStep)),
                key=lambda pair: (pair[1].order, pair[0], pair[1].key),
            )
        ),
    )


def _single(pairs: list[tuple[str, Item]], what: str) -> dict[str, Item]:
    found: dict[str, Item] = {}
    for plugin, item in pairs:
        if plugin in found:
            msg = f"plugin {plugin!r} registers more than one {what}"
            raise ContractError(msg)
        found[plugin] = item
    return found


def _formats(hooks: Hooks) -> dict[str, ContestFormat]:
    found: dict[str, ContestFormat] = {}
    for plugin, item in hooks.boot("register_formats", ContestFormat):
        if item.source != plugin:
            msg = f"plugin {plugin!r}: the source of its contest format must be {plugin!r}, not {item.source!r}"
            raise ContractError(msg)
        found[plugin] = item
    return found


def _jobs(hooks: Hooks) -> dict[str, JobKind]:
    found: dict[str, JobKind] = {}
    for plugin, item in hooks.boot("register_jobs", JobKind):
        if not item.name.startswith(f"{plugin}."):
            msg = f"plugin {plugin!r}: job {item.name!r} must be named {plugin}.…"
            raise ContractError(msg)
        found[item.name] = item
    return found
