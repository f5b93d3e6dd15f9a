"""Who comes to which campaign: asked by every page of a campaign, and so with one statement."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.committees.models import Committee, Membership
from cuocthi.users.queries import SignedIn, sessions, token_hash

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from cuocthi.contributions import Role


@dataclass(frozen=True, slots=True)
class Arrival:
    """A campaign, who has signed in to look at it (None for nobody), and the roles held in its committees by now."""

    campaign: Campaign
    user: SignedIn | None
    roles: frozenset[Role]


def arrival(session: Session, *, slug: str, token: str, now: datetime) -> Arrival | None:
    """Return who comes with the token of a session to a campaign, None where there is none (one statement)."""
    rows: list[Any] = list(
        session.execute(_arrival(), {"slug": slug, "token_hash": token_hash(token), "now": now}).all()
    )
    if not rows:
        return None
    campaign, _, *user = rows[0]
    known = SignedIn(*user) if user[0] is not None else None
    return Arrival(campaign, known, frozenset(row[1] for row in rows if row[1] is not None))


@cache
def _arrival() -> sa.Select[Any]:
    reader = sessions().subquery("reader")
    seat = sa.and_(
        Committee.campaign_id == Campaign.id,
        sa.exists().where(
            Membership.committee_id == Committee.id, Membership.user_id == reader.c.id, Membership.ended_at.is_(None)
        ),
    )
    return (
        sa.select(Campaign, Committee.role, *reader.c)
        .select_from(Campaign)
        .outerjoin(reader, sa.true())
        .outerjoin(Committee, seat)
        .where(Campaign.slug == sa.bindparam("slug"))
    )
