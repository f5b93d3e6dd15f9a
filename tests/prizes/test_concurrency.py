"""Several people at once: of two confirmations one adopts, of two drafts one stays."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.campaigns.models import Campaign
from cuocthi.errors import DomainError
from cuocthi.standings.models import Confirmation
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.models import AwardList, AwardListState
from cuocthi_prizes.queries import SUBJECT

from .conftest import DISTINCT, Contest

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

    from cuocthi.context import Context


def at_once(engine: Engine, contexts: list[Context], act: Callable[[Context], object]) -> list[str]:
    """Let each context act in a thread and a transaction of its own, all at once; return how each ended."""
    barrier = Barrier(len(contexts))

    def run(ctx: Context) -> str:
        with Session(engine) as session:
            own = replace(ctx, session=session)
            barrier.wait()
            try:
                act(own)
                session.commit()
            except DomainError as error:
                session.rollback()
                return type(error).__name__
            return "done"

    with ThreadPoolExecutor(len(contexts)) as pool:
        return sorted(pool.map(run, contexts))


def campaign_of(ctx: Context, contest_id: int) -> Campaign:
    return ctx.session.get_one(Campaign, contest_id)


def test_of_two_confirmations_at_once_one_adopts(contest: Contest, engine: Engine) -> None:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    digest, campaign_id = made.digest, contest.campaign.id
    contest.ctx.session.commit()

    def confirm(ctx: Context) -> None:
        adopt(ctx, campaign=campaign_of(ctx, campaign_id), number=1, digest=digest)

    assert at_once(engine, list(contest.staff), confirm) == ["done", "done"]
    contest.ctx.session.refresh(made)
    assert made.state is AwardListState.ADOPTED
    given = sa.select(sa.func.count(Confirmation.id)).where(Confirmation.subject == SUBJECT)
    assert contest.ctx.session.scalar(given) == 2


def test_one_person_twice_at_once_is_one_confirmation(contest: Contest, engine: Engine) -> None:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    digest, campaign_id = made.digest, contest.campaign.id
    contest.ctx.session.commit()

    def confirm(ctx: Context) -> None:
        adopt(ctx, campaign=campaign_of(ctx, campaign_id), number=1, digest=digest)

    assert at_once(engine, [contest.staff[0]] * 3, confirm) == ["Conflict", "Conflict", "done"]
    contest.ctx.session.refresh(made)
    assert made.state is AwardListState.DRAFT


def test_of_two_drafts_at_once_one_stays(contest: Contest, engine: Engine) -> None:
    contest.rank(DISTINCT)
    campaign_id = contest.campaign.id
    contest.ctx.session.commit()

    def draw(ctx: Context) -> None:
        draw_up(ctx, campaign=campaign_of(ctx, campaign_id))

    assert at_once(engine, list(contest.staff), draw) == ["done", "done"]
    states = contest.ctx.session.execute(sa.select(AwardList.number, AwardList.state).order_by(AwardList.number)).all()
    assert [tuple(row) for row in states] == [(1, AwardListState.WITHDRAWN), (2, AwardListState.DRAFT)]
