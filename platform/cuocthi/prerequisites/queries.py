"""What is read of prerequisites."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.prerequisites.models import Prerequisite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context

_SHOWN = (joinedload(Prerequisite.document), joinedload(Prerequisite.done_by))


def prerequisites(ctx: Context, *, campaign_id: int) -> Sequence[Prerequisite]:
    """Return a campaign's prerequisites in their order, with documents and who confirmed them (one statement)."""
    wanted = sa.select(Prerequisite).where(Prerequisite.campaign_id == campaign_id).options(*_SHOWN)
    return ctx.session.scalars(wanted.order_by(Prerequisite.id)).all()


def prerequisite_of(ctx: Context, *, campaign_id: int, prerequisite_id: int) -> Prerequisite | None:
    """Return a prerequisite of this campaign, or None."""
    return ctx.session.scalar(
        sa.select(Prerequisite)
        .where(Prerequisite.id == prerequisite_id, Prerequisite.campaign_id == campaign_id)
        .options(*_SHOWN)
    )
