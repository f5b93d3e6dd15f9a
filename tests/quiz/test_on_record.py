"""Whoever looks at live questions and keys leaves a trace, and cannot be let into the contest again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import verify
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.models import CampaignState
from cuocthi.committees.domain import discharge
from cuocthi.committees.queries import barring_seats
from cuocthi.context import Actor
from cuocthi.contributions import Role
from cuocthi.enrolments.domain import check_may_join
from cuocthi.errors import Blocked, Forbidden
from cuocthi.standings.decisions import exclude_entry, restore_entry
from cuocthi.standings.queries import insiders
from cuocthi.standings.readmission import barred, readmit
from cuocthi.timelines.moving import unmoved
from cuocthi_quiz.models import Question

from .conftest import Quiz

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.contributions import Browser
    from cuocthi.users.models import User


def reads(quiz: Quiz) -> list[tuple[str, int | None, int | None]]:
    quiz.ctx.session.rollback()
    rows = quiz.ctx.session.execute(
        sa.select(AuditEvent.action, AuditEvent.object_id, AuditEvent.actor_id)
        .where(AuditEvent.action.like("quiz:%:view"))
        .order_by(AuditEvent.id)
    ).all()
    quiz.ctx.session.rollback()
    return [tuple(row) for row in rows]  # type: ignore[misc]


@pytest.mark.parametrize("role", [Role.JURY, Role.OVERSIGHT])
def test_every_look_at_questions_is_on_record(quiz: Quiz, sign_in: Callable[[User], Browser], role: Role) -> None:
    base = f"/c/{quiz.campaign.slug}/quiz/staff/questions/"
    number = quiz.ctx.session.scalars(sa.select(Question.id).order_by(Question.id)).first()
    reader = quiz.make.member(quiz.campaign, role)
    browser = sign_in(reader)
    for path, status in (("", 200), (f"{number}", 200), ("999999", 404), ("topics", 200), ("preview", 200)):
        assert browser.get(f"{base}{path}")[0] == status, path
    assert reads(quiz) == [
        ("quiz:question:view", None, reader.id),
        ("quiz:question:view", number, reader.id),
    ]
    assert verify(quiz.ctx) is None


def test_a_juror_appointed_in_error_who_looked_stays_out(quiz: Quiz, sign_in: Callable[[User], Browser]) -> None:
    ctx, person = quiz.ctx, quiz.person()
    juror = quiz.make.member(quiz.campaign, Role.JURY, user=person.user)
    quiz.make.member(quiz.campaign)
    exclude_entry(ctx, enrolment=person, reason="Ban Giám khảo: thành viên không được dự thi")
    ctx.session.commit()
    assert sign_in(juror).get(f"/c/{quiz.campaign.slug}/quiz/staff/questions/")[0] == 200
    (seat,) = barring_seats(ctx, campaign_id=quiz.campaign.id, user_id=person.user_id)
    discharge(ctx, campaign=quiz.campaign, membership=seat)
    found = barred(ctx, enrolment=person)
    assert found is not None
    assert len(found.obstacles) == 1
    with pytest.raises(Blocked):
        readmit(replace(ctx, actor=Actor(quiz.make.user().id)), enrolment=person, reason="Cử nhầm người trùng tên")


# --- who has read, and sits on no committee here ---


def held_again(quiz: Quiz) -> Campaign:
    """The campaign, held again with the same questions and open."""
    quiz.make.member(quiz.campaign)
    copy = copy_campaign(quiz.ctx, campaign=quiz.campaign, edition=Edition("lan-sau", "Lần sau", "Lần sau", unmoved))
    copy.state = CampaignState.OPEN
    quiz.ctx.session.commit()
    return copy


def test_whoever_read_the_questions_of_the_earlier_edition_does_not_join_the_later_one(
    quiz: Quiz, sign_in: Callable[[User], Browser]
) -> None:
    juror, idle = (quiz.make.member(quiz.campaign, Role.JURY) for _ in range(2))
    copy = held_again(quiz)
    check_may_join(quiz.ctx, campaign=copy, user_id=juror.id)
    assert sign_in(juror).get(f"/c/{quiz.campaign.slug}/quiz/staff/questions/")[0] == 200
    quiz.ctx.session.rollback()
    with pytest.raises(Forbidden, match="know questions"):
        check_may_join(quiz.ctx, campaign=copy, user_id=juror.id)
    check_may_join(quiz.ctx, campaign=copy, user_id=idle.id)


@pytest.mark.parametrize(
    "path",
    [
        "validity",
        "validity?export=csv",
        "duplicates",
        "duplicates?export=xlsx",
        "meeting",
        "meeting.xlsx",
        "endings?document=13/2023",
        "?export=csv",
    ],
)
def test_every_way_of_reading_bars_the_reader(quiz: Quiz, sign_in: Callable[[User], Browser], path: str) -> None:
    juror = quiz.make.member(quiz.campaign, Role.JURY)
    copy = held_again(quiz)
    # A workbook is no text, which this browser does not mind.
    with suppress(UnicodeDecodeError):
        sign_in(juror).get(f"/c/{quiz.campaign.slug}/quiz/staff/questions/{path}")
    quiz.ctx.session.rollback()
    with pytest.raises(Forbidden):
        check_may_join(quiz.ctx, campaign=copy, user_id=juror.id)


def test_what_shows_no_question_bars_nobody(quiz: Quiz, sign_in: Callable[[User], Browser]) -> None:
    juror = quiz.make.member(quiz.campaign, Role.JURY)
    copy = held_again(quiz)
    browser = sign_in(juror)
    for path in ("topics", "issues", "preview", "meeting/sheet"):
        assert browser.get(f"/c/{quiz.campaign.slug}/quiz/staff/questions/{path}")[0] == 200, path
    quiz.ctx.session.rollback()
    check_may_join(quiz.ctx, campaign=copy, user_id=juror.id)


# --- who takes part, and sits on a committee of another edition ---


def test_whoever_takes_part_in_another_edition_is_shown_no_questions_and_once_excluded_cannot_be_restored(
    quiz: Quiz, sign_in: Callable[[User], Browser]
) -> None:
    copy = held_again(quiz)
    juror = quiz.make.member(quiz.campaign, Role.JURY)
    entry = quiz.make.enrolment(copy, user=juror)
    code, base = entry.code, f"/c/{quiz.campaign.slug}/quiz/staff/questions/"
    quiz.ctx.session.commit()
    browser = sign_in(juror)
    for path in ("", "export", "?export=csv", "keys"):
        status, page = browser.get(f"{base}{path}")
        assert (status, code in page) == (403, True), path
    assert reads(quiz) == [], "nothing was shown, and the entry counts"
    exclude_entry(quiz.ctx, enrolment=entry, reason="Ban Giám khảo lần trước")
    restore_entry(quiz.ctx, enrolment=entry, reason="Nhầm lẫn")
    exclude_entry(quiz.ctx, enrolment=entry, reason="Ban Giám khảo lần trước")
    quiz.ctx.session.commit()
    assert browser.get(base)[0] == 200
    quiz.ctx.session.rollback()
    with pytest.raises(Forbidden, match="knows questions"):
        restore_entry(quiz.ctx, enrolment=entry, reason="Nhầm lẫn")


def test_an_organiser_who_takes_part_in_another_edition_exports_no_campaign(
    quiz: Quiz, sign_in: Callable[[User], Browser]
) -> None:
    copy = held_again(quiz)
    organiser = quiz.make.member(quiz.campaign)
    quiz.make.enrolment(copy, user=organiser)
    quiz.ctx.session.commit()
    assert sign_in(organiser).get(f"/c/{quiz.campaign.slug}/staff/campaign.zip")[0] == 403


def test_who_has_read_and_takes_part_all_the_same_is_named_to_the_organisers(
    quiz: Quiz, sign_in: Callable[[User], Browser]
) -> None:
    juror = quiz.make.member(quiz.campaign, Role.JURY)
    copy = held_again(quiz)
    assert sign_in(juror).get(f"/c/{quiz.campaign.slug}/quiz/staff/questions/")[0] == 200
    # The person had a second account, under which he takes part.
    entry = quiz.make.enrolment(copy)
    juror.merged_into_id, juror.active = entry.user_id, False
    organiser, others = quiz.make.member(copy), quiz.make.enrolment(copy)
    quiz.ctx.session.commit()
    assert [one.enrolment.id for one in insiders(quiz.ctx, campaign_id=copy.id)] == [entry.id]
    page = sign_in(organiser).get("/c/lan-sau/staff/exclusions/")[1]
    assert (entry.name in page, entry.code in page, others.code in page) == (True, True, False)
    exclude_entry(quiz.ctx, enrolment=entry, reason="Đã đọc câu hỏi")
    assert insiders(quiz.ctx, campaign_id=copy.id) == []
