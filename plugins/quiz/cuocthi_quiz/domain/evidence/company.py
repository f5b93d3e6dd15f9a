"""Who took part from the same network address, and who registered at the same time.

Both are everyday life in an office: one line for all, one meeting at which everybody registers. So what many of one
unit share weighs little, and what follows upon one another on one kind of browser weighs more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.clock import to_micros
from cuocthi.enrolments.models import Enrolment
from cuocthi_quiz.domain.evidence.networks import in_network_of, network_of
from cuocthi_quiz.domain.evidence.weight import Weight
from cuocthi_quiz.domain.evidence.wrong_answers import wrong_answers, wrong_on_both
from cuocthi_quiz.models import Attempt
from cuocthi_quiz.queries.devices import devices_of
from cuocthi_quiz.queries.papers import COUNTS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context

#: A paper that begins so soon after another was handed in may have been worked on by the same hands.
HANDED_ON = timedelta(minutes=2)
#: Behind an address with more persons than these stands a network: an office, or a provider of mobile telephony.
_NETWORK = 30
#: Of those who share an address, so many part in this unit are colleagues.
_COLLEAGUES = 0.8
_SHOWN = 10

#: How long before and after somebody's registration others belong to the same burst, and when it is one.
BURST = timedelta(minutes=5)
_BURST_PERSONS, _BURST_ALIKE = 5, 3
#: Papers are alike when nine of ten answers are, among those to at least six questions that both answered wrongly.
_ALIKE, FEWEST_ALIKE = 0.9, 6
#: A whole unit may be registered in one moment: so many papers, the nearest in time, are compared.
_COMPARED = 500


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Somebody whose paper was begun from the same network address.

    ``follows`` is how long after the one paper was handed in the other was begun, None where they overlap or lie
    further apart; ``device`` is the browser of the session in which it was begun, as far as it is still known.
    """

    attempt_id: int
    name: str
    code: str
    unit: str
    same_unit: bool
    started_at: datetime
    submitted_at: datetime | None
    follows: timedelta | None
    device: str


@dataclass(frozen=True, slots=True)
class Sharing:
    """Who shared the address: how many persons in all, how many of them of the same unit, and the nearest in time.

    Of IPv6, ``address`` is a network.
    """

    address: str
    device: str
    persons: int
    same_unit: int
    nearest: Sequence[Neighbour]

    @property
    def weight(self) -> Weight:
        """How much it weighs; see the head of this module."""
        following = [one for one in self.nearest if one.follows is not None]
        if any(one.device and one.device == self.device for one in following) and self.persons <= _NETWORK:
            return Weight.MUCH
        if following and self.persons <= _NETWORK:
            return Weight.SOME
        if not self.persons:
            return Weight.NONE
        office = self.persons > _NETWORK or self.same_unit >= _COLLEAGUES * self.persons
        return Weight.LITTLE if office else Weight.SOME


def sharing(ctx: Context, *, attempt: Attempt, unit_id: int) -> Sharing:
    """Return who began a paper of the round from the same address (three statements)."""
    if not attempt.address:
        return Sharing("", "", 0, 0, [])
    others = (
        Attempt.phase_id == attempt.phase_id,
        in_network_of(Attempt.address, attempt.address),
        Attempt.enrolment_id != attempt.enrolment_id,
    )
    person = sa.distinct(Attempt.enrolment_id)
    persons, same_unit = ctx.session.execute(
        sa.select(sa.func.count(person), sa.func.count(person).filter(Enrolment.unit_id == unit_id))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*others)
    ).one()
    distance = sa.func.abs(sa.type_coerce(Attempt.started_at, sa.BigInteger) - to_micros(attempt.started_at))
    rows = ctx.session.execute(
        sa.select(Attempt, Enrolment)
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(*others)
        .order_by(distance, Attempt.id)
        .limit(_SHOWN)
    ).all()
    devices = devices_of(ctx, user_ids=[attempt.user_id, *(other.user_id for other, _ in rows)])
    nearest = [
        Neighbour(
            other.id,
            enrolment.name,
            enrolment.code,
            enrolment.unit_name,
            enrolment.unit_id == unit_id,
            other.started_at,
            other.submitted_at,
            follows(attempt, other),
            devices.at(other.user_id, other.started_at),
        )
        for other, enrolment in rows
    ]
    own = devices.at(attempt.user_id, attempt.started_at)
    return Sharing(network_of(attempt.address), own, persons, same_unit, nearest)


def follows(one: Attempt, other: Attempt) -> timedelta | None:
    """Return how soon the later of two papers was begun after the earlier had been handed in; None if not soon."""
    first, second = sorted((one, other), key=lambda attempt: attempt.started_at)
    if first.submitted_at is None:
        return None
    passed = second.started_at - first.submitted_at
    return passed if timedelta() <= passed <= HANDED_ON else None


@dataclass(frozen=True, slots=True)
class Fellow:
    """Somebody who registered at about the same time, from the same unit or the same address.

    ``apart`` is how long after (or, negative, before); ``both_wrong`` questions were answered wrongly on both papers,
    ``equal`` of them alike. Equal right answers say nothing: whoever knows gives them.
    """

    name: str
    code: str
    unit: str
    apart: timedelta
    same_address: bool
    both_wrong: int
    equal: int

    @property
    def alike(self) -> bool:
        """Whether nearly all wrong answers to enough questions are the same."""
        return self.both_wrong >= FEWEST_ALIKE and self.equal >= _ALIKE * self.both_wrong


@dataclass(frozen=True, slots=True)
class Burst:
    """Who registered within five minutes: how many others, those whose papers are most alike, and how many are."""

    persons: int
    fellows: Sequence[Fellow]
    alike: int

    @property
    def weight(self) -> Weight:
        """How much it weighs: some if several of many play alike, little if many only came together."""
        if self.persons >= _BURST_PERSONS:
            return Weight.SOME if self.alike >= _BURST_ALIKE else Weight.LITTLE
        return Weight.NONE


def burst(ctx: Context, *, attempt: Attempt, enrolment: Enrolment) -> Burst:
    """Return who registered at about the same time, and how alike their papers are (four statements).

    Of each of them the paper counts that is most alike.
    """
    same_network = in_network_of(Attempt.address, attempt.address)
    together = (
        Enrolment.campaign_id == enrolment.campaign_id,
        Enrolment.id != enrolment.id,
        Enrolment.enrolled_at.between(enrolment.enrolled_at - BURST, enrolment.enrolled_at + BURST),
        sa.or_(Enrolment.unit_id == enrolment.unit_id, same_network),
    )
    in_round = sa.and_(Attempt.enrolment_id == Enrolment.id, Attempt.phase_id == attempt.phase_id)
    persons = ctx.session.scalar(
        sa.select(sa.func.count(sa.distinct(Enrolment.id))).outerjoin(Attempt, in_round).where(*together)
    )
    apart = sa.func.abs(sa.type_coerce(Enrolment.enrolled_at, sa.BigInteger) - to_micros(enrolment.enrolled_at))
    rows = ctx.session.execute(
        sa.select(Attempt.id, Enrolment, sa.case((same_network, 1), else_=0))
        .join(Enrolment, in_round)
        .where(*together, Attempt.submitted_at.is_not(None), COUNTS)
        .order_by(apart, Attempt.id)
        .limit(_COMPARED)
    ).all()
    papers = sa.select(Attempt.id).where(Attempt.id.in_([row[0] for row in rows]))
    both_wrong = wrong_on_both(ctx, own=wrong_answers(ctx, attempt=attempt), papers=papers)
    likest: dict[int, Fellow] = {}
    for paper, person, same in rows:
        answers = both_wrong.get(paper, {}).values()
        found = Fellow(
            person.name,
            person.code,
            person.unit_name,
            person.enrolled_at - enrolment.enrolled_at,
            bool(same),
            len(answers),
            sum(answers),
        )
        likest[person.id] = max(likest.get(person.id, found), found, key=_likeness)
    fellows = sorted(likest.values(), key=_likeness, reverse=True)
    return Burst(persons or 0, fellows[:_SHOWN], sum(fellow.alike for fellow in fellows))


def _likeness(fellow: Fellow) -> tuple[bool, int, int]:
    return fellow.alike, fellow.equal, -fellow.both_wrong
