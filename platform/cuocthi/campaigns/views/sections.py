"""The tabs over a campaign's basics and settings."""

from __future__ import annotations

from flask import g, url_for
from flask_babel import gettext as _

from cuocthi.web.context import registry
from cuocthi.web.i18n import translate


def sections(active: str) -> list[dict[str, object]]:
    """Return the pages on basics and settings; ``active`` is the one at hand, or the plugin whose settings it shows."""
    slug = g.campaign.slug
    own = [
        ("basics", _("Basics")),
        ("categories", _("Categories of entrants")),
        ("entrants", _("What is asked, and ages")),
        ("divisions", _("Divisions")),
        ("parts", _("Enabled parts")),
    ]
    found: list[dict[str, object]] = [
        {"title": title, "url": url_for(f"campaigns.{key}", slug=slug), "active": key == active} for key, title in own
    ]
    retention = url_for("corrections.retention", slug=slug)
    found.append({"title": _("Personal data"), "url": retention, "active": active == "retention"})
    enabled = ((name, spec) for name, spec in registry().settings.items() if name in g.campaign.plugins)
    for name, spec in sorted(enabled, key=lambda pair: (pair[1].order, pair[0])):
        url = url_for("campaigns.settings", slug=slug, owner=name)
        found.append({"title": translate(spec.title), "url": url, "active": name == active})
    return found
