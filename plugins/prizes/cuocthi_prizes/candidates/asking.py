"""Asking candidates how they are paid: by organisers, within a deadline; answered by the candidate, or declined."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Closed, Conflict, DomainError, Missing
from cuocthi.text import T
from cuocthi.users.profiles import citizen_id_index
from cuocthi.users.queries import identities
from cuocthi_prizes.candidates.checks import written
from cuocthi_prizes.candidates.conditions import answered_by_owner, is_final, is_named, named_in
from cuocthi_prizes.candidates.decisions import decide
from cuocthi_prizes.candidates.details import Details, checked, sealed
from cuocthi_prizes.candidates.models import Candidacy, DecisionKind, Way
from cuocthi_prizes.candidates.parts import live_list, named_by, of_part, part_of, subject
from cuocthi_prizes.candidates.telling import tell, tell_entered
from cuocthi_prizes.domain.award_lists import lock
from cuocthi_prizes.models import Award, AwardListState, PassedOverKind
from cuocthi_prizes.queries import load_scheme

if TYPE_CHECKING:
    from datetime import date

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault
    from cuocthi_prizes.candidates.telling import Post

#: Beyond that a deadline is a slip of the hand.
LONGEST = timedelta(days=120)


def ask(ctx: Context, *, campaign: Campaign, number: int, until: date | None, post: Post | None) -> int:
    """Ask those whom a list names and nobody has asked yet how they are paid; return how many.

    They have time to the end of the day ``until``, or for as many days as the scheme says; never less than these. Each
    is written to who has a confirmed contact, in the transaction of this change. Raises DomainError (field ``until``),
    what :func:`live_list` raises.
    """
    lock(ctx, campaign)
    award_list = live_list(ctx, campaign=campaign, number=number)
    days = load_scheme(ctx, campaign=campaign).value.answer_days
    answer_by = _deadline(ctx, until, days)
    own = of_part(Candidacy, campaign.id, part_of(award_list))
    named = named_by(award_list)
    known = sa.select(Candidacy.enrolment_id).where(own)
    missing = ctx.session.scalars(named.where(Award.enrolment_id.not_in(known)).distinct()).all()
    values = {"campaign_id": campaign.id, "set_key": award_list.set_key, "phase_id": award_list.phase_id}
    if missing:
        ctx.session.execute(sa.insert(Candidacy), [values | {"enrolment_id": one} for one in missing])
    asked = ctx.session.scalars(
        sa.update(Candidacy)
        .where(own, Candidacy.enrolment_id.in_(named), Candidacy.asked_at.is_(None), Candidacy.set_aside.is_(None))
        .values(asked_at=ctx.now, answer_by=answer_by)
        .returning(Candidacy.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not asked:
        raise Conflict(T("Everybody whom this list names has been asked already."))
    ctx.session.expire_all()
    if post is not None:
        tell(ctx, campaign=campaign, candidacy_ids=asked, answer_by=answer_by, post=post)
    record(
        ctx,
        action="prizes:candidates:ask",
        summary=T("Asked the candidates of award list %(number)s how they are paid", number=number),
        campaign=campaign,
        object_kind="award_list",
        object_id=award_list.id,
        after={"persons": len(asked), "until": answer_by},
    )
    return len(asked)


def extend(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    until: date,
    reason: str,
    post: Post | None,
) -> datetime:
    """Give one candidate time to the end of the day ``until``; return the new deadline. It never becomes shorter.

    Raises DomainError (fields ``until`` and ``reason``), Conflict where the person was not asked or is passed over,
    what :func:`subject` raises.
    """
    lock(ctx, campaign)
    about = subject(ctx, campaign=campaign, number=number, enrolment_id=enrolment_id)
    answer_by = _deadline(ctx, until, 0)
    changed = ctx.session.scalar(
        sa.update(Candidacy)
        .where(
            of_part(Candidacy, campaign.id, part_of(about.award_list)),
            Candidacy.enrolment_id == enrolment_id,
            Candidacy.answer_by < answer_by,
            Candidacy.set_aside.is_(None),
        )
        .values(answer_by=answer_by)
        .returning(Candidacy.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise Conflict(T("The person was not asked, is passed over, or has more time than that already."))
    decide(ctx, campaign=campaign, about=about, kind=DecisionKind.EXTEND, reason=reason)
    if post is not None:
        tell(ctx, campaign=campaign, candidacy_ids=[changed], answer_by=answer_by, post=post)
    return answer_by


def answer(
    ctx: Context, *, campaign: Campaign, candidacy_id: int, way: Way, entered: Details, born: date | None, vault: Vault
) -> None:
    """Take what a candidate says of being paid, in place of what was said before; the own act of who is signed in.

    Raises DomainError (fields ``citizen_id``, ``account``, ``bank``, ``holder``), Closed after the deadline, where the
    person is no candidate any more, or the list is final, Missing where the row is somebody else's.
    """
    candidacy = own_candidacy(ctx, campaign=campaign, candidacy_id=candidacy_id)
    details = checked(way, entered, born=born)
    _keep(ctx, candidacy.id, way, details, vault)
    record(
        ctx,
        action="prizes:candidacy:answer",
        summary=T("A candidate said how the prize is paid"),
        campaign=campaign,
        object_kind="enrolment",
        object_id=candidacy.enrolment_id,
        after={"way": way.value},
    )


def enter(
    ctx: Context,
    *,
    campaign: Campaign,
    number: int,
    enrolment_id: int,
    way: Way,
    entered: Details,
    born: date | None,
    reason: str,
    vault: Vault,
    post: Post | None,
) -> None:
    """Take from staff what a candidate says by phone of being paid; ``reason`` says why the person does not do it.

    The person is written to, each time. What candidates have answered themselves they alone change. Raises as
    :func:`answer`, DomainError without a reason, and Conflict where the person was not asked or has answered.
    """
    lock(ctx, campaign)
    about = subject(ctx, campaign=campaign, number=number, enrolment_id=enrolment_id)
    details = checked(way, entered, born=born)
    own = of_part(Candidacy, campaign.id, part_of(about.award_list))
    candidacy_id = ctx.session.scalar(sa.select(Candidacy.id).where(own, Candidacy.enrolment_id == enrolment_id))
    if candidacy_id is None:
        raise Conflict(T("The person has not been asked yet."))
    words = written(reason)
    if ctx.session.scalar(sa.select(Candidacy.id).where(Candidacy.id == candidacy_id, answered_by_owner())):
        raise Conflict(
            T("The person has answered already. Only the person can change that, on the own page. Nothing was stored.")
        )
    _keep(ctx, candidacy_id, way, details, vault)
    decide(ctx, campaign=campaign, about=about, kind=DecisionKind.ENTERED, reason=words)
    if post is not None:
        tell_entered(ctx, campaign=campaign, candidacy_id=candidacy_id, post=post)


def decline(ctx: Context, *, campaign: Campaign, candidacy_id: int) -> None:
    """Decline the prize as the candidate: the next list passes the person over, and the next in rank moves up.

    Raises Closed where the list is adopted already or the person is passed over, Missing where the row is somebody
    else's.
    """
    lock(ctx, campaign)
    candidacy = own_candidacy(ctx, campaign=campaign, candidacy_id=candidacy_id)
    changed = ctx.session.execute(
        sa.update(Candidacy)
        .where(
            Candidacy.id == candidacy.id,
            Candidacy.set_aside.is_(None),
            named_in(AwardListState.DRAFT),
            ~named_in(AwardListState.ADOPTED),
        )
        .values(set_aside=PassedOverKind.DECLINED, set_aside_at=ctx.now)
        .returning(Candidacy.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Closed(T("The prize can no longer be declined here. Please write to the organisers."))
    ctx.session.expire_all()
    record(
        ctx,
        action="prizes:candidacy:decline",
        summary=T("A candidate declined the prize"),
        campaign=campaign,
        object_kind="enrolment",
        object_id=candidacy.enrolment_id,
        after={"state": PassedOverKind.DECLINED.value},
    )


def own_candidacy(ctx: Context, *, campaign: Campaign, candidacy_id: int) -> Candidacy:
    """Return the row of whoever is signed in. Raises Missing."""
    found = ctx.session.scalar(
        sa.select(Candidacy)
        .join(Enrolment, Enrolment.id == Candidacy.enrolment_id)
        .where(
            Candidacy.id == candidacy_id,
            Candidacy.campaign_id == campaign.id,
            Enrolment.user_id.in_(identities(ctx.actor.user_id or 0)),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise Missing(T("There is no such page for you."))
    return found


def _keep(ctx: Context, candidacy_id: int, way: Way, details: Details, vault: Vault) -> None:
    """Write an answer by a statement that refuses one that comes too late, from who is no candidate any more, or when
    the list is final.
    """
    changed = ctx.session.execute(
        sa.update(Candidacy)
        .where(
            Candidacy.id == candidacy_id,
            Candidacy.answer_by > ctx.now,
            Candidacy.set_aside.is_(None),
            is_named(),
            ~is_final(),
        )
        .values(
            way=way,
            details=sealed(candidacy_id, details, vault=vault),
            citizen_id_index=citizen_id_index(details.citizen_id, vault),
            answered_by=ctx.actor.user_id,
            answered_at=ctx.now,
        )
        .returning(Candidacy.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        raise Closed(
            T(
                "Nothing was stored: the time to answer is over, the list of prizes is final, or the prize goes to "
                "somebody else by now. Ask the organisers."
            )
        )
    ctx.session.expire_all()


def _deadline(ctx: Context, until: date | None, days: int) -> datetime:
    """Return the end of the day ``until``, or of the day that is so many ``days`` ahead, which it may not be before."""
    today = ctx.now.astimezone(LOCAL_ZONE).date()
    least = today + timedelta(days=days)
    if until is None and not days:
        raise DomainError(T("Please enter the last day to answer."), field="until")
    chosen = until or least
    if not least <= chosen <= today + LONGEST:
        message = T("Please choose a day from %(least)s to %(most)s.", least=least, most=today + LONGEST)
        raise DomainError(message, field="until")
    return datetime.combine(chosen + timedelta(days=1), time(), LOCAL_ZONE)
