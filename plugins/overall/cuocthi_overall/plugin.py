"""The overall plugin: everything it hooks into, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cuocthi.contributions import ContestFormat, Direction, Measure, Migrations, SettingsSpec
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi_overall import campaign_file, contributed, domain
from cuocthi_overall.models import MODELS
from cuocthi_overall.settings import OWNER, OverallSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask_wtf import FlaskForm

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Act, Blocker, CampaignPart, ReadinessItem, RuleClause
    from cuocthi.database import Base
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

_HERE = Path(__file__).parent

info = PluginInfo(
    "overall",
    T("Overall ranking"),
    "0.1.0",
    provides=frozenset({"results"}),
    catalogue=str(_HERE / "translations"),
)


@hookimpl
def register_models() -> Sequence[type[Base]]:
    return MODELS


@hookimpl
def register_migrations() -> Sequence[Migrations]:
    return [Migrations(_HERE / "migrations" / "versions")]


@hookimpl
def register_formats() -> Sequence[ContestFormat]:
    measures = (
        Measure(domain.ROUNDS, T("Rounds taken part in"), "count", Direction.HIGHEST),
        Measure(domain.PASSED, T("Passed"), "flag", Direction.HIGHEST),
        Measure(domain.ADDED, T("Measure that was added up"), "points", Direction.LOWEST),
    )
    return [ContestFormat(OWNER, T("Overall ranking"), measures, entered=False, counts=contributed.counts)]


@hookimpl
def register_settings() -> Sequence[SettingsSpec]:
    def form() -> type[FlaskForm]:
        from cuocthi_overall.forms import OverallForm  # noqa: PLC0415 - loaded only where there are pages

        return OverallForm

    return [SettingsSpec(OverallSettings, form, T("Overall rankings"), order=60)]


@hookimpl
def readiness_items(ctx: Context, campaign: Campaign) -> Sequence[ReadinessItem]:
    return contributed.readiness(ctx, campaign=campaign)


@hookimpl
def act_blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> Sequence[Blocker]:
    return contributed.blockers(ctx, campaign=campaign, act=act, round_=round_)


@hookimpl
def refresh_results(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    if round_.source == OWNER:
        domain.refresh(ctx, campaign=campaign, round_=round_)


@hookimpl
def rule_clauses(ctx: Context, campaign: Campaign, write: Callable[[Text], str]) -> Sequence[RuleClause]:
    return contributed.clauses(ctx, campaign=campaign, write=write)


@hookimpl
def export_campaign(ctx: Context, campaign: Campaign) -> Sequence[CampaignPart]:
    return [campaign_file.export_part(ctx, campaign=campaign)]


@hookimpl
def import_campaign(ctx: Context, campaign: Campaign, part: CampaignPart) -> None:
    campaign_file.import_part(ctx, campaign=campaign, part=part)
