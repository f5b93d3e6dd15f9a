"""The JSON Schema of the values of releases: a file for each version, never changed once a release was made by it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_HERE = Path(__file__).parent
_NAME = "cuocthi-release/"

#: What snapshots say of their form, and by which name the schema lies beside them.
VERSION, FILE = f"{_NAME}4", "data.schema.json"


@cache
def schema(version: str) -> bytes | None:
    """Return the schema of a version as snapshots name it, None for one that was made before there were schemas."""
    number = version.removeprefix(_NAME)
    path = _HERE / f"release-{number}.json"
    return path.read_bytes() if number.isdecimal() and path.is_file() else None
