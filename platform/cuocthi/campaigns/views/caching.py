"""Public pages that browsers keep: they carry a tag of everything they show, and the same tag is answered briefly."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import TYPE_CHECKING

from flask import Response, g, make_response, request

from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import to_micros
from cuocthi.digest import digest
from cuocthi.timelines.windows import last_edge
from cuocthi.web.context import registry, request_time
from cuocthi.web.i18n import language

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.timelines.models import Phase

_VERSION = version("cuocthi")
#: Figures on a page ("so many people take part") may be this old, in seconds.
_FRESH = 300


def cached(phases: Sequence[Phase], render: Callable[[], Response]) -> Response:
    """Answer with the page that ``render`` makes, or with 304 where the browser has it already.

    The tag covers the campaign's version, the last edge of its phases, the language, the release of every part, and
    five minutes of time. The page must not depend on who reads it, and must use neither session nor CSRF token.
    """
    if g.campaign.state is CampaignState.DRAFT:
        return render()
    now = request_time()
    edge = last_edge([window for phase in phases for window in phase.windows], now)
    tag = digest(
        [
            g.campaign.id,
            g.campaign.version,
            to_micros(edge) if edge else None,
            to_micros(now) // (_FRESH * 1_000_000),
            language(),
            _VERSION,
            [f"{name} {info.version}" for name, info in registry().hooks.plugins.items()],
        ]
    )[:32]
    response = Response(status=304) if request.if_none_match.contains(tag) else make_response(render())
    response.set_etag(tag)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Cookie")
    response.vary.add("HX-Request")
    return response
