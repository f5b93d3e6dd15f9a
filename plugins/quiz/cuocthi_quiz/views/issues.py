"""Issues of the approved set: making one, the second person's confirmation, the record, what is published of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response as FlaskResponse
from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.digest import canonical, digest
from cuocthi.errors import DomainError
from cuocthi.standings.confirmations import confirmations
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.on_record import put_on_record
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import issues as issuing
from cuocthi_quiz.forms.validity import IssueForm
from cuocthi_quiz.queries import issues as issue_queries
from cuocthi_quiz.views.bank import APPROVE, VIEW
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.models import Issue


def _issue(ctx: Context, issue_id: int) -> Issue:
    found = issue_queries.issue_of(ctx, campaign_id=g.campaign.id, issue_id=issue_id)
    if found is None:
        abort(404)
    return found


def _to_issue(issue_id: int) -> AnyResponse:
    return redirect(url_for("quiz.issue", slug=g.campaign.slug, issue_id=issue_id))


@blueprint.page("/staff/questions/issues", permission=VIEW, reveals_nothing=True)
def issues() -> Response:
    """List the issues, with a form for the next one."""
    return _issues(IssueForm(formdata=None))


@blueprint.page(
    "/staff/questions/issues", permission=APPROVE, methods=["POST"], endpoint="make_issue", reveals_nothing=True
)
def make_issue() -> AnyResponse:
    """Issue the approved set, as the first of two persons."""
    form = IssueForm()
    if form.validate():
        try:
            with committing() as ctx:
                made = issuing.issue(
                    ctx,
                    campaign=g.campaign,
                    decision=form.decision.data or "",
                    decided_on=form.decided_on.data,  # type: ignore[arg-type]  # InputRequired has seen to it
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Issued. It comes into force when a second person confirms it."), "ok")
            return _to_issue(made.id)
    return _issues(form, status=422)


def _issues(form: IssueForm, status: int = 200) -> Response:
    ctx = reading_context()
    found = issue_queries.issues(ctx, campaign_id=g.campaign.id)
    return render(
        "quiz/issues.html",
        issues=found,
        form=form,
        waits=any(one.in_force_at is None for one in found),
        left_out=issue_queries.not_issued(ctx, campaign_id=g.campaign.id),
        status=status,
    )


@blueprint.page("/staff/questions/issues/<int:issue_id>", permission=VIEW, reveals_nothing=True)
def issue(issue_id: int) -> Response:
    """Show the record of an issue: what it holds by code and digest, not what the questions say."""
    ctx = reading_context()
    found = _issue(ctx, issue_id)
    given = confirmations(ctx, subject=issuing.SUBJECT, subject_id=found.id)
    return render(
        "quiz/issue.html",
        issue=found,
        confirmed=given,
        said_by_reader=any(one.user_id == ctx.actor.user_id for one, _name in given),
        held=[(said["question"], said["revision"], digest(said)) for said in issuing.held(ctx, issue=found)],
        sealed=issuing.sealed(ctx, campaign=g.campaign),
    )


@blueprint.page(
    "/staff/questions/issues/<int:issue_id>/confirm", permission=APPROVE, methods=["POST"], reveals_nothing=True
)
def confirm_issue(issue_id: int) -> AnyResponse:
    """Put an issue into force, as the second person."""
    with committing() as ctx:
        issuing.put_in_force(ctx, campaign=g.campaign, issue=_issue(ctx, issue_id))
    flash(_("In force: from now on papers are drawn from this issue alone."), "ok")
    return _to_issue(issue_id)


@blueprint.page(
    "/staff/questions/issues/<int:issue_id>/discard",
    permission=APPROVE,
    methods=["GET", "POST"],
    reveals_nothing=True,
)
def discard_issue(issue_id: int) -> AnyResponse:
    """Ask, then discard an issue that is not in force."""
    found = _issue(reading_context(), issue_id)
    if request.method == "GET":
        return render("quiz/discard_issue.html", issue=found)
    with committing() as ctx:
        issuing.discard(ctx, campaign=g.campaign, issue=_issue(ctx, issue_id))
    flash(_("Discarded. The approved questions are as they were."), "ok")
    return redirect(url_for("quiz.issues", slug=g.campaign.slug))


@blueprint.page("/staff/questions/issues/<int:issue_id>/digest.json", permission=VIEW, reveals_nothing=True)
def issue_digest(issue_id: int) -> Response:
    """Hand out what is published of an issue while it is sealed."""
    found = _issue(reading_context(), issue_id)
    values = {
        "campaign": g.campaign.slug,
        "number": found.number,
        "decision": found.decision,
        "decided_on": found.decided_on.isoformat(),
        "questions": found.question_count,
        "in_force": found.in_force_at.isoformat() if found.in_force_at else None,
        "form": found.form,
        "sha256": found.digest,
    }
    return _file(canonical(values), f"issue-{found.number}-digest")


@blueprint.page("/staff/questions/issues/<int:issue_id>/contents.json", permission=VIEW, reveals_nothing=True)
def issue_contents(issue_id: int) -> Response:
    """Hand out what an issue says, once it is sealed no more; every time it goes on record."""
    ctx = reading_context()
    issuing.opened_contents(ctx, campaign=g.campaign, issue=_issue(ctx, issue_id))
    put_on_record(
        action="quiz:question:export",
        summary=T("Took away what an issue of the question bank says"),
        object_kind="quiz_issue",
        object_id=issue_id,
    )
    ctx = reading_context()
    found = _issue(ctx, issue_id)
    # The very bytes of which the digest was made, so that any tool makes it again.
    return _file(canonical(issuing.opened_contents(ctx, campaign=g.campaign, issue=found)), f"issue-{found.number}")


def _file(content: bytes, name: str) -> Response:
    response = FlaskResponse(content, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}-{name}.json"'
    return response
