"""How many will be equal: what the ranking rules of a round may leave undecided, tried before it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request

from cuocthi.enrolments.queries import number_enrolled
from cuocthi.errors import InvalidData
from cuocthi.standings.forms import OutlookForm
from cuocthi.standings.outlook import outlook
from cuocthi.standings.views.blueprint import pages, round_or_404
from cuocthi.web.context import reading_context
from cuocthi.web.forms import attach_error
from cuocthi.web.rendering import render

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.context import Context
    from cuocthi.standings.outlook import Outlook
    from cuocthi.timelines.models import Phase

#: What is asked at first: as many persons as have joined, but no fewer than these, and so many prizes.
_LEAST_PERSONS, _PLACES = 1_000, 20


@pages.page("/staff/rankings/<int:phase_id>/outlook", permission="core:ranking:view", endpoint="outlook")
def show(phase_id: int) -> Response:
    """Show how many may be equal after each criterion, for as many persons and prizes as the reader asks."""
    ctx = reading_context()
    round_ = round_or_404(ctx, phase_id)
    enrolled = number_enrolled(ctx, campaign_id=g.campaign.id)
    form = OutlookForm(request.args, data={"persons": max(enrolled, _LEAST_PERSONS), "places": _PLACES, "entries": 1})
    asked = bool(request.args)
    refused = asked and not form.validate()
    found = _found(ctx, round_, form) if asked and not refused else None
    return render(
        "standings/outlook.html",
        status=422 if form.errors else 200,
        round=round_,
        data=form,
        asked=asked and not form.errors,
        found=found,
    )


def _found(ctx: Context, round_: Phase, form: OutlookForm) -> Outlook | None:
    asked = {name: form[name].data or 1 for name in ("persons", "places", "entries")}
    try:
        return outlook(ctx, campaign=g.campaign, round_=round_, **asked)
    except InvalidData as error:
        attach_error(form, error)
        return None
