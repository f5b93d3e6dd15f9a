"""What the tests of inquiries share: the plugin alone, a campaign, and the people of its committees."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.context import Actor, Context
from cuocthi.contributions import Role
from cuocthi_inquiries import plugin
from cuocthi_inquiries.domain.inquiries import ask
from cuocthi_inquiries.models import Inquiry

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

QUESTION = "Tôi ở xã Đông Hoàng, khi đăng ký thì chọn đơn vị nào?"
BASE = "/c/hoi-thi/inquiries/"


#: What a page says, or a rule in plain words refuses, does not hang on the database.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [plugin]


@dataclass
class Office:
    """A campaign whose committees answer questions."""

    ctx: Context
    make: Factories
    vault: Vault
    campaign: Campaign
    support: User
    organiser: User

    def by(self, user: User | None) -> Context:
        """The context of an act of somebody, or of somebody who has not signed in."""
        return replace(self.ctx, actor=Actor(user.id if user else None))

    @property
    def staff(self) -> Context:
        """The context of an act of the support team."""
        return self.by(self.support)

    def ask(self, user: User | None, body: str = QUESTION, *, token: str = "", contact: str = "") -> Inquiry:
        """Let somebody ask; without an account they leave a contact."""
        number = self.ctx.session.scalar(sa.select(sa.func.count()).select_from(Inquiry))
        return ask(
            self.by(user),
            campaign=self.campaign,
            body=body,
            token=token or f"token-{number}",
            contact=contact or "chi.dao@example.vn",
            vault=self.vault,
        )

    def log(self) -> list[tuple[str, int | None]]:
        """What the audit log holds, as (action, who)."""
        rows = self.ctx.session.execute(sa.select(AuditEvent.action, AuditEvent.actor_id).order_by(AuditEvent.id)).all()
        return [(action, actor) for action, actor in rows]


@pytest.fixture
def office(ctx: Context, make: Factories, vault: Vault) -> Office:
    campaign = make.campaign("hoi-thi", plugins=("inquiries",))
    support = make.member(campaign, Role.SUPPORT, user=make.user("Vũ Thị Lan Anh"))
    organiser = make.member(campaign, Role.ORGANISING, user=make.user("Phạm Thị Thu Hà"))
    return Office(ctx, make, vault, campaign, support, organiser)


@pytest.fixture
def resident(office: Office) -> User:
    """Somebody who takes part."""
    user = office.make.user("Nguyễn Thị Đào")
    office.make.enrolment(office.campaign, user=user)
    return user


Counter = Callable[[], int]
