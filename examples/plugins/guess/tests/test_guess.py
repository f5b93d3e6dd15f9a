"""The estimate as a stranger's plugin: with what the platform ships for tests, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from cuocthi_guess import domain, plugin, rehearsal
from cuocthi_guess.models import Estimate

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import FixedClock
from cuocthi.context import Context
from cuocthi.contributions import Browser, Participant
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Closed, DomainError
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


def participant(enrolment: Enrolment, ctx: Context) -> Participant:
    return Participant(enrolment.id, enrolment.user_id, 0.5, 0.5, ctx.now, seed="7")


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


@pytest.mark.parametrize("number", [-1, 0, 1_000_000])
def test_impossible_estimates_are_refused(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, number: int
) -> None:
    with pytest.raises(DomainError, match="between 1 and"):
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
    status, text = browser.post(page, {"number": "0"})
    assert (status, 'aria-invalid="true"' in text) == (422, True)
    assert numbers(ctx) == [41]


def test_only_who_takes_part_in_a_round_of_this_format_gets_in(
    make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn
) -> None:
    assert sign_in(make.user()).get(f"/c/thi/guess/round/{round_.id}/")[0] == 404
    assert sign_in(make.enrolment(campaign).user).get(f"/c/thi/guess/round/{round_.id + 1}/")[0] == 404


def test_my_page_says_what_to_do_while_the_round_is_open(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn, clock: FixedClock
) -> None:
    browser = sign_in(make.enrolment(campaign).user)
    page = f"/c/thi/guess/round/{round_.id}/"
    assert page in browser.get("/c/thi/personal")[1]
    clock.move_to(ctx.now + timedelta(days=30))
    assert page not in browser.get("/c/thi/personal")[1]


def test_the_rules_say_how_the_winner_is_found(ctx: Context, campaign: Campaign, round_: Phase) -> None:
    clauses = compose(ctx, campaign=campaign, write=str)
    assert "nearest estimate wins" in next(clause.body for clause in clauses if clause.key == "estimate")


def test_a_rehearsal_enters_the_same_estimate_either_way(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, sign_in: SignIn
) -> None:
    first, second = make.enrolment(campaign), make.enrolment(campaign)
    browser = sign_in(second.user)
    assert rehearsal.take(lambda _moment: ctx, participant(first, ctx), round_.id) == 1
    ctx.session.commit()
    assert rehearsal.browse(browser, participant(second, ctx), "thi", round_.id) == 1
    assert len(set(numbers(ctx))) == 1
    assert len(numbers(ctx)) == 2
