"""Articles in what is published: in a release with their pictures as files, in the feed, and gone when withdrawn."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from cuocthi.articles.domain import ArticleFacts, edit_article, publish_article, withdraw_article, write_article
from cuocthi.articles.models import Article, ArticleKind
from cuocthi.pictures.domain import add_picture, copies
from cuocthi_publishing.domain.choice import Choice
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.outputs.bundle import files
from cuocthi_publishing.outputs.published import Published, stored_content

from .conftest import PHONE, Contest

if TYPE_CHECKING:
    from collections.abc import Callable

    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.config import Config

ATOM = "{http://www.w3.org/2005/Atom}"
READING = Choice(awards=False, units=False, statistics=False, notices=False)


class Desk:
    """An editor of the contest."""

    def __init__(self, contest: Contest, config: Config) -> None:
        self.contest, self.folder = contest, config.files
        self.ctx, self.campaign = contest.staff[0], contest.campaign

    def publish(self, title: str, body: str, kind: ArticleKind = ArticleKind.NEWS, **changes: Any) -> Article:
        article = write_article(self.ctx, campaign=self.campaign, facts=ArticleFacts(kind, title, body, **changes))
        publish_article(self.ctx, campaign=self.campaign, article=article, seen=article.digest)
        return article

    def picture(self, alt: str) -> str:
        to = io.BytesIO()
        Image.effect_noise((1000, 500), 50).convert("RGB").save(to, "JPEG")
        made = copies(content=to.getvalue(), name="anh.jpg")
        added = add_picture(self.ctx, campaign=self.campaign, folder=self.folder, alt=alt, made=made)
        return f"![](picture:{added.key})"


@pytest.fixture
def desk(contest: Contest, config: Config) -> Desk:
    return Desk(contest, config)


def test_a_release_holds_news_and_reference_material_with_pictures_as_files(
    desk: Desk, contest: Contest, config: Config
) -> None:
    desk.publish("Phát động", f"Sáng nay. {desk.picture('Lễ phát động')}\n\nGọi {PHONE}.", summary="Bắt đầu.")
    desk.publish("Sổ tay", "Chuyển đổi số là gì?", ArticleKind.REFERENCE)
    desk.picture("Không bài nào dùng")
    snapshot = snapshot_of(release := contest.publish(choice=READING))
    assert [item["title"] for item in snapshot["news"]] == ["Phát động"]
    assert [item["title"] for item in snapshot["reference"]] == ["Sổ tay"]
    assert PHONE not in str(snapshot)
    (picture,) = snapshot["pictures"]
    assert (picture["key"], picture["alt"]) == ("le-phat-dong", "Lễ phát động")
    published = Published(snapshot, release.digest, stored_content(config.files))
    made = files(published, signer=contest.signer, now=contest.ctx.now)
    page = made["documents.html"].decode()
    sources = re.findall(r'(?:src|srcset)="([^"]*)"', page[page.index("<main") :])
    assert sources == [
        "pictures/le-phat-dong-1000.jpg",
        "pictures/le-phat-dong-480.jpg 480w, pictures/le-phat-dong-960.jpg 960w, pictures/le-phat-dong-1000.jpg 1000w",
    ]
    for file in picture["files"]:
        assert hashlib.sha256(made[f"pictures/{file['name']}"]).hexdigest() == file["sha256"]
    assert "Chuyển đổi số là gì?" in page
    again = files(published, signer=contest.signer, now=contest.ctx.now)
    assert again == made


def test_without_them_nothing_is_asked_for_and_older_releases_are_shown_as_they_were(contest: Contest) -> None:
    snapshot = snapshot_of(contest.publish(choice=replace(READING, news=False, documents=True)))
    assert (snapshot["news"], snapshot["reference"], snapshot["pictures"]) == ([], [], [])
    former = {name: value for name, value in snapshot.items() if name not in {"reference", "pictures"}}
    assert b"<main" in files(Published(former, "0" * 64), signer=contest.signer, now=contest.ctx.now)["documents.html"]


def test_the_pages_of_a_release_show_the_pictures_before_and_after_its_bundle_is_built(
    desk: Desk, contest: Contest, client: FlaskClient, app: Flask
) -> None:
    desk.publish("Phát động", desk.picture("Lễ phát động"))
    release = contest.publish(choice=READING)
    contest.ctx.session.commit()
    here = f"/c/{contest.campaign.slug}/publishing/release/{release.number}/"

    def shown() -> str:
        found = re.search(r'<img src="([^"]+)"', client.get(f"{here}documents").text) or pytest.fail("no picture")
        return found[1]

    before = shown()
    assert "/pictures/" in before
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    after = shown()
    assert after == f"{here}files/pictures/le-phat-dong-1000.jpg"
    answers = [client.get(address) for address in (before, after)]
    assert [answer.content_type for answer in answers] == ["image/jpeg"] * 2
    assert answers[0].data == answers[1].data


def feed(client: FlaskClient, contest: Contest) -> list[ET.Element]:
    found = ET.fromstring(client.get(f"/c/{contest.campaign.slug}/publishing/feed.xml").data)  # noqa: S314 - our own
    return found.findall(f"{ATOM}entry")


def test_the_feed_has_each_article_with_its_own_address_text_and_pictures(
    desk: Desk, contest: Contest, client: FlaskClient, clock: FixedClock
) -> None:
    article = desk.publish("Phát động", f"Gọi {PHONE}. {desk.picture('Lễ phát động')}", summary="Bắt đầu.")
    contest.ctx.session.commit()
    (entry,) = feed(client, contest)
    address = entry.findtext(f"{ATOM}id") or ""
    assert address.endswith(f"/c/{contest.campaign.slug}/news/phat-dong")
    assert entry.findtext(f"{ATOM}summary") == "Bắt đầu."
    content = entry.findtext(f"{ATOM}content") or ""
    assert PHONE not in content
    (source,) = re.findall(r'<img src="([^"]+)"', content)
    assert source.startswith("http")
    assert client.get(source.partition("/c/")[1] + source.partition("/c/")[2]).status_code == 200
    clock.advance(timedelta(hours=1))
    later = replace(desk.ctx, now=clock.now())
    edit_article(
        later,
        campaign=desk.campaign,
        article=article,
        facts=ArticleFacts(ArticleKind.NEWS, "Phát động", "Chiều nay."),
        seen=article.digest,
        note="Sửa giờ.",
    )
    contest.ctx.session.commit()
    (changed,) = feed(client, contest)
    assert changed.findtext(f"{ATOM}id") == address
    assert (changed.findtext(f"{ATOM}updated") or "") > (entry.findtext(f"{ATOM}updated") or "")
    assert changed.findtext(f"{ATOM}published") == entry.findtext(f"{ATOM}published")
    withdraw_article(later, campaign=desk.campaign, article=article, reason="Nhầm.")
    contest.ctx.session.commit()
    assert feed(client, contest) == []


def test_a_new_release_says_which_articles_it_adds_changes_and_leaves_out(desk: Desk, contest: Contest) -> None:
    changed, gone = desk.publish("Hạn dự thi", "16h00"), desk.publish("Nhầm", "Sai.")
    contest.publish(choice=READING)
    facts = ArticleFacts(ArticleKind.NEWS, "Hạn dự thi", "17h00")
    edit_article(desk.ctx, campaign=desk.campaign, article=changed, facts=facts, seen=changed.digest, note="Sửa giờ.")
    withdraw_article(desk.ctx, campaign=desk.campaign, article=gone, reason="Nhầm.")
    desk.publish("Thêm", "Mới.")
    release = snapshot_of(contest.publish("Tin mới", choice=READING))["release"]
    (news,) = [part for part in release["changes"] if part["title"] == "Tin tức"]
    assert news["lines"] == ["Thêm: Thêm", "Đã bỏ 1 mục.", "Sửa: Hạn dự thi"]


@pytest.mark.parametrize("number", [1, 4])
def test_the_feed_takes_a_constant_number_of_statements(
    desk: Desk, contest: Contest, client: FlaskClient, statements: Callable[[], int], number: int
) -> None:
    for place in range(number):
        desk.publish(f"Tin {place}", desk.picture(f"Ảnh {'a' * place}"))
    contest.ctx.session.commit()
    statements()
    assert len(feed(client, contest)) == number
    assert statements() == 11
