"""Two accounts of one person become one: with a trace, with nothing deleted, and back where that is possible."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import date, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.models import Membership
from cuocthi.committees.queries import has_sat, roles_in
from cuocthi.context import Actor, Context
from cuocthi.contributions import ResultRow, Role
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import Blocked, Conflict, DomainError, Forbidden
from cuocthi.merging.domain import merge_people, undo_merger
from cuocthi.merging.models import Merger, ToldApart
from cuocthi.merging.obstacles import BY_ONE_AN_HOUR
from cuocthi.merging.planning import Fate, plan_merger
from cuocthi.merging.portraits import portraits
from cuocthi.merging.queries import MOST_ALIKE, Crowd, crowds, likely_pairs, with_births
from cuocthi.merging.reasons import opened
from cuocthi.merging.telling_apart import propose_again, tell_apart
from cuocthi.messages.models import Message
from cuocthi.personal.erasing import erase_accounts
from cuocthi.standings.confirmations import confirm
from cuocthi.standings.decisions import restore_entry
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking, Result, Standing
from cuocthi.standings.results import post_results
from cuocthi.tasks.models import Task
from cuocthi.testing.plugins import make_format
from cuocthi.users.domain import find_credentials, start_session
from cuocthi.users.models import Contact, SecondFactor, User
from cuocthi.users.profiles import complete_profile, confirm_identity, correct_profile, known_of
from cuocthi.users.queries import open_sessions

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.contributions import Browser
    from cuocthi.merging.planning import Plan
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

WHY = "Gọi lại cả hai số, cùng một người nghe máy"
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

moved: list[tuple[int, int]] = []


def finishers() -> list[sa.Select[tuple[int]]]:
    return [sa.select(Result.enrolment_id)]


def enrolments_moved(enrolments: list[Enrolment]) -> None:
    moved.extend((enrolment.id, enrolment.user_id) for enrolment in enrolments)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays", finishers, enrolments_moved)]


@pytest.fixture(autouse=True)
def nothing_moved() -> None:
    moved.clear()


@dataclasses.dataclass
class World:
    """A contest, somebody of its support, and Đào, who registered with her phone and again with her e-mail address."""

    ctx: Context
    make: Factories
    vault: Vault
    campaign: Campaign
    round_: Phase
    first: Enrolment
    second: Enrolment
    kept: User
    merged: User

    def plan(self, kept: User | None = None, merged: User | None = None) -> Plan:
        kept, merged = kept or self.kept, merged or self.merged
        return plan_merger(self.ctx, kept_id=kept.id, merged_id=merged.id, vault=self.vault)

    def merge(
        self, kept: User | None = None, merged: User | None = None, *, admin: bool = False, reason: str = WHY
    ) -> Merger:
        kept, merged = kept or self.kept, merged or self.merged
        seen = self.plan(kept, merged).digest
        return merge_people(
            self.admin() if admin else self.ctx,
            campaign=None if admin else self.campaign,
            kept_id=kept.id,
            merged_id=merged.id,
            expected=seen,
            reason=reason,
            vault=self.vault,
        )

    def admin(self) -> Context:
        return dataclasses.replace(self.ctx, actor=Actor(self.make.user(admin=True).id))

    def say_apart(self, first: User, second: User, *, admin: bool = False) -> None:
        tell_apart(
            self.admin() if admin else self.ctx,
            campaign=None if admin else self.campaign,
            first_id=first.id,
            second_id=second.id,
            reason="Hai mẹ con",
            vault=self.vault,
        )

    def undo(self, merger: Merger, campaign: Campaign | None = None) -> None:
        ctx = dataclasses.replace(self.ctx, now=self.ctx.now + timedelta(hours=1))
        undo_merger(ctx, campaign=campaign or self.campaign, merger=merger, reason="Hai chị em", vault=self.vault)

    def hand_in(self, *entrants: Enrolment) -> None:
        start = self.ctx.now - timedelta(days=1)
        rows = [
            ResultRow(one.id, "1", 1_000 * place, 9_000, 60_000, start, start + timedelta(minutes=1))
            for place, one in enumerate(entrants, 1)
        ]
        post_results(self.ctx, campaign=self.campaign, round_=self.round_, source="essays", rows=rows)

    def adopt(self) -> Ranking:
        ranking = build_ranking(self.ctx, campaign=self.campaign, round_=self.round_)
        submit_ranking(self.ctx, ranking=ranking)
        for _ in range(2):
            adopt_ranking(dataclasses.replace(self.ctx, actor=Actor(self.make.user().id)), ranking=ranking)
        return ranking

    def order(self, ranking: Ranking) -> list[tuple[int, int]]:
        found = sa.select(Standing.enrolment_id, Standing.rank).where(Standing.ranking_id == ranking.id)
        return [(one, rank) for one, rank in self.ctx.session.execute(found.order_by(Standing.rank))]

    def state(self, enrolment: Enrolment) -> tuple[EnrolmentState, str]:
        self.ctx.session.refresh(enrolment)
        return enrolment.state, enrolment.excluded_reason


@pytest.fixture
def world(ctx: Context, make: Factories, vault: Vault) -> World:
    campaign = make.campaign("thi", plugins=("essays",))
    helper = make.member(campaign, Role.SUPPORT)
    closed = ctx.now - timedelta(hours=1)
    round_ = make.round(campaign, "essays", opens_at=closed - timedelta(days=9), closes_at=closed)
    first = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào", contact="0912345678"))
    second = make.enrolment(campaign, user=make.user("Nguyễn Thị Đào", contact="dao@example.vn"))
    first.enrolled_at -= timedelta(days=2)
    ctx.session.flush()
    acting = dataclasses.replace(ctx, actor=Actor(helper.id))
    return World(acting, make, vault, campaign, round_, first, second, first.user, second.user)


# --- what comes over ---


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


# --- two entries in one contest ---


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


# --- seats ---


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


# --- what stands against it ---


def refused(world: World, kept: User | None = None, merged: User | None = None, *, admin: bool = False) -> list[str]:
    with pytest.raises(Blocked) as error:
        world.merge(kept, merged, admin=admin)
    assert world.merged.active
    return [str(reason) for reason in error.value.reasons]


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


# --- the way back ---


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


# --- finding them ---


def found(world: World, **wanted: object) -> list[tuple[set[str], bool, bool, bool]]:
    values = {"campaign_id": world.campaign.id, "limit": 50} | wanted
    pairs, total = likely_pairs(world.ctx, **values)  # type: ignore[arg-type]
    assert total == len(pairs)
    return [({one.low.name, one.high.name}, one.same_number, one.same_contact, one.same_unit) for one in pairs]


def test_likely_duplicates_are_found_by_number_contact_and_name_with_unit(world: World) -> None:
    make, ctx, unit = world.make, world.ctx, world.make.unit()
    pairs = {
        "number": ("Lê Văn Tám", "Lê Văn Tam", ["", ""]),
        "contact": ("Mẹ Phạm Thị Bốn", "Con Phạm Văn Năm", ["0987654321", "0987654321"]),
        "unit": ("Hoàng Thị Sáu", "Hoàng Thi Sau", ["", ""]),
    }
    users: dict[str, list[User]] = {}
    for reason, (one, other, contacts) in pairs.items():
        users[reason] = [make.user(name, contact=contact) for name, contact in zip((one, other), contacts, strict=True)]
        for user in users[reason]:
            make.enrolment(world.campaign, user=user, unit=unit if reason == "unit" else None)
    for user in users["number"]:
        complete_profile(ctx, user_id=user.id, birth_date=None, citizen_id="034170001234", vault=world.vault)
    everybody = found(world)
    assert [(reasons[0], reasons[1], reasons[2]) for _names, *reasons in everybody] == [
        (True, False, False),
        (False, False, True),
        (False, True, False),
    ], "what is most likely stands first"
    assert [names for names, *_ in found(world, reason="contact")] == [set(pairs["contact"][:2])]
    assert [names for names, *_ in found(world, search="hoang sau")] == [set(pairs["unit"][:2])]
    assert found(world, campaign_id=make.campaign().id) == []
    assert len(found(world, campaign_id=None)) == 3


def test_of_likely_duplicates_it_is_said_whether_the_dates_of_birth_are_the_same(
    world: World, statements: Callable[[], int]
) -> None:
    make, ctx, unit = world.make, world.ctx, world.make.unit()
    may, june = date(1962, 5, 4), date(1990, 6, 4)
    wanted = {"Lê Văn Thành": (may, may, True), "Bùi Thị Lan": (may, june, False), "Đỗ Văn Tư": (may, None, None)}
    for name, (*births, _same) in wanted.items():
        for born in births:
            user = make.user(name)
            make.enrolment(world.campaign, user=user, unit=unit)
            complete_profile(ctx, user_id=user.id, birth_date=born, citizen_id="", vault=world.vault)
    pairs, _total = likely_pairs(ctx, campaign_id=world.campaign.id, limit=50)
    statements()
    told = {pair.low.name: pair.same_birth for pair in with_births(ctx, pairs=pairs, vault=world.vault)}
    assert statements() == 1
    assert told == {name: same for name, (*_births, same) in wanted.items()}


def test_two_people_are_told_apart_for_one_contest_or_by_an_administrator_for_all(world: World) -> None:
    ctx, make, other = world.ctx, world.make, world.make.campaign("khac")
    mother, son = (make.user(name, contact="0987654321") for name in ("Phạm Thị Bốn", "Phạm Văn Năm"))
    for campaign in (world.campaign, other):
        for user in (mother, son):
            make.enrolment(campaign, user=user)

    def proposed() -> list[bool]:
        return [bool(found(world, campaign_id=one)) for one in (world.campaign.id, other.id, None)]

    with pytest.raises(DomainError):
        tell_apart(ctx, campaign=other, first_id=mother.id, second_id=son.id, reason=" ", vault=world.vault)
    world.say_apart(son, mother)
    world.say_apart(mother, son)
    assert proposed() == [False, True, True]
    assert len(found(world, apart=True)) == 1
    assert "It was said" in refused(world, mother, son)[-1]
    propose_again(ctx, campaign=world.campaign, first_id=son.id, second_id=mother.id)
    assert proposed() == [True, True, True]
    world.say_apart(mother, son, admin=True)
    assert proposed() == [False, False, False]
    with pytest.raises(Conflict):
        propose_again(ctx, campaign=world.campaign, first_id=mother.id, second_id=son.id)
    propose_again(world.admin(), campaign=None, first_id=mother.id, second_id=son.id)
    assert proposed() == [True, True, True]


def test_what_a_crowd_has_in_common_makes_no_pairs(world: World, statements: Callable[[], int]) -> None:
    make, campaign_id, unit = world.make, world.campaign.id, world.make.unit()

    def join(number: str, *names: str) -> None:
        for name in names:
            user = make.user(name)
            make.enrolment(world.campaign, user=user, unit=unit if name == "Lê Ba" else None)
            if number:
                complete_profile(world.ctx, user_id=user.id, birth_date=None, citizen_id=number, vault=world.vault)

    people = [f"Lê Thị {letter}" for letter in "ABCDEFGHIK"]
    assert len(people) == MOST_ALIKE
    join("034170001234", *people)
    assert len(found(world)) == MOST_ALIKE * (MOST_ALIKE - 1) // 2
    assert crowds(world.ctx, campaign_id=campaign_id) == []
    join("034170001234", "Lê Thị L")
    join("", *["Lê Ba"] * (MOST_ALIKE + 2))
    assert found(world) == []
    expected = [Crowd("unit", MOST_ALIKE + 2, "Lê Ba"), Crowd("number", MOST_ALIKE + 1, "Lê Thị A")]
    statements()
    assert crowds(world.ctx, campaign_id=campaign_id) == expected
    assert statements() == 1
    assert crowds(world.ctx, campaign_id=None) == expected
    assert crowds(world.ctx, campaign_id=make.campaign().id) == []


def test_a_list_of_any_length_takes_two_statements(world: World, statements: Callable[[], int]) -> None:
    campaign_id = world.campaign.id

    def taken(pairs: int) -> int:
        for _ in range(pairs):
            unit = world.make.unit()
            for _ in range(2):
                world.make.enrolment(world.campaign, user=world.make.user("Trần Văn Ba"), unit=unit)
        world.ctx.session.expire_all()
        statements()
        likely_pairs(world.ctx, campaign_id=campaign_id, limit=50)
        return statements()

    assert taken(1) == taken(2) == 2


# --- the pages ---


@pytest.fixture
def helper(world: World, sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(world.ctx.session.get_one(User, world.ctx.actor.user_id))


def seen_on(page: str) -> str:
    digest = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert digest
    return digest[1]


@on_one_database
def test_support_finds_compares_merges_and_takes_it_back(world: World, helper: Browser) -> None:
    unit = world.make.unit("Sở Nội vụ")
    for one in (world.first, world.second):
        one.unit_id, one.unit_name = unit.id, unit.name
    world.ctx.session.commit()
    status, page = helper.get("/c/thi/staff/duplicates/")
    assert status == 200
    address = f"/c/thi/staff/duplicates/{world.first.id}/{world.second.id}"
    assert address in page
    status, page = helper.get(address)
    assert status == 200
    assert "0912…78" in page
    assert "0912345678" not in page
    assert f"số báo danh {world.first.code}" in page
    status, page = helper.post(address, {"seen": seen_on(page), "keep": str(world.first.id), "reason": WHY})
    assert status == 200
    assert WHY in page
    world.ctx.session.rollback()
    merger = world.ctx.session.scalars(sa.select(Merger)).one()
    looks = sa.select(AuditEvent.after).where(AuditEvent.action == "core:person:view")
    assert world.ctx.session.scalars(looks).all() == [{"user": merger.merged_id}]
    number = merger.id
    world.ctx.session.rollback()
    assert "Nguyễn Thị Đào" in helper.get("/c/thi/staff/duplicates/merged/")[1]
    status, page = helper.post(f"/c/thi/staff/duplicates/merged/{number}", {"reason": "Hai chị em"})
    assert status == 200
    assert "Hai chị em" in page
    world.ctx.session.rollback()
    assert world.ctx.session.get_one(Merger, number).undone_at is not None


@on_one_database
def test_the_other_account_can_be_kept_and_two_people_told_apart(world: World, helper: Browser) -> None:
    address = f"/c/thi/staff/duplicates/{world.first.id}/{world.second.id}"
    world.second.unit_id = world.first.unit_id
    world.ctx.session.commit()
    assert address in helper.get("/c/thi/staff/duplicates/")[1]
    page = helper.get(f"{address}?keep={world.second.id}")[1]
    assert f"?keep={world.first.id}" in page
    status, page = helper.post(address, {"seen": "0" * 64, "keep": str(world.second.id), "reason": WHY})
    assert status == 409
    assert WHY in page, "what was written is kept"
    assert helper.post(f"{address}/apart", {})[0] == 422
    assert helper.post(f"{address}/apart", {"why": "Hai mẹ con"})[0] == 200
    assert address not in helper.get("/c/thi/staff/duplicates/")[1]
    assert address in helper.get("/c/thi/staff/duplicates/apart/")[1]
    page = helper.get(address)[1]
    assert "Hai mẹ con" in page
    assert f"{address}/again" in page
    world.ctx.session.rollback()
    assert f"{address}/again" not in helper.post(f"{address}/again", {})[1]
    assert helper.get(f"/c/thi/staff/duplicates/{world.first.id}/{world.first.id}")[0] == 404


@on_one_database
def test_the_pages_of_one_contest_tell_nothing_of_others(
    world: World, helper: Browser, sign_in: Callable[..., Browser]
) -> None:
    other = world.make.campaign("khac")
    entry = world.make.enrolment(other, user=world.kept)
    seat = world.make.member(other, Role.JURY, user=world.merged)
    other.name = "Hội thi khác hẳn"
    for letter in "ABCDEFGHIKL":
        user = world.make.user(f"Lê Thị {letter}")
        world.make.enrolment(world.campaign, user=user)
        complete_profile(world.ctx, user_id=user.id, birth_date=None, citizen_id="034170001234", vault=world.vault)
    admin, code, (kept, merged) = sign_in(world.make.user(admin=True)), entry.code, (world.kept.id, seat.id)
    world.ctx.session.commit()
    assert "11 tài khoản có cùng số căn cước" in helper.get("/c/thi/staff/duplicates/")[1]
    page = helper.get(f"/c/thi/staff/duplicates/{world.first.id}/{world.second.id}")[1]
    assert "1 lượt dự thi ở cuộc thi khác" in page
    assert "đang hoặc từng là thành viên" in page
    assert not any(secret in page for secret in ("Hội thi khác hẳn", code))
    page = admin.get(f"/staff/people/{kept}/{merged}")[1]
    assert all(shown in page for shown in ("Hội thi khác hẳn", code))


@on_one_database
def test_administrators_merge_any_two_and_nobody_else_comes_in(world: World, sign_in: Callable[..., Browser]) -> None:
    stranger = world.make.user("Nguyễn Thị Đào", contact="0912345678")
    admin, entrant = sign_in(world.make.user(admin=True)), sign_in(world.kept)
    address = f"/staff/people/{world.kept.id}/{stranger.id}"
    assert entrant.get("/staff/people/")[0] == 403
    assert entrant.get(address)[0] == 403
    assert address in admin.get("/staff/people/")[1]
    page = admin.get(address)[1]
    status, page = admin.post(address, {"seen": seen_on(page), "keep": str(world.kept.id), "reason": WHY})
    assert status == 200
    assert WHY in page
    assert "Nguyễn Thị Đào" in admin.get("/staff/people/merged/")[1]
