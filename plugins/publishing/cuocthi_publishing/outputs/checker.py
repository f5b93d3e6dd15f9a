"""The page by which anybody checks the bundle in a browser: the very files that the site serves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.folders import CHECKER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published


def build(_published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the page with its two other files."""
    for source in sorted(CHECKER.iterdir()):
        yield f"verify/{source.name}", source.read_bytes()
