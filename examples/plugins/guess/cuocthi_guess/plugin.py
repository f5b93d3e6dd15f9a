"""The guess plugin: everything it hooks into, and nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path

from flask import Blueprint, url_for

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.contributions import (
    ContestFormat,
    Direction,
    EntryAction,
    Evidence,
    Measure,
    Migrations,
    Person,
    PersonalData,
    RuleClause,
)
from cuocthi.enrolments.entering import own_window
from cuocthi.enrolments.models import Enrolment
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T, Text
from cuocthi.timelines.models import Phase
from cuocthi_guess import domain, views
from cuocthi_guess.models import Estimate

HERE = Path(__file__).parent

info = PluginInfo("guess", T("Estimate"), "1.0.0", frozenset({"results"}), catalogue=str(HERE / "translations"))


@hookimpl
def register_models() -> list[type[Estimate]]:
    return [Estimate]


@hookimpl
def register_migrations() -> list[Migrations]:
    return [Migrations(HERE / "migrations" / "versions")]


@hookimpl
def register_blueprints() -> list[Blueprint]:
    return [views.blueprint]


@hookimpl
def register_formats() -> list[ContestFormat]:
    return [ContestFormat("guess", T("Estimate"), [Measure("distance", T("Off by"), "count", Direction.LOWEST)])]


@hookimpl
def register_rule_sets() -> list[Path]:
    return [HERE / "rule_sets" / "uoc-luong"]


@hookimpl
def rule_clauses(write: Callable[[Text], str]) -> list[RuleClause]:
    body = T("Everybody estimates how many people will take part in the round. The nearest estimate wins.")
    return [RuleClause("estimate", write(T("Estimate")), write(body))]


@hookimpl
def entry_actions(ctx: Context, campaign: Campaign, rounds: Sequence[Phase], enrolment: Enrolment) -> list[EntryAction]:
    entered = {kept.phase_id for kept in domain.estimates(ctx, Estimate.enrolment_id == enrolment.id)}

    def action(id_: int) -> EntryAction:
        title = T("Change your estimate") if id_ in entered else T("Estimate how many take part")
        url = url_for("guess.estimate", slug=campaign.slug, round_id=id_)
        return EntryAction(f"round-{id_}", id_, title, url=url, primary=id_ not in entered)

    return [action(round_.id) for round_ in rounds if own_window(ctx, round_=round_, enrolment=enrolment)]


@hookimpl
def refresh_results(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    domain.refresh(ctx, campaign=campaign, round_=round_)


@hookimpl
def evidence(ctx: Context, round_: Phase, enrolment_ids: Sequence[int]) -> list[Evidence]:
    shown = domain.estimates(ctx, Estimate.phase_id == round_.id, Estimate.enrolment_id.in_(enrolment_ids))
    return [Evidence(str(e.enrolment_id), e.enrolment_id, T("Estimate: %(number)s", number=e.number)) for e in shown]


@hookimpl
def export_personal_data(ctx: Context, campaign: Campaign, person: Person) -> list[PersonalData]:
    kept = domain.estimates_of(ctx, campaign=campaign, enrolment_id=person.enrolment_id)
    rows = [(round_.title, estimate.number, estimate.entered_at) for estimate, round_ in kept]
    columns = [T("Round"), T("Estimate"), T("Entered")]
    return [PersonalData("estimates", T("Estimates"), columns, rows, kept=T("It names nobody any more."))]


@hookimpl
def erase_personal_data() -> None:
    """Leave estimates as they are: they name nobody once the enrolment does not."""
