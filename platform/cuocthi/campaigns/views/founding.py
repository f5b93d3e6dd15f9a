"""A new campaign, from a file or empty, and a campaign handed out as a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.archives import read_archive, write_archive
from cuocthi.campaigns.domain import Basics
from cuocthi.campaigns.exchange import export_campaign
from cuocthi.campaigns.forms import NewCampaignForm
from cuocthi.campaigns.founding import found_empty, found_from_file
from cuocthi.campaigns.views.blueprints import blueprint, home
from cuocthi.errors import DomainError
from cuocthi.users import sign_in
from cuocthi.users.models import User
from cuocthi.web.context import committing, reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context


@home.route("/staff/new", methods=["GET", "POST"])
def new() -> AnyResponse:
    """Create a campaign; only administrators of the installation may."""
    reader = sign_in.reader()
    if reader is None:
        return redirect(url_for("users.sign_in", next=url_for("home.new")))
    if not reader.is_admin:
        abort(403)
    form = NewCampaignForm()
    if form.validate_on_submit():
        try:
            with committing() as ctx:
                campaign = _found(ctx, form, ctx.session.get_one(User, reader.id))
        except DomainError as error:
            attach_error(form, error)
        else:
            flash(_("The campaign is created as a draft; only its committees see it."), "ok")
            return redirect(url_for("campaigns.readiness", slug=campaign.slug))
    return render("campaigns/new.html", status=422 if form.errors else 200, form=form)


def _found(ctx: Context, form: NewCampaignForm, founder: User) -> Campaign:
    slug = (form.slug.data or "").strip()
    if form.file.data:
        return found_from_file(ctx, files=read_archive(form.file.data.read()), founder=founder, slug=slug)
    basics = Basics(name=(form.name.data or "").strip(), host_name=(form.host_name.data or "").strip())
    return found_empty(ctx, slug=slug, basics=basics, founder=founder)


@blueprint.page("/staff/campaign.zip", permission="core:campaign:edit")
def export() -> Response:
    """Hand the campaign out as a file from which another one can be made: no people, no results."""
    archive = write_archive(export_campaign(reading_context(), campaign=g.campaign))
    response = Response(archive, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{g.campaign.slug}.zip"'
    return response
