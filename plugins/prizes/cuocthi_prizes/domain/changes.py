"""What a new version of an award list changes, person by person and unit by unit; what changed under an adopted one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.standings.domain import stale_reasons
from cuocthi.standings.models import Ranking
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi_prizes.models import AwardListState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_prizes.models import AwardList
    from cuocthi_prizes.queries import Candidate
    from cuocthi_prizes.settings import Tier

#: Who is awarded, the same in every version: "person", "by hand" (a person too) or "unit", and the id.
Holder = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Given:
    """What a holder gets: the holder's name, the prize's name and its value in đồng."""

    name: str
    title: str
    value: int


def changes(before: Mapping[Holder, Given], after: Mapping[Holder, Given]) -> list[Text]:
    """Return a sentence for each whose prize differs, those who lose theirs first; empty when nothing changes."""
    lost = [
        T("%(name)s no longer has “%(prize)s”.", name=given.name, prize=given.title)
        for holder, given in before.items()
        if holder not in after
    ]
    return [*lost, *_gained(before, after)]


def _gained(before: Mapping[Holder, Given], after: Mapping[Holder, Given]) -> Iterator[Text]:
    for holder, given in after.items():
        former = before.get(holder)
        if former is None:
            yield T("%(name)s now has “%(prize)s”.", name=given.name, prize=given.title)
        elif former.title != given.title:
            yield T(
                "%(name)s has “%(prize)s” instead of “%(former)s”.",
                name=given.name,
                prize=given.title,
                former=former.title,
            )
        elif former.value != given.value:
            yield T(
                "%(name)s: “%(prize)s” is worth %(value)s đồng.", name=given.name, prize=given.title, value=given.value
            )


def given_by(award_list: AwardList) -> dict[Holder, Given]:
    """Return what a list gives to whom."""
    by_hand = {
        ("by hand", award.enrolment_id): Given(award.recipient, award.title, award.value)
        for award in award_list.by_hand
    }
    units = {
        ("unit", award.unit_id): Given(award.unit_name, award.title, award.value) for award in award_list.unit_awards
    }
    return individually_given_by(award_list) | by_hand | units


def individually_given_by(award_list: AwardList) -> dict[Holder, Given]:
    """Return what a list gives to persons by rank."""
    return {
        ("person", award.enrolment_id): Given(award.recipient, award.title, award.value) for award in award_list.by_rank
    }


def would_be_given(places: Iterable[tuple[Tier, Candidate]]) -> dict[Holder, Given]:
    """Return what an allocation would give to persons."""
    return {("person", person.enrolment_id): Given(person.name, tier.title, tier.value) for tier, person in places}


def changed_under(ctx: Context, *, campaign: Campaign, award_list: AwardList) -> list[Text]:
    """Return what has changed since the ranking of an adopted list was built: at once, not with a newer ranking."""
    if award_list.state is not AwardListState.ADOPTED:
        return []
    ranking = ctx.session.get_one(Ranking, award_list.ranking_id)
    round_ = ctx.session.get_one(Phase, award_list.phase_id)
    return stale_reasons(ctx, campaign=campaign, round_=round_, ranking=ranking)
