"""Ordering persons who are equal by every criterion: by a lot that anyone can draw again, or by the jury's word."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from cuocthi.errors import DomainError
from cuocthi.standings.models import Standing, TieDecision
from cuocthi.text import T

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cuocthi.context import Context
    from cuocthi.standings.models import Ranking
    from cuocthi.standings.queries import StandingRow


def lot_order(seed: str, codes: Sequence[str]) -> list[str]:
    """Return contest numbers in the order of a lot: by the SHA-256 of "seed:number"."""
    return sorted(codes, key=lambda code: (hashlib.sha256(f"{seed}:{code}".encode()).hexdigest(), code))


def drawn(rows: Sequence[StandingRow], seed: str) -> list[int]:
    """Return the enrolments of a tied group in the order of a lot. Raises DomainError without a seed."""
    if not seed.strip():
        message = T("A lot needs a seed that nobody could choose to his advantage, such as a lottery result.")
        raise DomainError(message, field="seed")
    by_code = {row.enrolment.code: row.enrolment.id for row in rows}
    return [by_code[code] for code in lot_order(seed.strip(), list(by_code))]


def ordered_by_jury(rows: Sequence[StandingRow], order: Sequence[int] | None) -> list[int]:
    """Return the jury's order. Raises DomainError unless it names everybody of the tied group exactly once."""
    given = list(order or ())
    if sorted(given) != sorted(row.enrolment.id for row in rows):
        raise DomainError(T("Please give every one of these persons a place of their own."), field="order")
    return given


def carry_over(ctx: Context, *, earlier: Ranking, later: Ranking) -> None:
    """Keep the decisions on ties whose members are still equal with one another and with nobody else.

    A lot is drawn once: if a member was excluded meanwhile, the others keep their order.
    """
    decisions = ctx.session.scalars(sa.select(TieDecision).where(TieDecision.ranking_id == earlier.id)).all()
    for decision in decisions:
        rank = _still_tied(ctx, earlier, later, decision.rank)
        if rank is not None:
            _copy(ctx, decision, later, rank)


def _still_tied(ctx: Context, earlier: Ranking, later: Ranking, rank: int) -> int | None:
    old, new = aliased(Standing), aliased(Standing)
    groups = ctx.session.execute(
        sa.select(new.rank, sa.func.max(new.tied), sa.func.count())
        .join(old, sa.and_(old.ranking_id == earlier.id, old.enrolment_id == new.enrolment_id))
        .where(new.ranking_id == later.id, old.rank == rank)
        .group_by(new.rank)
    ).all()
    if len(groups) != 1:
        return None
    found, tied, members = groups[0]
    return int(found) if tied == members > 1 else None


def _copy(ctx: Context, decision: TieDecision, later: Ranking, rank: int) -> None:
    old = aliased(Standing)
    place = sa.select(old.tie_place).where(
        old.ranking_id == decision.ranking_id, old.enrolment_id == Standing.enrolment_id
    )
    ctx.session.execute(
        sa.update(Standing)
        .where(Standing.ranking_id == later.id, Standing.rank == rank)
        .values(tie_place=place.scalar_subquery()),
        execution_options={"synchronize_session": False},
    )
    ctx.session.add(
        TieDecision(
            ranking_id=later.id,
            rank=rank,
            method=decision.method,
            seed=decision.seed,
            reason=decision.reason,
            decided_by=decision.decided_by,
            decided_at=decision.decided_at,
        )
    )
    ctx.session.flush()
