"""The commands of prizes: an award list drawn up and adopted by two persons who may."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from cuocthi.cli import main
from cuocthi.contributions import Role
from cuocthi_prizes.queries import draft_list

from .conftest import DISTINCT, Contest

if TYPE_CHECKING:
    from flask import Flask

Call = Callable[..., tuple[int, str]]
FIRST, SECOND, STRANGER, SUPPORT = (f"{name}@example.com" for name in ("btc1", "btc2", "nguoithi", "tgv"))


@pytest.fixture
def call(app: Flask, contest: Contest) -> Call:
    make = contest.make
    for contact in (FIRST, SECOND):
        make.member(contest.campaign, user=make.user(contact=contact))
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


def test_two_persons_adopt_a_list_that_one_drew_up(call: Call, contest: Contest) -> None:
    contest.rank(DISTINCT)
    status, output = call("adopt", FIRST)
    assert (status, output.startswith("Error: ")) == (1, True)
    status, output = call("allocate", FIRST)
    assert status == 0
    assert output.startswith("list 1: 16 awards, 7.100.000 đồng, ")
    assert call("adopt", FIRST) == (0, "list 1: draft\n")
    assert call("adopt", FIRST)[0] == 1
    assert call("adopt", SECOND) == (0, "list 1: adopted\n")


def test_without_an_adopted_ranking_there_is_nothing_to_award(call: Call, contest: Contest) -> None:
    contest.post(DISTINCT)
    status, output = call("allocate", FIRST)
    assert (status, output.startswith("Error: ")) == (1, True)
    assert draft_list(contest.ctx, campaign_id=contest.campaign.id) is None


def test_nobody_awards_who_may_not_do_it_on_the_pages(call: Call, contest: Contest) -> None:
    contest.rank(DISTINCT)
    for contact in (STRANGER, SUPPORT):
        status, output = call("allocate", contact)
        assert (status, "Error: Bạn không" in output) == (1, True), output
    assert draft_list(contest.ctx, campaign_id=contest.campaign.id) is None
    assert call("allocate", FIRST)[0] == 0
    for contact in (STRANGER, SUPPORT):
        assert call("adopt", contact)[0] == 1
