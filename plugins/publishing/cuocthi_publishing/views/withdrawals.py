"""Withdrawing a release: one person asks with a reason, another one confirms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi_publishing.domain import withdrawals as domain
from cuocthi_publishing.domain.releases import numbered
from cuocthi_publishing.forms import WithdrawalForm
from cuocthi_publishing.views.blueprint import blueprint, staff_address

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.page("/releases/<int:number>/withdrawal", permission="publishing:release:confirm")
def withdrawal(number: int) -> Response:
    """Say what withdrawing a release means, and ask why."""
    return _page(number, WithdrawalForm())


@blueprint.page(
    "/releases/<int:number>/withdrawal",
    endpoint="ask_for_withdrawal",
    permission="publishing:release:confirm",
    methods=["POST"],
)
def ask(number: int) -> AnyResponse:
    """Ask for a release to be withdrawn."""
    form = WithdrawalForm()
    if not form.validate():
        return _page(number, form, status=422)
    try:
        with committing() as ctx:
            domain.ask(ctx, campaign=g.campaign, number=number, reason=form.reason.data or "")
    except DomainError as error:
        attach_error(form, error)
        return _page(number, form, status=422)
    flash(_("The withdrawal is asked for. It needs a second person; until then the release stays public."), "ok")
    return redirect(staff_address())


@blueprint.page("/releases/<int:number>/withdrawal/confirm", permission="publishing:release:confirm", methods=["POST"])
def confirm_withdrawal(number: int) -> AnyResponse:
    """Withdraw a release as the second person."""
    with committing() as ctx:
        domain.confirm(ctx, campaign=g.campaign, number=number)
    flash(_("Release %(number)s is withdrawn. Its page says since when and why.", number=number), "ok")
    return redirect(staff_address())


@blueprint.page("/releases/<int:number>/withdrawal/drop", permission="publishing:release:confirm", methods=["POST"])
def drop_withdrawal(number: int) -> AnyResponse:
    """Let a release stand after all."""
    with committing() as ctx:
        domain.drop(ctx, campaign=g.campaign, number=number)
    flash(_("Release %(number)s stays public.", number=number), "ok")
    return redirect(staff_address())


def _page(number: int, form: WithdrawalForm, status: int = 200) -> Response:
    release = numbered(reading_context(), campaign=g.campaign, number=number)
    return render("publishing/withdrawal.html", status=status, release=release, form=form)
