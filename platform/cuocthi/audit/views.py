"""The audit log of a campaign, in words, with its check and its export."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from flask import g, request, url_for
from flask_babel import gettext as _

from cuocthi.audit import export, queries
from cuocthi.audit.domain import head, holds, read_anchor, verify
from cuocthi.audit.queries import Criteria, Known
from cuocthi.audit.words import act_in_words, changes, kind_in_words, people_in
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import NavGroup
from cuocthi.errors import DomainError
from cuocthi.text import T
from cuocthi.users.names import fold
from cuocthi.web.blueprint import CampaignBlueprint
from cuocthi.web.context import reading_context
from cuocthi.web.downloads import download
from cuocthi.web.i18n import translate
from cuocthi.web.navigation import NavEntry
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi.web.tables import Column, Filter, Table

if TYPE_CHECKING:
    from flask import Response

pages = CampaignBlueprint("audit", __name__)
blueprints = (pages,)
navigation = (NavEntry("audit", T("Audit log"), "audit.log", "core:audit:view", 94, NavGroup.RECORDS),)


@pages.page("/staff/audit/", permission="core:audit:view")
def log() -> Response:
    """List what was done in the campaign, or hand the list out, which is put on record itself."""
    ctx = reading_context()
    known = queries.known(ctx, campaign_id=g.campaign.id)
    table = _table(known)
    criteria = _criteria(table, known)
    if table.export:
        return download(
            table,
            lambda ctx: queries.every_event(ctx, criteria=criteria),
            of="core:audit",
            summary=T("Exported the audit log"),
        )
    rows, total = queries.events(
        ctx, criteria=criteria, limit=table.limit, offset=table.offset, oldest_first=not table.descending
    )
    names = queries.names_of(ctx, user_ids=people_in(rows))
    return render(
        "audit/log.html",
        table=table.show(rows, total),
        changed={row.id: changes(row, names) for row in rows},
        kinds=kind_in_words,
    )


@pages.page("/staff/audit/check", permission="core:audit:view")
def check() -> Response:
    """Walk the whole chain, say whether it is unbroken, and whether a printed anchor still holds."""
    ctx = reading_context()
    typed = request.args.get("anchor", "").strip()
    held: bool | None = None
    error = ""
    if typed:
        try:
            held = holds(ctx, anchor=read_anchor(typed))
        except DomainError as refused:
            error = translate(refused.message)
    return render(
        "audit/check.html",
        status=422 if error else 200,
        broken=verify(ctx),
        head=head(ctx),
        typed=typed,
        held=held,
        error=error,
    )


def _table(known: Known) -> Table:
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
            Filter("who", _("Who"), [(str(number), name) for number, name in known.actors]),
            Filter("action", _("Act"), [(action, act_in_words(text)) for action, text in known.acts.items()]),
            Filter("kind", _("Object"), [(kind, kind_in_words(kind)) for kind in known.kinds]),
            Filter("since", _("From"), kind="day"),
            Filter("until", _("Until"), kind="day"),
        ],
        in_files=export.COLUMNS,
    )


def _criteria(table: Table, known: Known) -> Criteria:
    chosen = table.filtered
    wanted = fold(table.search)
    return Criteria(
        g.campaign.id,
        action=chosen["action"],
        actor_id=int(chosen["who"]) if chosen["who"] else None,
        object_kind=chosen["kind"],
        object_id=request.args.get("object", type=row_number),
        since=_midnight(chosen["since"]),
        until=_midnight(chosen["until"], days=1),
        search=table.search,
        summaries=[msgid for msgid in known.summaries if wanted in fold(act_in_words(msgid))],
    )


def _midnight(day: str, days: int = 0) -> datetime | None:
    """Return the moment at which a day begins here, or that many days later; None for no day or one beyond all time."""
    if not day:
        return None
    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=days), time(), LOCAL_ZONE)
    except OverflowError:
        return None
