"""Keeping files: by their content, outside the web root, each with the permission that its readers need."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.errors import Missing
from cuocthi.files.kinds import kind_of
from cuocthi.files.models import StoredFile
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Collection

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.files.kinds import Kind

_MAX_NAME = 200
#: What a file is called that was forgotten.
_FORGOTTEN = "—"


def store(
    ctx: Context,
    *,
    folder: Path,
    content: bytes,
    name: str,
    kinds: Collection[Kind],
    campaign: Campaign,
    permission: str,
    field: str = "file",
) -> StoredFile:
    """Keep a file of a campaign below ``folder``; equal contents are kept once.

    ``kinds`` are those that are taken here; which of them it is follows from the ending of ``name``. ``permission`` is
    what a reader needs, "" for everybody who may see the campaign. The content is on the disk before the row is
    flushed. Raises DomainError, with the ``field`` of the form, for an empty file, another ending, or a content that
    does not fit its ending.
    """
    name = _plain_name(name)
    kind = kind_of(name, content, kinds, field=field)
    sha256 = hashlib.sha256(content).hexdigest()
    _write(path_of(folder, sha256), content)
    stored = StoredFile(
        campaign_id=campaign.id,
        sha256=sha256,
        name=name,
        media_type=kind.media_type,
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


def restrict(stored: StoredFile, *, permission: str) -> None:
    """Hand a file out to the holders of a permission alone from now on; who took it before keeps what they took."""
    stored.permission = permission


def forget(ctx: Context, *, file_ids: Collection[int]) -> list[str]:
    """Make files nobody's, for good: rows stay without name, owner and content; return the digests of the contents.

    A content is taken from the disk by :func:`remove_contents`, in a job: what is rolled back must not be lost. Whoever
    forgets files does so for the last row that points to them.
    """
    found = ctx.session.scalars(sa.select(StoredFile).where(StoredFile.id.in_(file_ids), StoredFile.sha256 != "")).all()
    digests = sorted({stored.sha256 for stored in found})
    for stored in found:
        stored.name, stored.sha256, stored.size, stored.created_by = _FORGOTTEN, "", 0, None
    ctx.session.flush()
    return digests


def remove_contents(ctx: Context, *, folder: Path, digests: Collection[str]) -> int:
    """Take contents from the disk that no file has any more; return how many there were."""
    kept = set(ctx.session.scalars(sa.select(StoredFile.sha256).where(StoredFile.sha256.in_(digests))))
    gone = [path_of(folder, digest) for digest in digests if digest not in kept]
    there = [path for path in gone if path.exists()]
    for path in there:
        path.unlink(missing_ok=True)
    return len(there)


def read(folder: Path, stored: StoredFile) -> bytes:
    """Return a file's content. Raises Missing if it is gone from the disk or is no longer what it was."""
    return content_of(folder, sha256=stored.sha256, name=stored.name)


def content_of(folder: Path, *, sha256: str, name: str) -> bytes:
    """Return the content that has this digest, of a file of this name. Raises as :func:`read`."""
    try:
        content = path_of(folder, sha256).read_bytes()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Missing(T("The content of “%(name)s” is damaged or missing.", name=name))
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
    """Return a name without folders, control characters and dots around it; its ending is kept when it is too long."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(letter for letter in last if letter.isprintable()).strip(" .")
    if len(plain) > _MAX_NAME:
        ending = Path(plain).suffix[:20]
        plain = plain[: _MAX_NAME - len(ending)] + ending
    return plain or "file"
