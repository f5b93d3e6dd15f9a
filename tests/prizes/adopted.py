"""Award lists made row by row, for tests of what is made of them: whatever columns they have, they are filled in."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.clock import LOCAL_ZONE
from cuocthi.database import UtcTime
from cuocthi.documents.domain import FILE_PERMISSION
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.files.models import StoredFile
from cuocthi.standings.confirmations import NEEDED
from cuocthi.standings.domain import results_digest_of
from cuocthi.standings.models import Confirmation, Ranking
from cuocthi.users.models import User
from cuocthi_prizes.acts.domain import name_acts
from cuocthi_prizes.digests import commitment, confirmed_digest_of, digest_of
from cuocthi_prizes.models import Award, AwardList, AwardListState, UnitAward
from cuocthi_prizes.queries import SUBJECT

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

#: Who is awarded: name, prize, value in đồng; the best first.
PLAN = (
    ("Nguyễn Thị Đào", "Giải Nhất", 1_000_000),
    ("Trần Văn Ấn", "Giải Nhì", 800_000),
    ("Lê Thị Ân", "Giải Nhì", 800_000),
    ("Phạm Đức Anh", "Giải Ba", 500_000),
)
UNITS = (("Sở Nội vụ", "Giải Nhất tập thể", 5_000_000),)


def row(model: type[Any], **values: Any) -> Any:
    """A row of any table with these values; what else it needs is filled in."""
    for column in model.__table__.columns:
        optional = column.nullable or column.default is not None or column.primary_key
        if column.key in values or optional or column.foreign_keys:
            continue
        if isinstance(column.type, UtcTime):
            continue
        plain = {str: "x", date: date(2024, 10, 1), bool: False}
        values[column.key] = plain.get(column.type.python_type, 1)
    return model(**values)


def draft(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    *,
    persons: Sequence[tuple[str, str, int]] = PLAN,
    units: Sequence[tuple[str, str, int]] = UNITS,
    number: int = 1,
    enrolments: Sequence[Any] | None = None,
) -> AwardList:
    """A draft that awards these prizes to these people and units; sealed."""
    ranking = row(Ranking, campaign_id=campaign.id, phase_id=round_.id, number=number, criteria={}, created_at=ctx.now)
    ranking.results_digest = results_digest_of(None)
    ctx.session.add(ranking)
    ctx.session.flush()
    enrolments = enrolments or [make.enrolment(campaign, user=make.user(name)) for name, _title, _value in persons]
    made: AwardList = row(
        AwardList,
        campaign_id=campaign.id,
        phase_id=round_.id,
        number=number,
        state=AwardListState.DRAFT,
        total_value=sum(value for _name, _title, value in (*persons, *units)),
        created_at=ctx.now,
        ranking_id=ranking.id,
        version=number,
    )
    for place, ((name, title, value), enrolment) in enumerate(zip(persons, enrolments, strict=True), start=1):
        made.awards.append(_award(name, title, value, place, enrolment))
    for name, title, value in units:
        unit = make.unit(name)
        made.unit_awards.append(row(UnitAward, tier=title, title=title, value=value, unit_id=unit.id, unit_name=name))
    ctx.session.add(made)
    ctx.session.flush()
    made.digest = digest_of(made)
    ctx.session.flush()
    return made


def _award(name: str, title: str, value: int, place: int, enrolment: Any) -> Award:
    salt = f"{place:032}"
    award: Award = row(
        Award,
        place=place,
        tier=title.lower(),
        title=title,
        value=value,
        enrolment_id=enrolment.id,
        unit_id=enrolment.unit_id,
        code=enrolment.code,
        recipient=name,
        unit_name=enrolment.unit_name,
        name_salt=salt,
        name_digest=commitment(salt, name),
    )
    return award


def adopt(ctx: Context, made: AwardList) -> AwardList:
    """Put a list in force as two persons would; the former one of its kind is superseded."""
    former = sa.select(AwardList).where(
        AwardList.campaign_id == made.campaign_id,
        AwardList.phase_id == made.phase_id,
        AwardList.state == AwardListState.ADOPTED,
    )
    for one in ctx.session.scalars(former):
        one.state = AwardListState.SUPERSEDED
    ctx.session.flush()
    agreed = confirmed_digest_of(made)
    of = {"campaign_id": made.campaign_id, "subject": SUBJECT, "subject_id": made.id}
    for _ in range(NEEDED):
        person = User(
            name="Người ký", name_folded="nguoi ky", name_sort="nguoi ky", password_hash="", created_at=ctx.now
        )
        ctx.session.add(person)
        ctx.session.flush()
        ctx.session.add(Confirmation(**of, digest=agreed, user_id=person.id, confirmed_at=ctx.now))
    ctx.session.flush()
    made.state, made.adopted_at = AwardListState.ADOPTED, ctx.now
    ctx.session.flush()
    return made


def signed(ctx: Context, campaign: Campaign, kind: DocumentKind, symbol: str, **values: Any) -> Document:
    """A registered document of today with everything that a legal act needs; ``values`` replace some of it."""
    content = f"{kind} {symbol}".encode()
    file = StoredFile(
        campaign_id=campaign.id,
        sha256=hashlib.sha256(content).hexdigest(),
        name=f"{symbol.replace('/', '-')}.pdf",
        media_type="application/pdf",
        size=len(content),
        permission=FILE_PERMISSION,
        created_at=ctx.now,
    )
    given = {
        "title": "Về việc trao giải thưởng Cuộc thi",
        "issuer": "Ban Tổ chức Cuộc thi",
        "issued_on": ctx.now.astimezone(LOCAL_ZONE).date(),
        "authority": "KT. TRƯỞNG BAN",
        "office": "Phó Trưởng ban",
        "signatory": "Phạm Văn Hoàn",
        "file": file,
        "public": False,
        **values,
    }
    found = Document(campaign_id=campaign.id, key=f"{kind}-{symbol}", kind=kind, symbol=symbol, created_at=ctx.now)
    for name, value in given.items():
        setattr(found, name, value)
    ctx.session.add(found)
    ctx.session.flush()
    return found


def decision(ctx: Context, campaign: Campaign, symbol: str = "152/QĐ-STTTT", **values: Any) -> Document:
    """A registered decision."""
    return signed(ctx, campaign, DocumentKind.DECISION, symbol, **values)


def minutes(ctx: Context, campaign: Campaign, symbol: str = "07/BB-BTC", **values: Any) -> Document:
    """Registered minutes."""
    return signed(ctx, campaign, DocumentKind.MINUTES, symbol, **values)


def final(ctx: Context, campaign: Campaign, *lists: AwardList) -> AwardList:
    """Make adopted lists final by minutes and a decision of today; return the first of them."""
    name_acts(
        ctx,
        campaign=campaign,
        list_ids=[one.id for one in lists],
        minutes_id=minutes(ctx, campaign).id,
        decision_id=decision(ctx, campaign).id,
    )
    return lists[0]
