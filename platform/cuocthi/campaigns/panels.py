"""Parts of a page that plugins contribute, each rendered by itself so that a failing one fails alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from flask import render_template
from markupsafe import Markup

from cuocthi.contributions import Panel
from cuocthi.plugins.manager import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Shown:
    """A panel with its content; without content it is fetched from ``panel.url`` after the page."""

    panel: Panel
    content: Markup | None


def shown_panels(
    ctx: Context, *, campaign: Campaign, slot: str, values: Mapping[str, Any] | None = None
) -> list[Shown]:
    """Return the plugins' panels of one place. One that fails is logged, kept for the health page and left out.

    ``values`` are what the place itself gives to each panel's template.
    """
    pairs = ctx.hooks.collect_by_plugin(ctx, campaign, "panels", Panel, slot=slot)
    ordered = sorted(pairs, key=lambda pair: (pair[1].order, pair[0], pair[1].key))
    return [shown for plugin, panel in ordered if (shown := _shown(ctx, plugin, panel, values or {})) is not None]


def _shown(ctx: Context, plugin: str, panel: Panel, given: Mapping[str, Any]) -> Shown | None:
    if not panel.template:
        return Shown(panel, None)
    try:
        content = render_template(panel.template, **{**given, **panel.values})
    except Exception as error:  # a plugin's template may raise anything
        log.exception("panel_failed", plugin=plugin, panel=panel.key)
        ctx.hooks.failures[plugin, "panels"] = Failure(plugin, "panels", f"{type(error).__name__}: {error}")
        return None
    return Shown(panel, Markup(content))  # noqa: S704 - made by Jinja, which escapes
