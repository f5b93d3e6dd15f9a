"""Taking back an appointment that was an error: the one way in which somebody a seat bars may take part again.

Two persons say that it was an error, and the log has to show that the person never had a live question or key before
their eyes. The log shows it because pages that reveal such things are put on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.queries import barring_seats
from cuocthi.committees.reading import revealing_reads
from cuocthi.digest import digest
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.errors import Blocked, Conflict
from cuocthi.standings.confirmations import NEEDED, confirm, hold, withdraw_confirmations
from cuocthi.standings.decisions import checked_reason, restore_entry
from cuocthi.text import TN, T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.committees.models import Membership
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.text import Text

#: The subject under which such errors are confirmed.
SUBJECT = "core:readmission"


@dataclass(frozen=True, slots=True)
class Barred:
    """What keeps somebody out: the seats, why they cannot be taken back now, and what was said to be the error."""

    seats: Sequence[Membership]
    obstacles: Sequence[Text]

    @property
    def error_reason(self) -> str:
        """Why the appointment is said to have been an error; empty until somebody says so."""
        return self.seats[0].error_reason


def barred(ctx: Context, *, enrolment: Enrolment) -> Barred | None:
    """Return what bars a person, None where no seat does."""
    seats = barring_seats(ctx, campaign_id=enrolment.campaign_id, user_id=enrolment.user_id)
    return Barred(seats, _obstacles(ctx, enrolment, seats)) if seats else None


def readmit(ctx: Context, *, enrolment: Enrolment, reason: str) -> int:
    """Say, or confirm, that a person's appointment was an error; return how many persons have said so by now.

    The second person's word, for the very ``reason`` that the first one gave, annuls the seats and lets the entries
    count again from the next ranking on; another reason begins anew. Raises DomainError without a reason, Conflict if
    no seat bars the person or the same person has said so already, Blocked with everything that stands against it.
    """
    hold(ctx, campaign_id=enrolment.campaign_id)
    written = checked_reason(reason)
    ctx.session.refresh(enrolment)
    found = barred(ctx, enrolment=enrolment)
    if found is None or enrolment.state is not EnrolmentState.EXCLUDED:
        raise Conflict(T("%(name)s was not excluded by an appointment.", name=enrolment.name))
    if found.obstacles:
        raise Blocked(T("This appointment cannot be taken back."), found.obstacles)
    campaign = ctx.session.get_one(Campaign, enrolment.campaign_id)
    if found.error_reason != written:
        withdraw_confirmations(ctx, subject=SUBJECT, subject_id=enrolment.id)
        for seat in found.seats:
            seat.error_reason = written
    agreed = digest([[seat.id for seat in found.seats], written])
    number = confirm(ctx, campaign=campaign, subject=SUBJECT, subject_id=enrolment.id, digest=agreed)
    _record(ctx, campaign, enrolment, number, written)
    if number >= NEEDED:
        for seat in found.seats:
            seat.annulled_at = ctx.now
        ctx.session.flush()
        restore_entry(ctx, enrolment=enrolment, reason=written)
    return number


def _obstacles(ctx: Context, enrolment: Enrolment, seats: Sequence[Membership]) -> list[Text]:
    """Return everything that stands against taking these appointments back; what cannot be told stands against it."""
    reasons = [
        T("%(name)s still sits on “%(committee)s”.", name=enrolment.name, committee=seat.committee.title)
        for seat in seats
        if seat.ended_at is None
    ]
    campaign = ctx.session.get_one(Campaign, enrolment.campaign_id)
    if campaign.state is CampaignState.ARCHIVED:
        reasons.append(T("The campaign is archived: appointments in it are no longer taken back."))
    reasons += [
        T("“%(name)s” is not installed, so nobody can tell what it showed.", name=plugin)
        for plugin in campaign.plugins
        if plugin not in ctx.hooks.plugins
    ]
    reasons += [
        TN(
            "The log shows access to live questions: %(what)s, %(count)s time, on %(last)s.",
            "The log shows access to live questions: %(what)s, %(count)s times, last on %(last)s.",
            number,
            what=title,
            last=last,
        )
        for title, number, last in revealing_reads(ctx, campaign_id=enrolment.campaign_id, user_id=enrolment.user_id)
    ]
    return reasons


def _record(ctx: Context, campaign: Campaign, enrolment: Enrolment, number: int, reason: str) -> None:
    record(
        ctx,
        action="core:entry:readmit",
        summary=T("Said that the appointment of %(code)s was an error", code=enrolment.code),
        campaign=campaign,
        object_kind="enrolment",
        object_id=enrolment.id,
        after={"reason": reason, "confirmations": number},
    )
