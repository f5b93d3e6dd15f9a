"""The prizes plugin: everything it hooks into, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cuocthi.contributions import (
    Act,
    JobKind,
    LogWords,
    Migrations,
    Permission,
    RehearsalStep,
    Role,
)
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes import contributed, reporting
from cuocthi_prizes.acts import contributed as acts
from cuocthi_prizes.acts.models import MODELS as ACT_MODELS
from cuocthi_prizes.candidates import contributed as candidates
from cuocthi_prizes.candidates import personal_data as candidate_data
from cuocthi_prizes.candidates.models import MODELS as CANDIDATE_MODELS
from cuocthi_prizes.domain import campaign_file, clauses, impacts, inspection, personal_data, rehearsal
from cuocthi_prizes.log_words import LOG_WORDS
from cuocthi_prizes.models import MODELS
from cuocthi_prizes.outputs import forgetting
from cuocthi_prizes.outputs.contributed import PERMISSIONS as OUTPUT_PERMISSIONS
from cuocthi_prizes.outputs.contributed import navigation as output_navigation
from cuocthi_prizes.outputs.models import MODELS as OUTPUT_MODELS
from cuocthi_prizes.queries import load_scheme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import click
    from flask import Blueprint

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import (
        AwardList,
        Blocker,
        CampaignPart,
        Duty,
        Erasure,
        Impact,
        InspectionFile,
        NavItem,
        Panel,
        Person,
        PersonalData,
        ReadinessItem,
        ReportSection,
        RuleClause,
    )
    from cuocthi.database import Base
    from cuocthi.security.personal_data import Vault
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

_HERE = Path(__file__).parent

info = PluginInfo(
    name="prizes",
    title=T("Prizes"),
    version="0.1.0",
    provides=frozenset({"awards"}),
    requires=frozenset({"results"}),
    catalogue=str(_HERE / "translations"),
)


@hookimpl
def register_models() -> Sequence[type[Base]]:
    return (*MODELS, *OUTPUT_MODELS, *ACT_MODELS, *CANDIDATE_MODELS)


@hookimpl
def register_migrations() -> Sequence[Migrations]:
    return [Migrations(_HERE / "migrations" / "versions")]


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    from cuocthi_prizes.acts import views as act_views  # noqa: F401, PLC0415 - they add pages of their own
    from cuocthi_prizes.candidates import act_views as candidate_act_views  # noqa: F401, PLC0415 - as above
    from cuocthi_prizes.candidates import own  # noqa: F401, PLC0415 - as above
    from cuocthi_prizes.outputs import design, public, single, views  # noqa: F401, PLC0415 - as above
    from cuocthi_prizes.views import blueprint  # noqa: PLC0415 - loaded only where there are pages

    return [blueprint]


@hookimpl
def register_log_words() -> Sequence[LogWords]:
    return [LOG_WORDS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    deciding = frozenset({Role.ORGANISING, Role.JURY})
    seeing = deciding | {Role.SUPPORT, Role.OVERSIGHT, Role.STANDING}
    return [
        Permission("prizes:scheme:edit", T("Change the scheme of prizes"), frozenset({Role.ORGANISING})),
        Permission("prizes:awards:view", T("See award lists before they are published"), seeing, lasts=True),
        Permission("prizes:units:view", T("See what units came to"), seeing | {Role.COORDINATING}, lasts=True),
        Permission("prizes:awards:adopt", T("Draw up award lists and confirm their adoption"), deciding, lasts=True),
        *acts.PERMISSIONS,
        *OUTPUT_PERMISSIONS,
        *candidates.PERMISSIONS,
    ]


@hookimpl
def register_commands() -> Sequence[click.Command]:
    from cuocthi_prizes.cli import COMMANDS  # noqa: PLC0415 - loaded only for the command line

    return COMMANDS


@hookimpl
def register_jobs() -> Sequence[JobKind]:
    from cuocthi_prizes.candidates.indexing import KIND  # noqa: PLC0415 - as above
    from cuocthi_prizes.outputs.jobs import KINDS  # noqa: PLC0415 - as above

    return (*KINDS, KIND)


def _rehearse(ctx: Context, campaign_id: int, staff_ids: tuple[int, int]) -> Sequence[tuple[str, str]]:
    return rehearsal.rehearse(ctx, campaign_id, staff_ids, folder=_files(), vault=_vault())


@hookimpl
def register_rehearsals() -> Sequence[RehearsalStep]:
    return [RehearsalStep("awards", T("Award the prizes"), _rehearse, order=20)]


@hookimpl
def nav_items(ctx: Context, campaign: Campaign) -> Sequence[NavItem]:
    return [*contributed.navigation(ctx, campaign), *acts.navigation(ctx, campaign), *output_navigation(campaign)]


@hookimpl
def panels(ctx: Context, campaign: Campaign, slot: str) -> Sequence[Panel]:
    asked = candidates.panels(ctx, campaign) if slot == "person" else []
    return [*asked, *contributed.panels(ctx, campaign, slot)]


@hookimpl
def readiness_items(ctx: Context, campaign: Campaign) -> Sequence[ReadinessItem]:
    return contributed.readiness(ctx, campaign)


@hookimpl
def duties(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[Duty]:
    found = [*contributed.duties(ctx, campaigns), *acts.duties(ctx, campaigns)]
    return [*found, *candidates.duties(ctx, campaigns)]


@hookimpl
def act_blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> Sequence[Blocker]:
    return contributed.blockers(ctx, campaign, act, round_)


@hookimpl
def results_impact(
    ctx: Context, campaign: Campaign, round_: Phase, before: Ranking, after: Ranking
) -> Sequence[Impact]:
    return impacts.of_other_results(ctx, campaign=campaign, round_=round_, before=before, after=after)


@hookimpl
def rule_clauses(ctx: Context, campaign: Campaign) -> Sequence[RuleClause]:
    campaign_rounds = rounds(ctx, campaign_id=campaign.id)
    scheme = load_scheme(ctx, campaign=campaign).value
    return clauses.rule_clauses(scheme, campaign.language, campaign_rounds, campaign.divisions)


@hookimpl
def award_lists(ctx: Context, campaign: Campaign) -> Sequence[AwardList]:
    return contributed.award_lists(ctx, campaign)


@hookimpl
def inspection_files(ctx: Context, ranking: Ranking) -> Sequence[InspectionFile]:
    return inspection.files(ctx, ranking=ranking)


@hookimpl
def report_sections(
    ctx: Context, campaign: Campaign, round_: Phase | None, write: Callable[[Text], str]
) -> Sequence[ReportSection]:
    return reporting.report_sections(ctx, campaign, round_, write)


@hookimpl
def export_campaign(ctx: Context, campaign: Campaign) -> Sequence[CampaignPart]:
    return [campaign_file.export_part(ctx, campaign=campaign, folder=_files)]


@hookimpl
def import_campaign(ctx: Context, campaign: Campaign, part: CampaignPart) -> None:
    campaign_file.import_part(ctx, campaign=campaign, part=part, folder=_files)


@hookimpl
def export_personal_data(ctx: Context, campaign: Campaign, person: Person) -> Sequence[PersonalData]:
    found = personal_data.export(ctx, campaign=campaign, person=person)
    return [*found, *candidate_data.export(ctx, campaign=campaign, person=person, vault=_vault)]


def _vault() -> Vault:
    from cuocthi.web.context import registry  # noqa: PLC0415 - as above

    return registry().vault


def _files() -> Path:
    from cuocthi.web.context import registry  # noqa: PLC0415 - as above

    return registry().config.files


@hookimpl
def erase_personal_data(ctx: Context, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    personal_data.erase(ctx, campaign=campaign, people=people, erasure=erasure)
    candidate_data.erase(ctx, campaign=campaign, people=people, erasure=erasure)
    forgetting.forget_files(ctx, campaign=campaign, folder=_files)
