"""The estimate as a stranger's plugin: with what the platform ships for tests, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cuocthi_guess import domain, plugin
from cuocthi_guess.models import LARGEST, Estimate

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import FixedClock
from cuocthi.context import Context
from cuocthi.contributions import Browser, Role
from cuocthi.errors import Closed
from cuocthi.plugins.checks import check
from cuocthi.rules.domain import compose
from cuocthi.standings.domain import build_ranking
from cuocthi.standings.queries import standing_rows
from cuocthi.testing.factories import Factories
from cuocthi.timelines.models import Phase
from cuocthi.users.models import User

SignIn = Callable[[User], Browser]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thi", plugins=("guess",))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "guess")


def numbers(ctx: Context) -> list[int]:
    ctx.session.rollback()
    return list(ctx.session.scalars(sa.select(Estimate.number).order_by(Estimate.number)))


def test_the_plugin_keeps_the_contract() -> None:
    assert check(plugin) == []


def test_the_last_estimate_counts(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> None:
    person = make.enrolment(campaign)
    for number in (12, 7):
        domain.enter(ctx, campaign=campaign, round_=round_, enrolment=person, number=number)
    ctx.session.commit()
    assert numbers(ctx) == [7]


@pytest.mark.parametrize("number", [0, -4, LARGEST + 1])
def test_the_database_holds_no_impossible_estimate(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, number: int
) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        domain.enter(ctx, campaign=campaign, round_=round_, enrolment=make.enrolment(campaign), number=number)


def test_nothing_is_taken_once_the_round_has_closed(ctx: Context, make: Factories, campaign: Campaign) -> None:
    over = make.round(campaign, "guess", closes_at=ctx.now)
    with pytest.raises(Closed):
        domain.enter(ctx, campaign=campaign, round_=over, enrolment=make.enrolment(campaign), number=3)


def test_the_nearest_estimate_wins(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> None:
    people = {number: make.enrolment(campaign) for number in (3, 5, 900_000)}
    for number, person in people.items():
        domain.enter(ctx, campaign=campaign, round_=round_, enrolment=person, number=number)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    rows, total = standing_rows(ctx, ranking=ranking)
    assert total == 3
    assert [(row.enrolment.id, row.standing.rank, row.standing.score) for row in rows] == [
        (people[3].id, 1, 1_000_000),
        (people[5].id, 2, 999_998),
        (people[900_000].id, 3, 100_003),
    ]


def test_the_page_takes_an_estimate_and_shows_it(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn
) -> None:
    person = make.enrolment(campaign)
    browser = sign_in(person.user)
    page = f"/c/thi/guess/round/{round_.id}/"
    assert browser.get(page)[0] == 200
    status, text = browser.post(page, {"number": "41"})
    assert (status, "41" in text) == (200, True)
    for impossible in ("0", "many", str(LARGEST + 1)):
        status, text = browser.post(page, {"number": impossible})
        assert (status, 'aria-invalid="true"' in text) == (422, True)
    assert numbers(ctx) == [41]


def test_an_estimate_that_comes_too_late_is_refused_and_the_earlier_one_kept(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: SignIn, clock: FixedClock
) -> None:
    round_ = make.round(campaign, "guess", closes_at=ctx.now + timedelta(minutes=5))
    browser = sign_in(make.enrolment(campaign).user)
    page = f"/c/thi/guess/round/{round_.id}/"
    browser.get(page)
    browser.post(page, {"number": "41"})
    clock.move_to(round_.closes_at)
    assert browser.post(page, {"number": "42"})[0] == 409
    assert 'name="number"' not in browser.get(page)[1]
    assert numbers(ctx) == [41]


def test_only_who_takes_part_in_a_round_of_this_format_gets_in(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn
) -> None:
    assert sign_in(make.user()).get(f"/c/thi/guess/round/{round_.id}/")[0] == 404
    assert sign_in(make.enrolment(campaign).user).get(f"/c/thi/guess/round/{round_.id + 1}/")[0] == 404


def test_my_page_leads_to_every_round_that_is_open(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn, clock: FixedClock
) -> None:
    second = make.round(campaign, "guess", number=2)
    browser = sign_in(make.enrolment(campaign).user)
    pages = [f"/c/thi/guess/round/{id_}/" for id_ in (round_.id, second.id)]
    assert all(page in browser.get("/c/thi/personal")[1] for page in pages)
    clock.move_to(ctx.now + timedelta(days=30))
    assert not any(page in browser.get("/c/thi/personal")[1] for page in pages)


def test_the_jury_sees_what_was_estimated(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn
) -> None:
    domain.enter(ctx, campaign=campaign, round_=round_, enrolment=make.enrolment(campaign), number=4711)
    ranking = build_ranking(ctx, campaign=campaign, round_=round_)
    jury = sign_in(make.member(campaign, Role.JURY))
    status, text = jury.get(f"/c/thi/staff/rankings/{round_.id}/{ranking.number}")
    assert (status, "4.711" in text) == (200, True)


def test_the_rules_say_how_the_winner_is_found(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    clauses = compose(ctx, campaign=campaign, write=str)
    assert "nearest estimate wins" in next(clause.body for clause in clauses if clause.key == "estimate")
