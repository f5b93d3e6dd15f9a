"""The blueprint of the timeline, and what its pages share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for

from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.queries import phase_of
from cuocthi.timelines.windows import PhaseState, phase_state
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import registry

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.contributions import ContestFormat
    from cuocthi.timelines.models import Phase

EDIT = "core:timeline:edit"

blueprint = CampaignBlueprint("timelines", "cuocthi.timelines")


def phase_or_404(ctx: Context, phase_id: int) -> Phase:
    """Return a phase of the campaign at hand."""
    return phase_of(ctx, campaign_id=g.campaign.id, phase_id=phase_id) or abort(404)


def is_fixed(ctx: Context, phase: Phase) -> bool:
    """Tell whether the times of a phase can no longer be edited: it is a round that has opened."""
    return phase.kind is PhaseKind.CONTEST and phase_state(phase.windows, ctx.now) is not PhaseState.UPCOMING


def enabled_formats() -> list[ContestFormat]:
    """Return the contest formats that are enabled in the campaign at hand."""
    return [item for name, item in registry().formats.items() if name in g.campaign.plugins]


def kept() -> dict[str, Any]:
    """Return the arguments that say at which place of the list the reader is."""
    return {name: request.args[name] for name in ("q", "kind", "page") if name in request.args}


def list_url() -> str:
    """Return the address of the timeline, at the same place of its list from which the reader came."""
    return url_for("timelines.edit", slug=g.campaign.slug, **kept())


def done(message: str) -> AnyResponse:
    """Say what was done, on the timeline."""
    flash(message, "ok")
    return redirect(list_url())
