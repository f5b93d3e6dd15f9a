"""ID numbers that candidates gave: compared with those of other candidates, and with the one on the card.

Two accounts of one person would win twice, and a number that is not that of the card is somebody else's or a slip.
Which it is, people say: by a ruling, as on likenesses with members.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment
from cuocthi.enrolments.resemblance import Agreement
from cuocthi.users.models import User
from cuocthi.users.profiles import citizen_id_indexes
from cuocthi_prizes.candidates.models import Candidacy, Ruling
from cuocthi_prizes.candidates.parts import LIVE, part_of
from cuocthi_prizes.models import Award, AwardList

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi_prizes.models import AwardList as List

_IN_USE = sa.func.coalesce(User.merged_into_id, User.id)


@dataclass(slots=True)
class Holder:
    """A candidate with the indexes of all ID numbers that are known of the person, those ``given`` with their times."""

    enrolment_id: int
    user_id: int
    name: str
    code: str
    given: dict[str, datetime] = field(default_factory=dict)
    known: str = ""
    confirmed: bool = False

    @property
    def numbers(self) -> set[str]:
        """The indexes of what was given, and of what stands in the profile."""
        return {*self.given, *([self.known] if self.known else [])}


@dataclass(frozen=True, slots=True)
class Doubt:
    """A doubt about the ID number of a candidate: ``other`` has it too or, for the person's own, the card another one.

    ``since`` is when it was last given so; a ruling from before does not cover it.
    """

    own: Holder
    other: Holder
    since: datetime | None
    ruling: Ruling | None

    @property
    def is_of_the_card(self) -> bool:
        """Whether the number is another one than that which staff compared with the card."""
        return self.own is self.other

    @property
    def is_one_account(self) -> bool:
        """Whether two entries are of the very same account: no ruling makes two people of it."""
        return not self.is_of_the_card and self.own.user_id == self.other.user_id

    @property
    def agreeing(self) -> frozenset[Agreement]:
        """What agrees."""
        return frozenset() if self.is_of_the_card else frozenset({Agreement.CITIZEN_ID})

    @property
    def is_open(self) -> bool:
        """Whether the list must not be adopted on account of it.

        The number of the card may be another one of the same person; one number of two candidates has to be two people.
        """
        ruling = self.ruling
        if ruling is None or (self.since is not None and ruling.ruled_at < self.since):
            return True
        return ruling.same is not self.is_of_the_card


def doubts(ctx: Context, *, award_list: List, enrolments: sa.Select[Any]) -> dict[int, list[Doubt]]:
    """Return by enrolment what is doubtful about the ID numbers of these candidates of a list (four statements).

    They are compared with all whom that list awards, and the live lists of other sets and rounds.
    """
    holders = _holders(ctx, award_list, enrolments)
    of_number: dict[str, list[Holder]] = defaultdict(list)
    for holder in holders.values():
        for number in holder.numbers:
            of_number[number].append(holder)
    asked = [holders[person] for person in ctx.session.scalars(enrolments) if person in holders]
    pairs: dict[tuple[int, int], tuple[Holder, Holder, set[str]]] = {}
    for own in asked:
        for number in sorted(own.numbers):
            for other in of_number[number]:
                if other is not own:
                    pairs.setdefault((own.enrolment_id, other.enrolment_id), (own, other, set()))[2].add(number)
        differing = own.given.keys() - {own.known} if own.confirmed else set()
        if differing:
            pairs[own.enrolment_id, own.enrolment_id] = (own, own, set(differing))
    ruled = _rulings(ctx, award_list.campaign_id, pairs)
    found: dict[int, list[Doubt]] = defaultdict(list)
    for own, other, numbers in pairs.values():
        since = max((at for one in (own, other) for number, at in one.given.items() if number in numbers), default=None)
        found[own.enrolment_id].append(Doubt(own, other, since, _last(ruled, own, other)))
    return found


def numbers_given(ctx: Context, *, campaign_id: int, enrolments: sa.Select[Any]) -> dict[int, set[str]]:
    """Return by enrolment the indexes of the ID numbers that these people gave as candidates (one statement)."""
    found: dict[int, set[str]] = defaultdict(set)
    for person, index in ctx.session.execute(
        sa.select(Candidacy.enrolment_id, Candidacy.citizen_id_index).where(
            Candidacy.campaign_id == campaign_id,
            Candidacy.enrolment_id.in_(enrolments),
        )
    ):
        if index is not None:
            found[person].add(index)
    return found


def _holders(ctx: Context, award_list: List, enrolments: sa.Select[Any]) -> dict[int, Holder]:
    set_key, phase_id = part_of(award_list)
    others = sa.and_(AwardList.state.in_(LIVE), sa.or_(AwardList.set_key != set_key, AwardList.phase_id != phase_id))
    awarded = (
        sa.select(Award.enrolment_id)
        .join(AwardList, AwardList.id == Award.award_list_id)
        .where(AwardList.campaign_id == award_list.campaign_id, sa.or_(AwardList.id == award_list.id, others))
    )
    concerned = sa.or_(Enrolment.id.in_(awarded), Enrolment.id.in_(enrolments))
    owners = sa.select(_IN_USE).join(Enrolment, Enrolment.user_id == User.id).where(concerned).distinct()
    known = citizen_id_indexes(ctx, users=owners)
    found: dict[int, Holder] = {}
    for row in ctx.session.execute(
        sa.select(
            Enrolment.id,
            _IN_USE.label("user_id"),
            Enrolment.name,
            Enrolment.code,
            Candidacy.citizen_id_index,
            Candidacy.answered_at,
        )
        .join(User, User.id == Enrolment.user_id)
        .outerjoin(Candidacy, sa.and_(Candidacy.enrolment_id == Enrolment.id, Candidacy.citizen_id_index.is_not(None)))
        .where(concerned)
        .order_by(Enrolment.id, Candidacy.answered_at)
    ):
        number, confirmed = known.get(row.user_id, ("", False))
        holder = found.setdefault(
            row.id, Holder(row.id, row.user_id, row.name, row.code, known=number, confirmed=confirmed)
        )
        if row.citizen_id_index is not None:
            holder.given[row.citizen_id_index] = row.answered_at
    return found


def _rulings(ctx: Context, campaign_id: int, pairs: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], Ruling]:
    """Return by enrolment and account the last ruling on each of the people in these pairs."""
    people = sorted({person for pair in pairs for person in pair})
    if not people:
        return {}
    rulings = ctx.session.scalars(
        sa.select(Ruling).where(Ruling.campaign_id == campaign_id, Ruling.enrolment_id.in_(people)).order_by(Ruling.id)
    )
    return {(one.enrolment_id, one.user_id): one for one in rulings}


def _last(ruled: Mapping[tuple[int, int], Ruling], own: Holder, other: Holder) -> Ruling | None:
    """Return the last ruling on two people, whichever of them it was made of."""
    both = (ruled.get((own.enrolment_id, other.user_id)), ruled.get((other.enrolment_id, own.user_id)))
    return max((one for one in both if one is not None), key=lambda one: one.id, default=None)
