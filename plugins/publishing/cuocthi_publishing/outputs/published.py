"""What every output is made of: the snapshot of a release, its digest, and the pictures that the snapshot names.

Nothing else is known to an output.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.files.domain import content_of

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi_publishing.domain.snapshot import Snapshot


def _nothing(sha256: str) -> bytes:
    msg = f"nobody said where the content {sha256} is"
    raise LookupError(msg)


@dataclass(frozen=True, slots=True)
class Published:
    """The values of a release, with the SHA-256 of their canonical JSON.

    ``content`` returns a file that the snapshot names by its SHA-256: the same bytes for ever.
    """

    snapshot: Snapshot
    digest: str
    content: Callable[[str], bytes] = _nothing

    @property
    def language(self) -> str:
        """The language of the campaign, which is that of every output."""
        return str(self.snapshot["campaign"]["language"])


def stored_content(folder: Path) -> Callable[[str], bytes]:
    """Return what finds files by their digests below the folder in which the installation keeps them."""
    return lambda sha256: content_of(folder, sha256=sha256, name=sha256)


#: Makes files of a release: yields the path of each within the bundle, with "/" between folders, and its content. The
#: same release gives the same bytes.
Output = Callable[[Published], Iterator[tuple[str, bytes]]]
