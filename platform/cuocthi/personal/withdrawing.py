"""Withdrawing: from one contest, or with the whole account."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.contributions import Erasure, Person
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.enrolments.queries import enrolments_of
from cuocthi.errors import Conflict
from cuocthi.news.domain import end_news
from cuocthi.personal.erasing import awarded, erase_accounts, erase_enrolments, in_office, refuse_absent_parts
from cuocthi.personal.models import ErasedEnrolment
from cuocthi.standings.decisions import exclude_entry
from cuocthi.text import T, Text
from cuocthi.users.models import User

if TYPE_CHECKING:
    from cuocthi.context import Context

#: What stands as the reason with an entry that counts no longer because its person withdrew.
WITHDREW = T("Withdrew by own wish")

Write = Callable[[str, Text], str]


def is_erased(ctx: Context, *, enrolment_id: int) -> bool:
    """Tell whether an enrolment names nobody any more."""
    return ctx.session.get(ErasedEnrolment, enrolment_id) is not None


def withdraw(ctx: Context, *, campaign: Campaign, enrolment: Enrolment, write: Write) -> None:
    """End somebody's part in a contest by own wish: the entry counts no longer, and the enrolment names nobody.

    That goes for what the same person registered a second time as well, and no news is sent any more.
    An award that was adopted, and with it the name, stays for the time of its records; so does the entry that won it.
    In an archived contest the place stays, without the name. ``write(language, text)`` puts the reason into the
    contest's language. A second time changes nothing. Raises as :func:`erase_enrolments`.
    """
    if is_erased(ctx, enrolment_id=enrolment.id):
        return
    refuse_absent_parts(ctx, campaign)
    counts = campaign.state is CampaignState.OPEN and enrolment.state is EnrolmentState.ACTIVE
    if counts and enrolment.id not in awarded(ctx, campaign=campaign):
        exclude_entry(ctx, enrolment=enrolment, reason=write(campaign.language, WITHDREW))
    end_news(ctx, enrolment=enrolment)
    own = sa.select(Enrolment.id).where(Enrolment.campaign_id == campaign.id, Enrolment.user_id == enrolment.user_id)
    ids = ctx.session.scalars(own.order_by(Enrolment.id)).all()
    erase_enrolments(ctx, campaign=campaign, enrolment_ids=ids, erasure=Erasure.WITHDRAWAL)
    record(
        ctx,
        action="core:enrolment:withdraw",
        summary=T("%(code)s withdrew from the contest", code=enrolment.code),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment.id,
    )


def why_no_erasure(ctx: Context, *, user: User) -> Text | None:
    """Return why an account cannot be erased by its owner, None if it can."""
    if user.is_admin:
        return T("You administer this installation. Please hand that over first.")
    if ctx.session.scalar(sa.select(User.id).where(User.id == user.id, User.id.in_(in_office()))) is not None:
        return T(
            "You sit or sat on a committee. What you did there, you did in office, and the audit log names you for it; "
            "you can withdraw from the contests you take part in."
        )
    return None


def erase_own_account(ctx: Context, *, user: User, write: Write) -> None:
    """Withdraw from every contest and make the account nobody's; all devices are signed out.

    Raises Conflict for an account in office (see :func:`why_no_erasure`), or as :func:`erase_enrolments`.
    """
    reason = why_no_erasure(ctx, user=user)
    if reason is not None:
        raise Conflict(reason)
    for enrolment, campaign in enrolments_of(ctx, user_id=user.id):
        withdraw(ctx, campaign=campaign, enrolment=enrolment, write=write)
    # Plugins may know somebody who does not take part.
    for campaign in ctx.session.scalars(sa.select(Campaign).where(Campaign.state != CampaignState.DRAFT)).all():
        people = [Person(user.id, None)]
        ctx.hooks.notify(ctx, campaign, "erase_personal_data", people=people, erasure=Erasure.WITHDRAWAL)
    erase_accounts(ctx, user_ids=[user.id])
    record(
        ctx,
        action="core:user:erase",
        summary=T("Erased the own account"),
        campaign=None,
        object_kind="user",
        object_id=user.id,
    )
