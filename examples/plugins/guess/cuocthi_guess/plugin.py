"""The guess plugin: everything it hooks into, and nothing else."""

from collections.abc import Callable, Sequence
from pathlib import Path

from flask import url_for

from cuocthi import contributions as c
from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.enrolments.models import Enrolment
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.text import T, Text
from cuocthi.timelines.models import Phase
from cuocthi.timelines.windows import open_span
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi_guess import domain, rehearsal, views
from cuocthi_guess.models import Estimate

_HERE = Path(__file__).parent

info = PluginInfo("guess", T("Estimate"), "1.0.0", frozenset({"results"}), catalogue=str(_HERE / "translations"))


@hookimpl
def register_models() -> Sequence[type[Estimate]]:
    return [Estimate]


@hookimpl
def register_migrations() -> Sequence[c.Migrations]:
    return [c.Migrations(_HERE / "migrations" / "versions")]


@hookimpl
def register_blueprints() -> Sequence[CampaignBlueprint]:
    return [views.blueprint]


@hookimpl
def register_formats() -> Sequence[c.ContestFormat]:
    return [c.ContestFormat("guess", T("Estimate"), [c.Measure("distance", T("Off by"), "count", c.Direction.LOWEST)])]


@hookimpl
def register_rehearsals() -> Sequence[c.RehearsedEntry]:
    return [c.RehearsedEntry("guess", rehearsal.take, rehearsal.browse)]


@hookimpl
def campaign_facts() -> Sequence[c.Fact]:
    return [c.Fact("estimate", T("1 estimate"), T("the nearest wins"))]


@hookimpl
def rule_clauses(write: Callable[[Text], str]) -> Sequence[c.RuleClause]:
    body = T("Everybody estimates how many people will take part in the round. The nearest estimate wins.")
    return [c.RuleClause("estimate", write(T("Estimate")), write(body))]


@hookimpl
def entry_actions(
    ctx: Context, campaign: Campaign, rounds: Sequence[Phase], enrolment: Enrolment
) -> Sequence[c.EntryAction]:
    estimates = domain.estimates_of(ctx, enrolment=enrolment)

    def action(round_: Phase) -> c.EntryAction:
        kept = estimates.get(round_.id)
        title = T("Your estimate: %(number)s", number=kept.number) if kept else T("Estimate how many take part")
        url = url_for("guess.estimate", slug=campaign.slug, round_id=round_.id)
        return c.EntryAction("estimate", round_.id, title, url=url, primary=kept is None)

    return [action(round_) for round_ in rounds if open_span(round_.windows, ctx.now)]


@hookimpl
def refresh_results(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    domain.refresh(ctx, campaign=campaign, round_=round_)
