"""What is awarded: the sets of a scheme, each with the rounds that it has lists for, and the ranking of each list.

What a list ranks is known here alone: today a round. Whoever lets a set name something else that has rankings of its
own changes this module, and what stands in :class:`Awarded`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.errors import Missing
from cuocthi.standings.composition import is_made_of_others
from cuocthi.standings.queries import adopted_ranking, latest_ranking
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.queries import load_scheme

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.queries import Part
    from cuocthi_prizes.settings import PrizeSet, PrizeSettings


@dataclass(frozen=True, slots=True)
class Awarded:
    """A prize set in one of the rounds that it awards: what one list is of."""

    prize_set: PrizeSet
    round_: Phase

    @property
    def part(self) -> Part:
        """What lists of it are found by."""
        return self.prize_set.key, self.round_.id

    def is_over(self, ctx: Context) -> bool:
        """Tell whether nobody can act in the round any more."""
        return ctx.now >= self.round_.over_at

    def ranking(self, ctx: Context) -> Ranking | None:
        """Return the adopted ranking that is awarded, None while there is none."""
        return adopted_ranking(ctx, round_=self.round_)

    def newest_ranking(self, ctx: Context) -> Ranking | None:
        """Return the newest version of the ranking, whatever its state."""
        return latest_ranking(ctx, round_=self.round_)


def awarded(ctx: Context, scheme: PrizeSettings, campaign_rounds: Sequence[Phase]) -> list[Awarded]:
    """Return everything that the scheme awards, in the order of the rounds and, within one, of the sets."""
    found = [
        Awarded(one, round_)
        for one in scheme.sets
        if not one.is_empty
        for round_ in rounds_of(ctx, one, campaign_rounds)
    ]
    return sorted(found, key=lambda one: (one.round_.number or 0, one.round_.id))


def rounds_of(ctx: Context, prize_set: PrizeSet, campaign_rounds: Sequence[Phase]) -> Sequence[Phase]:
    """Return the rounds that a set awards: none if it names one that is gone, or none where there are several.

    Each round is each that people take part in: one that is made of others is awarded by a set that names it.
    """
    if prize_set.each_round:
        return [
            round_
            for round_ in campaign_rounds
            if round_.key not in prize_set.but_for and not is_made_of_others(ctx, source=round_.source)
        ]
    if prize_set.round:
        return [round_ for round_ in campaign_rounds if round_.key == prize_set.round]
    return campaign_rounds if len(campaign_rounds) == 1 else []


def removed_rounds(prize_set: PrizeSet, campaign_rounds: Sequence[Phase]) -> list[str]:
    """Return the keys of rounds that a set names and the campaign does not have (any more)."""
    known = {round_.key for round_ in campaign_rounds}
    return [key for key in (prize_set.round, *prize_set.but_for) if key and key not in known]


def all_awarded(ctx: Context, *, campaign: Campaign) -> list[Awarded]:
    """Return everything that the present scheme of a campaign awards."""
    return awarded(ctx, load_scheme(ctx, campaign=campaign).value, rounds(ctx, campaign_id=campaign.id))


def promised_sum(ctx: Context, *, scheme: PrizeSettings, campaign_rounds: Sequence[Phase]) -> int:
    """Return what all prizes of a scheme are worth over these rounds, as far as it is known, in đồng."""
    return sum(one.prize_set.cost for one in awarded(ctx, scheme, campaign_rounds))


def awarded_named(ctx: Context, *, campaign: Campaign, set_key: str = "", round_key: str = "") -> Awarded:
    """Return what is awarded by the keys of set and round; an empty key stands for the only one there is.

    Raises Missing if nothing is meant by them, or more than one.
    """
    everything = all_awarded(ctx, campaign=campaign)
    found = [one for one in everything if set_key in {"", one.prize_set.key} and round_key in {"", one.round_.key}]
    if not found:
        raise Missing(T("The scheme of prizes does not say what is awarded."))
    if len(found) > 1:
        raise Missing(T("Several lists are meant: name the prize set and the round."))
    return found[0]
