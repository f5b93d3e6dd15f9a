"""Settings of the enabled plugins: one page each, made of the plugin's own form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import load_settings, save_settings, unstructure
from cuocthi.campaigns.views.basics import EDIT
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.campaigns.views.sections import sections
from cuocthi.errors import Conflict, DomainError
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi.timelines.windows import open_span
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import SettingsSpec


@blueprint.page("/staff/settings/<owner>", permission=EDIT)
def settings(owner: str) -> Response:
    """Show a plugin's settings for editing."""
    spec, ctx = _spec(owner), reading_context()
    loaded = load_settings(ctx, owner=owner, schema=spec.schema, campaign=g.campaign)
    form = _prepared(ctx, spec.form().from_settings(loaded.value))
    return _page(owner, spec, form)


@blueprint.page("/staff/settings/<owner>", permission=EDIT, methods=["POST"], endpoint="save_settings")
def store_settings(owner: str) -> AnyResponse:
    """Add or remove a row of the form, or store what was entered as a new version."""
    spec = _spec(owner)
    form = _prepared(reading_context(), spec.form()())
    act = request.form.get("act", "")
    if act and hasattr(form, "change_rows") and form.change_rows(act):
        return _page(owner, spec, form)
    if form.validate():
        try:
            with committing() as ctx:
                _store(ctx, spec, owner, form.to_settings())
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("Saved."), "ok")
            return redirect(url_for("campaigns.settings", slug=g.campaign.slug, owner=owner))
    return _page(owner, spec, form, status=422)


def _store(ctx: Context, spec: SettingsSpec, owner: str, value: object) -> None:
    _refuse_while_open(ctx, owner)
    before = load_settings(ctx, owner=owner, schema=spec.schema, campaign=g.campaign)
    version = save_settings(ctx, owner=owner, campaign=g.campaign, value=value)
    if version.id == before.version_id:
        return
    record(
        ctx,
        action="core:settings:save",
        summary=T("Changed the settings of “%(part)s”", part=spec.title),
        campaign=g.campaign,
        object_kind="settings",
        object_id=version.id,
        before={"version": before.version_id},
        after={"version": version.id, "digest": version.digest, "values": str(unstructure(value))},
    )


def _refuse_while_open(ctx: Context, owner: str) -> None:
    """Everybody takes part in a round under the same settings of its format."""
    for round_ in rounds(ctx, campaign_id=g.campaign.id):
        if round_.source == owner and g.campaign.state is CampaignState.OPEN and open_span(round_.windows, ctx.now):
            raise Conflict(
                T("“%(round)s” is open: its settings can be changed when it has closed.", round=round_.title)
            )


def _spec(owner: str) -> SettingsSpec:
    spec = registry().settings.get(owner)
    if spec is None or owner not in g.campaign.plugins:
        abort(404)
    return spec


def _prepared(ctx: Context, form: Any) -> Any:
    """Give a form that offers rounds to choose from those of the campaign."""
    if hasattr(form, "offer_rounds"):
        form.offer_rounds(rounds(ctx, campaign_id=g.campaign.id))
    return form


def _page(owner: str, spec: SettingsSpec, form: Any, *, status: int = 200) -> Response:
    return render(
        "campaigns/settings.html",
        "campaigns/_settings.html",
        status=status,
        spec=spec,
        owner=owner,
        form=form,
        sections=sections(owner),
    )
