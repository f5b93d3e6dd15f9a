"""Standing approvals: proposed, confirmed by a second person, revoked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi_publishing import queries
from cuocthi_publishing.domain import approvals as domain
from cuocthi_publishing.domain.sections import CORE_GROUP
from cuocthi_publishing.forms import ApprovalForm
from cuocthi_publishing.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context


@blueprint.page("/standing", permission="publishing:release:view")
def approvals() -> Response:
    """List the standing approvals, and propose another one."""
    ctx = reading_context()
    return _page(ctx, _form(ctx, filled=True))


@blueprint.page("/standing", endpoint="ask_for_approval", permission="publishing:release:confirm", methods=["POST"])
def ask() -> AnyResponse:
    """Propose a standing approval."""
    reading = reading_context()
    form = _form(reading)
    if not form.validate():
        return _page(reading, form, status=422)
    try:
        with committing() as ctx:
            domain.ask(ctx, campaign=g.campaign, **form.to_terms())
    except DomainError as error:
        attach_error(form, error)
        return _page(reading, form, status=422)
    flash(_("The approval is proposed. It holds once a second person has confirmed it."), "ok")
    return redirect(_address())


@blueprint.page("/standing/<int:approval_id>/confirm", permission="publishing:release:confirm", methods=["POST"])
def confirm_approval(approval_id: int) -> AnyResponse:
    """Agree to a standing approval as the second person."""
    with committing() as ctx:
        domain.confirm(ctx, campaign=g.campaign, approval_id=approval_id)
    flash(_("The approval holds from now on."), "ok")
    return redirect(_address())


@blueprint.page("/standing/<int:approval_id>/revoke", permission="publishing:release:confirm", methods=["POST"])
def revoke_approval(approval_id: int) -> AnyResponse:
    """End a standing approval."""
    with committing() as ctx:
        domain.revoke(ctx, campaign=g.campaign, approval_id=approval_id)
    flash(_("The approval has ended; what went out under it stays."), "ok")
    return redirect(_address())


def _address() -> str:
    return url_for(".approvals", slug=g.campaign.slug)


def _titles(ctx: Context) -> dict[str, str]:
    """Return the kinds of statistics with their titles in the reader's language."""
    plugins = ctx.hooks.plugins
    own = T("Registrations, persons who have handed in, by day, category and kind of unit")
    return {
        name: translate(own if name == CORE_GROUP else plugins[name].title)
        for name in domain.groups(ctx, campaign=g.campaign)
    }


def _form(ctx: Context, *, filled: bool = False) -> ApprovalForm:
    form = ApprovalForm.blank(ctx.now) if filled else ApprovalForm()
    form.offer(_titles(ctx))
    return form


def _page(ctx: Context, form: ApprovalForm, status: int = 200) -> Response:
    return render(
        "publishing/approvals.html",
        status=status,
        form=form,
        listed=queries.approvals(ctx, campaign_id=g.campaign.id),
        titles=_titles(ctx),
        me=ctx.actor.user_id,
    )
