"""Keeping the rosters of units: handed in, looked at, taken over, and dropped when the campaign is archived."""

from __future__ import annotations

import json
import secrets
from dataclasses import astuple
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import CampaignState
from cuocthi.errors import Closed, Forbidden, Missing
from cuocthi.rosters.lists import RosterRow
from cuocthi.rosters.models import RosterDraft, RosterEntry
from cuocthi.security.personal_data import Undecipherable
from cuocthi.text import T
from cuocthi.units.models import Unit
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.names import fold, sort_key

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: How long a list waits to be taken over.
KEPT = timedelta(days=1)


def hand_in(ctx: Context, *, campaign: Campaign, unit: Unit, rows: Sequence[RosterRow], vault: Vault) -> RosterDraft:
    """Keep a list, sealed, until it is taken over; one handed in before for the unit gives way.

    Raises Closed in an archived campaign.
    """
    if campaign.state is CampaignState.ARCHIVED:
        raise Closed(T("This campaign is archived; rosters are no longer kept."))
    if ctx.actor.user_id is None:
        raise Forbidden(T("Only a person who is signed in can do this."))
    _hold(ctx, unit)
    earlier = (RosterDraft.campaign_id == campaign.id, RosterDraft.unit_id == unit.id)
    ctx.session.execute(sa.delete(RosterDraft).where(*earlier))
    token = secrets.token_hex(16)
    plain = json.dumps([astuple(row) for row in rows])
    draft = RosterDraft(
        campaign_id=campaign.id,
        unit_id=unit.id,
        token=token,
        rows=vault.encrypt(plain, belongs_to=_owner(token)),
        handed_in_by=ctx.actor.user_id,
        handed_in_at=ctx.now,
    )
    ctx.session.add(draft)
    ctx.session.flush()
    return draft


def handed_in(ctx: Context, *, campaign: Campaign, unit: Unit, token: str, vault: Vault) -> list[RosterRow]:
    """Return the people of a list that waits. Raises Missing where it was taken over, replaced, or is too old."""
    waiting = sa.select(RosterDraft.rows).where(*_waiting(ctx, campaign, unit, token))
    return _opened(ctx.session.scalar(waiting), token, vault)


def take_over(ctx: Context, *, campaign: Campaign, unit: Unit, token: str, vault: Vault) -> int:
    """Let a list that waits be the unit's roster, in the place of the one before; return how many people it names.

    Of the contacts only their blind indexes stay. Raises Missing as :func:`handed_in`.
    """
    _hold(ctx, unit)
    # Whoever takes the list away has it; who comes second, be it by a second click, finds nothing.
    taken = sa.delete(RosterDraft).where(*_waiting(ctx, campaign, unit, token)).returning(RosterDraft.rows)
    rows = _opened(ctx.session.scalar(taken), token, vault)
    before = _drop(ctx, campaign, unit)
    ctx.session.execute(
        sa.insert(RosterEntry),
        [
            {
                "campaign_id": campaign.id,
                "unit_id": unit.id,
                "name": row.name,
                "name_folded": fold(row.name),
                "name_sort": sort_key(row.name),
                "contact_index": contact_index(normalise_contact(row.contact), vault) if row.contact else None,
                "category": row.category,
            }
            for row in rows
        ],
    )
    record(
        ctx,
        action="core:roster:take_over",
        summary=T("Took over the roster of “%(unit)s”", unit=unit.name),
        campaign=campaign,
        object_kind="unit",
        object_id=unit.id,
        before={"people": before},
        after={"people": len(rows)},
    )
    return len(rows)


def remove(ctx: Context, *, campaign: Campaign, unit: Unit) -> int:
    """Drop a unit's roster; return how many people it named."""
    number = _drop(ctx, campaign, unit)
    if number:
        record(
            ctx,
            action="core:roster:remove",
            summary=T("Removed the roster of “%(unit)s”", unit=unit.name),
            campaign=campaign,
            object_kind="unit",
            object_id=unit.id,
            before={"people": number},
        )
    return number


def forget_rosters(ctx: Context, *, campaign: Campaign) -> None:
    """Drop all rosters of a campaign, and the lists that wait: once it is archived nobody is called upon any more."""
    for model in (RosterEntry, RosterDraft):
        ctx.session.execute(sa.delete(model).where(model.campaign_id == campaign.id))


def forget_waiting(ctx: Context) -> None:
    """Drop the lists that nobody took over within :data:`KEPT`."""
    ctx.session.execute(sa.delete(RosterDraft).where(RosterDraft.handed_in_at <= ctx.now - KEPT))


def _hold(ctx: Context, unit: Unit) -> None:
    """Let nobody else hand in or take over a list of the unit until the transaction ends; people go on registering."""
    ctx.session.execute(sa.select(Unit.id).where(Unit.id == unit.id).with_for_update(key_share=True))


def _drop(ctx: Context, campaign: Campaign, unit: Unit) -> int:
    own = sa.delete(RosterEntry).where(RosterEntry.campaign_id == campaign.id, RosterEntry.unit_id == unit.id)
    return len(ctx.session.scalars(own.returning(RosterEntry.id)).all())


def _waiting(ctx: Context, campaign: Campaign, unit: Unit, token: str) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions that a list is the one of this token and still waits for this unit."""
    return (
        RosterDraft.token == token,
        RosterDraft.campaign_id == campaign.id,
        RosterDraft.unit_id == unit.id,
        RosterDraft.handed_in_at > ctx.now - KEPT,
    )


def _opened(rows: bytes | None, token: str, vault: Vault) -> list[RosterRow]:
    if rows is None:
        raise _gone()
    try:
        return [RosterRow(*values) for values in json.loads(vault.decrypt(rows, belongs_to=_owner(token)))]
    except Undecipherable as error:
        raise _gone() from error


def _gone() -> Missing:
    return Missing(T("This list does not wait any more. Please hand it in again."))


def _owner(token: str) -> str:
    return f"core_roster_draft.rows:{token}"
