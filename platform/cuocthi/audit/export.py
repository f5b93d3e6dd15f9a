"""What the audit log holds as a file for the inspectorate: every hash, so that it can be compared record by record."""

from __future__ import annotations

import json

from cuocthi.text import T
from cuocthi.web.tables import Column


def _json(held: dict[str, object]) -> str:
    """Return what stood before or after as it is in the chain."""
    return json.dumps(held, ensure_ascii=False, sort_keys=True) if held else ""


COLUMNS = (
    Column("number", T("Number"), cell=lambda entry: entry.id),
    Column("at", T("When"), cell=lambda entry: entry.at),
    Column("actor", T("Who"), cell=lambda entry: entry.actor or T("The system")),
    Column("address", T("Address"), cell=lambda entry: entry.address),
    Column("summary", T("What"), cell=lambda entry: entry.summary),
    Column("action", T("Act"), cell=lambda entry: entry.action),
    Column("object", T("Object"), cell=lambda entry: entry.object_kind),
    Column("object_id", T("Number of the object"), cell=lambda entry: entry.object_id),
    Column("before", T("Before"), cell=lambda entry: _json(entry.before)),
    Column("after", T("After"), cell=lambda entry: _json(entry.after)),
    Column("previous_hash", T("Hash of the record before"), cell=lambda entry: entry.previous_hash),
    Column("hash", T("Hash"), cell=lambda entry: entry.hash),
)
