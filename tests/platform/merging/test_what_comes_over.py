"""Everything of one account goes to the other: entries, seats, contacts."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.models import Membership
from cuocthi.committees.queries import has_sat, roles_in
from cuocthi.context import Actor
from cuocthi.contributions import Role
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import Blocked, Conflict, Forbidden
from cuocthi.merging.domain import undo_merger
from cuocthi.merging.models import ToldApart
from cuocthi.merging.planning import Fate
from cuocthi.merging.reasons import opened
from cuocthi.messages.models import Message
from cuocthi.personal.erasing import erase_accounts
from cuocthi.standings.confirmations import confirm
from cuocthi.standings.decisions import restore_entry
from cuocthi.standings.domain import build_ranking
from cuocthi.tasks.models import Task
from cuocthi.users.domain import find_credentials, start_session
from cuocthi.users.models import Contact, User
from cuocthi.users.profiles import complete_profile, confirm_identity, correct_profile, known_of
from cuocthi.users.queries import open_sessions

from .conftest import WHY, World, moved


def test_one_account_has_everything_and_the_other_signs_in_no_more(world: World) -> None:
    ctx, kept, merged = world.ctx, world.kept, world.merged
    elsewhere = world.make.enrolment(world.make.campaign(), user=merged)
    start_session(ctx, user_id=merged.id, device="", hours=1)
    merger = world.merge(admin=True)
    reached = {contact.user_id for contact in ctx.session.scalars(sa.select(Contact))}
    assert reached == {kept.id}
    for contact in ("0912345678", "dao@example.vn"):
        assert [one.user_id for one in find_credentials(ctx, contact=contact, vault=world.vault)] == [kept.id]
    assert (merged.active, merged.merged_into_id) == (False, kept.id)
    assert list(open_sessions(ctx, user_id=merged.id)) == []
    assert {elsewhere.user_id, world.second.user_id} == {kept.id}
    assert enrolment_of(ctx, campaign_id=elsewhere.campaign_id, user_id=kept.id) is elsewhere
    event = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "core:person:merge")).one()
    assert (event.object_id, event.before, event.actor_id) == (kept.id, {"user": merged.id}, merger.merged_by)
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Message)) == 2


def test_what_helpers_write_about_people_is_sealed_and_goes_with_them(world: World) -> None:
    ctx, third = world.ctx, world.make.user("Nguyễn Thị Đào")
    world.say_apart(world.kept, third)
    complete_profile(ctx, user_id=world.merged.id, birth_date=None, citizen_id="034170001234", vault=world.vault)
    merger = world.merge()
    world.undo(merger)
    assert opened(merger, vault=world.vault) == WHY
    assert opened(merger, vault=world.vault, column="undone_reason") == "Hai chị em"
    log = str(ctx.session.execute(sa.select(AuditEvent.before, AuditEvent.after)).all())
    assert f"'merger': {merger.id}" in log
    assert not any(written in log for written in (WHY, "Hai chị em", "Hai mẹ con"))
    erase_accounts(ctx, user_ids=[world.kept.id])
    ctx.session.refresh(merger)
    assert (merger.reason, merger.undone_reason, merger.number_index) == (None, None, None)
    assert opened(merger, vault=world.vault) == ""
    assert ctx.session.scalars(sa.select(ToldApart)).all() == []


def test_plugins_follow_enrolments_that_are_another_accounts_by_now(world: World) -> None:
    kept, merged = world.kept, world.merged
    merger = world.merge()
    assert moved == [(world.second.id, kept.id)]
    moved.clear()
    world.undo(merger)
    assert moved == [(world.second.id, merged.id)]


def test_a_confirmed_contact_stays_confirmed_and_unique(world: World) -> None:
    ctx, kept, merged = world.ctx, world.kept, world.make.user("Nguyễn Thị Đào", contact="0912345678")
    world.make.enrolment(world.campaign, user=merged)
    merged.contacts[0].verified_at = ctx.now
    ctx.session.flush()
    merger = world.merge(kept, merged)
    proved = sa.select(Contact.user_id).where(Contact.verified_at.is_not(None))
    assert ctx.session.scalars(proved).all() == [kept.id]
    world.undo(merger)
    assert ctx.session.scalars(proved).all() == [merged.id]


def test_what_only_one_of_them_told_is_known_afterwards_and_given_back(world: World) -> None:
    ctx, kept, merged = world.ctx, world.kept, world.merged
    born, number = date(1970, 5, 4), "034170001234"
    complete_profile(ctx, user_id=kept.id, birth_date=born, citizen_id="", vault=world.vault)
    complete_profile(ctx, user_id=merged.id, birth_date=born, citizen_id=number, vault=world.vault)
    confirm_identity(ctx, user=merged)
    assert world.plan().gains == ["citizen_id"]
    merger = world.merge()
    known = known_of(ctx, user_id=kept.id, vault=world.vault)
    assert (known.birth_date, known.citizen_id, known.confirmed) == (born, number, True)
    world.undo(merger)
    known, again = (known_of(ctx, user_id=user.id, vault=world.vault) for user in (kept, merged))
    assert (known.birth_date, known.citizen_id, known.confirmed) == (born, "", False)
    assert (again.birth_date, again.citizen_id, again.confirmed) == (born, number, True)


def test_a_number_that_came_later_is_neither_given_back_nor_confirmed(world: World) -> None:
    ctx, vault, (old, new) = world.ctx, world.vault, ("034170001234", "034170009999")
    complete_profile(ctx, user_id=world.merged.id, birth_date=date(1970, 5, 4), citizen_id=old, vault=vault)
    confirm_identity(ctx, user=world.merged)
    merger = world.merge()
    owner = world.make.user()
    complete_profile(ctx, user_id=owner.id, birth_date=None, citizen_id=new, vault=vault)
    confirm_identity(ctx, user=owner)
    correct_profile(ctx, user_id=world.kept.id, birth_date=date(1970, 5, 4), citizen_id=new, vault=vault)
    world.undo(merger)
    kept, merged = (known_of(ctx, user_id=user.id, vault=vault) for user in (world.kept, world.merged))
    assert (kept.birth_date, kept.citizen_id, kept.confirmed) == (None, new, False)
    assert (merged.birth_date, merged.citizen_id, merged.confirmed) == (date(1970, 5, 4), "", False)


def test_whoever_says_another_birth_date_or_number_is_another_person(world: World) -> None:
    for user, born, number in (
        (world.kept, date(1970, 5, 4), "034170001234"),
        (world.merged, date(1999, 1, 2), "034199004321"),
    ):
        complete_profile(world.ctx, user_id=user.id, birth_date=born, citizen_id=number, vault=world.vault)
    with pytest.raises(Blocked) as refused:
        world.merge()
    assert [str(reason).partition(".")[0] for reason in refused.value.reasons] == [
        "The dates of birth differ",
        "The citizen ID numbers differ",
    ]


@pytest.mark.parametrize(("handed_in", "counts"), [("", "first"), ("second", "second"), ("both", "first")])
def test_the_entry_that_was_handed_in_counts_or_else_the_earlier_one(world: World, handed_in: str, counts: str) -> None:
    people = {"first": world.first, "second": world.second}
    world.hand_in(*(one for name, one in people.items() if handed_in in {name, "both"}))
    counting = people.pop(counts)
    other = people.popitem()[1]
    world.merge()
    assert world.state(counting) == (EnrolmentState.ACTIVE, "")
    assert world.state(other) == (EnrolmentState.EXCLUDED, f"cùng một người với số báo danh {counting.code}")
    assert enrolment_of(world.ctx, campaign_id=world.campaign.id, user_id=world.kept.id) is counting
    with pytest.raises(Forbidden):
        restore_entry(world.ctx, enrolment=other, reason="Nhầm")


def test_who_was_excluded_stays_excluded_and_the_plan_says_so(world: World) -> None:
    world.first.state, world.first.excluded_reason = EnrolmentState.EXCLUDED, "Nhờ người làm hộ"
    world.ctx.session.flush()
    plan = world.plan()
    assert [(one.enrolment.id, one.fate) for one in plan.entries] == [
        (world.first.id, Fate.LEFT),
        (world.second.id, Fate.COUNTS),
    ]
    world.merge()
    assert world.state(world.first)[1] == "Nhờ người làm hộ"


def test_nothing_of_an_adopted_ranking_changes(world: World) -> None:
    world.hand_in(world.first, world.second, world.make.enrolment(world.campaign))
    ranking = world.adopt()
    before, digest = world.order(ranking), ranking.digest
    world.merge()
    world.ctx.session.refresh(ranking)
    assert (world.order(ranking), ranking.digest, ranking.state) == (before, digest, "adopted")
    later = build_ranking(world.ctx, campaign=world.campaign, round_=world.round_)
    assert {enrolment for enrolment, _rank in world.order(later)} == {one for one, _ in before} - {world.second.id}


def test_an_archived_contest_stays_as_it_is(world: World) -> None:
    earlier = world.make.campaign(state=CampaignState.ARCHIVED)
    entries = [world.make.enrolment(earlier, user=one.user) for one in (world.first, world.second)]
    world.merge(admin=True)
    assert [world.state(entry) for entry in entries] == [(EnrolmentState.ACTIVE, "")] * 2
    assert enrolment_of(world.ctx, campaign_id=earlier.id, user_id=world.kept.id) is entries[0]


def test_a_seat_of_either_account_bars_the_one_that_stays(world: World) -> None:
    former = world.make.member(world.campaign, Role.JURY, user=world.merged)
    seat = world.ctx.session.scalars(sa.select(Membership).where(Membership.user_id == former.id)).one()
    seat.ended_at = world.ctx.now
    world.ctx.session.flush()
    merger = world.merge()
    assert has_sat(world.ctx, campaign_id=world.campaign.id, user_id=world.kept.id)
    assert world.state(world.first) == (
        EnrolmentState.EXCLUDED,
        f"{seat.committee.title}: thành viên không được dự thi",
    )
    with pytest.raises(Forbidden):
        restore_entry(world.ctx, enrolment=world.first, reason="Nhầm")
    world.undo(merger)
    assert world.state(world.first) == (EnrolmentState.ACTIVE, "")
    assert not has_sat(world.ctx, campaign_id=world.campaign.id, user_id=world.kept.id)
    assert has_sat(world.ctx, campaign_id=world.campaign.id, user_id=world.merged.id)


def test_whoever_sits_on_a_committee_is_merged_by_an_administrator_and_nobody_else(world: World) -> None:
    world.make.member(world.make.campaign(), Role.JURY, user=world.merged)
    with pytest.raises(Blocked, match="cannot be merged"):
        world.merge()
    world.merge(admin=True)
    assert world.merged.merged_into_id == world.kept.id


def test_a_seat_that_both_hold_is_held_once(world: World) -> None:
    ctx, (kept, merged) = world.ctx, (world.make.user(), world.make.user())
    world.make.member(world.campaign, user=kept)
    committee_id = ctx.session.scalars(sa.select(Membership.committee_id).where(Membership.user_id == kept.id)).one()
    ctx.session.add(Membership(committee_id=committee_id, user_id=merged.id, appointed_at=ctx.now))
    task = Task(
        campaign_id=world.campaign.id,
        phase_id=world.round_.id,
        title="Họp",
        committee_id=committee_id,
        user_id=merged.id,
        due_edge="opened",
        created_at=ctx.now,
    )
    ctx.session.add(task)
    ctx.session.flush()
    merger = world.merge(kept, merged, admin=True)
    assert roles_in(ctx, campaign_id=world.campaign.id, user_id=kept.id) == {Role.ORGANISING}
    assert roles_in(ctx, campaign_id=world.campaign.id, user_id=merged.id) == frozenset()
    ctx.session.refresh(task)
    assert task.user_id == kept.id
    admin = dataclasses.replace(ctx, actor=Actor(merger.merged_by))
    undo_merger(admin, campaign=None, merger=merger, reason="Nhầm", vault=world.vault)
    assert roles_in(ctx, campaign_id=world.campaign.id, user_id=merged.id) == {Role.ORGANISING}


def test_two_accounts_of_one_person_do_not_confirm_twice(world: World) -> None:
    kept, merged = world.make.user(), world.make.user()

    def says(user: User) -> int:
        by = dataclasses.replace(world.ctx, actor=Actor(user.id))
        return confirm(by, campaign=world.campaign, subject="core:test", subject_id=1, digest="0" * 64)

    assert says(merged) == 1
    world.merge(kept, merged, admin=True)
    with pytest.raises(Conflict):
        says(kept)
