"""The pages of articles: for everybody, and for the editors."""

from cuocthi.articles.views import pictures, public, staff
from cuocthi.articles.views.blueprint import blueprint
from cuocthi.contributions import NavGroup
from cuocthi.text import T
from cuocthi.web.navigation import NavEntry

__all__ = ["blueprints", "navigation", "pictures", "public", "staff"]

blueprints = (blueprint,)
navigation = (
    NavEntry(
        "articles", T("News and reference material"), "articles.listing", "core:campaign:view", 47, NavGroup.RUNNING
    ),
)
