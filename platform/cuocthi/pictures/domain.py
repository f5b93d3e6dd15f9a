"""Adding pictures."""

from __future__ import annotations

import re
from textwrap import shorten
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import DomainError
from cuocthi.files.domain import store
from cuocthi.files.kinds import JPEG, PNG, kind_of
from cuocthi.pictures.models import MAX_ALT, Picture, PictureFile
from cuocthi.pictures.shrinking import KINDS, copies_of
from cuocthi.text import T
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.pictures.shrinking import Copy

#: What readers of the files need; whoever shows a picture to everybody hands it out itself.
PERMISSION = "core:campaign:view"
#: Numbers in a key could be taken for somebody's telephone where texts are published, and blacked out with it.
_NO_WORD = re.compile(r"[^a-z]+")
#: Whoever writes types it: a few words, and a number where there are several of the same.
_LONGEST_STEM = 32


def copies(*, content: bytes, name: str) -> list[Copy]:
    """Return what is kept of a picture that somebody sent; it takes a second, outside of any transaction.

    Raises DomainError (field ``file``) for another kind of file, one that is too large or damaged.
    """
    kind_of(name, content, KINDS, field="file")
    return copies_of(content)


def add_picture(ctx: Context, *, campaign: Campaign, folder: Path, alt: str, made: list[Copy]) -> Picture:
    """Keep what :func:`copies` made of a picture, under a key made of ``alt``, and record it.

    ``alt`` says in words what is to be seen. Raises DomainError (field ``alt``) without it, or for more than a line.
    """
    alt = " ".join(alt.split())
    if not alt or len(alt) > MAX_ALT:
        raise DomainError(T("Please say in a sentence or two what the picture shows."), field="alt")
    picture = Picture(
        campaign_id=campaign.id,
        key=_free_key(ctx, campaign, alt),
        alt=alt,
        added_by_id=ctx.actor.user_id,
        added_at=ctx.now,
    )
    for copy in made:
        stored = store(
            ctx,
            folder=folder,
            content=copy.content,
            name=f"{picture.key}-{copy.width}{copy.ending}",
            kinds=(JPEG, PNG),
            campaign=campaign,
            permission=PERMISSION,
        )
        picture.files.append(PictureFile(width=copy.width, height=copy.height, file=stored))
    ctx.session.add(picture)
    ctx.session.flush()
    record(
        ctx,
        action="core:picture:add",
        summary=T("Added the picture “%(key)s”", key=picture.key),
        campaign=campaign,
        object_kind="picture",
        object_id=picture.id,
        after={"key": picture.key, "text": alt, "sha256": picture.largest.file.sha256},
    )
    return picture


def _free_key(ctx: Context, campaign: Campaign, alt: str) -> str:
    words = _NO_WORD.sub(" ", fold(alt))
    stem = shorten(words, _LONGEST_STEM, placeholder="").replace(" ", "-") or "picture"
    taken = set(ctx.session.scalars(sa.select(Picture.key).where(Picture.campaign_id == campaign.id)))
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key
