"""What is read of articles. What is public is decided by the statement, with the moment of the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, selectinload

from cuocthi.articles.models import Article, ArticleKind, ArticlePicture, ArticleState
from cuocthi.documents.models import Document
from cuocthi.files.models import StoredFile
from cuocthi.news.models import Announcement
from cuocthi.pictures.models import PictureFile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.context import Context

_ARTICLE, _ANNOUNCEMENT = "article", "announcement"
_WHOLE = (
    selectinload(Article.pictures),
    selectinload(Article.documents).options(joinedload(Document.file), joinedload(Document.replaces)),
    selectinload(Article.corrections),
)


@dataclass(frozen=True, slots=True)
class NewsItem:
    """Something that everybody may read among the news: an article, or an announcement that was sent and made public.

    ``at`` is when it came out, ``changed_at`` when it was changed last; ``body`` is Markdown. ``article`` is None for
    an announcement, whose number is ``id``.
    """

    id: int
    title: str
    at: datetime
    changed_at: datetime
    summary: str
    body: str
    article: Article | None = None


def news(ctx: Context, *, campaign_id: int, most: int | None = None, after: int = 0) -> list[NewsItem]:
    """Return what everybody may read among the news, the newest first, without the first ``after``.

    A constant number of statements.
    """
    every = _news(ctx, campaign_id)
    chosen = sa.select(every).order_by(every.c.at.desc(), every.c.source, every.c.id.desc())
    rows = ctx.session.execute(chosen.limit(most).offset(after)).all()
    ids = {source: [row.id for row in rows if row.source == source] for source in (_ARTICLE, _ANNOUNCEMENT)}
    written = ctx.session.scalars(sa.select(Article).where(Article.id.in_(ids[_ARTICLE])).options(*_WHOLE))
    sent = ctx.session.scalars(sa.select(Announcement).where(Announcement.id.in_(ids[_ANNOUNCEMENT])))
    items = {(_ARTICLE, one.id): _of_article(one) for one in written}
    items |= {(_ANNOUNCEMENT, one.id): of_announcement(one) for one in sent}
    return [items[row.source, row.id] for row in rows]


def count_news(ctx: Context, *, campaign_id: int) -> int:
    """Return how many there are (one statement)."""
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(_news(ctx, campaign_id))) or 0


def articles(ctx: Context, *, campaign_id: int) -> Sequence[Article]:
    """Return all articles of a campaign for its staff, the newest first (one statement)."""
    wanted = sa.select(Article).where(Article.campaign_id == campaign_id)
    return ctx.session.scalars(wanted.order_by(Article.id.desc())).all()


def article_of(ctx: Context, *, campaign_id: int, article_id: int) -> Article | None:
    """Return an article of a campaign with all that belongs to it, or None."""
    wanted = sa.select(Article).where(Article.id == article_id, Article.campaign_id == campaign_id)
    return ctx.session.scalars(wanted.options(*_WHOLE)).one_or_none()


def article_by_key(ctx: Context, *, campaign_id: int, key: str) -> Article | None:
    """Return an article by its address with all that belongs to it, or None."""
    wanted = sa.select(Article).where(Article.key == key, Article.campaign_id == campaign_id)
    return ctx.session.scalars(wanted.options(*_WHOLE)).one_or_none()


def public_announcement(ctx: Context, *, campaign_id: int, announcement_id: int) -> Announcement | None:
    """Return an announcement that everybody may read, or None."""
    wanted = sa.select(Announcement).where(Announcement.id == announcement_id, Announcement.campaign_id == campaign_id)
    return ctx.session.scalars(wanted.where(*_SHOWN_TO_ALL)).one_or_none()


def reference_material(ctx: Context, *, campaign_id: int) -> Sequence[Article]:
    """Return the reference material that everybody may read, in its order (a constant number of statements)."""
    return ctx.session.scalars(
        sa.select(Article)
        .where(Article.campaign_id == campaign_id, Article.kind == ArticleKind.REFERENCE, *_public(ctx))
        .order_by(Article.position, Article.id)
        .options(*_WHOLE)
    ).all()


def has_reference_material(ctx: Context, *, campaign_id: int) -> bool:
    """Tell whether there is any reference material that everybody may read (one statement)."""
    there = sa.select(Article.id).where(
        Article.campaign_id == campaign_id, Article.kind == ArticleKind.REFERENCE, *_public(ctx)
    )
    return bool(ctx.session.scalar(sa.select(there.exists())))


def moments_ahead(ctx: Context, *, campaign_id: int) -> list[datetime]:
    """Return when articles that wait for their moment become public (one statement)."""
    waiting = sa.select(Article.published_at).where(
        Article.campaign_id == campaign_id,
        Article.state == ArticleState.PUBLISHED,
        Article.published_at > ctx.now,
    )
    return [moment for moment in ctx.session.scalars(waiting) if moment is not None]


def shown_file(ctx: Context, *, campaign_id: int, sha256: str, to_staff: bool) -> StoredFile | None:
    """Return the file of a picture that a public article shows; ``to_staff``, that of any picture. None without one."""
    wanted = (
        sa.select(StoredFile)
        .join(PictureFile, PictureFile.file_id == StoredFile.id)
        .where(StoredFile.campaign_id == campaign_id, StoredFile.sha256 == sha256)
    )
    if not to_staff:
        shows = (
            sa.select(ArticlePicture.article_id)
            .join(Article, Article.id == ArticlePicture.article_id)
            .where(ArticlePicture.picture_id == PictureFile.picture_id, *_public(ctx))
        )
        wanted = wanted.where(shows.exists())
    return ctx.session.scalars(wanted.limit(1)).one_or_none()


def _public(ctx: Context) -> tuple[sa.ColumnElement[bool], ...]:
    return Article.state == ArticleState.PUBLISHED, Article.published_at <= ctx.now


_SHOWN_TO_ALL = (Announcement.is_public, Announcement.started_at.is_not(None))


def _news(ctx: Context, campaign_id: int) -> sa.Subquery:
    """Return the number and the moment of all that is among the news."""
    written = sa.select(
        sa.literal(_ARTICLE).label("source"), Article.id.label("id"), Article.published_at.label("at")
    ).where(Article.campaign_id == campaign_id, Article.kind == ArticleKind.NEWS, *_public(ctx))
    sent = sa.select(sa.literal(_ANNOUNCEMENT), Announcement.id, Announcement.started_at).where(
        Announcement.campaign_id == campaign_id, *_SHOWN_TO_ALL
    )
    return sa.union_all(written, sent).subquery()


def _of_article(found: Article) -> NewsItem:
    at = found.published_at
    assert at is not None  # noqa: S101 - the statement chose it by that
    return NewsItem(found.id, found.title, at, found.changed_at or at, found.summary, found.body, article=found)


def of_announcement(found: Announcement) -> NewsItem:
    """Return an announcement that was sent as it stands among the news."""
    at = found.started_at
    assert at is not None  # noqa: S101 - the statement chose it by that
    return NewsItem(found.id, found.subject, at, at, "", found.body)
