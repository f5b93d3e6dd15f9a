"""Who has extra time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi_quiz.models import ExtraTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context


def granted_in(ctx: Context, *, campaign_id: int) -> Sequence[tuple[ExtraTime, Enrolment]]:
    """Return what was granted in a campaign with whose it is, by name (one statement)."""
    rows = ctx.session.execute(
        sa.select(ExtraTime, Enrolment)
        .join(Enrolment, Enrolment.id == ExtraTime.enrolment_id)
        .where(ExtraTime.campaign_id == campaign_id)
        .order_by(Enrolment.name_sort, Enrolment.code)
    )
    return [(held, enrolment) for held, enrolment in rows]


def enrolment_by_code(ctx: Context, *, campaign_id: int, code: str) -> Enrolment | None:
    """Return who has a contest number, None if nobody has."""
    return ctx.session.scalar(
        sa.select(Enrolment).where(Enrolment.campaign_id == campaign_id, Enrolment.code == code.strip().upper())
    )


def is_granted(ctx: Context, *, campaign_id: int, enrolment_id: int) -> bool:
    """Tell whether a person of a campaign has extra time."""
    own = (ExtraTime.campaign_id == campaign_id, ExtraTime.enrolment_id == enrolment_id)
    return ctx.session.scalar(sa.select(ExtraTime.enrolment_id).where(*own)) is not None
