"""The audit log: every field is in the chain, and every change of it is found."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.domain import GENESIS, hash_of, head, holds, read_anchor, record, verify
from cuocthi.audit.models import AuditEvent, AuditHead
from cuocthi.audit.queries import Criteria, events, every_event, known
from cuocthi.context import Actor
from cuocthi.errors import DomainError
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


@pytest.mark.usefixtures("tampering")
@pytest.mark.parametrize("field", CHANGES)
def test_a_change_of_any_field_is_found(ctx: Context, make: Factories, field: str) -> None:
    by = dataclasses.replace(ctx, actor=Actor(make.user().id, "192.0.2.1"))
    campaign = make.campaign()
    first, second, third = (note(by, campaign) for _ in range(3))
    ctx.session.execute(sa.update(AuditEvent).where(AuditEvent.id == second.id).values({field: CHANGES[field]}))
    ctx.session.expire_all()
    assert verify(ctx) == second.id
    assert first.id < second.id < third.id


@pytest.mark.usefixtures("tampering")
@pytest.mark.parametrize("value", [2**63 - 1, -(2**63)])
def test_an_event_that_can_no_longer_be_read_is_named(ctx: Context, make: Factories, value: int) -> None:
    campaign = make.campaign()
    first, second, _ = [note(ctx, campaign).id for _ in range(3)]
    for changed in (second, first):
        ctx.session.execute(
            sa.text("UPDATE core_audit_event SET at = :value WHERE id = :id"), {"value": value, "id": changed}
        )
        ctx.session.expire_all()
        assert verify(ctx) == changed


@pytest.mark.parametrize("statement", ["UPDATE core_audit_event SET address = ''", "DELETE FROM core_audit_event"])
def test_the_database_refuses_to_change_what_is_on_record(ctx: Context, statement: str) -> None:
    event = note(ctx, None)
    ctx.session.commit()
    with pytest.raises(sa.exc.IntegrityError, match="the audit log only grows"):
        ctx.session.execute(sa.text(statement))
    ctx.session.rollback()
    assert ctx.session.get_one(AuditEvent, event.id).address == event.address


@pytest.mark.usefixtures("tampering")
def test_an_event_taken_out_is_found(ctx: Context, make: Factories) -> None:
    _, second, third = (note(ctx, make.campaign()) for _ in range(3))
    ctx.session.delete(second)
    ctx.session.flush()
    assert verify(ctx) == third.id


@pytest.mark.usefixtures("tampering")
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


def test_events_are_narrowed_by_act_person_object_time_and_words(ctx: Context, make: Factories) -> None:
    campaign, user = make.campaign(), make.user("Trần Thị Bích")
    note(dataclasses.replace(ctx, actor=Actor(user.id)), campaign)
    later = dataclasses.replace(ctx, now=ctx.now + timedelta(days=1))
    note(later, campaign, "Vòng chung kết", action="core:round:extend")
    note(ctx, make.campaign())
    ctx.session.commit()

    def found(**narrowing: object) -> list[str]:
        criteria = Criteria(campaign.id, **narrowing)  # type: ignore[arg-type]
        rows, total = events(ctx, criteria=criteria, limit=10, offset=0)
        assert total == len(rows)
        assert [row.action for row in every_event(ctx, criteria=criteria)] == [row.action for row in reversed(rows)]
        return [row.action.rpartition(":")[2] for row in rows]

    assert found() == ["extend", "close"]
    assert found(action="core:round:close") == ["close"]
    assert found(actor_id=user.id) == ["close"]
    assert found(object_kind="phase", object_id=7) == ["extend", "close"]
    assert found(object_id=8) == []
    assert found(since=later.now) == ["extend"]
    assert found(until=later.now) == ["close"]
    assert found(search="thi bich") == ["close"], "a person's name, without accents"
    assert found(search="chung kết") == ["extend"], "a value of the summary, as it is written"
    assert found(search="%") == []
    (summary,) = known(ctx, campaign_id=campaign.id).summaries
    assert found(search="x", summaries=[summary]) == ["extend", "close"]


def test_the_filters_offer_what_the_log_holds(ctx: Context, make: Factories) -> None:
    campaign, user = make.campaign(), make.user("Trần Thị Bích")
    note(dataclasses.replace(ctx, actor=Actor(user.id)), campaign)
    note(ctx, campaign, action="core:round:extend")
    found = known(ctx, campaign_id=campaign.id)
    assert list(found.acts) == ["core:round:close", "core:round:extend"]
    assert (list(found.kinds), list(found.actors)) == (["phase"], [(user.id, "Trần Thị Bích")])


@pytest.mark.usefixtures("tampering")
def test_a_swap_of_two_events_is_found(ctx: Context, make: Factories) -> None:
    first, second, third = (note(ctx, make.campaign(), f"Vòng {number}").id for number in range(3))
    ctx.session.commit()
    for old, new in ((first, 900), (second, first), (900, second)):
        ctx.session.execute(
            sa.update(AuditEvent).where(AuditEvent.id == old).values(id=new),
            execution_options={"synchronize_session": False},
        )
    ctx.session.expunge_all()
    assert verify(ctx) == first
    assert third > second


# --- anchors ---


def forge(ctx: Context) -> None:
    """Rewrite the first event and make the whole chain anew, as who has the database and the program can."""
    previous = GENESIS
    ctx.session.expire_all()
    for number, event in enumerate(ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id))):
        if number == 0:
            event.summary = "Nothing happened"
        event.previous_hash = previous
        event.hash = previous = hash_of(event)
    ctx.session.get_one(AuditHead, 1).hash = previous
    ctx.session.flush()


@pytest.mark.usefixtures("tampering")
def test_a_chain_made_anew_is_whole_but_does_not_hold_what_was_printed(ctx: Context, make: Factories) -> None:
    assert head(ctx) is None
    for number in range(3):
        note(ctx, make.campaign(), f"Vòng {number}")
    printed = head(ctx)
    assert printed is not None
    assert read_anchor(f" {str(printed).upper()}\n") == printed
    note(ctx, None)
    assert holds(ctx, anchor=printed)
    forge(ctx)
    assert verify(ctx) is None
    assert not holds(ctx, anchor=printed)
    assert not holds(ctx, anchor=dataclasses.replace(printed, number=99))


@pytest.mark.parametrize("text", ["", "12", "12:abc", f"x:{'a' * 64}", f"1:{'g' * 64}", f"{'9' * 19}:{'a' * 64}"])
def test_an_anchor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(DomainError) as refused:
        read_anchor(text)
    assert refused.value.field == "anchor"
