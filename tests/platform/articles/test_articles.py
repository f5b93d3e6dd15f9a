"""Articles from draft to withdrawal: what each act needs, and what the database does not let go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from cuocthi.articles.domain import (
    ArticleFacts,
    call_article_off,
    discard_article,
    edit_article,
    publish_article,
    withdraw_article,
)
from cuocthi.articles.models import Article, ArticleCorrection, ArticleKind, ArticleState
from cuocthi.articles.queries import count_news, news, reference_material
from cuocthi.audit.models import AuditEvent
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.errors import Conflict, DomainError

from .conftest import Desk

if TYPE_CHECKING:
    from cuocthi.context import Context

HOUR = timedelta(hours=1)


def titles(ctx: Context, desk: Desk) -> list[str]:
    return [item.title for item in news(ctx, campaign_id=desk.campaign.id)]


def facts(article: Article, **changes: object) -> ArticleFacts:
    values = {"kind": article.kind, "title": article.title, "body": article.body, **changes}
    return ArticleFacts(**values)  # type: ignore[arg-type]


def edit(desk: Desk, article: Article, *, note: str = "", seen: str | None = None, **changes: object) -> None:
    edit_article(
        desk.ctx,
        campaign=desk.campaign,
        article=article,
        facts=facts(article, **changes),
        seen=article.digest if seen is None else seen,
        note=note,
    )


def test_a_draft_is_seen_by_nobody_and_comes_out_at_once_or_at_its_moment(desk: Desk) -> None:
    now, later = desk.write("Nay"), desk.write("Mai")
    assert titles(desk.ctx, desk) == []
    desk.publish(now)
    desk.publish(later, desk.ctx.now + HOUR)
    assert titles(desk.ctx, desk) == ["Nay"]
    moment = replace(desk.ctx, now=desk.ctx.now + HOUR)
    assert titles(moment, desk) == ["Mai", "Nay"]
    assert count_news(moment, campaign_id=desk.campaign.id) == 2


def test_nothing_comes_out_at_a_moment_that_is_over_nor_otherwise_than_it_was_looked_at(desk: Desk) -> None:
    article = desk.write()
    with pytest.raises(DomainError) as refused:
        desk.publish(article, desk.ctx.now)
    assert refused.value.field == "day"
    seen = article.digest
    edit(desk, article, body="Khác.")
    with pytest.raises(Conflict):
        publish_article(desk.ctx, campaign=desk.campaign, article=article, seen=seen)
    assert article.state is ArticleState.DRAFT


def test_what_waits_for_its_moment_can_be_called_off_and_what_is_public_cannot(desk: Desk) -> None:
    waiting, public = desk.publish(desk.write("Mai"), desk.ctx.now + HOUR), desk.publish(desk.write("Nay"))
    call_article_off(desk.ctx, campaign=desk.campaign, article=waiting)
    assert (waiting.state, waiting.published_at) == (ArticleState.DRAFT, None)
    with pytest.raises(Conflict):
        call_article_off(desk.ctx, campaign=desk.campaign, article=public)


def test_what_everybody_could_read_is_changed_with_a_note_and_keeps_its_address(desk: Desk) -> None:
    article = desk.publish(desk.write("Hạn dự thi"))
    with pytest.raises(DomainError) as refused:
        edit(desk, article, body="17h00")
    assert refused.value.field == "note"
    with pytest.raises(DomainError) as refused:
        edit(desk, article, kind=ArticleKind.REFERENCE, note="Đổi loại")
    assert refused.value.field == "kind"
    edit(desk, article, title="Hạn chót dự thi", body="17h00", note="Sửa giờ.")
    assert [correction.note for correction in article.corrections] == ["Sửa giờ."]
    assert article.key == "han-du-thi"
    logged = desk.ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert logged is not None
    assert "Sửa giờ." in str(logged.after)


def test_a_draft_that_is_called_otherwise_gets_another_address(desk: Desk) -> None:
    article, twin = desk.write("Tin một"), desk.write("Tin một")
    assert (article.key, twin.key) == ("tin-mot", "tin-mot-2")
    edit(desk, article, title="Tin hai")
    assert article.key == "tin-hai"


def test_two_editors_do_not_overwrite_one_another(desk: Desk) -> None:
    article = desk.write()
    seen = article.digest
    edit(desk, article, body="Của người thứ nhất.")
    with pytest.raises(Conflict):
        edit(desk, article, body="Của người thứ hai.", seen=seen)
    assert article.body == "Của người thứ nhất."


def test_what_is_withdrawn_says_why_and_stays_withdrawn(desk: Desk) -> None:
    article = desk.publish(desk.write())
    with pytest.raises(DomainError) as refused:
        withdraw_article(desk.ctx, campaign=desk.campaign, article=article, reason=" ")
    assert refused.value.field == "reason"
    withdraw_article(desk.ctx, campaign=desk.campaign, article=article, reason="Đăng nhầm.")
    assert titles(desk.ctx, desk) == []
    for act in (
        lambda: edit(desk, article, note="Sửa"),
        lambda: discard_article(desk.ctx, campaign=desk.campaign, article=article),
        lambda: withdraw_article(desk.ctx, campaign=desk.campaign, article=article, reason="Nữa"),
    ):
        with pytest.raises(Conflict):
            act()


def test_nobody_withdraws_what_nobody_could_read(desk: Desk) -> None:
    for article in (desk.write(), desk.publish(desk.write(), desk.ctx.now + HOUR)):
        with pytest.raises(Conflict):
            withdraw_article(desk.ctx, campaign=desk.campaign, article=article, reason="Nhầm")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE core_article SET state = 'published', withdrawn_at = NULL, reason = '' WHERE state = 'withdrawn'",
        "DELETE FROM core_article WHERE state <> 'draft'",
        "UPDATE core_article_correction SET note = 'Khác'",
        "DELETE FROM core_article_correction",
    ],
)
def test_the_database_keeps_what_was_public(desk: Desk, statement: str) -> None:
    corrected, withdrawn = desk.publish(desk.write()), desk.publish(desk.write())
    edit(desk, corrected, body="Khác", note="Sửa")
    withdraw_article(desk.ctx, campaign=desk.campaign, article=withdrawn, reason="Nhầm")
    desk.ctx.session.commit()
    with pytest.raises(DBAPIError):
        desk.ctx.session.execute(sa.text(statement))
    desk.ctx.session.rollback()
    assert desk.ctx.session.scalar(sa.select(sa.func.count()).select_from(ArticleCorrection)) == 1


def test_a_draft_is_thrown_away_with_what_it_named(desk: Desk) -> None:
    picture = desk.picture()
    article = desk.write(body=f"![](picture:{picture.key})")
    assert article.pictures == [picture]
    discard_article(desk.ctx, campaign=desk.campaign, article=article)
    assert desk.ctx.session.scalar(sa.select(sa.func.count()).select_from(Article)) == 0


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": " "}),
        ("title", {"title": "Một\nhai"}),
        ("body", {"body": ""}),
        ("body", {"body": "![chữ](picture:khong-co)"}),
        ("body", {"body": "![](<picture:khong-co>)"}),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(desk: Desk, field: str, changes: dict[str, str]) -> None:
    with pytest.raises(DomainError) as refused:
        desk.write(**changes)
    assert refused.value.field == field


def test_reference_material_stands_in_its_order_with_documents_that_everybody_may_read(desk: Desk) -> None:
    def register(title: str, *, public: bool) -> object:
        about = DocumentFacts(DocumentKind.REFERENCE, title, public=public)
        return register_document(desk.ctx, campaign=desk.campaign, facts=about)

    book, secret = register("Sổ tay", public=True), register("Mật", public=False)
    with pytest.raises(DomainError) as refused:
        desk.write(documents=[secret])
    assert refused.value.field == "documents"
    second = desk.write("Bước hai", kind=ArticleKind.REFERENCE, position=2)
    first = desk.write("Bước một", kind=ArticleKind.REFERENCE, position=1, documents=[book])
    for article in (second, first):
        desk.publish(article)
    found = reference_material(desk.ctx, campaign_id=desk.campaign.id)
    assert [article.title for article in found] == ["Bước một", "Bước hai"]
    assert found[0].documents == [book]
    assert titles(desk.ctx, desk) == []
