"""Keeping files: by their content, outside the web root, each with the permission that its readers need."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.errors import DomainError, Missing
from cuocthi.files.models import StoredFile
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: What may be kept, by media type, and how its content must begin. Files are only ever handed out as attachments.
KNOWN_TYPES: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "application/zip": (b"PK\x03\x04", b"PK\x05\x06"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (b"PK\x03\x04",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (b"PK\x03\x04",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "text/csv": (b"",),
    "text/plain": (b"",),
    "application/json": (b"",),
}
_MAX_NAME = 200


def store(
    ctx: Context,
    *,
    folder: Path,
    content: bytes,
    name: str,
    media_type: str,
    campaign: Campaign,
    permission: str,
) -> StoredFile:
    """Keep a file of a campaign below ``folder``; equal contents are kept once.

    ``permission`` is what a reader needs, "" for everybody who may see the campaign. The content is on the disk
    before the row is flushed. Raises DomainError for an empty file, an unknown type, or a content of another type.
    """
    if not content:
        raise DomainError(T("The file is empty."), field="file")
    if media_type not in KNOWN_TYPES:
        raise DomainError(T("Files of this type cannot be kept: %(type)s.", type=media_type), field="file")
    if not content.startswith(KNOWN_TYPES[media_type]):
        raise DomainError(T("The file's content is not what its type says."), field="file")
    sha256 = hashlib.sha256(content).hexdigest()
    _write(path_of(folder, sha256), content)
    stored = StoredFile(
        campaign_id=campaign.id,
        sha256=sha256,
        name=_plain_name(name),
        media_type=media_type,
        size=len(content),
        permission=permission,
        created_at=ctx.now,
        created_by=ctx.actor.user_id,
    )
    ctx.session.add(stored)
    ctx.session.flush()
    return stored


def share(ctx: Context, *, stored: StoredFile, campaign: Campaign) -> StoredFile:
    """Let another campaign hand out a stored file too, to the same readers; the content is kept once."""
    shared = StoredFile(
        campaign_id=campaign.id,
        sha256=stored.sha256,
        name=stored.name,
        media_type=stored.media_type,
        size=stored.size,
        permission=stored.permission,
        created_at=ctx.now,
        created_by=ctx.actor.user_id,
    )
    ctx.session.add(shared)
    ctx.session.flush()
    return shared


def file_of(ctx: Context, *, campaign_id: int, file_id: int) -> StoredFile:
    """Return a file of a campaign. Raises Missing."""
    found = ctx.session.scalar(
        sa.select(StoredFile).where(StoredFile.id == file_id, StoredFile.campaign_id == campaign_id)
    )
    if found is None:
        raise Missing(T("This file does not exist."))
    return found


def read(folder: Path, stored: StoredFile) -> bytes:
    """Return a file's content. Raises Missing if it is gone from the disk or is no longer what it was."""
    try:
        content = path_of(folder, stored.sha256).read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise Missing(T("The content of “%(name)s” is damaged or missing.", name=stored.name))
    return content


def path_of(folder: Path, sha256: str) -> Path:
    """Return where a content stands."""
    return folder / sha256[:2] / sha256[2:]


def _write(path: Path, content: bytes) -> None:
    """Put a content in its place at once and for good: nobody ever sees half a file."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _plain_name(name: str) -> str:
    """Return a name without folders and control characters, its ending kept when it is too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(letter for letter in last if letter.isprintable()).strip().lstrip(".")
    if len(plain) > _MAX_NAME:
        ending = Path(plain).suffix[:20]
        plain = plain[: _MAX_NAME - len(ending)] + ending
    return plain or "file"
