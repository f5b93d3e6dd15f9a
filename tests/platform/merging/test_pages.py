"""The pages on which people are merged and told apart."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi.merging.models import Merger
from cuocthi.users.models import User
from cuocthi.users.profiles import complete_profile

from .conftest import WHY, World, on_one_database

if TYPE_CHECKING:
    from cuocthi.contributions import Browser


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
    assert "11 tài khoản có cùng số định danh cá nhân" in helper.get("/c/thi/staff/duplicates/")[1]
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
