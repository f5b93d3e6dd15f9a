"""What is kept of who asked, and how it is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import Erasure, PersonalData
from cuocthi.text import T
from cuocthi.users.models import User
from cuocthi_inquiries.models import Inquiry, InquiryState
from cuocthi_inquiries.queries import inquiries_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person

#: What stands in place of a question that was erased; every inquiry has a question.
GONE = "—"


def export(ctx: Context, *, campaign: Campaign, person: Person) -> list[PersonalData]:
    """Return what a person asked, with the replies."""
    found = inquiries_of(ctx, campaign_id=campaign.id, user_id=person.user_id)
    columns = [T("Question"), T("Asked"), T("Reply"), T("Replied")]
    rows = [(inquiry.body, inquiry.asked_at, inquiry.reply, inquiry.replied_at) for inquiry in found]
    return [PersonalData("inquiries", T("Questions to the committee"), columns, rows, order=60)]


def erase(ctx: Context, *, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Forget who asked and what, with the contacts; replies and what was published because of them stay.

    What still waits for a reply is closed with it. Once the campaign's time is over that holds for everybody who asked,
    also without an account.
    """
    if erasure is Erasure.RECORDS:
        return
    asked = [Inquiry.campaign_id == campaign.id, Inquiry.body != GONE]
    if erasure is Erasure.WITHDRAWAL:
        # Whoever has several accounts that were made one may have asked with each of them.
        ids = [person.user_id for person in people]
        asked.append(Inquiry.user_id.in_(sa.select(User.id).where(User.id.in_(ids) | User.merged_into_id.in_(ids))))
    is_open = Inquiry.state == InquiryState.OPEN
    ctx.session.execute(
        sa.update(Inquiry)
        .where(*asked)
        .values(
            user_id=None,
            contact=None,
            body=GONE,
            search="",
            state=sa.case((is_open, sa.literal(InquiryState.CLOSED, Inquiry.state.type)), else_=Inquiry.state),
            reply=sa.case((is_open, GONE), else_=Inquiry.reply),
            replied_at=sa.func.coalesce(Inquiry.replied_at, sa.literal(ctx.now, Inquiry.replied_at.type)),
        )
        .execution_options(synchronize_session="fetch")
    )
