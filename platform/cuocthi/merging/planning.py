"""What merging two accounts would do: read before it is done, compared when it is done, so that nobody is surprised.

Everything of the one account comes over to the other. Where both took part in the same contest only one entry can
count; the other stays on record, excluded. Seats come over as well, ended ones too: whom one of them bars may not take
part under either account.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.committees.models import Committee, Membership
from cuocthi.digest import digest
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import Conflict, Missing
from cuocthi.merging.profiles import differing, gained
from cuocthi.standings.models import Ranking, RankingState, Standing
from cuocthi.text import T
from cuocthi.users.models import Contact, SecondFactor, User
from cuocthi.users.profiles import known_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault


class Fate(StrEnum):
    """What becomes of an enrolment."""

    COUNTS = "counts"
    #: The same person's other entry counts.
    EXCLUDED = "excluded"
    #: A seat bars the person.
    BARRED = "barred"
    #: It is excluded already, or its campaign is archived.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class EntryPlan:
    """An enrolment of either account; ``instead`` is the one of the same campaign that stands for the person."""

    campaign: Campaign
    enrolment: Enrolment
    moves: bool
    fate: Fate
    instead: Enrolment | None
    barred_by: str

    @property
    def excludes(self) -> bool:
        """Whether the entry stops to count."""
        return self.fate in {Fate.EXCLUDED, Fate.BARRED}


@dataclass(frozen=True, slots=True)
class SeatPlan:
    """A seat of the account that is given up; ``doubled`` where the other account holds the same one now."""

    campaign: Campaign
    seat: Membership
    doubled: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What merging ``merged`` into ``kept`` would do. ``digest`` changes with anything of it.

    ``gains`` names what is learnt of the person, ``differing`` what the two accounts say otherwise; ``same_number``
    tells whether both gave the same citizen ID number, ``seated`` whether either sits on a committee now.
    """

    kept: User
    merged: User
    entries: Sequence[EntryPlan]
    seats: Sequence[SeatPlan]
    contacts: Sequence[Contact]
    shared_contacts: Sequence[tuple[Contact, Contact]]
    second_factors: frozenset[int]
    gains: Sequence[str]
    differing: Sequence[str]
    same_number: bool
    seated: bool

    @property
    def digest(self) -> str:
        """What is compared between showing the plan and carrying it out."""
        return digest(
            [
                self.kept.id,
                self.merged.id,
                [[one.enrolment.id, one.moves, str(one.fate)] for one in self.entries],
                [[one.seat.id, one.doubled] for one in self.seats],
                [contact.id for contact in self.contacts],
                [[old.id, new.id] for old, new in self.shared_contacts],
                sorted(self.second_factors),
                list(self.gains),
                list(self.differing),
                self.seated,
            ]
        )


def plan_merger(ctx: Context, *, kept_id: int, merged_id: int, vault: Vault) -> Plan:
    """Return what merging would do; the number of statements does not hang on how much that is.

    Raises Missing where one of the accounts is not there, Conflict where they are the same one or merged already.
    """
    people = {user.id: user for user in ctx.session.scalars(sa.select(User).where(User.id.in_([kept_id, merged_id])))}
    if kept_id not in people or merged_id not in people:
        raise Missing(T("There is no such account."))
    kept, merged = people[kept_id], people[merged_id]
    for user in (kept, merged):
        if user.merged_into_id is not None:
            raise Conflict(T("An account of %(name)s was merged already.", name=user.name))
    if kept is merged:
        raise Conflict(T("These are not two accounts."))
    seats = _seats(ctx, people)
    coming, shared = _contacts(ctx, kept, merged)
    known, lost = (known_of(ctx, user_id=user.id, vault=vault) for user in (kept, merged))
    return Plan(
        kept,
        merged,
        _entries(ctx, kept, people, seats),
        _coming_seats(kept, seats),
        coming,
        shared,
        _second_factors(ctx, people),
        gained(known, lost),
        differing(known, lost),
        known.citizen_id == lost.citizen_id != "",
        any(seat.ended_at is None for _, seat in seats),
    )


# --- entries ---


def _entries(
    ctx: Context, kept: User, people: Mapping[int, User], seats: Sequence[tuple[Campaign, Membership]]
) -> list[EntryPlan]:
    rows = ctx.session.execute(
        sa.select(Campaign, Enrolment)
        .join(Enrolment, Enrolment.campaign_id == Campaign.id)
        .where(Enrolment.user_id.in_(people))
        .order_by(Campaign.created_at.desc(), Campaign.id.desc(), Enrolment.enrolled_at, Enrolment.id)
        .execution_options(populate_existing=True)
    )
    by_campaign: dict[Campaign, list[Enrolment]] = defaultdict(list)
    for campaign, enrolment in rows:
        by_campaign[campaign].append(enrolment)
    barring = {
        campaign: seat for campaign, seat in reversed(seats) if seat.committee.role.bars and seat.annulled_at is None
    }
    standing, finished = _adopted(ctx, by_campaign), _finished(ctx, by_campaign)
    plans: list[EntryPlan] = []
    for campaign, enrolments in by_campaign.items():
        chosen = min(
            enrolments,
            key=lambda one: (
                one.duplicate_of_id is not None,
                one.state is EnrolmentState.EXCLUDED,
                one.id not in standing,
                one.id not in finished,
                one.enrolled_at,
                one.id,
            ),
        )
        seat = barring.get(campaign)
        plans += [
            EntryPlan(
                campaign,
                one,
                one.user_id != kept.id,
                _fate(campaign, one, chosen, barred=seat is not None),
                None if one is chosen else chosen,
                seat.committee.title if seat else "",
            )
            for one in enrolments
        ]
    return plans


def _fate(campaign: Campaign, enrolment: Enrolment, chosen: Enrolment, *, barred: bool) -> Fate:
    if enrolment.state is EnrolmentState.EXCLUDED or campaign.state is CampaignState.ARCHIVED:
        return Fate.LEFT
    if enrolment is not chosen:
        return Fate.EXCLUDED
    return Fate.BARRED if barred else Fate.COUNTS


def _adopted(ctx: Context, by_campaign: Mapping[Campaign, Sequence[Enrolment]]) -> set[int]:
    """Return which of the enrolments stand in an adopted ranking."""
    return set(
        ctx.session.scalars(
            sa.select(Standing.enrolment_id)
            .join(Ranking, Ranking.id == Standing.ranking_id)
            .where(
                Ranking.state == RankingState.ADOPTED,
                Ranking.campaign_id.in_([campaign.id for campaign in by_campaign]),
                Standing.enrolment_id.in_(_in_question(by_campaign)),
            )
        )
    )


def _finished(ctx: Context, by_campaign: Mapping[Campaign, Sequence[Enrolment]]) -> set[int]:
    """Return which of the enrolments have handed in an entry, as the enabled formats say."""
    selected = [
        one
        for campaign, enrolments in by_campaign.items()
        if len(enrolments) > 1
        for one in ctx.hooks.collect(ctx, campaign, "finishers", sa.Select)
    ]
    if not selected:
        return set()
    handed_in = sa.or_(*(Enrolment.id.in_(one) for one in selected))
    return set(
        ctx.session.scalars(sa.select(Enrolment.id).where(Enrolment.id.in_(_in_question(by_campaign)), handed_in))
    )


def _in_question(by_campaign: Mapping[Campaign, Sequence[Enrolment]]) -> list[int]:
    return [one.id for enrolments in by_campaign.values() if len(enrolments) > 1 for one in enrolments]


# --- seats, contacts, second factors ---


def _seats(ctx: Context, people: Mapping[int, User]) -> list[tuple[Campaign, Membership]]:
    rows = ctx.session.execute(
        sa.select(Campaign, Membership)
        .join(Committee, Committee.campaign_id == Campaign.id)
        .join(Membership, Membership.committee_id == Committee.id)
        .where(Membership.user_id.in_(people))
        .order_by(Membership.id)
        .options(contains_eager(Membership.committee))
        .execution_options(populate_existing=True)
    )
    return [(campaign, seat) for campaign, seat in rows]


def _coming_seats(kept: User, seats: Sequence[tuple[Campaign, Membership]]) -> list[SeatPlan]:
    held = {seat.committee_id for _, seat in seats if seat.user_id == kept.id and seat.ended_at is None}
    return [
        SeatPlan(campaign, seat, seat.ended_at is None and seat.committee_id in held)
        for campaign, seat in seats
        if seat.user_id != kept.id
    ]


def _contacts(ctx: Context, kept: User, merged: User) -> tuple[list[Contact], list[tuple[Contact, Contact]]]:
    """Return the contacts that come over, and pairs of those that both accounts have: the one given up, the other."""
    found = ctx.session.scalars(
        sa.select(Contact)
        .where(Contact.user_id.in_([kept.id, merged.id]))
        .order_by(Contact.id)
        .execution_options(populate_existing=True)
    ).all()
    own = {contact.blind_index: contact for contact in found if contact.user_id == kept.id}
    others = [contact for contact in found if contact.user_id == merged.id]
    coming = [contact for contact in others if contact.blind_index not in own]
    return coming, [(contact, own[contact.blind_index]) for contact in others if contact.blind_index in own]


def _second_factors(ctx: Context, people: Mapping[int, User]) -> frozenset[int]:
    confirmed = sa.select(SecondFactor.user_id).where(
        SecondFactor.user_id.in_(people), SecondFactor.confirmed_at.is_not(None)
    )
    return frozenset(ctx.session.scalars(confirmed))
