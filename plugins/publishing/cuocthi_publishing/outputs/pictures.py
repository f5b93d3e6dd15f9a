"""The pictures of news and reference material, as files that the pages lead to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.outputs.names import picture_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield each picture in all its sizes."""
    for picture in published.snapshot.get("pictures", ()):
        for file in picture["files"]:
            yield picture_file(file), published.content(file["sha256"])
