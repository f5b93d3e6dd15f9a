"""Two persons adopt: confirmations of one thing, bound to what it was when they confirmed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from cuocthi.campaigns.models import Campaign
from cuocthi.errors import Conflict, Forbidden
from cuocthi.standings.models import Confirmation
from cuocthi.text import T
from cuocthi.users.models import User

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context

#: How many different persons adopt.
NEEDED = 2


def confirm(ctx: Context, *, campaign: Campaign, subject: str, subject_id: int, digest: str) -> int:
    """Add the actor's confirmation of something; return how many different persons have confirmed it by now.

    ``subject`` is an owner's kind of thing ("core:ranking"), ``digest`` what it is at this moment. Confirmations in
    one campaign wait for one another until the transaction ends, so that of two at the same time one is the second.
    Raises Forbidden for anybody who is not a person, Conflict for a person who has confirmed already and if the thing
    has changed since the other person confirmed.
    """
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can confirm."))
    hold(ctx, campaign_id=campaign.id)
    given = ctx.session.execute(
        # Two accounts that were merged are one person.
        sa.select(sa.func.coalesce(User.merged_into_id, User.id), Confirmation.digest)
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
