"""The bank for organisers: the list, a question with its revisions, writing, approving, withdrawing, the preview."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Filter, Table
from cuocthi_quiz.domain import bank
from cuocthi_quiz.domain import blueprint as blueprints
from cuocthi_quiz.domain.questions import data_of
from cuocthi_quiz.forms.bank import QuestionForm, TopicForm
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.settings import OWNER
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.words import DIFFICULTIES, STATES, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.models import Question

VIEW = "quiz:question:view"
EDIT = "quiz:question:edit"
APPROVE = "quiz:question:approve"


def _choices(words: Mapping[Any, Text]) -> list[tuple[str, str | Text]]:
    return [(str(value), text) for value, text in words.items()]


@blueprint.page("/staff/questions/", permission=VIEW, on_record=T("Looked through the questions"))
def questions() -> Response:
    """List the bank."""
    ctx = reading_context()
    topics = bank_queries.topics(ctx, campaign_id=g.campaign.id)
    table = Table(
        id="questions",
        path=url_for("quiz.questions", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("key", T("Code"), sortable=True, cell=lambda row: row.key),
            Column("text", T("Question"), cell=lambda row: row.text),
            Column("topic", T("Topic"), sortable=True, cell=lambda row: row.topic),
            Column("difficulty", T("Difficulty"), sortable=True, cell=lambda row: DIFFICULTIES[row.difficulty]),
            Column("type", T("Kind of question"), cell=lambda row: TYPES[row.type]),
            Column("state", T("State"), sortable=True, kind="status", cell=lambda row: STATES[row.state]),
        ],
        sort="key",
        filters=[
            Filter("topic", T("Topic"), [(topic.key, topic.title) for topic in topics]),
            Filter("difficulty", T("Difficulty"), _choices(DIFFICULTIES)),
            Filter("type", T("Kind of question"), _choices(TYPES)),
            Filter("state", T("State"), _choices(STATES)),
        ],
    )
    campaign_id = g.campaign.id

    def found(ctx: Context) -> tuple[Sequence[bank_queries.QuestionRow], int]:
        return bank_queries.questions(
            ctx,
            campaign_id=campaign_id,
            search=table.search,
            narrowed=table.filtered,
            sort_key=table.sort_key,
            descending=table.descending,
            limit=table.limit,
            offset=table.offset,
        )

    if table.export:
        summary = T("Exported the list of questions")
        return download(table, lambda ctx: found(ctx)[0], of="quiz:question", summary=summary)
    return render(
        "quiz/questions.html",
        table=table.show(*found(ctx)),
        topics=topics,
        difficulties=DIFFICULTIES,
        types=TYPES,
        states=STATES,
    )


def _question(ctx: Context, question_id: int) -> Question:
    found = bank_queries.question_of(ctx, campaign_id=g.campaign.id, question_id=question_id)
    if found is None:
        abort(404)
    return found


@blueprint.page("/staff/questions/<int:question_id>", permission=VIEW, on_record=T("Read a question and its key"))
def question(question_id: int) -> Response:
    """Show a question with all its revisions."""
    ctx = reading_context()
    found = _question(ctx, question_id)
    revisions = bank_queries.revisions(ctx, question_id=found.id)
    return render(
        "quiz/question.html",
        question=found,
        revisions=revisions,
        difficulties=DIFFICULTIES,
        types=TYPES,
        states=STATES,
        reader_id=ctx.actor.user_id,
    )


@blueprint.page("/staff/questions/new", permission=EDIT, methods=["GET", "POST"], reveals_nothing=True)
def new_question() -> AnyResponse:
    """Write a new question."""
    form = QuestionForm()
    if request.method == "POST":
        return _write(form, None)
    return render("quiz/question_form.html", form=form, question=None)


@blueprint.page(
    "/staff/questions/<int:question_id>/edit",
    permission=EDIT,
    methods=["GET", "POST"],
    on_record=T("Read a question and its key"),
)
def edit_question(question_id: int) -> AnyResponse:
    """Write a new revision of a question."""
    ctx = reading_context()
    found = _question(ctx, question_id)
    if request.method == "POST":
        form = QuestionForm()
        form.key.data = found.key
        return _write(form, found)
    newest = bank_queries.revisions(ctx, question_id=found.id)[0].revision
    form = QuestionForm.from_question(data_of(newest, key=found.key, topic=newest.topic.key))
    return render("quiz/question_form.html", form=form, question=found)


def _write(form: QuestionForm, found: Question | None) -> AnyResponse:
    if form.validate():
        try:
            with committing() as ctx:
                data = form.to_question()
                written = bank.write_question(ctx, campaign=g.campaign, data=data, question=found)
                address = url_for("quiz.question", slug=g.campaign.slug, question_id=written.question_id)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved as a draft. Somebody else approves it."), "ok")
            return redirect(address)
    return render("quiz/question_form.html", form=form, question=found, status=422)


@blueprint.page(
    "/staff/questions/revisions/<int:revision_id>/approve", permission=APPROVE, methods=["POST"], reveals_nothing=True
)
def approve(revision_id: int) -> AnyResponse:
    """Take a draft into the bank."""
    with committing() as ctx:
        revision = bank_queries.revision_of(ctx, campaign_id=g.campaign.id, revision_id=revision_id)
        if revision is None:
            abort(404)
        bank.approve(ctx, campaign=g.campaign, revision=revision)
        question_id = revision.question_id
    flash(_("Approved: from now on papers may be drawn with it."), "ok")
    return redirect(url_for("quiz.question", slug=g.campaign.slug, question_id=question_id))


@blueprint.page(
    "/staff/questions/<int:question_id>/withdraw",
    permission=APPROVE,
    methods=["GET", "POST"],
    reveals_nothing=True,
)
def withdraw(question_id: int) -> AnyResponse:
    """Ask, then take a question out of the bank."""
    found = _question(reading_context(), question_id)
    address = url_for("quiz.question", slug=g.campaign.slug, question_id=found.id)
    if request.method == "GET":
        return render("quiz/withdraw.html", question=found, back=address)
    with committing() as ctx:
        bank.withdraw(ctx, campaign=g.campaign, question=found)
    flash(_("Withdrawn. Papers already drawn keep the question."), "ok")
    return redirect(address)


@blueprint.page("/staff/questions/topics", permission=VIEW, reveals_nothing=True)
def topics() -> Response:
    """List the topics, with a form for another one."""
    return _topics(TopicForm())


@blueprint.page(
    "/staff/questions/topics", permission=EDIT, methods=["POST"], endpoint="add_topic", reveals_nothing=True
)
def add_topic() -> AnyResponse:
    """Add a topic."""
    form = TopicForm()
    if form.validate():
        try:
            with committing() as ctx:
                bank.add_topic(ctx, campaign=g.campaign, key=form.key.data or "", title=form.title.data or "")
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("quiz.topics", slug=g.campaign.slug))
    return _topics(form, status=422)


def _topics(form: TopicForm, status: int = 200) -> Response:
    found = bank_queries.topics(reading_context(), campaign_id=g.campaign.id)
    return render("quiz/topics.html", form=form, topics=found, may_edit=EDIT in g.permissions, status=status)


@blueprint.page("/staff/questions/preview", permission=VIEW, reveals_nothing=True)
def bank_preview() -> Response:
    """Show for each round whether the bank can fill its papers."""
    ctx = reading_context()
    previews = [
        blueprints.preview(ctx, campaign=g.campaign, round_=round_)
        for round_ in rounds(ctx, campaign_id=g.campaign.id, source=OWNER)
    ]
    return render("quiz/preview.html", previews=previews, difficulties=DIFFICULTIES)
