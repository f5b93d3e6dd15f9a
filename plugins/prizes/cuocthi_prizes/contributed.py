"""What prizes contribute to the pages and gates of the core."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import has_request_context, url_for

from cuocthi.contributions import (
    Act,
    Award,
    AwardList,
    Blocker,
    Duty,
    LegalAct,
    NavGroup,
    NavItem,
    Panel,
    ReadinessItem,
)
from cuocthi.errors import Conflict
from cuocthi.standings.queries import ranked_rounds
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.acts.digests import is_intact as acts_are_intact
from cuocthi_prizes.acts.queries import finalities
from cuocthi_prizes.digests import is_intact
from cuocthi_prizes.domain.awarded import awarded, promised_sum, removed_rounds, rounds_of
from cuocthi_prizes.domain.proposals import awards_by, open_tie_texts
from cuocthi_prizes.domain.scheme import waiting_in
from cuocthi_prizes.models import AwardListState
from cuocthi_prizes.outputs.queries import own_certificates
from cuocthi_prizes.queries import adopted_lists, awards_of, blocks, is_confirmed, lists_in, load_scheme
from cuocthi_prizes.settings import MAIN, excess
from cuocthi_prizes.wording import uncapitalised, wording

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes import models
    from cuocthi_prizes.acts import models as models_of_acts
    from cuocthi_prizes.acts.models import Finality
    from cuocthi_prizes.domain.awarded import Awarded
    from cuocthi_prizes.settings import CollectiveTier, PrizeSet, PrizeSettings, Tier


def navigation(ctx: Context, campaign: Campaign) -> list[NavItem]:
    """Return the links to the scheme and to the award lists; drafts wait for somebody, which the badge says."""
    waiting = len(lists_in(ctx, campaign_ids=[campaign.id], state=AwardListState.DRAFT))
    scheme, awards = _url("scheme", campaign), _url("awards", campaign)
    return [
        NavItem("scheme", T("Prizes"), scheme, "prizes:scheme:edit", 45, group=NavGroup.SETTING_UP),
        NavItem("awards", T("Award list"), awards, "prizes:awards:view", 65, waiting, NavGroup.RESULTS),
        NavItem(
            "league", T("League of units"), _url("league", campaign), "prizes:units:view", 64, group=NavGroup.RESULTS
        ),
    ]


def duties(ctx: Context, campaigns: Sequence[Campaign]) -> list[Duty]:
    """Return which drawn up award lists and which proposed scheme wait to be confirmed, in each of these campaigns."""
    known = {campaign.id: campaign for campaign in campaigns}
    lists = [
        Duty(
            f"awards-{found.number}",
            found.campaign_id,
            T("Confirm award list %(number)s", number=found.number),
            "prizes:awards:adopt",
            T("Two different persons confirm it"),
            _url("version", known[found.campaign_id], number=found.number),
            order=60,
        )
        for found in lists_in(ctx, campaign_ids=list(known), state=AwardListState.DRAFT)
    ]
    schemes = [
        Duty(
            "scheme",
            campaign_id,
            T("Confirm or reject the proposed scheme of prizes"),
            "prizes:scheme:edit",
            T("Two different persons agree on it"),
            _url("scheme", known[campaign_id]),
            order=55,
        )
        for campaign_id in waiting_in(ctx, campaign_ids=list(known))
    ]
    return schemes + lists


def panels(ctx: Context, campaign: Campaign, slot: str) -> list[Panel]:
    """Return the prizes on the campaign's page, a person's own prizes, once adopted, on theirs, and on the staff's how
    the award lists stand.
    """
    if slot == "campaign":
        scheme = load_scheme(ctx, campaign=campaign).value
        return [] if scheme.is_empty else [_scheme_panel(scheme, rounds(ctx, campaign_id=campaign.id))]
    if slot == "person" and ctx.actor.user_id is not None:
        won = awards_of(ctx, campaign_id=campaign.id, user_id=ctx.actor.user_id)
        title = T("Your prize") if len(won) == 1 else T("Your prizes")
        papers = own_certificates(ctx, campaign_id=campaign.id, user_id=ctx.actor.user_id) if won else {}
        values = {"awards": won, "certificates": papers, "final": _final(ctx, {one.award_list_id for one in won})}
        return [Panel("award", title, "prizes/_my_award.html", values, order=10)] if won else []
    return _list_panels(ctx, campaign) if slot == "overview" else []


def _list_panels(ctx: Context, campaign: Campaign) -> list[Panel]:
    """Return how the lists of those rounds stand that have an adopted ranking."""
    scheme = load_scheme(ctx, campaign=campaign).value
    if scheme.is_empty:
        return []
    ranked = ranked_rounds(ctx, campaign_id=campaign.id)
    due = [one for one in awarded(ctx, scheme, rounds(ctx, campaign_id=campaign.id)) if one.round_.id in ranked]
    drafts, adopted = (
        lists_in(ctx, campaign_ids=[campaign.id], state=state)
        for state in (AwardListState.DRAFT, AwardListState.ADOPTED)
    )
    have = {(found.set_key, found.phase_id) for found in (*drafts, *adopted)}
    missing = [one for one in due if one.part not in have]
    if not due:
        return []
    values = {
        "drafts": drafts,
        "adopted": adopted,
        "final": _final(ctx, {one.id for one in adopted}),
        "missing": missing,
    }
    return [Panel("awards", T("Award list"), "prizes/_list_panel.html", values, order=65)]


def _final(ctx: Context, list_ids: Collection[int]) -> Collection[int]:
    """Return which of these lists a decision has made final."""
    return finalities(ctx, list_ids=list_ids).keys()


def _scheme_panel(scheme: PrizeSettings, campaign_rounds: Sequence[Phase]) -> Panel:
    sets = [one for one in scheme.sets if not one.is_empty]
    titles = {round_.key: round_.title for round_ in campaign_rounds}
    values = {
        "sets": [
            {
                "title": one.title if len(sets) > 1 else "",
                "each_round": one.each_round and len(campaign_rounds) > 1,
                "round": titles.get(one.round, "") if len(campaign_rounds) > 1 else "",
                "tiers": one.tiers,
                "names": _names(one),
                "collective": [tier for tier in one.collective if not tier.is_open],
                "decided_later": any(tier.is_open for tier in one.collective),
            }
            for one in sets
        ],
    }
    title = T("Individual prizes") if any(one.tiers for one in sets) else T("Prizes")
    return Panel("prizes", title, "prizes/_panel.html", values, order=30)


def _names(prize_set: PrizeSet) -> dict[str, str]:
    """Return what the prizes of a set are called behind their number, or alone."""
    tiers: list[Tier | CollectiveTier] = [*prize_set.tiers, *prize_set.collective]
    return {tier.key: uncapitalised(tier.title) if tier.quantity else tier.title for tier in tiers}


def readiness(ctx: Context, campaign: Campaign) -> list[ReadinessItem]:
    """Return what the scheme lacks: prizes, the rounds and blocks they are for, a sum that covers them."""
    scheme = load_scheme(ctx, campaign=campaign).value
    campaign_rounds = rounds(ctx, campaign_id=campaign.id)
    url = _url("scheme", campaign)
    total = promised_sum(ctx, scheme=scheme, campaign_rounds=campaign_rounds)
    too_much = excess(total, scheme.allotted)
    known = T("%(total)s of %(allotted)s đồng", total=total, allotted=scheme.allotted)
    return [
        ReadinessItem("scheme", T("Prizes and their values"), not scheme.is_empty, url=url),
        *_rounds(ctx, campaign, scheme, campaign_rounds),
        *_blocks(ctx, scheme, url),
        *_formulas(campaign, scheme),
        ReadinessItem(
            "budget",
            T("The allotted sum covers the prizes"),
            scheme.allotted > 0 and not too_much,
            known if scheme.allotted else T("The sum allotted to prizes is not known yet."),
            url,
            required=too_much > 0,
        ),
    ]


def _rounds(
    ctx: Context, campaign: Campaign, scheme: PrizeSettings, campaign_rounds: Sequence[Phase]
) -> list[ReadinessItem]:
    title = T("The rounds that are awarded")
    lost = list(_lost(ctx, scheme, campaign_rounds))
    if lost:
        return [
            ReadinessItem(f"round-{key}", title, done=False, detail=detail, url=_url("prize_set", campaign, key=key))
            for key, detail in lost
        ]
    count = len({one.round_.id for one in awarded(ctx, scheme, campaign_rounds)})
    detail = T("%(count)s rounds", count=count)
    return [ReadinessItem("round", title, done=True, detail=detail, url=_url("scheme", campaign))]


def _lost(ctx: Context, scheme: PrizeSettings, campaign_rounds: Sequence[Phase]) -> Iterator[tuple[str, Text]]:
    """Yield the keys of the sets that award nothing, or name a round that is gone, with that in words."""
    for one in scheme.sets:
        gone = removed_rounds(one, campaign_rounds)
        if gone:
            yield one.key, T("“%(set)s” names a round that was removed (code “%(key)s”).", set=one.title, key=gone[0])
        elif not rounds_of(ctx, one, campaign_rounds):
            yield one.key, T("“%(set)s” does not say which round is awarded.", set=one.title)


def _blocks(ctx: Context, scheme: PrizeSettings, url: str) -> list[ReadinessItem]:
    """Return whether there are units in every block that prizes are for, nothing where they are for none."""
    named = {one.block for one in scheme.sets} | {tier.block for one in scheme.sets for tier in one.collective}
    if not named - {""}:
        return []
    empty = sorted(named - {"", *blocks(ctx)})
    detail = T("No unit belongs to “%(block)s”.", block=empty[0]) if empty else None
    return [ReadinessItem("blocks", T("The blocks of units that are awarded"), not empty, detail, url)]


def _formulas(campaign: Campaign, scheme: PrizeSettings) -> list[ReadinessItem]:
    """Return which formulas count individual prizes of sets that give none: they would leave all units equal."""
    title = T("By which formula units win")
    return [
        ReadinessItem(
            f"formula-{one.key}",
            title,
            done=False,
            detail=T("“%(set)s” counts the individual prizes of its own list, but has none.", set=one.title),
            url=_url("prize_set", campaign, key=one.key),
            required=False,
        )
        for one in scheme.sets
        if one.formula.counts_winners and not one.tiers and one.extra.is_empty
    ]


def blockers(ctx: Context, campaign: Campaign, act: Act, round_: Phase | None) -> list[Blocker]:
    """Return why a ranking cannot be adopted, results not be published or a round not be removed, on account of the
    prizes.
    """
    if act is Act.REMOVE_PHASE and round_ is not None:
        return list(_sets_naming(ctx, campaign, round_))
    if act not in {Act.ADOPT_RANKING, Act.PUBLISH}:
        return []
    scheme = load_scheme(ctx, campaign=campaign).value
    everything = awarded(ctx, scheme, rounds(ctx, campaign_id=campaign.id))
    if act is Act.PUBLISH:
        return _awards_not_ready(ctx, campaign, everything)
    own = [one for one in everything if round_ is not None and one.round_.id == round_.id]
    return [blocker for of in own for blocker in _undecided_ties(ctx, campaign, scheme, of)]


def _sets_naming(ctx: Context, campaign: Campaign, round_: Phase) -> Iterator[Blocker]:
    for one in load_scheme(ctx, campaign=campaign).value.sets:
        url = _url("prize_set", campaign, key=one.key)
        if one.round == round_.key:
            yield Blocker(f"set-{one.key}", T("The prize set “%(set)s” awards it.", set=one.title), url)
        elif round_.key in one.but_for:
            reason = T("The prize set “%(set)s” awards each round but for it.", set=one.title)
            yield Blocker(f"set-{one.key}", reason, url)


def _undecided_ties(ctx: Context, campaign: Campaign, scheme: PrizeSettings, of: Awarded) -> list[Blocker]:
    # Ties can be decided until the ranking is adopted, so that is when they must be.
    ranking = of.newest_ranking(ctx)
    if ranking is None:
        return []
    awards = awards_by(ctx, campaign=campaign, scheme=scheme, of=of, ranking=ranking)
    texts = open_tie_texts(awards.allocation)
    return [Blocker(f"tie-{of.prize_set.key}-{number}", text) for number, text in enumerate(texts, start=1)]


def _awards_not_ready(ctx: Context, campaign: Campaign, everything: Sequence[Awarded]) -> list[Blocker]:
    """Return which lists are missing of the rounds that have an adopted ranking, and which rest on a former one."""
    if not everything:
        return []
    url = _url("awards", campaign)
    adopted = {
        (found.set_key, found.phase_id): found
        for found in lists_in(ctx, campaign_ids=[campaign.id], state=AwardListState.ADOPTED)
    }
    ranked = [(of, ranking) for of in everything if (ranking := of.ranking(ctx)) is not None]
    if not ranked:
        return [Blocker("awards", T("The award list has not been adopted yet."), url)]
    missing = [of for of, _ranking in ranked if of.part not in adopted]
    former = [
        adopted[of.part] for of, ranking in ranked if of.part in adopted and adopted[of.part].ranking_id != ranking.id
    ]
    return [Blocker(f"awards-{of.prize_set.key}-{of.round_.id}", _missing(of), url) for of in missing] + [
        Blocker(
            f"ranking-{found.number}",
            T("A newer ranking was adopted after award list %(number)s: draw up a new list.", number=found.number),
            url,
        )
        for found in former
    ]


def _missing(of: Awarded) -> Text:
    return T(
        "The award list of “%(set)s”, “%(round)s”, has not been adopted yet.",
        set=of.prize_set.title,
        round=of.round_.title,
    )


def award_lists(ctx: Context, campaign: Campaign) -> list[AwardList]:
    """Return the adopted lists; raises Conflict if one is not what two persons adopted."""
    campaign_rounds = {round_.id: round_ for round_ in rounds(ctx, campaign_id=campaign.id)}
    found = []
    lists = adopted_lists(ctx, campaign_id=campaign.id)
    named = finalities(ctx, list_ids=[adopted.id for adopted in lists])
    for adopted in lists:
        if not is_intact(adopted) or not is_confirmed(ctx, award_list=adopted):
            number = adopted.number
            raise Conflict(T("Award list %(number)s is not what was adopted: its digest differs.", number=number))
        versions = named.get(adopted.id, [])
        if not acts_are_intact(adopted, versions):
            number = adopted.number
            raise Conflict(
                T("The acts of award list %(number)s are not what was named: a digest differs.", number=number)
            )
        found.append(_contributed(adopted, versions, campaign, campaign_rounds))
    return found


def _contributed(
    adopted: models.AwardList, versions: Sequence[Finality], campaign: Campaign, campaign_rounds: dict[int, Phase]
) -> AwardList:
    """Return a list as whoever publishes it takes it; where there is one set and one round, both go without saying."""
    round_ = campaign_rounds.get(adopted.phase_id)
    several = len(campaign_rounds) > 1 or adopted.set_key != MAIN
    words = wording(campaign.language)
    round_title = round_.title if round_ else ""
    part = words.of_a_part.format(list=words.list_title, set=adopted.set_title, round=round_title)
    parts = [adopted.set_key] if adopted.set_key != MAIN else []
    parts += [round_.key] if round_ and len(campaign_rounds) > 1 else []
    return AwardList(
        key="-".join(["prizes", *parts]),
        title=part if several else words.list_title,
        awards=_awards(adopted),
        digest=adopted.digest,
        adopted_at=adopted.adopted_at or adopted.created_at,
        total_value=adopted.total_value,
        order=50 + (round_.number or 0 if round_ else 0),
        minutes=_act(versions[-1].minutes) if versions else None,
        decision=_act(versions[-1].decision) if versions else None,
        final_digest=versions[-1].digest if versions else "",
    )


def _act(act: models_of_acts.LegalAct) -> LegalAct:
    return LegalAct(act.symbol, act.issued_on, act.issuer)


def _awards(adopted: models.AwardList) -> Sequence[Award]:
    persons = [
        Award(one.tier, _title(one), one.value, one.recipient, one.unit_name, one.enrolment_id, one.unit_id)
        for one in adopted.awards
    ]
    units = [
        Award(one.tier, one.title, one.value, one.unit_name, one.unit_name, unit_id=one.unit_id)
        for one in adopted.unit_awards
    ]
    return persons + units


def _title(award: models.Award) -> str:
    """Name a prize with what is given in kind, for whoever publishes it knows a sum alone."""
    return f"{award.title} ({award.in_kind})" if award.in_kind else award.title


def _url(endpoint: str, campaign: Campaign, **values: Any) -> str:
    # Gates are asked by commands too, where there is no address to link to.
    return url_for(f"prizes.{endpoint}", slug=campaign.slug, **values) if has_request_context() else ""
