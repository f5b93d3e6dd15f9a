"""The audit log as a file for the inspectorate, with every hash, so that it can be compared record by record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from cuocthi.web import formats
from cuocthi.web.i18n import language, translate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from cuocthi.audit.queries import Entry


def headings() -> list[str]:
    """Return the headings of the columns."""
    return [
        _("Number"),
        _("When"),
        _("Who"),
        _("Address"),
        _("What"),
        _("Act"),
        _("Object"),
        _("Number of the object"),
        _("Before"),
        _("After"),
        _("Hash of the record before"),
        _("Hash"),
    ]


def rows(entries: Iterable[Entry]) -> Iterator[list[str]]:
    """Yield the events as texts; before and after stand as they are in the chain, as JSON."""
    for entry in entries:
        yield [
            str(entry.id),
            formats.stamp(entry.at, language()),
            entry.actor or _("The system"),
            entry.address,
            translate(entry.summary),
            entry.action,
            entry.object_kind,
            "" if entry.object_id is None else str(entry.object_id),
            _json(entry.before),
            _json(entry.after),
            entry.previous_hash,
            entry.hash,
        ]


def _json(held: dict[str, object]) -> str:
    return json.dumps(held, ensure_ascii=False, sort_keys=True) if held else ""
