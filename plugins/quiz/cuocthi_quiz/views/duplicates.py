"""Questions that say nearly the same, side by side, and those that have been told apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.domain.duplicates import forget_distinction, found_in, tell_apart
from cuocthi_quiz.queries import duplicates as duplicate_queries
from cuocthi_quiz.views.bank import EDIT, VIEW
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.queries.duplicates import Wording


@dataclass(frozen=True, slots=True)
class _Row:
    """Two questions side by side; ``common`` is what they have in common, in per cent."""

    first: Wording
    second: Wording
    common: int


@blueprint.page("/staff/questions/duplicates", permission=VIEW, on_record=T("Read which questions say nearly the same"))
def duplicates() -> Response:
    """List the pairs of questions that say nearly the same."""
    table = Table(
        id="duplicates",
        path=url_for("quiz.duplicates", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("common", T("In common"), kind="number", cell=lambda row: f"{row.common}%"),
            Column("first", T("First question"), cell=lambda row: f"{row.first.key}: {row.first.text}"),
            Column("second", T("Second question"), cell=lambda row: f"{row.second.key}: {row.second.text}"),
            Column("acts", T("Your decision"), kind="acts"),
        ],
        sort="common",
        filters=[Filter("decided", T("Decision"), [("apart", T("no duplicates"))])],
        searchable=False,
    )
    apart = table.filtered["decided"] == "apart"
    if table.export:
        summary = T("Exported which questions say nearly the same")
        return download(table, lambda ctx: _rows(ctx, apart=apart), of="quiz:question", summary=summary)
    rows = _rows(reading_context(), apart=apart)
    return render("quiz/duplicates.html", table=table.show(table.part_of(rows), len(rows)), apart=apart)


def _rows(ctx: Context, *, apart: bool) -> list[_Row]:
    found, wordings = found_in(ctx, campaign=g.campaign)
    told_apart = duplicate_queries.distinctions(ctx, campaign_id=g.campaign.id)
    return [
        _Row(wordings[pair.first], wordings[pair.second], int(100 * pair.similarity))
        for pair in found
        if ((pair.first, pair.second) in told_apart) == apart
    ]


@blueprint.page(
    "/staff/questions/duplicates",
    permission=EDIT,
    methods=["POST"],
    endpoint="decide_duplicates",
    reveals_nothing=True,
)
def decide_duplicates() -> AnyResponse:
    """Remember, or forget, that two questions are no duplicates."""
    chosen = [row_number(number) for number in request.form.getlist("question") if number.isdecimal()]
    with committing() as ctx:
        if "again" in request.form:
            forget_distinction(ctx, campaign=g.campaign, question_ids=chosen)
        else:
            tell_apart(ctx, campaign=g.campaign, question_ids=chosen)
    flash(_("Saved."), "ok")
    return redirect(url_for("quiz.duplicates", slug=g.campaign.slug))
