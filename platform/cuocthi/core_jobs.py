"""The core's own background work. It stands above the parts it calls; ``jobs`` itself knows none of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cuocthi.contributions import JobKind
from cuocthi.standings.refresh import rebuild_drafts
from cuocthi.text import T
from cuocthi.timelines.domain import announce_edges

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context


def _announce(ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    return {"edges": announce_edges(ctx)}


def _rebuild(ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    return {"rankings": rebuild_drafts(ctx, progress=progress)}


CORE_JOBS = (
    JobKind("core.phases", T("Tell what the timeline opened and closed"), _announce, every=timedelta(seconds=5)),
    JobKind("core.rankings", T("Rebuild rankings whose results changed"), _rebuild, every=timedelta(seconds=30)),
)
