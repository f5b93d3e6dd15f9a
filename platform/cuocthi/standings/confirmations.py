"""Two persons adopt: confirmations of one thing, bound to what it was when they confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign
from cuocthi.committees.models import Committee, Membership
from cuocthi.contributions import Role
from cuocthi.errors import Conflict, Forbidden
from cuocthi.standings.models import Confirmation
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from cuocthi.context import Context

#: How many different persons adopt.
NEEDED = 2

#: The roles whose members decide on entries and confirm rankings.
DECIDING = frozenset({Role.ORGANISING, Role.JURY})

#: Two accounts that were merged are one person, whose seats are those of the account that stayed.
_PERSON = sa.func.coalesce(User.merged_into_id, User.id)


def confirm(
    ctx: Context,
    *,
    campaign: Campaign,
    subject: str,
    subject_id: int,
    digest: str,
    roles: Collection[Role] = tuple(Role),
) -> int:
    """Add the actor's confirmation of something; return how many different persons have confirmed it by now.

    ``subject`` is an owner's kind of thing ("core:ranking"), ``digest`` what it is at this moment. Confirmations in
    one campaign wait for one another until the transaction ends, so that of two at the same time one is the second.
    What somebody confirmed who was discharged since from the committees of these ``roles`` does not count any more; it
    is taken back, which is put on record.

    Raises Forbidden for anybody who is not a person, Conflict for a person who has confirmed already and if the thing
    has changed since the other person confirmed.
    """
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can confirm."))
    hold(ctx, campaign_id=campaign.id)
    _take_back_void(ctx, campaign, subject, subject_id, roles)
    given = ctx.session.execute(
        sa.select(_PERSON, Confirmation.digest)
        .join(User, User.id == Confirmation.user_id)
        .where(Confirmation.subject == subject, Confirmation.subject_id == subject_id)
    ).all()
    if any(user_id == ctx.actor.user_id for user_id, _ in given):
        raise _already_confirmed()
    if any(earlier != digest for _, earlier in given):
        raise Conflict(T("This has changed since it was first confirmed. Please load the page again."))
    confirmation = Confirmation(
        campaign_id=campaign.id,
        subject=subject,
        subject_id=subject_id,
        digest=digest,
        user_id=ctx.actor.user_id,
        confirmed_at=ctx.now,
    )
    try:
        with ctx.session.begin_nested():
            ctx.session.add(confirmation)
            ctx.session.flush()
    except IntegrityError as error:
        raise _already_confirmed() from error
    return len(given) + 1


def void_confirmations(
    ctx: Context, *, campaign_id: int, subject: str, subject_id: int, roles: Collection[Role] = tuple(Role)
) -> list[Confirmation]:
    """Return the confirmations whose givers lost their seats since: none of theirs in these roles lasts from then.

    Who never sat on a committee is told by nothing here; pages and commands let nobody confirm without a seat.
    """
    seats = sa.select(Membership.id).join(Committee, Committee.id == Membership.committee_id)
    own = (Committee.campaign_id == campaign_id, Membership.user_id == _PERSON)
    lasting = seats.where(
        *own,
        Committee.role.in_(roles),
        Membership.ended_at.is_(None),
        Membership.appointed_at <= Confirmation.confirmed_at,
    )
    found = ctx.session.scalars(
        sa.select(Confirmation)
        .join(User, User.id == Confirmation.user_id)
        .where(
            Confirmation.subject == subject,
            Confirmation.subject_id == subject_id,
            seats.where(*own).exists(),
            ~lasting.exists(),
        )
        .order_by(Confirmation.id)
    )
    return list(found)


def discharged(ctx: Context, *, campaign_id: int, user_id: int, roles: Collection[Role]) -> bool:
    """Tell whether somebody has sat on a campaign's committees, but on none of these roles any more (one statement)."""
    seats = sa.select(Membership.id).join(Committee, Committee.id == Membership.committee_id)
    person = sa.select(_PERSON).where(User.id == user_id)
    own = (Committee.campaign_id == campaign_id, Membership.user_id.in_(person))
    lasting = seats.where(*own, Committee.role.in_(roles), Membership.ended_at.is_(None))
    return bool(ctx.session.scalar(sa.select(sa.and_(seats.where(*own).exists(), ~lasting.exists()))))


def _take_back_void(ctx: Context, campaign: Campaign, subject: str, subject_id: int, roles: Collection[Role]) -> None:
    void = void_confirmations(ctx, campaign_id=campaign.id, subject=subject, subject_id=subject_id, roles=roles)
    for one in void:
        ctx.session.delete(one)
        record(
            ctx,
            action="core:confirmation:void",
            summary=T("Took back a confirmation: whoever gave it was discharged before the second one"),
            campaign=campaign,
            object_kind="campaign",
            object_id=campaign.id,
            before={"user_id": one.user_id, "subject": one.subject, "digest": one.digest},
        )


def hold(ctx: Context, *, campaign_id: int) -> None:
    """Let adoptions, and what may stand against them, take turns in a campaign until the transaction ends."""
    ctx.session.execute(sa.select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True))


def confirmations(ctx: Context, *, subject: str, subject_id: int) -> Sequence[tuple[Confirmation, str]]:
    """Return the confirmations of something with the persons' names, the first first (one statement)."""
    rows = ctx.session.execute(
        sa.select(Confirmation, User.name)
        .join(User, User.id == Confirmation.user_id)
        .where(Confirmation.subject == subject, Confirmation.subject_id == subject_id)
        .order_by(Confirmation.confirmed_at, Confirmation.id)
    )
    return [(row[0], row[1]) for row in rows]


def withdraw_confirmations(ctx: Context, *, subject: str, subject_id: int) -> int:
    """Take back all confirmations of something that changes before it is adopted; return how many there were."""
    withdrawn = ctx.session.execute(
        sa.delete(Confirmation).where(Confirmation.subject == subject, Confirmation.subject_id == subject_id)
    )
    return int(withdrawn.rowcount)  # type: ignore[attr-defined]  # a DELETE has it


def _already_confirmed() -> Conflict:
    return Conflict(T("You have confirmed this already; the second confirmation must come from another person."))
