"""Unit and category of a participant, put right by staff before a result rests on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.context import Actor
from cuocthi.contributions import ResultRow, Role
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.personal.placement import correct_placement
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.results import post_results
from cuocthi.testing.plugins import make_format
from cuocthi.timelines.models import Phase

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.units.models import Unit
    from cuocthi.users.models import User


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [make_format("essays")]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thi", plugins=("essays",))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "essays")


@pytest.fixture
def dao(make: Factories, campaign: Campaign) -> Enrolment:
    return make.enrolment(campaign, user=make.user("Nguyễn Thị Đào"), unit=make.unit("Xã An Tân"))


@pytest.fixture
def right(make: Factories) -> Unit:
    return make.unit("Xã Hòa An", parent=make.unit("Huyện Thái Thụy", parent=make.unit("Thái Bình")))


def correct(ctx: Context, campaign: Campaign, enrolment: Enrolment, unit: Unit, **other: str) -> bool:
    values = {"unit_note": "", "category": enrolment.category} | other
    return correct_placement(ctx, campaign=campaign, enrolment=enrolment, unit=unit, **values)


def test_from_then_on_the_person_counts_for_the_right_unit(
    ctx: Context, campaign: Campaign, dao: Enrolment, right: Unit
) -> None:
    assert correct(ctx, campaign, dao, right, category="resident")
    assert (dao.unit_id, dao.unit_path, dao.category) == (right.id, right.path, "resident")
    assert dao.unit_name == "Xã Hòa An, Huyện Thái Thụy"
    last = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert last.before == {"unit": "Xã An Tân", "category": "official"}
    assert last.after == {"unit": "Xã Hòa An, Huyện Thái Thụy", "category": "resident"}
    assert not correct(ctx, campaign, dao, right), "nothing is to be put right any more"


def test_a_unit_that_was_only_written_is_resolved(
    ctx: Context, make: Factories, campaign: Campaign, dao: Enrolment, right: Unit
) -> None:
    other = make.unit("Đơn vị khác")
    other.kind = "other"
    with pytest.raises(DomainError) as refused:
        correct(ctx, campaign, dao, other)
    assert refused.value.field == "unit_note"
    correct(ctx, campaign, dao, other, unit_note="  Hợp tác xã  An Tân ")
    assert (dao.unit_id, dao.unit_note) == (other.id, "Hợp tác xã An Tân")
    correct(ctx, campaign, dao, right, unit_note="Hợp tác xã An Tân")
    assert (dao.unit_id, dao.unit_note) == (right.id, "")


def test_what_cannot_be_is_refused_and_nothing_changes(
    ctx: Context, make: Factories, campaign: Campaign, dao: Enrolment, right: Unit
) -> None:
    before, gone = dao.unit_id, make.unit("Sở Nội vụ cũ")
    gone.valid_to = ctx.now.date()
    for unit, category, field in ((gone, "official", "unit"), (right, "pupil", "category")):
        with pytest.raises(DomainError) as refused:
            correct(ctx, campaign, dao, unit, category=category)
        assert refused.value.field == field
    campaign.state = CampaignState.ARCHIVED
    with pytest.raises(Closed):
        correct(ctx, campaign, dao, right)
    assert (dao.unit_id, dao.category) == (before, "official")


def test_what_an_adopted_ranking_rests_on_stays(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, dao: Enrolment, right: Unit
) -> None:
    start = ctx.now - timedelta(days=1)
    row = ResultRow(dao.id, "1", 1_000, 9_000, 60_000, start, start + timedelta(minutes=1))
    post_results(ctx, campaign=campaign, round_=round_, source="essays", rows=[row])
    after = replace(ctx, now=round_.closes_at + timedelta(hours=1))
    ranking = build_ranking(after, campaign=campaign, round_=round_)
    submit_ranking(after, ranking=ranking)
    assert correct(ctx, campaign, dao, right), "a provisional one binds nobody"
    for _ in range(2):
        adopt_ranking(replace(after, actor=Actor(make.user().id)), ranking=ranking)
    with pytest.raises(Conflict):
        correct(ctx, campaign, dao, right, category="resident")
    assert dao.category == "official"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_support_puts_it_right_on_a_page(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    dao: Enrolment,
    right: Unit,
    sign_in: Callable[[User], Browser],
) -> None:
    support, juror = make.member(campaign, Role.SUPPORT), make.member(campaign, Role.JURY)
    address = f"/c/thi/staff/enrolments/{dao.id}"
    there, name = f"{address}/placement", right.name
    ctx.session.commit()
    browser = sign_in(support)
    assert there in browser.get(address)[1]
    assert "Xã An Tân" in browser.get(there)[1]
    status, page = browser.post(there, {"unit": "Xã không có", "category": "official"})
    assert (status, "Xã không có" in page) == (422, True)
    status, page = browser.post(there, {"unit": name, "category": "resident"})
    assert (status, "Xã Hòa An, Huyện Thái Thụy" in page) == (200, True)
    assert sign_in(juror).get(there)[0] == 403
