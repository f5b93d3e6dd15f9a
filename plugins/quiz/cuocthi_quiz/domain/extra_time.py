"""Extra time for persons who need it: granted for a whole campaign, and in the deadline of their papers.

It is no advantage in the ranking: of the time used, no more is reported than the limit that holds for everybody (see
``domain/results.py``). So whoever needs the extra minutes stands, by time, with those who used all of theirs, and
nobody is made faster than he was: were the time scaled down by what was granted, somebody who finishes early would
overtake all others of the same speed.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.errors import DomainError, Missing
from cuocthi.security.personal_data import Undecipherable
from cuocthi.text import TN, T
from cuocthi_quiz.domain.deadlines import recalculate
from cuocthi_quiz.domain.statements import change, forget
from cuocthi_quiz.models import MAX_EXTRA_MINUTES, MAX_PERCENT, Attempt, ExtraTime

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.security.personal_data import Vault
    from cuocthi.text import Text

    _Values = dict[str, int] | None

MAX_REASON = 400
_OWNER = "quiz_extra_time:{}"


@dataclass(frozen=True, slots=True)
class More:
    """How much more: ``percent`` of the minutes of a paper, rounded up to whole ones, or so many ``minutes``."""

    percent: int = 0
    minutes: int = 0

    def __post_init__(self) -> None:
        """Raise DomainError unless it is one of both, within bounds."""
        if (self.percent == 0) == (self.minutes == 0):
            raise DomainError(T("Please give either a percentage or minutes."), field="percent")
        if not 0 <= self.percent <= MAX_PERCENT:
            raise DomainError(T("The percentage is 1 to %(most)s.", most=MAX_PERCENT), field="percent")
        if not 0 <= self.minutes <= MAX_EXTRA_MINUTES:
            raise DomainError(T("The minutes are 1 to %(most)s.", most=MAX_EXTRA_MINUTES), field="minutes")

    def of(self, limit: int) -> int:
        """Return the extra minutes of a paper of ``limit`` minutes; a paper without a limit has none."""
        return self.minutes + -(-limit * self.percent // 100) if limit else 0

    @property
    def words(self) -> Text:
        """How it is written."""
        if self.percent:
            return T("%(percent)s%% more time", percent=self.percent)
        return TN("%(count)s more minute", "%(count)s more minutes", self.minutes)


def granted(ctx: Context, *, enrolment_id: int) -> More | None:
    """Return what a person was granted, None if nothing (one statement)."""
    return granted_on(ctx.session.connection(), enrolment_id=enrolment_id)


def granted_on(connection: sa.Connection, *, enrolment_id: int) -> More | None:
    """Return what a person was granted, as :func:`granted` does."""
    found = connection.execute(_granted(), {"enrolment_id": enrolment_id}).one_or_none()
    return None if found is None else More(*found)


@cache
def _granted() -> sa.Select[int, int]:
    """Made once: every start asks it."""
    return sa.select(ExtraTime.percent, ExtraTime.minutes).where(ExtraTime.enrolment_id == sa.bindparam("enrolment_id"))


def minutes_for(ctx: Context, *, enrolment_id: int, minutes: int) -> int:
    """Return the extra minutes of a person for a paper of ``minutes`` (0: no limit, and so nothing to extend)."""
    more = granted(ctx, enrolment_id=enrolment_id) if minutes else None
    return 0 if more is None else more.of(minutes)


def grant(ctx: Context, *, campaign: Campaign, enrolment: Enrolment, more: More, reason: str, vault: Vault) -> None:
    """Grant a person extra time, in place of what was granted before, also for the paper that is open.

    An open paper has it from its start; it ends with the round all the same. Raises DomainError without a reason.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= MAX_REASON:
        raise DomainError(T("Please give the reason, in at most %(most)s characters.", most=MAX_REASON), field="reason")
    # A paper that is started at this moment waits, or is waited for: see ``domain/attempts.start``.
    ctx.session.refresh(enrolment, with_for_update=True)
    held = ctx.session.get(ExtraTime, enrolment.id)
    before = None if held is None else _values(held)
    if held is None:
        held = ExtraTime(enrolment_id=enrolment.id, campaign_id=campaign.id)
        ctx.session.add(held)
    held.percent, held.minutes = more.percent, more.minutes
    held.reason = vault.encrypt(reason, belongs_to=_OWNER.format(enrolment.id))
    held.granted_by, held.granted_at = ctx.actor.user_id, ctx.now
    ctx.session.flush()
    extend_open(ctx, enrolment_id=enrolment.id, more=more)
    _record(ctx, campaign, held, (T("Granted a person extra time"), "grant"), (before, _values(held)))


def extend_open(ctx: Context, *, enrolment_id: int, more: More) -> None:
    """Let the open papers of a person have the extra time; nobody loses minutes that were told before the start."""
    extra = more.minutes + (Attempt.minutes * more.percent + 99) // 100
    theirs = (Attempt.enrolment_id == enrolment_id, Attempt.submitted_at.is_(None), Attempt.deadline > ctx.now)
    longer = sa.case((extra > Attempt.extra_minutes, extra), else_=Attempt.extra_minutes)
    change(ctx, sa.update(Attempt).where(*theirs, Attempt.minutes > 0).values(extra_minutes=longer))
    recalculate(ctx, *theirs)
    forget(ctx, Attempt)


def withdraw(ctx: Context, *, campaign: Campaign, enrolment_id: int) -> None:
    """Grant a person no extra time any more, from the next paper on. Raises Missing if there is none."""
    held = ctx.session.get(ExtraTime, enrolment_id)
    if held is None or held.campaign_id != campaign.id:
        raise Missing(T("This person has no extra time."))
    _record(ctx, campaign, held, (T("Withdrew a person's extra time"), "withdraw"), (_values(held), None))
    ctx.session.delete(held)
    ctx.session.flush()


def reason_of(held: ExtraTime, *, vault: Vault) -> str:
    """Return why extra time was granted; empty if the key it was sealed with is gone."""
    try:
        return vault.decrypt(held.reason, belongs_to=_OWNER.format(held.enrolment_id))
    except Undecipherable:
        return ""


def forget_people(ctx: Context, *, enrolment_ids: Sequence[int]) -> None:
    """Forget that these persons had extra time, and why. Their papers keep their deadlines."""
    ctx.session.execute(sa.delete(ExtraTime).where(ExtraTime.enrolment_id.in_(enrolment_ids)))


def _values(held: ExtraTime) -> dict[str, int]:
    return {"percent": held.percent, "minutes": held.minutes}


def _record(
    ctx: Context, campaign: Campaign, held: ExtraTime, act: tuple[Text, str], values: tuple[_Values, _Values]
) -> None:
    # Whose it is stands there as a number only: the log is read by more people than may know of it.
    record(
        ctx,
        action=f"quiz:extra_time:{act[1]}",
        summary=act[0],
        campaign=campaign,
        object_kind="quiz_extra_time",
        object_id=held.enrolment_id,
        before=values[0],
        after=values[1],
    )
