"""The inquiries plugin: everything it hooks into, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from cuocthi.contributions import JobKind, LogWords, Migrations, Permission, Role, SettingsSpec
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi_inquiries import contributed, contributed_complaints, jobs, reporting
from cuocthi_inquiries.domain import campaign_file, personal_data
from cuocthi_inquiries.domain.evidence import FORGETTING
from cuocthi_inquiries.log_words import LOG_WORDS
from cuocthi_inquiries.models import MODELS
from cuocthi_inquiries.queries import ANSWERING
from cuocthi_inquiries.settings import InquirySettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from flask import Blueprint
    from flask_wtf import FlaskForm

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import (
        Act,
        Blocker,
        CampaignPart,
        Duty,
        Erasure,
        NavItem,
        Panel,
        Person,
        PersonalData,
        PublicationSection,
        ReportSection,
        RuleClause,
    )
    from cuocthi.database import Base
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

_HERE = Path(__file__).parent

info = PluginInfo("inquiries", T("Questions and answers"), "0.1.0", catalogue=str(_HERE / "translations"))


@hookimpl
def register_models() -> Sequence[type[Base]]:
    return MODELS


@hookimpl
def register_migrations() -> Sequence[Migrations]:
    return [Migrations(_HERE / "migrations" / "versions")]


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    from cuocthi_inquiries.views import blueprint  # noqa: PLC0415 - loaded only where there are pages

    return [blueprint]


@hookimpl
def register_log_words() -> Sequence[LogWords]:
    return [LOG_WORDS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    readers = ANSWERING | {Role.OVERSIGHT}
    editors = frozenset({Role.ORGANISING, Role.SUPPORT, Role.EDITORIAL})
    keepers = frozenset({Role.ORGANISING, Role.SUPPORT, Role.STANDING})
    speakers = frozenset({Role.ORGANISING, Role.STANDING})
    deciders = frozenset({Role.ORGANISING, Role.JURY})
    # What is still open when a campaign is archived has to be answered and put right all the same.
    return [
        Permission("inquiries:question:view", T("Read the questions to the committee"), readers, lasts=True),
        Permission("inquiries:question:answer", T("Answer questions and pass them on"), ANSWERING, lasts=True),
        Permission("inquiries:faq:edit", T("Publish answers to frequent questions"), editors),
        Permission("inquiries:register:view", T("Read the register of false information"), readers, lasts=True),
        Permission("inquiries:register:edit", T("Keep the register of false information"), keepers, lasts=True),
        Permission("inquiries:complaint:view", T("Read complaints"), readers, lasts=True),
        Permission("inquiries:complaint:handle", T("Register and answer complaints"), ANSWERING, lasts=True),
        Permission("inquiries:complaint:approve", T("Approve answers to complaints"), deciders, lasts=True),
        Permission("inquiries:correction:publish", T("Publish official information"), speakers, lasts=True),
    ]


@hookimpl
def register_settings() -> Sequence[SettingsSpec]:
    def form() -> type[FlaskForm]:
        from cuocthi_inquiries.forms import InquirySettingsForm  # noqa: PLC0415 - as above

        return InquirySettingsForm

    return [SettingsSpec(InquirySettings, form, T("Questions and answers"), order=60)]


@hookimpl
def register_jobs() -> Sequence[JobKind]:
    return [JobKind(FORGETTING, T("Forget the files of complaints"), jobs.forget_files)]


@hookimpl
def nav_items(ctx: Context, campaign: Campaign) -> Sequence[NavItem]:
    return contributed.navigation(ctx, campaign)


@hookimpl
def panels(ctx: Context, campaign: Campaign, slot: str) -> Sequence[Panel]:
    return contributed.panels(ctx, campaign, slot)


@hookimpl
def duties(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[Duty]:
    return contributed.duties(ctx, campaigns)


@hookimpl
def act_blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> Sequence[Blocker]:
    return contributed_complaints.blockers(ctx, campaign, act, round_)


@hookimpl
def rule_clauses(ctx: Context, campaign: Campaign, write: Callable[[Text], str]) -> Sequence[RuleClause]:
    return contributed.rule_clauses(ctx, campaign, write)


@hookimpl
def publication_sections(ctx: Context, campaign: Campaign) -> Sequence[PublicationSection]:
    return contributed.publication_sections(ctx, campaign)


@hookimpl
def report_sections(
    ctx: Context, campaign: Campaign, round_: Phase | None, write: Callable[[Text], str]
) -> Sequence[ReportSection]:
    return reporting.report_sections(ctx, campaign, round_, write)


@hookimpl
def export_campaign(ctx: Context, campaign: Campaign) -> Sequence[CampaignPart]:
    return [campaign_file.export_part(ctx, campaign=campaign)]


@hookimpl
def import_campaign(ctx: Context, campaign: Campaign, part: CampaignPart) -> None:
    campaign_file.import_part(ctx, campaign=campaign, part=part)


@hookimpl
def export_personal_data(ctx: Context, campaign: Campaign, person: Person) -> Sequence[PersonalData]:
    return personal_data.export(ctx, campaign=campaign, person=person, content=contributed_complaints.content)


@hookimpl
def erase_personal_data(ctx: Context, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    personal_data.erase(ctx, campaign=campaign, people=people, erasure=erasure)
