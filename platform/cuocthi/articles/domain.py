"""Writing articles, publishing them at a moment, correcting them with a note, withdrawing them with a reason."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.articles.models import (
    MAX_KEY,
    MAX_NOTE,
    Article,
    ArticleCorrection,
    ArticleKind,
    ArticleState,
)
from cuocthi.audit.domain import record
from cuocthi.errors import Conflict, DomainError
from cuocthi.pictures.queries import pictures_named
from cuocthi.pictures.showing import named_in
from cuocthi.text import T
from cuocthi.users.names import fold

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document
    from cuocthi.text import Text

_record = partial(record, object_kind="article")
# Long numbers in an address would be taken for somebody's telephone.
_NO_WORD = re.compile(r"[^0-9a-z]+|\d{5,}")
_ROOM_FOR_NUMBER = 5


@dataclass(frozen=True, slots=True)
class ArticleFacts:
    """What an article says: ``body`` is Markdown with pictures of the campaign, ``documents`` stand below it.

    ``summary`` stands in lists, feeds and previews; ``position`` orders reference material, the lowest first.
    """

    kind: ArticleKind
    title: str
    body: str
    summary: str = ""
    position: int = 0
    documents: Sequence[Document] = ()


def write_article(ctx: Context, *, campaign: Campaign, facts: ArticleFacts) -> Article:
    """Write an article; it stays a draft until it is published.

    Raises DomainError with the field for an empty text, a title of several lines, a picture or document that is not
    there or not for everybody.
    """
    article = Article(
        campaign_id=campaign.id, key=_free_key(ctx, campaign, facts.title), state=ArticleState.DRAFT, created_at=ctx.now
    )
    article.created_by_id = ctx.actor.user_id
    _fill(ctx, campaign, article, facts)
    ctx.session.add(article)
    ctx.session.flush()
    summary = T("Wrote the article “%(title)s”", title=article.title)
    _put_on_record(ctx, campaign, article, "write", summary, after=_described(article))
    return article


def edit_article(
    ctx: Context, *, campaign: Campaign, article: Article, facts: ArticleFacts, seen: str, note: str = ""
) -> None:
    """Change an article; what everybody could read already keeps ``note``, which says what was changed.

    ``seen`` is the digest of what the editor had before them. Raises as :func:`write_article`, DomainError (field
    ``note``) without a note where one is needed, and Conflict for one that was withdrawn or changed meanwhile.
    """
    _hold(ctx, article, seen, ArticleState.DRAFT, ArticleState.PUBLISHED)
    public, note = article.is_public(ctx.now), note.strip()
    if public and not note:
        raise DomainError(T("Everybody could read this: please say what you change."), field="note")
    if public and facts.kind is not article.kind:
        raise DomainError(T("What is public keeps its address, and its kind with it."), field="kind")
    before = _described(article)
    if article.state is ArticleState.DRAFT and facts.title.strip() != article.title:
        article.key = _free_key(ctx, campaign, facts.title, article)
    _fill(ctx, campaign, article, facts)
    if public:
        _check_note(note, "note")
        article.corrections.append(ArticleCorrection(at=ctx.now, by_id=ctx.actor.user_id, note=note))
    ctx.session.flush()
    summary = T("Changed the article “%(title)s”", title=article.title)
    after = {**_described(article), **({"note": note} if public else {})}
    _put_on_record(ctx, campaign, article, "edit", summary, before=before, after=after)


def publish_article(
    ctx: Context, *, campaign: Campaign, article: Article, seen: str, not_before: datetime | None = None
) -> None:
    """Let everybody read an article from now on, or from a moment that lies ahead.

    ``seen`` is the digest of what was looked at. Raises Conflict for one that is no draft or was changed meanwhile,
    DomainError (field ``day``) for a moment that is over.
    """
    _hold(ctx, article, seen, ArticleState.DRAFT)
    if not_before is not None and not_before <= ctx.now:
        raise DomainError(T("This moment is over. Leave it empty to publish at once."), field="day")
    article.state = ArticleState.PUBLISHED
    article.published_at, article.published_by_id = not_before or ctx.now, ctx.actor.user_id
    ctx.session.flush()
    summary = T("Published the article “%(title)s”", title=article.title)
    after = {**_described(article), "published_at": article.published_at.isoformat()}
    _put_on_record(ctx, campaign, article, "publish", summary, after=after)


def call_article_off(ctx: Context, *, campaign: Campaign, article: Article) -> None:
    """Make a draft again of an article that waits for its moment. Raises Conflict once it is public."""
    _hold(ctx, article, None, ArticleState.PUBLISHED)
    if not article.is_scheduled(ctx.now):
        raise _stale()
    article.state, article.published_at, article.published_by_id = ArticleState.DRAFT, None, None
    ctx.session.flush()
    summary = T("Called off the article “%(title)s”", title=article.title)
    _put_on_record(ctx, campaign, article, "calloff", summary)


def withdraw_article(ctx: Context, *, campaign: Campaign, article: Article, reason: str) -> None:
    """Take an article that everybody could read off all pages; its address says from then on why.

    Raises DomainError (field ``reason``) without a reason, Conflict for one that nobody could read yet.
    """
    reason = reason.strip()
    if not reason:
        raise DomainError(T("Please say why; everybody who has the address reads it."), field="reason")
    _check_note(reason, "reason")
    _hold(ctx, article, None, ArticleState.PUBLISHED)
    if not article.is_public(ctx.now):
        raise _stale()
    article.state, article.withdrawn_at, article.reason = ArticleState.WITHDRAWN, ctx.now, reason
    ctx.session.flush()
    summary = T("Withdrew the article “%(title)s”", title=article.title)
    _put_on_record(ctx, campaign, article, "withdraw", summary, after={"reason": reason})


def discard_article(ctx: Context, *, campaign: Campaign, article: Article) -> None:
    """Throw a draft away; the log keeps what it was. Raises Conflict for one that was published."""
    _hold(ctx, article, None, ArticleState.DRAFT)
    summary = T("Discarded the article “%(title)s”", title=article.title)
    _put_on_record(ctx, campaign, article, "discard", summary, before=_described(article))
    ctx.session.delete(article)
    ctx.session.flush()


# --- within ---


def _fill(ctx: Context, campaign: Campaign, article: Article, facts: ArticleFacts) -> None:
    _check(campaign, facts)
    named = named_in([facts.body])
    found = pictures_named(ctx, campaign_id=campaign.id, keys=named)
    if missing := sorted(named - set(found)):
        message = T("There is no picture “%(keys)s” in this campaign.", keys="”, “".join(missing))
        raise DomainError(message, field="body")
    article.kind, article.position = facts.kind, facts.position
    article.title, article.summary, article.body = facts.title.strip(), facts.summary.strip(), facts.body.strip()
    article.pictures, article.documents = list(found.values()), list(facts.documents)


def _check(campaign: Campaign, facts: ArticleFacts) -> None:
    for name in ("title", "body"):
        if not str(getattr(facts, name)).strip():
            raise DomainError(T("This field is required."), field=name)
    if len(facts.title.strip().splitlines()) > 1:
        raise DomainError(T("The title is one line."), field="title")
    if any(document.campaign_id != campaign.id or not document.public for document in facts.documents):
        raise DomainError(T("Please choose documents that everybody may read."), field="documents")


def _check_note(note: str, field: str) -> None:
    if len(note) > MAX_NOTE:
        raise DomainError(T("At most %(most)s letters, please.", most=MAX_NOTE), field=field)


def _hold(ctx: Context, article: Article, seen: str | None, *states: ArticleState) -> None:
    """Hold an article until the transaction ends, and see it as it is. Raises Conflict for another state or digest."""
    wanted = sa.select(Article).where(Article.id == article.id, Article.state.in_(states))
    if ctx.session.scalar(wanted.with_for_update().execution_options(populate_existing=True)) is None:
        raise _stale()
    if seen is not None and article.digest != seen:
        raise _stale()


def _stale() -> Conflict:
    return Conflict(T("This article is not as it was any more. Please load the page again."))


def _free_key(ctx: Context, campaign: Campaign, title: str, itself: Article | None = None) -> str:
    stem = _NO_WORD.sub("-", fold(title)).strip("-")[: MAX_KEY - _ROOM_FOR_NUMBER].strip("-") or "article"
    others = sa.select(Article.key).where(Article.campaign_id == campaign.id)
    if itself is not None:
        others = others.where(Article.id != itself.id)
    taken = set(ctx.session.scalars(others))
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _put_on_record(
    ctx: Context,
    campaign: Campaign,
    article: Article,
    act: str,
    summary: Text,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    _record(
        ctx,
        campaign=campaign,
        object_id=article.id,
        action=f"core:article:{act}",
        summary=summary,
        before=before,
        after=after,
    )


def _described(article: Article) -> dict[str, object]:
    return {
        "kind": str(article.kind),
        "key": article.key,
        "title": article.title,
        "summary": article.summary,
        "text": article.body,
        "position": article.position,
        "documents": [document.key for document in article.documents],
    }
