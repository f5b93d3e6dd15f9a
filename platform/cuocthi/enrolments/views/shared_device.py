"""A device on which people are helped to take part one after another, such as a community digital team's.

Whoever helps begins that on the device, with the unit of the people to come. From then on everybody who has taken part
finds a button there that signs out and leads the next person to the registration, the unit chosen already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _

from cuocthi.campaigns.entrants import entrant_rules
from cuocthi.enrolments import queries
from cuocthi.enrolments.views.blueprints import campaign_pages
from cuocthi.units.queries import full_name, unit_by_link
from cuocthi.users import sign_in
from cuocthi.web.context import committing, reading_context, registry
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as BaseResponse

    from cuocthi.context import Context

#: The cookie of such a device: the campaign's address. It lasts for a working day.
_COOKIE = "shared_device"
_LASTS_SECONDS = 10 * 60 * 60


@campaign_pages.app_context_processor
def _known_to_templates() -> dict[str, Any]:
    return {"shared_device": shared_device}


def shared_device() -> str:
    """Return the address of the campaign for which this device is shared, "" for a device of one's own."""
    return request.cookies.get(_COOKIE, "")[:100]


@campaign_pages.page("/shared-device", public=True, endpoint="shared_device")
def show() -> Response:
    """Say what a shared device does, with the button that begins or ends it."""
    ctx = reading_context()
    _check_allowed(ctx)
    unit = unit_by_link(ctx, code=request.args.get("unit", ""))
    return render(
        "enrolments/shared_device.html",
        unit=unit,
        unit_name=full_name(ctx, unit=unit) if unit is not None else "",
        is_shared=shared_device() == g.campaign.slug,
    )


@campaign_pages.page("/shared-device", public=True, methods=["POST"], endpoint="share_device")
def share() -> BaseResponse:
    """Make this device a shared one, or a device of one's own again."""
    _check_allowed(reading_context())
    sharing = request.form.get("act") != "end"
    _sign_out()
    if sharing:
        there = url_for("enrolments.join", slug=g.campaign.slug, unit=request.form.get("unit") or None)
        flash(_("This device is shared now. Everybody who has finished hands it on with the button on the page."), "ok")
    else:
        there = url_for("campaigns.show", slug=g.campaign.slug)
    response = redirect(there)
    response.set_cookie(
        _COOKIE,
        g.campaign.slug if sharing else "",
        max_age=_LASTS_SECONDS if sharing else 0,
        secure=registry().config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    return response


@campaign_pages.page("/next-person", public=True, methods=["POST"])
def next_person() -> BaseResponse:
    """Sign out whoever has finished, and lead the next person to the registration, with the same unit."""
    ctx = reading_context()
    user_id = ctx.actor.user_id
    enrolment = queries.enrolment_of(ctx, campaign_id=g.campaign.id, user_id=user_id) if user_id else None
    code = None if enrolment is None else enrolment.unit.code
    there = url_for("enrolments.join", slug=g.campaign.slug, unit=code)
    _sign_out()
    return redirect(there)


def _sign_out() -> None:
    reader = sign_in.reader()
    if reader is not None:
        with committing() as ctx:
            sign_in.end(ctx, token=reader.token)


def _check_allowed(ctx: Context) -> None:
    if not entrant_rules(ctx, campaign=g.campaign).value.shared_devices:
        abort(404)
