"""What an award list would be if it were made now, and everything that still stands in its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.errors import Missing
from cuocthi.standings.domain import stale_reasons
from cuocthi.standings.queries import adopted_ranking
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.allocation import Allocation, OpenTie, allocate
from cuocthi_prizes.domain.scheme import awarded_round
from cuocthi_prizes.queries import Candidate, candidates, load_scheme

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.settings import PrizeSettings

#: How many of those who are equal a message names.
NAMES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Proposal:
    """The awards that the adopted ranking and the scheme give now.

    ``round_`` and ``ranking`` are None where there is none; ``obstacles`` say why no list can be made of it.
    """

    scheme: PrizeSettings
    scheme_version_id: int | None
    round_: Phase | None
    ranking: Ranking | None
    allocation: Allocation[Candidate]
    obstacles: tuple[Text, ...]


def propose(ctx: Context, *, campaign: Campaign) -> Proposal:
    """Return the present proposal; changes nothing."""
    loaded = load_scheme(ctx, campaign=campaign)
    scheme = loaded.value
    obstacles = [] if scheme.tiers else [T("The scheme has no individual prizes yet.")]
    allocation: Allocation[Candidate] = Allocation((), ())
    ranking = None
    try:
        round_ = awarded_round(scheme, rounds(ctx, campaign_id=campaign.id))
    except Missing as error:
        return Proposal(scheme, loaded.version_id, None, None, allocation, (*obstacles, error.message))
    if not is_over(ctx, round_):
        obstacles.append(T("The round “%(title)s” is not over yet.", title=round_.title))
    ranking = adopted_ranking(ctx, round_=round_)
    if ranking is None:
        obstacles.append(T("The ranking of “%(title)s” has not been adopted yet.", title=round_.title))
    else:
        obstacles += stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
        allocation = allocation_of(ctx, scheme=scheme, ranking=ranking)
        obstacles += open_tie_texts(allocation)
        if not allocation.places:
            obstacles.append(T("The adopted ranking names nobody who qualifies for a prize."))
    return Proposal(scheme, loaded.version_id, round_, ranking, allocation, tuple(obstacles))


def allocation_of(ctx: Context, *, scheme: PrizeSettings, ranking: Ranking) -> Allocation[Candidate]:
    """Return who would get what by a ranking, whatever its state."""
    return allocate(scheme.tiers, candidates(ctx, ranking_id=ranking.id, limit=scheme.places + 1))


def is_over(ctx: Context, round_: Phase) -> bool:
    """Tell whether nobody can act in the round any more."""
    return ctx.now >= round_.over_at


def open_tie_texts(allocation: Allocation[Candidate]) -> list[Text]:
    """Return the words for every tie that a lot or the jury must decide before prizes can be given."""
    return [_tie_text(tie) for tie in allocation.open_ties]


def _tie_text(tie: OpenTie[Candidate]) -> Text:
    names = ", ".join(person.name for person in tie.persons[:NAMES_SHOWN])
    tied = tie.persons[0].tied
    return T(
        "At rank %(rank)s, %(persons)s persons are equal (%(names)s), but their prizes would not be: %(tiers)s. "
        "A lot or the jury must decide before the ranking is adopted.",
        rank=tie.rank,
        persons=tied,
        names=f"{names}, …" if tied > len(tie.persons[:NAMES_SHOWN]) else names,
        tiers=", ".join(tier.title for tier in tie.tiers),
    )
