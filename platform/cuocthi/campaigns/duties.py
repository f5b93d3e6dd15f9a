"""What somebody has to do next in each of several campaigns, and who: from the core, from tasks, from plugins.

The number of statements does not grow with the number of campaigns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.committees.models import Committee, Membership
from cuocthi.committees.words import ROLES
from cuocthi.contributions import Duty
from cuocthi.incidents import incident
from cuocthi.news.queries import missed
from cuocthi.personal.corrections import waiting_corrections
from cuocthi.rules import changes, issuing, ranking_rules
from cuocthi.standings.lot_queries import open_lots
from cuocthi.standings.models import Ranking, RankingState, TieMethod
from cuocthi.standings.proposals import Proposal, ProposalKind, undecided
from cuocthi.standings.refresh import overtaken_rounds
from cuocthi.tasks.queries import tasks
from cuocthi.text import TN, T, Text
from cuocthi.timelines import extensions
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import PhaseState, phase_state
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Permission
    from cuocthi.tasks.models import Task
    from cuocthi.timelines.models import Phase

    #: Makes the address of a page, as :func:`flask.url_for` does.
    Address = Callable[..., str]

#: How long before its day a task stands among what is to be done next.
HORIZON = timedelta(days=14)

_SECOND_PERSON = T("Somebody has proposed it; another person has to confirm it")


@dataclass(frozen=True, slots=True)
class Owed:
    """A duty with who has it: a person, a committee, or all committees that may; ``mine`` if that is the reader."""

    duty: Duty
    who: Sequence[Text | str]
    mine: bool


def given_duties(ctx: Context, *, campaigns: Sequence[Campaign], address: Address) -> list[Duty]:
    """Return what was given to somebody in these campaigns: tasks, lots, what went wrong, and what plugins name."""
    slugs = {campaign.id: campaign.slug for campaign in campaigns if campaign.state is not CampaignState.ARCHIVED}
    living = [campaign for campaign in campaigns if campaign.id in slugs]
    if not living:
        return []
    horizon = ctx.now.astimezone(LOCAL_ZONE).date() + HORIZON
    return [
        *(
            _task_duty(ctx, task, address("tasks.show", slug=slugs[task.campaign_id], task_id=task.id))
            for task in sorted(tasks(ctx, campaign_ids=list(slugs), undone=True), key=lambda task: task.due_on)
            if task.due_on <= horizon
        ),
        *(
            Duty(
                f"news-{one.id}",
                one.campaign_id,
                T("“%(subject)s” was not sent in time", subject=one.subject),
                "core:news:send",
                url=address("news.announcement", slug=slugs[one.campaign_id], announcement_id=one.id),
                late=True,
            )
            for one in missed(ctx, campaign_ids=list(slugs))
        ),
        *(
            Duty(
                "corrections",
                campaign_id,
                TN("%(count)s wish for a correction waits", "%(count)s wishes for corrections wait", number),
                "core:correction:decide",
                url=address("corrections.listing", slug=slugs[campaign_id]),
            )
            for campaign_id, number in waiting_corrections(ctx, campaign_ids=list(slugs)).items()
        ),
        *_lot_duties(ctx, slugs, address),
        *ctx.hooks.collect_among(ctx, living, "duties", Duty),
    ]


def course_duties(
    ctx: Context, *, campaigns: Sequence[Campaign], timelines: Mapping[int, Sequence[Phase]], address: Address
) -> list[Duty]:
    """Return what the course of these campaigns asks for: opening, second persons, rankings; by their ``timelines``."""
    open_ones = {campaign.id: campaign for campaign in campaigns if campaign.state is CampaignState.OPEN}
    rankings = newest_states(ctx, campaign_ids=list(open_ones))
    overtaken = overtaken_rounds(ctx, campaign_ids=list(open_ones)) if rankings else set()
    return [
        *(
            Duty(
                "opening",
                campaign.id,
                T("Finish the preparation and open the campaign"),
                "core:campaign:open",
                url=address("campaigns.readiness", slug=campaign.slug),
            )
            for campaign in campaigns
            if campaign.state is CampaignState.DRAFT
        ),
        *_proposal_duties(ctx, open_ones, timelines, address),
        *(
            duty
            for campaign in open_ones.values()
            for phase in timelines.get(campaign.id, ())
            if (duty := _ranking_duty(ctx, campaign, phase, rankings.get(phase.id), overtaken, address)) is not None
        ),
    ]


def owed(
    ctx: Context,
    *,
    duties: Sequence[Duty],
    held: Mapping[int, frozenset[str]],
    permissions: Mapping[str, Permission],
) -> dict[int, list[Owed]]:
    """Return duties by campaign with who has them, the reader's own and what is overdue first (two statements).

    ``held`` are the reader's permissions by campaign. What needs a permission that nobody can hold is left out.
    """
    committees = _committees(ctx, {duty.campaign_id for duty in duties})
    named = sorted({duty.user_id for duty in duties if duty.user_id is not None})
    people = {user.id: user.name for user in ctx.session.scalars(sa.select(User).where(User.id.in_(named)))}
    found: dict[int, list[Owed]] = {}
    for duty in duties:
        if duty.permission not in permissions:
            continue
        own = committees.get(duty.campaign_id, [])
        mine = _is_mine(ctx, duty, own, held.get(duty.campaign_id, frozenset()))
        found.setdefault(duty.campaign_id, []).append(
            Owed(duty, _who(duty, own, people, permissions[duty.permission]), mine)
        )
    for duties_of_one in found.values():
        duties_of_one.sort(key=lambda one: (not one.duty.late, not one.mine))
    return found


def newest_states(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[int, RankingState]:
    """Return by round the state of the newest version of its ranking; one that is adopted comes first."""
    rows = ctx.session.execute(
        sa.select(Ranking.phase_id, Ranking.state).where(Ranking.campaign_id.in_(campaign_ids)).order_by(Ranking.number)
    )
    found: dict[int, RankingState] = {}
    for phase_id, state in rows:
        if found.get(phase_id) is not RankingState.ADOPTED:
            found[phase_id] = state
    return found


def _task_duty(ctx: Context, task: Task, url: str) -> Duty:
    late = task.due_on < ctx.now.astimezone(LOCAL_ZONE).date()
    return Duty(
        f"task-{task.id}",
        task.campaign_id,
        T("%(text)s", text=task.title),
        "core:task:edit" if task.committee is None else "core:task:complete",
        T("It was due on %(day)s", day=task.due_on) if late else T("Until %(day)s", day=task.due_on),
        url,
        committee=task.committee.key if task.committee else "",
        user_id=task.user_id,
        late=late,
    )


def _proposal_duties(
    ctx: Context, campaigns: Mapping[int, Campaign], timelines: Mapping[int, Sequence[Phase]], address: Address
) -> list[Duty]:
    """Return what waits for a second person and can still come into force."""
    kinds: list[ProposalKind[Any]] = [extensions.KIND, incident.KIND, changes.KIND, issuing.KIND, ranking_rules.KIND]
    made = undecided(ctx, campaign_ids=list(campaigns), kinds=kinds)
    found = []
    for campaign_id, kind, proposal in made:
        rounds = [phase for phase in timelines.get(campaign_id, ()) if phase.kind is PhaseKind.CONTEST]
        what = _second_persons(ctx, kind, proposal, rounds)
        if what is not None:
            title, endpoint, permission = what
            at = {"phase_id": proposal.phase_id} if kind is ranking_rules.KIND else {}
            url = address(endpoint, slug=campaigns[campaign_id].slug, **at)
            found.append(Duty(f"proposal-{proposal.id}", campaign_id, title, permission, _SECOND_PERSON, url))
    return found


def _second_persons(
    ctx: Context, kind: ProposalKind[Any], proposal: Proposal[Any], rounds: Sequence[Phase]
) -> tuple[Text, str, str] | None:
    """Return the words, the page and the permission by which a proposal is confirmed; None if it is too late for it."""
    if kind in (extensions.KIND, incident.KIND):
        meant = next((phase for phase in rounds if phase.id == proposal.phase_id), None)
        title = None if meant is None else _second_persons_on_time(ctx, kind, proposal, meant)
        return None if title is None else (title, "timelines.edit", "core:timeline:edit")
    if kind is changes.KIND:
        meant = next((phase for phase in rounds if phase.number == proposal.content.from_round), None)
        if meant is None or _state(ctx, meant) is not PhaseState.UPCOMING:
            return None
        title = T("Confirm the settings that are to hold from “%(round)s” on", round=meant.title)
        return title, "rules.draft", "core:campaign:edit"
    if kind is ranking_rules.KIND:
        meant = next((phase for phase in rounds if phase.id == proposal.phase_id), None)
        if meant is None or _state(ctx, meant) is not PhaseState.UPCOMING:
            return None
        title = T("Confirm the ranking rules that are to hold from “%(round)s” on", round=meant.title)
        return title, "standings.ranking_rules", "core:campaign:edit"
    # Afterwards one person issues the rules alone.
    begun = any(_state(ctx, phase) in (PhaseState.OPEN, PhaseState.BETWEEN) for phase in rounds)
    return (T("Confirm the rules that are to be issued anew"), "rules.draft", "core:document:edit") if begun else None


def _second_persons_on_time(
    ctx: Context, kind: ProposalKind[Any], proposal: Proposal[Any], meant: Phase
) -> Text | None:
    """Return the words by which more time in a round is confirmed, for all or after an incident; None if too late."""
    if kind is extensions.KIND and _state(ctx, meant) is PhaseState.OPEN:
        return T("Confirm the extension of “%(round)s”", round=meant.title)
    if kind is incident.KIND and ctx.now < proposal.content.until_at:
        return T("Confirm what is granted after an incident in “%(round)s”", round=meant.title)
    return None


def _state(ctx: Context, phase: Phase) -> PhaseState:
    return phase_state(phase.windows, ctx.now)


def _lot_duties(ctx: Context, slugs: Mapping[int, str], address: Address) -> list[Duty]:
    """Return the lots that wait for somebody's part, or for a second person."""
    found = []
    for lot, parts in open_lots(ctx, campaign_ids=list(slugs)):
        if lot.method is TieMethod.JURY:
            title, detail = T("Confirm the jury’s order at rank %(rank)s", rank=lot.rank), _SECOND_PERSON
        else:
            title = T("Give a part of the seed of lot %(number)s", number=lot.number)
            detail = (
                T("One person has given a part; another person gives the other one")
                if parts
                else T("Two different persons give one part each, from %(when)s on", when=lot.parts_from)
                if lot.parts_from is not None and ctx.now < lot.parts_from
                else T("Two different persons give one part each")
            )
        at = {"slug": slugs[lot.campaign_id], "phase_id": lot.phase_id, "number": lot.number}
        url = address("standings.lot", **at)
        found.append(Duty(f"lot-{lot.id}", lot.campaign_id, title, "core:entry:decide", detail, url))
    return found


def _ranking_duty(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    phase: Phase,
    ranking: RankingState | None,
    overtaken: set[int],
    address: Address,
) -> Duty | None:
    if phase.kind is not PhaseKind.CONTEST or _state(ctx, phase) is not PhaseState.CLOSED:
        return None
    url, key = address("standings.overview", slug=campaign.slug), f"ranking-{phase.id}"
    if ranking is RankingState.ADOPTED and phase.id not in overtaken:
        return None
    if ranking is RankingState.ADOPTED:
        title = T("Build and check the ranking of “%(round)s” anew", round=phase.title)
        return Duty(key, campaign.id, title, "core:ranking:build", T("What it rests on has changed"), url)
    if ranking is RankingState.PROVISIONAL:
        title = T("Adopt the ranking of “%(round)s”", round=phase.title)
        return Duty(key, campaign.id, title, "core:ranking:adopt", T("Two different persons confirm it"), url)
    title = T("Build and check the ranking of “%(round)s”", round=phase.title)
    detail = T("The round closed at %(moment)s", moment=phase.closes_at)
    return Duty(key, campaign.id, title, "core:ranking:build", detail, url)


@dataclass(frozen=True, slots=True)
class _Body:
    """A committee, and whether the reader sits on it."""

    committee: Committee
    seated: bool


def _committees(ctx: Context, campaign_ids: set[int]) -> dict[int, list[_Body]]:
    seat = sa.and_(
        Membership.committee_id == Committee.id,
        Membership.user_id == ctx.actor.user_id,
        Membership.ended_at.is_(None),
    )
    rows = ctx.session.execute(
        sa.select(Committee, Membership.id)
        .outerjoin(Membership, seat)
        .where(Committee.campaign_id.in_(campaign_ids))
        .order_by(Committee.id)
    )
    found: dict[int, list[_Body]] = {}
    for committee, seat_id in rows:
        found.setdefault(committee.campaign_id, []).append(_Body(committee, seat_id is not None))
    return found


def _who(duty: Duty, bodies: Sequence[_Body], people: Mapping[int, str], permission: Permission) -> list[Text | str]:
    if duty.user_id is not None:
        return [people.get(duty.user_id, "")]
    if duty.committee:
        return [body.committee.title for body in bodies if body.committee.key == duty.committee]
    able = [body.committee.title for body in bodies if body.committee.role in permission.roles]
    # Where no committee of that kind was set up, its role says who is missing.
    return list(able) or [ROLES[role] for role in sorted(permission.roles)[:1]]


def _is_mine(ctx: Context, duty: Duty, bodies: Sequence[_Body], held: frozenset[str]) -> bool:
    if duty.user_id is not None:
        return duty.user_id == ctx.actor.user_id
    if duty.committee:
        return any(body.seated for body in bodies if body.committee.key == duty.committee)
    return duty.permission in held
