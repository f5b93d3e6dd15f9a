"""What the staff see of the deliveries of a release, and how they ask for another try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import flash, g, redirect, url_for
from flask_babel import gettext as _

from cuocthi.text import T
from cuocthi.web.context import committing, reading_context
from cuocthi.web.rendering import render
from cuocthi_publishing.domain.releases import numbered
from cuocthi_publishing.targets import domain
from cuocthi_publishing.targets.models import DeliveryState
from cuocthi_publishing.targets.queries import deliveries_of
from cuocthi_publishing.views.blueprint import blueprint

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse

_STATES = {
    DeliveryState.WAITING: (T("on its way"), "warn"),
    DeliveryState.DONE: (T("arrived"), "ok"),
    DeliveryState.GIVEN_UP: (T("did not arrive"), "danger"),
    DeliveryState.DROPPED: (T("withdrawn before it arrived"), ""),
}


@blueprint.page("/releases/<int:number>/deliveries", permission="publishing:release:view")
def deliveries(number: int) -> Response:
    """Show where a release was delivered to, or why it was not."""
    ctx = reading_context()
    release = numbered(ctx, campaign=g.campaign, number=number)
    return render(
        "publishing/deliveries.html",
        release=release,
        listed=deliveries_of(ctx, release=release),
        targets=domain.targets(ctx, campaign=g.campaign),
        states=_STATES,
    )


@blueprint.page(
    "/releases/<int:number>/deliveries/<int:delivery_id>/again", permission="publishing:release:edit", methods=["POST"]
)
def deliver_again(number: int, delivery_id: int) -> AnyResponse:
    """Have a release delivered once more."""
    with committing() as ctx:
        release = numbered(ctx, campaign=g.campaign, number=number)
        domain.again(ctx, campaign=g.campaign, release=release, delivery_id=delivery_id)
    flash(_("It is delivered again within some seconds."), "ok")
    return redirect(url_for(".deliveries", slug=g.campaign.slug, number=number))
