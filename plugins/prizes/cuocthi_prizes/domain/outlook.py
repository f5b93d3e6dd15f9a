"""What if: who would win, and for how much, by a changed set, beside who does by the present one. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.awarded import Awarded, awarded
from cuocthi_prizes.domain.changes import changes, would_be_given
from cuocthi_prizes.domain.proposals import Awards, awards_by

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.settings import PrizeSettings

#: How many of those whose prize would be another one are named.
NAMED = 100


@dataclass(frozen=True, slots=True)
class Look:
    """What a set gives in a round, and what it would: winners, their cost in đồng, ties that nobody has decided.

    ``changes`` says it person by person, the first :data:`NAMED`; ``more`` counts the others.
    """

    round_: Phase
    ranking_number: int
    winners: tuple[int, int]
    cost: tuple[int, int]
    open_ties: tuple[int, int]
    changes: Sequence[Text]
    more: int


def outlook(
    ctx: Context, *, campaign: Campaign, present: PrizeSettings, changed: PrizeSettings, key: str
) -> list[Look]:
    """Return for each round that the set ``key`` would award and that was ranked what would become of its prizes.

    By the newest version of each ranking, whatever its state.
    """
    campaign_rounds = rounds(ctx, campaign_id=campaign.id)
    is_awarded = {one.part: one for one in awarded(ctx, present, campaign_rounds)}
    found = []
    for of in awarded(ctx, changed, campaign_rounds):
        ranking = of.newest_ranking(ctx) if of.prize_set.key == key else None
        if ranking is not None:
            was = is_awarded.get(of.part)
            before = awards_by(ctx, campaign=campaign, scheme=present, of=was, ranking=ranking) if was else None
            after = awards_by(ctx, campaign=campaign, scheme=changed, of=of, ranking=ranking)
            found.append(_look(of, ranking.number, before, after))
    return found


def _look(of: Awarded, number: int, before: Awards | None, after: Awards) -> Look:
    places = (before.allocation.places if before else (), after.allocation.places)
    ties = (before.allocation.open_ties if before else (), after.allocation.open_ties)
    differing = changes(*(would_be_given(given) for given in places))
    return Look(
        round_=of.round_,
        ranking_number=number,
        winners=(len(places[0]), len(places[1])),
        cost=(sum(tier.value for tier, _ in places[0]), sum(tier.value for tier, _ in places[1])),
        open_ties=(len(ties[0]), len(ties[1])),
        changes=differing[:NAMED],
        more=max(len(differing) - NAMED, 0),
    )
