"""What is asked about people taking part."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.campaigns.queries import editions
from cuocthi.committees.models import Committee, Membership
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import DomainError, Missing
from cuocthi.text import T
from cuocthi.timelines.models import Phase, PhaseKind, Window
from cuocthi.units.models import Unit
from cuocthi.units.queries import named
from cuocthi.users.contacts import contact_index, normalise_contact
from cuocthi.users.models import Contact
from cuocthi.users.names import fold
from cuocthi.users.queries import identities

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.security.personal_data import Vault

#: The kind of unit that stands for all those missing in the tree; what the person writes is resolved by support.
OTHER_UNIT = "other"
#: Rows that an export fetches at a time.
_EXPORT_BATCH = 1000
#: What tells the enrolment under which somebody takes part from those that it turned out to repeat.
_ALONE = Enrolment.duplicate_of_id.is_(None)


@dataclass(frozen=True, slots=True)
class Entry:
    """The name of a campaign in which somebody takes part, and the contest number there."""

    campaign: str
    code: str


def enrolment_of(ctx: Context, *, campaign_id: int, user_id: int) -> Enrolment | None:
    """Return the enrolment under which a user takes part in a campaign, or None (one statement)."""
    return ctx.session.scalar(_enrolment_of(), {"campaign_id": campaign_id, "user_id": user_id})


@cache
def _enrolment_of() -> sa.Select[Enrolment]:
    """Made once: every page of somebody who takes part asks it."""
    own = (Enrolment.campaign_id == sa.bindparam("campaign_id"), Enrolment.user_id == sa.bindparam("user_id"))
    return sa.select(Enrolment).where(*own, _ALONE)


def enrolment_by_id(ctx: Context, *, campaign_id: int, enrolment_id: int) -> Enrolment:
    """Return an enrolment of a campaign with its unit. Raises Missing."""
    found = ctx.session.scalar(
        sa.select(Enrolment)
        .where(Enrolment.campaign_id == campaign_id, Enrolment.id == enrolment_id)
        .options(sa.orm.joinedload(Enrolment.unit))
    )
    if found is None:
        raise Missing(T("Nobody takes part under this number."))
    return found


def entry_in_any_edition(ctx: Context, *, campaign_id: int, user_id: int) -> Entry | None:
    """Return an entry of a person that counts in a campaign or another edition of it, None if none does."""
    found = ctx.session.execute(
        sa.select(Campaign.name, Enrolment.code)
        .join_from(Campaign, Enrolment, Enrolment.campaign_id == Campaign.id)
        .where(
            Campaign.id.in_(editions(campaign_id=campaign_id)),
            Enrolment.user_id.in_(identities(user_id)),
            Enrolment.state == EnrolmentState.ACTIVE,
        )
        .order_by(Campaign.id.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else Entry(*found)


def enrolments_of(ctx: Context, *, user_id: int) -> Sequence[tuple[Enrolment, Campaign]]:
    """Return all enrolments of a user with their campaigns, the newest first (one statement)."""
    rows = ctx.session.execute(
        sa.select(Enrolment, Campaign)
        .join(Campaign, Campaign.id == Enrolment.campaign_id)
        .where(Enrolment.user_id == user_id)
        .order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())
    )
    return [(row[0], row[1]) for row in rows]


def campaigns_of_member(ctx: Context, *, user_id: int) -> Sequence[Campaign]:
    """Return the campaigns on whose committees a user sits now, the newest first (one statement)."""
    seats = (
        sa.select(Committee.campaign_id)
        .join(Membership)
        .where(Membership.user_id == user_id, Membership.ended_at.is_(None))
    )
    return ctx.session.scalars(
        sa.select(Campaign).where(Campaign.id.in_(seats)).order_by(Campaign.created_at.desc(), Campaign.id.desc())
    ).all()


def last_enrolment(ctx: Context, *, user_id: int) -> Enrolment | None:
    """Return a user's newest enrolment in any campaign, from which the next one is filled in."""
    return ctx.session.scalar(
        sa.select(Enrolment)
        .where(Enrolment.user_id == user_id)
        .order_by(Enrolment.enrolled_at.desc(), Enrolment.id.desc())
        .limit(1)
    )


def other_units(ctx: Context) -> Sequence[Unit]:
    """Return the units for those who do not find theirs (usually one)."""
    wanted = sa.select(Unit).where(Unit.kind == OTHER_UNIT, Unit.selectable, Unit.valid_to.is_(None))
    return ctx.session.scalars(wanted.order_by(Unit.id)).all()


def number_enrolled(ctx: Context, *, campaign_id: int) -> int:
    """Return how many persons take part in a campaign; who is excluded or withdrew does not (one statement)."""
    taking_part = (Enrolment.campaign_id == campaign_id, Enrolment.state == EnrolmentState.ACTIVE)
    return ctx.session.scalar(sa.select(sa.func.count()).select_from(Enrolment).where(*taking_part)) or 0


def joining_closes_at(ctx: Context, *, campaign_id: int) -> datetime | None:
    """Return the instant from which nobody can join any more: the end of the last round; None without rounds."""
    return ctx.session.scalar(
        sa.select(sa.func.max(Window.closes_at))
        .join(Phase, Phase.id == Window.phase_id)
        .where(Phase.campaign_id == campaign_id, Phase.kind == PhaseKind.CONTEST)
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which enrolments of a campaign are wanted, in which order.

    ``search`` is part of a name, a contest number, or a whole contact; ``unit`` is part of a unit's name, or the code
    of one, which stands for those below it too; ``sort`` is name, code, unit or enrolled_at.
    """

    search: str = ""
    unit: str = ""
    category: str = ""
    state: EnrolmentState | None = None
    sort: str = "name"
    descending: bool = False


_ORDERS: dict[str, tuple[Any, ...]] = {
    "name": (Enrolment.name_sort, Enrolment.id),
    "code": (Enrolment.code,),
    "unit": (Unit.name_sort, Enrolment.unit_name, Enrolment.name_sort, Enrolment.id),
    "enrolled_at": (Enrolment.enrolled_at, Enrolment.id),
}


def _narrowed(campaign_id: int, wanted: Wanted, vault: Vault) -> sa.Select[Enrolment]:
    chosen = sa.select(Enrolment).where(Enrolment.campaign_id == campaign_id)
    if wanted.unit:
        chosen = chosen.where(Enrolment.unit_id.in_(sa.select(Unit.id).where(named(wanted.unit))))
    if wanted.category:
        chosen = chosen.where(Enrolment.category == wanted.category)
    if wanted.state is not None:
        chosen = chosen.where(Enrolment.state == wanted.state)
    if wanted.search:
        chosen = chosen.where(sa.or_(*_matches(wanted.search, vault)))
    return chosen


def _matches(search: str, vault: Vault) -> Iterator[sa.ColumnElement[bool]]:
    yield sa.and_(*(Enrolment.name_folded.contains(word, autoescape=True) for word in fold(search).split()))
    yield Enrolment.code == search.strip().upper()
    try:
        index = contact_index(normalise_contact(search), vault)
    except DomainError:
        return
    yield Enrolment.user_id.in_(sa.select(Contact.user_id).where(Contact.blind_index == index))


def list_enrolments(
    ctx: Context,
    *,
    campaign_id: int,
    wanted: Wanted,
    vault: Vault,
    limit: int | None,
    offset: int = 0,
) -> tuple[Sequence[Enrolment], int]:
    """Return a page of a campaign's enrolments and the number of all that match (two statements)."""
    chosen = _narrowed(campaign_id, wanted, vault)
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(chosen.subquery())) or 0
    rows = ctx.session.scalars(_ordered(chosen, wanted).limit(limit).offset(offset)).all()
    return rows, total


def every_enrolment(ctx: Context, *, campaign_id: int, wanted: Wanted, vault: Vault) -> Iterator[Enrolment]:
    """Yield all of a campaign's enrolments that match, fetched in batches (one statement)."""
    chosen = _ordered(_narrowed(campaign_id, wanted, vault), wanted)
    yield from ctx.session.scalars(chosen.execution_options(yield_per=_EXPORT_BATCH))


def _ordered(chosen: sa.Select[Enrolment], wanted: Wanted) -> sa.Select[Enrolment]:
    keys = [key.desc() if wanted.descending else key for key in _ORDERS[wanted.sort]]
    return chosen.join(Unit, Unit.id == Enrolment.unit_id).order_by(*keys)
