"""What an award list would be if it were made now, and everything that still stands in its way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from cuocthi.standings.domain import stale_reasons
from cuocthi.text import T
from cuocthi_prizes.domain.allocation import Allocation, OpenTie, allocate
from cuocthi_prizes.domain.limits import who_has_enough
from cuocthi_prizes.domain.passing import Passing, among, passings, with_right_units
from cuocthi_prizes.domain.promises import overtaken
from cuocthi_prizes.queries import Candidate, Held, candidates, entrants, held, load_scheme
from cuocthi_prizes.settings import MAX_QUANTITY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.text import Text
    from cuocthi_prizes.domain.awarded import Awarded
    from cuocthi_prizes.settings import PrizeSet, PrizeSettings

#: How many of those who are equal a message names.
NAMES_SHOWN = 10
#: How much further is looked each time where the first persons do not settle the awards.
_FURTHER = 8
#: More awards than this no list holds: somebody forgot a limit.
MOST_AWARDS = 2 * MAX_QUANTITY


@dataclass(frozen=True, slots=True)
class Awards:
    """Who would get what by a ranking, and who was passed over, each with the reason.

    ``entrants`` is how many persons competed: those in the ranking, or of the set's division and block in it.
    """

    allocation: Allocation[Candidate]
    passed_over: Sequence[tuple[Candidate, Passing]] = ()
    entrants: int = 0


NO_AWARDS = Awards(Allocation((), ()))


@dataclass(frozen=True, slots=True)
class Proposal:
    """The awards that the adopted ranking and the scheme give now.

    ``ranking`` is None where there is none; ``obstacles`` say why no list can be made of it. A list that names nobody
    needs a reason.
    """

    of: Awarded
    scheme: PrizeSettings
    scheme_version_id: int | None
    ranking: Ranking | None
    awards: Awards
    obstacles: tuple[Text, ...]

    @property
    def names_nobody(self) -> bool:
        """Whether there are individual prizes and nobody who qualifies for any."""
        return bool(self.of.prize_set.tiers) and not self.awards.allocation.places


def propose(ctx: Context, *, campaign: Campaign, of: Awarded) -> Proposal:
    """Return the present proposal for a set in a round; changes nothing."""
    loaded = load_scheme(ctx, campaign=campaign)
    obstacles: list[Text] = []
    awards = NO_AWARDS
    if not of.is_over(ctx):
        obstacles.append(T("The round “%(title)s” is not over yet.", title=of.round_.title))
    promised = overtaken(ctx, campaign=campaign)
    if promised is not None:
        obstacles.append(promised)
    ranking = of.ranking(ctx)
    if ranking is None:
        obstacles.append(T("The ranking of “%(title)s” has not been adopted yet.", title=of.round_.title))
    else:
        obstacles += stale_reasons(ctx, campaign=campaign, round_=of.round_, ranking=ranking)
        awards = awards_by(ctx, campaign=campaign, scheme=loaded.value, of=of, ranking=ranking)
        obstacles += open_tie_texts(awards.allocation)
        if len(awards.allocation.places) > MOST_AWARDS:
            obstacles.append(T("These would be more than %(most)s prizes: limit them.", most=MOST_AWARDS))
    return Proposal(of, loaded.value, loaded.version_id, ranking, awards, tuple(obstacles))


def awards_by(ctx: Context, *, campaign: Campaign, scheme: PrizeSettings, of: Awarded, ranking: Ranking) -> Awards:
    """Return who would get what of a set by a ranking, whatever its state, and by any scheme."""
    competed = entrants(ctx, ranking=ranking, division=of.prize_set.division, block=of.prize_set.block)
    if not of.prize_set.tiers:
        return Awards(NO_AWARDS.allocation, (), competed)
    enough = persons_with_enough(ctx, campaign=campaign, scheme=scheme, of=of)
    passing = passings(ctx, campaign_id=campaign.id, part=of.part, enough=enough)
    tiers = of.prize_set.tiers
    threshold = min(tier.threshold for tier in tiers)
    limit = _first_look(of.prize_set, competed, len(passing))
    whom = among(ctx, campaign_id=campaign.id, part=of.part, prize_set=of.prize_set)
    while True:
        ranked = candidates(ctx, ranking_id=ranking.id, limit=limit, threshold=threshold, among=whom)
        found = with_right_units(ctx, campaign_id=campaign.id, part=of.part, found=ranked)
        remaining = [one for one in found if one.enrolment_id not in passing]
        allocation = allocate(tiers, remaining, entrants=competed, ties=of.prize_set.ties)
        if allocation.settled or limit is None or len(found) < limit:
            break
        limit *= _FURTHER
    given = {person.enrolment_id for _, person in allocation.places}
    # Who stands behind the last prize would get none anyway; where prizes are left, everybody would have got one.
    upto = max((place for place, one in enumerate(found) if one.enrolment_id in given), default=len(found) - 1)
    seen = found[: upto + 1] if allocation.settled else found
    passed = [(one, passing[one.enrolment_id]) for one in seen if one.enrolment_id in passing]
    return Awards(allocation, passed, competed)


def persons_with_enough(ctx: Context, *, campaign: Campaign, scheme: PrizeSettings, of: Awarded) -> dict[int, Held]:
    """Return by enrolment who can have no prize of a list, each with the prize that was counted last."""
    prizes = held(ctx, campaign_id=campaign.id, but_for=of.part, extra=scheme.extra_counts)
    return who_has_enough(scheme, of.prize_set, of.round_.id, prizes)


def _first_look(prize_set: PrizeSet, competed: int, passed: int) -> int | None:
    """Return how many persons are looked at first; all of them where a tier has no limit."""
    limits = [tier.limit(competed) for tier in prize_set.tiers]
    if any(limit is None for limit in limits):
        return None
    # One more than there are prizes, or else a tie at the last one cannot be seen.
    return sum(limit or 0 for limit in limits) + passed + 1


def with_set(scheme: PrizeSettings, prize_set: PrizeSet) -> PrizeSettings:
    """Return the scheme with a set in place of the one with its key, or with it as the last one."""
    sets = tuple(prize_set if one.key == prize_set.key else one for one in scheme.sets)
    return replace(scheme, sets=sets if prize_set in sets else (*sets, prize_set))


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
