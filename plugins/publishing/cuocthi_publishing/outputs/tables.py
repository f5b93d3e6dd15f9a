"""Each section as a table file that spreadsheets read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.sheets.csv_text import csv_lines
from cuocthi_publishing.domain.cells import plain
from cuocthi_publishing.outputs.names import described_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.domain.cells import Section
    from cuocthi_publishing.outputs.published import Published


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield the table of each section."""
    for name, section in described_tables(published.snapshot):
        yield name, _table(section, published.language)


def _table(section: Section, language: str) -> bytes:
    kinds = [column["kind"] for column in section["columns"]]
    rows = ([plain(value, kind, language) for value, kind in zip(row, kinds, strict=True)] for row in section["rows"])
    return "".join(csv_lines([column["title"] for column in section["columns"]], rows)).encode()
