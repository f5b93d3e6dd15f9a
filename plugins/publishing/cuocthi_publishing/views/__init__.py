"""Pages: the releases as everybody sees them, and the staff's pages with choice, preview, confirmation, withdrawal."""

from cuocthi_publishing.views import (  # they add their pages
    approvals,
    embedded,
    feed,
    press,
    public,
    releases,
    schema,
    sharing,
    withdrawals,
)
from cuocthi_publishing.views.blueprint import blueprint

__all__ = [
    "approvals",
    "blueprint",
    "embedded",
    "feed",
    "press",
    "public",
    "releases",
    "schema",
    "sharing",
    "withdrawals",
]
