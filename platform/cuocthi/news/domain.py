"""Writing announcements and letting them go out; agreeing to news and ending it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.messages.domain import drop_waiting
from cuocthi.news.models import Announcement, AnnouncementState, Audience, NewsConsent
from cuocthi.text import T
from cuocthi.timelines.edges import FARTHEST
from cuocthi.timelines.localtime import moment_on

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Edge
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.news.audience import Reach
    from cuocthi.timelines.models import Phase
    from cuocthi.units.models import Unit

_record = partial(record, object_kind="announcement")

#: Keys of messages that carry news begin so.
NEWS = "core.news:"
_STOPPABLE = (AnnouncementState.WAITING, AnnouncementState.SENDING)


@dataclass(frozen=True, slots=True)
class AnnouncementFacts:
    """What is announced, to whom and when.

    It goes out at ``send_at``; or at ``clock`` on the day that lies ``days`` after an ``edge`` of a ``phase``, before
    it if they are negative; without both as soon as it is confirmed. ``unit`` narrows it to that unit and those below.
    """

    subject: str
    body: str
    audience: Audience = Audience.ENROLLED
    unit: Unit | None = None
    is_public: bool = False
    send_at: datetime | None = None
    phase: Phase | None = None
    edge: Edge | None = None
    days: int = 0
    clock: str = "08:00"


def write_announcement(ctx: Context, *, campaign: Campaign, facts: AnnouncementFacts) -> Announcement:
    """Write an announcement; it stays a draft until it is confirmed. Raises DomainError with the field."""
    _check(campaign, facts)
    announcement = Announcement(campaign_id=campaign.id, created_at=ctx.now, **_columns(facts))
    ctx.session.add(announcement)
    ctx.session.flush()
    summary = T("Wrote the announcement “%(subject)s”", subject=announcement.subject)
    _record(
        ctx,
        campaign=campaign,
        object_id=announcement.id,
        action="core:news:write",
        summary=summary,
        after=_described(announcement),
    )
    return announcement


def edit_announcement(
    ctx: Context, *, campaign: Campaign, announcement: Announcement, facts: AnnouncementFacts
) -> None:
    """Change a draft. Raises as :func:`write_announcement`, and Conflict for one that was confirmed."""
    _check(campaign, facts)
    _hold_draft(ctx, announcement)
    before = _described(announcement)
    for name, value in _columns(facts).items():
        setattr(announcement, name, value)
    ctx.session.flush()
    summary = T("Changed the announcement “%(subject)s”", subject=announcement.subject)
    after = _described(announcement)
    _record(
        ctx,
        campaign=campaign,
        object_id=announcement.id,
        action="core:news:edit",
        summary=summary,
        before=before,
        after=after,
    )


def discard_announcement(ctx: Context, *, campaign: Campaign, announcement: Announcement) -> None:
    """Throw a draft away; the log keeps what it was. Raises Conflict for one that was confirmed."""
    _hold_draft(ctx, announcement)
    summary = T("Discarded the announcement “%(subject)s”", subject=announcement.subject)
    before = _described(announcement)
    _record(
        ctx, campaign=campaign, object_id=announcement.id, action="core:news:discard", summary=summary, before=before
    )
    ctx.session.delete(announcement)
    ctx.session.flush()


def confirm_announcement(
    ctx: Context, *, campaign: Campaign, announcement: Announcement, seen: str, reach: Reach
) -> None:
    """Let a draft go out when its moment has come.

    ``seen`` is the digest of what the confirming person read, ``reach`` whom it reaches by now. Raises Conflict for
    one that is no draft any more or another one than was read, Closed while the campaign is not open, and DomainError
    if its moment lies behind or it reaches nobody.
    """
    _hold_draft(ctx, announcement)
    if announcement.digest != seen:
        raise _stale()
    if campaign.state is not CampaignState.OPEN:
        raise Closed(T("Announcements go out while the campaign is open."))
    due_at = announcement.due_at
    if due_at is not None and due_at <= ctx.now:
        message = T("It should have gone out at %(moment)s, which is over. Please change the moment.", moment=due_at)
        raise DomainError(message)
    if due_at is None and not reach.reached:
        raise DomainError(T("It would reach nobody."))
    announcement.state = AnnouncementState.WAITING
    announcement.confirmed_at, announcement.confirmed_by_id = ctx.now, ctx.actor.user_id
    ctx.session.flush()
    summary = T("Confirmed the announcement “%(subject)s”", subject=announcement.subject)
    after = {"moment": due_at, **dataclasses.asdict(reach)}
    _record(ctx, campaign=campaign, object_id=announcement.id, action="core:news:send", summary=summary, after=after)


def stop_announcement(ctx: Context, *, campaign: Campaign, announcement: Announcement) -> None:
    """Let nothing more of an announcement go out; what was sent is sent. Raises Conflict if nothing does."""
    stopped = (
        sa.update(Announcement)
        .where(Announcement.id == announcement.id, Announcement.state.in_(_STOPPABLE))
        .values(state=AnnouncementState.STOPPED, finished_at=ctx.now)
        .returning(Announcement.id)
    )
    if ctx.session.scalar(stopped) is None:
        raise _stale()
    ctx.session.refresh(announcement)
    drop_waiting(ctx, prefix=f"{NEWS}{announcement.id}:")
    summary = T("Stopped the announcement “%(subject)s”", subject=announcement.subject)
    after = {"written": announcement.written, "reached": announcement.reached}
    _record(ctx, campaign=campaign, object_id=announcement.id, action="core:news:stop", summary=summary, after=after)


# --- consent ---


def agree_to_news(ctx: Context, *, enrolment: Enrolment) -> None:
    """Note that a person agrees to news of the campaign; agreeing again changes nothing."""
    consent = ctx.session.get(NewsConsent, enrolment.id)
    if consent is None:
        ctx.session.add(NewsConsent(enrolment_id=enrolment.id, given_at=ctx.now))
    elif consent.withdrawn_at is not None:
        consent.given_at, consent.withdrawn_at = ctx.now, None
    ctx.session.flush()


def end_news(ctx: Context, *, enrolment: Enrolment) -> None:
    """Note that a person wants no more news of the campaign; what waits in the outbox goes nowhere."""
    consent = ctx.session.get(NewsConsent, enrolment.id)
    if consent is None or consent.withdrawn_at is not None:
        return
    consent.withdrawn_at = ctx.now
    ctx.session.flush()
    own = sa.select(Announcement.id).where(
        Announcement.campaign_id == enrolment.campaign_id, Announcement.state == AnnouncementState.SENDING
    )
    for announcement_id in ctx.session.scalars(own).all():
        drop_waiting(ctx, prefix=f"{NEWS}{announcement_id}:", user_id=enrolment.user_id)


# --- within ---


def _check(campaign: Campaign, facts: AnnouncementFacts) -> None:
    for name in ("subject", "body"):
        if not str(getattr(facts, name)).strip():
            raise DomainError(T("This field is required."), field=name)
    # Of all the characters that break lines none can stand in the subject of a mail.
    if len(facts.subject.strip().splitlines()) > 1:
        raise DomainError(T("The subject is one line."), field="subject")
    if facts.phase is not None and facts.phase.campaign_id != campaign.id:
        raise DomainError(T("Please choose a phase of this campaign."), field="phase")
    if (facts.phase is None) != (facts.edge is None) or (facts.phase is not None and facts.send_at is not None):
        raise DomainError(T("Please choose when it is to be sent."), field="timing")
    if abs(facts.days) > FARTHEST:
        raise DomainError(T("This day lies more than %(most)s days from the phase.", most=FARTHEST), field="days")
    if facts.phase is not None:
        moment_on(facts.phase.opens_at.date(), facts.clock)


def _hold_draft(ctx: Context, announcement: Announcement) -> None:
    """Hold a draft until the transaction ends, and see it as it is. Raises Conflict for one that is none any more."""
    drafts = sa.select(Announcement).where(
        Announcement.id == announcement.id, Announcement.state == AnnouncementState.DRAFT
    )
    if ctx.session.scalar(drafts.with_for_update().execution_options(populate_existing=True)) is None:
        raise _stale()


def _stale() -> Conflict:
    return Conflict(T("This announcement is not as it was any more. Please load the page again."))


def _columns(facts: AnnouncementFacts) -> dict[str, object]:
    values = {item.name: getattr(facts, item.name) for item in dataclasses.fields(facts)}
    return {**values, "subject": facts.subject.strip(), "body": facts.body.strip()}


def _described(announcement: Announcement) -> dict[str, object]:
    return {
        "title": announcement.subject,
        "text": announcement.body,
        "to_whom": str(announcement.audience),
        "unit": announcement.unit.name if announcement.unit else None,
        "moment": announcement.due_at,
        "public": announcement.is_public,
    }
