"""The snapshot itself, as the canonical JSON whose digest is that of the release."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.bundles.sealing import DATA
from cuocthi.digest import canonical

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield ``data.json``."""
    yield DATA, canonical(published.snapshot)
