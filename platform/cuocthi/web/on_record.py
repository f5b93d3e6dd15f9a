"""Sensitive reads go on record: what shows questions and keys, personal data, and whatever is handed out as a file."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import g

from cuocthi.audit.domain import on_record_since, record
from cuocthi.database import writing
from cuocthi.web.context import committing, reading_context, session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.text import Text

#: How long somebody reads the same before it is put on record once more.
READING = timedelta(minutes=15)


def put_look_on_record(**look: Any) -> None:
    """Put on record, as :func:`put_on_record` does, that the reader looks at something.

    Whoever searches a list letter by letter, or turns its pages, reads it once: the same look of the same person from
    the same address is put on record again when :data:`READING` has passed since it was last.
    """
    ctx = reading_context()
    same = {"object_id": None, **look, "campaign": g.get("campaign")}
    if not on_record_since(ctx, ctx.now - READING, **same):
        put_on_record(**look)


def put_on_record(
    *,
    action: str,
    summary: Text,
    object_kind: str,
    object_id: int | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """Put what the reader is about to see, or to take away as a file, into the audit log, and commit.

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
