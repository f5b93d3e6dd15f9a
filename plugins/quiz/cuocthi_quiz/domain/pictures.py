"""Pictures of the bank: added once, named in texts, handed out to whoever has a paper or may read questions."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import DomainError
from cuocthi.files.domain import store
from cuocthi.files.kinds import JPEG, PNG
from cuocthi.rules.markdown import PICTURE
from cuocthi.text import T
from cuocthi_quiz.domain.questions import is_key
from cuocthi_quiz.models import MAX_KEY, Picture

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text

KINDS = (PNG, JPEG)
#: The largest file, in bytes, and side, in pixels, of a picture that is sent to phones.
MAX_BYTES = 1_000_000
MAX_SIDE = 4_000
#: How PNG and JPEG begin.
SIGNATURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")

_TOO_LARGE = T("A picture has at most %(most)s kB, so that it loads on a phone.", most=MAX_BYTES // 1000)
_DAMAGED = T("This picture is neither PNG nor JPEG, damaged, or larger than %(most)s pixels.", most=MAX_SIDE)
_VIEW = "quiz:question:view"
_NAMED = re.compile(rf"\]\({PICTURE}([a-z0-9-]{{1,{MAX_KEY}}})\)")
_PNG_SIZE = struct.Struct(">II")
_JPEG_SIZE = struct.Struct(">HH")
#: JPEG frames that begin with the size: all but those of tables (DHT, JPG, DAC).
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD9)})


def add_picture(ctx: Context, *, folder: Path, campaign: Campaign, key: str, name: str, content: bytes) -> Picture:
    """Add a picture to a campaign's bank and record it; its file is kept below ``folder``.

    Raises DomainError (field ``key`` or ``file``) for a key that is malformed or taken, another kind of file, one that
    is too large, and one that is damaged.
    """
    if not is_key(key):
        raise DomainError(T("A key is made of lower-case letters, digits and hyphens."), field="key")
    if ctx.session.scalar(sa.select(Picture.id).where(Picture.campaign_id == campaign.id, Picture.key == key)):
        raise DomainError(T("There is already a picture with this key."), field="key")
    if len(content) > MAX_BYTES:
        raise DomainError(_TOO_LARGE, field="file")
    stored = store(ctx, folder=folder, content=content, name=name, kinds=KINDS, campaign=campaign, permission=_VIEW)
    size = size_of(content)
    if size is None or not _is_plausible(size):
        raise DomainError(_DAMAGED, field="file")
    picture = Picture(
        campaign_id=campaign.id,
        key=key,
        file_id=stored.id,
        width=size[0],
        height=size[1],
        added_by=ctx.actor.user_id,
        added_at=ctx.now,
    )
    ctx.session.add(picture)
    ctx.session.flush()
    record(
        ctx,
        action="quiz:picture:add",
        summary=T("Added the picture “%(key)s” to the bank", key=key),
        campaign=campaign,
        object_kind="quiz_picture",
        object_id=picture.id,
        after={"key": key, "sha256": stored.sha256},
    )
    return picture


def problem_of(content: bytes) -> Text | None:
    """Return why a picture cannot be added to a bank, or None."""
    if len(content) > MAX_BYTES:
        return _TOO_LARGE
    size = size_of(content) if content.startswith(SIGNATURES) else None
    return None if size is not None and _is_plausible(size) else _DAMAGED


def ending_of(content: bytes) -> str:
    """Return how the name of a file with this picture ends."""
    return ".png" if content.startswith(SIGNATURES[0]) else ".jpg"


def _is_plausible(size: tuple[int, int]) -> bool:
    return all(0 < side <= MAX_SIDE for side in size)


def named_in(texts: Iterable[str]) -> set[str]:
    """Return the keys of the pictures that Markdown texts show."""
    return {key for text in texts for key in _NAMED.findall(text)}


def size_of(content: bytes) -> tuple[int, int] | None:
    """Return width and height in pixels of a PNG or JPEG picture as its head says them, or None if it says none."""
    try:
        if content.startswith(b"\x89PNG"):
            return _PNG_SIZE.unpack_from(content, 16) if content[12:16] == b"IHDR" else None
        return _jpeg_size(content)
    except (struct.error, IndexError):
        return None


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Walk through the segments of a JPEG file (ITU T.81, annex B) to the head of its frame."""
    at = 2
    while content[at] == 0xFF:  # noqa: PLR2004 - begins every marker
        marker = content[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = _JPEG_SIZE.unpack_from(content, at + 5)
            return width, height
        at += 2 if marker in _JPEG_BARE else 2 + int.from_bytes(content[at + 2 : at + 4])
    return None
