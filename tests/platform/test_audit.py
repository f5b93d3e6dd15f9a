"""The audit log: every field is in the chain, and every change of it is found."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import record, verify
from cuocthi.audit.models import AuditEvent, AuditHead
from cuocthi.audit.queries import Criteria, events, known
from cuocthi.context import Actor
from cuocthi.text import TN, T, Text

if TYPE_CHECKING:
    from cuocthi.audit.models import AuditEvent as Event
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories


def note(ctx: Context, campaign: Campaign | None, title: str = "Vòng 1", action: str = "core:round:close") -> Event:
    return record(
        ctx,
        action=action,
        summary=T("Closed round “%(title)s” at %(at)s", title=title, at=ctx.now),
        campaign=campaign,
        object_kind="phase",
        object_id=7,
        before={"closes_at": ctx.now + timedelta(days=1), "open": True},
        after={"closes_at": ctx.now, "open": False, "notes": ["a", 2]},
    )


def test_an_untouched_chain_is_whole(ctx: Context, make: Factories) -> None:
    campaign = make.campaign()
    assert verify(ctx) is None
    for number in range(5):
        note(ctx, campaign if number % 2 else None, f"Vòng {number}")
    ctx.session.commit()
    ctx.session.expire_all()
    assert verify(ctx) is None


#: A change of each column that holds a fact, as somebody with access to the database would make it.
CHANGES = {
    "at": datetime(2024, 9, 20, tzinfo=UTC),
    "actor_id": sa.null(),
    "address": "10.0.0.1",
    "campaign_id": sa.null(),
    "action": "core:round:open",
    "object_kind": "round",
    "object_id": 8,
    "summary": "Opened a round",
    "params": {"params": {"title": "Vòng 9"}},
    "before": {},
    "after": {"open": True},
    "previous_hash": "1" * 64,
    "hash": "2" * 64,
}


def test_the_chain_covers_every_column() -> None:
    assert set(CHANGES) == {column.key for column in AuditEvent.__table__.columns} - {"id"}


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_any_field_is_found(ctx: Context, make: Factories, field: str) -> None:
    by = dataclasses.replace(ctx, actor=Actor(make.user().id, "192.0.2.1"))
    campaign = make.campaign()
    first, second, third = (note(by, campaign) for _ in range(3))
    ctx.session.execute(sa.update(AuditEvent).where(AuditEvent.id == second.id).values({field: CHANGES[field]}))
    ctx.session.expire_all()
    assert verify(ctx) == second.id
    assert first.id < second.id < third.id


def test_an_event_taken_out_is_found(ctx: Context, make: Factories) -> None:
    _, second, third = (note(ctx, make.campaign()) for _ in range(3))
    ctx.session.delete(second)
    ctx.session.flush()
    assert verify(ctx) == third.id


def test_events_missing_at_the_end_are_found(ctx: Context, make: Factories) -> None:
    first, second = (note(ctx, make.campaign()) for _ in range(2))
    ctx.session.delete(second)
    ctx.session.flush()
    assert verify(ctx) == first.id
    ctx.session.delete(first)
    ctx.session.flush()
    assert verify(ctx) == 0
    ctx.session.execute(sa.delete(AuditHead))
    ctx.session.expire_all()
    assert verify(ctx) is None  # an installation without any event


def test_a_rolled_back_act_leaves_no_event(ctx: Context, make: Factories) -> None:
    note(ctx, make.campaign())
    ctx.session.commit()
    note(ctx, None)
    ctx.session.rollback()
    assert verify(ctx) is None
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 1


def test_events_are_read_back_in_words(ctx: Context, make: Factories) -> None:
    campaign, user = make.campaign(), make.user("Trần Thị Bích")
    by = dataclasses.replace(ctx, actor=Actor(user.id, "192.0.2.1"))
    note(by, campaign)
    record(
        ctx,
        action="core:file:store",
        summary=TN("%(count)s file in %(place)s", "%(count)s files in %(place)s", 2, place=T("Documents")),
        campaign=campaign,
        object_kind="file",
        object_id=None,
    )
    ctx.session.expire_all()
    (stored, closed), total = events(ctx, criteria=Criteria(campaign.id), limit=10, offset=0)
    assert total == 2
    assert str(stored.summary) == "2 files in Documents"
    assert isinstance(stored.summary.params["place"], Text)
    assert closed.summary.params == {"title": "Vòng 1", "at": ctx.now}
    assert (closed.actor, closed.address, stored.actor) == ("Trần Thị Bích", "192.0.2.1", "")
    assert closed.after == {"closes_at": ctx.now.isoformat(), "open": False, "notes": ["a", 2]}


def test_events_are_narrowed_by_action_person_and_object(ctx: Context, make: Factories) -> None:
    campaign = make.campaign()
    by = dataclasses.replace(ctx, actor=Actor(make.user("Trần Thị Bích").id))
    note(by, campaign)
    note(ctx, campaign, action="core:round:extend")
    note(ctx, make.campaign())
    ctx.session.commit()

    def found(**narrowing: object) -> list[str]:
        criteria = Criteria(campaign.id, **narrowing)  # type: ignore[arg-type]
        rows, total = events(ctx, criteria=criteria, limit=10, offset=0)
        assert total == len(rows)
        return [row.action for row in rows]

    assert found() == ["core:round:extend", "core:round:close"]
    assert found(action="core:round:close") == ["core:round:close"]
    assert found(actor="thi bich") == ["core:round:close"]
    assert found(actor="%") == []
    assert found(object_kind="phase", object_id=7) == ["core:round:extend", "core:round:close"]
    assert found(object_id=8) == []
    assert known(ctx, campaign_id=campaign.id) == (["core:round:close", "core:round:extend"], ["phase"])
