"""Complaints come in: by those who take part, and from paper; and are taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.database import UtcTime
from cuocthi.days import check_day
from cuocthi.enrolments.models import Enrolment
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.standings.confirmations import hold
from cuocthi.standings.models import Ranking
from cuocthi.text import T
from cuocthi_inquiries.complaint_queries import (
    ENDS,
    OPEN,
    SHOWN,
    awards_until,
    complaint_by_token,
    newest_shown,
    own_complaint,
)
from cuocthi_inquiries.domain.evidence import Sent, keep
from cuocthi_inquiries.domain.inquiries import token_hash
from cuocthi_inquiries.domain.telling import Post, tell
from cuocthi_inquiries.domain.texts import checked
from cuocthi_inquiries.models import (
    MAX_COMPLAINT,
    MAX_LINE,
    Complaint,
    ComplaintAbout,
    ComplaintState,
    ComplaintTouched,
)
from cuocthi_inquiries.queries import load_inquiry_settings
from cuocthi_inquiries.working_days import answer_due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_inquiries.settings import InquirySettings

#: How many complaints of one person may be open.
MAX_OPEN = 5


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody complains about: in words, with files, and whose contest number it is ("": the own one)."""

    about: ComplaintAbout
    body: str
    code: str = ""
    files: Sequence[Sent] = ()


def file_complaint(
    ctx: Context, *, campaign: Campaign, round_: Phase, said: Said, token: str, folder: Path, post: Post
) -> Complaint:
    """Take a complaint of whoever acts, who takes part in the campaign.

    Whether it comes in time is decided by the statement that stores it, at the moment at which the request arrived; it
    takes turns with adoptions. What comes late is marked as late, where the settings take it. The same ``token`` again
    returns the complaint that was made with it. Raises Closed if its time is over, Missing if the round has no results
    to complain about, Forbidden for who does not take part, Conflict for a person of whom too many are open,
    DomainError at the field for a text, number or file that cannot be.
    """
    user_id = ctx.actor.user_id
    enrolment = None if user_id is None else enrolment_of(ctx, campaign_id=campaign.id, user_id=user_id)
    if enrolment is None or user_id is None:
        raise Forbidden(T("Only who takes part in the contest can complain about its results here."))
    if campaign.state is CampaignState.ARCHIVED:
        raise Closed(T("This campaign is archived; complaints are no longer taken here."))
    hold(ctx, campaign_id=campaign.id)
    digest = token_hash(token)
    known = complaint_by_token(ctx, campaign_id=campaign.id, token_hash=digest)
    if known is not None:
        if known.user_id != user_id:
            raise Conflict(T("This form was used already. Please open it anew."))
        return known
    _refuse_too_many(ctx, campaign, user_id)
    concerned = _concerned(ctx, campaign, said.code)
    settings = load_inquiry_settings(ctx, campaign=campaign).value
    made = _insert(
        ctx,
        campaign,
        round_,
        settings,
        about=said.about,
        values={
            "token_hash": digest,
            "user_id": user_id,
            "code": concerned.code if concerned else enrolment.code,
            "body": checked(said.body, MAX_COMPLAINT, "body"),
        },
    )
    if made is None:
        raise _refusal(ctx, round_)
    complaint = ctx.session.get_one(Complaint, made)
    _enter(ctx, complaint, {enrolment, *([concerned] if concerned else [])})
    keep(ctx, campaign, complaint, said.files, folder)
    _record(ctx, campaign, complaint, "file", T("Sent complaint %(number)s", number=complaint.name), round_)
    tell(ctx, campaign=campaign, complaint=complaint, said=_received(complaint), post=post)
    return complaint


def register_from_paper(
    ctx: Context,
    *,
    campaign: Campaign,
    round_: Phase,
    said: Said,
    sender: str,
    sender_code: str,
    came_on: date,
    token: str,
    folder: Path,
    vault: Vault,
) -> Complaint:
    """Register a complaint that came on paper; it is never refused for its time, and late if that was over.

    ``sender`` says who wrote, with an address, and is encrypted; with ``sender_code``, a contest number, that person
    finds it on the own pages. What came on the day on which the time ended came in time. Raises DomainError at the
    field for what cannot be.
    """
    hold(ctx, campaign_id=campaign.id)
    digest = token_hash(token)
    known = complaint_by_token(ctx, campaign_id=campaign.id, token_hash=digest)
    if known is not None:
        return known
    check_day(came_on, now=ctx.now, field="came_on")
    if came_on > ctx.now.astimezone(LOCAL_ZONE).date():
        raise DomainError(T("This day has not come yet."), field="came_on")
    owner, concerned = _concerned(ctx, campaign, sender_code, "sender_code"), _concerned(ctx, campaign, said.code)
    settings = load_inquiry_settings(ctx, campaign=campaign).value
    came_at = min(datetime.combine(came_on, time(12), LOCAL_ZONE), ctx.now)
    number = sa.select(sa.func.coalesce(sa.func.max(Complaint.number), 0) + 1).where(
        Complaint.campaign_id == campaign.id
    )
    complaint = Complaint(
        campaign_id=campaign.id,
        number=ctx.session.scalar(number),
        token_hash=digest,
        phase_id=round_.id,
        ranking_number=ctx.session.scalar(sa.select(newest_shown(round_.id))),
        about=said.about,
        user_id=owner.user_id if owner else None,
        on_paper=True,
        sender=vault.encrypt(checked(sender, MAX_LINE, "sender"), belongs_to=_belongs_to(digest)),
        code=concerned.code if concerned else owner.code if owner else "",
        body=checked(said.body, MAX_COMPLAINT, "body"),
        received_at=came_at,
        late=_late_on(ctx, campaign, round_, settings, said.about, came_on),
        due_at=answer_due(came_at, settings.complaint_working_days),
        entered_by=ctx.actor.user_id,
    )
    ctx.session.add(complaint)
    ctx.session.flush()
    _enter(ctx, complaint, {one for one in (owner, concerned) if one})
    keep(ctx, campaign, complaint, said.files, folder)
    summary = T("Registered complaint %(number)s, which came on paper", number=complaint.name)
    _record(ctx, campaign, complaint, "register", summary, round_)
    return complaint


def sender_of(complaint: Complaint, vault: Vault) -> str:
    """Return who wrote a complaint on paper, "" of all others. Raises Undecipherable if its key is gone."""
    if complaint.sender is None:
        return ""
    return vault.decrypt(complaint.sender, belongs_to=_belongs_to(complaint.token_hash))


def withdraw(ctx: Context, *, campaign: Campaign, complaint_id: int) -> Complaint:
    """Take back an own complaint that has no answer yet. Raises Missing, or Conflict if it is through already."""
    hold(ctx, campaign_id=campaign.id)
    complaint = own_complaint(ctx, campaign_id=campaign.id, complaint_id=complaint_id)
    if complaint is None:
        raise Missing(T("There is no complaint %(number)s.", number=complaint_id))
    ctx.session.refresh(complaint, with_for_update=True)
    if not complaint.is_open:
        raise Conflict(T("Complaint %(number)s is through already.", number=complaint.name))
    before = complaint.state
    complaint.state, complaint.withdrawn_at = ComplaintState.WITHDRAWN, ctx.now
    record(
        ctx,
        action="inquiries:complaint:withdraw",
        summary=T("Took back complaint %(number)s", number=complaint.name),
        campaign=campaign,
        object_kind="complaint",
        object_id=complaint.id,
        before={"state": before},
        after={"state": complaint.state},
    )
    return complaint


def _insert(
    ctx: Context,
    campaign: Campaign,
    round_: Phase,
    settings: InquirySettings,
    *,
    about: ComplaintAbout,
    values: dict[str, Any],
) -> int | None:
    """Store a complaint if its time is not over, or late ones are taken; return its key, or None."""
    awards = awards_until(ctx, campaign=campaign, settings=settings) if about is ComplaintAbout.AWARD else None
    open_at = ctx.now - timedelta(hours=settings.complaint_extra_hours)
    in_time = sa.or_(
        ENDS.is_(None),
        sa.literal(open_at, UtcTime()) < ENDS,
        sa.literal(awards is not None and ctx.now < awards, sa.Boolean()),
    )
    columns = Complaint.__table__.c
    stored = {
        **values,
        "campaign_id": campaign.id,
        "phase_id": round_.id,
        "about": about,
        "on_paper": False,
        "received_at": ctx.now,
        "due_at": answer_due(ctx.now, settings.complaint_working_days),
        "state": ComplaintState.RECEIVED,
        "answer": "",
        "sent_back": "",
        "harmless_reason": "",
    }
    number = sa.select(sa.func.coalesce(sa.func.max(columns.number), 0) + 1).where(columns.campaign_id == campaign.id)
    chosen = sa.select(
        *(sa.literal(value, columns[name].type) for name, value in stored.items()),
        number.scalar_subquery(),
        Ranking.number,
        sa.case((in_time, sa.false()), else_=sa.true()),
    ).where(
        Ranking.phase_id == round_.id,
        SHOWN,
        Ranking.number == newest_shown(round_.id),
        sa.or_(in_time, sa.literal(settings.complaint_late, sa.Boolean())),
    )
    names = [*stored, "number", "ranking_number", "late"]
    made: int | None = ctx.session.scalar(sa.insert(Complaint).from_select(names, chosen).returning(Complaint.id))
    return made


def _late_on(  # noqa: PLR0917 - what decides it
    ctx: Context, campaign: Campaign, round_: Phase, settings: InquirySettings, about: ComplaintAbout, day: date
) -> bool:
    ends = ctx.session.scalar(
        sa.select(ENDS).where(Ranking.phase_id == round_.id, SHOWN, Ranking.number == newest_shown(round_.id))
    )
    if ends is None:
        return False
    until = ends + timedelta(hours=settings.complaint_extra_hours)
    awards = awards_until(ctx, campaign=campaign, settings=settings) if about is ComplaintAbout.AWARD else None
    return day > max(until, awards or until).astimezone(LOCAL_ZONE).date()


def _refusal(ctx: Context, round_: Phase) -> DomainError:
    if ctx.session.scalar(sa.select(newest_shown(round_.id))) is None:
        return Missing(T("“%(round)s” has no results yet that one can complain about.", round=round_.title))
    return Closed(
        T("The time for complaints about “%(round)s” is over. What you wrote was not sent.", round=round_.title)
    )


def _concerned(ctx: Context, campaign: Campaign, code: str, field: str = "code") -> Enrolment | None:
    plain = code.strip().upper()
    if not plain:
        return None
    found = ctx.session.scalar(
        sa.select(Enrolment).where(Enrolment.campaign_id == campaign.id, Enrolment.code == plain)
    )
    if found is None:
        raise DomainError(T("Nobody takes part under the contest number %(code)s.", code=plain), field=field)
    return found


def _enter(ctx: Context, complaint: Complaint, concerned: set[Enrolment]) -> None:
    rows = [ComplaintTouched(complaint_id=complaint.id, enrolment_id=one.id) for one in concerned]
    ctx.session.add_all(rows)
    ctx.session.flush()


def _refuse_too_many(ctx: Context, campaign: Campaign, user_id: int) -> None:
    own = (Complaint.campaign_id == campaign.id, Complaint.user_id == user_id, OPEN)
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(Complaint).where(*own)) or 0
    if number >= MAX_OPEN:
        text = T("%(count)s of your complaints wait for an answer. Please write again when one has come.", count=number)
        raise Conflict(text)


def _received(complaint: Complaint) -> Text:
    words = {"number": complaint.name, "due": complaint.due_at}
    if complaint.late:
        return T("Complaint %(number)s has come in, after its time. An answer is due by %(due)s.", **words)
    return T("Complaint %(number)s has come in. An answer is due by %(due)s.", **words)


def _record(  # noqa: PLR0917 - the parts of an event
    ctx: Context, campaign: Campaign, complaint: Complaint, verb: str, summary: Text, round_: Phase
) -> None:
    record(
        ctx,
        action=f"inquiries:complaint:{verb}",
        summary=summary,
        campaign=campaign,
        object_kind="complaint",
        object_id=complaint.id,
        after={
            "round": round_.title,
            "about": complaint.about,
            "late": complaint.late,
            "due": complaint.due_at.isoformat(),
            "files": len(complaint.files),
        },
    )


def _belongs_to(digest: str) -> str:
    return f"inquiries_complaint:{digest}"
