"""The timeline as a feed for calendars: public, without a cookie, answered briefly where nothing has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, g

from cuocthi.campaigns.views.caching import cached
from cuocthi.timelines.calendars import calendar_of
from cuocthi.timelines.queries import phases, window_units
from cuocthi.timelines.views.blueprint import blueprint
from cuocthi.web.context import reading_context
from cuocthi.web.links import public_link

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse


@blueprint.page("/timeline.ics", public=True)
def feed() -> AnyResponse:
    """Hand the timeline out as a calendar; its links follow the configured public address."""
    ctx = reading_context()
    found = phases(ctx, campaign_id=g.campaign.id)

    def calendar() -> Response:
        units = window_units(ctx, phases=found)
        content = calendar_of(
            g.campaign, found, units=units, address=public_link("campaigns.show", slug=g.campaign.slug), now=ctx.now
        )
        response = Response(content, content_type="text/calendar; charset=utf-8")
        response.headers["Content-Disposition"] = f'inline; filename="{g.campaign.slug}.ics"'
        return response

    return cached(found, calendar)
