"""What is read of complaints (kiến nghị): by their senders, by the committees, by the gates, in public."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload, lazyload

from cuocthi.committees.queries import committees_with_members
from cuocthi.contributions import AwardList
from cuocthi.database import UtcTime
from cuocthi.enrolments.models import Enrolment
from cuocthi.standings.models import Decision, Ranking, RankingState
from cuocthi.timelines.models import Phase
from cuocthi.users.models import User
from cuocthi.users.queries import identities
from cuocthi_inquiries.models import OPEN_COMPLAINTS, Complaint, ComplaintFile, ComplaintState, ComplaintTouched
from cuocthi_inquiries.queries import ANSWERING, load_inquiry_settings

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi_inquiries.settings import InquirySettings

#: Beside the states of complaints, what the list can be narrowed to.
OVERDUE, APPROVAL = "overdue", "approval"
#: What people can complain about: a version that was submitted, and is neither withdrawn nor replaced.
_SHOWN = (RankingState.PROVISIONAL, RankingState.ADOPTED)
SHOWN = Ranking.state.in_(_SHOWN)
#: When the time for complaints about a version ends by its own rules; NULL where that is not settled yet.
ENDS = sa.func.coalesce(Ranking.objections_until, Ranking.adopted_at, type_=UtcTime())
#: Waits for somebody and holds adoptions up.
OPEN = Complaint.state.in_(OPEN_COMPLAINTS)
HOLDS_UP = sa.and_(OPEN, Complaint.harmless_at.is_(None))
_APPROVAL = sa.and_(Complaint.state == ComplaintState.HANDLING, Complaint.drafted_at.is_not(None))
_SORTS: Mapping[str, Any] = {"number": Complaint.number, "due_at": Complaint.due_at, "state": Complaint.state}


@dataclass(frozen=True, slots=True)
class Objectionable:
    """A round whose results can be complained about; ``until`` is None where no time is set for it."""

    phase_id: int
    title: str
    until: datetime | None

    def in_time(self, now: datetime) -> bool:
        """Whether a complaint that comes now comes in time."""
        return self.until is None or now < self.until


# --- the time for complaints ----------------------------------------------------------------------------------------


def newest_shown(phase_id: object) -> sa.ScalarSelect[Any]:
    """Return the number of the newest version of a round's ranking that people can complain about."""
    of_round = aliased(Ranking)
    conditions = (of_round.phase_id == phase_id, of_round.state.in_(_SHOWN))
    return sa.select(sa.func.max(of_round.number)).where(*conditions).scalar_subquery()


def awards_until(ctx: Context, *, campaign: Campaign, settings: InquirySettings) -> datetime | None:
    """Return until when one may complain about the awards adopted last; None before, and without such a time."""
    if not settings.complaint_award_hours:
        return None
    adopted = [found.adopted_at for found in ctx.hooks.collect(ctx, campaign, "award_lists", AwardList)]
    return max(adopted) + timedelta(hours=settings.complaint_award_hours) if adopted else None


def objectionable(ctx: Context, *, campaign: Campaign) -> list[Objectionable]:
    """Return the rounds about whose results one can complain, in their order, each with the end of its time.

    The time for complaints about awards, which may end later, is not among it.
    """
    extra = timedelta(hours=load_inquiry_settings(ctx, campaign=campaign).value.complaint_extra_hours)
    rows = ctx.session.execute(
        sa.select(Phase.id, Phase.title, ENDS.label("ends"))
        .join(Ranking, Ranking.phase_id == Phase.id)
        .where(Phase.campaign_id == campaign.id, SHOWN, Ranking.number == newest_shown(Phase.id))
        .order_by(Phase.number)
    )
    found: list[Objectionable] = []
    for phase_id, title, ends in rows:
        until: datetime | None = ends
        found.append(Objectionable(phase_id, title, None if until is None else until + extra))
    return found


def waits_until(ctx: Context, *, campaign: Campaign, phase_ids: Collection[int]) -> datetime | None:
    """Return until when complaints about provisional rankings of these rounds may come; None if none is public."""
    until = ctx.session.scalar(
        sa.select(sa.func.max(Ranking.objections_until, type_=UtcTime())).where(
            Ranking.phase_id.in_(phase_ids), Ranking.state == RankingState.PROVISIONAL
        )
    )
    if until is None:
        return None
    return until + timedelta(hours=load_inquiry_settings(ctx, campaign=campaign).value.complaint_extra_hours)


# --- complaints -----------------------------------------------------------------------------------------------------


def complaint_of(ctx: Context, *, campaign_id: int, complaint_id: int) -> Complaint | None:
    """Return one complaint of a campaign."""
    return ctx.session.scalar(
        sa.select(Complaint)
        .where(Complaint.campaign_id == campaign_id, Complaint.id == complaint_id)
        .options(*(joinedload(one) for one in (Complaint.complainant, Complaint.handler, Complaint.drafter)))
    )


def own_complaint(ctx: Context, *, campaign_id: int, complaint_id: int) -> Complaint | None:
    """Return a complaint of a campaign if whoever acts has sent it."""
    if ctx.actor.user_id is None:
        return None
    return ctx.session.scalar(
        sa.select(Complaint).where(
            Complaint.campaign_id == campaign_id,
            Complaint.id == complaint_id,
            Complaint.user_id.in_(identities(ctx.actor.user_id)),
        )
    )


def complaint_by_token(ctx: Context, *, campaign_id: int, token_hash: str) -> Complaint | None:
    """Return the complaint that was sent with a token."""
    return ctx.session.scalar(
        sa.select(Complaint).where(Complaint.campaign_id == campaign_id, Complaint.token_hash == token_hash)
    )


def complaints_of(ctx: Context, *, campaign_id: int, user_id: int) -> Sequence[Complaint]:
    """Return a user's complaints, the newest first."""
    return ctx.session.scalars(
        sa.select(Complaint)
        .where(Complaint.campaign_id == campaign_id, Complaint.user_id.in_(identities(user_id)))
        .order_by(Complaint.id.desc())
    ).all()


def complaints(
    ctx: Context,
    *,
    campaign_id: int,
    narrowed: Mapping[str, str],
    sort_key: str,
    descending: bool,
    limit: int | None,
    offset: int,
) -> tuple[Sequence[tuple[Complaint, str]], int]:
    """Return a page of a campaign's complaints, each with the title of its round, and the number of all that match.

    ``narrowed`` may name a state (or OVERDUE, or APPROVAL) and a round (a constant number of statements).
    """
    conditions = [Complaint.campaign_id == campaign_id]
    state = narrowed.get("state")
    if state == OVERDUE:
        conditions += [OPEN, Complaint.due_at <= ctx.now]
    elif state == APPROVAL:
        conditions.append(_APPROVAL)
    elif state:
        conditions.append(Complaint.state == ComplaintState(state))
    if narrowed.get("round", "").isdecimal():
        conditions.append(Complaint.phase_id == int(narrowed["round"]))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(Complaint).where(*conditions)) or 0
    order = _SORTS[sort_key].desc() if descending else _SORTS[sort_key]
    found = sa.select(Complaint, Phase.title).join(Phase, Phase.id == Complaint.phase_id)
    found = found.options(joinedload(Complaint.handler)).where(*conditions)
    rows = ctx.session.execute(found.order_by(order, Complaint.id).limit(limit).offset(offset))
    return [(complaint, title) for complaint, title in rows], total


def public_register(ctx: Context, *, campaign_id: int) -> Sequence[Complaint]:
    """Return a campaign's complaints in the order of their numbers (for number, state and dates alone)."""
    return ctx.session.scalars(
        sa.select(Complaint)
        .where(Complaint.campaign_id == campaign_id)
        .order_by(Complaint.number.desc())
        .options(lazyload(Complaint.files))
    ).all()


def holding_up(ctx: Context, *, campaign_id: int, phase_ids: Collection[int] | None) -> Sequence[Complaint]:
    """Return the complaints about some rounds, or all, that hold adoptions up, the first first (one statement)."""
    about = [] if phase_ids is None else [Complaint.phase_id.in_(phase_ids)]
    return ctx.session.scalars(
        sa.select(Complaint).where(Complaint.campaign_id == campaign_id, HOLDS_UP, *about).order_by(Complaint.number)
    ).all()


def waiting_complaints(ctx: Context, *, campaign_ids: Sequence[int]) -> list[tuple[int, int | None, bool, int, int]]:
    """Return (campaign, handler, whether an answer waits for approval, how many wait, how many are overdue).

    In one statement.
    """
    overdue = sa.func.coalesce(sa.func.sum(sa.case((Complaint.due_at <= ctx.now, 1), else_=0)), 0)
    approval = sa.case((_APPROVAL, 1), else_=0)
    rows = ctx.session.execute(
        sa.select(Complaint.campaign_id, Complaint.handler_id, approval, sa.func.count(), overdue)
        .where(Complaint.campaign_id.in_(campaign_ids), OPEN)
        .group_by(Complaint.campaign_id, Complaint.handler_id, approval)
        .order_by(Complaint.campaign_id, Complaint.handler_id, approval)
    )
    return [(row[0], row[1], bool(row[2]), int(row[3]), int(row[4])) for row in rows]


def file_of_complaint(ctx: Context, *, complaint: Complaint, file_id: int) -> ComplaintFile | None:
    """Return a file that belongs to a complaint."""
    return ctx.session.scalar(
        sa.select(ComplaintFile).where(ComplaintFile.complaint_id == complaint.id, ComplaintFile.file_id == file_id)
    )


# --- people ---------------------------------------------------------------------------------------------------------


def touched(ctx: Context, *, complaint: Complaint) -> Sequence[Enrolment]:
    """Return whom a complaint touches, by contest number (one statement)."""
    return ctx.session.scalars(
        sa.select(Enrolment)
        .join(ComplaintTouched, ComplaintTouched.enrolment_id == Enrolment.id)
        .where(ComplaintTouched.complaint_id == complaint.id)
        .order_by(Enrolment.code)
    ).all()


def involved(ctx: Context, *, complaint: Complaint) -> set[int]:
    """Return the people who may not deal with a complaint: its sender, whom it touches, and who decided on those.

    Of accounts that were merged the one that stayed (two statements).
    """
    whom = sa.select(ComplaintTouched.enrolment_id).where(ComplaintTouched.complaint_id == complaint.id)
    people = sa.select(Enrolment.user_id).where(Enrolment.id.in_(whom))
    deciders = sa.select(Decision.decided_by).where(Decision.enrolment_id.in_(whom), Decision.decided_by.is_not(None))
    found = ctx.session.scalars(
        sa.select(sa.func.coalesce(User.merged_into_id, User.id)).where(
            sa.or_(User.id.in_(people), User.id.in_(deciders), User.id == complaint.user_id)
        )
    )
    return set(found)


def handlers(ctx: Context, *, campaign_id: int) -> dict[int, str]:
    """Return who can be given complaints: the names of those who sit on a committee that answers, by their keys."""
    return {
        seat.user_id: f"{seat.user.name} ({committee.title})"
        for committee in committees_with_members(ctx, campaign_id=campaign_id)
        if committee.role in ANSWERING
        for seat in committee.memberships
        if seat.ended_at is None
    }
