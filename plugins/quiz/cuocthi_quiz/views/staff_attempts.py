"""Papers for organisers: who has one, and what happened on it when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import abort, g, request, url_for

from cuocthi.text import T
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz import queries
from cuocthi_quiz.domain.drawing import to_shown, unpack
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.words import HAND_INS, LETTERS

if TYPE_CHECKING:
    from datetime import datetime

    from flask import Response

    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.queries import PaperRow

VIEW = "quiz:attempt:view"


@blueprint.page("/staff/papers/", permission=VIEW)
def attempts() -> Response:
    """List the papers of the campaign."""
    table = Table(
        id="attempts",
        path=url_for("quiz.attempts", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("name", T("Name"), sortable=True),
            Column("unit", T("Unit")),
            Column("started", T("Started"), sortable=True, kind="moment"),
            Column("state", T("State"), kind="status"),
            Column("score", T("Score"), sortable=True, kind="number"),
        ],
        sort="-started",
        filters=[Filter("state", T("State"), [("open", T("being worked on")), ("handed-in", T("handed in"))])],
    )
    rows, total = queries.attempt_rows(
        reading_context(),
        campaign_id=g.campaign.id,
        search=table.search,
        state=table.filtered["state"],
        sort_key=table.sort_key,
        descending=table.descending,
        limit=table.limit,
        offset=table.offset,
    )
    return render("quiz/attempts.html", table=table.show(rows, total))


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
    found = queries.attempt_of(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
    if found is None:
        abort(404)
    rows = queries.paper(ctx, attempt_id=attempt_id)
    happenings = [item for row in rows for item in _answers(found.attempt, row)]
    happenings += [Happening(entry.at, 0, entry.address) for entry in queries.take_overs(ctx, attempt_id=attempt_id)]
    return render(
        "quiz/attempt.html",
        found=found,
        happenings=sorted(happenings, key=lambda item: (item.at, item.position)),
        answered=sum(row.chosen != 0 for row in rows),
        questions=len(rows),
        handed_in=HAND_INS[found.attempt.handed_in_by] if found.attempt.handed_in_by else "",
    )


def _answers(of: Attempt, row: PaperRow) -> list[Happening]:
    order = unpack(row.option_order, len(row.options))
    entries = (entry.split("@") for entry in row.history.split(";") if entry)
    return [
        Happening(of.started_at + timedelta(milliseconds=int(after)), row.position, _letters(int(chosen), order))
        for chosen, after in entries
    ]


def _letters(chosen: int, order: tuple[int, ...]) -> str:
    shown = to_shown(chosen, order)
    return ", ".join(letter for at, letter in enumerate(LETTERS) if shown >> at & 1)
