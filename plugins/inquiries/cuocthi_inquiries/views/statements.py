"""What the committee says to everybody, as it is written, ordered and withdrawn: the same pages for both kinds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.rules.markdown import to_html
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_inquiries import queries
from cuocthi_inquiries.domain import statements as domain
from cuocthi_inquiries.forms import FaqForm, StatementForm
from cuocthi_inquiries.models import MAX_LINE, Statement, StatementKind
from cuocthi_inquiries.views.blueprint import blueprint, staff_tabs
from cuocthi_inquiries.words import KINDS

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    View = Callable[..., AnyResponse]

PERMISSIONS = {
    StatementKind.FAQ: "inquiries:faq:edit",
    StatementKind.CORRECTION: "inquiries:correction:publish",
}
_FORMS = {StatementKind.FAQ: FaqForm, StatementKind.CORRECTION: StatementForm}
_ACTS: dict[str, Callable[..., Statement]] = {
    "withdraw": partial(domain.show, published=False),
    "restore": partial(domain.show, published=True),
    "up": domain.move_up,
}


def _pages(rule: str, ending: str = "", **options: Any) -> Callable[[View], View]:
    """Register a page for each kind of statement, each with the kind's own permission."""

    def register(view: View) -> View:
        for kind, permission in PERMISSIONS.items():
            own = {"endpoint": f"{kind}{ending}", "defaults": {"kind": kind}, **options}
            blueprint.page(f"/staff/{kind}/{rule}", permission=permission, **own)(view)
        return view

    return register


@_pages("")
def listing(kind: StatementKind) -> Response:
    """List the statements of a kind in their order, the withdrawn ones among them."""
    ctx = reading_context()
    found = queries.statements(ctx, campaign_id=g.campaign.id, kind=kind)
    return render(
        "inquiries/statements.html",
        statements=[(one, to_html(one.body)) for one in found],
        kind=kind,
        title=KINDS[kind],
        tabs_of_staff=staff_tabs(ctx, str(kind)),
    )


@_pages("new", "_new", methods=["GET", "POST"])
def new(kind: StatementKind) -> AnyResponse:
    """Write a statement: from nothing, from a question, or about a case of false information."""
    form, origin = _FORMS[kind](), _origin(kind)
    if request.method == "POST":
        return _take(form, kind, partial(domain.publish, kind=kind, **origin))
    if origin.get("inquiry_id"):
        inquiry = queries.inquiry_of(reading_context(), campaign_id=g.campaign.id, **origin) or abort(404)
        form.heading.data, form.body.data = inquiry.body[:MAX_LINE], inquiry.reply
    return _form_page(form, kind)


def _origin(kind: StatementKind) -> dict[str, Any]:
    """Return what a new statement is made from, as the address says."""
    name = {StatementKind.FAQ: "inquiry_id", StatementKind.CORRECTION: "case_id"}[kind]
    return {name: request.args.get(name, type=row_number)}


@_pages("<int:statement_id>", "_edit", methods=["GET", "POST"])
def edit(kind: StatementKind, statement_id: int) -> AnyResponse:
    """Change the words of a statement."""
    ctx = reading_context()
    found = queries.statement_of(ctx, campaign_id=g.campaign.id, kind=kind, statement_id=statement_id) or abort(404)
    form = _FORMS[kind](obj=found)
    if request.method == "POST":
        change = partial(domain.edit, kind=kind, statement_id=statement_id)
        return _take(form, kind, change, found)
    return _form_page(form, kind, found)


@_pages("<int:statement_id>/<any(withdraw,restore,up):act>", "_act", methods=["POST"])
def act(kind: StatementKind, statement_id: int, act: str) -> AnyResponse:
    """Withdraw a statement, publish it again, or move it up."""
    with committing() as ctx:
        _ACTS[act](ctx, campaign=g.campaign, kind=kind, statement_id=statement_id)
    return redirect(url_for(f".{kind}", slug=g.campaign.slug))


def _take(
    form: StatementForm, kind: StatementKind, change: Callable[..., Statement], found: Statement | None = None
) -> AnyResponse:
    if form.validate():
        try:
            with committing() as ctx:
                texts = {"heading": form.heading.data or "", "body": form.body.data or ""}
                shown = change(ctx, campaign=g.campaign, **texts).published
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Everybody can read it now.") if shown else _("It is saved, and stays taken down."), "ok")
            return redirect(url_for(f".{kind}", slug=g.campaign.slug))
    return _form_page(form, kind, found, status=422)


def _form_page(
    form: StatementForm, kind: StatementKind, found: Statement | None = None, *, status: int = 200
) -> Response:
    return render("inquiries/statement.html", status=status, form=form, kind=kind, title=KINDS[kind], statement=found)
