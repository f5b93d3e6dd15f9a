"""The audit log of a campaign, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.audit import queries
from cuocthi.audit.domain import verify
from cuocthi.audit.queries import Criteria
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import reading_context
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.context import Context

pages = CampaignBlueprint("audit", __name__)
blueprints = (pages,)
navigation = (NavEntry("audit", T("Audit log"), "audit.log", "core:audit:view", 95),)


@pages.page("/staff/audit/", permission="core:audit:view")
def log() -> Response:
    """List what was done in the campaign; the search is for a person's name."""
    ctx = reading_context()
    table = _table(ctx)
    criteria = Criteria(
        g.campaign.id,
        action=table.filtered["action"],
        actor=fold(table.search),
        object_kind=table.filtered["kind"],
        object_id=request.args.get("object", type=row_number),
    )
    oldest_first = not table.descending
    rows, total = queries.events(
        ctx, criteria=criteria, limit=table.limit, offset=table.offset, oldest_first=oldest_first
    )
    return render("audit/log.html", table=table.show(rows, total))


@pages.page("/staff/audit/check", permission="core:audit:view")
def check() -> Response:
    """Walk the whole chain and say whether it is unbroken."""
    return render("audit/check.html", broken=verify(reading_context()))


def _table(ctx: Context) -> Table:
    actions, kinds = queries.known(ctx, campaign_id=g.campaign.id)
    return Table(
        id="audit",
        path=url_for("audit.log", slug=g.campaign.slug),
        args=request.args,
        columns=[
            Column("at", _("When"), sortable=True, kind="moment"),
            Column("actor", _("Who")),
            Column("summary", _("What")),
            Column("changes", _("Before and after")),
        ],
        sort="-at",
        filters=[
            Filter("action", _("Act"), [(action, action) for action in actions]),
            Filter("kind", _("Object"), [(kind, kind) for kind in kinds]),
        ],
    )
