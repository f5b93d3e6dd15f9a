"""Whom an announcement reaches: a SELECT for the work, and figures for who sends it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.news.models import Audience, NewsConsent
from cuocthi.units.models import Unit
from cuocthi.units.queries import subtree
from cuocthi.users.models import Contact, ContactKind, User

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

Condition = sa.ColumnElement[bool]


@dataclass(frozen=True, slots=True)
class Reach:
    """Persons: whom an announcement is for, how many of them agreed to news, and how many of those get it.

    It goes to confirmed e-mail addresses; whoever gave only a phone number, or never confirmed an address, gets none.
    """

    meant: int
    agreed: int
    reached: int

    @property
    def without_consent(self) -> int:
        """How many did not agree to news."""
        return self.meant - self.agreed

    @property
    def without_address(self) -> int:
        """How many agreed but cannot be reached."""
        return self.agreed - self.reached


def reach(ctx: Context, *, campaign: Campaign, audience: Audience, unit: Unit | None) -> Reach:
    """Return how many persons an announcement is for and how many get it (one statement)."""
    counted: Any = sa.select(
        sa.func.count(),
        sa.func.count().filter(_agreed()),
        sa.func.count().filter(sa.and_(_agreed(), sa.exists().where(*_address()))),
    )
    row = ctx.session.execute(_meant(ctx, counted, campaign, audience, unit)).one()
    return Reach(row[0], row[1], row[2])


def recipients(ctx: Context, *, campaign: Campaign, audience: Audience, unit: Unit | None) -> sa.Select[Any]:
    """Return a SELECT of (enrolment id, contact) of those whom an announcement reaches, in the order of the ids.

    Somebody who has two addresses stands in it twice.
    """
    chosen: Any = sa.select(Enrolment.id, Contact)
    met = _meant(ctx, chosen, campaign, audience, unit).join(Contact, Contact.user_id == Enrolment.user_id)
    found: sa.Select[Any] = met.join(User, User.id == Contact.user_id).where(_agreed(), *_address())
    return found.order_by(Enrolment.id)


def _meant(ctx: Context, chosen: Any, campaign: Campaign, audience: Audience, unit: Unit | None) -> Any:
    chosen = chosen.select_from(Enrolment).where(
        Enrolment.campaign_id == campaign.id, Enrolment.state == EnrolmentState.ACTIVE
    )
    if unit is not None:
        chosen = chosen.join(Unit, Unit.id == Enrolment.unit_id).where(subtree(unit))
    if audience is Audience.UNFINISHED:
        finished = ctx.hooks.collect(ctx, campaign, "finishers", sa.Select)
        chosen = chosen.where(*(Enrolment.id.not_in(one) for one in finished))
    return chosen


def _agreed() -> Condition:
    return sa.exists().where(NewsConsent.enrolment_id == Enrolment.id, NewsConsent.withdrawn_at.is_(None))


def _address() -> list[Condition]:
    """Return the conditions that a contact is the confirmed e-mail address of an enrolled person who can sign in."""
    return [
        Contact.user_id == Enrolment.user_id,
        Contact.kind == ContactKind.EMAIL,
        Contact.verified_at.is_not(None),
        User.id == Contact.user_id,
        User.active.is_(True),
    ]
