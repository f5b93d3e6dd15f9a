"""Candidates between the draft of a list and its adoption: checked, compared, asked, decided upon, passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DatabaseError

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Context
from cuocthi.contributions import Erasure, Person
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.errors import Blocked, Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.messages.models import Message
from cuocthi.security.personal_data import Vault
from cuocthi.standings.queries import adopted_ranking
from cuocthi.testing.factories import Factories
from cuocthi.users.contacts import normalise_contact, sealed_contact
from cuocthi.users.models import ContactKind
from cuocthi.users.profiles import complete_profile, confirm_identity
from cuocthi_prizes.candidates import asking, checks, conflicts, decisions, personal_data
from cuocthi_prizes.candidates.contributed import duties, panels
from cuocthi_prizes.candidates.decisions import Document
from cuocthi_prizes.candidates.details import Details, opened
from cuocthi_prizes.candidates.models import Candidacy, CandidateCheck, CandidateDecision, DecisionKind, Ruling, Way
from cuocthi_prizes.candidates.paying import paid_how
from cuocthi_prizes.candidates.queries import passed_over_by, states
from cuocthi_prizes.candidates.telling import Post
from cuocthi_prizes.digests import is_intact
from cuocthi_prizes.domain.award_lists import adopt, adoption_obstacles, draw_up
from cuocthi_prizes.domain.clauses import rule_clauses
from cuocthi_prizes.domain.inspection import files
from cuocthi_prizes.models import AwardList, PassedOver, PassedOverKind
from cuocthi_prizes.outputs.settings import OutputSettings
from cuocthi_prizes.outputs.workbooks import Source, payments
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import UNWRITTEN, Check

from .adopted import decision, final
from .conftest import DISTINCT, PLAN, TIERS, Contest, as_person, unguarded

DOCUMENT = Document("12/BB-BTC", date(2024, 10, 1))
DECLINED: dict[str, Any] = {
    "kind": PassedOverKind.DECLINED,
    "reason": "Báo qua điện thoại",
    "by": DOCUMENT,
    "post": None,
}
LATE: dict[str, Any] = {"kind": PassedOverKind.NO_ANSWER, "reason": "Quá hạn", "by": DOCUMENT, "post": None}
NUMBER = "034090001234"
ACCOUNT = Details(NUMBER, "1903 4567 8901", "Vietcombank, chi nhánh Thái Bình", "NGUYEN VAN A")


def number_of(place: int) -> str:
    """An ID number for each place of the ranking, that of the first being NUMBER."""
    return f"{int(NUMBER) + place:012}"


@dataclass
class Stage:
    """A contest with a draft, and everything a test does to its candidates."""

    contest: Contest
    vault: Vault
    draft: AwardList

    @property
    def ctx(self) -> Context:
        return self.contest.staff[0]

    @property
    def here(self) -> dict[str, Any]:
        return {"campaign": self.contest.campaign, "number": self.draft.number}

    def who(self, place: int) -> dict[str, Any]:
        return {**self.here, "enrolment_id": self.contest.people[place].id}

    def own(self, place: int, *, after: timedelta = timedelta()) -> Context:
        """The context of a candidate, some time later."""
        ctx = as_person(self.ctx, self.contest.people[place].user_id)
        return replace(ctx, now=ctx.now + after)

    def check(self, place: int, kind: Check = Check.IDENTITY, how: str = "Gặp trực tiếp") -> CandidateCheck:
        return checks.record_check(self.ctx, **self.who(place), kind=kind, how=how, vault=self.vault)

    def ask(self, until: date | None = None) -> int:
        return asking.ask(self.ctx, **self.here, until=until, post=None)

    def candidacy(self, place: int) -> Candidacy:
        return self.ctx.session.scalars(
            sa.select(Candidacy)
            .where(Candidacy.enrolment_id == self.contest.people[place].id)
            .execution_options(populate_existing=True)
        ).one()

    def answer(self, place: int, *, after: timedelta = timedelta(), way: Way = Way.ACCOUNT, number: str = "") -> None:
        asking.answer(
            self.own(place, after=after),
            campaign=self.contest.campaign,
            candidacy_id=self.candidacy(place).id,
            way=way,
            entered=replace(ACCOUNT, citizen_id=number or number_of(place)),
            born=None,
            vault=self.vault,
        )

    def obstacles(self) -> list[str]:
        found = adoption_obstacles(self.ctx, campaign=self.contest.campaign, award_list=self.draft, vault=self.vault)
        return [str(text) for text in found]

    def draw(self) -> AwardList:
        self.draft = draw_up(self.ctx, campaign=self.contest.campaign)
        return self.draft

    def adopt(self) -> None:
        for ctx in self.contest.staff:
            adopt(ctx, **self.here, digest=self.draft.digest, vault=self.vault)

    def names(self) -> list[int]:
        return [self.contest.people.index(one) for one in self.contest.people if one.id in self.awarded]

    @property
    def awarded(self) -> set[int]:
        return {award.enrolment_id for award in self.draft.awards}


Staging = Callable[..., Stage]


@pytest.fixture
def stage(contest: Contest, vault: Vault) -> Staging:
    """Make the draft of a contest by the plan, with these demands on candidates."""

    def staged(**demanded: Any) -> Stage:
        contest.save(replace(PLAN, **demanded))
        contest.rank(DISTINCT)
        return Stage(contest, vault, draw_up(contest.staff[0], campaign=contest.campaign))

    return staged


def late(stage: Stage) -> timedelta:
    """How long it takes until the time to answer is over."""
    answer_by = stage.candidacy(0).answer_by
    assert answer_by is not None
    return answer_by - stage.ctx.now


# --- checks ---------------------------------------------------------------------------------------------------------


def test_nothing_is_demanded_by_a_scheme_from_before_and_something_where_none_was_written(
    contest: Contest, make: Factories
) -> None:
    assert (PLAN.candidate_checks, PLAN.answer_days) == ((), 0)
    other = make.campaign("moi", plugins=("sprint", "prizes"))
    assert load_scheme(contest.ctx, campaign=other).value == UNWRITTEN
    assert UNWRITTEN.candidate_checks == (Check.CONTACT, Check.IDENTITY)
    assert UNWRITTEN.answer_days


def test_a_list_waits_until_each_candidate_is_checked(stage: Staging) -> None:
    staged = stage(candidate_checks=(Check.CONTACT, Check.IDENTITY))
    assert len(staged.obstacles()) == 2
    with pytest.raises(Blocked):
        staged.adopt()
    for place in range(16):
        staged.check(place, Check.CONTACT, "Gọi điện, đã trả lời")
        staged.check(place, Check.IDENTITY)
    assert staged.obstacles() == []
    staged.adopt()
    assert staged.draft.adopted_at is not None


def test_a_check_says_how_by_whom_and_when_and_the_log_not_how(stage: Staging) -> None:
    staged = stage()
    with pytest.raises(DomainError):
        staged.check(0, how="  ")
    made = staged.check(0, how="Đối chiếu căn cước tại cơ quan\n chị Hoa")
    assert (made.how, made.checked_by) == ("Đối chiếu căn cước tại cơ quan chị Hoa", staged.ctx.actor.user_id)
    event = staged.ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert event.action == "prizes:candidates:check"
    assert "Hoa" not in str((event.params, event.after, event.before))


def test_checks_last_over_drafts_until_something_else_is_known_of_the_person(stage: Staging) -> None:
    staged = stage(candidate_checks=(Check.IDENTITY, Check.CONTACT))
    first, second = staged.contest.people[:2]
    for place in (0, 1):
        staged.check(place, Check.IDENTITY)
        staged.check(place, Check.CONTACT)
    staged.draw()
    found = states(staged.ctx, award_list=staged.draft, vault=staged.vault)
    assert set(found[first.id].checks) == {Check.IDENTITY, Check.CONTACT}

    first.name = "Nguyễn Thị Đào"
    second.user.contacts.append(sealed_contact(normalise_contact("0912345678"), staged.vault))
    staged.ctx.session.flush()
    found = states(staged.ctx, award_list=staged.draft, vault=staged.vault)
    assert (set(found[first.id].checks), found[first.id].outdated) == ({Check.CONTACT}, {Check.IDENTITY})
    assert (set(found[second.id].checks), found[second.id].outdated) == ({Check.IDENTITY}, {Check.CONTACT})


def test_what_was_checked_decided_or_ruled_is_never_changed_or_removed(stage: Staging, make: Factories) -> None:
    staged = stage()
    staged.check(0)
    decisions.keep(staged.ctx, **staged.who(0), reason="Đã xem xét", by=DOCUMENT)
    member = make.member(staged.contest.campaign, user=make.user(staged.contest.people[0].name))
    conflicts.rule(
        staged.ctx, **staged.who(0), user_id=member.id, same=False, reason="Khác ngày sinh", vault=staged.vault
    )
    session = staged.ctx.session
    for table, column in ((CandidateCheck, "kind"), (CandidateDecision, "kind"), (Ruling, "agreeing")):
        for statement in (sa.delete(table), sa.update(table).values({column: "entry"})):
            with pytest.raises(DatabaseError), session.begin_nested():
                session.execute(statement)


def test_only_those_whom_a_list_names_are_candidates(stage: Staging) -> None:
    staged = stage()
    with pytest.raises(Missing):
        staged.check(16)
    with pytest.raises(Missing):
        checks.record_check(
            staged.ctx,
            campaign=staged.contest.campaign,
            number=99,
            enrolment_id=staged.contest.people[0].id,
            kind=Check.ENTRY,
            how="Xem",
            vault=staged.vault,
        )
    former = staged.draft.number
    staged.draw()
    with pytest.raises(Conflict):
        decisions.keep(
            staged.ctx,
            campaign=staged.contest.campaign,
            number=former,
            enrolment_id=staged.contest.people[0].id,
            reason="Giữ",
            by=DOCUMENT,
        )


# --- members --------------------------------------------------------------------------------------------------------


def test_a_likeness_holds_the_adoption_up_until_somebody_rules_on_it(stage: Staging, make: Factories) -> None:
    staged = stage()
    candidate = staged.contest.people[0]
    member = make.member(staged.contest.campaign, user=make.user(candidate.name))
    assert len(staged.obstacles()) == 1
    with pytest.raises(Blocked):
        staged.adopt()

    given = {**staged.who(0), "user_id": member.id, "vault": staged.vault}
    with pytest.raises(Forbidden):
        conflicts.rule(as_person(staged.ctx, member.id), **given, same=False, reason="Không phải tôi")
    conflicts.rule(staged.ctx, **given, same=True, reason="Cùng người")
    assert len(staged.obstacles()) == 1
    conflicts.rule(staged.ctx, **given, same=False, reason="Khác đơn vị, khác năm sinh")
    assert staged.obstacles() == []
    assert len(staged.ctx.session.scalars(sa.select(Ruling)).all()) == 2

    # What is found later is not covered.
    for user in (member, candidate.user):
        user.contacts.append(sealed_contact(normalise_contact("0912345678"), staged.vault))
    staged.ctx.session.flush()
    assert len(staged.obstacles()) == 1
    with pytest.raises(Conflict):
        conflicts.rule(staged.ctx, **given, same=False, reason="Dùng chung điện thoại")
    conflicts.rule(staged.ctx, **given, same=False, reason="Vợ chồng dùng chung điện thoại", document=DOCUMENT)
    staged.adopt()


def test_who_is_the_member_is_excluded_and_the_next_in_rank_moves_up(stage: Staging, make: Factories) -> None:
    staged = stage()
    member = make.member(staged.contest.campaign, user=make.user(staged.contest.people[0].name))
    conflicts.rule(staged.ctx, **staged.who(0), user_id=member.id, same=True, reason="Cùng người", vault=staged.vault)
    decisions.exclude(staged.ctx, **staged.who(0), reason="Là thành viên Ban Giám khảo", by=DOCUMENT)
    assert staged.contest.people[0].state is EnrolmentState.EXCLUDED
    assert "12/BB-BTC" in staged.contest.people[0].excluded_reason
    assert staged.obstacles()

    staged.contest.adopt(staged.contest.provisional())
    staged.draw()
    assert staged.names() == list(range(1, 17))
    assert staged.obstacles() == []


# --- ID numbers -----------------------------------------------------------------------------------------------------


def test_a_member_with_a_second_account_is_noticed_by_the_id_number_that_is_answered(
    stage: Staging, make: Factories
) -> None:
    staged = stage()
    member = make.member(staged.contest.campaign, user=make.user("Phạm Thị Mận"))
    complete_profile(staged.ctx, user_id=member.id, birth_date=None, citizen_id=NUMBER, vault=staged.vault)
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    assert staged.obstacles() == []
    staged.answer(0)
    assert len(staged.obstacles()) == 1
    found = states(staged.ctx, award_list=staged.draft, vault=staged.vault)[staged.contest.people[0].id]
    (match,) = found.matches
    assert match.likeness.barred.identity.user_id == member.id
    assert match.likeness.is_certain


def test_one_id_number_of_two_candidates_holds_both_lists_up_until_the_jury_rules(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    for place in range(16):
        staged.answer(place, number=number_of(30) if place in {2, 9} else "")
    first, second = staged.contest.people[2], staged.contest.people[9]
    (reason,) = staged.obstacles()
    assert reason.endswith("ruled: 2.")
    given = {**staged.who(2), "user_id": second.user_id, "vault": staged.vault}
    with pytest.raises(Conflict):
        conflicts.rule(staged.ctx, **given, same=False, reason="Ghi nhầm số")
    conflicts.rule(staged.ctx, **given, same=True, reason="Cùng người")
    assert len(staged.obstacles()) == 1
    # A ruling on one of the two is one on both.
    given = {**staged.who(9), "user_id": first.user_id, "vault": staged.vault}
    conflicts.rule(staged.ctx, **given, same=False, reason="Ghi nhầm số", document=DOCUMENT)
    assert staged.obstacles() == []
    staged.answer(9, after=timedelta(seconds=1), number=number_of(30))
    assert len(staged.obstacles()) == 1
    staged.answer(9, after=timedelta(seconds=2))
    assert staged.obstacles() == []


def test_an_id_number_is_compared_with_candidates_of_other_lists_and_those_who_gave_it_before(
    stage: Staging, vault: Vault
) -> None:
    staged = stage()
    other = staged.contest.people[5]
    complete_profile(staged.ctx, user_id=other.user.id, birth_date=None, citizen_id=number_of(0), vault=vault)
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    assert staged.obstacles() == []
    staged.answer(0)
    assert len(staged.obstacles()) == 1
    staged.answer(0, number=number_of(16))
    assert staged.obstacles() == []


def test_a_number_that_is_not_that_of_the_card_needs_a_ruling(stage: Staging, vault: Vault) -> None:
    staged = stage()
    person = staged.contest.people[0]
    complete_profile(staged.ctx, user_id=person.user.id, birth_date=None, citizen_id=number_of(30), vault=vault)
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    assert staged.obstacles() == []
    confirm_identity(staged.ctx, user=person.user)
    assert len(staged.obstacles()) == 1
    given = {**staged.who(0), "user_id": person.user_id, "vault": staged.vault}
    conflicts.rule(staged.ctx, **given, same=False, reason="Người khác trả lời")
    assert len(staged.obstacles()) == 1
    conflicts.rule(staged.ctx, **given, same=True, reason="Thẻ cấp lại, có số mới")
    assert staged.obstacles() == []
    staged.adopt()


def test_the_index_of_an_id_number_goes_with_the_number(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    assert staged.candidacy(0).citizen_id_index
    campaign, person = staged.contest.campaign, staged.contest.people[0]
    people = [Person(person.user_id, person.id)]
    personal_data.erase(staged.ctx, campaign=campaign, people=people, erasure=Erasure.WITHDRAWAL)
    assert (staged.candidacy(0).details, staged.candidacy(0).citizen_id_index) == (None, None)
    found = states(staged.ctx, award_list=staged.draft, vault=staged.vault)
    assert not found[person.id].has_answered


# --- asking ---------------------------------------------------------------------------------------------------------


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


# --- passed over ----------------------------------------------------------------------------------------------------


def test_who_does_not_answer_in_time_is_passed_over_by_decision_and_the_next_moves_up(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    given: dict[str, Any] = {"kind": PassedOverKind.NO_ANSWER, "reason": "Quá hạn", "post": None}
    with pytest.raises(Conflict):
        decisions.pass_over(staged.ctx, **staged.who(0), **given, by=DOCUMENT)
    over = replace(staged.ctx, now=staged.ctx.now + late(staged))
    with pytest.raises(DomainError):
        decisions.pass_over(over, **staged.who(0), **given, by=None)
    decisions.pass_over(over, **staged.who(0), **given, by=DOCUMENT)
    with pytest.raises(Closed):
        staged.answer(0)
    assert any("Draw up a new list" in text for text in staged.obstacles())

    former = staged.draft
    staged.draw()
    (passed,) = staged.draft.passed_over
    assert (passed.enrolment_id, passed.kind) == (staged.contest.people[0].id, PassedOverKind.NO_ANSWER)
    assert staged.names() == list(range(1, 17))
    assert is_intact(former)
    assert is_intact(staged.draft)


def test_without_days_in_the_rules_nobody_is_passed_over_for_not_answering(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    over = replace(staged.ctx, now=staged.ctx.now + timedelta(days=30))
    with pytest.raises(Conflict):
        decisions.pass_over(
            over, **staged.who(0), kind=PassedOverKind.NO_ANSWER, reason="Quá hạn", by=DOCUMENT, post=None
        )


def test_a_candidate_declines_until_the_list_is_adopted_and_staff_take_it_back(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    campaign = staged.contest.campaign
    asking.decline(staged.own(3), campaign=campaign, candidacy_id=staged.candidacy(3).id)
    staged.draw()
    assert [one.kind for one in staged.draft.passed_over] == [PassedOverKind.DECLINED]
    assert 16 in staged.names()

    with pytest.raises(DomainError):
        decisions.take_back(staged.ctx, **staged.who(3), reason="Bấm nhầm", by=None)
    decisions.take_back(staged.ctx, **staged.who(3), reason="Bấm nhầm", by=DOCUMENT)
    with pytest.raises(Blocked):
        staged.adopt()
    staged.draw()
    assert staged.draft.passed_over == []
    staged.adopt()
    with pytest.raises(Closed):
        asking.decline(staged.own(3), campaign=campaign, candidacy_id=staged.candidacy(3).id)


def test_the_digest_covers_why_somebody_was_passed_over(stage: Staging) -> None:
    staged = stage()
    decisions.pass_over(
        staged.ctx, **staged.who(0), kind=PassedOverKind.DECLINED, reason="Báo qua điện thoại", by=DOCUMENT, post=None
    )
    staged.draw()
    assert is_intact(staged.draft)
    unguarded(staged.ctx)
    enough = sa.update(PassedOver).values(kind=PassedOverKind.ENOUGH)
    staged.ctx.session.execute(enough, execution_options={"synchronize_session": False})
    staged.ctx.session.expire_all()
    assert not is_intact(staged.draft)


def test_inspectors_are_told_who_was_passed_over_and_why(stage: Staging) -> None:
    staged = stage()
    decisions.pass_over(
        staged.ctx, **staged.who(1), kind=PassedOverKind.DECLINED, reason="Báo qua điện thoại", by=DOCUMENT, post=None
    )
    staged.draw()
    adopted = adopted_ranking(staged.ctx, round_=staged.contest.round_)
    assert adopted is not None
    (found,) = files(staged.ctx, ranking=adopted)
    text = "".join(found.lines)
    code = staged.contest.people[1].code
    assert f'"contest_number": "{code}"' in text
    assert '"why": "declined"' in text


def test_a_refusal_told_to_staff_needs_a_document_and_is_told_to_the_person_who_sees_it(
    stage: Staging, contest: Contest, make: Factories, vault: Vault
) -> None:
    contest.people.append(make.enrolment(contest.campaign, user=make.user("Đào Thị Mơ", contact="mo@example.vn")))
    contest.people[0].user.contacts[0].verified_at = contest.ctx.now
    staged = stage(answer_days=7)
    staged.ask()
    post = Post(vault, [ContactKind.EMAIL], lambda number: f"https://thi.example/{number}")
    given: dict[str, Any] = {"kind": PassedOverKind.DECLINED, "reason": "Có đơn gửi Ban Tổ chức", "post": post}
    with pytest.raises(DomainError):
        decisions.pass_over(staged.ctx, **staged.who(0), **given, by=None)
    made = decisions.pass_over(staged.ctx, **staged.who(0), **given, by=DOCUMENT)
    told = sa.select(Message).where(Message.key == f"prizes:passed:{made.id}")
    assert len(staged.ctx.session.scalars(told).all()) == 1
    staged.draw()
    (panel,) = panels(staged.own(0), contest.campaign)
    assert str(panel.title) == "You are passed over for a prize"
    assert panel.values["asked"][0].title == PLAN.sets[0].title
    assert passed_over_by(staged.ctx, candidacy=staged.candidacy(0)) is made
    campaign, shown = contest.campaign, staged.candidacy(0)
    assert asking.own_candidacy(staged.own(0), campaign=campaign, candidacy_id=shown.id) is shown


def test_who_has_answered_in_person_declines_in_person_alone(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    staged.answer(0)
    entered: dict[str, Any] = {"way": Way.CASH, "entered": Details(number_of(1)), "born": None, "vault": staged.vault}
    asking.enter(staged.ctx, **staged.who(1), **entered, reason="Gọi điện", post=None)
    with pytest.raises(Conflict):
        decisions.pass_over(staged.ctx, **staged.who(0), **DECLINED)
    assert staged.candidacy(0).set_aside is None
    decisions.pass_over(staged.ctx, **staged.who(1), **DECLINED)
    asking.decline(staged.own(0), campaign=staged.contest.campaign, candidacy_id=staged.candidacy(0).id)
    assert passed_over_by(staged.ctx, candidacy=staged.candidacy(0)) is None


@pytest.mark.parametrize("kind", ["declined", "take_back"])
def test_the_database_takes_no_passing_over_without_a_document(stage: Staging, kind: str) -> None:
    staged = stage()
    made = CandidateDecision(
        campaign_id=staged.contest.campaign.id,
        set_key=staged.draft.set_key,
        phase_id=staged.draft.phase_id,
        enrolment_id=staged.contest.people[0].id,
        kind=DecisionKind(kind),
        reason="Không có văn bản",
        decided_at=staged.ctx.now,
    )
    staged.ctx.session.add(made)
    with pytest.raises(DatabaseError, match="without a document"):
        staged.ctx.session.flush()
    staged.ctx.session.rollback()


def test_an_exclusion_in_an_archived_campaign_names_a_registered_document(stage: Staging) -> None:
    staged = stage()
    staged.contest.campaign.state = CampaignState.ARCHIVED
    staged.contest.campaign.archived_at = staged.ctx.now
    staged.ctx.session.flush()
    given: dict[str, Any] = {"reason": "Là thành viên Ban Giám khảo", "by": DOCUMENT}
    with pytest.raises(DomainError):
        decisions.exclude(staged.ctx, **staged.who(0), **given)
    registered = decision(staged.ctx, staged.contest.campaign)
    decisions.exclude(staged.ctx, **staged.who(0), **given, registered=registered)
    assert staged.contest.people[0].state is EnrolmentState.EXCLUDED


# --- decisions ------------------------------------------------------------------------------------------------------


def test_the_next_list_names_the_right_unit_and_the_ranking_stays(stage: Staging, make: Factories) -> None:
    staged = stage()
    unit = make.unit("Sở Khoa học và Công nghệ")
    before = staged.draft.awards[0].unit_name
    decisions.correct_unit(staged.ctx, **staged.who(0), unit=unit, reason="Khai nhầm đơn vị", by=DOCUMENT)
    with pytest.raises(Conflict):
        decisions.correct_unit(staged.ctx, **staged.who(0), unit=unit, reason="Lần nữa", by=DOCUMENT)
    with pytest.raises(Blocked):
        staged.adopt()
    staged.draw()
    assert (staged.draft.awards[0].unit_id, staged.draft.awards[0].unit_name) == (unit.id, unit.name)
    assert staged.contest.people[0].unit_name == before
    staged.adopt()


def test_a_decision_needs_reason_and_document(stage: Staging) -> None:
    staged = stage()
    for reason, by in (("", DOCUMENT), ("Đã xem", None)):
        with pytest.raises(DomainError):
            decisions.keep(staged.ctx, **staged.who(0), reason=reason, by=by)
    with pytest.raises(DomainError):
        decisions.document(staged.ctx, number="12/BB", day=None)
    with pytest.raises(DomainError):
        decisions.document(staged.ctx, number="", day=date(2024, 10, 1))
    assert decisions.document(staged.ctx, number=" ", day=None) is None
    made = decisions.keep(staged.ctx, **staged.who(0), reason="Đã xem", by=DOCUMENT)
    assert (made.document_number, made.document_date) == ("12/BB-BTC", DOCUMENT.day)


def test_who_is_named_again_is_asked_anew_and_has_the_full_time(stage: Staging) -> None:
    staged = stage(answer_days=7)
    staged.ask()
    staged.answer(1)
    today = staged.ctx.now.astimezone(LOCAL_ZONE).date()
    last = staged.contest.people[15]
    staged.contest.save(replace(PLAN, answer_days=7, sets=(replace(PLAN.sets[0], tiers=TIERS[:3]),)))
    staged.draw()
    assert last.id not in staged.awarded
    assert (staged.candidacy(15).asked_at, staged.candidacy(15).answer_by) == (None, None)
    # Who has answered, or is named still, keeps the deadline.
    assert staged.candidacy(1).answer_by is not None
    assert staged.candidacy(3).answer_by is not None
    with pytest.raises(Closed):
        staged.answer(15)

    over = replace(staged.ctx, now=staged.ctx.now + timedelta(days=12))
    staged.contest.save(replace(PLAN, answer_days=7))
    staged.draft = draw_up(over, campaign=staged.contest.campaign)
    with pytest.raises(Conflict):
        decisions.pass_over(over, **staged.who(15), **LATE)
    asking.ask(over, **staged.here, until=None, post=None)
    answer_by = staged.candidacy(15).answer_by
    assert answer_by is not None
    assert answer_by.astimezone(LOCAL_ZONE).date() == today + timedelta(days=12 + 8)


# --- what is shown, and what is forgotten ---------------------------------------------------------------------------


def test_a_candidate_finds_it_on_the_own_page_and_staff_who_is_late(stage: Staging) -> None:
    staged = stage(answer_days=7)
    campaign = staged.contest.campaign
    assert panels(staged.own(0), campaign) == []
    staged.ask()
    (panel,) = panels(staged.own(0), campaign)
    assert panel.values["asked"][0].title == "Giải Nhất"
    assert panels(staged.own(16), campaign) == []
    assert duties(staged.ctx, [campaign]) == []
    (duty,) = duties(replace(staged.ctx, now=staged.ctx.now + late(staged)), [campaign])
    assert duty.late


def test_staff_owe_nothing_where_the_scheme_sets_no_time(stage: Staging) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    assert duties(replace(staged.ctx, now=staged.ctx.now + timedelta(days=30)), [staged.contest.campaign]) == []


def test_what_was_ruled_is_told_to_the_person_and_of_whom_is_not(stage: Staging, make: Factories) -> None:
    staged = stage()
    person = staged.contest.people[0]
    member = make.member(staged.contest.campaign, user=make.user(person.name))
    reason = "Khác bà Mận ở Sở Nội vụ"
    conflicts.rule(staged.ctx, **staged.who(0), user_id=member.id, same=False, reason=reason, vault=staged.vault)
    (told,) = personal_data.export(
        staged.ctx,
        campaign=staged.contest.campaign,
        person=Person(person.user_id, person.id),
        vault=lambda: staged.vault,
    )
    ((at, what, words),) = told.rows
    assert (at, str(what), words) == (staged.ctx.now, "Ruled on who it is: another person", "")


def test_how_people_are_paid_is_kept_of_those_awarded_alone(stage: Staging) -> None:
    staged = stage(answer_days=1)
    staged.ask()
    for place in range(16):
        staged.answer(place)
        staged.check(place)
    campaign, people = staged.contest.campaign, staged.contest.people
    persons = [Person(one.user_id, one.id) for one in people]
    told = personal_data.export(staged.ctx, campaign=campaign, person=persons[0], vault=lambda: staged.vault)
    assert told[0].rows[0][2:] == (NUMBER, "190345678901", ACCOUNT.bank, ACCOUNT.holder)
    assert told[0].kept

    asking.decline(staged.own(0), campaign=campaign, candidacy_id=staged.candidacy(0).id)
    staged.draw()
    staged.ask()
    staged.answer(16)
    staged.adopt()
    for erasure in (Erasure.WITHDRAWAL, Erasure.RETENTION):
        personal_data.erase(staged.ctx, campaign=campaign, people=persons, erasure=erasure)
    assert staged.candidacy(0).details is None
    assert staged.candidacy(1).details is not None
    words = dict(staged.ctx.session.execute(sa.select(CandidateCheck.enrolment_id, CandidateCheck.how)).all())
    assert (words[people[0].id], words[people[1].id]) == ("", "Gặp trực tiếp")

    personal_data.erase(staged.ctx, campaign=campaign, people=[], erasure=Erasure.RECORDS)
    assert staged.candidacy(1).details is None
    assert set(staged.ctx.session.scalars(sa.select(CandidateCheck.how))) == {""}


def test_the_gate_takes_the_same_statements_for_any_number_of_candidates(
    stage: Staging, statements: Callable[[], int]
) -> None:
    staged = stage(candidate_checks=(Check.IDENTITY,), answer_days=3)
    staged.ask()
    staged.check(0)

    def counted() -> int:
        staged.ctx.session.expire_all()
        staged.obstacles()
        statements()
        staged.obstacles()
        return statements()

    one = counted()
    for place in range(1, 15):
        staged.check(place)
        staged.answer(place)
    assert counted() == one


def test_the_rules_say_what_is_asked_of_candidates(stage: Staging) -> None:
    stage()
    (plain,) = rule_clauses(PLAN, "vi")
    demanded = replace(PLAN, candidate_checks=(Check.IDENTITY,), answer_days=7)
    (clause,) = rule_clauses(demanded, "vi")
    assert "đối chiếu nhân thân" in clause.body
    assert "ít nhất 7 ngày" in clause.body
    assert "đối chiếu" not in plain.body
    (english,) = rule_clauses(demanded, "en")
    assert "at least 7 days" in english.body


def test_the_list_of_payments_says_in_full_how_people_are_paid(stage: Staging, app: Flask) -> None:
    staged = stage()
    staged.ask(staged.ctx.now.astimezone(LOCAL_ZONE).date())
    staged.answer(0)
    staged.answer(1, way=Way.CASH)
    staged.adopt()
    details = paid_how(staged.ctx, award_list=staged.draft, vault=staged.vault)
    source = Source(staged.contest.campaign, staged.draft, None, OutputSettings(), details)
    with app.test_request_context():
        (_title, rows), _basis = payments(source)
    by_name = {row[1]: row[-6:] for row in rows}
    first, second, third = (one.name for one in staged.contest.people[:3])
    assert by_name[first] == [NUMBER, None, "190345678901", ACCOUNT.bank, ACCOUNT.holder, None]
    assert by_name[second][0] == number_of(1)
    assert by_name[second][1:5] == [None] * 4
    assert by_name[third] == [None] * 6
