"""The quiz plugin: everything it hooks into, and nothing else."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cuocthi.contributions import (
    Act,
    ContestFormat,
    Direction,
    Edge,
    JobKind,
    LogWords,
    Measure,
    Migrations,
    Permission,
    RehearsedEntry,
    ReliefKind,
    Role,
    SettingsSpec,
)
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T
from cuocthi_quiz import (
    contributed,
    contributed_bank,
    contributed_evidence,
    contributed_keys,
    contributed_statistics,
    reporting,
)
from cuocthi_quiz.domain import campaign_file, clauses, jobs, personal_data, release, results
from cuocthi_quiz.domain.attempts import follow_enrolments
from cuocthi_quiz.domain.deadlines import move_deadlines
from cuocthi_quiz.domain.looking_ahead import LOOK_AHEAD
from cuocthi_quiz.domain.outlook import expect
from cuocthi_quiz.domain.rehearsal import take
from cuocthi_quiz.domain.relief import grant, reached
from cuocthi_quiz.domain.wrong_keys import REMARK
from cuocthi_quiz.log_words import LOG_WORDS
from cuocthi_quiz.models import MODELS
from cuocthi_quiz.queries import figures as figures_queries
from cuocthi_quiz.settings import OWNER, QuizSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    import click
    from flask import Blueprint
    from flask_wtf import FlaskForm
    from sqlalchemy import Select

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import (
        Blocker,
        Browser,
        CampaignPart,
        Duty,
        EntryAction,
        Erasure,
        Evidence,
        Fact,
        NavItem,
        Panel,
        Participant,
        Person,
        PersonalData,
        PublicationSection,
        ReadinessItem,
        Relief,
        ReportSection,
        RuleClause,
    )
    from cuocthi.database import Base
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

_HERE = Path(__file__).parent
_SWEEP_EVERY = timedelta(seconds=5)
_FORESEE_EVERY = timedelta(minutes=5)

info = PluginInfo(
    name=OWNER,
    title=T("Quiz"),
    version="0.1.0",
    provides=frozenset({"results"}),
    catalogue=str(_HERE / "translations"),
)


# --- boot -----------------------------------------------------------------------------------------------------------


@hookimpl
def register_models() -> Sequence[type[Base]]:
    return MODELS


@hookimpl
def register_migrations() -> Sequence[Migrations]:
    return [Migrations(_HERE / "migrations" / "versions")]


@hookimpl
def register_blueprints() -> Sequence[Blueprint]:
    from cuocthi_quiz.views import blueprint  # noqa: PLC0415 - loaded only where there are pages

    return [blueprint]


@hookimpl
def register_log_words() -> Sequence[LogWords]:
    return [LOG_WORDS]


@hookimpl
def register_permissions() -> Sequence[Permission]:
    asking = frozenset({Role.ORGANISING, Role.JURY, Role.SUPPORT})
    overseen = frozenset({Role.OVERSIGHT})
    deciding = frozenset({Role.ORGANISING, Role.JURY})
    granting = frozenset({Role.ORGANISING, Role.SUPPORT})
    weighing = frozenset({Role.JURY, Role.OVERSIGHT})
    return [
        Permission("quiz:question:view", T("Read the questions and their keys"), asking | overseen, reveals=True),
        Permission("quiz:question:edit", T("Write questions"), asking, reveals=True),
        Permission("quiz:question:approve", T("Approve and withdraw questions"), deciding, reveals=True),
        Permission(contributed_keys.DECIDE, T("Decide on wrong keys"), deciding, reveals=True),
        Permission(contributed_keys.LOOK, T("See how questions did their work"), deciding | overseen, reveals=True),
        Permission("quiz:attempt:view", T("See papers"), deciding | overseen),
        Permission("quiz:evidence:view", T("See what may point to help from others"), weighing),
        Permission("quiz:extra_time:grant", T("Grant extra time and read why"), granting),
        Permission("quiz:live:view", T("Watch an open round"), asking | overseen | {Role.TECHNICAL}),
    ]


@hookimpl
def register_settings() -> Sequence[SettingsSpec]:
    def form() -> type[FlaskForm]:
        from cuocthi_quiz.forms.settings import SettingsForm  # noqa: PLC0415 - as above

        return SettingsForm

    return [SettingsSpec(QuizSettings, form, T("Quiz"), per_round=True, order=40)]


@hookimpl
def register_commands() -> Sequence[click.Command]:
    from cuocthi_quiz.cli import COMMANDS  # noqa: PLC0415 - loaded only for the command line

    return COMMANDS


@hookimpl
def register_jobs() -> Sequence[JobKind]:
    old = T("Forget old figures about saving answers")
    return [
        JobKind("quiz.sweep", T("Hand in papers whose time is up"), jobs.sweep, every=_SWEEP_EVERY),
        JobKind("quiz.foresee", T("Mark what may be chosen at new questions"), jobs.foresee, every=_FORESEE_EVERY),
        JobKind(REMARK, T("Mark papers again"), jobs.mark_again, results={"rescored": T("Papers with another score")}),
        JobKind(LOOK_AHEAD, T("Work out what another key would change"), jobs.look_ahead_of),
        JobKind("quiz.forget_figures", old, jobs.forget_figures, every=timedelta(days=1)),
    ]


@hookimpl
def register_formats() -> Sequence[ContestFormat]:
    # In thousandths, as a prediction may have decimals.
    error = Measure(results.PREDICTION_ERROR, T("Error of the prediction"), "points", Direction.LOWEST)
    return [ContestFormat(OWNER, T("Quiz"), (error,), frozenset(ReliefKind), expect, shows=release.shows)]


@hookimpl
def register_rehearsals() -> Sequence[RehearsedEntry]:
    def browse(browser: Browser, participant: Participant, campaign_slug: str, round_id: int) -> int:
        from cuocthi_quiz.views.rehearsal import browse as through_pages  # noqa: PLC0415 - as above

        return through_pages(browser, participant, campaign_slug, round_id)

    return [RehearsedEntry(OWNER, take, browse)]


# --- in a campaign --------------------------------------------------------------------------------------------------


def _address(endpoint: str, **values: object) -> str:
    from flask import url_for  # noqa: PLC0415 - as above

    return url_for(endpoint, **values)  # type: ignore[arg-type]  # Flask names some arguments of its own


def _kept_files() -> Path:
    from cuocthi.web.context import registry  # noqa: PLC0415 - as above

    return registry().config.files


@hookimpl
def nav_items(ctx: Context, campaign: Campaign) -> Sequence[NavItem]:
    return [
        *contributed.navigation(ctx, campaign=campaign, address=_address),
        *contributed_keys.navigation(campaign=campaign, address=_address),
    ]


@hookimpl
def campaign_facts(ctx: Context, campaign: Campaign) -> Sequence[Fact]:
    return contributed.facts(ctx, campaign=campaign)


@hookimpl
def panels(ctx: Context, campaign: Campaign, slot: str) -> Sequence[Panel]:
    return contributed.panels(ctx, campaign=campaign, slot=slot, address=_address)


@hookimpl
def evidence(ctx: Context, campaign: Campaign, round_: Phase, enrolment_ids: Sequence[int]) -> Sequence[Evidence]:
    if round_.source != OWNER:
        return []
    return contributed_evidence.evidence(
        ctx, campaign=campaign, round_=round_, enrolment_ids=enrolment_ids, address=_address
    )


@hookimpl
def readiness_items(ctx: Context, campaign: Campaign) -> Sequence[ReadinessItem]:
    return contributed_bank.readiness(ctx, campaign=campaign, address=_address)


@hookimpl
def duties(ctx: Context, campaigns: Sequence[Campaign]) -> Sequence[Duty]:
    return [
        *contributed_bank.duties(ctx, campaigns=campaigns, address=_address),
        *contributed_keys.duties(ctx, campaigns=campaigns, address=_address),
    ]


@hookimpl
def act_blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> Sequence[Blocker]:
    return [
        *contributed.blockers(ctx, campaign=campaign, act=act, round_=round_, address=_address),
        *contributed_keys.blockers(ctx, campaign=campaign, act=act, round_=round_, address=_address),
    ]


@hookimpl
def entry_actions(
    ctx: Context, campaign: Campaign, rounds: Sequence[Phase], enrolment: Enrolment
) -> Sequence[EntryAction]:
    own = [round_ for round_ in rounds if round_.source == OWNER]
    return contributed.entry_actions(ctx, campaign=campaign, own=own, enrolment=enrolment, address=_address)


@hookimpl
def windows_changed(ctx: Context, phase: Phase) -> None:
    if phase.source == OWNER:
        move_deadlines(ctx, round_id=phase.id)


@hookimpl
def enrolments_moved(ctx: Context, enrolments: Sequence[Enrolment]) -> None:
    follow_enrolments(ctx, enrolments=enrolments)


@hookimpl
def relief_reaches(ctx: Context, round_: Phase, relief: Relief, enrolments: Select[int]) -> Sequence[Select[int]]:
    return [reached(ctx, round_=round_, relief=relief, enrolments=enrolments)]


@hookimpl
def grant_relief(ctx: Context, round_: Phase, relief: Relief, enrolments: Select[int]) -> None:
    grant(ctx, round_=round_, relief=relief, enrolments=enrolments)


@hookimpl
def phase_changed(ctx: Context, campaign: Campaign, phase: Phase, edge: Edge) -> None:
    if phase.source == OWNER and edge is Edge.CLOSED:
        jobs.finish_round(ctx, round_id=phase.id)
        results.refresh_earlier(ctx, campaign=campaign, closed=phase)


@hookimpl
def refresh_results(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    if round_.source == OWNER:
        results.refresh(ctx, campaign=campaign, round_=round_)


@hookimpl
def rule_clauses(ctx: Context, campaign: Campaign) -> Sequence[RuleClause]:
    return clauses.clauses(ctx, campaign=campaign)


@hookimpl
def publication_sections(ctx: Context, campaign: Campaign) -> Sequence[PublicationSection]:
    return [
        *contributed_keys.section(ctx, campaign=campaign),
        *contributed_statistics.sections(ctx, campaign=campaign),
        *contributed_bank.issue_section(ctx, campaign=campaign),
    ]


@hookimpl
def report_sections(
    ctx: Context, campaign: Campaign, round_: Phase | None, write: Callable[[Text], str]
) -> Sequence[ReportSection]:
    return reporting.report_sections(ctx, campaign, round_, write)


@hookimpl
def export_campaign(ctx: Context, campaign: Campaign) -> Sequence[CampaignPart]:
    return [campaign_file.export_part(ctx, campaign=campaign, folder=_kept_files)]


@hookimpl
def import_campaign(ctx: Context, campaign: Campaign, part: CampaignPart) -> None:
    campaign_file.import_part(ctx, campaign=campaign, part=part, folder=_kept_files)


@hookimpl
def entries(campaign: Campaign) -> Sequence[Select[Any]]:
    return [figures_queries.entries(campaign_id=campaign.id)]


@hookimpl
def finishers(campaign: Campaign) -> Sequence[Select[int]]:
    return [figures_queries.finishers(campaign_id=campaign.id)]


@hookimpl
def activity(ctx: Context, campaign: Campaign, since: datetime) -> Sequence[tuple[str, int]]:
    starters, finishers, open_ = figures_queries.activity(ctx, campaign_id=campaign.id, since=since)
    return [("starters", starters), ("finishers", finishers), ("open", open_)]


@hookimpl
def export_personal_data(ctx: Context, campaign: Campaign, person: Person) -> Sequence[PersonalData]:
    from cuocthi.web.context import registry  # noqa: PLC0415 - as above

    return personal_data.export(ctx, campaign=campaign, person=person, vault=registry().vault)


@hookimpl
def erase_personal_data(ctx: Context, people: Sequence[Person], erasure: Erasure) -> None:
    personal_data.erase(ctx, people=people, erasure=erasure)
