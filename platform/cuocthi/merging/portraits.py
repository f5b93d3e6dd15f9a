"""Two people side by side: what is known of each, contacts in part."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from cuocthi.campaigns.models import Campaign
from cuocthi.committees.models import Committee, Membership
from cuocthi.enrolments.models import Enrolment
from cuocthi.users.contacts import mask, reveal
from cuocthi.users.models import Contact, User
from cuocthi.users.profiles import known_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: How many digits of a citizen ID number are shown.
_SHOWN_END = 3


@dataclass(frozen=True, slots=True)
class ShownContact:
    """A contact in part; ``both`` where the other person gave the same one."""

    masked: str
    verified: bool
    both: bool


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is shown of a person who may have another account: of the citizen ID number its end, of the birth the year.

    ``born`` is 0, and ``number_end`` empty, where nothing is known. The staff of a campaign sees ``entries`` of that
    campaign; of all others how many they are (``elsewhere``), and of seats only whether there are any (``seated``).
    """

    user: User
    born: int
    number_end: str
    contacts: Sequence[ShownContact]
    entries: Sequence[tuple[Campaign, Enrolment]]
    elsewhere: int
    seats: Sequence[tuple[Campaign, Membership]]
    seated: bool


def portraits(ctx: Context, *, user_ids: tuple[int, int], campaign_id: int | None, vault: Vault) -> list[Portrait]:
    """Return what is known of two people, in their order; of those who are there.

    ``campaign_id`` is the campaign whose staff looks, None for an administrator, who sees everything.
    """
    people = {user.id: user for user in ctx.session.scalars(sa.select(User).where(User.id.in_(user_ids)))}
    contacts = ctx.session.scalars(sa.select(Contact).where(Contact.user_id.in_(user_ids)).order_by(Contact.id)).all()
    entries = ctx.session.execute(
        sa.select(Campaign, Enrolment)
        .join(Enrolment, Enrolment.campaign_id == Campaign.id)
        .where(Enrolment.user_id.in_(user_ids))
        .order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())
    ).all()
    seats = ctx.session.execute(
        sa.select(Campaign, Membership)
        .join(Committee, Committee.campaign_id == Campaign.id)
        .join(Membership, Membership.committee_id == Committee.id)
        .where(Membership.user_id.in_(user_ids))
        .order_by(Membership.id)
        .options(contains_eager(Membership.committee))
    ).all()
    given = [contact.blind_index for contact in contacts]
    return [
        Portrait(
            people[user_id],
            *_known(ctx, user_id, vault),
            [
                ShownContact(
                    mask(one.kind, reveal(one, vault)), one.verified_at is not None, given.count(one.blind_index) > 1
                )
                for one in contacts
                if one.user_id == user_id
            ],
            [(campaign, one) for campaign, one in entries if one.user_id == user_id and _shown(campaign, campaign_id)],
            sum(one.user_id == user_id and not _shown(campaign, campaign_id) for campaign, one in entries),
            [(campaign, seat) for campaign, seat in seats if seat.user_id == user_id and campaign_id is None],
            any(seat.user_id == user_id for _, seat in seats),
        )
        for user_id in user_ids
        if user_id in people
    ]


def _shown(campaign: Campaign, campaign_id: int | None) -> bool:
    return campaign_id in {None, campaign.id}


def _known(ctx: Context, user_id: int, vault: Vault) -> tuple[int, str]:
    known = known_of(ctx, user_id=user_id, vault=vault)
    return (known.birth_date.year if known.birth_date else 0), known.citizen_id[-_SHOWN_END:]
