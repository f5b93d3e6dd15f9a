"""The pages of a campaign's staff: both people take part in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g

from cuocthi.enrolments.queries import enrolment_by_id
from cuocthi.merging.views import doors
from cuocthi.merging.views.blueprints import MERGE, campaign_pages
from cuocthi.merging.views.doors import Door, Named
from cuocthi.web.context import reading_context

if TYPE_CHECKING:
    from flask import Response
    from werkzeug.wrappers import Response as AnyResponse


@campaign_pages.page("/staff/duplicates/", permission=MERGE)
def listing() -> Response:
    """List entrants who may have registered twice."""
    return doors.show_pairs(Door(g.campaign))


@campaign_pages.page("/staff/duplicates/apart/", permission=MERGE)
def told_apart() -> Response:
    """List entrants who were told apart."""
    return doors.show_pairs(Door(g.campaign), apart=True)


@campaign_pages.page("/staff/duplicates/<int:enrolment_id>/<int:other_id>", permission=MERGE)
def pair(enrolment_id: int, other_id: int) -> Response:
    """Show two entrants side by side, and what merging them would do."""
    return doors.show_pair(Door(g.campaign), _named(enrolment_id, other_id))


@campaign_pages.page(
    "/staff/duplicates/<int:enrolment_id>/<int:other_id>", permission=MERGE, methods=["POST"], endpoint="merge"
)
def merge(enrolment_id: int, other_id: int) -> AnyResponse:
    """Merge the accounts of two entrants."""
    return doors.merge_pair(Door(g.campaign), _named(enrolment_id, other_id))


@campaign_pages.page("/staff/duplicates/<int:enrolment_id>/<int:other_id>/apart", permission=MERGE, methods=["POST"])
def apart(enrolment_id: int, other_id: int) -> AnyResponse:
    """Say that two entrants are not the same person."""
    return doors.keep_apart(Door(g.campaign), _named(enrolment_id, other_id))


@campaign_pages.page("/staff/duplicates/<int:enrolment_id>/<int:other_id>/again", permission=MERGE, methods=["POST"])
def again(enrolment_id: int, other_id: int) -> AnyResponse:
    """Take back that two entrants are not the same person."""
    return doors.bring_together(Door(g.campaign), _named(enrolment_id, other_id))


@campaign_pages.page("/staff/duplicates/merged/", permission=MERGE)
def merged() -> Response:
    """List what the staff of this campaign merged."""
    return doors.show_mergers(Door(g.campaign))


@campaign_pages.page("/staff/duplicates/merged/<int:merger_id>", permission=MERGE, methods=["GET", "POST"])
def merger(merger_id: int) -> AnyResponse:
    """Show a merger, and take it back."""
    return doors.show_merger(Door(g.campaign), merger_id)


def _named(enrolment_id: int, other_id: int) -> Named:
    """Return the accounts of two entrants of this campaign. Raises Missing."""
    ctx = reading_context()
    found = [
        enrolment_by_id(ctx, campaign_id=g.campaign.id, enrolment_id=number) for number in (enrolment_id, other_id)
    ]
    return doors.two({one.user_id: one.id for one in found})
