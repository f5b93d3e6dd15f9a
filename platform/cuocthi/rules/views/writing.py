"""Prose around a generated clause, and clauses of the organisers' own: each edited in its place, or on a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.rules.domain import compose
from cuocthi.rules.forms import ClauseForm, ProseForm
from cuocthi.rules.language import writer
from cuocthi.rules.markdown import to_html
from cuocthi.rules.prose import OWN, Prose
from cuocthi.rules.views.blueprint import EDIT, blueprint
from cuocthi.rules.writing import (
    add_clause,
    edit_clause,
    load_prose,
    own_clause,
    places,
    prose_around,
    remove_clause,
    seen,
    write_around,
)
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.rules.prose import Clause


@blueprint.page("/staff/rules/clauses/<clause>", permission=EDIT, endpoint="clause")
def show(clause: str) -> Response:
    """Show the prose around a generated clause, or a clause of the organisers' own, for editing."""
    ctx = reading_context()
    prose = load_prose(ctx, campaign=g.campaign)
    if clause.startswith(OWN):
        own = own_clause(prose, clause)
        form = ClauseForm(data={"heading": own.heading, "body": own.body, "place": own.after, "seen": seen(own)})
        return _clause_page(ctx, form, clause)
    around = prose_around(prose, clause)
    form_ = ProseForm(data={"before": around.before, "after": around.after, "seen": seen(around)})
    return _prose_page(ctx, form_, clause)


@blueprint.page("/staff/rules/clauses/<clause>", permission=EDIT, methods=["POST"], endpoint="save_clause")
def save(clause: str) -> AnyResponse:
    """Store the prose around a generated clause, or a clause of the organisers' own."""
    return _save_clause(clause) if clause.startswith(OWN) else _save_prose(clause)


@blueprint.page("/staff/rules/new", permission=EDIT)
def new_clause() -> Response:
    """Show an empty clause, to stand after the one that is named."""
    return _clause_page(reading_context(), ClauseForm(data={"place": request.args.get("after", "")}), "")


@blueprint.page("/staff/rules/new", permission=EDIT, methods=["POST"], endpoint="add_clause")
def add() -> AnyResponse:
    """Add a clause of the organisers' own."""
    ctx = reading_context()
    form = _offered(ctx, ClauseForm(), "")
    if form.validate():
        try:
            with committing() as writing:
                add_clause(
                    writing,
                    campaign=g.campaign,
                    heading=form.heading.data or "",
                    body=form.body.data or "",
                    after=form.place.data,
                )
        except DomainError as error:
            attach_error(form, error)
        else:
            return _done(_("The clause is added to the draft of the rules."))
    return _clause_page(reading_context(), form, "", status=422)


@blueprint.page("/staff/rules/clauses/<clause>/remove", permission=EDIT, methods=["POST"])
def remove(clause: str) -> AnyResponse:
    """Take a clause of the organisers' own away."""
    with committing() as ctx:
        remove_clause(ctx, campaign=g.campaign, clause=clause)
    return _done(_("The clause is removed from the draft of the rules; issued versions keep it."))


def _save_clause(key: str) -> AnyResponse:
    form = _offered(reading_context(), ClauseForm(), key)
    if form.validate():
        try:
            with committing() as ctx:
                edit_clause(
                    ctx,
                    campaign=g.campaign,
                    clause=key,
                    heading=form.heading.data or "",
                    body=form.body.data or "",
                    after=form.place.data,
                    opened_with=form.seen.data or "",
                )
        except DomainError as error:
            _refused(form, error, seen(own_clause(load_prose(reading_context(), campaign=g.campaign), key)))
        else:
            return _done(_("Saved in the draft of the rules; it is in force once the rules are issued."))
    return _clause_page(reading_context(), form, key, status=422)


def _save_prose(key: str) -> AnyResponse:
    form, ctx = ProseForm(), reading_context()
    found = _found(ctx, key)
    if found is None and prose_around(load_prose(ctx, campaign=g.campaign), key) == Prose(key):
        abort(404)
    if form.validate():
        try:
            with committing() as writing:
                write_around(
                    writing,
                    campaign=g.campaign,
                    clause=key,
                    heading=found.heading if found else key,
                    before=form.before.data or "",
                    after=form.after.data or "",
                    opened_with=form.seen.data or "",
                )
        except DomainError as error:
            _refused(form, error, seen(prose_around(load_prose(reading_context(), campaign=g.campaign), key)))
        else:
            return _done(_("Saved in the draft of the rules; it is in force once the rules are issued."))
    return _prose_page(reading_context(), form, key, status=422)


def _refused(form: ClauseForm | ProseForm, error: DomainError, present: str) -> None:
    """Say why; whoever saves again has seen that somebody else had written meanwhile."""
    attach_error(form, error)
    form.seen.data = present


def _composed(ctx: Context) -> list[Clause]:
    return compose(ctx, campaign=g.campaign, write=writer(g.campaign.language))


def _found(ctx: Context, key: str) -> Clause | None:
    return next((one for one in _composed(ctx) if one.key == key), None)


def _offered(ctx: Context, form: ClauseForm, key: str) -> ClauseForm:
    form.offer(places(_composed(ctx), of=key))
    return form


def _done(message: str) -> AnyResponse:
    flash(message, "ok")
    return redirect(url_for("rules.draft", slug=g.campaign.slug))


def _clause_page(ctx: Context, form: ClauseForm, key: str, *, status: int = 200) -> Response:
    return render(
        "rules/clause.html",
        "rules/_clause.html",
        status=status,
        form=_offered(ctx, form, key),
        key=key,
        title=form.heading.data if key else _("A clause of your own"),
        generated=None,
    )


def _prose_page(ctx: Context, form: ProseForm, key: str, *, status: int = 200) -> Response:
    found = _found(ctx, key)
    if found is None and not (form.before.data or form.after.data):
        abort(404)
    return render(
        "rules/clause.html",
        "rules/_clause.html",
        status=status,
        form=form,
        key=key,
        title=found.heading if found else key,
        generated=to_html(found.body) if found else "",
    )
