"""The bank for organisers: the list, a question with its revisions, writing, withdrawing, the preview."""

from __future__ import annotations

from dataclasses import asdict
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
from cuocthi_quiz.domain.ability import chance
from cuocthi_quiz.domain.duplicates import resembling
from cuocthi_quiz.domain.forecast import tie
from cuocthi_quiz.domain.questions import data_of
from cuocthi_quiz.domain.review import wrote
from cuocthi_quiz.forms.bank import QUESTION_FORMS, QuestionForm, TopicForm
from cuocthi_quiz.forms.bodies import FIELDS, HotspotFields
from cuocthi_quiz.forms.review import RemarkForm, SendBackForm
from cuocthi_quiz.models import Difficulty, Ending, QuestionType, RemarkKind
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import review as review_queries
from cuocthi_quiz.queries import wrong_keys
from cuocthi_quiz.queries.pictures import pictures
from cuocthi_quiz.settings import OWNER
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.texts import as_shown, shown_by
from cuocthi_quiz.words import DIFFICULTIES, FAMILIES, REMARKS, REMEDIES, STAGES, STATES, TYPES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.models import Question, Remark

VIEW = "quiz:question:view"
EDIT = "quiz:question:edit"
APPROVE = "quiz:question:approve"

READ = T("Read a question and its key")

#: Of how many persons it is told how many may get everything right.
_PERSONS = 1000
#: How many questions are named that one resembles.
_ALIKE = 5


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
            Column("tags", T("Tags"), cell=lambda row: ", ".join(row.tags.split("\n")[1:])),
            Column("state", T("State"), sortable=True, kind="status", cell=lambda row: STAGES[row.stage]),
        ],
        sort="key",
        filters=[
            Filter("topic", T("Topic"), [(topic.key, topic.title) for topic in topics]),
            Filter("difficulty", T("Difficulty"), _choices(DIFFICULTIES)),
            Filter("type", T("Kind of question"), _choices(TYPES)),
            Filter("tag", T("Tag"), [(tag, tag) for tag in bank_queries.tags(ctx, campaign_id=g.campaign.id)]),
            *_division_filter(),
            Filter("state", T("State"), _choices(STAGES)),
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
        stages=STAGES,
    )


def _division_filter() -> list[Filter]:
    divisions = [(division.key, division.name) for division in g.campaign.divisions]
    return [Filter("division", T("Division"), divisions)] if divisions else []


def own_question(ctx: Context, question_id: int) -> Question:
    """Return a question of the campaign at hand; 404 for any other."""
    found = bank_queries.question_of(ctx, campaign_id=g.campaign.id, question_id=question_id)
    if found is None:
        abort(404)
    return found


@blueprint.page("/staff/questions/<int:question_id>", permission=VIEW, on_record=READ)
def question(question_id: int) -> Response:
    """Show a question with all its revisions and what was said of them."""
    return question_page(question_id)


def question_page(
    question_id: int,
    *,
    status: int = 200,
    remark_form: RemarkForm | None = None,
    send_back_form: SendBackForm | None = None,
) -> Response:
    """Return the page of a question, a form that was wrong as it was sent."""
    ctx = reading_context()
    found = own_question(ctx, question_id)
    revisions = bank_queries.revisions(ctx, question_id=found.id)
    remarks = review_queries.remarks(ctx, question_id=found.id)
    return render(
        "quiz/question.html",
        question=found,
        revisions=revisions,
        as_html=shown_by([row.revision for row in revisions], campaign_id=g.campaign.id),
        approvals=review_queries.approvals(ctx, question_id=found.id),
        remarks=remarks,
        ending=ctx.session.get(Ending, found.id),
        sent_back={row.remark.revision_id for row in remarks if _stands_back(row.remark)},
        own=wrote(ctx, revision=revisions[0].revision),
        remark_form=remark_form or RemarkForm(formdata=None),
        send_back_form=send_back_form or SendBackForm(formdata=None),
        difficulties=DIFFICULTIES,
        types=TYPES,
        states=STATES,
        kinds=REMARKS,
        key_changes=wrong_keys.changes(ctx, campaign_id=g.campaign.id, question_id=found.id),
        used=wrong_keys.used_revisions(ctx, question_id=found.id),
        remedies=REMEDIES,
        reader_id=ctx.actor.user_id,
        status=status,
    )


def _stands_back(said: Remark) -> bool:
    return said.kind is RemarkKind.SENT_BACK and said.resolved_at is None


@blueprint.page("/staff/questions/new", permission=EDIT, methods=["GET", "POST"], reveals_nothing=True)
def new_question() -> AnyResponse:
    """Write a new question, of the type that the address names."""
    form = QUESTION_FORMS[_type()]()
    if request.method == "POST":
        return _write(form, None)
    return _form_page(form, None)


def _type() -> QuestionType:
    asked = request.args.get("type", QuestionType.SINGLE)
    return QuestionType(asked) if asked in set(QuestionType) else QuestionType.SINGLE


def _addresses() -> dict[str, dict[str, Any]]:
    """Return the pictures of the bank by key as the script draws on them."""
    return {row.picture.key: asdict(as_shown(row)) for row in pictures(reading_context(), campaign_id=g.campaign.id)}


def _form_page(form: QuestionForm, found: Question | None, status: int = 200) -> Response:
    return render(
        "quiz/question_form.html",
        form=form,
        question=found,
        kinds=[(fields.types[0], FAMILIES[fields.types[0]]) for fields in FIELDS],
        addresses=_addresses() if form.parts == HotspotFields.parts else {},
        status=status,
    )


@blueprint.page(
    "/staff/questions/<int:question_id>/edit",
    permission=EDIT,
    methods=["GET", "POST"],
    on_record=READ,
)
def edit_question(question_id: int) -> AnyResponse:
    """Write a new revision of a question."""
    ctx = reading_context()
    found = own_question(ctx, question_id)
    newest = bank_queries.revisions(ctx, question_id=found.id)[0].revision
    if request.method == "POST":
        form = QUESTION_FORMS[newest.type]()
        form.key.data = found.key
        return _write(form, found)
    form = QUESTION_FORMS[newest.type].from_question(data_of(newest, key=found.key, topic=newest.topic.key))
    return _form_page(form, found)


def _write(form: QuestionForm, found: Question | None) -> AnyResponse:
    if form.validate():
        try:
            with committing() as ctx:
                data = form.to_question()
                written = bank.write_question(ctx, campaign=g.campaign, data=data, question=found)
                alike = resembling(ctx, campaign=g.campaign, data=data)
                address = url_for("quiz.question", slug=g.campaign.slug, question_id=written.question_id)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved as a draft. Two other persons approve it."), "ok")
            if alike:
                flash(_("It says nearly the same as: %(keys)s", keys=", ".join(alike[:_ALIKE])), "warn")
            return redirect(address)
    return _form_page(form, found, status=422)


@blueprint.page(
    "/staff/questions/<int:question_id>/withdraw",
    permission=APPROVE,
    methods=["GET", "POST"],
    reveals_nothing=True,
)
def withdraw(question_id: int) -> AnyResponse:
    """Ask, then take a question out of the bank."""
    found = own_question(reading_context(), question_id)
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
    knowledge = blueprints.measured(ctx, campaign=g.campaign)
    previews = [
        found
        for round_ in rounds(ctx, campaign_id=g.campaign.id, source=OWNER)
        for found in blueprints.previews(ctx, campaign=g.campaign, round_=round_, knowledge=knowledge)
    ]
    return render(
        "quiz/preview.html",
        previews=previews,
        knowledge=knowledge,
        medium=[chance(knowledge.facility[Difficulty.MEDIUM], knowledge.spread, ability) for ability in (-1, 1)],
        difficulties=DIFFICULTIES,
        persons=_PERSONS,
        tie=tie,
    )
