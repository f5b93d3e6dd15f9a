"""Loading plugins and calling their hooks: what is refused at start, and what a failing hook means by its class."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.contributions import Act, Blocker, ContestFormat, NavItem, RuleClause
from cuocthi.errors import ContractError
from cuocthi.plugins import manager
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.plugins.manager import Failure, Hooks, installed_modules
from cuocthi.testing.factories import Factories
from cuocthi.text import T


def plugin(name: str, *hooks: Callable[..., Any], **about: Any) -> ModuleType:
    module = ModuleType(f"cuocthi_{name}")
    module.info = PluginInfo(name, T(name), "1", **about)  # type: ignore[attr-defined]
    for hook in hooks:
        setattr(module, hook.__name__, hook if hasattr(hook, "cuocthi_impl") else hookimpl(hook))
    return module


def item(key: str, order: int = 50) -> NavItem:
    return NavItem(key, T(key), "/", "core:campaign:view", order)


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign(plugins=("alpha", "beta"))


# --- what is refused at start -----------------------------------------------------------------------------------------


def nothing() -> list[Any]:
    return []


def nav_items() -> list[NavItem]:
    return []


@pytest.mark.parametrize(
    ("modules", "words"),
    [
        ([ModuleType("stray")], "stray has no module-level `info = PluginInfo"),
        ([plugin("Alpha")], r"'Alpha' must match \[a-z\]\+"),
        ([plugin("staff")], "'staff' must match .* and not be one of"),
        ([plugin("alpha", platform=2)], "'alpha' was written for contract 2, this is 1"),
        ([plugin("alpha"), plugin("alpha")], "two plugins are named 'alpha'"),
        ([plugin("alpha", nothing)], "plugin 'alpha': unknown hook 'nothing'"),
    ],
)
def test_loading_stops_with_words_for_the_author(modules: list[ModuleType], words: str) -> None:
    with pytest.raises(ContractError, match=words):
        Hooks(modules)


@pytest.mark.parametrize("option", ["tryfirst", "trylast", "wrapper", "hookwrapper"])
def test_nobody_pushes_in_front_of_the_others(option: str) -> None:
    def rule_clauses() -> Any:
        yield

    marked = hookimpl(rule_clauses)
    marked.cuocthi_impl[option] = True  # type: ignore[attr-defined]  # as the marker keeps its options
    with pytest.raises(ContractError, match="rule_clauses may not be a wrapper, tryfirst or trylast"):
        Hooks([plugin("alpha", marked)])


def test_an_argument_that_the_hook_does_not_have_is_named() -> None:
    def nav_items(reader: object) -> list[NavItem]:
        return []

    with pytest.raises(ContractError, match=r"Argument\(s\) \{'reader'\}"):
        Hooks([plugin("alpha", nav_items)])


def test_a_boot_hook_hands_out_only_what_it_is_for() -> None:
    def register_formats() -> list[str]:
        return ["essay"]

    with pytest.raises(ContractError, match="'alpha': register_formats returned 'essay'"):
        Hooks([plugin("alpha", register_formats)]).boot("register_formats", ContestFormat)


# --- in a campaign ----------------------------------------------------------------------------------------------------


def test_items_are_sorted_by_order_then_plugin_then_key(ctx: Context, campaign: Campaign) -> None:
    def of_beta() -> list[NavItem]:
        return [item("z"), item("a"), item("last", 90)]

    def of_alpha() -> list[NavItem]:
        return [item("m"), item("first", 10)]

    of_alpha.__name__ = of_beta.__name__ = "nav_items"
    hooks = Hooks([plugin("beta", of_beta), plugin("alpha", of_alpha)])
    found = hooks.collect(ctx, campaign, "nav_items", NavItem)
    assert [one.key for one in found] == ["first", "m", "a", "z", "last"]


def test_only_enabled_plugins_are_asked(ctx: Context, make: Factories) -> None:
    def nav_items() -> list[NavItem]:
        return [item("here")]

    hooks = Hooks([plugin("alpha", nav_items), plugin("beta", nav_items)])
    campaign = make.campaign(plugins=("beta", "gone"))
    assert hooks.enabled(campaign) == ["beta"]
    assert [name for name, _ in hooks.collect_by_plugin(ctx, campaign, "nav_items", NavItem)] == ["beta"]


def test_a_single_plugin_can_be_asked(ctx: Context, campaign: Campaign) -> None:
    hooks = Hooks([plugin("alpha", nav_items), plugin("beta", rule_clause)])
    only = hooks.collect_by_plugin(ctx, campaign, "rule_clauses", RuleClause, only="alpha", write=str)
    assert only == []
    assert hooks.implements("beta", "rule_clauses")
    assert not hooks.implements("alpha", "rule_clauses")


def rule_clause(write: Callable[[object], str]) -> Sequence[RuleClause]:
    return [RuleClause("one", write("heading"), write("body"))]


rule_clause.__name__ = "rule_clauses"


def test_a_key_twice_is_a_mistake_of_the_plugin(ctx: Context, campaign: Campaign) -> None:
    def nav_items() -> list[NavItem]:
        return [item("same"), item("same")]

    with pytest.raises(ContractError, match=r"'alpha': nav_items returned the key\(s\) \['same'\] twice"):
        Hooks([plugin("alpha", nav_items)]).collect(ctx, campaign, "nav_items", NavItem)


def test_two_plugins_may_use_the_same_key(ctx: Context, campaign: Campaign) -> None:
    def nav_items() -> list[NavItem]:
        return [item("same")]

    hooks = Hooks([plugin("alpha", nav_items), plugin("beta", nav_items)])
    assert len(hooks.collect(ctx, campaign, "nav_items", NavItem)) == 2


# --- what a failing hook means ----------------------------------------------------------------------------------------


def test_a_failing_decoration_is_skipped_and_named_until_it_works_again(ctx: Context, campaign: Campaign) -> None:
    broken = [True]

    def nav_items(ctx: Context) -> list[NavItem]:
        if broken:
            ctx.session.execute(sa.text("SELECT * FROM nowhere"))
        return [item("mended")]

    def of_beta() -> list[NavItem]:
        return [item("sound")]

    of_beta.__name__ = "nav_items"
    hooks = Hooks([plugin("alpha", nav_items), plugin("beta", of_beta)])
    assert [one.key for one in hooks.collect(ctx, campaign, "nav_items", NavItem)] == ["sound"]
    failure = hooks.failures["alpha", "nav_items"]
    assert (failure.plugin, failure.hook) == ("alpha", "nav_items")
    assert "nowhere" in failure.message
    assert ctx.session.get(Campaign, campaign.id) is campaign, "the transaction goes on"

    broken.clear()
    assert [one.key for one in hooks.collect(ctx, campaign, "nav_items", NavItem)] == ["mended", "sound"]
    assert hooks.failures == {}


def test_a_failing_gate_refuses(ctx: Context, campaign: Campaign) -> None:
    def act_blockers() -> list[Blocker]:
        raise RuntimeError("the key is lost")

    hooks = Hooks([plugin("alpha", act_blockers), plugin("beta")])
    (blocker,) = hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.PUBLISH, round_=None)
    assert str(blocker.reason) == "“alpha” could not be asked; see the health page."
    failed = Failure("alpha", "act_blockers", "RuntimeError: the key is lost")
    assert hooks.failures == {("alpha", "act_blockers"): failed}


def test_a_gate_that_is_not_installed_refuses(ctx: Context, make: Factories) -> None:
    campaign = make.campaign(plugins=("alpha", "gone"))
    blockers = Hooks([plugin("alpha")]).collect(ctx, campaign, "act_blockers", Blocker, act=Act.ARCHIVE, round_=None)
    assert [str(blocker.reason) for blocker in blockers] == ["“gone” is enabled but not installed."]


def test_a_failing_effect_aborts(ctx: Context, campaign: Campaign) -> None:
    def rule_clauses() -> list[RuleClause]:
        raise LookupError("no settings")

    hooks = Hooks([plugin("alpha", rule_clauses)])
    with pytest.raises(LookupError, match="no settings"):
        hooks.collect(ctx, campaign, "rule_clauses", RuleClause, write=str)
    assert hooks.failures == {}


# --- installed plugins ------------------------------------------------------------------------------------------------


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Install plugins: the keyword is the name of the entry point."""

    def these(**modules: ModuleType) -> None:
        entries = []
        for name, module in modules.items():
            monkeypatch.setitem(sys.modules, module.__name__, module)
            entries.append(EntryPoint(name, module.__name__, manager.ENTRY_POINTS))
        monkeypatch.setattr(manager, "entry_points", lambda group: entries if group == manager.ENTRY_POINTS else [])

    return these


def names(modules: list[ModuleType]) -> list[str]:
    return [module.info.name for module in modules]


def test_installed_plugins_are_sorted_by_name_and_then_by_what_each_needs(install: Callable[..., None]) -> None:
    install(
        zeta=plugin("zeta", provides=frozenset({"results"})),
        gamma=plugin("gamma"),
        beta=plugin("beta", requires=frozenset({"awards"})),
        alpha=plugin("alpha", requires=frozenset({"results"}), provides=frozenset({"awards"})),
    )
    assert names(installed_modules()) == ["gamma", "zeta", "alpha", "beta"]


def test_a_need_that_no_plugin_meets_does_not_stop_the_start(install: Callable[..., None]) -> None:
    install(beta=plugin("beta", requires=frozenset({"weather"})), alpha=plugin("alpha"))
    assert names(installed_modules()) == ["alpha", "beta"]


def test_plugins_that_need_one_another_are_refused(install: Callable[..., None]) -> None:
    install(
        alpha=plugin("alpha", requires=frozenset({"b"}), provides=frozenset({"a"})),
        beta=plugin("beta", requires=frozenset({"a"}), provides=frozenset({"b"})),
    )
    with pytest.raises(ContractError, match="require one another in a circle: alpha, beta"):
        installed_modules()


def test_a_plugin_is_installed_under_its_own_name(install: Callable[..., None]) -> None:
    install(alpha=plugin("beta"))
    with pytest.raises(ContractError, match="entry point 'alpha' loads a plugin that calls itself 'beta'"):
        installed_modules()


def test_a_plugin_that_cannot_be_imported_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = EntryPoint("alpha", "cuocthi_nowhere.plugin", manager.ENTRY_POINTS)
    monkeypatch.setattr(manager, "entry_points", lambda **_group: [entry])
    with pytest.raises(ContractError, match=r"cuocthi_nowhere\.plugin cannot be imported: ModuleNotFoundError"):
        installed_modules()
