"""Whose prize other results would change, said before anybody decides on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.standings.previews import preview
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.queries import adopted_list
from cuocthi_prizes.settings import MAIN

from .conftest import DISTINCT, Contest, with_main

if TYPE_CHECKING:
    from collections.abc import Sequence


def told(contest: Contest, scores: Sequence[int]) -> list[tuple[str, int | None]]:
    """What would follow from these scores, as (note, enrolment)."""
    (found,) = preview(
        contest.ctx, campaign=contest.campaign, rounds=[contest.round_], act=lambda: contest.post(scores)
    )
    return [(str(one.note), one.enrolment_id) for one in found.impacts]


def test_who_wins_and_who_loses_is_said_by_person(contest: Contest) -> None:
    contest.rank(DISTINCT)
    people = [person.id for person in contest.people]
    other = list(DISTINCT)
    # The last of seventeen is the best, and everybody else moves down by one.
    other[-1] = 20
    other[:-1] = [score - 1 for score in DISTINCT[:-1]]
    found = {person: note for note, person in told(contest, other)}
    assert found[people[-1]] == "would have “Giải Nhất”"
    assert found[people[0]] == "would have “Giải Nhì” instead of “Giải Nhất”"
    assert found[people[15]] == "would no longer be certain of “Giải Khuyến khích”"
    assert people[4] not in found


def test_nothing_follows_where_nobody_moves(contest: Contest) -> None:
    contest.rank(DISTINCT)
    assert told(contest, DISTINCT) == []


def test_a_tie_that_a_lot_would_have_to_decide_is_said_once(contest: Contest) -> None:
    contest.rank(DISTINCT)
    tied = [20, 20, *DISTINCT[2:]]
    found = told(contest, tied)
    (tie,) = [note for note, person in found if person is None]
    assert "At rank 1, 2 persons would be equal" in tie
    lost = {person for note, person in found if note.startswith("would no longer be certain")}
    assert lost == {contest.people[0].id, contest.people[1].id}


def test_an_adopted_list_stays_and_that_is_said(contest: Contest) -> None:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    found = told(contest, [1, *DISTINCT[1:]])
    assert found[0] == ("Award list 1 is adopted and stays as it is; only a new list changes it.", None)
    stays = adopted_list(contest.ctx, campaign_id=contest.campaign.id, part=(MAIN, contest.round_.id))
    assert stays is not None
    assert stays.awards[0].enrolment_id == contest.people[0].id


def test_a_round_that_is_not_awarded_has_no_prizes_to_change(contest: Contest) -> None:
    contest.rank(DISTINCT)
    other = contest.make.round(contest.campaign, "sprint", number=2)
    contest.save(with_main(round=other.key))
    assert told(contest, list(reversed(DISTINCT))) == []
