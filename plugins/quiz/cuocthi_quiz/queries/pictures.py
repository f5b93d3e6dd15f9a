"""Pictures of the bank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.files.models import StoredFile
from cuocthi_quiz.models import Picture

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.context import Context


@dataclass(frozen=True, slots=True)
class PictureRow:
    """A picture with the digest of its content and the name of its file."""

    picture: Picture
    sha256: str
    name: str


def pictures(ctx: Context, *, campaign_id: int, keys: Collection[str] | None = None) -> list[PictureRow]:
    """Return a campaign's pictures, or those of some keys, by key (one statement)."""
    found = (
        sa.select(Picture, StoredFile.sha256, StoredFile.name)
        .join(StoredFile, StoredFile.id == Picture.file_id)
        .where(Picture.campaign_id == campaign_id)
        .order_by(Picture.key)
    )
    if keys is not None:
        found = found.where(Picture.key.in_(keys))
    return [PictureRow(*row) for row in ctx.session.execute(found)]


def file_of_picture(ctx: Context, *, campaign_id: int, key: str) -> StoredFile | None:
    """Return the stored file of a picture, or None."""
    return ctx.session.scalar(
        sa.select(StoredFile)
        .join(Picture, Picture.file_id == StoredFile.id)
        .where(Picture.campaign_id == campaign_id, Picture.key == key)
    )


def digests(ctx: Context, *, campaign_id: int) -> dict[str, str]:
    """Return the SHA-256 of each of a campaign's pictures by its key, in order (one statement)."""
    found = (
        sa.select(Picture.key, StoredFile.sha256)
        .join(StoredFile, StoredFile.id == Picture.file_id)
        .where(Picture.campaign_id == campaign_id)
        .order_by(Picture.key)
    )
    return {row[0]: row[1] for row in ctx.session.execute(found)}


def known_keys(ctx: Context, *, campaign_id: int) -> Sequence[str]:
    """Return the keys of a campaign's pictures."""
    return ctx.session.scalars(
        sa.select(Picture.key).where(Picture.campaign_id == campaign_id).order_by(Picture.key)
    ).all()
