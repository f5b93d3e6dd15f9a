"""Sensitive reads go on record: what shows questions and keys, personal data, and whatever is handed out as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from cuocthi.audit.domain import record
from cuocthi.database import writing
from cuocthi.web.context import committing, session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text


def put_on_record(
    *,
    action: str,
    summary: Text,
    object_kind: str,
    object_id: int | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Put what the reader is about to see into the audit log, and commit.

    It is of the campaign at hand, if there is one. ``action`` is ``owner:object:verb``. Call it before rows are read
    for the answer, or when the answer is made: the page's own transaction, which may only read, ends here. What cannot
    be put on record is not shown: an error goes on.
    """
    session().rollback()
    with writing(), committing() as ctx:
        record(
            ctx,
            action=action,
            summary=summary,
            campaign=g.get("campaign"),
            object_kind=object_kind,
            object_id=object_id,
            after=after,
        )
