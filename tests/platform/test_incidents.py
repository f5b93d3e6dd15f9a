"""What an incident grants, as a stranger's contest format takes part in it, or says that it cannot."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.campaigns.models import Campaign
from cuocthi.context import Actor, Context
from cuocthi.contributions import Relief, ReliefKind
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.incidents.domain import confirm_incident, propose_incident
from cuocthi.incidents.incident import Incident
from cuocthi.incidents.queries import decided, granted_to, undecided
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.localtime import write_moment
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User


def relay(granted: list[tuple[Relief, list[int]]]) -> ModuleType:
    """A format in which everybody who is enrolled has an entry; it can grant more time, and keeps what it was told."""

    def relief_reaches(enrolments: sa.Select[Any]) -> list[sa.Select[Any]]:
        return [sa.select(Enrolment.id).where(Enrolment.id.in_(enrolments))]

    def grant_relief(ctx: Context, relief: Relief, enrolments: sa.Select[Any]) -> None:
        granted.append((relief, sorted(ctx.session.scalars(enrolments))))

    return make_format("relay", relief_reaches, grant_relief, relief=frozenset({ReliefKind.MORE_TIME}))


GRANTED: list[tuple[Relief, list[int]]] = []


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [relay(GRANTED), make_format("sprint")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("relay", "sprint"))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "relay")


def incident(round_: Phase, **changed: Any) -> Incident:
    made = Incident(
        kind=ReliefKind.MORE_TIME,
        until=write_moment(round_.closes_at + timedelta(hours=1), closing=True),
        symbol="15/TB-BTC",
        issued_on="2024-09-19",
        reason="Mất điện diện rộng",
        minutes=10,
    )
    return replace(made, **changed)


def test_the_format_is_asked_to_carry_it_out_for_exactly_those_on_record(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    GRANTED.clear()
    chosen = [make.enrolment(campaign) for _ in range(2)]
    make.enrolment(campaign)
    wanted = incident(round_, codes=tuple(one.code for one in chosen))
    for _ in range(2):
        person = replace(ctx, actor=Actor(make.user().id))
        propose_incident(person, campaign=campaign, round_=round_, incident=wanted)

    ((relief, told),) = GRANTED
    assert told == sorted(one.id for one in chosen)
    assert (relief.minutes, relief.until) == (10, round_.closes_at + timedelta(hours=1))
    assert "15/TB-BTC" in relief.reason
    assert [found.persons for found in decided(ctx, campaign_id=campaign.id)] == [2]
    assert granted_to(ctx, enrolment_id=chosen[0].id, round_id=round_.id) == [wanted]
    assert round_.over_at == relief.until, "nothing is adopted before"


def test_a_format_that_cannot_grant_it_is_refused_beforehand(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    other = make.round(campaign, "sprint", number=2)
    person = replace(ctx, actor=Actor(make.user().id))
    codes = (make.enrolment(campaign).code,)
    with pytest.raises(DomainError, match="cannot grant"):
        propose_incident(person, campaign=campaign, round_=other, incident=incident(other, codes=codes))
    fresh = incident(round_, codes=codes, kind=ReliefKind.FRESH_ENTRY, minutes=0)
    with pytest.raises(DomainError, match="cannot grant"):
        propose_incident(person, campaign=campaign, round_=round_, incident=fresh)


def test_before_the_round_has_opened_there_is_nothing_to_grant(
    ctx: Context, make: Factories, campaign: Campaign
) -> None:
    ahead = make.round(campaign, "relay", opens_at=ctx.now + timedelta(days=1), closes_at=ctx.now + timedelta(days=2))
    person = replace(ctx, actor=Actor(make.user().id))
    with pytest.raises(Closed):
        propose_incident(person, campaign=campaign, round_=ahead, incident=incident(ahead, codes=("X",)))


def test_the_page_of_such_a_round_says_what_cannot_be_done(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    other = make.round(campaign, "sprint", number=2)
    ctx.session.commit()
    status, page = sign_in(make.member(campaign)).get(f"/c/thai-binh/staff/timeline/{other.id}/incidents")
    assert status == 200
    assert "không gia hạn được cho từng bài" in page
    assert "<textarea" not in page


def test_of_two_who_confirm_the_same_at_once_one_grants_it(
    ctx: Context, engine: Engine, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    GRANTED.clear()
    wanted = incident(round_, codes=(make.enrolment(campaign).code,))
    proposer, *others = (make.user().id for _ in range(3))
    propose_incident(replace(ctx, actor=Actor(proposer)), campaign=campaign, round_=round_, incident=wanted)
    (proposal,) = undecided(ctx, campaign_id=campaign.id).values()
    campaign_id, round_id = campaign.id, round_.id
    ctx.session.commit()
    together = threading.Barrier(len(others))

    def confirm(user_id: int) -> str:
        with Session(engine) as session:
            own = replace(ctx, session=session, actor=Actor(user_id))
            together.wait(10)
            found, phase = session.get_one(Campaign, campaign_id), session.get_one(Phase, round_id)
            try:
                confirm_incident(own, campaign=found, round_=phase, proposal_id=proposal.id)
            except Conflict:
                return "too late"
            session.commit()
            return "granted"

    with ThreadPoolExecutor(len(others)) as pool:
        assert sorted(pool.map(confirm, others)) == ["granted", "too late"]
    assert len(GRANTED) == 1
