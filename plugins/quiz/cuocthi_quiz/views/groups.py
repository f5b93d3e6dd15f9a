"""Groups of questions for organisers: the list, writing one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_quiz.domain.groups import write_group
from cuocthi_quiz.domain.questions import tidy
from cuocthi_quiz.forms.groups import GroupForm
from cuocthi_quiz.queries import groups as queries
from cuocthi_quiz.views.bank import EDIT, VIEW
from cuocthi_quiz.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi_quiz.models import Group

READ = T("Read a group of questions")


@blueprint.page("/staff/questions/groups", permission=VIEW, on_record=READ)
def groups() -> Response:
    """List the groups."""
    return render("quiz/groups.html", groups=queries.groups(reading_context(), campaign_id=g.campaign.id))


@blueprint.page("/staff/questions/groups/new", permission=EDIT, methods=["GET", "POST"], reveals_nothing=True)
def new_group() -> AnyResponse:
    """Write a new group."""
    form = GroupForm()
    return _write(form, None) if request.method == "POST" else _page(form, None)


@blueprint.page("/staff/questions/groups/<key>/edit", permission=EDIT, methods=["GET", "POST"], on_record=READ)
def edit_group(key: str) -> AnyResponse:
    """Write another wording of a group, or give it other questions."""
    ctx = reading_context()
    found = queries.group_of(ctx, campaign_id=g.campaign.id, key=key)
    if found is None:
        abort(404)
    if request.method == "POST":
        form = GroupForm()
        form.key.data = found.key
        return _write(form, found)
    keys = [question.key for question in queries.members(ctx, group_id=found.id)]
    return _page(GroupForm(data={"key": found.key, "text": found.text, "questions": "\n".join(keys)}), found)


def _write(form: GroupForm, former: Group | None) -> AnyResponse:
    if form.validate():
        try:
            with committing() as ctx:
                key, text = tidy(form.key.data or ""), form.text.data or ""
                write_group(ctx, campaign=g.campaign, key=key, text=text, questions=form.keys(), former=former)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved; its questions are drafts now. Two other persons approve each of them."), "ok")
            return redirect(url_for("quiz.groups", slug=g.campaign.slug))
    return _page(form, former, status=422)


def _page(form: GroupForm, former: Group | None, status: int = 200) -> Response:
    return render("quiz/group_form.html", form=form, group=former, status=status)
