"""What award lists keep of a person. Award records outlast everything else, until the law lets them go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.contributions import Erasure, PersonalData
from cuocthi.text import T
from cuocthi_prizes.digests import NOBODY
from cuocthi_prizes.models import Award, AwardList, AwardListState

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person

KEPT = T("Award and payment records are kept for the time that the law sets, with the name of who was awarded.")
#: Lists that never became an act: nothing has to be kept of them.
_NO_ACT = (AwardListState.WITHDRAWN,)


def export(ctx: Context, *, campaign: Campaign, person: Person) -> list[PersonalData]:
    """Return what a person is awarded by lists that were adopted."""
    rows = ctx.session.execute(
        sa.select(
            AwardList.number,
            Award.title,
            Award.value,
            Award.recipient,
            Award.unit_name,
            Award.reason,
            AwardList.adopted_at,
        )
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(
            AwardList.campaign_id == campaign.id,
            AwardList.adopted_at.is_not(None),
            Award.enrolment_id == person.enrolment_id,
        )
        .order_by(AwardList.number)
    )
    columns = [T("Award list"), T("Prize"), T("Value in đồng"), T("Awarded to"), T("Unit"), T("Reason"), T("Adopted")]
    return [PersonalData("awards", T("Awards"), columns, [tuple(row) for row in rows], kept=KEPT, order=50)]


def erase(ctx: Context, *, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Forget the names on lists that never became an act; once the records are due, those on every list.

    A list that has lost a name says so (``names_erased_at``). Its digest covers commitments to names, which say nothing
    without their salts: it is verified as before. What was made in the first form can only be compared with what was
    printed from then on.
    """
    lists = sa.select(AwardList.id).where(AwardList.campaign_id == campaign.id)
    if erasure is Erasure.RECORDS:
        _forget(ctx, lists)
        return
    states = (*_NO_ACT, AwardListState.DRAFT) if erasure is Erasure.RETENTION else _NO_ACT
    own = Award.enrolment_id.in_([person.enrolment_id for person in people])
    _forget(ctx, lists.where(AwardList.state.in_(states)), own)


def _forget(ctx: Context, lists: sa.Select[Any], *which: sa.ColumnElement[bool]) -> None:
    named = [Award.award_list_id.in_(lists), Award.recipient != NOBODY, *which]
    touched = set(ctx.session.scalars(sa.select(Award.award_list_id).where(*named).distinct()))
    if not touched:
        return
    # By statements on purpose: the models refuse every change of an award.
    reason = sa.case((Award.extra, NOBODY), else_=Award.reason)
    erased = sa.update(Award).where(*named).values(recipient=NOBODY, name_salt="", reason=reason)
    since = (
        sa.update(AwardList)
        .where(AwardList.id.in_(touched), AwardList.names_erased_at.is_(None))
        .values(names_erased_at=ctx.now)
    )
    for statement in (erased, since):
        ctx.session.execute(statement, execution_options={"synchronize_session": False})
    ctx.session.expire_all()
