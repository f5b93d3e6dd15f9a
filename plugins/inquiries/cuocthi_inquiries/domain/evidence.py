"""Files of complaints: kept with the permission to read complaints, and forgotten with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cuocthi.digest import digest
from cuocthi.errors import DomainError
from cuocthi.files.domain import forget, remove_contents, store
from cuocthi.files.kinds import JPEG, PDF, PNG
from cuocthi.jobs.domain import enqueue
from cuocthi.text import T
from cuocthi_inquiries.models import Complaint, ComplaintFile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: What evidence may be, how many files, and how large one may be, in bytes.
KINDS = (PDF, PNG, JPEG)
MOST_FILES, LARGEST_MB = 5, 5
#: What a reader needs who has not sent the complaint.
VIEW = "inquiries:complaint:view"
#: The job that takes contents from the disk.
FORGETTING = "inquiries.files"


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it came with a form."""

    name: str
    content: bytes


def keep(
    ctx: Context,
    campaign: Campaign,
    complaint: Complaint,
    files: Sequence[Sent],
    folder: Path,
    *,
    of_answer: bool = False,
    field: str = "evidence",
) -> None:
    """Keep files of a complaint. Raises DomainError at ``field`` for too many, too large, or other kinds of them."""
    if len(files) > MOST_FILES:
        raise DomainError(T("At most %(most)s files can be sent.", most=MOST_FILES), field=field)
    for sent in files:
        if len(sent.content) > LARGEST_MB * 1024 * 1024:
            words = {"name": sent.name, "most": LARGEST_MB}
            raise DomainError(T("“%(name)s” is larger than %(most)s MB.", **words), field=field)
        stored = store(
            ctx,
            folder=folder,
            content=sent.content,
            name=sent.name,
            kinds=KINDS,
            campaign=campaign,
            permission=VIEW,
            field=field,
        )
        complaint.files.append(ComplaintFile(file_id=stored.id, of_answer=of_answer))
    ctx.session.flush()


def drop(ctx: Context, files: Sequence[ComplaintFile]) -> None:
    """Let files be forgotten, their contents by a job once that is certain."""
    digests = forget(ctx, file_ids=[found.file_id for found in files])
    for found in files:
        ctx.session.delete(found)
    ctx.session.flush()
    if digests:
        enqueue(ctx, kind=FORGETTING, key=f"{FORGETTING}:{digest(digests)}", arguments={"digests": digests})


def remove(ctx: Context, arguments: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Take the contents of forgotten files from the disk; return how many there were."""
    return {"files": remove_contents(ctx, folder=folder, digests=arguments["digests"])}
