"""What if: who would win, and for how much, by a changed set, beside who does by the present one. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.standings.queries import unit_figures
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.awarded import Awarded, awarded
from cuocthi_prizes.domain.changes import changes, would_be_given
from cuocthi_prizes.domain.collective import ByFormula, by_formula, left_open, winners_of
from cuocthi_prizes.domain.limits import units_with_enough
from cuocthi_prizes.domain.proposals import NO_AWARDS, Awards, awards_by
from cuocthi_prizes.queries import held_by_units

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import UnitFigures
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.settings import PrizeSettings

#: How many of those whose prize would be another one are named.
NAMED = 100


@dataclass(frozen=True, slots=True)
class UnitLook:
    """A unit with its figures, and the prizes that it has by the present set and by the changed one, "" for none."""

    name: str
    block: str
    persons: int
    headcount: int | None
    rate_permille: int | None
    mean_score: int
    prizes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Look:
    """What a set gives in a round, and what it would: winners, their cost in đồng, ties that nobody has decided.

    ``unit_winners`` counts the units that the formula gives a prize. ``changes`` says it person by person, the first
    :data:`NAMED`; ``more`` counts the others. ``units`` are those that have a collective prize by one or the other,
    ``left_open`` says what either leaves to a decision (the first at present).
    """

    round_: Phase
    ranking_number: int
    winners: tuple[int, int]
    cost: tuple[int, int]
    open_ties: tuple[int, int]
    changes: Sequence[Text]
    more: int
    unit_winners: tuple[int, int]
    units: Sequence[UnitLook]
    left_open: tuple[Sequence[Text], Sequence[Text]]


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
            figures = unit_figures(ctx, ranking=ranking)
            was = is_awarded.get(of.part)
            before = _side(ctx, campaign, present, was, ranking, figures) if was else _Side(NO_AWARDS, ByFormula())
            after = _side(ctx, campaign, changed, of, ranking, figures)
            found.append(_look(of, ranking.number, figures, (before, after)))
    return found


@dataclass(frozen=True, slots=True)
class _Side:
    """What one of the two schemes gives: to persons, and by its formula to units."""

    awards: Awards
    units: ByFormula

    @property
    def cost(self) -> int:
        """What all of it is worth, in đồng."""
        persons = sum(tier.value for tier, _ in self.awards.allocation.places)
        return persons + sum(one.tier.value for one in self.units.given)

    @property
    def of_units(self) -> dict[int, str]:
        """The prize of each unit that has one."""
        return {one.unit.unit_id: one.tier.title for one in self.units.given}


def _side(  # noqa: PLR0917 - of this module alone
    ctx: Context,
    campaign: Campaign,
    scheme: PrizeSettings,
    of: Awarded,
    ranking: Ranking,
    figures: Sequence[UnitFigures],
) -> _Side:
    awards = awards_by(ctx, campaign=campaign, scheme=scheme, of=of, ranking=ranking)
    units = by_formula(
        ctx,
        prize_set=of.prize_set,
        ranking_id=ranking.id,
        figures=figures,
        winners=winners_of(
            ctx,
            campaign_id=campaign.id,
            part=of.part,
            given=[(person.enrolment_id, person.unit_id) for _, person in awards.allocation.places],
        ),
        enough=units_with_enough(scheme, of.round_.id, held_by_units(ctx, campaign_id=campaign.id, but_for=of.part)),
    )
    return _Side(awards, units)


def _look(of: Awarded, number: int, figures: Sequence[UnitFigures], sides: tuple[_Side, _Side]) -> Look:
    before, after = sides
    places = (before.awards.allocation.places, after.awards.allocation.places)
    ties = (before.awards.allocation.open_ties, after.awards.allocation.open_ties)
    differing = changes(*(would_be_given(given) for given in places))
    named = {one.unit_id: one for one in figures}
    return Look(
        round_=of.round_,
        ranking_number=number,
        winners=(len(places[0]), len(places[1])),
        cost=(before.cost, after.cost),
        open_ties=(len(ties[0]), len(ties[1])),
        changes=differing[:NAMED],
        more=max(len(differing) - NAMED, 0),
        unit_winners=(len(before.units.given), len(after.units.given)),
        units=_units(named, before.of_units, after.of_units),
        left_open=(
            [left_open(one, named) for one in before.units.undecided],
            [left_open(one, named) for one in after.units.undecided],
        ),
    )


def _units(
    figures: Mapping[int, UnitFigures], before: Mapping[int, str], after: Mapping[int, str]
) -> Sequence[UnitLook]:
    return [
        UnitLook(
            name=one.unit_name,
            block=one.block,
            persons=one.persons,
            headcount=one.headcount,
            rate_permille=one.rate_permille,
            mean_score=one.mean_score,
            prizes=(before.get(one.unit_id, ""), after.get(one.unit_id, "")),
        )
        for one in (figures[unit_id] for unit_id in dict.fromkeys([*after, *before]))
    ]
