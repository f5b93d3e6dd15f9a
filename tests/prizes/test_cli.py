"""The command of prizes: an award list drawn up by somebody who may; nobody is signed for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cuocthi.cli import main
from cuocthi.contributions import Role
from cuocthi_prizes.models import AwardList
from cuocthi_prizes.queries import draft_list
from cuocthi_prizes.settings import MAIN

from .conftest import DISTINCT, Contest

if TYPE_CHECKING:
    from flask import Flask


def draft_of(contest: Contest) -> AwardList | None:
    return draft_list(contest.ctx, campaign_id=contest.campaign.id, part=(MAIN, contest.round_.id))


Call = Callable[..., tuple[int, str]]
FIRST, STRANGER, SUPPORT = (f"{name}@example.com" for name in ("btc1", "nguoithi", "tgv"))


@pytest.fixture
def call(app: Flask, contest: Contest) -> Call:
    make = contest.make
    make.member(contest.campaign, user=make.user(contact=FIRST))
    make.member(contest.campaign, Role.SUPPORT, user=make.user(contact=SUPPORT))
    make.enrolment(contest.campaign, user=make.user(contact=STRANGER))

    def begin(command: str, contact: str) -> tuple[int, str]:
        arguments = ["prizes", command, contest.campaign.slug, "--as", contact]
        # From here on the test holds no lock that the command would wait for.
        contest.ctx.session.commit()
        result = app.test_cli_runner().invoke(main, arguments)
        contest.ctx.session.expire_all()
        return result.exit_code, result.output

    return begin


def test_one_person_draws_a_list_up(call: Call, contest: Contest) -> None:
    contest.rank(DISTINCT)
    status, output = call("allocate", FIRST)
    assert status == 0
    assert output.startswith("list 1: 16 awards, 7.100.000 đồng, ")


def test_without_an_adopted_ranking_there_is_nothing_to_award(call: Call, contest: Contest) -> None:
    contest.post(DISTINCT)
    status, output = call("allocate", FIRST)
    assert (status, output.startswith("Error: ")) == (1, True)
    assert draft_of(contest) is None


def test_nobody_awards_who_may_not_do_it_on_the_pages(call: Call, contest: Contest) -> None:
    contest.rank(DISTINCT)
    for contact in (STRANGER, SUPPORT):
        status, output = call("allocate", contact)
        assert (status, "Error: Bạn không" in output) == (1, True), output
    assert draft_of(contest) is None


def test_no_command_signs_for_anybody(call: Call, contest: Contest) -> None:
    contest.rank(DISTINCT)
    assert call("allocate", FIRST)[0] == 0
    status, output = call("adopt", FIRST)
    assert (status, "No such command" in output) == (2, True), output
    assert draft_of(contest) is not None
