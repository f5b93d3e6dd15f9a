"""Everybody gets an announcement once, as a mail that can be ended with one press."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from cuocthi.app import registry_of
from cuocthi.campaigns.models import Campaign
from cuocthi.clock import LOCAL_ZONE
from cuocthi.context import Context
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict
from cuocthi.messages.channels import as_mail
from cuocthi.messages.domain import content_of, send_message, take_due
from cuocthi.messages.models import MessageState
from cuocthi.news import sending
from cuocthi.news.domain import (
    end_news,
    stop_announcement,
)
from cuocthi.news.links import enrolment_of_token, stopping_link
from cuocthi.news.models import Announcement, AnnouncementState
from cuocthi.news.sending import start
from cuocthi.rules.plain import to_plain
from cuocthi.text import T
from cuocthi.users.contacts import normalise_contact

from .conftest import HOUR, Crowd, gets_news, link, work

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from sqlalchemy.engine import Engine

    from cuocthi.security.personal_data import Vault
    from cuocthi.testing.factories import Factories


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


def path_of(app: Flask, campaign: Campaign, enrolment: Enrolment) -> str:
    with app.app_context():
        address = stopping_link(campaign, enrolment.id)
        assert enrolment_of_token(address.rpartition("/")[2]) == enrolment.id
    assert address.startswith(registry_of(app).config.public_url)
    return address.removeprefix(registry_of(app).config.public_url)


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
