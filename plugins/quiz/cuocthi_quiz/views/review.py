"""The review of questions: approving, remarks, sending back. All of it is shown on the page of the question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_look_on_record
from cuocthi_quiz.domain import review
from cuocthi_quiz.forms.review import RemarkForm, SendBackForm
from cuocthi_quiz.models import RemarkKind, RevisionState
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import review as review_queries
from cuocthi_quiz.views.bank import APPROVE, EDIT, READ, VIEW, question_page
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.models import Revision


def _revision(ctx: Context, revision_id: int) -> Revision:
    revision = bank_queries.revision_of(ctx, campaign_id=g.campaign.id, revision_id=revision_id)
    if revision is None:
        abort(404)
    return revision


def _to_question(question_id: int) -> AnyResponse:
    return redirect(url_for("quiz.question", slug=g.campaign.slug, question_id=question_id))


def _shown_again(question_id: int, **forms: Any) -> AnyResponse:
    """Show the question with a form that was wrong; that it is shown goes on record."""
    put_look_on_record(action=VIEW, summary=READ, object_kind="question", object_id=question_id)
    return question_page(question_id, status=422, **forms)


@blueprint.page(
    "/staff/questions/revisions/<int:revision_id>/approve", permission=APPROVE, methods=["POST"], reveals_nothing=True
)
def approve(revision_id: int) -> AnyResponse:
    """Approve a draft; the second approval takes it into the bank."""
    with committing() as ctx:
        revision = _revision(ctx, revision_id)
        review.approve(ctx, campaign=g.campaign, revision=revision)
        question_id, in_bank = revision.question_id, revision.state is RevisionState.APPROVED
    if in_bank:
        flash(_("Approved by two persons: from now on papers may be drawn with it."), "ok")
    else:
        flash(_("Your approval is kept. Another person has to approve it, too."), "ok")
    return _to_question(question_id)


@blueprint.page(
    "/staff/questions/revisions/<int:revision_id>/remarks", permission=EDIT, methods=["POST"], reveals_nothing=True
)
def remark(revision_id: int) -> AnyResponse:
    """Add a comment or a proposal."""
    form = RemarkForm()
    question_id = _revision(reading_context(), revision_id).question_id
    if form.validate():
        with committing() as ctx:
            review.remark(
                ctx,
                campaign=g.campaign,
                revision=_revision(ctx, revision_id),
                kind=RemarkKind(form.kind.data),
                text=form.text.data or "",
            )
        flash(_("Saved."), "ok")
        return _to_question(question_id)
    return _shown_again(question_id, remark_form=form)


@blueprint.page(
    "/staff/questions/revisions/<int:revision_id>/send-back",
    permission=APPROVE,
    methods=["POST"],
    reveals_nothing=True,
)
def send_back(revision_id: int) -> AnyResponse:
    """Send a draft back with a reason."""
    form = SendBackForm()
    question_id = _revision(reading_context(), revision_id).question_id
    if form.validate():
        try:
            with committing() as ctx:
                revision = _revision(ctx, revision_id)
                review.send_back(ctx, campaign=g.campaign, revision=revision, reason=form.text.data or "")
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Sent back. The author sees your reason."), "ok")
            return _to_question(question_id)
    return _shown_again(question_id, send_back_form=form)


@blueprint.page(
    "/staff/questions/remarks/<int:remark_id>/resolve", permission=EDIT, methods=["POST"], reveals_nothing=True
)
def resolve(remark_id: int) -> AnyResponse:
    """Say that a remark has been seen to."""
    with committing() as ctx:
        found = review_queries.remark_of(ctx, campaign_id=g.campaign.id, remark_id=remark_id)
        if found is None:
            abort(404)
        said, revision = found
        review.resolve(ctx, campaign=g.campaign, remark=said, revision=revision)
        question_id = revision.question_id
    flash(_("Saved."), "ok")
    return _to_question(question_id)
