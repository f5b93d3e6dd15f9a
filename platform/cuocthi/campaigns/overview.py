"""How a campaign stands for its organisers: how many got how far, and what is to be done next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.queries import headcount_totals
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.models import Ranking, RankingState
from cuocthi.standings.refresh import overtaken_rounds
from cuocthi.text import T, Text, Until
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import PhaseState, phase_state

if TYPE_CHECKING:
    from cuocthi.campaigns.lifecycle import Readiness
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase

_MOST_DONE, _MOST_UNDONE = 2, 8
_BEFORE_IT_OPENS = T("Somebody has proposed it; another person has to confirm it before its round opens")


@dataclass(frozen=True, slots=True)
class Funnel:
    """Persons, never entries: ``registered`` are enrolled, ``starters`` began an entry, ``finishers`` handed one in.

    ``working`` are at it now; ``entitled`` is the number of people who may take part, 0 where it is not known.
    """

    entitled: int
    registered: int
    starters: int
    finishers: int
    working: int


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do next; ``endpoint`` is the page on which it is done, of the phase ``phase_id`` if there is one."""

    title: Text
    detail: Text | None
    endpoint: str
    done: bool = False
    phase_id: int | None = None


def funnel(ctx: Context, *, campaign: Campaign) -> Funnel:
    """Return how many persons got how far, as the enabled formats count them."""
    since = campaign.opened_at or campaign.created_at
    counts: dict[str, int] = {}
    for _, (name, number) in ctx.hooks.collect_by_plugin(ctx, campaign, "activity", tuple, since=since):
        counts[name] = counts.get(name, 0) + number
    registered = ctx.session.scalar(
        sa.select(sa.func.count())
        .select_from(Enrolment)
        .where(Enrolment.campaign_id == campaign.id, Enrolment.state == EnrolmentState.ACTIVE)
    )
    return Funnel(
        entitled=sum(headcount_totals(ctx, campaign_id=campaign.id).values()),
        registered=registered or 0,
        starters=counts.get("starters", 0),
        finishers=counts.get("finishers", 0),
        working=counts.get("open", 0),
    )


def tasks(
    ctx: Context,
    *,
    campaign: Campaign,
    phases: Sequence[Phase],
    ready: Readiness | None,
    to_extend: Sequence[Phase] = (),
    to_change: Sequence[Text] = (),
    to_rank: Sequence[Phase] = (),
) -> list[Task]:
    """Return what is to be done next, in the order in which it should be done; ``ready`` is given for a draft.

    ``to_extend`` are rounds whose extension waits for a second person, ``to_change`` the titles of parts whose changed
    settings do, ``to_rank`` rounds whose ranking rules do. Rounds that have not closed need nothing: the timeline opens
    and closes them. Of very many rounds the first that need something are told of, and the last that need nothing any
    more.
    """
    if campaign.state is CampaignState.ARCHIVED:
        return []
    if ready is not None:
        return [_opening(ready)]
    rankings = _newest_states(ctx, campaign)
    overtaken = overtaken_rounds(ctx, campaign_ids=[campaign.id]) if rankings else set()
    found = [
        _round_task(phase, rankings.get(phase.id), overtaken=phase.id in overtaken)
        for phase in phases
        if phase.kind is PhaseKind.CONTEST and phase_state(phase.windows, ctx.now) is PhaseState.CLOSED
    ]
    undone, done = [task for task in found if not task.done], [task for task in found if task.done]
    shown = [*done[-_MOST_DONE:], *undone[:_MOST_UNDONE]] if len(found) > _MOST_DONE + _MOST_UNDONE else found
    return [
        *(_extension_task(phase) for phase in to_extend),
        *(_change_task(part) for part in to_change),
        *(_ranking_rules_task(phase) for phase in to_rank),
        *shown,
    ]


def _change_task(part: Text) -> Task:
    return Task(T("Confirm the changed settings of “%(part)s”", part=part), _BEFORE_IT_OPENS, "rules.draft")


def _ranking_rules_task(phase: Phase) -> Task:
    title = T("Confirm the ranking rules that are to hold from “%(round)s” on", round=phase.title)
    return Task(title, _BEFORE_IT_OPENS, "standings.ranking_rules", phase_id=phase.id)


def _extension_task(phase: Phase) -> Task:
    detail = T("Somebody has proposed it; another person has to confirm it while the round is open")
    return Task(T("Confirm the extension of “%(round)s”", round=phase.title), detail, "timelines.edit")


def _opening(ready: Readiness) -> Task:
    if not ready.reasons:
        return Task(T("Open the campaign"), T("Everything required is done"), "campaigns.readiness")
    return Task(
        T("Finish the preparation"),
        T("%(number)s reasons against opening", number=len(ready.reasons)),
        "campaigns.readiness",
    )


def _round_task(phase: Phase, ranking: RankingState | None, *, overtaken: bool) -> Task:
    if ranking is RankingState.ADOPTED and overtaken:
        title = T("Build and check the ranking of “%(round)s” anew", round=phase.title)
        return Task(title, T("What it rests on has changed"), "standings.overview")
    if ranking is RankingState.ADOPTED:
        return Task(
            T("The ranking of “%(round)s” is adopted", round=phase.title), None, "standings.overview", done=True
        )
    if ranking is RankingState.PROVISIONAL:
        detail = T("Two different persons confirm it")
        return Task(T("Adopt the ranking of “%(round)s”", round=phase.title), detail, "standings.overview")
    detail = T("The round closed at %(moment)s", moment=Until(phase.closes_at))
    return Task(T("Build and check the ranking of “%(round)s”", round=phase.title), detail, "standings.overview")


def _newest_states(ctx: Context, campaign: Campaign) -> dict[int, RankingState]:
    """Return the state of the newest version of each round's ranking; one that is adopted comes first."""
    rows = ctx.session.execute(
        sa.select(Ranking.phase_id, Ranking.state).where(Ranking.campaign_id == campaign.id).order_by(Ranking.number)
    )
    found: dict[int, RankingState] = {}
    for phase_id, state in rows:
        if found.get(phase_id) is not RankingState.ADOPTED:
            found[phase_id] = state
    return found
