"""How long personal data is kept, and the job that ends it.

The periods are settings of the campaign and count from its archiving. The job works in batches that commit one by one:
stopped in the middle it goes on where it was, and run twice it changes nothing more.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
import structlog

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.settings import load_settings
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Erasure
from cuocthi.enrolments.models import Enrolment
from cuocthi.merging.domain import hold_people
from cuocthi.personal.erasing import erase_accounts, erase_enrolments, in_office
from cuocthi.personal.models import ErasedEnrolment
from cuocthi.personal.settings import RETENTION_OWNER, Retention
from cuocthi.personal.words import nobody
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from cuocthi.context import Context

#: How many people one transaction makes anonymous, and for how many seconds one run of the job goes on.
BATCH, PATIENCE = 500, 20.0

_MONTHS = 12
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Due:
    """When the people of an archived campaign become anonymous and its award records end, and how many are left."""

    people_at: datetime
    records_at: datetime
    people: int


def load_retention(ctx: Context, *, campaign: Campaign) -> Retention:
    """Return how long a campaign keeps personal data (one statement)."""
    return load_settings(ctx, owner=RETENTION_OWNER, schema=Retention, campaign=campaign).value


def due(ctx: Context, *, campaign: Campaign) -> Due | None:
    """Return when the data of an archived campaign goes, None for one that is not archived."""
    if campaign.archived_at is None:
        return None
    periods = load_retention(ctx, campaign=campaign)
    left = sa.select(sa.func.count()).select_from(_named(campaign.id, Enrolment.id).subquery())
    return Due(
        months_after(campaign.archived_at, periods.months),
        months_after(campaign.archived_at, periods.award_years * _MONTHS),
        ctx.session.scalar(left) or 0,
    )


def months_after(moment: datetime, months: int) -> datetime:
    """Return the same moment so many months later; the last day of a month that is too short."""
    local = moment.astimezone(LOCAL_ZONE)
    years, month = divmod(local.month - 1 + months, _MONTHS)
    for day in (local.day, 30, 29, 28):
        try:
            return local.replace(year=local.year + years, month=month + 1, day=min(day, local.day))
        except ValueError:
            continue
    raise AssertionError


def anonymise_due(
    ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    """Make everybody anonymous whose time is over; return how many. Commits by itself, batch by batch.

    A campaign that cannot be erased now (a part is not installed, an award list was tampered with) is logged and left
    for another time; the others go on.
    """
    done, began = 0, time.monotonic()
    over: list[int] = []
    for campaign in _archived(ctx):
        times = due(ctx, campaign=campaign)
        if times is None or times.people_at > ctx.now:
            continue
        erasures = [Erasure.RETENTION, *([Erasure.RECORDS] if times.records_at <= ctx.now else [])]
        try:
            for erasure in erasures:
                for number in _batches(ctx, campaign, erasure):
                    done += number
                    progress(done, done)
                    if time.monotonic() - began > PATIENCE:
                        return {"people": done}
        except Exception:  # a plugin may raise anything; the other campaigns must not wait for it
            ctx.session.rollback()
            log.exception("retention_failed", campaign=campaign.slug)
        else:
            over.append(campaign.id)
    return {"people": done, "accounts": _erase_idle_accounts(ctx, over)}


def _archived(ctx: Context) -> Sequence[Campaign]:
    wanted = sa.select(Campaign).where(Campaign.state == CampaignState.ARCHIVED).order_by(Campaign.archived_at)
    return ctx.session.scalars(wanted).all()


def _batches(ctx: Context, campaign: Campaign, erasure: Erasure) -> Any:
    """Erase a campaign's people batch by batch, each committed; yield how many each time, and once where none is left.

    The last batch is empty: with it plugins erase what they keep about others than participants.
    """
    wanted = _kept_names(campaign.id) if erasure is Erasure.RECORDS else _named(campaign.id, Enrolment.id)
    while True:
        ids = ctx.session.scalars(wanted.limit(BATCH)).all()
        erase_enrolments(ctx, campaign=campaign, enrolment_ids=ids, erasure=erasure)
        if ids:
            _on_record(ctx, campaign, erasure, len(ids))
        ctx.session.commit()
        yield len(ids)
        if not ids:
            return


def _named(campaign_id: int, *columns: Any) -> sa.Select[Any]:
    erased = sa.exists().where(ErasedEnrolment.enrolment_id == Enrolment.id)
    return sa.select(*columns).where(Enrolment.campaign_id == campaign_id, ~erased).order_by(Enrolment.id)


def _kept_names(campaign_id: int) -> sa.Select[Any]:
    return (
        sa.select(Enrolment.id)
        .join(ErasedEnrolment, ErasedEnrolment.enrolment_id == Enrolment.id)
        .where(Enrolment.campaign_id == campaign_id, ErasedEnrolment.name_kept)
        .order_by(Enrolment.id)
    )


def _erase_idle_accounts(ctx: Context, over: Sequence[int]) -> int:
    """Erase the accounts that took part only in campaigns whose time is ``over``; who holds an office keeps it."""
    elsewhere = sa.exists().where(Enrolment.user_id == User.id, Enrolment.campaign_id.not_in(over))
    took_part = sa.exists().where(Enrolment.user_id == User.id, Enrolment.campaign_id.in_(over))
    idle = (
        sa.select(User.id)
        .where(User.name != nobody(), ~User.is_admin, took_part, ~elsewhere, User.id.not_in(in_office()))
        .order_by(User.id)
    )
    done = 0
    while found := ctx.session.scalars(idle.limit(BATCH)).all():
        hold_people(ctx, *found)
        # Whoever has joined a contest or was appointed since is idle no more.
        ids = ctx.session.scalars(idle.where(User.id.in_(found))).all()
        erase_accounts(ctx, user_ids=ids)
        ctx.session.commit()
        done += len(ids)
    return done


def _on_record(ctx: Context, campaign: Campaign, erasure: Erasure, number: int) -> None:
    record(
        ctx,
        action="core:enrolment:anonymise",
        summary=T("Made people anonymous whose time was over"),
        campaign=campaign,
        object_kind="campaign",
        object_id=campaign.id,
        after={"erasure": str(erasure), "records": number},
    )
