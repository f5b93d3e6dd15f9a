"""The job that sends announcements: it starts what is due and keeps the outbox filled, a batch in a transaction.

What has been done stands in the announcement's row, in the transaction of the copies themselves: a job that is killed
goes on there, and of two workers one writes each batch. The outbox is never filled far ahead of the mail server, so
that who ends the news or is excluded meanwhile gets no more of it.
"""

from __future__ import annotations

import dataclasses
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict
from cuocthi.messages.domain import Content, Copy, send_copies
from cuocthi.messages.models import Message, MessageState
from cuocthi.news.audience import reach, recipients
from cuocthi.news.domain import NEWS
from cuocthi.news.links import stopping_link
from cuocthi.news.models import Announcement, AnnouncementState
from cuocthi.rules.plain import to_plain
from cuocthi.security.personal_data import Undecipherable
from cuocthi.text import T
from cuocthi.users.contacts import NormalisedContact, reveal
from cuocthi.users.models import ContactKind
from cuocthi.web.context import registry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi.users.models import Contact

    Link = Callable[[Campaign, int], str]

#: How many copies are written in one transaction, how many may wait in the outbox, and for how many seconds one run of
#: the job takes more: other work waits for it.
BATCH, AHEAD, PATIENCE = 200, 2_000, 10.0
#: An announcement that could not begin for this long is of no use any more: "3 days left" would not be true.
LATEST = timedelta(hours=24)
#: For how long a copy is tried to be delivered.
_USEFUL = timedelta(days=3)

log = structlog.get_logger(__name__)


def send_due(ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    """Start the announcements that are due and write copies while there is room; commits by itself, batch by batch."""
    began, written = time.monotonic(), 0
    for campaign, announcement in due(ctx):
        start(ctx, campaign=campaign, announcement=announcement)
        ctx.session.commit()
    for campaign, announcement in under_way(ctx):
        while announcement.state is AnnouncementState.SENDING and time.monotonic() - began < PATIENCE:
            current = dataclasses.replace(ctx, now=registry().clock.now())
            if waiting(current) >= AHEAD:
                return {"copies": written}
            written += write_batch(
                current,
                campaign=campaign,
                announcement=announcement,
                vault=registry().vault,
                link=stopping_link,
                size=BATCH,
            )
            ctx.session.commit()
            progress(announcement.written, max(announcement.reached, announcement.written))
    return {"copies": written}


def due(ctx: Context) -> list[tuple[Campaign, Announcement]]:
    """Return the confirmed announcements of open campaigns whose moment has come."""
    found = _with_campaigns(ctx, AnnouncementState.WAITING)
    return [pair for pair in found if (pair[1].due_at or ctx.now) <= ctx.now]


def under_way(ctx: Context) -> list[tuple[Campaign, Announcement]]:
    """Return the announcements that are being sent, the first one first."""
    return _with_campaigns(ctx, AnnouncementState.SENDING)


def _with_campaigns(ctx: Context, state: AnnouncementState) -> list[tuple[Campaign, Announcement]]:
    rows = ctx.session.execute(
        sa.select(Campaign, Announcement)
        .join(Announcement, Announcement.campaign_id == Campaign.id)
        .where(Campaign.state == CampaignState.OPEN, Announcement.state == state)
        .order_by(Announcement.id)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in rows.unique()]


def waiting(ctx: Context) -> int:
    """Return how much mail to many waits in the outbox."""
    wanted = sa.select(sa.func.count()).where(Message.state == MessageState.WAITING, Message.bulk)
    return ctx.session.scalar(wanted) or 0


def start(ctx: Context, *, campaign: Campaign, announcement: Announcement) -> bool:
    """Begin to send an announcement, and show it on the public page if it is meant for it; False if it is too late."""
    due_at = announcement.due_at or announcement.confirmed_at or ctx.now
    values: dict[str, Any] = {"state": AnnouncementState.MISSED, "finished_at": ctx.now}
    in_time = ctx.now - due_at <= LATEST
    if in_time:
        counted = reach(ctx, campaign=campaign, audience=announcement.audience, unit=announcement.unit)
        values = {"state": AnnouncementState.SENDING, "started_at": ctx.now, "reached": counted.reached}
    mine = sa.update(Announcement).where(
        Announcement.id == announcement.id, Announcement.state == AnnouncementState.WAITING
    )
    if ctx.session.scalar(mine.values(**values).returning(Announcement.id)) is None:
        return False
    if in_time and announcement.is_public:
        campaign.renew_pages()
    ctx.session.flush()
    ctx.session.refresh(announcement)
    return in_time


def write_batch(
    ctx: Context, *, campaign: Campaign, announcement: Announcement, vault: Vault, link: Link, size: int
) -> int:
    """Write the next copies of an announcement, ``size`` at most, and note how far it is; return how many.

    ``link`` makes the address at which a person ends the news. People who register while it is being sent get none.
    Raises Conflict if another worker has written these copies, or somebody stopped it.
    """
    chosen = recipients(ctx, campaign=campaign, audience=announcement.audience, unit=announcement.unit).where(
        Enrolment.id > announcement.cursor, Enrolment.enrolled_at <= announcement.started_at
    )
    rows = [(row[0], row[1]) for row in ctx.session.execute(chosen.limit(size))]
    copies = list(_copies(campaign, announcement, rows, vault, link))
    send_copies(ctx, copies=copies, expires_at=ctx.now + _USEFUL, vault=vault)
    _note(ctx, announcement, rows, len(copies), is_last=len(rows) < size)
    return len(copies)


def _note(
    ctx: Context, announcement: Announcement, rows: Sequence[tuple[int, Contact]], number: int, *, is_last: bool
) -> None:
    before = announcement.cursor
    values: dict[str, Any] = {"cursor": rows[-1][0] if rows else before, "written": Announcement.written + number}
    if is_last:
        values |= {"state": AnnouncementState.SENT, "finished_at": ctx.now}
    mine = sa.update(Announcement).where(
        Announcement.id == announcement.id,
        Announcement.cursor == before,
        Announcement.state == AnnouncementState.SENDING,
    )
    if ctx.session.scalar(mine.values(**values).returning(Announcement.id)) is None:
        raise Conflict(T("This work was taken over by another worker."))
    ctx.session.refresh(announcement)


def _copies(
    campaign: Campaign, announcement: Announcement, rows: Sequence[tuple[int, Contact]], vault: Vault, link: Link
) -> Iterator[Copy]:
    subject, text = T("%(text)s", text=announcement.subject), T("%(text)s", text=to_plain(announcement.body))
    # Of somebody with two addresses the first one is used.
    for enrolment_id, contact in dict(reversed(rows)).items():
        try:
            address = reveal(contact, vault)
        except Undecipherable:
            log.warning("contact_not_opened", contact_id=contact.id)
            continue
        stop = link(campaign, enrolment_id)
        farewell = T(
            "You get this because you agreed to news of “%(campaign)s”. To get no more: %(address)s",
            campaign=campaign.name,
            address=stop,
        )
        content = Content(address, subject, [text, farewell], campaign.language, stop)
        key = f"{NEWS}{announcement.id}:{enrolment_id}"
        yield Copy(key, NormalisedContact(ContactKind.EMAIL, address), contact.user_id, content)
