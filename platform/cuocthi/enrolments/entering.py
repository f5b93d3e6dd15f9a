"""What every contest format asks before somebody does something in one of its rounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.models import CampaignState
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import Closed, Forbidden, Missing
from cuocthi.standings.admission import check_admitted
from cuocthi.text import T
from cuocthi.timelines.queries import open_window, phase_of
from cuocthi.timelines.windows import open_span, own_windows

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase, Window


def own_round(ctx: Context, *, campaign: Campaign, round_id: int, source: str) -> tuple[Phase, Enrolment]:
    """Return a round of one contest format and the enrolment of the person who acts.

    Raises Missing if the campaign has no such round of that format, or the person does not take part in it.
    """
    round_ = phase_of(ctx, campaign_id=campaign.id, phase_id=round_id)
    if round_ is None or round_.source != source:
        raise Missing(T("This round does not exist here."))
    user_id = ctx.actor.user_id
    enrolment = None if user_id is None else enrolment_of(ctx, campaign_id=campaign.id, user_id=user_id)
    if enrolment is None:
        raise Missing(T("You do not take part in this contest yet; please register first."))
    return round_, enrolment


def own_window(ctx: Context, *, round_: Phase, enrolment: Enrolment) -> Window | None:
    """Return the window of a round that is open now for this person, None where none is; see :func:`own_windows`.

    For what a page shows. What changes something asks :func:`hold_open`, so that nobody moves the window meanwhile.
    """
    return open_span(own_windows(round_.windows, enrolment.unit_path), ctx.now)


def hold_open(ctx: Context, *, campaign: Campaign, round_: Phase, enrolment: Enrolment, begun: bool) -> Window:
    """Return the window of a round that is open now for this person.

    ``begun`` says whether the person has begun in the round, by what the contest format keeps: only who has not is
    asked whether the round admits him or her, so that nobody is stopped midway by a ranking that is adopted later.
    Until the transaction ends the window stays as it is, and other acts of the same person wait. Raises
    Closed if the campaign or the round is not open, Forbidden if the person was excluded or is not admitted to it.
    """
    if campaign.state is not CampaignState.OPEN:
        raise Closed(T("This contest is not open."))
    ctx.session.refresh(enrolment, with_for_update=True)
    if enrolment.state is not EnrolmentState.ACTIVE:
        raise Forbidden(T("You have been excluded from this contest: %(reason)s", reason=enrolment.excluded_reason))
    window = open_window(ctx, phase_id=round_.id, unit_path=enrolment.unit_path, lock=True)
    if window is None:
        raise Closed(T("“%(round)s” is not open now.", round=round_.title))
    check_admitted(ctx, campaign=campaign, round_=round_, enrolment=enrolment, begun=begun)
    return window
