"""Candidates between the draft of a list and its adoption: checked, and compared with members of committees."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from cuocthi.audit.models import AuditEvent
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.errors import Blocked, Conflict, DomainError, Forbidden, Missing
from cuocthi.testing.factories import Factories
from cuocthi.users.contacts import normalise_contact, sealed_contact
from cuocthi_prizes.candidates import checks, conflicts, decisions
from cuocthi_prizes.candidates.models import CandidateCheck, CandidateDecision, Ruling
from cuocthi_prizes.candidates.queries import states
from cuocthi_prizes.queries import load_scheme
from cuocthi_prizes.settings import UNWRITTEN, Check

from .conftest import PLAN, Contest, as_person
from .staging import DOCUMENT, Staging


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
