"""Pages: the releases as everybody sees them, and the staff's pages with choice, preview, confirmation, withdrawal."""

from cuocthi_publishing.views import approvals, embedded, feed, public, releases, schema, withdrawals  # they add pages
from cuocthi_publishing.views.blueprint import blueprint

__all__ = ["approvals", "blueprint", "embedded", "feed", "public", "releases", "schema", "withdrawals"]
