"""Papers for organisers: who has one, and what happened on it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from flask import abort, g, request, url_for

from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.responses import WAYS, Way, chosen_in, history, target_of, to_given
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.words import HAND_INS, LETTERS

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.queries.papers import AttemptRow, PaperRow

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


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened on a paper: an answer by its letters, or a take-over."""

    at: datetime
    position: int
    letters: str


@blueprint.page("/staff/papers/<int:attempt_id>", permission=VIEW, on_record=T("Looked at what a person answered"))
def attempt(attempt_id: int) -> Response:
    """Show what happened on a paper, by the server's clock. What was asked stays with those who may read questions."""
    ctx = reading_context()
    found = papers_queries.attempt_of(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
    if found is None:
        abort(404)
    rows = papers_queries.paper(ctx, attempt_id=attempt_id)
    happenings = [item for row in rows for item in _answers(found.attempt, row)]
    happenings += [
        Happening(entry.at, 0, entry.address) for entry in papers_queries.take_overs(ctx, attempt_id=attempt_id)
    ]
    return render(
        "quiz/attempt.html",
        found=found,
        happenings=sorted(happenings, key=lambda item: (item.at, item.position)),
        answered=sum(row.answered for row in rows),
        questions=len(rows),
        handed_in=HAND_INS[found.attempt.handed_in_by] if found.attempt.handed_in_by else "",
    )


def _answers(of: Attempt, row: PaperRow) -> list[Happening]:
    return [
        Happening(of.started_at + timedelta(milliseconds=after), row.position, _said(row, response))
        for response, after in history(row.history)
    ]


def _said(row: PaperRow, response: str) -> str:
    """Return an answer as those may see it who do not read questions: letters and numbers, or what was written."""
    given = to_given(response, WAYS[row.type], unpack(row.option_order, row.option_count))
    if given.way is Way.CHOICE:
        return ", ".join(LETTERS[at] for at in chosen_in(given.bits))
    if given.way is Way.PLACING:
        return ", ".join(str(target_of(given.bits, at) or "–") for at in range(row.option_count)) if response else ""
    return given.written
