"""Rankings that are made of others: which rounds count in them, and whether those still are what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar

import sqlalchemy as sa

from cuocthi.contributions import ContestFormat
from cuocthi.standings.models import Ranking, RankingState
from cuocthi.text import T
from cuocthi.timelines.queries import rounds

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import CountedRound
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

    #: By round the number and the digest of the version of its ranking that was counted.
    MadeOf = dict[str, list[int | str]]


class _Sourced(Protocol):
    @property
    def source(self) -> str: ...


OfPhases = TypeVar("OfPhases", bound=_Sourced)


def is_made_of_others(ctx: Context, *, source: str) -> bool:
    """Tell whether rounds of this format have no entries of their own; their results are what other rounds came to."""
    return any(not item.entered for item in _formats(ctx, source))


def entered(ctx: Context, *, phases: Iterable[OfPhases]) -> list[OfPhases]:
    """Return phases, or drafts of some, without the rounds that are made of others: nobody is busy in these."""
    every = list(phases)
    sources = {phase.source for phase in every if phase.source}
    others = {source for source in sources if is_made_of_others(ctx, source=source)}
    return [phase for phase in every if phase.source not in others]


def counted_rounds(ctx: Context, *, campaign: Campaign, round_: Phase) -> Sequence[CountedRound]:
    """Return the rounds whose rankings the results of a round are made of; none where it has entries of its own."""
    return [one for item in _formats(ctx, round_.source) if item.counts for one in item.counts(ctx, campaign, round_)]


def rounds_behind(ctx: Context, *, campaign: Campaign, round_: Phase) -> list[Phase]:
    """Return a round, and all whose rankings count in its own, also through others; in the order of the timeline.

    What stands against the ranking or the awards of one of them stands against those of ``round_``.
    """
    known = {one.id: one for one in rounds(ctx, campaign_id=campaign.id)}
    found = {round_.id: round_}
    waiting = [round_]
    while waiting:
        for one in counted_rounds(ctx, campaign=campaign, round_=waiting.pop()):
            counted = known.get(one.round_id)
            if counted is not None and counted.id not in found:
                found[counted.id] = counted
                waiting.append(counted)
    return sorted(found.values(), key=lambda one: (one.number or 0, one.id))


def shows_values(ctx: Context, *, campaign: Campaign, round_: Phase) -> bool:
    """Tell whether people may see what their own entries came to, in a round and in all that count in it."""
    behind = rounds_behind(ctx, campaign=campaign, round_=round_)
    return all(
        item.shows(ctx, campaign, one) for one in behind for item in _formats(ctx, one.source) if item.shows is not None
    )


def made_of(ctx: Context, *, campaign: Campaign, round_: Phase) -> MadeOf | None:
    """Return what a ranking of a round's present results is made of, as it is kept; None with entries of its own."""
    found = counted_rounds(ctx, campaign=campaign, round_=round_)
    return {str(one.round_id): list(one.ranking) for one in found if one.ranking is not None} or None


def not_adopted(ctx: Context, *, campaign: Campaign, round_: Phase) -> list[Text]:
    """Return why the ranking of a round cannot be adopted yet on account of the rounds that it counts."""
    behind = [one for one in rounds_behind(ctx, campaign=campaign, round_=round_) if one.id != round_.id]
    adopted = _in_force(ctx, [one.id for one in behind], drafts=False)
    reasons = [
        T("Entries of “%(round)s”, which counts, may be open until %(when)s.", round=one.title, when=one.over_at)
        for one in behind
        if ctx.now < one.over_at
    ]
    return reasons + [
        T("The ranking of “%(round)s” is not adopted yet.", round=one.title) for one in behind if one.id not in adopted
    ]


def overtaken_versions(ctx: Context, *, ranking: Ranking) -> list[Text]:
    """Return which other versions of the rankings that it counts have come into force since a ranking was made.

    Also of those that count in these (a statement or two for each step between them).
    """
    counted = ranking.made_of or {}
    if not counted:
        return []
    ids = [int(key) for key in counted]
    now = _in_force(ctx, ids, drafts=True)
    titles = {one.id: one.title for one in rounds(ctx, campaign_id=ranking.campaign_id)}
    reasons: list[Text] = []
    for round_id in sorted(now.keys() & set(ids)):
        in_force = now[round_id]
        if [in_force.number, in_force.digest] == counted[str(round_id)]:
            reasons += overtaken_versions(ctx, ranking=in_force)
        elif in_force.number == counted[str(round_id)][0]:
            reasons.append(T("The ranking of “%(round)s” was made anew since it was counted.", round=titles[round_id]))
        else:
            words = {"made": counted[str(round_id)][0], "now": in_force.number, "round": titles[round_id]}
            reasons.append(T("It is made of version %(made)s of “%(round)s”; version %(now)s counts now.", **words))
    return reasons


def _formats(ctx: Context, source: str) -> list[ContestFormat]:
    return [item for _, item in ctx.hooks.boot("register_formats", ContestFormat) if item.source == source]


def _in_force(ctx: Context, round_ids: Collection[int], *, drafts: bool) -> dict[int, Ranking]:
    """Return by round the ranking that is adopted, or with ``drafts`` the newest one where none is (one statement)."""
    adopted_last = sa.case((Ranking.state == RankingState.ADOPTED, 1), else_=0)
    found = sa.select(Ranking).where(Ranking.phase_id.in_(round_ids)).order_by(adopted_last, Ranking.number)
    if not drafts:
        found = found.where(Ranking.state == RankingState.ADOPTED)
    return {one.phase_id: one for one in ctx.session.scalars(found)}
