"""Plugins made for a test: a name and the few hooks that matter to it."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING, Any

from cuocthi.contributions import ContestFormat
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from cuocthi.contributions import CountedRound, Expected, Measure, ReliefKind


def make_plugin(name: str, *hooks: Callable[..., Any], **about: Any) -> ModuleType:
    """Make a plugin whose hooks are functions of their names; ``about`` is what its ``PluginInfo`` says beside."""
    module = ModuleType(name)
    module.info = PluginInfo(name, T(name.capitalize()), about.pop("version", "1"), **about)  # type: ignore[attr-defined]
    for hook in hooks:
        setattr(module, hook.__name__, hookimpl(hook))
    return module


def make_format(
    name: str,
    *hooks: Callable[..., Any],
    measures: Sequence[Measure] = (),
    relief: frozenset[ReliefKind] = frozenset(),
    expect: Callable[..., Expected | None] | None = None,
    counts: Callable[..., Sequence[CountedRound]] | None = None,
    shows: Callable[..., bool] | None = None,
    **about: Any,
) -> ModuleType:
    """Make a plugin that is a contest format with nothing of its own: the test posts its results.

    ``measures``, ``relief``, ``expect``, ``counts`` and ``shows`` are those of its ``ContestFormat``; with ``counts``
    it has no entries of its own.
    """

    def register_formats() -> list[ContestFormat]:
        title = T(name.capitalize())
        return [ContestFormat(name, title, measures, relief, expect, counts is None, counts, shows)]

    return make_plugin(name, register_formats, *hooks, provides=frozenset({"results"}), **about)
