"""Making an award list from an adopted ranking, and adopting it by two persons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import Act, Blocker
from cuocthi.errors import Blocked, Conflict, DomainError, Missing
from cuocthi.standings.confirmations import NEEDED, confirm
from cuocthi.standings.domain import stale_reasons
from cuocthi.standings.integrity import check_intact
from cuocthi.standings.models import Ranking
from cuocthi.standings.queries import adopted_ranking
from cuocthi.text import T, pack
from cuocthi.timelines.models import Phase
from cuocthi_prizes.candidates.deadlines import stop_asking_unnamed
from cuocthi_prizes.candidates.gate import candidate_obstacles
from cuocthi_prizes.candidates.queries import corrected_units, set_aside
from cuocthi_prizes.digests import commitment, confirmed_digest_of, digest_of, is_intact, random_salt
from cuocthi_prizes.domain import extra
from cuocthi_prizes.domain.awarded import Awarded, all_awarded, awarded_named
from cuocthi_prizes.domain.collective import carried_over, enter_by_formula, figures_of, gives_otherwise
from cuocthi_prizes.domain.limits import units_with_enough
from cuocthi_prizes.domain.passing import among, with_right_units
from cuocthi_prizes.domain.promises import overtaken
from cuocthi_prizes.domain.proposals import awards_by, persons_with_enough, propose
from cuocthi_prizes.models import Award, AwardList, AwardListState, PassedOver, UnitAward, UnitFigure
from cuocthi_prizes.queries import (
    SUBJECT,
    Candidate,
    Part,
    UnitHeld,
    adopted_list,
    candidates_named,
    draft_list,
    held_by_units,
    last_numbers,
    list_numbered,
    load_scheme,
    scheme_digest,
    spent,
)
from cuocthi_prizes.settings import Tier, excess

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi_prizes.domain.passing import Passing
    from cuocthi_prizes.domain.proposals import Proposal


def draw_up(
    ctx: Context,
    *,
    campaign: Campaign,
    of: Awarded | None = None,
    statement: str = "",
    salt: Callable[[str], str] = random_salt,
) -> AwardList:
    """Make a new draft of a set in a round from the adopted ranking; its former draft is withdrawn.

    ``of`` may be left out where the scheme has one list alone. Prizes by hand and collective awards of the former
    draft, or else of the adopted list, are taken over with their decisions as far as they fit the scheme and the
    ranking; the list says which do not. ``salt`` gives that of the commitment to a name, by contest number.
    ``statement`` says what a list that is to replace an adopted one changes and why, or why a list names nobody.

    Raises Blocked with every reason why nothing can be awarded yet, DomainError without a statement where one is
    needed, Missing if ``of`` is.
    """
    lock(ctx, campaign)
    of = of or awarded_named(ctx, campaign=campaign)
    proposal = propose(ctx, campaign=campaign, of=of)
    if proposal.obstacles or proposal.ranking is None:
        raise Blocked(T("No award list can be drawn up yet."), proposal.obstacles)
    check_intact(ctx, ranking=proposal.ranking)
    former = draft_list(ctx, campaign_id=campaign.id, part=of.part)
    adopted = adopted_list(ctx, campaign_id=campaign.id, part=of.part)
    statement = _statement(statement, proposal, adopted)
    if former is not None:
        former.state = AwardListState.WITHDRAWN
        ctx.session.flush()
    award_list = _made(ctx, campaign, proposal, proposal.ranking, statement, salt)
    remarks = _with_extra(ctx, campaign, proposal, award_list, former or adopted, salt)
    enough = _units_with_enough(ctx, campaign, of.part)
    award_list.unit_figures, award_list.unit_awards, left_out = _taken_over(ctx, proposal, former or adopted, enough)
    undecided = enter_by_formula(ctx, prize_set=of.prize_set, award_list=award_list, enough=enough)
    award_list.remarks = [pack(text) for text in (*remarks, *left_out, *undecided)]
    ctx.session.add(award_list)
    seal(ctx, award_list)
    stop_asking_unnamed(ctx, award_list=award_list)
    record(
        ctx,
        action="prizes:list:draw_up",
        summary=T("Drew up award list %(number)s", number=award_list.number),
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        after={
            "set": of.prize_set.title,
            "round": of.round_.title,
            "ranking": award_list.ranking_number,
            "awards": len(award_list.awards),
            "digest": award_list.digest,
        },
    )
    return award_list


def _statement(statement: str, proposal: Proposal, adopted: AwardList | None) -> str:
    statement = statement.strip()
    if adopted is not None and not statement:
        message = T("List %(number)s is adopted: say what the new one changes, and why.", number=adopted.number)
        raise DomainError(message, field="statement")
    if proposal.names_nobody and not statement:
        message = T("Nobody qualifies for a prize: say why the list names nobody, and what becomes of the prizes.")
        raise DomainError(message, field="statement")
    return statement


def _made(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    proposal: Proposal,
    ranking: Ranking,
    statement: str,
    salt: Callable[[str], str],
) -> AwardList:
    of, awards = proposal.of, proposal.awards
    number, version = last_numbers(ctx, campaign_id=campaign.id, part=of.part)
    return AwardList(
        campaign_id=campaign.id,
        phase_id=of.round_.id,
        number=number + 1,
        set_key=of.prize_set.key,
        set_title=of.prize_set.title,
        version=version + 1,
        state=AwardListState.DRAFT,
        ranking_id=ranking.id,
        ranking_number=ranking.number,
        ranking_digest=ranking.digest,
        entrants=awards.entrants,
        settings_version_id=proposal.scheme_version_id,
        scheme_digest=scheme_digest(ctx, version_id=proposal.scheme_version_id),
        statement=statement,
        created_by=ctx.actor.user_id,
        created_at=ctx.now,
        awards=[
            _award(place, *given, salt(given[1].code)) for place, given in enumerate(awards.allocation.places, start=1)
        ],
        passed_over=[_passed_over(place, *one) for place, one in enumerate(awards.passed_over, start=1)],
    )


def _with_extra(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    proposal: Proposal,
    award_list: AwardList,
    former: AwardList | None,
    salt: Callable[[str], str],
) -> list[Text]:
    """Add to a new list the prizes by hand of the former one that still fit; return why others do not."""
    given = former.by_hand if former else []
    if not given:
        return []
    of, scheme = proposal.of, proposal.scheme
    ids = [award.enrolment_id for award in given]
    whom = among(ctx, campaign_id=campaign.id, part=of.part, prize_set=of.prize_set)
    ranked = candidates_named(ctx, ranking_id=award_list.ranking_id, enrolment_ids=ids, among=whom)
    found = with_right_units(ctx, campaign_id=campaign.id, part=of.part, found=ranked)
    enough = persons_with_enough(ctx, campaign=campaign, scheme=scheme, of=of)
    aside = set_aside(ctx, campaign_id=campaign.id, part=of.part)
    bounds = extra.Bounds(of.prize_set.extra, enough, aside, scheme.extra_counts)
    persons = {one.enrolment_id: one for one in found}
    kept, left_out = extra.taken_over(given, award_list.awards, persons, bounds, salt)
    award_list.awards += kept
    return left_out


def _units_with_enough(ctx: Context, campaign: Campaign, part: Part) -> dict[int, UnitHeld]:
    scheme = load_scheme(ctx, campaign=campaign).value
    return units_with_enough(scheme, part[1], held_by_units(ctx, campaign_id=campaign.id, but_for=part))


def _taken_over(
    ctx: Context, proposal: Proposal, former: AwardList | None, enough: Mapping[int, UnitHeld]
) -> tuple[list[UnitFigure], list[UnitAward], list[Text]]:
    """Return the figures of the units, those collective prizes of the former list that fit, and why others do not."""
    prize_set, ranking = proposal.of.prize_set, proposal.ranking
    # What a formula gave is given by it anew.
    given = [award for award in former.unit_awards if award.decision_number] if former else []
    if ranking is None or not (prize_set.collective or prize_set.block or given):
        return [], [], []
    part = proposal.of.part
    corrected = corrected_units(ctx, campaign_id=ranking.campaign_id, part=part) if prize_set.block else {}
    figures = figures_of(ctx, ranking=ranking, named={unit_id for unit_id, _ in corrected.values()})
    by_unit = {one.unit_id: one for one in figures}
    return figures, *carried_over(given, prize_set=prize_set, figures=by_unit, enough=enough)


def adopt(ctx: Context, *, campaign: Campaign, number: int, digest: str, vault: Vault | None = None) -> AwardList:
    """Give one person's confirmation of a draft; the second person's adopts it and supersedes the adopted one.

    ``digest`` is that of the list the person looked at. Raises Blocked with every reason against adoption, Conflict
    if the list is no draft, has changed, or this person has confirmed it already, ContractError without a ``vault``
    where dates of birth have to be compared.
    """
    lock(ctx, campaign)
    award_list = draft_numbered(ctx, campaign, number)
    if award_list.digest != digest or not is_intact(award_list):
        raise Conflict(T("The list has changed while you were reading it. Read it again, then confirm."))
    reasons = adoption_obstacles(ctx, campaign=campaign, award_list=award_list, vault=vault)
    if reasons:
        raise Blocked(T("The award list cannot be adopted yet."), reasons)
    check_intact(ctx, ranking=ctx.session.get_one(Ranking, award_list.ranking_id))
    agreed = confirmed_digest_of(award_list)
    confirmed = confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=award_list.id, digest=agreed)
    if confirmed >= NEEDED:
        _put_in_force(ctx, campaign, award_list)
        summary = T("Adopted award list %(number)s", number=number)
    else:
        summary = T("Confirmed award list %(number)s", number=number)
    record(
        ctx,
        action="prizes:list:adopt",
        summary=summary,
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        after={"digest": digest, "confirmations": confirmed},
    )
    return award_list


def adoption_obstacles(
    ctx: Context, *, campaign: Campaign, award_list: AwardList, vault: Vault | None = None
) -> list[Text]:
    """Return every reason why a draft cannot be adopted now, those of all plugins included.

    Raises ContractError without a ``vault`` where dates of birth have to be compared.
    """
    round_ = ctx.session.get_one(Phase, award_list.phase_id)
    blockers = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.ADOPT_AWARDS, round_=round_)
    reasons = [blocker.reason for blocker in blockers]
    if ctx.now < round_.over_at:
        reasons.append(T("The round “%(title)s” is not over yet.", title=round_.title))
    promised = overtaken(ctx, campaign=campaign)
    if promised is not None:
        reasons.append(promised)
    ranking = adopted_ranking(ctx, round_=round_)
    if ranking is None or ranking.id != award_list.ranking_id:
        reasons.append(T("The list rests on a ranking that is no longer the adopted one: draw up a new list."))
    else:
        reasons += stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
    scheme = load_scheme(ctx, campaign=campaign)
    if scheme.version_id != award_list.settings_version_id:
        reasons.append(T("The scheme of prizes was changed after the list was drawn up: draw up a new list."))
    reasons += candidate_obstacles(ctx, award_list=award_list, scheme=scheme.value, vault=vault)
    if not reasons and ranking is not None and _would_be_another(ctx, campaign, award_list, ranking):
        reasons.append(T("By the lists that were adopted since, others would be awarded: draw up a new list."))
    part = (award_list.set_key, award_list.phase_id)
    worth = award_list.total_value + spent(ctx, campaign_id=campaign.id, but_for=part)
    too_much = excess(worth, scheme.value.allotted)
    if too_much:
        reasons.append(T("The awards exceed the allotted sum by %(sum)s đồng.", sum=too_much))
    prize_set = scheme.value.named(award_list.set_key)
    enough = _units_with_enough(ctx, campaign, part)
    if not reasons and prize_set and gives_otherwise(ctx, prize_set=prize_set, award_list=award_list, enough=enough):
        reasons.append(
            T("By the formula, other units would be awarded beside those decided by hand: draw up a new list.")
        )
    return reasons


def _would_be_another(ctx: Context, campaign: Campaign, award_list: AwardList, ranking: Ranking) -> bool:
    """Tell whether others would be awarded now: limits count what other lists have given meanwhile."""
    of = next((one for one in all_awarded(ctx, campaign=campaign) if one.part == _part(award_list)), None)
    if of is None:
        return True
    scheme = load_scheme(ctx, campaign=campaign).value
    awards = awards_by(ctx, campaign=campaign, scheme=scheme, of=of, ranking=ranking)
    would_be = [(tier.key, person.enrolment_id, person.unit_id) for tier, person in awards.allocation.places]
    passed = [(one.enrolment_id, why.kind) for one, why in awards.passed_over]
    if would_be != [(award.tier, award.enrolment_id, award.unit_id) for award in award_list.by_rank]:
        return True
    if passed != [(one.enrolment_id, one.kind) for one in award_list.passed_over]:
        return True
    right = corrected_units(ctx, campaign_id=campaign.id, part=of.part)
    if any(right.get(one.enrolment_id, (one.unit_id,))[0] != one.unit_id for one in award_list.by_hand):
        return True
    by_hand = {award.enrolment_id for award in award_list.by_hand}
    if by_hand and scheme.extra_counts:
        by_hand &= persons_with_enough(ctx, campaign=campaign, scheme=scheme, of=of).keys()
        if by_hand:
            return True
    enough = _units_with_enough(ctx, campaign, of.part).keys()
    return bool({award.unit_id for award in award_list.unit_awards} & enough)


def draft_numbered(ctx: Context, campaign: Campaign, number: int) -> AwardList:
    """Return a list that may still be changed; call it under :func:`lock`.

    Raises Missing if there is no such list, Conflict if it is no draft.
    """
    award_list = list_numbered(ctx, campaign_id=campaign.id, number=number)
    if award_list is None:
        raise Missing(T("There is no award list %(number)s.", number=number))
    ctx.session.refresh(award_list)
    if not award_list.is_draft:
        raise Conflict(T("Award list %(number)s is not a draft; it can no longer be changed.", number=number))
    return award_list


def lock(ctx: Context, campaign: Campaign) -> None:
    """Let the changes of a campaign's awards happen one after another, to the end of the transaction."""
    ctx.session.execute(sa.select(Campaign.id).where(Campaign.id == campaign.id).with_for_update(key_share=True))


def seal(ctx: Context, award_list: AwardList) -> None:
    """Bring sum and digest of a draft in line with its awards; flushes."""
    persons = sum(award.value for award in award_list.awards)
    award_list.total_value = persons + sum(award.value for award in award_list.unit_awards)
    award_list.digest = ""
    ctx.session.flush()
    # What the digest covers has the values of the columns from here on: defaults, and keys of the database.
    award_list.digest = digest_of(award_list)
    ctx.session.flush()


def _part(award_list: AwardList) -> tuple[str, int]:
    return award_list.set_key, award_list.phase_id


def _award(place: int, tier: Tier, person: Candidate, salt: str) -> Award:
    return Award(
        place=place,
        tier=tier.key,
        title=tier.title,
        value=tier.value,
        in_kind=tier.in_kind,
        enrolment_id=person.enrolment_id,
        unit_id=person.unit_id,
        code=person.code,
        recipient=person.name,
        name_salt=salt,
        name_digest=commitment(salt, person.name),
        unit_name=person.unit_name,
        rank=person.rank,
        tie_place=person.tie_place,
        score=person.score,
        max_score=person.max_score,
        duration_ms=person.duration_ms,
    )


def _passed_over(place: int, person: Candidate, passing: Passing) -> PassedOver:
    return PassedOver(
        place=place,
        enrolment_id=person.enrolment_id,
        code=person.code,
        rank=person.rank,
        list_number=passing.list_number,
        title=passing.title,
        kind=passing.kind,
    )


def _put_in_force(ctx: Context, campaign: Campaign, award_list: AwardList) -> None:
    former = adopted_list(ctx, campaign_id=campaign.id, part=_part(award_list))
    if former is not None:
        former.state = AwardListState.SUPERSEDED
        ctx.session.flush()
    award_list.state = AwardListState.ADOPTED
    award_list.adopted_at = ctx.now
    campaign.version += 1
    ctx.session.flush()
