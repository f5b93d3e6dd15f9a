"""The core's own background work. It stands above the parts it calls; ``jobs`` itself knows none of them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from cuocthi.campaigns.long_lists import LIST_JOB, import_asked_for
from cuocthi.contributions import JobKind
from cuocthi.messages.delivery import deliver_due
from cuocthi.messages.domain import forget_old
from cuocthi.news.sending import send_due
from cuocthi.personal.retention import anonymise_due
from cuocthi.rosters.domain import forget_waiting
from cuocthi.standings.notices import run_notices
from cuocthi.standings.refresh import rebuild_drafts
from cuocthi.tasks.reminding import remind_due
from cuocthi.text import T
from cuocthi.timelines.announcing import announce_edges
from cuocthi.users.tickets import forget_expired
from cuocthi.web.context import registry
from cuocthi.web.links import public_link

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from cuocthi.context import Context


def _announce(ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    return {"edges": announce_edges(ctx)}


def _rebuild(ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    return {"rankings": rebuild_drafts(ctx, progress=progress)}


def _tell_admitted(
    ctx: Context, _arguments: Mapping[str, Any], progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    parts = registry()
    told = run_notices(
        ctx,
        vault=parts.vault,
        reached=parts.channels,
        address=lambda campaign: public_link("enrolments.personal", slug=campaign.slug),
        progress=progress,
    )
    return {"told": told}


def _forget(ctx: Context, _arguments: Mapping[str, Any], _progress: Callable[[int, int], None]) -> Mapping[str, Any]:
    forget_waiting(ctx)
    tickets, messages = forget_expired(ctx), 0
    while forgotten := forget_old(ctx):
        messages += forgotten
        ctx.session.commit()
    return {"messages": messages, "tickets": tickets}


def _import_units(
    ctx: Context, arguments: Mapping[str, Any], progress: Callable[[int, int], None]
) -> Mapping[str, Any]:
    return import_asked_for(ctx, arguments, progress, folder=registry().config.files)


CORE_JOBS = (
    JobKind("core.phases", T("Tell what the timeline opened and closed"), _announce, every=timedelta(seconds=5)),
    JobKind("core.rankings", T("Rebuild rankings whose results changed"), _rebuild, every=timedelta(seconds=30)),
    JobKind("core.admissions", T("Tell people that they are admitted"), _tell_admitted, every=timedelta(seconds=30)),
    JobKind("core.messages", T("Send messages"), deliver_due, every=timedelta(seconds=2)),
    JobKind("core.news", T("Send announcements"), send_due, every=timedelta(seconds=5)),
    JobKind("core.tasks", T("Remind of tasks"), remind_due, every=timedelta(minutes=15)),
    JobKind("core.forgetting", T("Forget old messages and codes"), _forget, every=timedelta(hours=1)),
    JobKind("core.retention", T("Make people anonymous whose time is over"), anonymise_due, every=timedelta(hours=1)),
    JobKind(
        LIST_JOB,
        T("Import a list of units"),
        _import_units,
        results={
            "added": T("Units added"),
            "changed": T("Units changed"),
            "numbers": T("Numbers of people set"),
        },
    ),
)
