"""What stands in a bundle, how its data is to be read, and how it is checked: in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi_publishing.domain.pages import render_template
from cuocthi_publishing.outputs.names import described_tables, page_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published

_LANGUAGES = ("vi", "en")


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield ``README.txt``."""
    language = published.language if published.language in _LANGUAGES else "en"
    tables = described_tables(published.snapshot)
    source = f"publishing/bundle/README.{language}.txt"
    yield "README.txt", render_template(published.snapshot, source, tables=tables, page_file=page_file).encode()
