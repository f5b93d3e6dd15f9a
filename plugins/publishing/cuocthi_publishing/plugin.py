"""The publishing plugin: everything it hooks into, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cuocthi.contributions import JobKind, LogWords, Migrations, Permission, RehearsalStep, Role, SettingsSpec
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi_publishing import contributed
from cuocthi_publishing.domain import campaign_file, clauses, personal_data
from cuocthi_publishing.log_words import LOG_WORDS
from cuocthi_publishing.models import MODELS
from cuocthi_publishing.queries import BUNDLE_JOB, DELIVERY_JOB, STANDING_JOB, load_publish_settings
from cuocthi_publishing.reports.contributed import PERMISSIONS as PAPER_PERMISSIONS
from cuocthi_publishing.reports.contributed import navigation as paper_navigation
from cuocthi_publishing.reports.domain import forget_papers
from cuocthi_publishing.reports.models import MODELS as PAPER_MODELS
from cuocthi_publishing.settings import PublishSettings
from cuocthi_publishing.targets.folder import folder_target
from cuocthi_publishing.targets.models import MODELS as TARGET_MODELS
from cuocthi_publishing.wording import CATALOGUE

if TYPE_CHECKING:
    from collections.abc import Sequence

    import click
    from flask import Blueprint
    from flask_wtf import FlaskForm

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import (
        CampaignPart,
        Duty,
        Erasure,
        NavItem,
        Panel,
        Person,
        PersonalData,
        PublicationTarget,
        PublicPage,
        RuleClause,
    )
    from cuocthi.database import Base

_HERE = Path(__file__).parent

info = PluginInfo(name="publishing", title=T("Publishing"), version="0.1.0", catalogue=str(CATALOGUE))


@hookimpl
def register_models() -> Sequence[type[Base]]:
    return (*MODELS, *PAPER_MODELS, *TARGET_MODELS)


@hookimpl
def register_migrations() -> Sequence[Migrations]:
    return [Migrations(_HERE / "migrations" / "versions")]


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    from cuocthi_publishing.reports import design, views  # noqa: F401, PLC0415 - they add pages of their own
    from cuocthi_publishing.targets import views as target_views  # noqa: F401, PLC0415 - as above
    from cuocthi_publishing.views import blueprint  # noqa: PLC0415 - loaded only where there are pages

    return [blueprint]


@hookimpl
def register_log_words() -> Sequence[LogWords]:
    return [LOG_WORDS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    preparing = frozenset({Role.ORGANISING, Role.SUPPORT, Role.EDITORIAL})
    seeing = preparing | {Role.JURY, Role.OVERSIGHT, Role.STANDING}
    confirming = frozenset({Role.ORGANISING})
    return [
        Permission("publishing:release:view", T("See releases before they are published"), seeing, lasts=True),
        # What was published may have to be corrected after the campaign.
        Permission("publishing:release:edit", T("Make releases"), preparing, lasts=True),
        Permission("publishing:release:confirm", T("Confirm and publish releases"), confirming, lasts=True),
        *PAPER_PERMISSIONS,
    ]


@hookimpl
def register_settings() -> Sequence[SettingsSpec]:
    def form() -> type[FlaskForm]:
        from cuocthi_publishing.forms import PublishSettingsForm  # noqa: PLC0415 - as above

        return PublishSettingsForm

    return [SettingsSpec(PublishSettings, form, T("Publishing"), order=70)]


@hookimpl
def register_commands() -> Sequence[click.Command]:
    from cuocthi_publishing.cli import COMMANDS  # noqa: PLC0415 - loaded only where there is a command line

    return COMMANDS


@hookimpl
def register_jobs() -> Sequence[JobKind]:
    from cuocthi_publishing.jobs import (  # noqa: PLC0415 - they need the application's parts
        STANDING_RHYTHM,
        build_bundle,
        release_statistics,
    )
    from cuocthi_publishing.reports.jobs import KINDS as PAPER_JOBS  # noqa: PLC0415 - as above
    from cuocthi_publishing.targets.jobs import RHYTHM, deliver_due  # noqa: PLC0415 - as above

    return [
        JobKind(BUNDLE_JOB, T("Build the bundle of a release"), build_bundle, results={"release": T("Release")}),
        JobKind(STANDING_JOB, T("Release statistics at agreed times"), release_statistics, every=STANDING_RHYTHM),
        JobKind(DELIVERY_JOB, T("Deliver releases to where they belong"), deliver_due, every=RHYTHM),
        *PAPER_JOBS,
    ]


@hookimpl
def register_rehearsals() -> Sequence[RehearsalStep]:
    from cuocthi_publishing.rehearsal import rehearse  # noqa: PLC0415 - as above

    return [RehearsalStep("release", T("Publish the results"), rehearse, order=90)]


@hookimpl
def nav_items(ctx: Context, campaign: Campaign) -> Sequence[NavItem]:
    return [*contributed.navigation(ctx, campaign), *paper_navigation(campaign)]


@hookimpl
def panels(ctx: Context, campaign: Campaign, slot: str) -> Sequence[Panel]:
    return contributed.panels(ctx, campaign, slot)


@hookimpl
def duties(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[Duty]:
    return contributed.duties(ctx, campaigns)


@hookimpl
def publication_targets() -> Sequence[PublicationTarget]:
    return folder_target()


@hookimpl
def public_pages(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[PublicPage]:
    return contributed.public_pages(ctx, campaigns)


@hookimpl
def rule_clauses(ctx: Context, campaign: Campaign) -> Sequence[RuleClause]:
    return clauses.rule_clauses(load_publish_settings(ctx, campaign=campaign).value, campaign.language)


@hookimpl
def export_campaign(ctx: Context, campaign: Campaign) -> Sequence[CampaignPart]:
    return [campaign_file.export_part(ctx, campaign=campaign, folder=_files)]


@hookimpl
def import_campaign(ctx: Context, campaign: Campaign, part: CampaignPart) -> None:
    campaign_file.import_part(ctx, campaign=campaign, part=part, folder=_files)


@hookimpl
def export_personal_data(ctx: Context, campaign: Campaign, person: Person) -> Sequence[PersonalData]:
    return personal_data.export(ctx, campaign=campaign, person=person)


@hookimpl
def erase_personal_data(ctx: Context, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    personal_data.erase(ctx, campaign=campaign, people=people, erasure=erasure)
    forget_papers(ctx, campaign=campaign, people=people)


def _files() -> Path:
    from cuocthi.web.context import registry  # noqa: PLC0415 - asked for only where a template was replaced

    return registry().config.files
