"""The release in small, for a portal that puts it into a frame within a page of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.domain.pages import page_title, render_embedded, render_template
from cuocthi_publishing.outputs.names import page_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published

PAGE = "embed.html"
_RESULTS = "results"


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the page."""
    snapshot = published.snapshot
    page = render_template(
        snapshot,
        "publishing/bundle/embed.html",
        title=page_title(snapshot, _RESULTS),
        body=render_embedded(snapshot, page_file(_RESULTS)),
    )
    yield PAGE, page.encode()
