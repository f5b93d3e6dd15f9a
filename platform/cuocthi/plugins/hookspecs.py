"""Every hook of the platform. This file is the contract; docs/plugins/hooks.md explains each with an example.

A hook declares its class:

* *boot* - called once at start, without a database;
* *decorate* - adds something to look at; a failing implementation is logged, named on the health page, and skipped;
* *gate* - may refuse an act of a person; a failing implementation refuses;
* *effect* - takes part in a change; a failing implementation aborts the whole change.

Implementations take the arguments they need and return a list (or None for nothing). Contextual hooks reach only the
plugins enabled in the campaign. Wrappers, ``tryfirst`` and ``trylast`` are refused at load.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

import pluggy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from pathlib import Path

    import click
    from flask import Blueprint
    from sqlalchemy import Select

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import (
        Act,
        AwardList,
        Blocker,
        CampaignPart,
        Channel,
        ContestFormat,
        Duty,
        Edge,
        EntryAction,
        Erasure,
        Evidence,
        Fact,
        Impact,
        InspectionFile,
        JobKind,
        LogWords,
        Migrations,
        NavItem,
        Panel,
        Permission,
        Person,
        PersonalData,
        PublicationSection,
        PublicationTarget,
        PublicPage,
        ReadinessItem,
        RehearsalStep,
        RehearsedEntry,
        Relief,
        ReportSection,
        RuleClause,
        SettingsSpec,
    )
    from cuocthi.database import Base
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

PROJECT = "cuocthi"
hookimpl = pluggy.HookimplMarker(PROJECT)
_hookspec = pluggy.HookspecMarker(PROJECT)

F = TypeVar("F", bound="Callable[..., Any]")


class HookClass(StrEnum):
    """What a failing implementation means."""

    BOOT = "boot"
    DECORATE = "decorate"
    GATE = "gate"
    EFFECT = "effect"


def spec(hook_class: HookClass) -> Callable[[F], F]:
    """Declare a hook and its class."""

    def mark(function: F) -> F:
        function.hook_class = hook_class  # type: ignore[attr-defined]
        return _hookspec(function)

    return mark


# --- boot -----------------------------------------------------------------------------------------------------------


@spec(HookClass.BOOT)
def register_models() -> Sequence[type[Base]]:
    """Return the plugin's mapped classes; their tables must be named ``<name>_*``."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_migrations() -> Sequence[Migrations]:
    """Return the folder of the plugin's Alembic revisions (one, with a version table of its own)."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_blueprints() -> Sequence[Blueprint]:
    """Return the plugin's blueprints: ``CampaignBlueprint`` for pages of a campaign, named like the plugin."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_permissions() -> Sequence[Permission]:
    """Return the permissions the plugin's views ask for, named ``<name>:object:action``."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_settings() -> Sequence[SettingsSpec]:
    """Return the plugin's settings per campaign (one)."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_commands() -> Sequence[click.Command]:
    """Return command-line commands; they appear as ``cuocthi <name> …``."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_jobs() -> Sequence[JobKind]:
    """Return kinds of background work, named ``<name>.<what>``."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_formats() -> Sequence[ContestFormat]:
    """Return the contest formats the plugin offers (source = the plugin's name)."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_rehearsals() -> Sequence[RehearsedEntry | RehearsalStep]:
    """Return how synthetic participants use the plugin's format, and its steps after the ranking is adopted."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_log_words() -> Sequence[LogWords]:
    """Return what the audit log calls the objects and fields that the plugin puts on record (one)."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_channels() -> Sequence[Channel]:
    """Return ways to bring messages to people (mail, SMS), named ``<name>.<what>``."""
    raise NotImplementedError


@spec(HookClass.BOOT)
def register_rule_sets() -> Sequence[Path]:
    """Return folders of rule sets to begin a campaign from, each with ``campaign.toml`` and ``rule-set.toml``."""
    raise NotImplementedError


# --- decorate -------------------------------------------------------------------------------------------------------


@spec(HookClass.DECORATE)
def nav_items(ctx: Context, campaign: Campaign) -> Sequence[NavItem]:
    """Return links for the campaign's staff navigation."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def campaign_facts(ctx: Context, campaign: Campaign) -> Sequence[Fact]:
    """Return short figures for the head of the campaign's public page."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def panels(ctx: Context, campaign: Campaign, slot: str) -> Sequence[Panel]:
    """Return parts of a page.

    Slots: ``campaign`` (public page), ``overview`` (staff home), ``person`` (my page), ``objections`` (public page of a
    provisional ranking), ``ranking_rules`` (staff page of a round's ranking rules, beside the hours for objections).
    """
    raise NotImplementedError


@spec(HookClass.DECORATE)
def evidence(ctx: Context, campaign: Campaign, round_: Phase, enrolment_ids: Sequence[int]) -> Sequence[Evidence]:
    """Return what the plugin knows about these entries that the jury should see before adopting."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def readiness_items(ctx: Context, campaign: Campaign) -> Sequence[ReadinessItem]:
    """Return what is to be done before the campaign opens (shown; required ones are enforced by a gate as well)."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def duties(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[Duty]:
    """Return what somebody has to do next in these campaigns, in all of which the plugin is enabled."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def publication_targets(ctx: Context, campaign: Campaign) -> Sequence[PublicationTarget]:
    """Return places outside to which the campaign's published releases are delivered."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def public_pages(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[PublicPage]:
    """Return which pages of these campaigns search engines may show; the plugin is enabled in all of them."""
    raise NotImplementedError


@spec(HookClass.DECORATE)
def report_sections(
    ctx: Context, campaign: Campaign, round_: Phase | None, write: Callable[[Text], str]
) -> Sequence[ReportSection]:
    """Return what the plugin tells in the report, or of `round_` in its notice, in the words of `write`."""
    raise NotImplementedError


# --- gate -----------------------------------------------------------------------------------------------------------


@spec(HookClass.GATE)
def act_blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> Sequence[Blocker]:
    """Return every reason why an act of a person must wait; ``round_`` is the round, or the phase, that it is about."""
    raise NotImplementedError


# --- effect ---------------------------------------------------------------------------------------------------------


@spec(HookClass.EFFECT)
def entry_actions(
    ctx: Context, campaign: Campaign, rounds: Sequence[Phase], enrolment: Enrolment
) -> Sequence[EntryAction]:
    """Return what this person can do now in the plugin's rounds (those whose source is the plugin)."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def phase_changed(ctx: Context, campaign: Campaign, phase: Phase, edge: Edge) -> None:
    """React to a phase that opened or closed: once per (phase, edge, plugin), in the transaction of its ledger."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def windows_changed(ctx: Context, campaign: Campaign, phase: Phase) -> None:
    """React, in the same transaction, to a round whose windows were moved (changed, closed now, extended)."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def enrolments_moved(ctx: Context, campaign: Campaign, enrolments: Sequence[Enrolment]) -> None:
    """React, in the same transaction, to enrolments that are another account's by now (their ``user_id``)."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def relief_reaches(
    ctx: Context, campaign: Campaign, round_: Phase, relief: Relief, enrolments: Select[Any]
) -> Sequence[Select[Any]]:
    """Return a SELECT of those ``enrolments`` (their ``id`` alone) that have an entry which a relief would reach."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def grant_relief(ctx: Context, campaign: Campaign, round_: Phase, relief: Relief, enrolments: Select[Any]) -> None:
    """Carry out, for these ``enrolments``, what two persons have granted to entries of the plugin's round."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def refresh_results(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    """Grade what is ungraded in the plugin's round and post its results, before a ranking is built."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def results_impact(
    ctx: Context, campaign: Campaign, round_: Phase, before: Ranking, after: Ranking
) -> Sequence[Impact]:
    """Return what would follow for the plugin if ``after`` took the place of ``before``; nothing of it stays."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def rule_clauses(ctx: Context, campaign: Campaign, write: Callable[[Text], str]) -> Sequence[RuleClause]:
    """Return the clauses of the Thể lệ that follow from the plugin's settings, put into its language by ``write``."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def award_lists(ctx: Context, campaign: Campaign) -> Sequence[AwardList]:
    """Return adopted award lists, for publishing and certificates."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def inspection_files(ctx: Context, campaign: Campaign, round_: Phase, ranking: Ranking) -> Sequence[InspectionFile]:
    """Return files from which somebody else can compute again what the plugin made of a version of a ranking."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def publication_sections(ctx: Context, campaign: Campaign) -> Sequence[PublicationSection]:
    """Return sections of the campaign's publication; persons are masked by the publisher, not here."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def export_campaign(ctx: Context, campaign: Campaign) -> Sequence[CampaignPart]:
    """Return the plugin's part of the campaign file (one part)."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def import_campaign(ctx: Context, campaign: Campaign, part: CampaignPart) -> None:
    """Create the plugin's part of a campaign from its file; raise InvalidData with every problem; all or nothing."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def finishers(ctx: Context, campaign: Campaign) -> Sequence[Select[Any]]:
    """Return a SELECT of the enrolments (their ``id`` alone) that have handed in an entry in the plugin's rounds."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def entries(ctx: Context, campaign: Campaign) -> Sequence[Select[Any]]:
    """Return a SELECT of all entries that count in the plugin's rounds: whose, when begun, when handed in if it is."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def activity(ctx: Context, campaign: Campaign, since: datetime) -> Sequence[tuple[str, int]]:
    """Return numbers of persons in the plugin's rounds for the live page: ``starters``, ``finishers``, ``open``."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def export_personal_data(ctx: Context, campaign: Campaign, person: Person) -> Sequence[PersonalData]:
    """Return what the plugin stores about one person, for that person to read and to take away."""
    raise NotImplementedError


@spec(HookClass.EFFECT)
def erase_personal_data(ctx: Context, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Erase or make anonymous what the plugin stores about these people; calling it again changes nothing more."""
    raise NotImplementedError
