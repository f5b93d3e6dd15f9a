"""What every output is made of: the snapshot of a release, and its digest. Nothing else is known to an output."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cuocthi_publishing.domain.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Published:
    """The values of a release, with the SHA-256 of their canonical JSON."""

    snapshot: Snapshot
    digest: str

    @property
    def language(self) -> str:
        """The language of the campaign, which is that of every output."""
        return str(self.snapshot["campaign"]["language"])


#: Makes files of a release: yields the path of each within the bundle, with "/" between folders, and its content. The
#: same release gives the same bytes.
Output = Callable[[Published], Iterator[tuple[str, bytes]]]
