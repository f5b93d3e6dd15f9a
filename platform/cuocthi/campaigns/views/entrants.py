"""Who may take part, what is asked of them, and the divisions: two of the pages on basics and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.divisions import DivisionFacts, add_division, division_of, edit_division, remove_division
from cuocthi.campaigns.entrants import entrant_rules, set_entrant_rules
from cuocthi.campaigns.entrants_forms import DivisionForm, EntrantsForm
from cuocthi.campaigns.views.basics import EDIT
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.campaigns.views.sections import sections
from cuocthi.errors import DomainError
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Division
    from cuocthi.context import Context


@blueprint.page("/staff/entrants", permission=EDIT)
def entrants() -> Response:
    """Show what is asked of people, and who may take part, for editing."""
    rules = entrant_rules(reading_context(), campaign=g.campaign).value
    return _entrants_page(EntrantsForm.from_rules(rules))


@blueprint.page("/staff/entrants", permission=EDIT, methods=["POST"], endpoint="save_entrants")
def save_entrants() -> AnyResponse:
    """Add or remove a question of the form, or store what was entered."""
    form = EntrantsForm()
    if form.change_rows(request.form.get("act", "")):
        return _entrants_page(form)
    if form.validate():
        try:
            rules = form.to_rules()
            with committing() as ctx:
                set_entrant_rules(ctx, campaign=g.campaign, rules=rules)
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("campaigns.entrants", slug=g.campaign.slug))
    return _entrants_page(form, status=422)


def _entrants_page(form: EntrantsForm, *, status: int = 200) -> Response:
    return render(
        "campaigns/entrants.html", "campaigns/_entrants.html", status=status, form=form, sections=sections("entrants")
    )


@blueprint.page("/staff/divisions", permission=EDIT)
def divisions() -> Response:
    """Show the divisions, each with a form of its own, and one for a further division."""
    return _divisions_page()


@blueprint.page("/staff/divisions", permission=EDIT, methods=["POST"], endpoint="add_division")
def add() -> AnyResponse:
    """Add a division."""
    form = DivisionForm(prefix=_NEW)
    act = lambda ctx: add_division(ctx, campaign=g.campaign, facts=form.to_facts())  # noqa: E731 - one call
    return _stored(form, act) or _divisions_page({_NEW: form}, status=422)


@blueprint.page("/staff/divisions/<int:division_id>", permission=EDIT, methods=["POST"], endpoint="edit_division")
def edit(division_id: int) -> AnyResponse:
    """Name a division anew, change its ages, or remove it while nobody is in it."""
    division = division_of(g.campaign, division_id=division_id)
    form = DivisionForm(prefix=_prefix(division))

    def act(ctx: Context) -> None:
        if request.form.get("act") == "remove":
            remove_division(ctx, campaign=g.campaign, division=division)
        else:
            edit_division(ctx, campaign=g.campaign, division=division, facts=form.to_facts())

    return _stored(form, act) or _divisions_page({_prefix(division): form}, status=422)


_NEW = "new-"


def _prefix(division: Division) -> str:
    """Return what the names of a division's fields begin with: all forms stand on one page."""
    return f"division-{division.id}-"


def _stored(form: DivisionForm, act: Callable[[Context], object]) -> AnyResponse | None:
    """Do the act of a valid form and lead back; None when the page has to be shown again."""
    if not form.validate():
        return None
    try:
        with committing() as ctx:
            act(ctx)
    except DomainError as error:
        attach_error(form, error)
        return None
    flash(_("Saved."), "ok")
    return redirect(url_for("campaigns.divisions", slug=g.campaign.slug))


def _divisions_page(sent: Mapping[str, DivisionForm] | None = None, *, status: int = 200) -> Response:
    """Show the page; ``sent`` is the form that was sent and is shown again, under the prefix of its fields."""
    again = dict(sent or {})
    return render(
        "campaigns/divisions.html",
        status=status,
        forms=[(division, again.get(_prefix(division)) or _form_of(division)) for division in g.campaign.divisions],
        new=again.get(_NEW) or DivisionForm(formdata=None, prefix=_NEW),
        sections=sections("divisions"),
    )


def _form_of(division: Division) -> DivisionForm:
    facts = DivisionFacts(division.name, division.min_age, division.max_age)
    return DivisionForm(formdata=None, prefix=_prefix(division), obj=facts)
