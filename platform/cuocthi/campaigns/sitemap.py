"""Which pages of all campaigns search engines may show, and since when they are as they are: from the core and plugins.

The number of statements does not grow with the number of campaigns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.articles.addresses import page_of
from cuocthi.articles.models import Article, ArticleKind, ArticleState
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.queries import public_campaigns
from cuocthi.contributions import PublicPage
from cuocthi.documents.models import Document
from cuocthi.news.models import Announcement
from cuocthi.rules.models import RulesVersion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import InstrumentedAttribute

    from cuocthi.context import Context

    #: Makes the whole public address of a page.
    Address = Callable[..., str]


def public_pages(ctx: Context, *, address: Address) -> list[PublicPage]:
    """Return the pages of campaigns that everybody may see, campaign by campaign, then those of plugins."""
    campaigns = public_campaigns(ctx)
    parts = {
        "rules.show": _newest(ctx, RulesVersion.campaign_id, RulesVersion.issued_at),
        "documents.show": _newest(ctx, Document.campaign_id, Document.created_at, Document.public),
        "articles.all_news": _later(
            _newest(ctx, Announcement.campaign_id, Announcement.started_at, Announcement.is_public),
            _newest(ctx, Article.campaign_id, Article.published_at, *_readable(ctx), Article.kind == ArticleKind.NEWS),
        ),
    }
    found: list[PublicPage] = []
    for campaign in campaigns:
        there = {endpoint: newest[campaign.id] for endpoint, newest in parts.items() if campaign.id in newest}
        changed_at = max((moment for moment in (*there.values(), *_edges(campaign))), default=None)
        found.append(PublicPage(address("campaigns.show", slug=campaign.slug), changed_at))
        found += [PublicPage(address(endpoint, slug=campaign.slug), moment) for endpoint, moment in there.items()]
    slugs = {campaign.id: campaign.slug for campaign in campaigns}
    for article in ctx.session.scalars(sa.select(Article).where(*_readable(ctx)).order_by(Article.id)):
        endpoint, values = page_of(article)
        found.append(PublicPage(address(endpoint, slug=slugs[article.campaign_id], **values), article.published_at))
    return [*found, *ctx.hooks.collect_among(ctx, campaigns, "public_pages", PublicPage)]


def _readable(ctx: Context) -> tuple[sa.ColumnElement[bool], ...]:
    public = sa.select(Campaign.id).where(Campaign.state != CampaignState.DRAFT)
    shown = (Article.state == ArticleState.PUBLISHED, Article.published_at <= ctx.now)
    return (*shown, Article.campaign_id.in_(public))


def _later(one: Mapping[int, datetime], other: Mapping[int, datetime]) -> dict[int, datetime]:
    return {key: max(found[key] for found in (one, other) if key in found) for key in {**one, **other}}


def _edges(campaign: Campaign) -> list[datetime]:
    return [moment for moment in (campaign.opened_at, campaign.archived_at) if moment is not None]


def _newest(
    ctx: Context,
    campaign_id: InstrumentedAttribute[int],
    moment: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None],
    *shown: sa.ColumnElement[bool] | InstrumentedAttribute[bool],
) -> Mapping[int, datetime]:
    """Return the newest moment of something public by campaign, of those that have any (one statement)."""
    wanted = sa.select(campaign_id, sa.func.max(moment)).where(moment.is_not(None), *shown).group_by(campaign_id)
    rows = ctx.session.execute(wanted)
    return {campaign: newest for campaign, newest in rows if newest is not None}
