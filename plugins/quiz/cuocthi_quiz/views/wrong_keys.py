"""Wrong keys: proposing another one, seeing what it changes, the second person's confirmation, what was decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.jobs.domain import enqueue
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.downloads import download
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.tables import Column, Table
from cuocthi_quiz.contributed_keys import DECIDE
from cuocthi_quiz.domain import wrong_keys as keys
from cuocthi_quiz.domain.kinds import ALSO, EVERYONE, KINDS, VOID
from cuocthi_quiz.domain.looking_ahead import ask_to_look_ahead
from cuocthi_quiz.forms.wrong_keys import WrongKeyForm, form_for
from cuocthi_quiz.models import KeyChange, Question, Revision
from cuocthi_quiz.queries import wrong_keys as queries
from cuocthi_quiz.views.bank import READ, VIEW
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.key_previews import PAPERS, ahead
from cuocthi_quiz.views.texts import shown_by
from cuocthi_quiz.words import REMEDIES

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text

_POINT = 1000


def own_revision(ctx: Context, revision_id: int) -> Revision:
    """Return a revision of the campaign at hand; 404 for any other."""
    found = ctx.session.get(Revision, revision_id)
    if found is None or ctx.session.get_one(Question, found.question_id).campaign_id != g.campaign.id:
        abort(404)
    return found


def own_change(ctx: Context, change_id: int) -> queries.ChangeRow:
    """Return a decision of the campaign at hand; 404 for any other."""
    found = queries.changes(ctx, campaign_id=g.campaign.id, change_id=change_id)
    return found[0] if found else abort(404)


def key_words(revision: Revision, key: dict[str, Any]) -> list[Text | str]:
    """Return what is right under a key, a line for each answer."""
    kind = KINDS[revision.type]
    if key.get(VOID):
        return [T("nothing: the question is void")]
    if key.get(EVERYONE):
        return [T("everything, also an empty answer")]
    right = [kind.right(revision.content, one) for one in (key, *key.get(ALSO, ()))]
    return ["; ".join(kind.words(revision.content, response)) for response in right]


@blueprint.page("/staff/questions/keys", permission=VIEW, reveals_nothing=True)
def wrong_keys() -> Response:
    """List the decisions on keys."""
    found = queries.changes(reading_context(), campaign_id=g.campaign.id)
    return render("quiz/wrong_keys.html", changes=found, remedies=REMEDIES)


@blueprint.page(
    "/staff/questions/revisions/<int:revision_id>/key",
    permission=DECIDE,
    methods=["GET", "POST"],
    on_record=READ,
)
def propose_key(revision_id: int) -> AnyResponse:
    """Propose another key for a question that stood on papers."""
    ctx = reading_context()
    revision = own_revision(ctx, revision_id)
    form = form_for(revision)()
    if request.method == "POST" and form.validate():
        try:
            with committing() as ctx:
                change = keys.propose(
                    ctx,
                    campaign=g.campaign,
                    revision=own_revision(ctx, revision_id),
                    finding=form.to_finding(revision),
                )
                change_id = change.id
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Proposed. No score has changed; a second person decides when it is known what would."), "ok")
            return redirect(url_for("quiz.wrong_key", slug=g.campaign.slug, change_id=change_id))
    return _form_page(form, revision_id, 422 if request.method == "POST" else 200)


def _form_page(form: WrongKeyForm, revision_id: int, status: int) -> Response:
    ctx = reading_context()
    revision = own_revision(ctx, revision_id)
    return render(
        "quiz/wrong_key_form.html",
        form=form,
        revision=revision,
        as_html=shown_by([revision], campaign_id=g.campaign.id),
        question=ctx.session.get_one(Question, revision.question_id),
        now_right=key_words(revision, revision.key),
        status=status,
    )


def _points(score: int, whole: int) -> str:
    return f"{score / _POINT:g} / {whole / _POINT:g}".replace(".", ",")


@blueprint.page("/staff/questions/keys/<int:change_id>", permission=VIEW, on_record=READ)
def wrong_key(change_id: int) -> Response:
    """Show a decision with everything that it changes, or has changed."""
    ctx = reading_context()
    row = own_change(ctx, change_id)
    change = row.change
    table = Table(
        id="rescored",
        path=url_for("quiz.wrong_key", slug=g.campaign.slug, change_id=change_id),
        args=request.args,
        columns=[
            Column("code", T("Contest number"), sortable=True, cell=lambda one: one.code),
            Column("name", T("Name"), sortable=True, cell=lambda one: one.name),
            Column("unit", T("Unit"), cell=lambda one: one.unit),
            Column("round", T("Round"), cell=lambda one: one.round_title),
            Column("number", T("Attempt"), kind="number", cell=lambda one: one.number),
            Column(
                "before",
                T("Score before"),
                sortable=True,
                kind="number",
                cell=lambda one: _points(one.score_before, one.max_before),
            ),
            Column(
                "after",
                T("Score after"),
                sortable=True,
                kind="number",
                cell=lambda one: _points(one.score_after, one.max_after),
            ),
        ],
        sort="name",
    )
    # Who reads questions does not see whose papers they stood on.
    names = PAPERS in g.permissions
    if table.export and not names:
        abort(403)
    order: dict[str, Any] = {"search": table.search, "sort": table.sort_key, "descending": table.descending}
    if table.export:
        summary = T("Exported whose score a decision on a key changes")
        return download(
            table, lambda ctx: queries.every_score_row(ctx, change=change, **order), of="quiz:key", summary=summary
        )
    found = queries.score_rows(ctx, change=change, **order, limit=table.limit, offset=table.offset) if names else None
    return render(
        "quiz/wrong_key.html",
        row=row,
        change=change,
        remedies=REMEDIES,
        former=key_words(row.revision, change.former_key),
        proposed=key_words(row.revision, change.key),
        effect=queries.effect(ctx, change=change),
        points=_points,
        table=table.show(*found) if found else None,
        ahead=ahead(ctx, campaign=g.campaign, change=change, held=g.permissions),
        reader_id=ctx.actor.user_id,
    )


def _to_change(change_id: int) -> AnyResponse:
    return redirect(url_for("quiz.wrong_key", slug=g.campaign.slug, change_id=change_id))


@blueprint.page(
    "/staff/questions/keys/<int:change_id>/confirm", permission=DECIDE, methods=["POST"], reveals_nothing=True
)
def confirm_key(change_id: int) -> AnyResponse:
    """Put a key into force, as the second person."""
    with committing() as ctx:
        change = own_change(ctx, change_id).change
        keys.put_in_force(ctx, campaign=g.campaign, change=change, seen=request.form.get("seen", ""))
    flash(_("In force. The papers are being marked again; what scores were before is kept."), "ok")
    return _to_change(change_id)


@blueprint.page(
    "/staff/questions/keys/<int:change_id>/withdraw", permission=DECIDE, methods=["POST"], reveals_nothing=True
)
def withdraw_key(change_id: int) -> AnyResponse:
    """Withdraw a proposal."""
    with committing() as ctx:
        keys.withdraw(ctx, campaign=g.campaign, change=own_change(ctx, change_id).change)
    flash(_("Withdrawn. No score has changed."), "ok")
    return _to_change(change_id)


@blueprint.page(
    "/staff/questions/keys/<int:change_id>/look-ahead", permission=DECIDE, methods=["POST"], reveals_nothing=True
)
def look_ahead_again(change_id: int) -> AnyResponse:
    """Have worked out anew what a proposal would change; while that goes on this changes nothing."""
    with committing() as ctx:
        change = own_change(ctx, change_id).change
        if change.waits:
            ask_to_look_ahead(ctx, campaign=g.campaign, change=change)
    flash(_("What this key would change is being worked out."), "ok")
    return _to_change(change_id)


@blueprint.page("/staff/questions/keys/<int:change_id>/mark", permission=DECIDE, methods=["POST"], reveals_nothing=True)
def mark_by_key(change_id: int) -> AnyResponse:
    """Ask once more for marking again that broke off; while it goes on this changes nothing."""
    with committing() as ctx:
        change: KeyChange = own_change(ctx, change_id).change
        if change.confirmed_at is not None and change.remarked_at is None:
            name = f"{keys.REMARK}:{change.id}"
            enqueue(ctx, kind=keys.REMARK, key=name, arguments={"key": change.id}, campaign=g.campaign)
    flash(_("The papers are being marked again."), "ok")
    return _to_change(change_id)
