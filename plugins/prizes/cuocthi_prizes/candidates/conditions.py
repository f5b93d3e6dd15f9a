"""What statements on candidates ask: whether a list names one, whether it is final, who has answered."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.enrolments.models import Enrolment
from cuocthi.users.models import User
from cuocthi_prizes.acts.models import Finality
from cuocthi_prizes.candidates.models import Candidacy
from cuocthi_prizes.candidates.parts import LIVE
from cuocthi_prizes.models import Award, AwardList, AwardListState


def is_named() -> sa.ColumnElement[bool]:
    """Return the condition that a list which is a draft or adopted names the candidate."""
    return named_in(*LIVE)


def is_final() -> sa.ColumnElement[bool]:
    """Return the condition that the list by which the candidate is awarded is final: it is paid by what was said."""
    return named_in(AwardListState.ADOPTED, of=sa.exists().where(Finality.award_list_id == AwardList.id))


def answered_by_owner() -> sa.ColumnElement[bool]:
    """Return the condition that the candidate has answered in person, under whichever of the own accounts."""
    answering, owner = aliased(User), aliased(User)
    return (
        sa.exists()
        .where(
            Candidacy.citizen_id_index.is_not(None),
            answering.id == Candidacy.answered_by,
            Enrolment.id == Candidacy.enrolment_id,
            owner.id == Enrolment.user_id,
            sa.func.coalesce(answering.merged_into_id, answering.id)
            == sa.func.coalesce(owner.merged_into_id, owner.id),
        )
        .correlate(Candidacy)
    )


def named_in(*states: AwardListState, of: sa.ColumnElement[bool] | None = None) -> sa.ColumnElement[bool]:
    """Return the condition that a list of the candidate's set and round in one of these states names the candidate;
    with ``of``, only a list of which that holds.
    """
    return (
        sa.exists()
        .where(
            Award.enrolment_id == Candidacy.enrolment_id,
            Award.award_list_id == AwardList.id,
            AwardList.campaign_id == Candidacy.campaign_id,
            AwardList.set_key == Candidacy.set_key,
            AwardList.phase_id == Candidacy.phase_id,
            AwardList.state.in_(states),
            *([] if of is None else [of]),
        )
        .correlate(Candidacy)
    )
