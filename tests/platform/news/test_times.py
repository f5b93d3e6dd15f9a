"""When an announcement goes: by hand, at a day, or following the timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor, Context
from cuocthi.contributions import Edge
from cuocthi.errors import Closed, Conflict, DomainError
from cuocthi.news.domain import (
    AnnouncementFacts,
    discard_announcement,
    edit_announcement,
    write_announcement,
)
from cuocthi.news.models import Announcement, AnnouncementState, Audience
from cuocthi.news.sending import LATEST, due, start
from cuocthi.timelines.models import Phase

from .conftest import HOUR, Crowd

if TYPE_CHECKING:
    from sqlalchemy.engine import Engine

    from cuocthi.testing.factories import Factories


def test_three_days_before_the_round_ends_follows_the_round(
    ctx: Context, crowd: Crowd, campaign: Campaign, round_: Phase
) -> None:
    crowd.join()
    announcement = crowd.announce(phase=round_, edge=Edge.CLOSED, days=-3)
    assert announcement.due_at == datetime(2024, 10, 2, 8, tzinfo=LOCAL_ZONE)
    at_eight = replace(ctx, now=datetime(2024, 10, 2, 8, tzinfo=LOCAL_ZONE))
    assert [found for _, found in due(at_eight)] == [announcement]
    assert due(replace(at_eight, now=at_eight.now - timedelta(seconds=1))) == []
    round_.windows[0].closes_at += timedelta(days=2)
    ctx.session.flush()
    assert due(at_eight) == []
    assert len(due(replace(at_eight, now=at_eight.now + timedelta(days=2)))) == 1
    campaign.state = CampaignState.ARCHIVED
    ctx.session.flush()
    assert due(replace(at_eight, now=at_eight.now + timedelta(days=2))) == []


def test_what_comes_more_than_a_day_late_is_left_out_and_says_so(ctx: Context, crowd: Crowd, round_: Phase) -> None:
    crowd.join()
    send_at = ctx.now + HOUR
    announcements = [crowd.announce(send_at=send_at) for _ in range(2)]
    late, too_late = (replace(ctx, now=send_at + LATEST + more) for more in (timedelta(), timedelta(seconds=1)))
    assert start(late, campaign=crowd.campaign, announcement=announcements[0])
    assert not start(too_late, campaign=crowd.campaign, announcement=announcements[1])
    assert announcements[1].state is AnnouncementState.MISSED
    assert crowd.outbox() == []


def test_it_goes_out_when_it_was_confirmed_and_only_then(ctx: Context, crowd: Crowd, campaign: Campaign) -> None:
    facts = AnnouncementFacts("Tin", "Nội dung")
    draft = write_announcement(ctx, campaign=campaign, facts=facts)
    assert due(ctx) == []
    organiser = replace(ctx, actor=Actor(crowd.make.member(campaign).id))

    with pytest.raises(DomainError, match="nobody"):
        crowd.confirm(organiser, draft)
    crowd.join()
    edit_announcement(organiser, campaign=campaign, announcement=draft, facts=replace(facts, send_at=ctx.now))
    with pytest.raises(DomainError, match="is over"):
        crowd.confirm(organiser, draft)
    campaign.state = CampaignState.DRAFT
    with pytest.raises(Closed):
        crowd.confirm(organiser, draft)
    campaign.state = CampaignState.OPEN
    edit_announcement(organiser, campaign=campaign, announcement=draft, facts=facts)
    crowd.confirm(organiser, draft)
    with pytest.raises(Conflict):
        crowd.confirm(organiser, draft)
    with pytest.raises(Conflict):
        discard_announcement(organiser, campaign=campaign, announcement=draft)
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.action, event.after["reached"]) == ("core:news:send", 1)


def test_what_is_confirmed_is_what_was_read(
    ctx: Context, crowd: Crowd, campaign: Campaign, round_: Phase, make: Factories
) -> None:
    crowd.join()
    facts = AnnouncementFacts("Tin", "Nội dung", phase=round_, edge=Edge.CLOSED)
    draft = write_announcement(ctx, campaign=campaign, facts=facts)
    organiser, seen = replace(ctx, actor=Actor(make.member(campaign).id)), draft.digest
    others = [
        {"subject": "Khác"},
        {"body": "Khác"},
        {"audience": Audience.UNFINISHED},
        {"days": 1},
        {"is_public": True},
    ]
    for changes in others:
        edit_announcement(ctx, campaign=campaign, announcement=draft, facts=replace(facts, **changes))  # type: ignore[arg-type]
        with pytest.raises(Conflict):
            crowd.confirm(organiser, draft, seen=seen)
    edit_announcement(ctx, campaign=campaign, announcement=draft, facts=facts)
    discard_announcement(ctx, campaign=campaign, announcement=draft)
    following = write_announcement(ctx, campaign=campaign, facts=replace(facts, subject="Sau"))
    with pytest.raises(Conflict):
        crowd.confirm(organiser, following, seen=seen)
    write_announcement(ctx, campaign=campaign, facts=facts)
    crowd.confirm(organiser, following)


def test_of_an_edit_and_a_confirmation_at_once_the_later_one_is_refused(
    ctx: Context, crowd: Crowd, campaign: Campaign, engine: Engine
) -> None:
    crowd.join()
    facts = AnnouncementFacts("Tin", "Nội dung")
    draft = write_announcement(ctx, campaign=campaign, facts=facts)
    organiser = replace(ctx, actor=Actor(crowd.make.member(campaign).id))
    ctx.session.commit()
    with Session(engine, expire_on_commit=False) as session:
        stale = session.get_one(Announcement, draft.id)
        stale_campaign = session.get_one(Campaign, campaign.id)
        session.commit()
        crowd.confirm(organiser, draft)
        ctx.session.commit()
        own = replace(ctx, session=session)
        with pytest.raises(Conflict):
            edit_announcement(own, campaign=stale_campaign, announcement=stale, facts=replace(facts, body="Khác"))
        with pytest.raises(Conflict):
            discard_announcement(own, campaign=stale_campaign, announcement=stale)
        session.rollback()
    ctx.session.refresh(draft)
    assert (draft.state, draft.body) == (AnnouncementState.WAITING, "Nội dung")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"subject": " "}, "subject"),
        *(({"subject": f"Một{mark}hai"}, "subject") for mark in ("\n", "\r", "\v", "\x85", "\u2028")),
        ({"body": ""}, "body"),
        ({"edge": Edge.OPENED}, "timing"),
        ({"days": 401}, "days"),
    ],
)
def test_what_cannot_be_announced_is_refused_at_its_field(
    ctx: Context, campaign: Campaign, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        write_announcement(ctx, campaign=campaign, facts=replace(AnnouncementFacts("Tin", "Chữ"), **changes))  # type: ignore[arg-type]
    assert refusal.value.field == field


@pytest.mark.parametrize("column", ["state = 'sent'", "send_at = 1, phase_id = 1", "edge = 'opened'"])
def test_the_database_holds_the_invariants(ctx: Context, campaign: Campaign, round_: Phase, column: str) -> None:
    write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin", "Chữ"))
    with pytest.raises(IntegrityError):
        ctx.session.execute(sa.text(f"UPDATE core_announcement SET {column}"))  # noqa: S608
