"""Factories for tests: each makes one thing with plausible values and takes what the test cares about."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from cuocthi.campaigns.models import Campaign, CampaignState, Division, Headcount
from cuocthi.committees.models import Committee, Membership
from cuocthi.consents.domain import keep_words
from cuocthi.contributions import Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase, PhaseKind, Window
from cuocthi.units.models import Unit
from cuocthi.users.contacts import normalise_contact, sealed_contact
from cuocthi.users.models import User
from cuocthi.users.names import fold, sort_key

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

Row = TypeVar("Row")

#: The password of every user that ``Factories.user`` makes with ``password=True``.
PASSWORD = "cuoc-thi-mua-thu-2024"  # noqa: S105 - of tests


@cache
def _hash_of_password() -> str:
    """Return a hash that takes no time: this password nobody has to be kept from guessing."""
    from argon2 import PasswordHasher  # noqa: PLC0415 - loaded only where needed

    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


class Factories:
    """Makes rows in the test's session; they are flushed, not committed."""

    def __init__(self, ctx: Context, vault: Vault) -> None:
        self._ctx = ctx
        self._vault = vault
        self._numbers = count(1)

    def user(self, name: str = "", *, contact: str = "", password: bool = False, admin: bool = False) -> User:
        """Make a person; with ``contact`` (phone or e-mail) and ``password`` one who can sign in with PASSWORD."""
        name = name or f"Nguyễn Văn {next(self._numbers):04d}"
        user = User(
            name=name,
            name_folded=fold(name),
            name_sort=sort_key(name),
            password_hash=_hash_of_password() if password else "!",
            is_admin=admin,
            created_at=self._ctx.now,
        )
        self._add(user)
        if contact:
            user.contacts.append(sealed_contact(normalise_contact(contact), self._vault))
            self._ctx.session.flush()
        return user

    def unit(self, name: str = "", *, parent: Unit | None = None, block: str = "", code: str = "") -> Unit:
        """Make a unit, below ``parent`` if one is given."""
        number = next(self._numbers)
        name = name or f"Đơn vị {number}"
        unit = Unit(
            code=code or f"unit-{number}",
            parent_id=parent.id if parent else None,
            path="",
            name=name,
            name_sort=sort_key(name),
            aliases=[],
            search=fold(name),
            block=block,
        )
        self._add(unit)
        unit.path = f"{parent.path if parent else '/'}{unit.id}/"
        self._ctx.session.flush()
        return unit

    def campaign(
        self, slug: str = "", *, plugins: tuple[str, ...] = (), state: CampaignState = CampaignState.OPEN
    ) -> Campaign:
        """Make a campaign, open unless the test wants a draft, with the named plugins enabled."""
        number = next(self._numbers)
        campaign = Campaign(
            slug=slug or f"cuoc-thi-{number}",
            name=f"Cuộc thi trắc nghiệm số {number}",
            host_name="Sở Thông tin và Truyền thông",
            state=state,
            plugins=list(plugins),
            categories={"official": "Cán bộ, công chức, viên chức", "resident": "Người dân"},
            consent_text="Tôi đồng ý để Ban Tổ chức xử lý dữ liệu cá nhân của tôi cho Cuộc thi.",
            draw_key=f"{number:064x}",
            created_at=self._ctx.now,
            opened_at=self._ctx.now if state is CampaignState.OPEN else None,
        )
        self._add(campaign)
        keep_words(self._ctx, campaign=campaign, material=True)
        return campaign

    def division(self, campaign: Campaign, key: str = "official", name: str = "Bảng A") -> Division:
        """Make a division of a campaign."""
        return self._add(Division(campaign_id=campaign.id, key=key, name=name))

    def headcount(self, campaign: Campaign, unit: Unit, number: int, category: str = "official") -> Headcount:
        """Say how many people of a unit are entitled to take part."""
        return self._add(Headcount(campaign_id=campaign.id, unit_id=unit.id, category=category, number=number))

    def phase(
        self,
        campaign: Campaign,
        kind: PhaseKind = PhaseKind.JUDGING,
        *,
        opens_at: datetime | None = None,
        closes_at: datetime | None = None,
        title: str = "",
    ) -> Phase:
        """Make a phase that is no round, open now for ten days unless the test says otherwise."""
        number = next(self._numbers)
        phase = Phase(campaign_id=campaign.id, key=f"phase-{number}", kind=kind, title=title or f"Giai đoạn {number}")
        phase.windows = [self._window(opens_at, closes_at)]
        return self._add(phase)

    def round(
        self,
        campaign: Campaign,
        source: str = "quiz",
        *,
        opens_at: datetime | None = None,
        closes_at: datetime | None = None,
        number: int = 1,
    ) -> Phase:
        """Make a round of a contest format, open since and for five days unless the test says otherwise."""
        phase = Phase(
            campaign_id=campaign.id,
            key=f"round-{number}",
            kind=PhaseKind.CONTEST,
            title=f"Vòng {number}",
            number=number,
            source=source,
        )
        phase.windows = [self._window(opens_at, closes_at)]
        return self._add(phase)

    def enrolment(
        self, campaign: Campaign, *, user: User | None = None, unit: Unit | None = None, category: str = "official"
    ) -> Enrolment:
        """Enrol a person (a new one unless given) in a campaign, from a unit (a new one unless given)."""
        user = user or self.user()
        unit = unit or self.unit()
        enrolment = Enrolment(
            campaign_id=campaign.id,
            user_id=user.id,
            unit_id=unit.id,
            code=f"{next(self._numbers):06d}",
            category=category,
            name=user.name,
            name_folded=user.name_folded,
            name_sort=user.name_sort,
            unit_name=unit.name,
            unit_path=unit.path,
            consent_digest="0" * 64,
            enrolled_at=self._ctx.now,
        )
        return self._add(enrolment)

    def member(
        self,
        campaign: Campaign,
        role: Role = Role.ORGANISING,
        *,
        user: User | None = None,
        unit: Unit | None = None,
    ) -> User:
        """Put a person (a new one unless given) on a committee of that role, for a unit if it needs one."""
        user = user or self.user()
        number = next(self._numbers)
        committee = Committee(campaign_id=campaign.id, key=f"{role}-{number}", role=role, title=f"Ban số {number}")
        self._add(committee)
        bound = unit or self.unit() if role.bound_to_unit else None
        self._add(
            Membership(
                committee_id=committee.id,
                user_id=user.id,
                appointed_at=self._ctx.now,
                unit_id=bound.id if bound else None,
            )
        )
        return user

    def _window(self, opens_at: datetime | None, closes_at: datetime | None) -> Window:
        half = timedelta(days=5)
        return Window(opens_at=opens_at or self._ctx.now - half, closes_at=closes_at or self._ctx.now + half)

    def _add(self, row: Row) -> Row:
        self._ctx.session.add(row)
        self._ctx.session.flush()
        return row
