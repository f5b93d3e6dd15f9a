"""The rules as they would be issued now: what has changed, and issuing them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.documents.queries import document_of, documents
from cuocthi.errors import DomainError
from cuocthi.rules.changes import waiting_changes
from cuocthi.rules.comparing import clauses_of, differences, reordered
from cuocthi.rules.domain import changed_since, generate
from cuocthi.rules.forms import EDITORIAL, MATERIAL, IssueForm
from cuocthi.rules.issuing import confirm_issue, issue_or_propose, takes_two, waiting_issue
from cuocthi.rules.language import writer
from cuocthi.rules.prose import with_prose, without_a_clause
from cuocthi.rules.queries import current_rules, rules_versions
from cuocthi.rules.views.blueprint import EDIT, articles, blueprint
from cuocthi.rules.views.public import issued
from cuocthi.rules.writing import load_prose
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context


@blueprint.page("/staff/rules", permission="core:campaign:view")
def draft() -> Response:
    """Show the rules as they would be issued now, what has changed in them, and the versions issued before."""
    ctx = reading_context()
    return _page(ctx, _form(ctx))


@blueprint.page("/staff/rules", permission=EDIT, methods=["POST"], endpoint="issue")
def issue() -> AnyResponse:
    """Issue the draft as the next version."""
    form = _form(reading_context())
    if form.validate():
        try:
            with committing() as ctx:
                number = _issued(ctx, form)
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(number)
    return _page(reading_context(), form, status=422)


@blueprint.page("/staff/rules/confirm", permission=EDIT, methods=["POST"])
def confirm() -> AnyResponse:
    """Issue what another person has proposed to issue while a round is open."""
    with committing() as ctx:
        version = confirm_issue(
            ctx,
            campaign=g.campaign,
            proposal_id=request.form.get("proposal", 0, type=row_number),
            write=writer(g.campaign.language),
        )
        number = version.number
    return _done(number)


def _done(number: int) -> AnyResponse:
    if number:
        flash(_("Version %(number)s of the rules is in force.", number=number), "ok")
    else:
        flash(_("A round is open, so the rules are in force once another person has confirmed them."), "ok")
    return redirect(url_for("rules.draft", slug=g.campaign.slug))


def _issued(ctx: Context, form: IssueForm) -> int:
    """Issue what was entered; return the number of the version, 0 if it waits for a second person."""
    chosen = form.document.data
    changing = "kind" in form
    version = issue_or_propose(
        ctx,
        campaign=g.campaign,
        write=writer(g.campaign.language),
        document=document_of(ctx, campaign_id=g.campaign.id, document_id=int(chosen)) if chosen else None,
        material=not changing or form.kind.data == MATERIAL,
        reason=(form.reason.data or "") if changing else "",
    )
    return version.number if version else 0


def _form(ctx: Context) -> IssueForm:
    form = IssueForm()
    form.offer(documents(ctx, campaign_id=g.campaign.id, public_only=False))
    if current_rules(ctx, campaign_id=g.campaign.id) is None:
        form.for_the_first()
    return form


def _page(ctx: Context, form: IssueForm, *, status: int = 200) -> Response:
    generated = generate(ctx, campaign=g.campaign, write=writer(g.campaign.language))
    prose = load_prose(ctx, campaign=g.campaign)
    clauses = with_prose(generated, prose)
    versions = rules_versions(ctx, campaign_id=g.campaign.id)
    newest = versions[0] if versions else None
    before = clauses_of(newest.clauses) if newest else []
    changed = differences(before, clauses) if newest else []
    if "kind" in form and not form.is_submitted():
        form.kind.data = MATERIAL if any(one.generated for one in changed) else EDITORIAL
    return render(
        "rules/draft.html",
        "rules/_draft.html",
        status=status,
        form=form,
        articles=articles(clauses),
        changed=changed_since(newest, clauses),
        differences=changed,
        unchanged=sum(clause in before for clause in clauses),
        reordered=reordered(before, clauses),
        lost=without_a_clause(generated, prose),
        newest=newest,
        takes_two=takes_two(ctx, campaign=g.campaign),
        proposed=waiting_issue(ctx, campaign=g.campaign, clauses=clauses),
        reader=ctx.actor.user_id,
        waiting=[
            (one.content.part, registry().settings[one.content.part].title, one.confirmed[0][1])
            for one in waiting_changes(ctx, campaign=g.campaign)
            if one.content.part in registry().settings
        ],
        issued=issued(ctx, versions),
    )
