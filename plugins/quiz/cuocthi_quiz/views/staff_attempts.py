"""Papers for organisers: who has one, and how far it is."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from flask import g, request, url_for

from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response

    from cuocthi_quiz.queries.papers import AttemptRow

VIEW = "quiz:attempt:view"
#: Whether a paper is open, in words.
STATES = {True: T("being worked on"), False: T("handed in")}


@blueprint.page("/staff/papers/", permission=VIEW)
def attempts() -> Response:
    """List the papers of the campaign."""
    table = Table(
        id="attempts",
        path=url_for("quiz.attempts", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("name", T("Name"), sortable=True, cell=lambda row: row.name),
            Column("unit", T("Unit"), cell=lambda row: row.unit),
            Column("started", T("Started"), sortable=True, kind="moment", cell=lambda row: row.attempt.started_at),
            Column("state", T("State"), kind="status", cell=lambda row: STATES[row.attempt.is_open]),
            Column("score", T("Score"), sortable=True, kind="number", cell=_points),
        ],
        sort="-started",
        filters=[Filter("state", T("State"), [("open", STATES[True]), ("handed-in", STATES[False])])],
        in_files=[
            Column("code", T("Contest number"), cell=lambda row: row.code),
            Column("submitted", T("Handed in"), cell=lambda row: row.attempt.submitted_at),
            Column("counts", T("Counts"), cell=lambda row: T("yes") if row.active and row.attempt.counts else T("no")),
        ],
    )
    wanted = papers_queries.WantedAttempts(
        g.campaign.id, table.search, table.filtered["state"], table.sort_key, descending=table.descending
    )
    if table.export:
        every = partial(papers_queries.every_attempt_row, wanted=wanted)
        return download(table, every, of="quiz:attempt", summary=T("Exported the list of papers"))
    rows, total = papers_queries.attempt_rows(reading_context(), wanted=wanted, limit=table.limit, offset=table.offset)
    return render("quiz/attempts.html", table=table.show(rows, total))


def _points(row: AttemptRow) -> float | None:
    return None if row.attempt.score is None else row.attempt.score / 1000
