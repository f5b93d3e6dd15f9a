"""What stands against merging two accounts, and against taking it back.

Whoever merges accounts decides who signs in to them. So the staff of a campaign does it for people who are alike, take
part there and nowhere else, and have no power anywhere, and for so many an hour; all else is for administrators.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Forbidden
from cuocthi.merging.models import Merger
from cuocthi.merging.queries import told_apart
from cuocthi.standings.models import Decision, Ranking
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.context import Context
    from cuocthi.merging.planning import Plan
    from cuocthi.text import Text

#: How many mergers one helper makes within an hour.
BY_ONE_AN_HOUR = 20


def check_door(ctx: Context, *, campaign: Campaign | None, merger: Merger | None = None) -> None:
    """Raise Forbidden unless the actor may act here: in a campaign's own mergers, or as an administrator."""
    if campaign is None:
        actor = None if ctx.actor.user_id is None else ctx.session.get(User, ctx.actor.user_id)
        if actor is None or not actor.is_admin:
            raise Forbidden(T("Only an administrator may do this."))
    elif merger is not None and merger.campaign_id != campaign.id:
        raise Forbidden(T("This merger was not made by this campaign."))


def merger_obstacles(ctx: Context, *, plan: Plan, campaign: Campaign | None) -> list[Text]:
    """Return everything that stands against a merger by the staff of ``campaign``, or by an administrator."""
    check_door(ctx, campaign=campaign)
    found = [*_always(ctx, plan), *(() if campaign is None else _for_staff(ctx, plan, campaign))]
    campaign_id = None if campaign is None else campaign.id
    if told_apart(ctx, campaign_id=campaign_id, first_id=plan.kept.id, second_id=plan.merged.id) is not None:
        found.append(T("It was said that these are two people. Whoever said so has to take it back first."))
    return found


def _always(ctx: Context, plan: Plan) -> Iterator[Text]:
    if ctx.actor.user_id in {plan.kept.id, plan.merged.id}:
        yield T("One of these accounts is your own; somebody else has to merge it.")
    if plan.kept.is_admin or plan.merged.is_admin:
        yield T("The account of an administrator is not merged with another one.")
    if plan.kept.is_demo != plan.merged.is_demo:
        yield T("An account of the demonstration is not merged with a real one.")
    if plan.merged.id in plan.second_factors and plan.kept.id not in plan.second_factors:
        yield T("The account to be given up has a second factor, the other has none. Please keep the other way round.")
    if "birth_date" in plan.differing:
        yield T("The dates of birth differ. If one of them is wrong, please correct it first.")
    if "citizen_id" in plan.differing:
        yield T("The citizen ID numbers differ. If one of them is wrong, please correct it first.")
    if not plan.kept.active or not plan.merged.active:
        yield T("One of these accounts is closed.")


def _for_staff(ctx: Context, plan: Plan, campaign: Campaign) -> Iterator[Text]:
    here = {one.moves for one in plan.entries if one.campaign.id == campaign.id}
    if len(here) < 2:  # noqa: PLR2004 - of either account one
        yield T("Both must take part in this contest; people of several contests are merged by an administrator.")
    elif any(one.campaign.id != campaign.id for one in plan.entries):
        yield T("One of these people has taken part in other contests; only an administrator may merge such accounts.")
    if not _alike(plan, campaign):
        yield T("Neither name nor contact nor citizen ID number is the same; only an administrator may merge these.")
    if plan.seated:
        yield T("One of these people sits on a committee; only an administrator may merge such accounts.")
    if _merged_lately(ctx) >= BY_ONE_AN_HOUR:
        yield T("You have merged accounts %(count)s times within an hour. Please go on later.", count=BY_ONE_AN_HOUR)


def _alike(plan: Plan, campaign: Campaign) -> bool:
    """Return whether anything speaks for one person, as it does in the list of likely pairs, or the name."""
    names: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}
    for one in plan.entries:
        if one.campaign.id == campaign.id:
            names[one.moves].add((one.enrolment.name_folded, one.enrolment.unit_id))
    same_name = plan.kept.name_folded == plan.merged.name_folded
    return same_name or plan.same_number or bool(plan.shared_contacts) or bool(names[True] & names[False])


def _merged_lately(ctx: Context) -> int:
    """Return how many mergers the actor made for campaigns within an hour."""
    made = sa.select(sa.func.count()).where(
        Merger.merged_by == ctx.actor.user_id,
        Merger.merged_at > ctx.now - timedelta(hours=1),
        Merger.campaign_id.is_not(None),
    )
    return ctx.session.scalar(made) or 0


def undoing_obstacles(ctx: Context, *, merger: Merger) -> list[Text]:
    """Return everything that has been built on a merger, so that it cannot be taken back any more."""
    if merger.undone_at is not None:
        return [T("It has been undone already.")]
    kept = ctx.session.get_one(User, merger.kept_id)
    if kept.merged_into_id is not None:
        return [T("The account was merged with a third one afterwards; that has to be undone first.")]
    if not kept.active:
        return [T("The account has been closed since.")]
    return [*_adopted_since(ctx, merger), *_decided_since(ctx, merger)]


def _adopted_since(ctx: Context, merger: Merger) -> list[Text]:
    """A ranking that was adopted without the excluded entry rests on the merger."""
    excluded = [enrolment_id for enrolment_id, _decision in merger.moved["excluded"]]
    concerned = sa.select(Enrolment.campaign_id).where(Enrolment.id.in_(excluded))
    names = ctx.session.scalars(
        sa.select(Campaign.name)
        .join(Ranking, Ranking.campaign_id == Campaign.id)
        .where(Campaign.id.in_(concerned), Ranking.adopted_at >= merger.merged_at)
        .distinct()
        .order_by(Campaign.name)
    )
    return [T("A ranking of “%(campaign)s” has been adopted since.", campaign=name) for name in names]


def _decided_since(ctx: Context, merger: Merger) -> list[Text]:
    own = {decision for _enrolment, decision in merger.moved["excluded"]}
    excluded = [enrolment_id for enrolment_id, _decision in merger.moved["excluded"]]
    codes = ctx.session.scalars(
        sa.select(Enrolment.code)
        .join(Decision, Decision.enrolment_id == Enrolment.id)
        .where(Enrolment.id.in_(excluded), Decision.id.not_in(own), Decision.decided_at >= merger.merged_at)
        .distinct()
        .order_by(Enrolment.code)
    )
    return [T("The entry of %(code)s has been decided upon again since.", code=code) for code in codes]
