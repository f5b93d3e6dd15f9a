"""Whose prize would be another one if the results were others; what is adopted stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Impact
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_prizes.domain.awarded import awarded
from cuocthi_prizes.domain.proposals import awards_by
from cuocthi_prizes.queries import adopted_list, load_scheme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_prizes.domain.allocation import Allocation, OpenTie
    from cuocthi_prizes.domain.awarded import Awarded
    from cuocthi_prizes.queries import Candidate
    from cuocthi_prizes.settings import PrizeSettings

#: Who may see award lists before they are published.
SEES = "prizes:awards:view"


def of_other_results(
    ctx: Context, *, campaign: Campaign, round_: Phase, before: Ranking, after: Ranking
) -> list[Impact]:
    """Return whose prize would be another one by ``after`` than by ``before``, and what a lot or the jury would decide.

    Nothing for a round that is not awarded.
    """
    scheme = load_scheme(ctx, campaign=campaign).value
    everything = awarded(ctx, scheme, rounds(ctx, campaign_id=campaign.id))
    return [
        impact
        for of in everything
        if of.round_.id == round_.id and of.prize_set.tiers
        for impact in _of_a_set(ctx, campaign, scheme, of, (before, after))
    ]


def _of_a_set(
    ctx: Context, campaign: Campaign, scheme: PrizeSettings, of: Awarded, rankings: tuple[Ranking, Ranking]
) -> list[Impact]:
    was, would_be = (
        awards_by(ctx, campaign=campaign, scheme=scheme, of=of, ranking=ranking).allocation for ranking in rankings
    )
    key = of.prize_set.key
    found = [*_persons(key, _certain(was), _certain(would_be)), *_ties(key, was, would_be)]
    adopted = adopted_list(ctx, campaign_id=campaign.id, part=of.part)
    if found and adopted is not None:
        note = T(
            "Award list %(number)s is adopted and stays as it is; only a new list changes it.", number=adopted.number
        )
        found.insert(0, Impact(f"adopted-{key}", note, order=10, permission=SEES))
    return found


def _certain(allocation: Allocation[Candidate]) -> dict[int, str]:
    """Return what each person has for whom no lot and no jury has to decide first."""
    undecided = {person.enrolment_id for tie in allocation.open_ties for person in tie.persons}
    places = allocation.places
    return {person.enrolment_id: tier.title for tier, person in places if person.enrolment_id not in undecided}


def _persons(key: str, was: dict[int, str], would_be: dict[int, str]) -> Iterator[Impact]:
    for order, enrolment_id in enumerate(dict.fromkeys([*would_be, *was]), start=20):
        former, prize = was.get(enrolment_id), would_be.get(enrolment_id)
        if former != prize:
            yield Impact(f"person-{enrolment_id}-{key}", _note(former, prize), enrolment_id, order, SEES)


def _note(former: str | None, prize: str | None) -> Text:
    if prize is None:
        return T("would no longer be certain of “%(prize)s”", prize=former)
    if former is None:
        return T("would have “%(prize)s”", prize=prize)
    return T("would have “%(prize)s” instead of “%(former)s”", prize=prize, former=former)


def _ties(key: str, was: Allocation[Candidate], would_be: Allocation[Candidate]) -> Iterator[Impact]:
    known = {_what(tie) for tie in was.open_ties}
    for tie in would_be.open_ties:
        if _what(tie) not in known:
            note = T(
                "At rank %(rank)s, %(persons)s persons would be equal, but their prizes would not be: %(tiers)s. A lot "
                "or the jury would have to decide.",
                rank=tie.rank,
                persons=tie.persons[0].tied,
                tiers=", ".join(tier.title for tier in tie.tiers),
            )
            yield Impact(f"tie-{tie.rank}-{key}", note, order=15, permission=SEES)


def _what(tie: OpenTie[Candidate]) -> tuple[int, int]:
    return tie.rank, tie.persons[0].tied
