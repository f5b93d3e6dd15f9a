"""Which award lists are final, and by which acts."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.documents.models import DocumentKind
from cuocthi.documents.queries import documents
from cuocthi_prizes.acts.models import ActKind, Finality
from cuocthi_prizes.models import AwardList, AwardListState

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.documents.models import Document

#: The kinds of registered documents that acts are taken from.
KINDS = {ActKind.MINUTES: DocumentKind.MINUTES, ActKind.DECISION: DocumentKind.DECISION}


def finalities(ctx: Context, *, list_ids: Collection[int]) -> dict[int, list[Finality]]:
    """Return by list what was named for it, the first version first, with both acts (one statement)."""
    rows = ctx.session.scalars(
        sa.select(Finality)
        .where(Finality.award_list_id.in_(list_ids))
        .order_by(Finality.award_list_id, Finality.version)
        .options(joinedload(Finality.minutes), joinedload(Finality.decision))
    )
    found: dict[int, list[Finality]] = defaultdict(list)
    for row in rows:
        found[row.award_list_id].append(row)
    return found


def finality_of(ctx: Context, *, award_list: AwardList) -> Finality | None:
    """Return by what a list is final, None while it is not (one statement)."""
    versions = finalities(ctx, list_ids=[award_list.id]).get(award_list.id)
    return versions[-1] if versions else None


def lists_waiting(ctx: Context, *, campaign_ids: Sequence[int]) -> Mapping[int, list[int]]:
    """Return by campaign the numbers of the adopted lists that no act makes final yet (one statement)."""
    rows = ctx.session.execute(
        sa.select(AwardList.campaign_id, AwardList.number)
        .where(
            AwardList.campaign_id.in_(campaign_ids),
            AwardList.state == AwardListState.ADOPTED,
            ~sa.exists().where(Finality.award_list_id == AwardList.id),
        )
        .order_by(AwardList.campaign_id, AwardList.number)
    )
    found: dict[int, list[int]] = defaultdict(list)
    for campaign_id, number in rows:
        found[campaign_id].append(number)
    return found


def decisive_documents(ctx: Context, *, campaign: Campaign) -> list[Document]:
    """Return the registered decisions and minutes, the newest first, by which a prize may be given (one statement)."""
    found = to_choose(ctx, campaign=campaign)
    return [*found[ActKind.DECISION], *found[ActKind.MINUTES]]


def to_choose(ctx: Context, *, campaign: Campaign) -> dict[ActKind, list[Document]]:
    """Return the registered documents that may be named, the newest first, by what they would be (one statement)."""
    known = documents(ctx, campaign_id=campaign.id, public_only=False)
    return {kind: [one for one in reversed(known) if one.kind is of] for kind, of in KINDS.items()}
