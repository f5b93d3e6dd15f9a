"""How a synthetic participant of a rehearsal enters an estimate: by the domain function, or through the page."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Context
from cuocthi.contributions import Browser, Participant
from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase
from cuocthi_guess import domain


def take(ctx_at: Callable[[datetime], Context], participant: Participant, round_id: int) -> int:
    """Enter an estimate with the domain function; return that one answer was acknowledged."""
    ctx = ctx_at(participant.starts_at)
    round_, enrolment = ctx.session.get_one(Phase, round_id), ctx.session.get_one(Enrolment, participant.enrolment_id)
    campaign = ctx.session.get_one(Campaign, round_.campaign_id)
    domain.enter(ctx, campaign=campaign, round_=round_, enrolment=enrolment, number=_number(participant))
    return 1


def browse(browser: Browser, participant: Participant, campaign_slug: str, round_id: int) -> int:
    """Enter an estimate as the form of the page posts it; return how many answers were acknowledged."""
    page = f"/c/{campaign_slug}/guess/round/{round_id}/"
    browser.get(page)
    status, _ = browser.post(page, {"number": str(_number(participant))})
    return int(status < 400)  # noqa: PLR2004 - from here on HTTP's refusals


def _number(participant: Participant) -> int:
    return Random(participant.seed).randint(1, 5000)  # noqa: S311 - the same for the same person, nothing secret
