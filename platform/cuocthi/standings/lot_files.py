"""The published file of a lot: everything by which anybody can draw it again on another machine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cuocthi.standings.drawing import FORMAT
from cuocthi.standings.lot_models import LotState
from cuocthi.standings.lot_queries import entrants_of
from cuocthi.standings.models import TieMethod

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.standings.lot_queries import ShownLot
    from cuocthi.timelines.models import Phase


def published_file(ctx: Context, *, campaign: Campaign, round_: Phase, shown: ShownLot) -> dict[str, Any]:
    """Return what is public of a lot: before it is drawn, neither its entrants nor the parts but their digests.

    Nobody is named; people stand there by their contest numbers.
    """
    lot = shown.lot
    drawn = lot.state is LotState.DRAWN
    found: dict[str, Any] = {
        "format": FORMAT,
        "contest": campaign.name,
        "round": round_.title,
        "lot": lot.number,
        "method": lot.method.value,
        "state": lot.state.value,
        "persons": lot.persons,
        "head": lot.head,
        "entrants_digest": lot.entrants_digest,
        "opened_at": lot.opened_at.isoformat(),
        "parts_from": lot.parts_from.isoformat() if lot.parts_from else None,
        "audit_anchor": shown.anchor,
        "after": shown.after,
        "reason": lot.reason,
        "parts": [
            {"number": one.part.number, "seal": one.part.seal, "given_at": one.part.given_at.isoformat()}
            | ({"part": one.part.part, "nonce": one.part.nonce} if drawn else {})
            for one in shown.parts
        ],
    }
    if lot.closed_at is not None:
        found["closed_at"] = lot.closed_at.isoformat()
    if lot.state is LotState.ABANDONED:
        found["end_reason"] = lot.end_reason
    if drawn:
        order = [code for _, code, _ in entrants_of(ctx, lot=lot)]
        found |= {"entrants": sorted(order), "order": order}
        if lot.method is TieMethod.LOT:
            found["seed"] = lot.seed
    return found
