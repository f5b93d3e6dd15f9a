"""A merger is undone as if it had never been, until something is built on it."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from cuocthi.committees.models import Membership
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Blocked, Forbidden
from cuocthi.users.models import Contact, User

from .conftest import World


def test_a_merger_is_undone_as_if_it_had_never_been(world: World) -> None:
    def picture() -> list[object]:
        world.ctx.session.expire_all()
        tables = [
            sa.select(Contact.id, Contact.user_id).order_by(Contact.id),
            sa.select(Enrolment.id, Enrolment.user_id, Enrolment.state).order_by(Enrolment.id),
            sa.select(Enrolment.duplicate_of_id).order_by(Enrolment.id),
            sa.select(Membership.id, Membership.user_id, Membership.ended_at).order_by(Membership.id),
            sa.select(User.id, User.active, User.merged_into_id).order_by(User.id),
        ]
        return [list(world.ctx.session.execute(one)) for one in tables]

    third = world.make.user("Nguyễn Thị Đào")
    world.make.enrolment(world.campaign, user=third)
    world.merge(world.merged, third)
    world.hand_in(world.first)
    before = picture()
    merger = world.merge()
    assert picture() != before
    assert third.merged_into_id == world.kept.id
    world.undo(merger)
    assert picture() == before
    assert merger.undone_by == world.ctx.actor.user_id
    with pytest.raises(Blocked):
        world.undo(merger)


def test_there_is_no_way_back_once_something_is_built_on_it(world: World) -> None:
    world.hand_in(world.first, world.second)
    merger = world.merge()
    world.adopt()
    with pytest.raises(Blocked) as refusal:
        world.undo(merger)
    assert "has been adopted since" in str(refusal.value.reasons[0])


def test_of_three_accounts_the_last_merger_is_undone_first(world: World) -> None:
    third = world.make.enrolment(world.campaign)
    merger = world.merge()
    world.merge(third.user, world.kept, admin=True)
    with pytest.raises(Blocked, match="cannot be undone"):
        world.undo(merger)


def test_the_staff_of_another_contest_undoes_nothing(world: World) -> None:
    with pytest.raises(Forbidden):
        world.undo(world.merge(), campaign=world.make.campaign())
