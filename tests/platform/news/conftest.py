"""What the tests of announcements share: a campaign, a round, and people who agreed or did not."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.app import registry_of
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor, Context
from cuocthi.enrolments.models import Enrolment
from cuocthi.jobs.domain import enqueue
from cuocthi.jobs.models import Job
from cuocthi.jobs.work import run_job
from cuocthi.messages.models import Message, MessageState
from cuocthi.news.audience import Reach, reach
from cuocthi.news.domain import (
    AnnouncementFacts,
    agree_to_news,
    confirm_announcement,
    write_announcement,
)
from cuocthi.news.models import Announcement, AnnouncementState
from cuocthi.news.queries import agreed_to_news
from cuocthi.news.sending import start, write_batch
from cuocthi.testing.plugins import make_plugin
from cuocthi.timelines.models import Phase
from cuocthi.units.models import Unit
from cuocthi.users.contacts import normalise_contact, sealed_contact

if TYPE_CHECKING:
    from flask import Flask

    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories


STAFF = "/c/thai-binh/staff/news/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def relay() -> ModuleType:
    """A format in which those whose contest number is even have handed in."""

    def finishers(campaign: Campaign) -> list[sa.Select[int]]:
        even = sa.cast(Enrolment.code, sa.Integer) % 2 == 0
        return [sa.select(Enrolment.id).where(Enrolment.campaign_id == campaign.id, even)]

    return make_plugin("relay", finishers, provides=frozenset({"results"}))


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [relay()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    """A round that closes at 17h00 on 5 October."""
    return make.round(campaign, closes_at=datetime(2024, 10, 5, 17, tzinfo=LOCAL_ZONE))


class Crowd:
    """People who take part."""

    def __init__(self, ctx: Context, make: Factories, vault: Vault, campaign: Campaign) -> None:
        self.ctx, self.make, self.vault, self.campaign = ctx, make, vault, campaign
        self._number = 0

    def join(
        self,
        contact: str | None = "",
        *,
        agrees: bool = True,
        confirmed: bool = True,
        unit: Unit | None = None,
    ) -> Enrolment:
        """Let somebody take part, by an e-mail address of their own unless told otherwise."""
        self._number += 1
        user = self.make.user()
        found = sealed_contact(normalise_contact(contact or f"nguoi{self._number}@example.vn"), self.vault)
        found.verified_at = self.ctx.now if confirmed else None
        user.contacts.append(found)
        enrolment = self.make.enrolment(self.campaign, user=user, unit=unit)
        if agrees:
            agree_to_news(self.ctx, enrolment=enrolment)
        return enrolment

    def announce(self, **changes: object) -> Announcement:
        """Confirm an announcement, as an organiser does."""
        facts = AnnouncementFacts("Còn 3 ngày", "Hãy dự thi **trước** 17h00.", **changes)  # type: ignore[arg-type]
        ctx = replace(self.ctx, actor=Actor(self.make.member(self.campaign).id))
        announcement = write_announcement(ctx, campaign=self.campaign, facts=facts)
        self.confirm(ctx, announcement)
        return announcement

    def confirm(self, ctx: Context, announcement: Announcement, *, seen: str | None = None) -> None:
        """Confirm an announcement as it is, or as somebody has ``seen`` it."""
        found, seen = announcement, announcement.digest if seen is None else seen
        confirm_announcement(ctx, campaign=self.campaign, announcement=found, seen=seen, reach=self.reach(found))

    def reach(self, announcement: Announcement) -> Reach:
        found = announcement
        return reach(self.ctx, campaign=self.campaign, audience=found.audience, unit=found.unit)

    def send(self, announcement: Announcement, *, size: int = 100, ctx: Context | None = None) -> int:
        """Write one batch into the outbox, beginning the announcement if it has not begun."""
        ctx = ctx or self.ctx
        if announcement.state is AnnouncementState.WAITING:
            start(ctx, campaign=self.campaign, announcement=announcement)
        return write_batch(
            ctx, campaign=self.campaign, announcement=announcement, vault=self.vault, link=link, size=size
        )

    def outbox(self) -> list[Message]:
        return list(self.ctx.session.scalars(sa.select(Message).where(Message.bulk).order_by(Message.id)))

    def reached(self) -> set[int]:
        """Whose enrolments have a copy that waits or was sent; nobody has two."""
        keys = [message.key for message in self.outbox() if message.state is not MessageState.DROPPED]
        assert len(keys) == len(set(keys))
        return {int(key.rpartition(":")[2]) for key in keys}


def link(campaign: Campaign, enrolment_id: int) -> str:
    return f"https://example.vn/c/{campaign.slug}/news/stop/{enrolment_id}"


@pytest.fixture
def crowd(ctx: Context, make: Factories, vault: Vault, campaign: Campaign) -> Crowd:
    return Crowd(ctx, make, vault, campaign)


def gets_news(ctx: Context, enrolment: Enrolment) -> bool:
    found = agreed_to_news(ctx, enrolment_ids=[enrolment.id])
    ctx.session.commit()
    return enrolment.id in found


def work(app: Flask, ctx: Context, kind: str) -> None:
    """Run a kind of background work once, as the worker does."""
    ctx.session.commit()
    job = enqueue(replace(ctx, now=registry_of(app).clock.now()), kind=kind, key=f"{kind} by hand", arguments={})
    ctx.session.commit()
    assert run_job(app, job.id)
    ctx.session.expire_all()
    found = ctx.session.get_one(Job, job.id)
    assert found.state == "done", found.message
    ctx.session.commit()
