"""Complaints come in: in time or late, once, with evidence, from the pages and from paper; and are taken back."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.context import Actor, Context
from cuocthi.errors import Closed, Conflict, DomainError, Forbidden, Missing
from cuocthi.messages.models import Message
from cuocthi.plugins.manager import Hooks
from cuocthi.standings.domain import adopt_ranking, build_ranking
from cuocthi.standings.models import RankingState
from cuocthi_inquiries import complaint_queries
from cuocthi_inquiries.domain import filing
from cuocthi_inquiries.domain.evidence import Sent
from cuocthi_inquiries.domain.filing import Said
from cuocthi_inquiries.models import Complaint, ComplaintAbout, ComplaintState

from .conftest import BODY, PDF_FILE, PERIOD, Desk, adopted_awards, on_one_database

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

INSTANT = timedelta(microseconds=1)


def adopt(desk: Desk) -> None:
    for juror in desk.jurors:
        adopt_ranking(desk.by(juror, now=desk.until + timedelta(minutes=1)), ranking=desk.ranking)


def test_it_gets_a_number_and_a_day_by_which_it_is_answered(desk: Desk) -> None:
    first, second = desk.file(), desk.file(desk.people[1], code=desk.people[2].code, about=ComplaintAbout.RANKING)
    assert (first.name, second.name) == ("KN-2024-0001", "KN-2024-0002")
    assert (first.state, first.late, first.ranking_number) == (ComplaintState.RECEIVED, False, desk.ranking.number)
    assert first.due_at > desk.ctx.now
    whom = complaint_queries.touched(desk.ctx, complaint=second)
    assert {one.id for one in whom} == {desk.people[1].id, desk.people[2].id}
    assert second.code == desk.people[2].code
    assert first.code == desk.people[0].code


def test_that_it_came_in_is_on_record_and_told_without_what_it_says(desk: Desk) -> None:
    complaint = desk.file()
    event = desk.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "inquiries:complaint:file")).one()
    assert event.object_id == complaint.id
    assert BODY not in str(event.after)
    (message,) = desk.ctx.session.scalars(sa.select(Message).where(Message.key.startswith("inquiries:complaint"))).all()
    assert message.user_id == desk.people[0].user_id


@pytest.mark.parametrize(("after", "late"), [(-INSTANT, False), (timedelta(), True), (timedelta(days=30), True)])
def test_the_very_moment_decides_whether_it_is_late(desk: Desk, after: timedelta, late: bool) -> None:  # noqa: FBT001
    assert desk.file(now=desk.until + after).late is late


def test_late_ones_are_refused_in_words_where_the_settings_say_so_and_nothing_is_stored(desk: Desk) -> None:
    desk.settings(complaint_late=False)
    desk.file(now=desk.until - INSTANT)
    with pytest.raises(Closed, match="was not sent"):
        desk.file(now=desk.until)
    assert len(desk.ctx.session.scalars(sa.select(Complaint)).all()) == 1
    desk.settings(complaint_late=False, complaint_extra_hours=2)
    assert desk.file(now=desk.until + timedelta(hours=2) - INSTANT).late is False
    with pytest.raises(Closed):
        desk.file(now=desk.until + timedelta(hours=2))


def test_awards_can_be_complained_about_for_a_time_after_their_adoption(desk: Desk) -> None:
    desk.settings(complaint_late=False, complaint_award_hours=24)
    adopt(desk)
    afterwards = desk.until + timedelta(days=3)
    with pytest.raises(Closed):
        desk.file(now=afterwards, about=ComplaintAbout.AWARD)
    adopted_awards.append(afterwards)
    assert desk.file(now=afterwards + timedelta(hours=23), about=ComplaintAbout.AWARD).late is False
    for about, hours in ((ComplaintAbout.AWARD, 24), (ComplaintAbout.RANKING, 1)):
        with pytest.raises(Closed):
            desk.file(now=afterwards + timedelta(hours=hours), about=about)


def test_there_must_be_results_to_complain_about(desk: Desk) -> None:
    desk.ranking.state = RankingState.SUPERSEDED
    desk.ctx.session.flush()
    with pytest.raises(Missing):
        desk.file()
    assert complaint_queries.objectionable(desk.ctx, campaign=desk.campaign) == []


def test_only_who_takes_part_complains_and_not_for_ever(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        filing.file_complaint(
            desk.by(desk.make.user()),
            campaign=desk.campaign,
            round_=desk.round,
            said=Said(ComplaintAbout.RESULT, BODY),
            token="x",
            folder=desk.config.files,
            post=desk.post,
        )
    desk.campaign.state = CampaignState.ARCHIVED
    with pytest.raises(Closed):
        desk.file()


def test_the_same_form_twice_is_one_complaint_and_nobody_elses(desk: Desk) -> None:
    first = desk.file(token="the same")
    assert desk.file(token="the same") is first
    with pytest.raises(Conflict):
        desk.file(desk.people[1], token="the same")


def test_of_one_person_only_so_many_are_open(desk: Desk) -> None:
    for _ in range(filing.MAX_OPEN):
        desk.file()
    with pytest.raises(Conflict):
        desk.file()
    assert desk.file(desk.people[1]).number == filing.MAX_OPEN + 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"body": "  "}, "body"),
        ({"code": "nobody"}, "code"),
        ({"files": [Sent("a.exe", b"MZ")]}, "evidence"),
        ({"files": [Sent("a.pdf", b"no PDF")]}, "evidence"),
        ({"files": [Sent("a.pdf", PDF_FILE)] * 6}, "evidence"),
        ({"files": [Sent("a.pdf", PDF_FILE + b"0" * 5 * 1024 * 1024)]}, "evidence"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(desk: Desk, given: dict[str, Any], field: str) -> None:
    with pytest.raises(DomainError) as refused:
        desk.file(**given)
    assert refused.value.field == field


def test_evidence_is_kept_for_who_may_read_complaints(desk: Desk) -> None:
    complaint = desk.file(files=[Sent("ảnh chụp.pdf", PDF_FILE)])
    (held,) = complaint.files
    assert (held.file.name, held.file.permission) == ("ảnh chụp.pdf", "inquiries:complaint:view")


def from_paper(desk: Desk, *, now_after: timedelta = timedelta(), days: int = 0, **given: str) -> Complaint:
    ctx = desk.by(desk.supporter, now=desk.ctx.now + now_after)
    return filing.register_from_paper(
        ctx,
        campaign=desk.campaign,
        round_=desk.round,
        said=Said(ComplaintAbout.RANKING, BODY),
        sender="Ông Trần Văn Tùng, xã Đông Hoàng",
        sender_code=given.get("sender_code", ""),
        came_on=(ctx.now + timedelta(days=days)).date(),
        token=given.get("token", "paper"),
        folder=desk.config.files,
        vault=desk.vault,
    )


def test_what_came_on_paper_is_registered_whatever_the_time_and_its_sender_is_sealed(desk: Desk) -> None:
    desk.settings(complaint_late=False)
    in_time = from_paper(desk, now_after=PERIOD + timedelta(days=2), days=-2, sender_code=desk.people[1].code)
    late = from_paper(desk, now_after=PERIOD + timedelta(days=2), token="other")
    assert (in_time.late, late.late) == (False, True), "what came on the last day came in time"
    assert in_time.user_id == desk.people[1].user_id
    assert "Tùng".encode() not in (late.sender or b"")
    assert filing.sender_of(late, desk.vault) == "Ông Trần Văn Tùng, xã Đông Hoàng"
    with pytest.raises(DomainError):
        from_paper(desk, days=1, token="tomorrow")


def test_an_own_complaint_is_taken_back_until_it_is_through(desk: Desk) -> None:
    complaint = desk.file()
    with pytest.raises(Missing):
        filing.withdraw(desk.by(desk.people[1].user), campaign=desk.campaign, complaint_id=complaint.id)
    filing.withdraw(desk.by(desk.people[0].user), campaign=desk.campaign, complaint_id=complaint.id)
    assert (complaint.state, desk.blockers(now=desk.until + timedelta(minutes=1))) == (ComplaintState.WITHDRAWN, [])
    with pytest.raises(Conflict):
        filing.withdraw(desk.by(desk.people[0].user), campaign=desk.campaign, complaint_id=complaint.id)


@on_one_database
def test_a_version_that_replaces_another_has_its_own_time(desk: Desk) -> None:
    later = replace(desk.ctx, now=desk.until)
    second = build_ranking(later, campaign=desk.campaign, round_=desk.round)
    assert desk.file(now=desk.until).late is True, "a draft is nobody's business"
    from cuocthi.standings.domain import submit_ranking  # noqa: PLC0415 - only here

    submit_ranking(later, ranking=second)
    complaint = desk.file(now=desk.until + timedelta(hours=1))
    assert (complaint.late, complaint.ranking_number) == (False, second.number)


# --- at the same time ---


def at_once(engine: Engine, hooks: Hooks, acts: list[object]) -> list[object]:
    """Do things in transactions of their own at the same time; return what came of each."""
    gate = threading.Barrier(len(acts))
    outcomes: list[object] = [None] * len(acts)

    def run(number: int, act: object) -> None:
        with Session(engine) as session:
            gate.wait(10)
            try:
                outcomes[number] = act(session)  # type: ignore[operator]
                session.commit()
            except DomainError as error:
                session.rollback()
                outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return outcomes


def test_while_one_is_filed_in_time_nothing_is_adopted_past_it(desk: Desk, engine: Engine, hooks: Hooks) -> None:
    """Whoever was in time is registered as such; the adoption is refused, before or after."""
    desk.ctx.session.commit()
    campaign, round_, ranking, post = desk.campaign.id, desk.round.id, desk.ranking.id, desk.post
    filer, juror = desk.people[0].user_id, desk.jurors[0].id
    until, folder = desk.until, desk.config.files
    in_time = until - INSTANT

    def file(session: Session) -> str:
        ctx = Context(session=session, hooks=hooks, now=in_time, actor=Actor(filer))
        made = filing.file_complaint(
            ctx,
            campaign=session.get_one(type(desk.campaign), campaign),
            round_=session.get_one(type(desk.round), round_),
            said=Said(ComplaintAbout.RESULT, BODY),
            token="race",
            folder=folder,
            post=post,
        )
        return f"late={made.late}"

    def adopt_now(session: Session) -> int:
        ctx = Context(session=session, hooks=hooks, now=until, actor=Actor(juror))
        return adopt_ranking(ctx, ranking=session.get_one(type(desk.ranking), ranking))

    desk.ctx.session.rollback()
    filed, adopted = at_once(engine, hooks, [file, adopt_now])
    assert filed == "late=False"
    assert isinstance(adopted, DomainError)


def test_two_of_one_person_with_one_form_at_once_are_one(desk: Desk, engine: Engine, hooks: Hooks) -> None:
    desk.ctx.session.commit()
    campaign, round_, post, filer = desk.campaign.id, desk.round.id, desk.post, desk.people[0].user_id
    now, folder = desk.ctx.now, desk.config.files

    def file(token: str) -> object:
        def act(session: Session) -> int:
            return filing.file_complaint(
                Context(session=session, hooks=hooks, now=now, actor=Actor(filer)),
                campaign=session.get_one(type(desk.campaign), campaign),
                round_=session.get_one(type(desk.round), round_),
                said=Said(ComplaintAbout.RESULT, BODY),
                token=token,
                folder=folder,
                post=post,
            ).number

        return act

    desk.ctx.session.rollback()
    assert at_once(engine, hooks, [file("one"), file("one"), file("two")]).count(1) >= 1
    numbers = desk.ctx.session.scalars(sa.select(Complaint.number).order_by(Complaint.number)).all()
    assert numbers == [1, 2]
