"""What is kept of who asked, and how it is erased."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.contributions import Erasure, PersonalData
from cuocthi.text import T
from cuocthi.users.models import User
from cuocthi_inquiries.complaint_queries import complaints_of
from cuocthi_inquiries.domain.evidence import drop
from cuocthi_inquiries.models import (
    OPEN_COMPLAINTS,
    Complaint,
    ComplaintFile,
    ComplaintState,
    ComplaintTouched,
    Inquiry,
    InquiryState,
)
from cuocthi_inquiries.queries import inquiries_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Person
    from cuocthi.files.models import StoredFile

#: What stands in place of a question that was erased; every inquiry has a question.
GONE = "—"


def _nothing(_stored: StoredFile) -> bytes | None:
    return None


def export(
    ctx: Context,
    *,
    campaign: Campaign,
    person: Person,
    content: Callable[[StoredFile], bytes | None] = _nothing,
) -> list[PersonalData]:
    """Return what a person asked and complained about, with the replies; ``content`` reads a file, if it can be."""
    found = inquiries_of(ctx, campaign_id=campaign.id, user_id=person.user_id)
    columns = [T("Question"), T("Asked"), T("Reply"), T("Replied")]
    rows = [(inquiry.body, inquiry.asked_at, inquiry.reply, inquiry.replied_at) for inquiry in found]
    questions = PersonalData("inquiries", T("Questions to the committee"), columns, rows, order=60)
    return [questions, *_complaints(ctx, campaign, person, content)]


def _complaints(
    ctx: Context, campaign: Campaign, person: Person, content: Callable[[StoredFile], bytes | None]
) -> list[PersonalData]:
    found = complaints_of(ctx, campaign_id=campaign.id, user_id=person.user_id)
    if not found:
        return []
    columns = [T("Number"), T("Complaint"), T("Received"), T("Answer"), T("Answered"), T("Files")]
    rows: list[tuple[str | datetime | None, ...]] = []
    files: dict[str, bytes] = {}
    for one in found:
        # An answer that waits for approval is nobody's yet.
        given = one.answer if one.answered_at else ""
        held = [file.file for file in one.files if one.answered_at or not file.of_answer]
        rows.append(
            (one.name, one.body, one.received_at, given, one.answered_at, ", ".join(file.name for file in held))
        )
        read = {f"{one.name}-{file.id}-{file.name}": content(file) for file in held}
        files |= {name: kept for name, kept in read.items() if kept is not None}
    return [PersonalData("complaints", T("Complaints"), columns, rows, files=files, order=62)]


def erase(ctx: Context, *, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    """Forget who asked and what, with the contacts; replies and what was published because of them stay.

    Of complaints, whose answers speak of their senders, nothing stays but number, state and dates; those that are open
    are taken back. What still waits for a reply is closed with it. Once the campaign's time is over that holds for
    everybody who asked, also without an account.
    """
    if erasure is Erasure.RECORDS:
        return
    _erase_complaints(ctx, campaign, people, erasure)
    asked = [Inquiry.campaign_id == campaign.id, Inquiry.body != GONE]
    if erasure is Erasure.WITHDRAWAL:
        asked.append(Inquiry.user_id.in_(_accounts(people)))
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


def _accounts(people: Sequence[Person]) -> sa.Select[int]:
    """Whoever has several accounts that were made one may have written with each of them."""
    ids = [person.user_id for person in people]
    return sa.select(User.id).where(User.id.in_(ids) | User.merged_into_id.in_(ids))


def _erase_complaints(ctx: Context, campaign: Campaign, people: Sequence[Person], erasure: Erasure) -> None:
    meant = [Complaint.campaign_id == campaign.id, Complaint.body != GONE]
    if erasure is Erasure.WITHDRAWAL:
        meant.append(Complaint.user_id.in_(_accounts(people)))
    ids = ctx.session.scalars(sa.select(Complaint.id).where(*meant)).all()
    if not ids:
        return
    drop(ctx, ctx.session.scalars(sa.select(ComplaintFile).where(ComplaintFile.complaint_id.in_(ids))).all())
    ctx.session.execute(sa.delete(ComplaintTouched).where(ComplaintTouched.complaint_id.in_(ids)))
    is_open, answered = Complaint.state.in_(OPEN_COMPLAINTS), Complaint.answered_at.is_not(None)
    ctx.session.execute(
        sa.update(Complaint)
        .where(Complaint.id.in_(ids))
        .values(
            user_id=None,
            sender=None,
            code="",
            body=GONE,
            harmless_reason=sa.case((Complaint.harmless_reason == "", ""), else_=GONE),
            sent_back="",
            answer=sa.case((answered, GONE), else_=""),
            state=sa.case((is_open, sa.literal(ComplaintState.WITHDRAWN, Complaint.state.type)), else_=Complaint.state),
            withdrawn_at=sa.case(
                (is_open, sa.literal(ctx.now, Complaint.withdrawn_at.type)), else_=Complaint.withdrawn_at
            ),
        )
        .execution_options(synchronize_session="fetch")
    )
