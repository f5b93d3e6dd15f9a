"""Which candidate is meant: of a list that is a draft or adopted, and of the set and round of that list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict, Missing
from cuocthi.text import T
from cuocthi_prizes.models import Award, AwardList, AwardListState, PassedOver
from cuocthi_prizes.queries import list_numbered

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_prizes.candidates.models import Candidacy, CandidateCheck, CandidateDecision
    from cuocthi_prizes.queries import Part

    OfCandidates = type[Candidacy | CandidateCheck | CandidateDecision]

#: The lists whose candidates are still candidates: what was withdrawn or superseded names nobody any more.
LIVE = (AwardListState.DRAFT, AwardListState.ADOPTED)


@dataclass(frozen=True, slots=True)
class Subject:
    """A candidate: the list that names the person, and the enrolment."""

    award_list: AwardList
    enrolment: Enrolment

    @property
    def values(self) -> dict[str, Any]:
        """What every row about the candidate holds."""
        one = self.award_list
        return {
            "campaign_id": one.campaign_id,
            "set_key": one.set_key,
            "phase_id": one.phase_id,
            "enrolment_id": self.enrolment.id,
        }


def part_of(award_list: AwardList) -> Part:
    """Return the set and the round of a list."""
    return award_list.set_key, award_list.phase_id


def of_part(model: OfCandidates, campaign_id: int, part: Part) -> sa.ColumnElement[bool]:
    """Return the condition that a row is about candidates of a set in a round."""
    return sa.and_(model.campaign_id == campaign_id, model.set_key == part[0], model.phase_id == part[1])


def named_by(award_list: AwardList) -> sa.Select[int]:
    """Return the SELECT of those whom a list awards."""
    return sa.select(Award.enrolment_id).where(Award.award_list_id == award_list.id)


def live_list(ctx: Context, *, campaign: Campaign, number: int, draft: bool = False) -> AwardList:
    """Return a list whose candidates are still candidates, or only a draft.

    Raises Missing, and Conflict for a list in another state.
    """
    found = list_numbered(ctx, campaign_id=campaign.id, number=number)
    if found is None:
        raise Missing(T("There is no award list %(number)s.", number=number))
    ctx.session.refresh(found, ["state"])
    if draft and not found.is_draft:
        raise Conflict(T("Award list %(number)s is not a draft; it can no longer be changed.", number=number))
    if found.state not in LIVE:
        raise Conflict(T("Award list %(number)s was replaced by another one: use that one.", number=number))
    return found


def subject(ctx: Context, *, campaign: Campaign, number: int, enrolment_id: int, draft: bool = False) -> Subject:
    """Return a candidate of a list, also one who is passed over by it. Raises as :func:`live_list`, and Missing."""
    award_list = live_list(ctx, campaign=campaign, number=number, draft=draft)
    passed = sa.select(PassedOver.enrolment_id).where(PassedOver.award_list_id == award_list.id)
    enrolment = ctx.session.scalar(
        sa.select(Enrolment).where(
            Enrolment.id == enrolment_id,
            sa.or_(Enrolment.id.in_(named_by(award_list)), Enrolment.id.in_(passed)),
        )
    )
    if enrolment is None:
        raise Missing(T("Award list %(number)s does not name this person.", number=number))
    return Subject(award_list, enrolment)
