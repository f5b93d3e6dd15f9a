"""What is read of inquiries, of statements and of the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from cuocthi.campaigns.settings import Loaded, load_settings
from cuocthi.committees.queries import committees
from cuocthi.contributions import Role
from cuocthi.users.names import fold
from cuocthi.users.queries import identities
from cuocthi_inquiries.models import FalseInformation, Inquiry, InquiryState, Statement, StatementKind
from cuocthi_inquiries.settings import OWNER, InquirySettings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context

#: The committees that answer questions, and to which one can be passed on.
ANSWERING = frozenset({Role.ORGANISING, Role.JURY, Role.SUPPORT, Role.STANDING})
#: Beside the states of inquiries, what the list can be narrowed to: those whose answer is late.
OVERDUE = "overdue"
_SORTS: Mapping[str, Any] = {"id": Inquiry.id, "due_at": Inquiry.due_at, "state": Inquiry.state}


def load_inquiry_settings(ctx: Context, *, campaign: Campaign) -> Loaded[InquirySettings]:
    """Return how the campaign takes questions, as it stands (one statement)."""
    return load_settings(ctx, owner=OWNER, schema=InquirySettings, campaign=campaign)


def answering_committees(ctx: Context, *, campaign_id: int) -> dict[str, str]:
    """Return the titles of the committees that answer questions, by their keys (one statement)."""
    return {item.key: item.title for item in committees(ctx, campaign_id=campaign_id) if item.role in ANSWERING}


# --- inquiries ------------------------------------------------------------------------------------------------------


def inquiries(
    ctx: Context,
    *,
    campaign_id: int,
    search: str,
    narrowed: Mapping[str, str],
    sort_key: str,
    descending: bool,
    limit: int | None,
    offset: int,
) -> tuple[Sequence[Inquiry], int]:
    """Return a page of a campaign's inquiries with their askers, and the number of all that match (two statements).

    ``search`` finds words of the question without accents; ``narrowed`` may name a state (or OVERDUE) and a committee.
    """
    conditions = [Inquiry.campaign_id == campaign_id]
    conditions += [Inquiry.search.contains(word, autoescape=True) for word in fold(search).split()]
    if narrowed.get("committee"):
        conditions.append(Inquiry.committee == narrowed["committee"])
    state = narrowed.get("state")
    if state == OVERDUE:
        conditions.append(_overdue(ctx))
    elif state:
        conditions.append(Inquiry.state == InquiryState(state))
    total = ctx.session.scalar(sa.select(sa.func.count()).select_from(Inquiry).where(*conditions)) or 0
    order = _SORTS[sort_key].desc() if descending else _SORTS[sort_key]
    found = sa.select(Inquiry).options(joinedload(Inquiry.asker)).where(*conditions)
    return ctx.session.scalars(found.order_by(order, Inquiry.id).limit(limit).offset(offset)).all(), total


def inquiry_of(ctx: Context, *, campaign_id: int, inquiry_id: int) -> Inquiry | None:
    """Return one inquiry of a campaign."""
    return ctx.session.scalar(sa.select(Inquiry).where(Inquiry.campaign_id == campaign_id, Inquiry.id == inquiry_id))


def inquiry_by_token(ctx: Context, *, campaign_id: int, token_hash: str) -> Inquiry | None:
    """Return the inquiry that was sent with a token."""
    return ctx.session.scalar(
        sa.select(Inquiry).where(Inquiry.campaign_id == campaign_id, Inquiry.token_hash == token_hash)
    )


def inquiries_of(ctx: Context, *, campaign_id: int, user_id: int) -> Sequence[Inquiry]:
    """Return what a user asked, the newest first."""
    return ctx.session.scalars(
        sa.select(Inquiry)
        .where(Inquiry.campaign_id == campaign_id, Inquiry.user_id.in_(identities(user_id)))
        .order_by(Inquiry.id.desc())
    ).all()


def waiting(ctx: Context, *, campaign_id: int) -> tuple[int, int]:
    """Return how many inquiries wait for a reply, and how many of them are overdue (one statement)."""
    overdue = sa.func.coalesce(sa.func.sum(sa.case((Inquiry.due_at <= ctx.now, 1), else_=0)), 0)
    row = ctx.session.execute(
        sa.select(sa.func.count(), overdue).where(
            Inquiry.campaign_id == campaign_id, Inquiry.state == InquiryState.OPEN
        )
    ).one()
    return int(row[0]), int(row[1])


def waiting_by_committee(ctx: Context, *, campaign_ids: Sequence[int]) -> list[tuple[int, str, int, int]]:
    """Return (campaign, key of the committee or "", how many wait, how many of them are overdue); one statement."""
    overdue = sa.func.coalesce(sa.func.sum(sa.case((Inquiry.due_at <= ctx.now, 1), else_=0)), 0)
    rows = ctx.session.execute(
        sa.select(Inquiry.campaign_id, Inquiry.committee, sa.func.count(), overdue)
        .where(Inquiry.campaign_id.in_(campaign_ids), Inquiry.state == InquiryState.OPEN)
        .group_by(Inquiry.campaign_id, Inquiry.committee)
        .order_by(Inquiry.campaign_id, Inquiry.committee)
    )
    return [(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


def longest_waiting(ctx: Context, *, campaign_id: int, limit: int) -> Sequence[Inquiry]:
    """Return the inquiries whose answers are due first."""
    return ctx.session.scalars(
        sa.select(Inquiry)
        .where(Inquiry.campaign_id == campaign_id, Inquiry.state == InquiryState.OPEN)
        .order_by(Inquiry.due_at, Inquiry.id)
        .limit(limit)
    ).all()


def _overdue(ctx: Context) -> sa.ColumnElement[bool]:
    return sa.and_(Inquiry.state == InquiryState.OPEN, Inquiry.due_at <= ctx.now)


# --- statements -----------------------------------------------------------------------------------------------------


def statements(ctx: Context, *, campaign_id: int, kind: StatementKind, published: bool = False) -> Sequence[Statement]:
    """Return a campaign's statements of a kind in their order; ``published`` leaves out the withdrawn ones."""
    wanted = sa.select(Statement).where(Statement.campaign_id == campaign_id, Statement.kind == kind)
    if published:
        wanted = wanted.where(Statement.published)
    return ctx.session.scalars(wanted.order_by(Statement.position, Statement.id)).all()


def statement_of(ctx: Context, *, campaign_id: int, kind: StatementKind, statement_id: int) -> Statement | None:
    """Return one statement of a campaign."""
    return ctx.session.scalar(
        sa.select(Statement).where(
            Statement.campaign_id == campaign_id, Statement.kind == kind, Statement.id == statement_id
        )
    )


def statement_from(ctx: Context, *, inquiry_id: int) -> Statement | None:
    """Return the public answer that was made from an inquiry."""
    return ctx.session.scalar(sa.select(Statement).where(Statement.inquiry_id == inquiry_id))


# --- the register of false information ------------------------------------------------------------------------------


def cases(ctx: Context, *, campaign_id: int) -> Sequence[FalseInformation]:
    """Return a campaign's cases of false information with their captures, the newest first (one statement)."""
    return ctx.session.scalars(
        sa.select(FalseInformation)
        .where(FalseInformation.campaign_id == campaign_id)
        .order_by(FalseInformation.found_on.desc(), FalseInformation.id.desc())
    ).all()


def case_of(ctx: Context, *, campaign_id: int, case_id: int) -> FalseInformation | None:
    """Return one case of a campaign."""
    return ctx.session.scalar(
        sa.select(FalseInformation).where(FalseInformation.campaign_id == campaign_id, FalseInformation.id == case_id)
    )
