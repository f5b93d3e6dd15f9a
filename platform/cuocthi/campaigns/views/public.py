"""What everybody sees: the list of campaigns, and a campaign's own page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, redirect, url_for

from cuocthi.articles.addresses import address
from cuocthi.articles.queries import has_reference_material, moments_ahead, news
from cuocthi.campaigns.panels import shown_panels
from cuocthi.campaigns.queries import public_campaigns
from cuocthi.campaigns.views.blueprints import blueprint, home
from cuocthi.campaigns.views.caching import cached
from cuocthi.campaigns.views.sharing import shared
from cuocthi.contributions import Fact
from cuocthi.documents.lines import document_line
from cuocthi.documents.queries import documents
from cuocthi.enrolments.queries import campaigns_of_member
from cuocthi.incidents.queries import decided
from cuocthi.rules.markdown import to_html
from cuocthi.rules.queries import current_rules
from cuocthi.standings.provisional import rounds_with_provisional
from cuocthi.timelines.drawing import change, steps
from cuocthi.timelines.extensions import granted
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phases, phases_by_campaign, window_units
from cuocthi.timelines.unit_windows import UnitTimes, differs, times_by_unit
from cuocthi.users import sign_in
from cuocthi.web.context import reading_context
from cuocthi.web.i18n import language, translate
from cuocthi.web.links import public_link
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.rules.models import RulesVersion
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: How many of the newest news the page names; all of them stand on their own page.
_NEWS_SHOWN = 3
#: How many documents the campaign's page names itself; the others stand on their own page.
_DOCUMENTS_SHOWN = 3


@home.page("/", public=True)
def index() -> AnyResponse:
    """List the campaigns; where there is only one, go to it."""
    ctx = reading_context()
    found = public_campaigns(ctx)
    if len(found) == 1:
        return redirect(url_for("campaigns.show", slug=found[0].slug))
    timelines = phases_by_campaign(ctx, campaign_ids=[campaign.id for campaign in found])
    return render(
        "campaigns/index.html",
        campaigns=[(campaign, change(timelines.get(campaign.id, []), ctx.now)) for campaign in found],
        works_here=_works_here(ctx),
    )


def _works_here(ctx: Context) -> bool:
    """Tell whether the reader administers the installation or sits on a committee of any campaign."""
    reader = sign_in.reader()
    return reader is not None and (reader.is_admin or bool(campaigns_of_member(ctx, user_id=reader.id)))


def _extensions(ctx: Context, timeline: Sequence[Phase]) -> tuple[list[tuple[str, Text]], dict[int, Text]]:
    """Return what is said of extended rounds: in a notice while one is open, and on the timeline once it is over."""
    found = granted(ctx, campaign_id=g.campaign.id)
    extended = [(phase, extension.notice) for phase in timeline for extension in found.get(phase.id, ())]
    return (
        [(phase.title, notice) for phase, notice in extended if ctx.now < phase.closes_at],
        {phase.id: notice for phase, notice in reversed(extended) if ctx.now >= phase.closes_at},
    )


def _incidents(ctx: Context, timeline: Sequence[Phase]) -> list[tuple[str, Text]]:
    """Return what incidents have granted in the rounds of the campaign, the newest first."""
    titles = {phase.id: phase.title for phase in timeline}
    found = decided(ctx, campaign_id=g.campaign.id)
    return [(titles[item.round_id], item.incident.notice(item.persons)) for item in found]


def _unit_times(ctx: Context, timeline: Sequence[Phase]) -> list[tuple[str, list[UnitTimes]]]:
    """Return when which unit takes part, for the rounds that are not over and not open for all at the same time."""
    rounds = [phase for phase in timeline if ctx.now < phase.closes_at and differs(phase)]
    units = window_units(ctx, phases=rounds)
    return [(round_.title, times_by_unit(round_, units, language())) for round_ in rounds]


def _is_news(ctx: Context, rules: RulesVersion, timeline: Sequence[Phase]) -> bool:
    """Tell whether the rules in force changed what people agreed to since the opening, while a round is not over."""
    opened_at = g.campaign.opened_at
    ahead = any(phase.kind is PhaseKind.CONTEST and ctx.now < phase.closes_at for phase in timeline)
    return rules.number > 1 and rules.material and opened_at is not None and rules.issued_at > opened_at and ahead


@blueprint.page("/", public=True)
def show() -> Response:
    """Show a campaign: what it is, who may take part, how it stands, prizes, documents. The same for everybody."""
    ctx = reading_context()
    timeline = phases(ctx, campaign_id=g.campaign.id)

    def page() -> Response:
        registered = documents(ctx, campaign_id=g.campaign.id, public_only=True)
        in_force = current_rules(ctx, campaign_id=g.campaign.id)
        notices, notes = _extensions(ctx, timeline)
        return render(
            "campaigns/show.html",
            shared=shared(timeline, title=g.campaign.name, address=public_link("campaigns.show", slug=g.campaign.slug)),
            change=change(timeline, ctx.now),
            steps=steps(timeline, ctx.now, language(), notes),
            notices=notices,
            incidents=_incidents(ctx, timeline),
            provisional=rounds_with_provisional(ctx, campaign_id=g.campaign.id),
            unit_times=_unit_times(ctx, timeline),
            facts=[
                {"value": translate(fact.value), "label": translate(fact.label)}
                for fact in ctx.hooks.collect(ctx, g.campaign, "campaign_facts", Fact)
            ],
            panels=shown_panels(ctx, campaign=g.campaign, slot="campaign"),
            news=news(ctx, campaign_id=g.campaign.id, most=_NEWS_SHOWN),
            address=address,
            has_material=has_reference_material(ctx, campaign_id=g.campaign.id),
            documents=[document_line(document) for document in registered[:_DOCUMENTS_SHOWN]],
            more_documents=len(registered) - _DOCUMENTS_SHOWN,
            rules=in_force,
            rules_changed=in_force if in_force and _is_news(ctx, in_force, timeline) else None,
            purpose=to_html(g.campaign.purpose),
            audience=to_html(g.campaign.audience),
            content=to_html(g.campaign.content),
        )

    return cached(timeline, page, moments=moments_ahead(ctx, campaign_id=g.campaign.id))
