"""One unit: where it stands, what it was and became, its numbers, its link; adding and correcting one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.headcounts import Origin, headcounts_of, update_headcounts
from cuocthi.enrolments.unit_counts import unit_count
from cuocthi.errors import DomainError
from cuocthi.units.changing import add_unit, edit_unit, facts_of, restore_unit
from cuocthi.units.forms import NewUnitForm, UnitForm, numbers_form
from cuocthi.units.models import Unit
from cuocthi.units.queries import ancestors, kinds, predecessors, today, unit_by_code, unit_of, units_below
from cuocthi.units.views.blueprint import EDIT, VIEW, blueprint, unit_meant
from cuocthi.units.words import kind_title
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.i18n import translate
from cuocthi.web.links import public_link
from cuocthi.web.qr import qr_svg
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.units.forms import NumbersForm

_SHOWN_BELOW = 200


@blueprint.page("/staff/units/<int:unit_id>", permission=VIEW)
def show(unit_id: int) -> Response:
    """Show one unit."""
    form = numbers_form(g.campaign.categories)
    rows = headcounts_of(reading_context(), campaign=g.campaign, unit_id=unit_id)
    origin = Origin(rows[0].source, rows[0].as_of) if rows else Origin()
    form.fill({row.category: row.number for row in rows}, origin)
    return _page(unit_id, form)


@blueprint.page("/staff/units/<int:unit_id>", permission="core:campaign:edit", methods=["POST"], endpoint="set_numbers")
def set_numbers(unit_id: int) -> AnyResponse:
    """Store how many people of the unit are entitled to take part in this campaign."""
    form = numbers_form(g.campaign.categories)
    unit = unit_of(reading_context(), unit_id=unit_id)
    if form.validate():
        numbers = {(unit.id, category): number for category, number in form.numbers().items()}
        origin = Origin((form.source.data or "").strip(), form.as_of.data)
        try:
            with committing() as ctx:
                update_headcounts(ctx, campaign=g.campaign, numbers=numbers, origin=origin)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("units.show", slug=g.campaign.slug, unit_id=unit_id))
    return _page(unit_id, form, status=422)


@blueprint.page("/staff/units/new", permission=EDIT)
def new() -> Response:
    """Show the form of a unit that is not there yet, below the one the address names."""
    form = NewUnitForm(data={"selectable": True, "parent": request.args.get("parent", "")})
    return _form_page(form, None)


@blueprint.page("/staff/units/new", permission=EDIT, methods=["POST"], endpoint="add")
def add() -> AnyResponse:
    """Add a unit."""
    form = NewUnitForm()
    form.offer(kinds(reading_context()))
    if form.validate():
        try:
            with committing() as ctx:
                facts = form.to_facts(parent=_parent_code(form), code=(form.code.data or "").strip())
                unit = add_unit(ctx, campaign=g.campaign, facts=facts, valid_from=form.valid_from.data)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("“%(name)s” was added.", name=unit.name), "ok")
            return redirect(url_for("units.show", slug=g.campaign.slug, unit_id=unit.id))
    return _form_page(form, None, status=422)


@blueprint.page("/staff/units/<int:unit_id>/edit", permission=EDIT)
def edit(unit_id: int) -> Response:
    """Show what is said of a unit for correcting."""
    ctx = reading_context()
    unit = unit_of(ctx, unit_id=unit_id)
    facts, form = facts_of(ctx, unit=unit), UnitForm()
    form.fill(facts, facts.parent)
    return _form_page(form, unit)


@blueprint.page("/staff/units/<int:unit_id>/edit", permission=EDIT, methods=["POST"], endpoint="save")
def save(unit_id: int) -> AnyResponse:
    """Correct a unit, or move it in the tree."""
    form = UnitForm()
    unit = unit_of(reading_context(), unit_id=unit_id)
    form.offer(kinds(reading_context()))
    if form.validate():
        try:
            with committing() as ctx:
                edit_unit(ctx, campaign=g.campaign, unit=unit, facts=form.to_facts(parent=_parent_code(form)))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("units.show", slug=g.campaign.slug, unit_id=unit_id))
    return _form_page(form, unit_of(reading_context(), unit_id=unit_id), status=422)


@blueprint.page("/staff/units/<int:unit_id>/restore", permission=EDIT, methods=["POST"])
def restore(unit_id: int) -> AnyResponse:
    """Take the end of a unit back."""
    try:
        with committing() as ctx:
            restore_unit(ctx, campaign=g.campaign, unit=unit_of(ctx, unit_id=unit_id))
    except DomainError as error:
        if error.status == 404:  # noqa: PLR2004 - there is no page to lead back to
            raise
        for text in (error.message, *getattr(error, "problems", ())):
            flash(translate(text), "error")
    else:
        flash(_("The unit is there again."), "ok")
    return redirect(url_for("units.show", slug=g.campaign.slug, unit_id=unit_id))


def _parent_code(form: UnitForm) -> str:
    parent = unit_meant(reading_context(), form.parent.data or "", "parent")
    return parent.code if parent is not None else ""


def _page(unit_id: int, form: NumbersForm, *, status: int = 200) -> Response:
    ctx = reading_context()
    unit = unit_of(ctx, unit_id=unit_id)
    below, total_below = units_below(ctx, unit=unit, limit=_SHOWN_BELOW)
    link = public_link("enrolments.join", slug=g.campaign.slug, unit=unit.code)
    return render(
        "units/unit.html",
        status=status,
        unit=unit,
        above=ancestors(ctx, unit=unit),
        below=below,
        total_below=total_below,
        predecessors=predecessors(ctx, unit=unit),
        successor=ctx.session.get(Unit, unit.successor_id) if unit.successor_id is not None else None,
        ended=unit.valid_to is not None and unit.valid_to <= today(ctx),
        kind=kind_title(unit.kind),
        count=unit_count(ctx, campaign_id=g.campaign.id, unit_id=unit.id),
        form=form,
        link=link,
        qr=qr_svg(link),
        may_edit=EDIT in g.permissions,
    )


def _form_page(form: UnitForm, unit: Unit | None, *, status: int = 200) -> Response:
    ctx = reading_context()
    form.offer(kinds(ctx))
    above = unit_by_code(ctx, code=form.parent.data) if form.parent.data else None
    return render("units/edit.html", status=status, form=form, unit=unit, above=above)
