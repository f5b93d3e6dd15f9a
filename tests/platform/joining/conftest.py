"""What the tests of joining share: a campaign that can be joined, and its form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.enrolments.models import Enrolment
from cuocthi.enrolments.queries import OTHER_UNIT
from cuocthi.rules.models import RulesVersion
from cuocthi.testing.factories import PASSWORD
from cuocthi.users.models import Contact, User

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


PHONE = "0912345645"
JOIN = "/c/thi/join"
#: Where test clients are when nothing else is configured.
HOST = "127.0.0.1"


@pytest.fixture
def campaign(ctx: Context, make: Factories) -> Campaign:
    made = make.campaign("thi")
    root = make.unit("Tỉnh Thái Bình", code="tb")
    root.selectable = False
    make.unit("Sở Khoa học và Công nghệ", parent=root, code="so-khcn")
    district = make.unit("Huyện Vũ Thư", parent=root, code="vu-thu")
    make.unit("Xã Minh Quang", parent=district, code="minh-quang")
    other = make.unit("Đơn vị khác", parent=root, code="khac")
    other.kind = OTHER_UNIT
    ctx.session.commit()
    return made


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]* value="([^"]*)"', page)
    return found[1] if found else ""


def fields(page: str, **changes: str) -> dict[str, str]:
    return {
        "csrf_token": hidden(page, "csrf_token"),
        "rules_version": hidden(page, "rules_version"),
        "unit": "so-khcn",
        "name": "Nguyễn Thị Đào",
        "contact": PHONE,
        "password": PASSWORD,
        "category": "official",
        "consent": "y",
        "rules": "y",
    } | changes


def join(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(JOIN, data=fields(client.get(JOIN).text, **changes))


def count(ctx: Context, table: type[User | Enrolment | Contact]) -> int:
    ctx.session.rollback()
    number = ctx.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
    ctx.session.rollback()
    return number


def issue_rules(ctx: Context, campaign: Campaign, number: int) -> None:
    ctx.session.add(
        RulesVersion(campaign_id=campaign.id, number=number, clauses={}, digest="0" * 64, issued_at=ctx.now)
    )
    ctx.session.commit()
