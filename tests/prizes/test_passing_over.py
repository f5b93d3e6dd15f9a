"""Who declines a prize, or does not answer in time, is passed over by decision, and the next in rank moves up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DatabaseError

from cuocthi.campaigns.models import CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.errors import Blocked, Closed, Conflict, DomainError
from cuocthi.messages.models import Message
from cuocthi.security.personal_data import Vault
from cuocthi.standings.queries import adopted_ranking
from cuocthi.testing.factories import Factories
from cuocthi.users.models import ContactKind
from cuocthi_prizes.candidates import asking, decisions
from cuocthi_prizes.candidates.contributed import panels
from cuocthi_prizes.candidates.details import Details
from cuocthi_prizes.candidates.models import CandidateDecision, DecisionKind, Way
from cuocthi_prizes.candidates.queries import passed_over_by
from cuocthi_prizes.candidates.telling import Post
from cuocthi_prizes.digests import is_intact
from cuocthi_prizes.domain.inspection import files
from cuocthi_prizes.models import PassedOver, PassedOverKind

from .adopted import decision
from .conftest import PLAN, Contest, unguarded
from .staging import DECLINED, DOCUMENT, Staging, late, number_of


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
