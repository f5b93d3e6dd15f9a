"""Announcements by mail: to whom, when, once each, and how a reader ends them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cuocthi.app import registry_of
from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.copying import Edition, copy_campaign
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Actor, Context
from cuocthi.contributions import Edge, Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Closed, Conflict, DomainError, InvalidData
from cuocthi.jobs.domain import enqueue
from cuocthi.jobs.models import Job
from cuocthi.jobs.work import run_job
from cuocthi.messages.channels import as_mail
from cuocthi.messages.domain import content_of, send_message, take_due
from cuocthi.messages.models import Message, MessageState
from cuocthi.news import sending
from cuocthi.news.audience import Reach, reach, recipients
from cuocthi.news.domain import (
    AnnouncementFacts,
    agree_to_news,
    confirm_announcement,
    discard_announcement,
    edit_announcement,
    end_news,
    stop_announcement,
    write_announcement,
)
from cuocthi.news.links import enrolment_of_token, stopping_link
from cuocthi.news.models import Announcement, AnnouncementState, Audience, NewsConsent
from cuocthi.news.plain import to_plain
from cuocthi.news.queries import agreed_to_news, announcements
from cuocthi.news.sending import LATEST, due, start, write_batch
from cuocthi.plugins.hookspecs import hookimpl
from cuocthi.plugins.info import PluginInfo
from cuocthi.plugins.manager import Hooks
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi.timelines.moving import by_years
from cuocthi.units.models import Unit
from cuocthi.users.contacts import normalise_contact, sealed_contact

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.engine import Engine

    from cuocthi.clock import FixedClock
    from cuocthi.contributions import Browser
    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff/news/"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def relay() -> ModuleType:
    """A format in which those whose contest number is even have handed in."""
    module = ModuleType("relay")
    module.info = PluginInfo("relay", T("Relay"), "1", provides=frozenset({"results"}))  # type: ignore[attr-defined]

    @hookimpl
    def finishers(campaign: Campaign) -> list[sa.Select[int]]:
        even = sa.cast(Enrolment.code, sa.Integer) % 2 == 0
        return [sa.select(Enrolment.id).where(Enrolment.campaign_id == campaign.id, even)]

    module.finishers = finishers  # type: ignore[attr-defined]
    return module


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [relay()]


@pytest.fixture(scope="session")
def hooks(plugins: list[ModuleType]) -> Hooks:
    return Hooks(plugins)


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


# --- to whom ----------------------------------------------------------------------------------------------------------


def test_only_who_agreed_and_has_a_confirmed_address_gets_news(
    ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign
) -> None:
    reached = crowd.join()
    crowd.join(agrees=False)
    crowd.join(confirmed=False)
    crowd.join("0912345678")
    ended, excluded, gone = crowd.join(), crowd.join(), crowd.join()
    end_news(ctx, enrolment=ended)
    excluded.state, excluded.excluded_reason = type(excluded.state).EXCLUDED, "Thành viên Ban Giám khảo"
    gone.user.active = False
    Crowd(ctx, make, crowd.vault, make.campaign("khac")).join("khac@example.vn")
    announcement = crowd.announce()
    figures = crowd.reach(announcement)
    assert (figures.meant, figures.without_consent, figures.without_address) == (6, 2, 3)
    assert crowd.send(announcement) == 1
    assert crowd.reached() == {reached.id}
    assert (announcement.state, announcement.reached, announcement.written) == (AnnouncementState.SENT, 1, 1)


def test_it_can_be_for_who_has_handed_in_nothing_and_for_one_units_people(
    ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign
) -> None:
    campaign.plugins = ["relay"]
    province = make.unit("Tỉnh")
    district, elsewhere = make.unit("Huyện Vũ Thư", parent=province), make.unit("Huyện Kiến Xương", parent=province)
    commune = make.unit("Xã Minh Quang", parent=district)
    people = [crowd.join(unit=unit) for unit in (district, commune, commune, elsewhere)]
    for number, enrolment in enumerate(people):
        enrolment.code = f"{number}"
    ctx.session.flush()
    everybody, unfinished, of_unit = (
        {row[0] for row in ctx.session.execute(recipients(ctx, campaign=campaign, audience=audience, unit=unit))}
        for audience, unit in (
            (Audience.ENROLLED, None),
            (Audience.UNFINISHED, None),
            (Audience.UNFINISHED, district),
        )
    )
    ids = [enrolment.id for enrolment in people]
    assert everybody == set(ids)
    assert unfinished == {ids[1], ids[3]}
    assert of_unit == {ids[1]}


# --- when -------------------------------------------------------------------------------------------------------------


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


# --- once each --------------------------------------------------------------------------------------------------------


def test_it_is_sent_in_batches_and_goes_on_where_a_killed_job_stopped(
    ctx: Context, crowd: Crowd, campaign: Campaign
) -> None:
    people = [crowd.join() for _ in range(7)]
    announcement = crowd.announce()
    assert crowd.send(announcement, size=3) == 3
    ctx.session.commit()
    assert crowd.send(announcement, size=3) == 3
    ctx.session.rollback()  # the worker dies before it has committed
    assert (announcement.written, len(crowd.outbox())) == (3, 3)
    assert [crowd.send(announcement, size=3) for _ in range(2)] == [3, 1]
    assert crowd.reached() == {enrolment.id for enrolment in people}
    assert announcement.state is AnnouncementState.SENT


def test_of_two_workers_one_writes_each_batch(ctx: Context, crowd: Crowd, engine: Engine) -> None:
    people = [crowd.join() for _ in range(4)]
    announcement = crowd.announce()
    start(ctx, campaign=crowd.campaign, announcement=announcement)
    ctx.session.commit()
    with Session(engine, expire_on_commit=False) as session:
        stale = session.get_one(Announcement, announcement.id)
        session.commit()
        assert crowd.send(announcement, size=2) == 2
        ctx.session.commit()
        with pytest.raises(Conflict, match="another worker"):
            crowd.send(stale, size=2, ctx=replace(ctx, session=session))
        session.rollback()
    while announcement.state is AnnouncementState.SENDING:
        crowd.send(announcement, size=2)
    assert crowd.reached() == {enrolment.id for enrolment in people}


def test_who_registers_or_ends_the_news_while_it_is_being_sent_gets_none(
    ctx: Context, crowd: Crowd, campaign: Campaign
) -> None:
    first, second, third = (crowd.join() for _ in range(3))
    announcement = crowd.announce()
    crowd.send(announcement, size=1)
    later = replace(ctx, now=ctx.now + HOUR)
    newcomer = crowd.join()
    newcomer.enrolled_at = later.now
    for enrolment in (first, second):
        end_news(later, enrolment=enrolment)
    while announcement.state is AnnouncementState.SENDING:
        crowd.send(announcement, size=1, ctx=later)
    assert crowd.reached() == {third.id}
    dropped = [message for message in crowd.outbox() if message.state is MessageState.DROPPED]
    assert [(message.user_id, message.sealed) for message in dropped] == [(first.user_id, None)]


def test_what_is_stopped_sends_nothing_more(ctx: Context, crowd: Crowd, campaign: Campaign) -> None:
    for _ in range(3):
        crowd.join()
    announcement = crowd.announce()
    crowd.send(announcement, size=2)
    stop_announcement(ctx, campaign=campaign, announcement=announcement)
    assert (announcement.state, crowd.reached()) == (AnnouncementState.STOPPED, set())
    with pytest.raises(Conflict):
        crowd.send(announcement, size=2)
    ctx.session.rollback()


def test_a_code_never_waits_behind_mail_to_many(ctx: Context, crowd: Crowd, vault: Vault) -> None:
    for _ in range(3):
        crowd.join()
    crowd.send(crowd.announce())
    later = replace(ctx, now=ctx.now + HOUR)
    send_message(
        later, to=normalise_contact("0912345678"), subject=T("Your code"), body=[T("1")], key="code", vault=vault
    )
    assert [taken.key for taken in take_due(later, limit=1)] == ["code"]


def test_the_job_starts_fills_the_outbox_and_leaves_room(
    app: Flask, ctx: Context, crowd: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "BATCH", 2)
    monkeypatch.setattr(sending, "AHEAD", 4)
    people = [crowd.join() for _ in range(7)]
    announcement = crowd.announce(is_public=True)
    version = crowd.campaign.version
    ctx.session.commit()
    work(app, ctx, "core.news")
    assert (announcement.state, announcement.written) == (AnnouncementState.SENDING, 4)
    assert crowd.campaign.version == version + 1
    work(app, ctx, "core.news")
    assert announcement.written == 4, "nothing has left the outbox"
    for _ in range(2):
        work(app, ctx, "core.messages")
        work(app, ctx, "core.news")
    work(app, ctx, "core.messages")
    assert announcement.state is AnnouncementState.SENT
    assert crowd.reached() == {enrolment.id for enrolment in people}
    assert {message.state for message in crowd.outbox()} == {MessageState.SENT}


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


# --- the mail ---------------------------------------------------------------------------------------------------------


def test_a_mail_says_how_to_end_it_in_its_head_and_at_its_foot(crowd: Crowd, vault: Vault) -> None:
    enrolment = crowd.join("dao@example.vn")
    crowd.send(crowd.announce())
    content = content_of(crowd.outbox()[0], vault)
    address = link(crowd.campaign, enrolment.id)
    assert content.unsubscribe == address
    assert address in str(content.body[-1])
    assert "Hãy dự thi trước 17h00." in str(content.body[0])
    letter = sending_letter(content.unsubscribe)
    assert letter["List-Unsubscribe"] == f"<{address}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert "List-Unsubscribe" not in sending_letter("")


def sending_letter(unsubscribe: str) -> dict[str, str]:
    from cuocthi.contributions import Letter  # noqa: PLC0415 - only here

    moment = datetime(2024, 9, 20, tzinfo=LOCAL_ZONE)
    return dict(as_mail(Letter("k", "dao@example.vn", "S", "B", moment, unsubscribe), "ct@example.vn").items())


@pytest.mark.parametrize(
    ("markdown", "plain"),
    [
        ("Một **hai** *ba*\nbốn", "Một hai ba bốn"),
        ("# Đầu đề\n\nĐoạn", "Đầu đề\n\nĐoạn"),
        ("- một\n- hai\n\nhết", "- một\n- hai\n\nhết"),
        ("3. ba\n4. bốn", "3. ba\n4. bốn"),
        ("- một\n  - trong\n- hai", "- một\n  - trong\n- hai"),
        ("[Vào thi](https://example.vn/c/a/)", "Vào thi (https://example.vn/c/a/)"),
        ("<https://example.vn/>", "https://example.vn/"),
        ("Gọi [0227 1](tel:02271)", "Gọi 0227 1 (02271)"),
        ("<b>đậm</b>", "<b>đậm</b>"),
    ],
)
def test_markdown_reads_as_plain_text(markdown: str, plain: str) -> None:
    assert to_plain(markdown) == plain


@given(st.text(max_size=200))
def test_no_text_breaks_the_mail(text: str) -> None:
    assert isinstance(to_plain(text), str)


@given(st.lists(st.text("aăâbcđ", min_size=1, max_size=8), min_size=1, max_size=6))
def test_words_are_kept_in_their_order(words: list[str]) -> None:
    assert to_plain(" ".join(words)) == " ".join(words)


# --- ending it --------------------------------------------------------------------------------------------------------


def path_of(app: Flask, campaign: Campaign, enrolment: Enrolment) -> str:
    with app.app_context():
        address = stopping_link(campaign, enrolment.id)
        assert enrolment_of_token(address.rpartition("/")[2]) == enrolment.id
    assert address.startswith(registry_of(app).config.public_url)
    return address.removeprefix(registry_of(app).config.public_url)


def gets_news(ctx: Context, enrolment: Enrolment) -> bool:
    found = agreed_to_news(ctx, enrolment_ids=[enrolment.id])
    ctx.session.commit()
    return enrolment.id in found


def test_looking_at_the_link_changes_nothing_and_one_button_ends_the_news(
    app: Flask, ctx: Context, crowd: Crowd, campaign: Campaign, client: FlaskClient
) -> None:
    enrolment = crowd.join()
    ctx.session.commit()
    path = path_of(app, campaign, enrolment)
    page = client.get(path)
    assert page.status_code == 200
    assert "Set-Cookie" not in page.headers
    assert gets_news(ctx, enrolment)
    answer = client.post(path, follow_redirects=True)
    assert (answer.status_code, "notice-ok" in answer.text) == (200, True)
    assert not gets_news(ctx, enrolment)
    assert client.post(path, follow_redirects=True).status_code == 200, "once more does no harm"


def test_a_mail_program_ends_it_with_one_post_and_without_a_cookie(
    app: Flask, ctx: Context, crowd: Crowd, campaign: Campaign, client: FlaskClient
) -> None:
    enrolment, other = crowd.join(), crowd.join()
    ctx.session.commit()
    answer = client.post(path_of(app, campaign, enrolment), data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    assert (gets_news(ctx, enrolment), gets_news(ctx, other)) == (False, True)


def test_a_link_that_nobody_signed_or_of_another_contest_ends_nothing(
    app: Flask, ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign, client: FlaskClient
) -> None:
    enrolment = crowd.join()
    make.campaign("khac")
    ctx.session.commit()
    path = path_of(app, campaign, enrolment)
    for wrong in (f"{path}x", "/c/thai-binh/news/stop/MQ.abc", path.replace("thai-binh", "khac")):
        assert client.get(wrong).status_code == 404
        assert client.post(wrong).status_code == 404
    assert gets_news(ctx, enrolment)


# --- agreeing to it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agrees", [True, False])
def test_joining_asks_for_a_consent_of_its_own_which_is_not_ticked_before(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser], *, agrees: bool
) -> None:
    make.round(campaign)
    unit = make.unit("Sở Khoa học và Công nghệ")
    user = make.user()
    browser = sign_in(user)
    page = browser.get(f"/c/thai-binh/join?unit={unit.code}")[1]
    (box,) = re.findall(r'<input[^>]*name="news"[^>]*>', page)
    assert "checked" not in box
    fields = {"unit": unit.code, "category": "official", "consent": "y", **({"news": "y"} if agrees else {})}
    hidden = dict(re.findall(r'<input[^>]*name="(consent_version)"[^>]*value="([^"]*)"', page))
    assert browser.post("/c/thai-binh/join", {**fields, **hidden})[0] == 200
    enrolment = ctx.session.scalars(sa.select(Enrolment).where(Enrolment.user_id == user.id)).one()
    assert gets_news(ctx, enrolment) == agrees


def test_my_page_ends_the_news_and_agrees_to_it_again(
    ctx: Context, crowd: Crowd, sign_in: Callable[[User], Browser]
) -> None:
    enrolment = crowd.join(agrees=False)
    browser = sign_in(enrolment.user)
    for answer, expected in (("yes", True), ("no", False), ("yes", True)):
        browser.get("/me")
        assert browser.post("/c/thai-binh/personal/news", {"agrees": answer})[0] == 200
        assert gets_news(ctx, enrolment) == expected
    consent = ctx.session.get_one(NewsConsent, enrolment.id)
    assert consent.withdrawn_at is None


# --- taken along ------------------------------------------------------------------------------------------------------


@pytest.fixture
def reminder(crowd: Crowd, make: Factories, campaign: Campaign) -> Announcement:
    """What goes out three days before a phase ends, to one unit's people who have not handed in."""
    phase = make.phase(campaign, closes_at=datetime(2024, 10, 5, 17, tzinfo=LOCAL_ZONE))
    unit = make.unit("Xã Minh Quang", code="minh-quang")
    crowd.join(unit=unit)
    reminding = {"phase": phase, "edge": Edge.CLOSED, "days": -3, "clock": "07:30", "unit": unit, "is_public": True}
    return crowd.announce(audience=Audience.UNFINISHED, **reminding)


def test_what_follows_the_timeline_is_taken_along_to_the_next_year_as_a_draft(
    ctx: Context, crowd: Crowd, campaign: Campaign, reminder: Announcement
) -> None:
    stopped = crowd.announce(phase=reminder.phase, edge=Edge.CLOSED, days=2)
    stop_announcement(ctx, campaign=campaign, announcement=stopped)
    write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Gia hạn vì bão", "Đến hết ngày mai."))
    edition = Edition("thai-binh-2025", "Hội thi năm 2025", "Sở KHCN", by_years(1))
    copy = copy_campaign(ctx, campaign=campaign, edition=edition)

    (again,) = announcements(ctx, campaign_id=copy.id)
    assert (again.subject, again.body, again.state) == (reminder.subject, reminder.body, AnnouncementState.DRAFT)
    assert (again.audience, again.unit, again.is_public) == (Audience.UNFINISHED, reminder.unit, True)
    assert again.due_at == datetime(2025, 10, 2, 7, 30, tzinfo=LOCAL_ZONE)


def test_a_campaign_file_holds_them_and_gives_the_same_file_again(
    ctx: Context, campaign: Campaign, reminder: Announcement
) -> None:
    files = export_campaign(ctx, campaign=campaign)
    assert b"[[announcements]]" in files["campaign.toml"]
    copy = import_campaign(ctx, files=files, slug="ban-sao")
    exported = export_campaign(ctx, campaign=copy)["campaign.toml"].replace(b"ban-sao", b"thai-binh")
    assert exported == files["campaign.toml"]
    for known, unknown in ((b'phase = "', b'phase = "no'), (b'"minh-quang"', b'"nowhere"')):
        head, table, rest = files["campaign.toml"].partition(b"[[announcements]]")
        broken = head + table + rest.replace(known, unknown)
        with pytest.raises(InvalidData) as refusal:
            import_campaign(ctx, files={**files, "campaign.toml": broken}, slug="hong")
        assert "announcements" in " ".join(map(str, refusal.value.problems))


# --- pages ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, vault: Vault, ctx: Context) -> User:
    found = make.member(campaign, user=make.user("Phạm Thị Thu Hà", contact="ha@example.vn"))
    found.contacts[0].verified_at = ctx.now
    return found


def the_announcement(ctx: Context) -> Announcement:
    """The only one; the test's own transaction ends, so that pages can go on writing."""
    found = ctx.session.scalars(sa.select(Announcement)).one()
    ctx.session.commit()
    return found


def form(**changes: str) -> dict[str, str]:
    fields = {"subject": "Còn 3 ngày", "body": "Hãy dự thi.", "audience": "enrolled", "timing": "at_once"}
    return {**fields, **changes}


def test_staff_write_look_try_and_send_it_and_everybody_reads_it(
    app: Flask,
    ctx: Context,
    crowd: Crowd,
    organiser: User,
    client: FlaskClient,
    sign_in: Callable[[User], Browser],
) -> None:
    for _ in range(3):
        crowd.join()
    crowd.join("0912345678")
    browser = sign_in(organiser)
    browser.get(f"{STAFF}new")
    status, page = browser.post(f"{STAFF}new", form(subject=""))
    assert (status, "errors-summary" in page) == (422, True)
    status, page = browser.post(f"{STAFF}new", form(is_public="y"))
    assert "3 người nhận được" in page
    here = f"{STAFF}{the_announcement(ctx).id}"
    assert browser.post(f"{here}/try", {})[0] == 200
    assert ctx.session.scalars(sa.select(Message.user_id)).all() == [organiser.id]
    ctx.session.commit()
    assert "Còn 3 ngày" not in client.get("/c/thai-binh/").text
    assert browser.post(f"{here}/send", {"seen": "another"})[0] == 409
    seen = re.search(r'name="seen" value="(\w+)"', browser.get(here)[1]) or pytest.fail("no digest")
    assert browser.post(f"{here}/send", {"seen": seen[1]})[0] == 200
    work(app, ctx, "core.news")
    page = browser.get(here)[1]
    assert '<progress value="3" max="3"' in page
    assert "Còn 3 ngày" in client.get("/c/thai-binh/").text
    assert "Hãy dự thi." in client.get("/c/thai-binh/news/").text
    assert browser.post(f"{here}/send", {"seen": seen[1]})[0] == 409
    assert browser.post(f"{here}/edit", form())[0] in {409, 422}
    assert browser.get(STAFF)[0] == 200


def test_a_time_counted_from_a_phase_is_entered_and_shown_in_words(
    ctx: Context, crowd: Crowd, organiser: User, round_: Phase, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(organiser)
    browser.get(f"{STAFF}new")
    missing = form(timing="stated", days="3")
    assert browser.post(f"{STAFF}new", missing)[0] == 422
    fields = form(timing="counted", days="3", relation="before-closed", phase=str(round_.id), clock="07h30")
    status, page = browser.post(f"{STAFF}new", fields)
    assert status == 200
    assert "07h30 ngày 02/10/2024" in page
    announcement = the_announcement(ctx)
    assert (announcement.days, announcement.edge, announcement.clock) == (-3, Edge.CLOSED, "07:30")
    status, page = browser.get(f"{STAFF}{announcement.id}/edit")
    assert 'value="07h30"' in page
    stated = form(timing="stated", send_on="2024-09-21", send_time="24h00")
    assert browser.post(f"{STAFF}{announcement.id}/edit", stated)[0] == 200
    ctx.session.expire_all()
    assert announcement.due_at == datetime(2024, 9, 22, tzinfo=LOCAL_ZONE)
    ctx.session.commit()
    assert browser.post(f"{STAFF}{announcement.id}/discard", {})[0] == 200
    assert ctx.session.scalar(sa.select(sa.func.count()).select_from(Announcement)) == 0


def test_a_stale_page_of_a_discarded_draft_saves_into_no_other_one(
    ctx: Context, campaign: Campaign, organiser: User, sign_in: Callable[[User], Browser]
) -> None:
    discarded = write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin cũ", "Chữ"))
    browser = sign_in(organiser)
    browser.get(f"{STAFF}{discarded.id}/edit")
    discard_announcement(ctx, campaign=campaign, announcement=discarded)
    another = write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin mới", "Chữ"))
    ctx.session.commit()
    assert browser.post(f"{STAFF}{discarded.id}/edit", form(subject="Tin cũ, sửa lại"))[0] == 404
    ctx.session.refresh(another)
    assert another.subject == "Tin mới"


def test_who_may_write_may_not_send(
    ctx: Context, crowd: Crowd, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    announcement = write_announcement(ctx, campaign=campaign, facts=AnnouncementFacts("Tin", "Chữ"))
    browser = sign_in(make.member(campaign, Role.EDITORIAL))
    page = browser.get(f"{STAFF}{announcement.id}")[1]
    assert f"{announcement.id}/edit" in page
    assert f"{announcement.id}/send" not in page
    assert browser.post(f"{STAFF}{announcement.id}/send", {})[0] == 403


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_takes_a_constant_number_of_statements(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    organiser: User,
    sign_in: Callable[[User], Browser],
    statements: Callable[[], int],
    clock: FixedClock,
    number: int,
) -> None:
    for _ in range(number):
        facts = AnnouncementFacts("Tin", "Chữ", unit=make.unit(), phase=make.phase(campaign), edge=Edge.CLOSED)
        write_announcement(ctx, campaign=campaign, facts=facts)
    browser = sign_in(organiser)
    browser.get(STAFF)
    statements()
    assert browser.get(STAFF)[0] == 200
    assert statements() == 5
