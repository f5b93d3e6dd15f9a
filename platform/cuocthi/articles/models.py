"""Articles: pages with a date that the editors write, publish, correct with a note, and withdraw with a reason."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cuocthi.database import NUMBERS_GIVEN_ONCE, Base, PrimaryKey, choice
from cuocthi.digest import digest
from cuocthi.documents.models import Document
from cuocthi.pictures.models import Picture

MAX_KEY, MAX_TITLE, MAX_SUMMARY, MAX_NOTE = 80, 200, 400, 400


class ArticleKind(StrEnum):
    """What an article is: news stand by their dates, reference material in an order."""

    NEWS = "news"
    REFERENCE = "reference"


class ArticleState(StrEnum):
    """How far an article is. A published one is public from its moment on; a withdrawn one stays withdrawn."""

    DRAFT = "draft"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class ArticlePicture(Base):
    """An article shows a picture."""

    __tablename__ = "core_article_picture"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("core_article.id"), primary_key=True, autoincrement=False)
    picture_id: Mapped[int] = mapped_column(
        sa.ForeignKey("core_picture.id"), primary_key=True, autoincrement=False, index=True
    )


class ArticleDocument(Base):
    """A document of the register stands below an article."""

    __tablename__ = "core_article_document"

    article_id: Mapped[int] = mapped_column(sa.ForeignKey("core_article.id"), primary_key=True, autoincrement=False)
    document_id: Mapped[int] = mapped_column(sa.ForeignKey("core_document.id"), primary_key=True, autoincrement=False)


class Article(Base):
    """An article, in Markdown. ``key`` is its address, which stays once it has been published.

    It is public from ``published_at`` on, which may lie ahead. Reference material stands by ``position``.
    """

    __tablename__ = "core_article"
    __table_args__ = (
        sa.UniqueConstraint("campaign_id", "key"),
        sa.CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="published_unless_draft"),
        sa.CheckConstraint("(published_at IS NULL) = (published_by_id IS NULL)", name="published_by_somebody"),
        sa.CheckConstraint("(state = 'withdrawn') = (withdrawn_at IS NOT NULL)", name="withdrawn_at_a_moment"),
        sa.CheckConstraint("(state = 'withdrawn') = (reason <> '')", name="withdrawn_with_a_reason"),
        sa.Index("ix_core_article_public", "campaign_id", "state", "published_at"),
        NUMBERS_GIVEN_ONCE,
    )

    id: Mapped[PrimaryKey]
    campaign_id: Mapped[int] = mapped_column(sa.ForeignKey("core_campaign.id"))
    kind: Mapped[ArticleKind] = mapped_column(choice(ArticleKind))
    key: Mapped[str] = mapped_column(sa.String(MAX_KEY))
    title: Mapped[str] = mapped_column(sa.String(MAX_TITLE))
    summary: Mapped[str] = mapped_column(sa.String(MAX_SUMMARY), default="")
    body: Mapped[str] = mapped_column(sa.Text)
    position: Mapped[int] = mapped_column(default=0)
    state: Mapped[ArticleState] = mapped_column(choice(ArticleState), default=ArticleState.DRAFT)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    withdrawn_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(sa.String(MAX_NOTE), default="")

    # By the class itself: plugins may have pictures of their own.
    pictures: Mapped[list[Picture]] = relationship(Picture, secondary="core_article_picture")
    documents: Mapped[list[Document]] = relationship(
        secondary="core_article_document", order_by=(Document.position, Document.id)
    )
    corrections: Mapped[list[ArticleCorrection]] = relationship(order_by="ArticleCorrection.id")

    @property
    def digest(self) -> str:
        """A digest of what readers get: what somebody publishes or overwrites is what they have looked at."""
        documents = sorted(document.id for document in self.documents)
        return digest([self.kind, self.title, self.summary, self.body, self.position, documents, self.state])

    @property
    def changed_at(self) -> datetime | None:
        """When it was published, or corrected last."""
        return self.corrections[-1].at if self.corrections else self.published_at

    def is_public(self, now: datetime) -> bool:
        """Tell whether everybody may read it."""
        return self.state is ArticleState.PUBLISHED and self.published_at is not None and self.published_at <= now

    def is_scheduled(self, now: datetime) -> bool:
        """Tell whether it waits for its moment, and nobody outside has seen it."""
        return self.state is ArticleState.PUBLISHED and self.published_at is not None and self.published_at > now


class ArticleCorrection(Base):
    """What was changed in an article that everybody could read; it stands below the text from then on."""

    __tablename__ = "core_article_correction"
    __table_args__ = (sa.CheckConstraint("note <> ''", name="says_what"),)

    id: Mapped[PrimaryKey]
    article_id: Mapped[int] = mapped_column(sa.ForeignKey("core_article.id"), index=True)
    at: Mapped[datetime]
    by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("core_user.id"))
    note: Mapped[str] = mapped_column(sa.String(MAX_NOTE))
