"""What is read of pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.pictures.models import Picture

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.context import Context


def pictures(ctx: Context, *, campaign_id: int) -> Sequence[Picture]:
    """Return a campaign's pictures with their files, the newest first (two statements)."""
    wanted = sa.select(Picture).where(Picture.campaign_id == campaign_id)
    return ctx.session.scalars(wanted.order_by(Picture.id.desc())).all()


def pictures_named(ctx: Context, *, campaign_id: int, keys: Collection[str]) -> dict[str, Picture]:
    """Return by their keys the pictures of a campaign that are there (two statements, none for no key)."""
    if not keys:
        return {}
    wanted = sa.select(Picture).where(Picture.campaign_id == campaign_id, Picture.key.in_(keys))
    return {picture.key: picture for picture in ctx.session.scalars(wanted)}
