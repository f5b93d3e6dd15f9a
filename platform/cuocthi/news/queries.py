"""What is read of announcements and of the consent to news."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.news.models import Announcement, AnnouncementState, NewsConsent
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context

#: Announcements of these states went out, or are going out.
SENT = (AnnouncementState.SENDING, AnnouncementState.SENT)


def announcements(ctx: Context, *, campaign_id: int) -> Sequence[Announcement]:
    """Return a campaign's announcements, the newest first, with what they are timed by (one statement)."""
    wanted = sa.select(Announcement).where(Announcement.campaign_id == campaign_id).options(*_SHOWN)
    return ctx.session.scalars(wanted.order_by(Announcement.id.desc())).unique().all()


def announcement_of(ctx: Context, *, campaign_id: int, announcement_id: int) -> Announcement | None:
    """Return an announcement of this campaign, or None."""
    wanted = sa.select(Announcement).where(Announcement.id == announcement_id, Announcement.campaign_id == campaign_id)
    return ctx.session.scalars(wanted.options(*_SHOWN)).unique().one_or_none()


def missed(ctx: Context, *, campaign_ids: Sequence[int]) -> Sequence[Announcement]:
    """Return the announcements of campaigns that were not sent in time (one statement)."""
    return ctx.session.scalars(
        sa.select(Announcement)
        .where(Announcement.campaign_id.in_(campaign_ids), Announcement.state == AnnouncementState.MISSED)
        .order_by(Announcement.id)
    ).all()


def agreed_to_news(ctx: Context, *, enrolment_ids: Sequence[int]) -> set[int]:
    """Return which of these enrolments get news (one statement)."""
    wanted = sa.select(NewsConsent.enrolment_id).where(
        NewsConsent.enrolment_id.in_(enrolment_ids), NewsConsent.withdrawn_at.is_(None)
    )
    return set(ctx.session.scalars(wanted))


_SHOWN = (joinedload(Announcement.unit), joinedload(Announcement.phase).joinedload(Phase.windows))
