"""A paper is in the hands of the account to which its enrolment came when two accounts of a person were merged."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cuocthi.context import Actor
from cuocthi.merging.domain import merge_people, undo_merger
from cuocthi.merging.planning import plan_merger
from cuocthi.users.domain import start_session
from cuocthi.users.queries import token_hash
from cuocthi_quiz.domain.answers import Place, SignedOut, save
from cuocthi_quiz.domain.responses import Given

if TYPE_CHECKING:
    from cuocthi.security.personal_data import Vault

    from .conftest import Quiz


def test_a_paper_under_way_goes_on_in_the_account_that_stays(quiz: Quiz, vault: Vault) -> None:
    entrant = quiz.person()
    given_up, kept = entrant.user, quiz.make.user()
    attempt = quiz.start(entrant)
    quiz.answer(attempt, 1, 1)
    old_session = quiz.sessions[given_up.id]
    quiz.sessions[kept.id] = token_hash(start_session(quiz.ctx, user_id=kept.id, device="test", hours=1))
    staff = replace(quiz.ctx, actor=Actor(quiz.make.user(admin=True).id))
    plan = plan_merger(staff, kept_id=kept.id, merged_id=given_up.id, vault=vault)
    merger = merge_people(
        staff,
        campaign=None,
        kept_id=kept.id,
        merged_id=given_up.id,
        expected=plan.digest,
        reason="Gọi lại cả hai số",
        vault=vault,
    )
    assert attempt.user_id == kept.id
    quiz.answer(attempt, 2, 1)
    assert set(quiz.stored(attempt)) == {1, 2}
    with pytest.raises(SignedOut):
        save(
            quiz.ctx, place=Place(old_session, attempt.id, attempt.token), position=3, given=Given.choice(1), sequence=1
        )
    undo_merger(staff, campaign=None, merger=merger, reason="Nhầm người", vault=vault)
    assert attempt.user_id == given_up.id
