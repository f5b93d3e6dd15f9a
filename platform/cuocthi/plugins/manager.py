"""Loads plugins, verifies that each keeps to its own, and calls their hooks."""

from __future__ import annotations

import importlib
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pluggy
import structlog

from cuocthi.contributions import Blocker
from cuocthi.errors import ContractError
from cuocthi.plugins import hookspecs
from cuocthi.plugins.hookspecs import HookClass
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from types import ModuleType

    from pluggy import HookImpl

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

ENTRY_POINTS = "cuocthi.plugins"

log = structlog.get_logger(__name__)
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Failure:
    """A decorating hook that raised: which plugin, which hook, what it said."""

    plugin: str
    hook: str
    message: str


class Hooks:
    """The plugins of one application and the only way to call them.

    Loading touches no database. ``failures`` keeps the last failure of each decorating hook for the health page.
    """

    def __init__(self, modules: Iterable[ModuleType]) -> None:
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self.plugins: dict[str, PluginInfo] = {}
        self.failures: dict[tuple[str, str], Failure] = {}
        for module in modules:
            self._register(module)
        try:
            self._manager.check_pending()
        except pluggy.PluginValidationError as error:
            msg = f"plugin {self._manager.get_name(error.plugin)!r}: {error}"
            raise ContractError(msg) from error

    def _register(self, module: ModuleType) -> None:
        info = _info(module)
        info.check()
        if info.name in self.plugins:
            msg = f"two plugins are named {info.name!r}"
            raise ContractError(msg)
        try:
            self._manager.register(module, name=info.name)
        except pluggy.PluginValidationError as error:
            msg = f"plugin {info.name!r}: {error}"
            raise ContractError(msg) from error
        for caller in self._manager.get_hookcallers(module) or ():
            for implementation in caller.get_hookimpls():
                if implementation.plugin is module:
                    _refuse_ordering(implementation, caller.name)
        self.plugins[info.name] = info

    # --- boot ---

    def boot(self, hook: str, kind: type[Item] | tuple[type[Any], ...]) -> list[tuple[str, Item]]:
        """Call a boot hook of every plugin; return (plugin name, item) pairs in order of loading.

        Raises ContractError if an item is not of ``kind`` (for mapped classes, pass ``type``).
        """
        found: list[tuple[str, Item]] = []
        for name, implementation in self._implementations(hook, self.plugins):
            found += [(name, item) for item in self._checked(name, hook, kind, _call(implementation, {}))]
        return found

    # --- in a campaign ---

    def enabled(self, campaign: Campaign) -> list[str]:
        """Return the names of the plugins that are installed and enabled in ``campaign``, in order of loading."""
        return [name for name in self.plugins if name in campaign.plugins]

    def collect(self, ctx: Context, campaign: Campaign, hook: str, kind: type[Item], **arguments: object) -> list[Item]:
        """Call a contextual hook of the enabled plugins singly and return their items sorted by (order, plugin, key).

        A *decorate* hook that raises is logged, kept in ``failures`` and skipped. A *gate* that raises becomes a
        Blocker, and so does one of a plugin that is enabled but not installed. An *effect* that raises aborts.
        Duplicate keys of one plugin and items of another kind raise ContractError.
        """
        pairs = self._collect(ctx, campaign, hook, kind, names=self.enabled(campaign), arguments=arguments)
        return _ordered(pairs)

    def collect_by_plugin(
        self,
        ctx: Context,
        campaign: Campaign,
        hook: str,
        kind: type[Item],
        *,
        only: str | None = None,
        **arguments: object,
    ) -> list[tuple[str, Item]]:
        """Like :meth:`collect`, as (plugin name, item) in order of loading; ``only`` asks a single plugin."""
        names = [name for name in self.enabled(campaign) if only in {None, name}]
        return self._collect(ctx, campaign, hook, kind, names=names, arguments=arguments)

    def _collect(
        self,
        ctx: Context,
        campaign: Campaign,
        hook: str,
        kind: type[Item],
        *,
        names: Sequence[str],
        arguments: Mapping[str, object],
    ) -> list[tuple[str, Item]]:
        found: list[tuple[str, Item]] = []
        for name, implementation in self._implementations(hook, names):
            values = {"ctx": ctx, "campaign": campaign, **arguments}
            items = self._guarded(ctx, name, hook, implementation, values)
            checked = self._checked(name, hook, kind, items)
            _refuse_duplicates(name, hook, checked)
            found += [(name, item) for item in checked]
        if _hook_class(hook) is HookClass.GATE:
            found += [(name, cast("Item", _absent(name))) for name in campaign.plugins if name not in self.plugins]
        return found

    def collect_among(
        self, ctx: Context, campaigns: Sequence[Campaign], hook: str, kind: type[Item], **arguments: object
    ) -> list[Item]:
        """Call a *decorate* hook that answers for several campaigns at once: each plugin for those that enable it.

        Otherwise as :meth:`collect`; a key may stand once for each campaign (the item's ``campaign_id``).
        """
        found: list[tuple[str, Item]] = []
        for name, implementation in self._implementations(hook, self.plugins):
            own = [campaign for campaign in campaigns if name in campaign.plugins]
            if own:
                items = self._guarded(ctx, name, hook, implementation, {"ctx": ctx, "campaigns": own, **arguments})
                checked = self._checked(name, hook, kind, items)
                _refuse_duplicates(name, hook, checked)
                found += [(name, item) for item in checked]
        return _ordered(found)

    def notify(
        self, ctx: Context, campaign: Campaign, hook: str, *, only: str | None = None, **arguments: object
    ) -> None:
        """Call an *effect* hook that returns nothing, on the enabled plugins or on a single one."""
        self.collect_by_plugin(ctx, campaign, hook, object, only=only, **arguments)

    def implements(self, name: str, hook: str) -> bool:
        """Tell whether the plugin ``name`` implements ``hook``."""
        return any(True for _ in self._implementations(hook, [name]))

    def _guarded(
        self, ctx: Context, name: str, hook: str, implementation: HookImpl, values: dict[str, object]
    ) -> Sequence[object]:
        hook_class = _hook_class(hook)
        if hook_class is HookClass.EFFECT:
            return _call(implementation, values)
        try:
            with ctx.session.begin_nested():
                items = _call(implementation, values)
        except Exception as error:  # a plugin may raise anything; its class of hook says what that means
            log.exception("plugin_hook_failed", plugin=name, hook=hook)
            self.failures[name, hook] = Failure(name, hook, f"{type(error).__name__}: {error}")
            if hook_class is HookClass.GATE:
                reason = T("“%(plugin)s” could not be asked; see the health page.", plugin=self.plugins[name].title)
                return [Blocker("unanswered", reason)]
            return []
        self.failures.pop((name, hook), None)
        return items

    def _implementations(self, hook: str, names: Iterable[str]) -> Iterator[tuple[str, HookImpl]]:
        caller = getattr(self._manager.hook, hook)
        by_plugin = {implementation.plugin_name: implementation for implementation in caller.get_hookimpls()}
        for name in names:
            if name in by_plugin:
                yield name, by_plugin[name]

    def _checked(self, name: str, hook: str, kind: Any, items: Sequence[object]) -> list[Any]:
        for item in items:
            if not isinstance(item, kind):
                msg = f"plugin {name!r}: {hook} returned {item!r}, which is no {kind}"
                raise ContractError(msg)
        return list(items)


def _call(implementation: HookImpl, values: dict[str, object]) -> Sequence[object]:
    arguments = {argument: values[argument] for argument in implementation.argnames}
    return cast("Sequence[object]", implementation.function(**arguments) or ())


def _ordered(pairs: Sequence[tuple[str, Item]]) -> list[Item]:
    """Return items sorted by (order, plugin, key)."""
    ordered = sorted(pairs, key=lambda pair: (getattr(pair[1], "order", 0), pair[0], getattr(pair[1], "key", "")))
    return [item for _, item in ordered]


def _absent(name: str) -> Blocker:
    return Blocker("absent", T("“%(name)s” is enabled but not installed.", name=name))


def _hook_class(hook: str) -> HookClass:
    return cast("HookClass", getattr(hookspecs, hook).hook_class)


def _refuse_ordering(implementation: HookImpl, hook: str) -> None:
    if implementation.tryfirst or implementation.trylast or implementation.hookwrapper or implementation.wrapper:
        msg = f"plugin {implementation.plugin_name!r}: {hook} may not be a wrapper, tryfirst or trylast"
        raise ContractError(msg)


def _refuse_duplicates(name: str, hook: str, items: Sequence[object]) -> None:
    keys = Counter((getattr(item, "key", None), getattr(item, "campaign_id", None)) for item in items)
    repeated = sorted({str(key) for (key, _), number in keys.items() if key is not None and number > 1})
    if repeated:
        msg = f"plugin {name!r}: {hook} returned the key(s) {repeated} twice"
        raise ContractError(msg)


def installed_modules() -> list[ModuleType]:
    """Import the plugins that are installed as entry points, sorted by name and then by what each needs.

    A plugin stands after those that provide the capabilities it requires. Raises ContractError for one that cannot be
    imported or that calls itself otherwise, and for plugins that require one another.
    """
    entries = sorted(entry_points(group=ENTRY_POINTS), key=lambda found: found.name)
    return _after_needs([load(entry.value, entry.name) for entry in entries])


def load(module_name: str, plugin_name: str = "") -> ModuleType:
    """Import a plugin's module. Raises ContractError if that fails, or if it is no plugin of the given name."""
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # importing a plugin may raise anything
        msg = f"{module_name} cannot be imported: {type(error).__name__}: {error}"
        raise ContractError(msg) from error
    info = _info(module)
    if plugin_name and info.name != plugin_name:
        msg = f"entry point {plugin_name!r} loads a plugin that calls itself {info.name!r}"
        raise ContractError(msg)
    return module


def _after_needs(modules: list[ModuleType]) -> list[ModuleType]:
    ordered: list[ModuleType] = []
    provided: set[str] = set()
    offered = {capability for module in modules for capability in _info(module).provides}
    waiting = list(modules)
    while waiting:
        ready = [module for module in waiting if (_info(module).requires & offered) <= provided]
        if not ready:
            names = ", ".join(_info(module).name for module in waiting)
            msg = f"these plugins require one another in a circle: {names}"
            raise ContractError(msg)
        chosen = ready[0]
        ordered.append(chosen)
        provided |= _info(chosen).provides
        waiting.remove(chosen)
    return ordered


def _info(module: ModuleType) -> PluginInfo:
    info = getattr(module, "info", None)
    if not isinstance(info, PluginInfo):
        msg = f"plugin module {module.__name__} has no module-level `info = PluginInfo(…)`"
        raise ContractError(msg)
    return info
