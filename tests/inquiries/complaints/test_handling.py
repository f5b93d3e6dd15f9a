"""Complaints are dealt with by somebody whom they do not touch, agreed to by two persons; and hold adoptions up."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Actor, Context
from cuocthi.contributions import Act, Duty
from cuocthi.errors import Blocked, Conflict, DomainError
from cuocthi.messages.models import Message
from cuocthi.plugins.manager import Hooks
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.domain import adopt_ranking
from cuocthi_inquiries.domain import handling
from cuocthi_inquiries.domain.evidence import Sent
from cuocthi_inquiries.models import Complaint, ComplaintState, Outcome

from .conftest import PDF_FILE, Desk

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.users.models import User

OVER = timedelta(minutes=1)


def write(desk: Desk, complaint: Complaint, outcome: Outcome, *, by: User | None = None, seen: datetime | None) -> None:
    handling.answer(
        desk.by(by or desk.supporter),
        campaign=desk.campaign,
        complaint_id=complaint.id,
        outcome=outcome,
        text="Nhật ký ghi bài nộp lúc 17h02.",
        files=[Sent("trả lời.pdf", PDF_FILE)],
        seen=seen,
        folder=desk.config.files,
        post=desk.post,
    )


def approve(desk: Desk, complaint: Complaint, by: User, seen: datetime | None) -> None:
    ctx = desk.by(by)
    handling.approve(ctx, campaign=desk.campaign, complaint_id=complaint.id, seen=seen, post=desk.post)


def harmless(desk: Desk, complaint: Complaint, by: User, reason: str = "") -> None:
    handling.declare_harmless(desk.by(by), campaign=desk.campaign, complaint_id=complaint.id, reason=reason)


def test_it_is_given_to_a_member_whom_it_does_not_touch(desk: Desk) -> None:
    complaint = desk.file()
    stranger, decider = desk.make.user(), desk.jurors[0]
    exclude_entry(desk.by(decider), enrolment=desk.people[0], reason="Trùng tài khoản")
    for nobody in (stranger, desk.people[0].user, decider):
        with pytest.raises(DomainError) as refused:
            desk.assign(complaint, nobody)
        assert refused.value.field == "handler"
    desk.assign(complaint)
    assert (complaint.state, complaint.handler_id) == (ComplaintState.HANDLING, desk.supporter.id)


def test_who_decided_on_somebody_whom_it_touches_neither_answers_nor_approves(desk: Desk) -> None:
    complaint = desk.assign(desk.file(), desk.jurors[0])
    exclude_entry(desk.by(desk.jurors[0]), enrolment=desk.people[0], reason="Trùng tài khoản")
    with pytest.raises(Conflict, match="touches you"):
        write(desk, complaint, Outcome.REJECTED, by=desk.jurors[0], seen=None)
    with pytest.raises(Conflict, match="touches you"):
        harmless(desk, complaint, desk.jurors[0], "x")


def test_one_that_is_not_accepted_is_answered_by_one_person(desk: Desk) -> None:
    complaint = desk.assign(desk.file())
    with pytest.raises(Conflict, match="Only the person"):
        write(desk, complaint, Outcome.REJECTED, by=desk.organiser, seen=None)
    write(desk, complaint, Outcome.REJECTED, seen=None)
    assert (complaint.state, complaint.answered_at) == (ComplaintState.ANSWERED, desk.ctx.now)
    assert [held.file.name for held in complaint.files if held.of_answer] == ["trả lời.pdf"]
    with pytest.raises(Conflict, match="through"):
        write(desk, complaint, Outcome.UPHELD, seen=complaint.drafted_at)


@pytest.mark.parametrize("outcome", [Outcome.UPHELD, Outcome.PARTLY])
def test_one_that_agrees_waits_for_another_person(desk: Desk, outcome: Outcome) -> None:
    complaint = desk.assign(desk.file(), desk.organiser)
    write(desk, complaint, outcome, by=desk.organiser, seen=None)
    assert complaint.awaits_approval
    assert complaint.answered_at is None
    with pytest.raises(Conflict, match="You wrote"):
        approve(desk, complaint, desk.organiser, complaint.drafted_at)
    with pytest.raises(Conflict, match="anew"):
        approve(desk, complaint, desk.jurors[0], None)
    approve(desk, complaint, desk.jurors[0], complaint.drafted_at)
    assert (complaint.state, complaint.approved_by) == (ComplaintState.ANSWERED, desk.jurors[0].id)


def test_an_answer_is_sent_back_with_the_reason_and_written_again(desk: Desk) -> None:
    complaint = desk.assign(desk.file())
    write(desk, complaint, Outcome.UPHELD, seen=None)
    first = complaint.files[-1].file
    handling.send_back(
        desk.by(desk.organiser),
        campaign=desk.campaign,
        complaint_id=complaint.id,
        seen=complaint.drafted_at,
        reason="Thiếu căn cứ",
    )
    assert (complaint.awaits_approval, complaint.sent_back) == (False, "Thiếu căn cứ")
    write(desk, complaint, Outcome.REJECTED, seen=None)
    assert (first.sha256, first.name) == ("", "—"), "the file of the first answer is nobody's"
    assert complaint.state is ComplaintState.ANSWERED


def test_every_step_is_on_record_without_texts_and_the_sender_is_told(desk: Desk) -> None:
    complaint = desk.assign(desk.file())
    write(desk, complaint, Outcome.UPHELD, seen=None)
    approve(desk, complaint, desk.organiser, complaint.drafted_at)
    events = desk.ctx.session.scalars(
        sa.select(AuditEvent).where(AuditEvent.object_kind == "complaint").order_by(AuditEvent.id)
    ).all()
    verbs = [event.action.rpartition(":")[2] for event in events]
    assert verbs == ["file", "assign", "draft", "answer"]
    assert not any("17h02" in f"{event.before}{event.after}" for event in events)
    told = desk.ctx.session.scalars(sa.select(Message.key).where(Message.user_id == desk.people[0].user_id)).all()
    assert [key.split(":")[3] for key in sorted(told)] == ["answered", "handling", "received"]


# --- what holds adoptions up ---


def test_an_open_complaint_holds_ranking_and_awards_up_until_it_is_answered(desk: Desk) -> None:
    complaint = desk.assign(desk.file())
    over = desk.until + OVER
    assert desk.blockers(now=over) == desk.blockers(Act.ADOPT_AWARDS, now=over) == ["complaints"]
    assert desk.blockers(Act.PUBLISH, now=over) == []
    with pytest.raises(Blocked) as refused:
        adopt_ranking(desk.by(desk.jurors[0], now=over), ranking=desk.ranking)
    assert "KN-2024-0001" in str(refused.value.reasons[0])
    write(desk, complaint, Outcome.UPHELD, seen=None)
    assert desk.blockers(now=over) == ["complaints"], "it waits for approval"
    approve(desk, complaint, desk.organiser, complaint.drafted_at)
    assert desk.blockers(now=over) == desk.blockers(Act.ADOPT_AWARDS, now=over) == []


def test_a_complaint_holds_up_every_ranking_in_which_its_round_counts_and_their_awards(desk: Desk) -> None:
    overall = desk.make.round(desk.campaign, "sums", opens_at=desk.round.opens_at, closes_at=desk.ctx.now, number=2)
    apart = desk.make.round(desk.campaign, "sums", opens_at=desk.round.opens_at, closes_at=desk.ctx.now, number=3)
    over = desk.until + OVER
    assert desk.blockers(round_=overall) == ["complaints-time"], "somebody may still complain about what counts"
    assert desk.blockers(now=over, round_=overall) == []
    complaint = desk.assign(desk.file())
    for act in (Act.ADOPT_RANKING, Act.ADOPT_AWARDS):
        assert desk.blockers(act, now=over, round_=overall) == ["complaints"]
    write(desk, complaint, Outcome.REJECTED, seen=None)
    assert desk.blockers(now=over, round_=overall) == []
    about = desk.file(now=over)
    about.phase_id = apart.id
    desk.ctx.session.flush()
    assert desk.blockers(now=over, round_=overall) == [], "one about the other sum does not touch this one"
    assert desk.blockers(now=over, round_=apart) == ["complaints"]


def test_nothing_is_adopted_before_the_time_for_complaints_is_over_with_what_is_still_on_its_way(desk: Desk) -> None:
    desk.settings(complaint_extra_hours=2)
    over = desk.until + timedelta(hours=2)
    for moment, found in ((desk.until, True), (over, True), (over + OVER, False)):
        assert (desk.blockers(now=moment) == ["complaints-time"]) is found


def test_two_persons_declare_that_it_touches_no_candidate(desk: Desk) -> None:
    complaint, over = desk.file(), desk.until + OVER
    with pytest.raises(DomainError):
        harmless(desk, complaint, desk.jurors[0], " ")
    harmless(desk, complaint, desk.jurors[0], "Hạng 2.345, cách giải xa")
    with pytest.raises(Conflict):
        harmless(desk, complaint, desk.jurors[0])
    assert desk.blockers(now=over) == ["complaints"]
    harmless(desk, complaint, desk.jurors[1], "other words")
    assert (complaint.harmless_reason, complaint.harmless_at) == ("Hạng 2.345, cách giải xa", desk.ctx.now)
    assert desk.blockers(now=over) == []
    handling.list_touched(
        desk.by(desk.supporter), campaign=desk.campaign, complaint_id=complaint.id, codes=[desk.people[2].code]
    )
    assert desk.blockers(now=over) == ["complaints"], "it was declared of others"
    harmless(desk, complaint, desk.jurors[0], "x")
    harmless(desk, complaint, desk.jurors[1])
    handling.declare_serious(desk.by(desk.organiser), campaign=desk.campaign, complaint_id=complaint.id)
    assert desk.blockers(now=over) == ["complaints"]


def test_of_whom_nobody_said_anything_nothing_is_declared(desk: Desk) -> None:
    complaint = desk.file()
    ctx = desk.by(desk.supporter)
    with pytest.raises(DomainError) as refused:
        handling.list_touched(ctx, campaign=desk.campaign, complaint_id=complaint.id, codes=["nobody"])
    assert refused.value.field == "codes"
    handling.list_touched(ctx, campaign=desk.campaign, complaint_id=complaint.id, codes=[])
    with pytest.raises(Conflict, match="whom the complaint touches"):
        harmless(desk, complaint, desk.jurors[0], "x")


def test_what_waits_is_a_duty_and_late_once_its_day_is_over(desk: Desk) -> None:
    def duties(now: datetime) -> list[tuple[str, int | None, bool]]:
        ctx = replace(desk.ctx, now=now)
        found = ctx.hooks.collect_among(ctx, [desk.campaign], "duties", Duty)
        return [(duty.key, duty.user_id, duty.late) for duty in found if duty.key.startswith("complaints")]

    first, second = desk.file(), desk.assign(desk.file(desk.people[1]))
    third = desk.assign(desk.file(desk.people[2]))
    write(desk, third, Outcome.UPHELD, seen=None)
    supporter = desk.supporter.id
    wanted = {
        ("complaints-assign-0", None),
        (f"complaints-handle-{supporter}", supporter),
        ("complaints-approve-0", None),
    }
    assert {(key, user) for key, user, late in duties(desk.ctx.now) if not late} == wanted
    assert {(key, user) for key, user, late in duties(first.due_at) if late} == wanted
    assert second.due_at == first.due_at


# --- at the same time ---


def test_of_two_who_give_it_to_somebody_at_once_one_is_told_to_look(desk: Desk, engine: Engine, hooks: Hooks) -> None:
    complaint = desk.file().id
    campaign, post, now = desk.campaign.id, desk.post, desk.ctx.now
    organiser, targets = desk.organiser.id, [desk.supporter.id, desk.jurors[0].id]
    kind = type(desk.campaign)
    desk.ctx.session.commit()
    gate, outcomes = threading.Barrier(2), list[str]()

    def give(handler: int) -> None:
        with Session(engine) as session:
            ctx = Context(session=session, hooks=hooks, now=now, actor=Actor(organiser))
            gate.wait(10)
            try:
                given = {"handler_id": handler, "seen": None, "post": post}
                handling.assign(ctx, campaign=session.get_one(kind, campaign), complaint_id=complaint, **given)  # type: ignore[arg-type]
                session.commit()
                outcomes.append("given")
            except Conflict:
                session.rollback()
                outcomes.append("look first")

    threads = [threading.Thread(target=give, args=(target,)) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["given", "look first"]
