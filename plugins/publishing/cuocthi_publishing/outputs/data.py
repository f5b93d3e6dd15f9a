"""The snapshot itself, as the canonical JSON whose digest is that of the release, and the schema of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.bundles.sealing import DATA
from cuocthi.digest import canonical
from cuocthi_publishing.schemas import FILE, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi_publishing.outputs.published import Published


def build(published: Published) -> Iterator[tuple[str, bytes]]:
    """Yield ``data.json``, and its schema unless it is of a form before there were any."""
    yield DATA, canonical(published.snapshot)
    described = schema(published.snapshot["schema"])
    if described is not None:
        yield FILE, described
