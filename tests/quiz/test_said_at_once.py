"""What several persons say of a question at the same moment: it is kept, or refused in words, and never an error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.context import Actor, Context
from cuocthi.errors import DomainError
from cuocthi_quiz.domain.duplicates import tell_apart
from cuocthi_quiz.domain.groups import write_group
from cuocthi_quiz.domain.validity import confirm_true, end_validity
from cuocthi_quiz.models import Distinction, Ending, Group, Question, Revision, StillTrue

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign

    from .conftest import Quiz

PERSONS = 6
Say = Callable[[Context, "Campaign"], object]


def _questions(ctx: Context) -> list[int]:
    return list(ctx.session.scalars(sa.select(Question.id).order_by(Question.id).limit(2)))


def _tell_apart(ctx: Context, campaign: Campaign) -> None:
    tell_apart(ctx, campaign=campaign, question_ids=_questions(ctx))


def _end(ctx: Context, campaign: Campaign) -> None:
    ids = _questions(ctx)
    end_validity(ctx, campaign=campaign, question_ids=ids, valid_until=date(2024, 12, 31), replaced_by="")


def _confirm(ctx: Context, campaign: Campaign) -> None:
    ids = ctx.session.scalars(sa.select(Revision.id).order_by(Revision.id).limit(2)).all()
    confirm_true(ctx, campaign=campaign, revision_ids=ids, true_as_of=date(2024, 9, 20))


def _group(ctx: Context, campaign: Campaign) -> None:
    write_group(ctx, campaign=campaign, key="tin-nhan", text="Một tin nhắn.", questions=["de-1", "de-2"])


@pytest.mark.parametrize(
    ("say", "kept", "number"),
    [(_tell_apart, Distinction, 1), (_end, Ending, 2), (_confirm, StillTrue, 2), (_group, Group, 1)],
    ids=["told apart", "ended", "still true", "grouped"],
)
def test_it_is_kept_once(quiz: Quiz, say: Say, kept: type, number: int) -> None:
    user_id = quiz.make.member(quiz.campaign).id
    quiz.ctx.session.commit()
    engine = quiz.ctx.session.get_bind()
    campaign_type, campaign_id = type(quiz.campaign), quiz.campaign.id
    barrier, errors = threading.Barrier(PERSONS), []

    def one() -> None:
        with Session(engine) as session:
            ctx = Context(session, quiz.ctx.hooks, quiz.ctx.now, Actor(user_id))
            try:
                barrier.wait(timeout=60)
                say(ctx, session.get_one(campaign_type, campaign_id))
                session.commit()
            except DomainError:
                session.rollback()
            except Exception as error:  # noqa: BLE001 - the test lists whatever went wrong
                errors.append(error)

    threads = [threading.Thread(target=one) for _ in range(PERSONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(kept)) == number
