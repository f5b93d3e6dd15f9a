"""Public pages that browsers and this process keep: the same for everybody, for as long as nothing changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Response, g, make_response, request

from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import EPOCH
from cuocthi.timelines.windows import last_edge, next_edge
from cuocthi.web.context import request_time
from cuocthi.web.kept_pages import KEEP, Span

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.timelines.models import Phase

#: So old may be what moves by itself: figures ("so many people take part") and the time that is left, without a script.
FRESH = timedelta(minutes=1)


def cached(phases: Sequence[Phase], render: Callable[[], Response], *, moments: Sequence[datetime] = ()) -> Response:
    """Answer with the page that ``render`` makes, or with 304 where the browser has the same already.

    The page is made again when staff have changed something (what is on record, or counted by
    ``Campaign.renew_pages``), when one of ``phases`` begins or ends, at these ``moments``, and every minute; until
    then it is sent from memory to everybody who asks in the same language. It must depend neither on who reads it nor
    on the query of its address, and must use neither session nor CSRF token. A draft, which only the committees see, is
    not kept.
    """
    response = make_response(render())
    if "campaign" in g and g.campaign.state is CampaignState.DRAFT:
        return response
    request.environ[KEEP] = _span(phases, moments, request_time())
    response.add_etag(weak=True)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.update(("Cookie", "HX-Request"))
    response.make_conditional(request)
    return response


def _span(phases: Sequence[Phase], moments: Sequence[datetime], now: datetime) -> Span:
    """Return the time around ``now`` in which the page stays as it is."""
    windows = [window for phase in phases for window in phase.windows]
    begun = EPOCH + (now - EPOCH) // FRESH * FRESH
    return Span(
        max(begun, last_edge(windows, now) or begun, *(moment for moment in moments if moment <= now)),
        min(begun + FRESH, next_edge(windows, now) or begun + FRESH, *(moment for moment in moments if moment > now)),
    )
