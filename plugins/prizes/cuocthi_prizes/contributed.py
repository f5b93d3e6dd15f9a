"""What prizes contribute to the pages and gates of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import has_request_context, url_for

from cuocthi.contributions import Act, Award, AwardList, Blocker, Duty, NavGroup, NavItem, Panel, ReadinessItem
from cuocthi.errors import Conflict, Missing
from cuocthi.standings.queries import adopted_ranking, latest_ranking, ranked_rounds
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.digests import digest_of
from cuocthi_prizes.domain.proposals import allocation_of, open_tie_texts
from cuocthi_prizes.domain.scheme import awarded_round
from cuocthi_prizes.queries import adopted_list, award_of, draft_list, draft_lists, load_scheme
from cuocthi_prizes.wording import uncapitalised, wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes import models
    from cuocthi_prizes.settings import PrizeSettings


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the links to the scheme and to the award list; a draft waits for somebody, which the badge says."""
    waiting = int(draft_list(ctx, campaign_id=campaign.id) is not None)
    scheme, awards = _url("scheme", campaign), _url("awards", campaign)
    return [
        NavItem("scheme", T("Prizes"), scheme, "prizes:scheme:edit", 45, group=NavGroup.SETTING_UP),
        NavItem("awards", T("Award list"), awards, "prizes:awards:view", 65, waiting, NavGroup.RESULTS),
    ]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return that a drawn up award list waits to be confirmed, in each of these campaigns."""
    known = {campaign.id: campaign for campaign in campaigns}
    return [
        Duty(
            "awards",
            found.campaign_id,
            T("Confirm award list %(number)s", number=found.number),
            "prizes:awards:adopt",
            T("Two different persons confirm it"),
            _url("awards", known[found.campaign_id]),
            order=60,
        )
        for found in draft_lists(ctx, campaign_ids=list(known))
    ]


def panels(ctx: Context, campaign: Campaign, slot: str) -> list[Panel]:
    """Return the prizes on the campaign's page, a person's own prize, once adopted, on theirs, and on the staff's how
    the award list stands.
    """
    if slot == "campaign":
        scheme = load_scheme(ctx, campaign=campaign).value
        return [_scheme_panel(scheme)] if scheme.tiers or scheme.collective else []
    if slot == "person" and ctx.actor.user_id is not None:
        award = award_of(ctx, campaign_id=campaign.id, user_id=ctx.actor.user_id)
        return [Panel("award", T("Your prize"), "prizes/_my_award.html", {"award": award}, order=10)] if award else []
    return [_list_panel(ctx, campaign)] if slot == "overview" and _is_ranked(ctx, campaign) else []


def _is_ranked(ctx: Context, campaign: Campaign) -> bool:
    """Tell whether the round that prizes are for has an adopted ranking."""
    scheme = load_scheme(ctx, campaign=campaign).value
    ranked = ranked_rounds(ctx, campaign_id=campaign.id)
    awarded = {found.id for found in rounds(ctx, campaign_id=campaign.id) if scheme.round in ("", found.key)}
    return bool(scheme.tiers and ranked & awarded)


def _list_panel(ctx: Context, campaign: Campaign) -> Panel:
    values = {
        "draft": draft_list(ctx, campaign_id=campaign.id),
        "adopted": adopted_list(ctx, campaign_id=campaign.id),
    }
    return Panel("awards", T("Award list"), "prizes/_list_panel.html", values, order=65)


def _scheme_panel(scheme: PrizeSettings) -> Panel:
    values = {
        "tiers": [(tier.quantity, uncapitalised(tier.title), tier.value) for tier in scheme.tiers],
        "collective": [
            (tier.quantity, uncapitalised(tier.title), tier.value) for tier in scheme.collective if not tier.is_open
        ],
        "decided_later": any(tier.is_open for tier in scheme.collective),
    }
    return Panel(
        "prizes", T("Individual prizes") if scheme.tiers else T("Prizes"), "prizes/_panel.html", values, order=30
    )


def readiness(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    """Return what the scheme lacks: prizes, the round they are for, a sum that covers them."""
    scheme = load_scheme(ctx, campaign=campaign).value
    url = _url("scheme", campaign)
    known = T("%(total)s of %(allotted)s đồng", total=scheme.total, allotted=scheme.allotted)
    return [
        ReadinessItem("scheme", T("Prizes and their values"), bool(scheme.tiers or scheme.collective), url=url),
        _round(ctx, campaign, scheme, url),
        ReadinessItem(
            "budget",
            T("The allotted sum covers the prizes"),
            scheme.allotted > 0 and not scheme.excess,
            known if scheme.allotted else T("The sum allotted to prizes is not known yet."),
            url,
            required=scheme.excess > 0,
        ),
    ]


def _round(ctx: Context, campaign: Campaign, scheme: PrizeSettings, url: str) -> ReadinessItem:
    title = T("The round that is awarded")
    try:
        found = awarded_round(scheme, rounds(ctx, campaign_id=campaign.id))
    except Missing as error:
        return ReadinessItem("round", title, done=False, detail=error.message, url=url)
    return ReadinessItem("round", title, done=True, detail=T("“%(round)s”", round=found.title), url=url)


def blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> list[Blocker]:
    """Return why a ranking cannot be adopted, or results cannot be published, on account of the prizes."""
    scheme = load_scheme(ctx, campaign=campaign).value
    if not scheme.tiers:
        return []
    if act is Act.ADOPT_RANKING and round_ is not None and scheme.round in ("", round_.key):
        return _undecided_ties(ctx, scheme, round_)
    return _awards_not_ready(ctx, campaign) if act is Act.PUBLISH else []


def _undecided_ties(ctx: Context, scheme: PrizeSettings, round_: Phase) -> list[Blocker]:
    # Ties can be decided until the ranking is adopted, so that is when they must be.
    ranking = latest_ranking(ctx, round_=round_)
    if ranking is None:
        return []
    texts = open_tie_texts(allocation_of(ctx, scheme=scheme, ranking=ranking))
    return [Blocker(f"tie-{number}", text) for number, text in enumerate(texts, start=1)]


def _awards_not_ready(ctx: Context, campaign: Campaign) -> list[Blocker]:
    url = _url("awards", campaign)
    adopted = adopted_list(ctx, campaign_id=campaign.id)
    if adopted is None:
        return [Blocker("awards", T("The award list has not been adopted yet."), url)]
    round_ = next(found for found in rounds(ctx, campaign_id=campaign.id) if found.id == adopted.phase_id)
    ranking = adopted_ranking(ctx, round_=round_)
    if ranking is None or ranking.id != adopted.ranking_id:
        reason = T(
            "A newer ranking was adopted after award list %(number)s: draw up a new list.", number=adopted.number
        )
        return [Blocker("ranking", reason, url)]
    return []


def award_lists(ctx: Context, campaign: Campaign) -> list[AwardList]:
    """Return the adopted list, if there is one; raises Conflict if it is not what two persons adopted."""
    adopted = adopted_list(ctx, campaign_id=campaign.id)
    if adopted is None or adopted.adopted_at is None:
        return []
    if adopted.names_erased_at is None and digest_of(adopted) != adopted.digest:
        number = adopted.number
        raise Conflict(T("Award list %(number)s is not what was adopted: its digest differs.", number=number))
    return [
        AwardList(
            key="prizes",
            title=wording(campaign.language).list_title,
            awards=_awards(adopted),
            digest=adopted.digest,
            adopted_at=adopted.adopted_at,
            total_value=adopted.total_value,
        )
    ]


def _awards(adopted: models.AwardList) -> Sequence[Award]:
    persons = [
        Award(one.tier, one.title, one.value, one.recipient, one.unit_name, one.enrolment_id, one.unit_id)
        for one in adopted.awards
    ]
    units = [
        Award(one.tier, one.title, one.value, one.unit_name, one.unit_name, unit_id=one.unit_id)
        for one in adopted.unit_awards
    ]
    return persons + units


def _url(endpoint: str, campaign: Campaign) -> str:
    # Gates are asked by commands too, where there is no address to link to.
    return url_for(f"prizes.{endpoint}", slug=campaign.slug) if has_request_context() else ""
