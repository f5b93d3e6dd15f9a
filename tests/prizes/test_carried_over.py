"""Collective prizes of a former list: those that no longer fit are left out with a word, figures are the list's own."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Headcount
from cuocthi.text import unpack
from cuocthi.units.models import Unit
from cuocthi_prizes.domain.award_lists import draw_up
from cuocthi_prizes.domain.unit_awards import grant
from cuocthi_prizes.models import AwardList, UnitAward
from cuocthi_prizes.settings import CollectiveTier

from .conftest import COLLECTIVE, DISTINCT, Contest, with_main


@pytest.fixture
def units(contest: Contest) -> list[Unit]:
    """Two units, each with two of the best persons, of four entitled."""
    found = [contest.make.unit(f"Xã số {number}") for number in (1, 2)]
    for unit in found:
        contest.people += [contest.make.enrolment(contest.campaign, unit=unit) for _ in range(2)]
        contest.make.headcount(contest.campaign, unit, 4)
    return found


def give(contest: Contest, unit: Unit, *, number: int = 1, value: int | None = 1_000_000) -> UnitAward:
    return grant(
        contest.staff[0],
        campaign=contest.campaign,
        number=number,
        tier="tap-the",
        unit_id=unit.id,
        reason="Tỷ lệ cao nhất",
        decision_number="15/QĐ-BTC",
        decision_date=date(2024, 9, 19),
        value=value,
    )


@pytest.fixture
def draft(contest: Contest, units: list[Unit]) -> AwardList:
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for unit in units:
        give(contest, unit)
    return made


def again(contest: Contest) -> tuple[AwardList, list[str]]:
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    return made, [str(unpack(kept)) for kept in made.remarks]


def test_what_fits_is_taken_over(contest: Contest, draft: AwardList, units: list[Unit]) -> None:
    made, said = again(contest)
    assert [award.unit_id for award in made.unit_awards] == [unit.id for unit in units]
    assert said == []


@pytest.mark.parametrize(
    ("collective", "kept", "words"),
    [
        ((replace(COLLECTIVE[0], quantity=1),), 1, "has only 1 of these prizes"),
        ((replace(COLLECTIVE[0], value=500_000),), 0, "fixes another value: 500000"),
        ((CollectiveTier("khac", "Giải khác"),), 0, "has no such prize any more"),
        ((), 0, "has no such prize any more"),
    ],
)
def test_what_the_scheme_gives_no_more_is_left_out_with_a_word(
    contest: Contest, draft: AwardList, collective: tuple[CollectiveTier, ...], kept: int, words: str
) -> None:
    contest.save(with_main(collective=collective))
    made, said = again(contest)
    assert len(made.unit_awards) == kept
    assert len(said) == 2 - kept
    assert all(words in text for text in said)
    assert "Xã số 2" in said[-1]
    assert made.total_value == 7_100_000 + kept * 1_000_000


def test_figures_are_those_of_the_ranking_of_the_list(contest: Contest, draft: AwardList) -> None:
    before = [award.mean_score for award in draft.unit_awards]
    contest.rank((2, 1, *DISTINCT[2:]))
    made, _said = again(contest)
    means = [award.mean_score for award in made.unit_awards]
    assert means[0] == 1_500
    assert means[0] != before[0]
    assert means[1] == before[1]


def test_a_headcount_that_is_corrected_afterwards_changes_no_list(
    contest: Contest, draft: AwardList, units: list[Unit]
) -> None:
    digest = draft.digest
    contest.ctx.session.execute(sa.update(Headcount).where(Headcount.unit_id == units[0].id).values(number=400))
    contest.ctx.session.expire_all()
    figures = {figure.unit_id: figure.headcount for figure in draft.unit_figures}
    assert (figures[units[0].id], draft.unit_awards[0].headcount, draft.digest) == (4, 4, digest)
    made, _said = again(contest)
    assert made.unit_awards[0].headcount == 400
