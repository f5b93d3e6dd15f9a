"""Who has had live questions or keys before their eyes, as the audit log shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.queries import editions
from cuocthi.contributions import Permission
from cuocthi.text import T
from cuocthi.users.models import User
from cuocthi.users.queries import identities

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.text import Text

#: The act of handing a whole campaign out as a file, its questions too.
EXPORT = "core:campaign:export"
EXPORTED = T("Exported the campaign with all that its parts hold, questions too")


def revealing_reads(ctx: Context, *, campaign_id: int, user_id: int) -> list[tuple[Text, int, datetime]]:
    """Return what a person did with things that nobody who takes part may know: in words, how often, when last.

    It takes one statement, over the campaign and all that were made from it, or it from them: a campaign that is held
    again has the questions of the earlier one.
    """
    titles = _titles(ctx)
    rows = ctx.session.execute(
        sa.select(AuditEvent.action, sa.func.count(), sa.func.max(AuditEvent.at))
        .where(_revealing(titles, campaign_id), AuditEvent.actor_id.in_(identities(user_id)))
        .group_by(AuditEvent.action)
        .order_by(AuditEvent.action)
    )
    exported = T("Export of the whole campaign")
    return [(titles.get(_object(action), exported), number, last) for action, number, last in rows]


def readers(ctx: Context, *, campaign_id: int) -> sa.Select[int]:
    """Return the SELECT of everybody for whom :func:`revealing_reads` finds something, by the account in use."""
    in_use = sa.func.coalesce(User.merged_into_id, User.id)
    acted = sa.select(AuditEvent.actor_id).where(_revealing(_titles(ctx), campaign_id))
    return sa.select(in_use).where(User.id.in_(acted))


def _titles(ctx: Context) -> dict[str, Text]:
    """Return the titles of the permissions that reveal, by ``owner:object``, which the acts with it begin with."""
    held = [found for _, found in ctx.hooks.boot("register_permissions", Permission) if found.reveals]
    return {_object(found.name): found.title for found in reversed(held)}


def _revealing(objects: Iterable[str], campaign_id: int) -> sa.ColumnElement[bool]:
    return sa.and_(
        AuditEvent.campaign_id.in_(editions(campaign_id=campaign_id)),
        # Whoever wrote or approved a question knows it as well as who read it.
        sa.or_(
            AuditEvent.action == EXPORT,
            *(AuditEvent.action.startswith(f"{prefix}:", autoescape=True) for prefix in objects),
        ),
    )


def _object(action: str) -> str:
    return action.rpartition(":")[0]
