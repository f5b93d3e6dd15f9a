"""Asking another process to make a picture small, within bounds of memory and of time."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

from cuocthi.errors import DomainError
from cuocthi.files.kinds import JPEG, PNG, WEBP
from cuocthi.text import T

_SHRINKER = "cuocthi.pictures.shrinker"
#: What a picture may be when it is sent, and how large; cameras write some five megabytes.
KINDS = (JPEG, PNG, WEBP)
MOST_BYTES = 15_000_000
#: For phones, for phones that show two or three points for one, and for a page on a desk.
WIDTHS = (480, 960, 1440)
_MEGABYTES, _SECONDS, _WAITED = 1024, 20, 60


@dataclass(frozen=True, slots=True)
class Copy:
    """A picture in one size, in pixels, as a file that holds nothing but what is seen."""

    width: int
    height: int
    ending: str
    content: bytes


def copies_of(content: bytes) -> list[Copy]:
    """Return a JPEG, PNG or WebP picture in every width that pages show, the smallest first.

    Photographs become JPEG, drawings and what can be seen through PNG. Raises DomainError (field ``file``) for one that
    is too large, damaged, or takes more than a picture needs.
    """
    if len(content) > MOST_BYTES:
        raise DomainError(_TOO_LARGE, field="file")
    command = [sys.executable, "-P", "-m", _SHRINKER, *map(str, (_MEGABYTES, _SECONDS, *WIDTHS))]
    try:
        done = subprocess.run(  # noqa: S603 - this very program
            command, input=content, capture_output=True, timeout=_WAITED, check=True
        )
        head, _, rest = done.stdout.partition(b"\n")
        answer: dict[str, Any] = json.loads(head)
    except (subprocess.SubprocessError, ValueError) as error:
        raise DomainError(_DAMAGED, field="file") from error
    if "refused" in answer:
        raise DomainError(_TOO_LARGE if answer["refused"] == "size" else _DAMAGED, field="file")
    copies: list[Copy] = []
    for file in answer["files"]:
        copies.append(Copy(file["width"], file["height"], answer["ending"], rest[: file["size"]]))
        rest = rest[file["size"] :]
    return copies


_TOO_LARGE = T("This picture is too large: at most %(most)s MB and 64 megapixels.", most=MOST_BYTES // 1_000_000)
_DAMAGED = T("This picture is damaged, or neither JPEG, PNG nor WebP. Nothing of it was kept.")
