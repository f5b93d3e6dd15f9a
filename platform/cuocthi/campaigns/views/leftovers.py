"""The texts of a campaign held again that still name the earlier one, each with the place where it is mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, url_for

from cuocthi.campaigns.leftovers import leftovers
from cuocthi.campaigns.views.blueprints import blueprint
from cuocthi.web.context import reading_context
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.campaigns.leftovers import Leftover


@blueprint.page("/staff/leftovers", permission="core:campaign:view", endpoint="leftovers")
def listing() -> Response:
    """List the texts that name the earlier contest."""
    found = leftovers(reading_context(), campaign=g.campaign)
    return render("campaigns/leftovers.html", found=[(one, translate(one.place), _url(one)) for one in found])


def _url(one: Leftover) -> str:
    if one.part:
        return url_for(one.page, slug=g.campaign.slug, owner=one.part)
    return url_for(one.page, slug=g.campaign.slug)
