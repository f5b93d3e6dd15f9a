"""A review meeting: its sheet to print or to fill in, and what was filled in, read back."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from flask import Response as FlaskResponse
from flask import abort, flash, g, redirect, request, url_for
from flask_babel import ngettext

from cuocthi.errors import DomainError, InvalidData
from cuocthi.sheets.reading import read_sheets
from cuocthi.sheets.writing import MEDIA_TYPE, write_workbook
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_on_record
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import meeting as meetings
from cuocthi_quiz.domain.meeting import Entry
from cuocthi_quiz.forms.meeting import SheetForm
from cuocthi_quiz.models import Difficulty, QuestionType
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import meeting as meeting_queries
from cuocthi_quiz.queries.review import Stage
from cuocthi_quiz.views.bank import APPROVE, VIEW
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.texts import shown_by
from cuocthi_quiz.wording import say
from cuocthi_quiz.words import REMARKS, STAGES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi_quiz.queries.meeting import Listed

_NARROWED = {"difficulty": Difficulty, "type": QuestionType, "state": Stage}


def _narrowed() -> dict[str, str]:
    """Return by what the questions are narrowed: what makes no sense narrows nothing."""
    asked = {name: request.args.get(name, "") for name in ("topic", *_NARROWED)}
    return {name: value if name == "topic" or value in set(_NARROWED[name]) else "" for name, value in asked.items()}


def _listed() -> Sequence[Listed]:
    return meeting_queries.listed(reading_context(), campaign_id=g.campaign.id, narrowed=_narrowed())


@blueprint.page(
    "/staff/questions/meeting", permission=VIEW, on_record=T("Read the sheet of a review meeting, with the keys")
)
def meeting() -> Response:
    """Show the sheet, to be printed."""
    ctx, listed = reading_context(), _listed()
    return render(
        "quiz/meeting.html",
        listed=listed,
        as_html=shown_by([item.revision for item in listed], campaign_id=g.campaign.id),
        remarks=meeting_queries.open_remarks(ctx, campaign_id=g.campaign.id),
        narrowed=_narrowed(),
        topics=bank_queries.topics(ctx, campaign_id=g.campaign.id),
        stages=STAGES,
        kinds=REMARKS,
    )


@blueprint.page("/staff/questions/meeting.xlsx", permission=VIEW, reveals_nothing=True)
def meeting_workbook() -> Response:
    """Hand the sheet out as a workbook; every time it goes on record."""
    put_on_record(
        action="quiz:question:export",
        summary=T("Took away the sheet of a review meeting"),
        object_kind="question",
        after={name: value for name, value in _narrowed().items() if value},
    )
    language = g.campaign.language
    content = write_workbook([(say(T("Questions"), language), meetings.sheet_rows(_listed(), language=language))])
    response = FlaskResponse(content, content_type=MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}-meeting.xlsx"'
    return response


@blueprint.page("/staff/questions/meeting/sheet", permission=APPROVE, reveals_nothing=True)
def meeting_sheet() -> Response:
    """Ask for the sheet that was filled in."""
    return render("quiz/meeting_sheet.html", form=SheetForm(formdata=None), plan=None)


@blueprint.page(
    "/staff/questions/meeting/sheet",
    permission=APPROVE,
    methods=["POST"],
    endpoint="read_meeting",
    reveals_nothing=True,
)
def read_meeting() -> AnyResponse:
    """Show what the sheet would do; with ``entries`` do it."""
    if "entries" in request.form:
        return _take_over(_given_entries())
    form = SheetForm()
    if not form.validate():
        return render("quiz/meeting_sheet.html", form=form, plan=None, status=422)
    try:
        entries = meetings.read_entries(read_sheets(form.file.data.read()))
    except DomainError as error:
        attach_error(form, error)
        return render("quiz/meeting_sheet.html", form=form, plan=None, status=422)
    return _planned(form, entries)


def _planned(form: SheetForm, entries: Sequence[Entry]) -> Response:
    plan = meetings.plan(reading_context(), campaign=g.campaign, entries=entries)
    return render(
        "quiz/meeting_sheet.html",
        form=form,
        plan=plan,
        entries=json.dumps([asdict(entry) for entry in entries], ensure_ascii=False),
        verdicts=meetings.VERDICTS,
        status=422 if plan.problems or form.errors else 200,
    )


def _given_entry(row: dict[str, Any]) -> Entry:
    values: dict[str, Any] = {name: int(value) if name == "row" else str(value) for name, value in row.items()}
    return Entry(**values)


def _given_entries() -> list[Entry]:
    try:
        rows = json.loads(request.form["entries"])
        return [_given_entry(row) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError):
        abort(400)


def _take_over(entries: Sequence[Entry]) -> AnyResponse:
    try:
        with committing() as ctx:
            number = meetings.take_over(ctx, campaign=g.campaign, entries=entries)
    except InvalidData:
        return _planned(SheetForm(formdata=None), entries)
    except DomainError as error:
        form = SheetForm(formdata=None)
        attach_error(form, error)
        return _planned(form, entries)
    flash(ngettext("Recorded from %(num)s row.", "Recorded from %(num)s rows.", number), "ok")
    return redirect(url_for("quiz.questions", slug=g.campaign.slug))
