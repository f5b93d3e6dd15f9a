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
from cuocthi.standings.queries import adopted_ranking
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi_prizes.digests import digest_of
from cuocthi_prizes.domain.proposals import is_over, propose
from cuocthi_prizes.domain.scheme import refuse_archived
from cuocthi_prizes.models import Award, AwardList, AwardListState, UnitAward
from cuocthi_prizes.queries import (
    SUBJECT,
    Candidate,
    adopted_list,
    draft_list,
    last_number,
    list_numbered,
    load_scheme,
)
from cuocthi_prizes.settings import Tier, excess

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.text import Text


def draw_up(ctx: Context, *, campaign: Campaign, statement: str = "") -> AwardList:
    """Make a new draft from the adopted ranking; a former draft is withdrawn.

    Collective awards of the former draft, or else of the adopted list, are taken over with their decisions; whoever
    wants others takes them out and enters them anew. ``statement`` says what a list that is to replace an adopted
    one changes and why. Raises Blocked with every reason why nothing can be awarded yet, DomainError without a
    statement where one is needed, Closed in an archived campaign.
    """
    refuse_archived(campaign)
    lock(ctx, campaign)
    proposal = propose(ctx, campaign=campaign)
    if proposal.obstacles or proposal.round_ is None or proposal.ranking is None:
        raise Blocked(T("No award list can be drawn up yet."), proposal.obstacles)
    former = draft_list(ctx, campaign_id=campaign.id)
    adopted = adopted_list(ctx, campaign_id=campaign.id)
    statement = statement.strip()
    if adopted is not None and not statement:
        message = T("List %(number)s is adopted: say what the new one changes, and why.", number=adopted.number)
        raise DomainError(message, field="statement")
    if former is not None:
        former.state = AwardListState.WITHDRAWN
        ctx.session.flush()
    taken_over = former or adopted
    award_list = AwardList(
        campaign_id=campaign.id,
        phase_id=proposal.round_.id,
        number=last_number(ctx, campaign_id=campaign.id) + 1,
        state=AwardListState.DRAFT,
        ranking_id=proposal.ranking.id,
        ranking_number=proposal.ranking.number,
        ranking_digest=proposal.ranking.digest,
        settings_version_id=proposal.scheme_version_id,
        statement=statement,
        created_by=ctx.actor.user_id,
        created_at=ctx.now,
        awards=[_award(place, *given) for place, given in enumerate(proposal.allocation.places, start=1)],
        unit_awards=[_copy(award) for award in taken_over.unit_awards] if taken_over else [],
    )
    ctx.session.add(award_list)
    seal(ctx, award_list)
    record(
        ctx,
        action="prizes:list:draw_up",
        summary=T("Drew up award list %(number)s", number=award_list.number),
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        after={"ranking": award_list.ranking_number, "awards": len(award_list.awards), "digest": award_list.digest},
    )
    return award_list


def adopt(ctx: Context, *, campaign: Campaign, number: int, digest: str) -> AwardList:
    """Give one person's confirmation of a draft; the second person's adopts it and supersedes the adopted one.

    ``digest`` is that of the list the person looked at. Raises Blocked with every reason against adoption, Conflict
    if the list is no draft, has changed, or this person has confirmed it already, Closed in an archived campaign.
    """
    refuse_archived(campaign)
    lock(ctx, campaign)
    award_list = draft_numbered(ctx, campaign, number)
    if award_list.digest != digest or digest_of(award_list) != digest:
        raise Conflict(T("The list has changed while you were reading it. Read it again, then confirm."))
    reasons = adoption_obstacles(ctx, campaign=campaign, award_list=award_list)
    if reasons:
        raise Blocked(T("The award list cannot be adopted yet."), reasons)
    confirmed = confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=award_list.id, digest=digest)
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


def adoption_obstacles(ctx: Context, *, campaign: Campaign, award_list: AwardList) -> list[Text]:
    """Return every reason why a draft cannot be adopted now, those of all plugins included."""
    round_ = ctx.session.get_one(Phase, award_list.phase_id)
    blockers = ctx.hooks.collect(ctx, campaign, "act_blockers", Blocker, act=Act.ADOPT_AWARDS, round_=round_)
    reasons = [blocker.reason for blocker in blockers]
    if not is_over(ctx, round_):
        reasons.append(T("The round “%(title)s” is not over yet.", title=round_.title))
    ranking = adopted_ranking(ctx, round_=round_)
    if ranking is None or ranking.id != award_list.ranking_id:
        reasons.append(T("The list rests on a ranking that is no longer the adopted one: draw up a new list."))
    else:
        reasons += stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
    scheme = load_scheme(ctx, campaign=campaign)
    if scheme.version_id != award_list.settings_version_id:
        reasons.append(T("The scheme of prizes was changed after the list was drawn up: draw up a new list."))
    too_much = excess(award_list.total_value, scheme.value.allotted)
    if too_much:
        reasons.append(T("The awards exceed the allotted sum by %(sum)s đồng.", sum=too_much))
    return reasons


def draft_numbered(ctx: Context, campaign: Campaign, number: int) -> AwardList:
    """Return a version of the list that may still be changed; call it under :func:`lock`.

    Raises Missing if there is no such version, Conflict if it is no draft.
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
    award_list.digest = digest_of(award_list)
    ctx.session.flush()


def _award(place: int, tier: Tier, person: Candidate) -> Award:
    return Award(
        place=place,
        tier=tier.key,
        title=tier.title,
        value=tier.value,
        enrolment_id=person.enrolment_id,
        unit_id=person.unit_id,
        code=person.code,
        recipient=person.name,
        unit_name=person.unit_name,
        rank=person.rank,
        tie_place=person.tie_place,
        score=person.score,
        max_score=person.max_score,
        duration_ms=person.duration_ms,
    )


def _copy(award: UnitAward) -> UnitAward:
    columns = (column.key for column in sa.inspect(UnitAward).columns if column.key not in {"id", "award_list_id"})
    return UnitAward(**{key: getattr(award, key) for key in columns})


def _put_in_force(ctx: Context, campaign: Campaign, award_list: AwardList) -> None:
    former = adopted_list(ctx, campaign_id=campaign.id)
    if former is not None:
        former.state = AwardListState.SUPERSEDED
        ctx.session.flush()
    award_list.state = AwardListState.ADOPTED
    award_list.adopted_at = ctx.now
    campaign.version += 1
    ctx.session.flush()
