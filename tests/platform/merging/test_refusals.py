"""What stands against a merger."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cuocthi.contributions import Role
from cuocthi.errors import Conflict, DomainError
from cuocthi.merging.domain import merge_people
from cuocthi.merging.obstacles import BY_ONE_AN_HOUR
from cuocthi.merging.portraits import portraits
from cuocthi.users.models import SecondFactor, User
from cuocthi.users.profiles import complete_profile

from .conftest import WHY, World, refused


def test_people_of_several_contests_are_merged_by_an_administrator(world: World) -> None:
    stranger = world.make.user()
    assert "Both must take part" in refused(world, merged=stranger)[0]
    world.merge(merged=stranger, admin=True)


@pytest.mark.parametrize("whose", ["kept", "merged"])
def test_who_takes_part_elsewhere_too_is_not_merged_by_the_support_of_one_contest(world: World, whose: str) -> None:
    other = world.make.enrolment(world.make.campaign("khac"), user=getattr(world, whose))
    reasons = refused(world)
    assert ["other contests" in text for text in reasons] == [True]
    look = {"user_ids": (world.kept.id, world.merged.id), "vault": world.vault}
    shown = portraits(world.ctx, campaign_id=world.campaign.id, **look)  # type: ignore[arg-type]
    assert [(len(one.entries), one.elsewhere) for one in shown] == [
        (1, int(one.user.id == other.user_id)) for one in shown
    ]
    everything = portraits(world.ctx, campaign_id=None, **look)  # type: ignore[arg-type]
    assert sum(len(one.entries) for one in everything) == 3
    world.merge(admin=True)


def test_of_seats_the_support_sees_whether_there_are_any(world: World) -> None:
    world.make.member(world.make.campaign(), Role.JURY, user=world.merged)
    look = {"user_ids": (world.kept.id, world.merged.id), "vault": world.vault}
    shown = portraits(world.ctx, campaign_id=world.campaign.id, **look)  # type: ignore[arg-type]
    assert [(len(one.seats), one.seated) for one in shown] == [(0, False), (0, True)]
    shown = portraits(world.ctx, campaign_id=None, **look)  # type: ignore[arg-type]
    assert [(len(one.seats), one.seated) for one in shown] == [(0, False), (1, True)]


def test_support_merges_nobody_who_has_nothing_in_common(world: World) -> None:
    stranger = world.make.enrolment(world.campaign, user=world.make.user("Lê Văn Tám", contact="0987654321")).user
    assert "Neither name nor contact" in refused(world, merged=stranger)[0]
    for user in (world.kept, stranger):
        complete_profile(world.ctx, user_id=user.id, birth_date=None, citizen_id="034170001234", vault=world.vault)
    world.merge(merged=stranger)


def test_one_helper_merges_so_many_an_hour(world: World) -> None:
    namesakes = [world.make.user("Nguyễn Thị Đào") for _ in range(BY_ONE_AN_HOUR)]
    for namesake in namesakes:
        world.make.enrolment(world.campaign, user=namesake)
    made = [world.merge(merged=namesake) for namesake in namesakes]
    assert "within an hour" in refused(world)[0]
    made[0].merged_at -= timedelta(hours=1)
    world.ctx.session.flush()
    world.merge()


def test_nobody_merges_administrators_or_oneself(world: World) -> None:
    boss = world.make.enrolment(world.campaign, user=world.make.user(admin=True))
    assert "administrator" in refused(world, merged=boss.user, admin=True)[0]
    me = world.ctx.session.get_one(User, world.ctx.actor.user_id)
    world.make.enrolment(world.campaign, user=me)
    assert "your own" in refused(world, merged=me)[0]


def test_an_account_with_a_second_factor_is_the_one_that_stays(world: World) -> None:
    factor = SecondFactor(user_id=world.merged.id, secret=b"x", created_at=world.ctx.now, confirmed_at=world.ctx.now)
    world.ctx.session.add(factor)
    world.ctx.session.flush()
    assert "second factor" in refused(world)[0]
    world.merge(world.merged, world.kept)


def test_only_what_was_shown_is_done(world: World) -> None:
    seen = world.plan().digest
    world.hand_in(world.second)
    with pytest.raises(Conflict, match="Something has changed"):
        merge_people(
            world.ctx,
            campaign=world.campaign,
            kept_id=world.kept.id,
            merged_id=world.merged.id,
            expected=seen,
            reason=WHY,
            vault=world.vault,
        )
    with pytest.raises(DomainError):
        world.merge(reason="  ")
    world.merge()
    with pytest.raises(Conflict, match="merged already"):
        world.merge()
