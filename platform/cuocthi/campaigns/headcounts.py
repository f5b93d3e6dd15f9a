"""The numbers of people entitled to take part, unit by unit: what a list would change, and changing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa

from cuocthi.audit.domain import record
from cuocthi.campaigns.models import Campaign, Headcount
from cuocthi.errors import DomainError
from cuocthi.text import T

if TYPE_CHECKING:
    from cuocthi.context import Context

_MOST = 10**9
_SOURCE_LENGTH = 200

#: People entitled, by the unit's key and the category.
Numbers = Mapping[tuple[int, str], int]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where numbers come from: a report, a decision; and the day on which they were true."""

    source: str = ""
    as_of: date | None = None


def headcounts_of(ctx: Context, *, campaign: Campaign, unit_id: int | None = None) -> Sequence[Headcount]:
    """Return a campaign's numbers, of one unit or of all (one statement)."""
    wanted = sa.select(Headcount).where(Headcount.campaign_id == campaign.id)
    if unit_id is not None:
        wanted = wanted.where(Headcount.unit_id == unit_id)
    return ctx.session.scalars(wanted.order_by(Headcount.id)).all()


def differing(standing: Sequence[Headcount], numbers: Numbers, origin: Origin) -> dict[tuple[int, str], int]:
    """Return those of ``numbers`` that are not so already; where no one is entitled there is no origin to differ."""
    known = {(row.unit_id, row.category): (row.number, row.source, row.as_of) for row in standing}
    wanted = {key: (number, origin.source, origin.as_of) for key, number in numbers.items()}
    return {
        key: numbers[key]
        for key, value in wanted.items()
        if (known.get(key) != value if numbers[key] else known.get(key, (0,))[0] != 0)
    }


def update_headcounts(ctx: Context, *, campaign: Campaign, numbers: Numbers, origin: Origin) -> None:
    """Set how many people of each (unit id, category) are entitled; what ``numbers`` does not name stays.

    Raises DomainError (fields ``numbers``, ``source``) for what cannot be.
    """
    if any(not 0 <= number < _MOST for number in numbers.values()):
        raise DomainError(T("A number of people is a whole number from 0 on."), field="numbers")
    if len(origin.source) > _SOURCE_LENGTH:
        raise DomainError(T("The source may have at most %(most)s characters.", most=_SOURCE_LENGTH), field="source")
    standing = headcounts_of(ctx, campaign=campaign)
    changed = differing(standing, numbers, origin)
    if not changed:
        return
    known = {(row.unit_id, row.category): row for row in standing}
    former = {key: known[key] for key in changed if key in known}
    _delete(ctx, [row.id for row in former.values()])
    rows = [
        {
            "campaign_id": campaign.id,
            "unit_id": unit_id,
            "category": category,
            "number": number,
            "source": origin.source,
            "as_of": origin.as_of,
        }
        for (unit_id, category), number in changed.items()
        if number
    ]
    if rows:
        ctx.session.execute(sa.insert(Headcount), rows)
    campaign.version += 1
    record(
        ctx,
        action="core:headcount:set",
        summary=T("Set the numbers of people entitled to take part"),
        campaign=campaign,
        object_kind="campaign",
        object_id=campaign.id,
        before={f"{unit_id} {category}": row.number for (unit_id, category), row in former.items()},
        after={
            "source": origin.source,
            "as_of": origin.as_of,
            **{f"{unit_id} {category}": number for (unit_id, category), number in changed.items()},
        },
    )


def _delete(ctx: Context, ids: Sequence[int]) -> None:
    """Delete rows one parameter at a time: databases bound how many one statement may hold."""
    if ids:
        statement = sa.delete(Headcount).where(Headcount.id == sa.bindparam("row_id"))
        ctx.session.connection().execute(statement, [{"row_id": key} for key in ids])
