"""Candidates are asked how they are paid: until when, what they answer, and who answers for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from cuocthi.clock import LOCAL_ZONE
from cuocthi.errors import Closed, Conflict, DomainError, Missing
from cuocthi.messages.models import Message
from cuocthi.security.personal_data import Vault
from cuocthi.testing.factories import Factories
from cuocthi.users.models import ContactKind
from cuocthi_prizes.candidates import asking
from cuocthi_prizes.candidates.details import Details, opened
from cuocthi_prizes.candidates.models import Way
from cuocthi_prizes.candidates.telling import Post

from .adopted import final
from .conftest import Contest
from .staging import ACCOUNT, NUMBER, Staging, late, number_of


def test_candidates_are_asked_once_written_to_and_have_the_days_of_the_scheme(
    stage: Staging, contest: Contest, make: Factories, vault: Vault
) -> None:
    contest.people.append(make.enrolment(contest.campaign, user=make.user("Đào Thị Mơ", contact="mo@example.vn")))
    contest.people[0].user.contacts[0].verified_at = contest.ctx.now
    staged = stage(answer_days=7)
    post = Post(vault, [ContactKind.EMAIL], lambda number: f"https://thi.example/{number}")
    assert asking.ask(staged.ctx, **staged.here, until=None, post=post) == 16
    assert len(staged.ctx.session.scalars(sa.select(Message).where(Message.key.startswith("prizes:"))).all()) == 1
    candidacy = staged.candidacy(0)
    assert candidacy.answer_by is not None
    until = (staged.ctx.now.astimezone(LOCAL_ZONE) + timedelta(days=8)).replace(hour=0, minute=0, second=0)
    assert candidacy.answer_by.astimezone(LOCAL_ZONE) == until.replace(microsecond=0)
    with pytest.raises(Conflict):
        staged.ask()


def test_a_deadline_is_never_shorter_than_the_scheme_says(stage: Staging) -> None:
    staged = stage(answer_days=7)
    today = staged.ctx.now.astimezone(LOCAL_ZONE).date()
    with pytest.raises(DomainError):
        staged.ask(today + timedelta(days=6))
    assert staged.ask(today + timedelta(days=9)) == 16


def test_without_days_in_the_scheme_a_day_is_asked_for(stage: Staging) -> None:
    staged = stage()
    with pytest.raises(DomainError):
        staged.ask()
    assert staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date()) == 16


def test_what_a_candidate_answers_is_encrypted_and_opens_for_payments(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    staged.answer(0)
    candidacy = staged.candidacy(0)
    assert candidacy.details is not None
    assert NUMBER.encode() not in candidacy.details
    found = opened(candidacy, vault=staged.vault)
    assert found == replace(ACCOUNT, account="190345678901")
    assert found.masked == replace(found, citizen_id="034…34", account="…901")
    # A value that was moved to another row does not open.
    other = staged.candidacy(1)
    other.details, other.way, other.answered_at = candidacy.details, Way.CASH, staged.ctx.now
    with pytest.raises(Exception, match="belongs elsewhere"):
        opened(other, vault=staged.vault)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"citizen_id": "123"}, "citizen_id"),
        ({"account": "12"}, "account"),
        ({"bank": " "}, "bank"),
        ({"holder": ""}, "holder"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_field(stage: Staging, wrong: dict[str, str], field: str) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    with pytest.raises(DomainError) as refused:
        asking.answer(
            staged.own(0),
            campaign=staged.contest.campaign,
            candidacy_id=staged.candidacy(0).id,
            way=Way.ACCOUNT,
            entered=replace(ACCOUNT, **wrong),
            born=None,
            vault=staged.vault,
        )
    assert refused.value.field == field
    assert staged.candidacy(0).answered_at is None


def test_an_answer_counts_to_the_last_moment_and_not_after_it(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    over = late(staged)
    staged.answer(0, after=over - timedelta(microseconds=1))
    with pytest.raises(Closed):
        staged.answer(1, after=over)
    with pytest.raises(Missing):
        asking.answer(
            staged.own(2),
            campaign=staged.contest.campaign,
            candidacy_id=staged.candidacy(1).id,
            way=Way.CASH,
            entered=ACCOUNT,
            born=None,
            vault=staged.vault,
        )
    today = (staged.ctx.now + over).astimezone(LOCAL_ZONE).date()
    extended = replace(staged.ctx, now=staged.ctx.now + over)
    asking.extend(extended, **staged.who(1), until=today, reason="Đang nằm viện", post=None)
    staged.answer(1, after=over, way=Way.CASH)
    assert staged.candidacy(1).way is Way.CASH


def test_a_list_waits_for_all_answers_and_staff_may_enter_one_for_somebody_on_the_phone(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    for place in range(15):
        staged.answer(place)
    assert len(staged.obstacles()) == 1
    entered = Details(number_of(15))
    given: dict[str, Any] = {"way": Way.CASH, "entered": entered, "born": None, "vault": staged.vault, "post": None}
    with pytest.raises(DomainError):
        asking.enter(staged.ctx, **staged.who(15), **given, reason="")
    asking.enter(staged.ctx, **staged.who(15), **given, reason="Không có điện thoại thông minh")
    assert staged.obstacles() == []
    staged.adopt()


def test_nobody_overwrites_what_a_candidate_has_answered_and_what_staff_enter_is_told(
    stage: Staging, contest: Contest, make: Factories, vault: Vault
) -> None:
    contest.people.append(make.enrolment(contest.campaign, user=make.user("Đào Thị Mơ", contact="mo@example.vn")))
    contest.people[0].user.contacts[0].verified_at = contest.ctx.now
    staged = stage(answer_days=7)
    staged.ask()
    post = Post(vault, [ContactKind.EMAIL], lambda number: f"https://thi.example/{number}")
    given: dict[str, Any] = {"way": Way.CASH, "entered": Details(number_of(0)), "born": None, "vault": vault}
    told = sa.select(Message).where(Message.key.startswith("prizes:entered:"))
    for times in (1, 2):
        later = replace(staged.ctx, now=staged.ctx.now + timedelta(seconds=times))
        asking.enter(later, **staged.who(0), **given, reason="Gọi điện", post=post)
        assert len(staged.ctx.session.scalars(told).all()) == times

    staged.answer(0)
    before = staged.candidacy(0).details
    with pytest.raises(Conflict):
        asking.enter(staged.ctx, **staged.who(0), **given, reason="Gọi điện", post=post)
    assert (staged.candidacy(0).details, staged.candidacy(0).way) == (before, Way.ACCOUNT)
    # An account that is merged since is the person's own all the same.
    kept = make.user()
    contest.people[0].user.active, contest.people[0].user.merged_into_id = False, kept.id
    contest.people[0].user_id = kept.id
    staged.ctx.session.flush()
    with pytest.raises(Conflict):
        asking.enter(staged.ctx, **staged.who(0), **given, reason="Gọi điện", post=post)


def test_how_a_prize_is_paid_changes_no_more_once_the_list_is_final(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    staged.adopt()
    staged.answer(0, way=Way.CASH)
    final(staged.ctx, staged.contest.campaign, staged.draft)
    with pytest.raises(Closed):
        staged.answer(0)
    assert staged.candidacy(0).way is Way.CASH
    given: dict[str, Any] = {"way": Way.CASH, "entered": Details(number_of(1)), "born": None, "vault": staged.vault}
    with pytest.raises(Closed):
        asking.enter(staged.ctx, **staged.who(1), **given, reason="Gọi điện", post=None)
