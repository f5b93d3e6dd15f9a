"""Whether questions are still true: what has to be looked at again, and documents that are not in force any more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_look_on_record
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.domain import validity as validities
from cuocthi_quiz.forms.validity import EndingForm, StillTrueForm
from cuocthi_quiz.queries import validity as validity_queries
from cuocthi_quiz.views.bank import APPROVE, VIEW, own_question
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.queries.validity import Affected

READ = T("Read which questions may no longer be true")


@blueprint.page("/staff/questions/validity", permission=VIEW, on_record=READ)
def validity() -> Response:
    """List the questions that have to be looked at for the rounds to come."""
    table, bounds = _table(), validities.bounds(reading_context(), campaign=g.campaign)
    if table.export:
        return download(
            table,
            lambda ctx: _matching(ctx, table),
            of="quiz:question",
            summary=T("Exported which questions may no longer be true"),
        )
    return _page(table, StillTrueForm(formdata=None, true_as_of=_today()), bounds)


@blueprint.page(
    "/staff/questions/validity",
    permission=APPROVE,
    methods=["POST"],
    endpoint="confirm_true",
    reveals_nothing=True,
)
def confirm_true() -> AnyResponse:
    """Say of the chosen questions that they are still true."""
    table, form = _table(), StillTrueForm()
    if form.validate():
        try:
            with committing() as ctx:
                number = validities.confirm_true(
                    ctx,
                    campaign=g.campaign,
                    revision_ids=_chosen_revisions(ctx, table, everything=form.everything.data),
                    true_as_of=form.true_as_of.data,  # type: ignore[arg-type]  # InputRequired has seen to it
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            words = ngettext(
                "Kept for %(num)s question. Another person has to say so, too.",
                "Kept for %(num)s questions. Another person has to say so, too.",
                number,
            )
            flash(words, "ok")
            return redirect(url_for("quiz.validity", slug=g.campaign.slug))
    put_look_on_record(action=VIEW, summary=READ, object_kind="question")
    return _page(table, form, validities.bounds(reading_context(), campaign=g.campaign), status=422)


def _table() -> Table:
    return Table(
        id="validity",
        path=url_for("quiz.validity", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("chosen", T("Choose"), kind="acts"),
            Column("key", T("Code"), cell=lambda row: row.key),
            Column("text", T("Question"), cell=lambda row: row.text),
            Column("source", T("Source"), cell=lambda row: row.source),
            Column("reason", T("Why"), cell=_reason),
            Column("said_by", T("Said to be still true by"), cell=lambda row: "; ".join(row.said_by)),
        ],
        sort="source",
        filters=[
            Filter("reason", T("Why"), [("ended", T("not in force any more")), ("old", T("not looked at for a year"))])
        ],
    )


def _reason(row: Affected) -> Text:
    if row.valid_until is None:
        return T("true as of %(day)s", day=row.true_as_of)
    if row.replaced_by:
        return T("valid until %(day)s, replaced by %(document)s", day=row.valid_until, document=row.replaced_by)
    return T("valid until %(day)s", day=row.valid_until)


def _matching(ctx: Context, table: Table) -> Sequence[Affected]:
    bounds = validities.bounds(ctx, campaign=g.campaign)
    if bounds is None:
        return []
    words, reason = fold(table.search).split(), table.filtered["reason"]
    return [
        row
        for row in validity_queries.affected(ctx, campaign_id=g.campaign.id, since=bounds.since, until=bounds.last)
        if all(word in fold(f"{row.key} {row.text} {row.source}") for word in words)
        and (not reason or (reason == "ended") == (row.valid_until is not None))
    ]


def _page(table: Table, form: StillTrueForm, bounds: validities.Bounds | None, status: int = 200) -> Response:
    ctx = reading_context()
    matching = _matching(ctx, table)
    return render(
        "quiz/validity.html",
        table=table.show(table.part_of(matching), len(matching)),
        form=form,
        bounds=bounds,
        reason=_reason,
        closed=g.campaign.earlier_id is not None and bounds is not None and _hinder(ctx, bounds),
        status=status,
    )


def _hinder(ctx: Context, bounds: validities.Bounds) -> bool:
    """Tell whether questions keep a campaign that was made from an earlier one from being opened."""
    asked = {"campaign_id": g.campaign.id, "since": bounds.since, "until": bounds.until}
    return g.campaign.state is CampaignState.DRAFT and validity_queries.count_affected(ctx, **asked) > 0


def _chosen_revisions(ctx: Context, table: Table, *, everything: bool) -> list[int]:
    if everything:
        return [row.revision_id for row in _matching(ctx, table) if row.valid_until is None]
    return _chosen()


def _chosen() -> list[int]:
    return [row_number(key) for key in request.form.getlist("chosen") if key.isdecimal()]


def _today() -> date:
    return reading_context().now.astimezone(LOCAL_ZONE).date()


# --- documents that are not in force any more -----------------------------------------------------------------------


@blueprint.page(
    "/staff/questions/endings", permission=APPROVE, on_record=T("Looked up the questions that rest on a document")
)
def endings() -> Response:
    """Find the questions that rest on a document."""
    return _endings(EndingForm(formdata=None))


@blueprint.page(
    "/staff/questions/endings",
    permission=APPROVE,
    methods=["POST"],
    endpoint="end_validity",
    on_record=T("Looked up the questions that rest on a document"),
)
def end_validity() -> AnyResponse:
    """End the validity of the chosen questions."""
    form = EndingForm()
    if form.validate():
        try:
            with committing() as ctx:
                number = validities.end_validity(
                    ctx,
                    campaign=g.campaign,
                    question_ids=_chosen(),
                    valid_until=form.valid_until.data,  # type: ignore[arg-type]  # InputRequired has seen to it
                    replaced_by=form.replaced_by.data or "",
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            words = ngettext("Ended for %(num)s question.", "Ended for %(num)s questions.", number)
            flash(words, "ok")
            return redirect(url_for("quiz.validity", slug=g.campaign.slug))
    return _endings(form, status=422)


def _endings(form: EndingForm, status: int = 200) -> Response:
    ctx, document = reading_context(), request.values.get("document", "").strip()
    found = validities.resting_on(ctx, campaign=g.campaign, document=document)
    ended = validity_queries.endings(ctx, campaign_id=g.campaign.id)
    # What was written since an end is known does not rest on the document any more, though it may still name it.
    untouched = {question.id for question, _revision in found} - ended.keys()
    return render(
        "quiz/endings.html",
        form=form,
        document=document,
        found=found,
        chosen=set(_chosen()) if request.method == "POST" else untouched,
        sources=validity_queries.sources(ctx, campaign_id=g.campaign.id),
        ended=ended,
        status=status,
    )


@blueprint.page(
    "/staff/questions/<int:question_id>/lift-ending", permission=APPROVE, methods=["POST"], reveals_nothing=True
)
def lift_ending(question_id: int) -> AnyResponse:
    """Take back that a question's validity ends."""
    with committing() as ctx:
        validities.lift_ending(ctx, campaign=g.campaign, question=own_question(ctx, question_id))
    flash(_("Saved."), "ok")
    return redirect(url_for("quiz.question", slug=g.campaign.slug, question_id=question_id))
