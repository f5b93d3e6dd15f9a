"""Corrections: the own name at once, what was frozen at registration by those who give support."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.audit.domain import record
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict, DomainError, Missing
from cuocthi.personal.models import (
    MAX_REASON,
    MAX_WISH,
    Correction,
    CorrectionKind,
    CorrectionState,
    ErasedEnrolment,
)
from cuocthi.text import T
from cuocthi.users.names import fold, normalise_name, sort_key

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.users.models import User


def correct_name(ctx: Context, *, user: User, name: str) -> int:
    """Give an account another name at once, and ask to have it corrected where it was frozen; return how often.

    Results and award lists stay as they are until staff confirms. Raises DomainError (field ``name``).
    """
    right = normalise_name(name)
    if right != user.name:
        user.name, user.name_folded, user.name_sort = right, fold(right), sort_key(right)
        record(
            ctx,
            action="core:user:correct",
            summary=T("Corrected the own name"),
            campaign=None,
            object_kind="user",
            object_id=user.id,
        )
    frozen = ctx.session.scalars(
        sa.select(Enrolment).where(
            Enrolment.user_id == user.id,
            Enrolment.name != right,
            ~sa.exists().where(ErasedEnrolment.enrolment_id == Enrolment.id),
        )
    ).all()
    for enrolment in frozen:
        ask(ctx, enrolment=enrolment, kind=CorrectionKind.NAME, wish=right)
    ctx.session.flush()
    return len(frozen)


def ask(ctx: Context, *, enrolment: Enrolment, kind: CorrectionKind, wish: str) -> Correction:
    """Ask to have something corrected; an open wish of the same kind is replaced.

    Raises DomainError (field ``wish``) for an empty or too long wish.
    """
    written = " ".join(wish.split())
    if not written:
        raise DomainError(T("Please write what is wrong, and how it should be."), field="wish")
    if len(written) > MAX_WISH:
        raise DomainError(T("Please write at most %(count)s characters.", count=MAX_WISH), field="wish")
    waiting = ctx.session.scalar(_waiting(enrolment.id, kind).with_for_update())
    if waiting is None:
        waiting = Correction(enrolment_id=enrolment.id, kind=kind, wish=written, asked_at=ctx.now)
        ctx.session.add(waiting)
    else:
        waiting.wish, waiting.asked_at = written, ctx.now
    ctx.session.flush()
    return waiting


def waiting_wish(ctx: Context, *, enrolment_id: int) -> Correction | None:
    """Return what somebody asked to have corrected, beyond the name, and waits; a new wish would take its place."""
    return ctx.session.scalar(_waiting(enrolment_id, CorrectionKind.OTHER))


def _waiting(enrolment_id: int, kind: CorrectionKind) -> sa.Select[Correction]:
    return sa.select(Correction).where(
        Correction.enrolment_id == enrolment_id, Correction.kind == kind, Correction.state == CorrectionState.OPEN
    )


def decide(ctx: Context, *, campaign: Campaign, correction_id: int, done: bool, answer: str = "") -> Correction:
    """Confirm a correction, or decline it with the reason that the person will read.

    A name is put right in the enrolment, and so in lists that are made from now on; adopted award lists and releases
    keep what they say until a new version of them. What is no name support has put right elsewhere. Raises Missing,
    Conflict if somebody else was first, DomainError (field ``answer``) without a reason.
    """
    found = ctx.session.scalar(
        sa.select(Correction)
        .join(Enrolment, Enrolment.id == Correction.enrolment_id)
        .where(Correction.id == correction_id, Enrolment.campaign_id == campaign.id)
        .options(joinedload(Correction.enrolment))
        .with_for_update(of=Correction)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing(T("There is no such wish for a correction here."))
    if found.state is not CorrectionState.OPEN:
        raise Conflict(T("Somebody else has decided on this already."))
    reason = " ".join(answer.split())
    if not done and not reason:
        raise DomainError(T("Please say why it is not corrected."), field="answer")
    if len(reason) > MAX_REASON:
        raise DomainError(T("Please write at most %(count)s characters.", count=MAX_REASON), field="answer")
    found.state = CorrectionState.DONE if done else CorrectionState.DECLINED
    found.answer, found.decided_by, found.decided_at = reason, ctx.actor.user_id, ctx.now
    if done and found.kind is CorrectionKind.NAME:
        _rename(campaign, found.enrolment, found.wish)
    code = found.enrolment.code
    summary = (
        T("Corrected what %(code)s asked for", code=code) if done else T("Declined a correction: %(code)s", code=code)
    )
    record(
        ctx,
        action="core:correction:decide",
        summary=summary,
        campaign=campaign,
        object_kind="enrolment",
        object_id=found.enrolment_id,
        # What is wished for, and why it is declined, may name people: the log refers to it by its number.
        after={"correction": found.id, "kind": str(found.kind)},
    )
    return found


def _rename(campaign: Campaign, enrolment: Enrolment, name: str) -> None:
    enrolment.name, enrolment.name_folded, enrolment.name_sort = name, fold(name), sort_key(name)
    campaign.version += 1


def open_corrections(ctx: Context, *, campaign_id: int) -> Sequence[Correction]:
    """Return what people of a campaign ask to have corrected, the oldest first (one statement)."""
    return ctx.session.scalars(
        sa.select(Correction)
        .join(Enrolment, Enrolment.id == Correction.enrolment_id)
        .where(Enrolment.campaign_id == campaign_id, Correction.state == CorrectionState.OPEN)
        .options(joinedload(Correction.enrolment))
        .order_by(Correction.asked_at, Correction.id)
    ).all()


def waiting_corrections(ctx: Context, *, campaign_ids: Sequence[int]) -> dict[int, int]:
    """Return how many wishes wait in each of these campaigns where any does (one statement)."""
    rows = ctx.session.execute(
        sa.select(Enrolment.campaign_id, sa.func.count())
        .join(Correction, Correction.enrolment_id == Enrolment.id)
        .where(Enrolment.campaign_id.in_(campaign_ids), Correction.state == CorrectionState.OPEN)
        .group_by(Enrolment.campaign_id)
    )
    return {row[0]: row[1] for row in rows}


def corrections_of(ctx: Context, *, enrolment_id: int) -> Sequence[Correction]:
    """Return what one person asked to have corrected, the newest first (one statement)."""
    return ctx.session.scalars(
        sa.select(Correction).where(Correction.enrolment_id == enrolment_id).order_by(Correction.id.desc())
    ).all()
