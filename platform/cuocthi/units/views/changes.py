"""Renaming a unit by decision, and merging or ending all the units that were chosen, at once."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.errors import DomainError
from cuocthi.units.changing import UnitFacts, abolish_units, facts_of, merge_units, rename_unit
from cuocthi.units.forms import EndForm, MergeForm, RenameForm
from cuocthi.units.queries import full_names, living_units, today, unit_by_code, unit_of, units_of
from cuocthi.units.views.blueprint import EDIT, blueprint, unit_meant
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.units.models import Unit

#: So many units are merged or ended in one act.
_MOST = 500
_KEY = re.compile(r"[0-9]{1,18}")


@blueprint.page("/staff/units/<int:unit_id>/rename", permission=EDIT)
def rename(unit_id: int) -> Response:
    """Ask for the new name and the day."""
    ctx = reading_context()
    unit = unit_of(ctx, unit_id=unit_id)
    return render("units/rename.html", form=RenameForm(data={"day": today(ctx)}), unit=unit)


@blueprint.page("/staff/units/<int:unit_id>/rename", permission=EDIT, methods=["POST"], endpoint="store_rename")
def store_rename(unit_id: int) -> AnyResponse:
    """Let a unit bear another name from a day on."""
    form = RenameForm()
    unit = unit_of(reading_context(), unit_id=unit_id)
    if form.validate():
        name, code = form.name.data or "", (form.code.data or "").strip()
        try:
            with committing() as ctx:
                renamed = rename_unit(ctx, campaign=g.campaign, unit=unit, name=name, day=form.chosen_day(), code=code)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The unit is called “%(name)s” now.", name=renamed.name), "ok")
            return redirect(url_for("units.show", slug=g.campaign.slug, unit_id=renamed.id))
    return render("units/rename.html", status=422, form=form, unit=unit_of(reading_context(), unit_id=unit_id))


@blueprint.page("/staff/units/merge", permission=EDIT)
def merge() -> AnyResponse:
    """Ask which unit takes the place of those chosen, and from when."""
    ctx = reading_context()
    chosen = _chosen(ctx)
    if not chosen:
        return _nothing_chosen()
    form = MergeForm(data={"day": today(ctx), "parent": facts_of(ctx, unit=chosen[0]).parent})
    return _merge_page(ctx, form, chosen)


@blueprint.page("/staff/units/merge", permission=EDIT, methods=["POST"], endpoint="store_merger")
def store_merger() -> AnyResponse:
    """Let one unit take the place of those chosen."""
    form = MergeForm()
    chosen = _chosen(reading_context())
    if not chosen:
        return _nothing_chosen()
    if form.validate():
        try:
            with committing() as ctx:
                into = _successor(ctx, form, chosen[0])
                successor = merge_units(ctx, campaign=g.campaign, units=chosen, into=into, day=form.chosen_day())
        except DomainError as error:
            attach_error(form, error)
        else:
            message = _("“%(name)s” takes the place of %(count)s units.", name=successor.name, count=len(chosen))
            flash(message, "ok")
            return redirect(url_for("units.show", slug=g.campaign.slug, unit_id=successor.id))
    ctx = reading_context()
    return _merge_page(ctx, form, _chosen(ctx), status=422)


@blueprint.page("/staff/units/end", permission=EDIT)
def end() -> AnyResponse:
    """Ask from when on the chosen units are no more."""
    ctx = reading_context()
    chosen = _chosen(ctx)
    return _end_page(ctx, EndForm(data={"day": today(ctx)}), chosen) if chosen else _nothing_chosen()


@blueprint.page("/staff/units/end", permission=EDIT, methods=["POST"], endpoint="store_end")
def store_end() -> AnyResponse:
    """Let the chosen units end."""
    form = EndForm()
    chosen = _chosen(reading_context())
    if not chosen:
        return _nothing_chosen()
    if form.validate():
        try:
            with committing() as ctx:
                abolish_units(ctx, campaign=g.campaign, units=chosen, day=form.chosen_day(), lift=form.lift.data)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("%(count)s units end on %(day)s.", count=len(chosen), day=f"{form.chosen_day():%d/%m/%Y}"), "ok")
            return redirect(url_for("units.listing", slug=g.campaign.slug))
    ctx = reading_context()
    return _end_page(ctx, form, _chosen(ctx), status=422)


def _chosen(ctx: Context) -> Sequence[Unit]:
    """Return the units that were ticked, or all there are today that match the search."""
    if request.values.get("all"):
        search, kind = request.values.get("q", "")[:100], request.values.get("kind", "")[:40]
        return living_units(ctx, search=search, kind=kind, limit=_MOST)
    ticked = [int(key) for key in request.values.getlist("unit") if _KEY.fullmatch(key)]
    return units_of(ctx, unit_ids=list(dict.fromkeys(ticked))[:_MOST])


def _nothing_chosen() -> AnyResponse:
    flash(_("Please choose at least one unit."), "warn")
    return redirect(url_for("units.listing", slug=g.campaign.slug))


def _successor(ctx: Context, form: MergeForm, first: Unit) -> Unit | UnitFacts:
    standing = unit_meant(ctx, form.into.data or "", "into")
    if standing is not None:
        return standing
    parent = unit_meant(ctx, form.parent.data or "", "parent")
    return UnitFacts(
        name=form.name.data or "",
        code=(form.code.data or "").strip(),
        parent=parent.code if parent is not None else "",
        kind=first.kind,
        block=first.block,
        selectable=first.selectable,
    )


def _merge_page(ctx: Context, form: MergeForm, chosen: Sequence[Unit], *, status: int = 200) -> Response:
    above = unit_by_code(ctx, code=form.parent.data) if form.parent.data else None
    names = full_names(ctx, units=chosen)
    return render("units/merge.html", status=status, form=form, chosen=chosen, names=names, above=above)


def _end_page(ctx: Context, form: EndForm, chosen: Sequence[Unit], *, status: int = 200) -> Response:
    return render("units/end.html", status=status, form=form, chosen=chosen, names=full_names(ctx, units=chosen))
