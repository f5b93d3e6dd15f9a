"""The pages of articles: written and published by editors, read by everybody, gone once they are withdrawn."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.articles.models import Article, ArticleKind
from cuocthi.contributions import Role

from .conftest import STAFF, Desk, photograph

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

HERE = "/c/thai-binh/"
FORM = {"kind": "news", "title": "Phát động", "summary": "Cuộc thi bắt đầu.", "body": "Sáng nay **phát động**."}


def seen(page: str) -> str:
    found = re.search(r'name="seen"[^>]* value="(\w+)"', page) or pytest.fail("no digest")
    return found[1]


def test_editors_write_look_publish_correct_and_withdraw(
    desk: Desk, editor: User, client: FlaskClient, sign_in: Callable[[User], Browser]
) -> None:
    desk.ctx.session.commit()
    browser = sign_in(editor)
    browser.get(f"{STAFF}new")
    status, page = browser.post(f"{STAFF}new", {**FORM, "title": ""})
    assert (status, "errors-summary" in page) == (422, True)
    status, page = browser.post(f"{STAFF}new", FORM)
    assert "<strong>phát động</strong>" in page
    here = f"{STAFF}{desk.ctx.session.scalars(sa.select(Article.id)).one()}"
    desk.ctx.session.commit()
    assert client.get(f"{HERE}news/phat-dong").status_code == 404
    status, page = browser.post(f"{here}/publish", {"seen": seen(page)})
    assert status == 200
    public = client.get(f"{HERE}news/phat-dong")
    assert "<strong>phát động</strong>" in public.text
    assert 'content="Cuộc thi bắt đầu."' in public.text
    assert f'href="{HERE}news/phat-dong"' in client.get(f"{HERE}news/").text
    assert f'href="{HERE}news/phat-dong"' in client.get(HERE).text
    form = {**FORM, "seen": seen(browser.get(f"{here}/edit")[1]), "body": "Chiều nay."}
    assert browser.post(f"{here}/edit", form)[0] == 422
    assert browser.post(f"{here}/edit", {**form, "note": "Sửa giờ."})[0] == 200
    page = client.get(f"{HERE}news/phat-dong").text
    assert "Chiều nay." in page
    assert "Sửa giờ." in page
    assert browser.post(f"{here}/withdraw", {"reason": ""})[0] == 422
    assert browser.post(f"{here}/withdraw", {"reason": "Đăng nhầm."})[0] == 200
    gone = client.get(f"{HERE}news/phat-dong")
    assert gone.status_code == 410
    assert "Đăng nhầm." in gone.text
    assert "Chiều nay." not in gone.text
    for list_ in (HERE, f"{HERE}news/"):
        assert "phat-dong" not in client.get(list_).text


def test_what_waits_comes_out_at_its_moment_by_itself(
    desk: Desk, editor: User, client: FlaskClient, clock: FixedClock, sign_in: Callable[[User], Browser]
) -> None:
    article = desk.write("Công bố kết quả")
    desk.ctx.session.commit()
    browser = sign_in(editor)
    here = f"{STAFF}{article.id}"
    local = (clock.now() + timedelta(days=1)).strftime("%Y-%m-%d")
    page = browser.get(here)[1]
    assert browser.post(f"{here}/publish", {"seen": seen(page), "day": "2020-01-01", "clock": "8h00"})[0] == 422
    assert browser.post(f"{here}/publish", {"seen": seen(page), "day": local, "clock": "23h00"})[0] == 200
    pages = (HERE, f"{HERE}news/")
    for _ in range(2):
        assert all("cong-bo-ket-qua" not in client.get(page).text for page in pages)
    clock.advance(timedelta(days=2))
    assert all("cong-bo-ket-qua" in client.get(page).text for page in pages)
    assert client.get(f"{HERE}news/cong-bo-ket-qua").status_code == 200


def test_a_picture_is_taken_stripped_and_seen_by_everybody_only_with_its_article(
    desk: Desk, editor: User, client: FlaskClient, sign_in: Callable[[User], Browser]
) -> None:
    desk.ctx.session.commit()
    browser = sign_in(editor)
    browser.get(f"{STAFF}pictures")
    sent: Any = {"file": (io.BytesIO(photograph(1200, 800)), "anh.jpg"), "alt": "Lễ phát động"}
    damaged: Any = {"file": (io.BytesIO(b"x"), "anh.jpg"), "alt": "Ảnh"}
    assert browser.post(f"{STAFF}pictures", damaged)[0] == 422
    status, page = browser.post(f"{STAFF}pictures", sent)
    assert status == 200
    assert "![](picture:le-phat-dong)" in page
    article = desk.write(body='![](picture:le-phat-dong)\n\n![Chữ "riêng"](picture:le-phat-dong)')
    desk.ctx.session.commit()
    files = re.findall(r"/c/thai-binh/pictures/\w+\.jpg", page)
    assert all(client.get(file).status_code == 404 for file in files)
    assert browser.get(files[0])[0] == 200
    desk.publish(article)
    desk.ctx.session.commit()
    page = client.get(f"{HERE}news/{article.key}").text
    image = re.search(r"<img[^>]+>", page) or pytest.fail("no picture")
    assert re.search(r'srcset="\S+ 480w, \S+ 960w, \S+ 1200w"', image[0])
    assert 'alt="Lễ phát động" width="1200" height="800"' in image[0]
    assert 'alt="Chữ &quot;riêng&quot;"' in page
    for file in files:
        answer = client.get(file)
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["Content-Security-Policy"].startswith("sandbox")
        assert client.get(file, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_reference_material_has_pages_of_its_own_in_its_order(desk: Desk, client: FlaskClient) -> None:
    for number, title in enumerate(("Bước một", "Bước hai", "Bước ba")):
        desk.publish(desk.write(title, kind=ArticleKind.REFERENCE, position=number))
    desk.ctx.session.commit()
    page = client.get(f"{HERE}reference/").text
    assert re.findall(r"Bước \w+", page) == ["Bước một", "Bước hai", "Bước ba"]
    middle = client.get(f"{HERE}reference/buoc-hai").text
    assert f'href="{HERE}reference/buoc-mot" rel="prev"' in middle
    assert f'href="{HERE}reference/buoc-ba" rel="next"' in middle
    assert client.get(f"{HERE}news/buoc-hai").headers["Location"].endswith("/reference/buoc-hai")
    assert f'href="{HERE}reference/"' in client.get(HERE).text


def test_markdown_brings_neither_html_nor_pictures_of_others(desk: Desk, client: FlaskClient) -> None:
    body = "<script>alert(1)</script> ![](https://example.com/a.png) [x](javascript:alert(1))"
    body += " ![y](picture:) ![z](picture:Z/../..)"
    article = desk.publish(desk.write(body=body))
    desk.ctx.session.commit()
    text = client.get(f"{HERE}news/{article.key}").text.partition("<article>")[2].partition("</article>")[0]
    assert "<script" not in text
    assert "<img" not in text
    assert 'href="javascript' not in text


@pytest.mark.parametrize("number", [1, 21])
def test_the_news_come_in_pages_by_a_constant_number_of_statements(
    desk: Desk, client: FlaskClient, statements: Callable[[], int], number: int
) -> None:
    for _ in range(number):
        desk.publish(desk.write())
    desk.ctx.session.commit()
    statements()
    page = client.get(f"{HERE}news/").text
    assert statements() == 10
    assert page.count("<article") == min(number, 20)
    assert client.get(f"{HERE}news/page/2").status_code == (200 if number > 20 else 404)
    assert client.get(f"{HERE}news/page/0").status_code == 404


def test_who_writes_may_not_publish_and_who_oversees_only_looks(
    desk: Desk, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    draft, public = desk.write(), desk.publish(desk.write())
    support, oversight = make.member(campaign, Role.SUPPORT), make.member(campaign, Role.OVERSIGHT)
    desk.ctx.session.commit()
    browser = sign_in(support)
    page = browser.get(f"{STAFF}{draft.id}")[1]
    assert f"{draft.id}/edit" in page
    assert f"{draft.id}/publish" not in page
    assert browser.post(f"{STAFF}{draft.id}/publish", {"seen": draft.digest})[0] == 403
    assert browser.post(f"{STAFF}{public.id}/withdraw", {"reason": "Nhầm"})[0] == 403
    looking = sign_in(oversight)
    assert looking.get(f"{STAFF}{draft.id}")[0] == 200
    for page in ("new", f"{draft.id}/edit"):
        assert looking.get(f"{STAFF}{page}")[0] == 403
