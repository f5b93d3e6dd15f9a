"""Candidates through the pages: what staff see and do, and what a candidate answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import Browser
from cuocthi.enrolments.models import EnrolmentState
from cuocthi.testing.factories import Factories
from cuocthi.users.models import User
from cuocthi_prizes.candidates.models import Candidacy, CandidateCheck, CandidateDecision, Ruling, Way
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.models import PassedOverKind
from cuocthi_prizes.settings import Check

from .adopted import decision
from .conftest import DISTINCT, PLAN, Contest

NUMBER = "034090001234"
MEMBER = "Phạm Thị Mận"


@pytest.fixture
def staged(contest: Contest, make: Factories) -> Contest:
    """A contest with a draft whose first candidate has the name of a member of the jury."""
    contest.save(replace(PLAN, candidate_checks=(Check.CONTACT, Check.IDENTITY), answer_days=7))
    contest.people.append(make.enrolment(contest.campaign, user=make.user(MEMBER)))
    make.member(contest.campaign, user=make.user(MEMBER))
    contest.rank(DISTINCT)
    draw_up(contest.staff[0], campaign=contest.campaign)
    return contest


Opened = Callable[..., tuple[int, str]]


@pytest.fixture
def staff(staged: Contest, sign_in: Callable[[User], Browser]) -> Browser:
    """A member of the organising committee, signed in."""
    return signed_in(staged, sign_in, staged.staff[0].actor.user_id or 0)


def signed_in(contest: Contest, sign_in: Callable[[User], Browser], user_id: int) -> Browser:
    person = contest.ctx.session.get_one(User, user_id)
    contest.ctx.session.commit()
    browser = sign_in(person)
    contest.ctx.session.rollback()
    return browser


def at(contest: Contest, path: str = "", place: int | None = None) -> str:
    who = "" if place is None else f"/{contest.people[place].id}"
    address = f"/c/{contest.campaign.slug}/prizes/awards/1/candidates{who}{path}"
    contest.ctx.session.rollback()  # on SQLite the request may write
    return address


def one(contest: Contest, model: type) -> object:
    contest.ctx.session.rollback()
    contest.ctx.session.expire_all()
    return contest.ctx.session.scalars(sa.select(model)).one()


def test_staff_see_what_is_missing_and_note_a_check(staged: Contest, staff: Browser) -> None:
    status, page = staff.get(at(staged))
    assert status == 200
    assert MEMBER in page
    assert "16" in page
    status, page = staff.get(at(staged, place=0))
    assert (status, "12/BB" in page) == (200, False)

    assert staff.get(at(staged, "/check?kind=contact", 0))[0] == 200
    assert staff.post(at(staged, "/check", 0), {"kind": "contact", "how": ""})[0] == 422
    status, page = staff.post(at(staged, "/check", 0), {"kind": "contact", "how": "Gọi điện lúc 9 giờ"})
    assert (status, "Gọi điện lúc 9 giờ" in page) == (200, True)
    assert one(staged, CandidateCheck).kind is Check.CONTACT  # type: ignore[attr-defined]


def test_the_list_is_searched_and_narrowed(staged: Contest, staff: Browser) -> None:
    other = staged.people[3].name
    page = staff.get(at(staged, "?q=pham+man"))[1]
    assert (MEMBER in page, other in page) == (True, False)
    assert MEMBER not in staff.get(at(staged, "?state=settled"))[1]


def test_the_jury_rules_and_decides_by_pages(staged: Contest, staff: Browser) -> None:
    member = staged.ctx.session.scalars(sa.select(User.id).where(User.name == MEMBER).order_by(User.id.desc())).first()
    path = f"/ruling/{member}"
    assert staff.get(at(staged, path, 0))[0] == 200
    status, page = staff.post(at(staged, path, 0), {"same": "no", "reason": "Khác năm sinh, khác xã"})
    assert (status, "Khác năm sinh" in page) == (200, True)
    assert one(staged, Ruling).same is False  # type: ignore[attr-defined]

    for path in ("keep", "exclude", "no_answer", "declined", "unit"):
        assert staff.get(at(staged, f"/{path}", 0))[0] == 200
    assert staff.post(at(staged, "/keep", 0), {"reason": "Đã xem xét"})[0] == 422
    given = {"reason": "Đã xem xét", "document_number": "12/BB-BTC", "document_date": "2024-10-01"}
    status, page = staff.post(at(staged, "/keep", 0), given)
    assert (status, "12/BB-BTC" in page) == (200, True)
    assert one(staged, CandidateDecision).reason == "Đã xem xét"  # type: ignore[attr-defined]


def test_a_candidate_answers_and_sees_numbers_in_part_alone(
    staged: Contest, staff: Browser, sign_in: Callable[[User], Browser]
) -> None:
    staff.get(at(staged))  # a form brings the token
    assert staff.post(at(staged), {"until": ""})[0] == 200
    candidacies = dict(staged.ctx.session.execute(sa.select(Candidacy.enrolment_id, Candidacy.id)).all())
    number, other = (candidacies[staged.people[place].id] for place in (0, 1))
    browser = signed_in(staged, sign_in, staged.people[0].user_id)
    slug = staged.campaign.slug
    staged.ctx.session.rollback()
    mine = f"/c/{slug}/prizes/mine/{number}"
    assert "Giải Nhất" in browser.get(f"/c/{slug}/personal")[1]
    assert browser.get(mine)[0] == 200
    assert browser.get(f"/c/{slug}/prizes/mine/{other}")[0] == 404
    wrong = {"citizen_id": "12", "way": "cash"}
    assert browser.post(mine, wrong)[0] == 422
    given = {"citizen_id": NUMBER, "way": "account", "account": "1903 4567 8901", "bank": "Agribank", "holder": "A B"}
    status, page = browser.post(mine, given)
    assert status == 200
    assert ("034…34" in page, "…901" in page, NUMBER in page) == (True, True, False)
    staged.ctx.session.expire_all()
    assert staged.ctx.session.get_one(Candidacy, number).way is Way.ACCOUNT
    for page in (staff.get(at(staged, place=0))[1], staff.get(at(staged))[1]):
        assert NUMBER not in page

    browser.post(f"{mine}/decline", {})
    staged.ctx.session.expire_all()
    assert staged.ctx.session.get_one(Candidacy, number).set_aside is None
    staged.ctx.session.rollback()
    browser.post(f"{mine}/decline", {"certain": "yes"})
    staged.ctx.session.expire_all()
    assert staged.ctx.session.get_one(Candidacy, number).set_aside is PassedOverKind.DECLINED
    staged.ctx.session.rollback()
    assert browser.get(mine)[0] == 200

    staged.ctx.session.execute(sa.update(Candidacy).values(answer_by=staged.ctx.now))
    staged.ctx.session.commit()
    browser = signed_in(staged, sign_in, staged.people[1].user_id)
    late = f"/c/{slug}/prizes/mine/{other}"
    assert browser.get(late)[0] == 200
    status, page = browser.post(late, given)
    assert (status, "Đã hết thời hạn" in page) == (409, True)


def test_pages_take_the_same_statements_for_any_number_of_candidates(
    staged: Contest, staff: Browser, statements: Callable[[], int]
) -> None:
    def counted(query: str) -> int:
        staff.get(at(staged, query))
        statements()
        assert staff.get(at(staged, query))[0] == 200
        return statements()

    assert counted("?q=pham+man") == counted("")


def test_the_jury_rules_on_two_candidates_with_one_id_number(
    staged: Contest, staff: Browser, sign_in: Callable[[User], Browser]
) -> None:
    staff.get(at(staged))
    staff.post(at(staged), {"until": ""})
    candidacies = dict(staged.ctx.session.execute(sa.select(Candidacy.enrolment_id, Candidacy.id)).all())
    for place in (1, 2):
        browser = signed_in(staged, sign_in, staged.people[place].user_id)
        mine = f"/c/{staged.campaign.slug}/prizes/mine/{candidacies[staged.people[place].id]}"
        browser.get(mine)
        assert browser.post(mine, {"citizen_id": NUMBER, "way": "cash"})[0] == 200
    other = staged.people[2]
    name, ruling = other.name, f"/ruling/{other.user_id}"
    page = staff.get(at(staged, place=1))[1]
    assert (ruling in page, name in page, NUMBER in page) == (True, True, False)
    assert staff.get(at(staged, ruling, 1))[0] == 200
    assert staff.post(at(staged, ruling, 1), {"same": "no", "reason": "Ghi nhầm số"})[0] == 409
    given = {"same": "no", "reason": "Ghi nhầm", "document_number": "12/BB-BTC", "document_date": "2024-10-01"}
    status, page = staff.post(at(staged, ruling, 1), given)
    assert (status, "Ghi nhầm" in page, "12/BB-BTC" in page) == (200, True, True)


def test_who_is_passed_over_reads_why_and_where_to_object_on_the_own_page(
    staged: Contest, staff: Browser, sign_in: Callable[[User], Browser]
) -> None:
    staged.campaign.standing_office = "Sở Thông tin và Truyền thông"
    staged.ctx.session.commit()
    staff.get(at(staged))
    staff.post(at(staged), {"until": ""})
    assert staff.post(at(staged, "/declined", 0), {"reason": "Có đơn từ chối"})[0] == 422
    given = {"reason": "Có đơn từ chối", "document_number": "12/BB-BTC", "document_date": "2024-10-01"}
    assert staff.post(at(staged, "/declined", 0), given)[0] == 200
    number = staged.ctx.session.scalars(
        sa.select(Candidacy.id).where(Candidacy.enrolment_id == staged.people[0].id)
    ).one()
    browser = signed_in(staged, sign_in, staged.people[0].user_id)
    slug = staged.campaign.slug
    staged.ctx.session.rollback()
    assert f"/prizes/mine/{number}" in browser.get(f"/c/{slug}/personal")[1]
    page = browser.get(f"/c/{slug}/prizes/mine/{number}")[1]
    assert all(text in page for text in ("Có đơn từ chối", "12/BB-BTC", "Sở Thông tin và Truyền thông"))

    assert staff.post(at(staged, "/take_back", 0), {"reason": "Nhầm người"})[0] == 422
    assert staff.post(at(staged, "/take_back", 0), {**given, "reason": "Nhầm người"})[0] == 200
    staged.ctx.session.rollback()
    assert "Có đơn từ chối" not in browser.get(f"/c/{slug}/prizes/mine/{number}")[1]


def test_in_an_archived_campaign_somebody_is_excluded_by_a_registered_document(staged: Contest, staff: Browser) -> None:
    assert 'name="registered"' not in staff.get(at(staged, "/exclude", 0))[1]
    registered = decision(staged.ctx, staged.campaign)
    staged.campaign.state, staged.campaign.archived_at = CampaignState.ARCHIVED, staged.ctx.now
    staged.ctx.session.commit()
    assert 'name="registered"' in staff.get(at(staged, "/exclude", 0))[1]
    given = {"reason": "Nhờ người khác", "document_number": "12/BB-BTC", "document_date": "2024-10-01"}
    assert staff.post(at(staged, "/exclude", 0), given)[0] == 422
    assert staff.post(at(staged, "/exclude", 0), {**given, "registered": str(registered.id)})[0] == 200
    staged.ctx.session.rollback()
    staged.ctx.session.expire_all()
    assert staged.people[0].state is EnrolmentState.EXCLUDED
