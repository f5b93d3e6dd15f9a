"""Item analysis: figures from counts and sums are those of a plain look at every paper."""

from __future__ import annotations

from collections import defaultdict
from math import isclose, sqrt
from statistics import mean, variance
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain import item_analysis as analysis
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.item_analysis import Flag, ItemFigures
from cuocthi_quiz.queries import item_analysis as queries
from cuocthi_quiz.queries.item_analysis import Tally

from .conftest import Quiz

if TYPE_CHECKING:
    from collections.abc import Sequence

WORTH = 1000
#: What an answer earns.
POINTS = {"": 0, "1": 0, "2": WORTH, "4": 500}
#: A paper: what was answered to each question on it, by the question's number.
Paper = dict[int, str]
answers = st.sampled_from(sorted(POINTS))


def score(paper: Paper) -> int:
    return sum(POINTS[response] for response in paper.values())


def spread(papers: Sequence[Paper]) -> list[tuple[int, int]]:
    found: dict[int, int] = defaultdict(int)
    for paper in papers:
        found[score(paper)] += 1
    return sorted(found.items())


def tallied(papers: Sequence[Paper]) -> list[Tally]:
    """What the database counts and sums."""
    low, high = analysis.cuts(spread(papers)) or (-1, 10**9)
    found: dict[tuple[int, str], list[Any]] = defaultdict(lambda: [0, 0, 0, 0, 0])
    for paper in papers:
        for number, response in paper.items():
            rest = score(paper) - POINTS[response]
            add = (1, rest, rest**2, score(paper) <= low, score(paper) >= high)
            found[number, response] = [a + b for a, b in zip(found[number, response], add, strict=True)]
    return [Tally(number, response, POINTS[response], *sums) for (number, response), sums in found.items()]


def pearson(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    dx, dy = [x - mean(xs) for x in xs], [y - mean(ys) for y in ys]
    below = sqrt(sum(x * x for x in dx) * sum(y * y for y in dy))
    return sum(x * y for x, y in zip(dx, dy, strict=True)) / below if below else None


def near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=1e-6, abs_tol=1e-6)


same_questions = st.integers(2, 5).flatmap(
    lambda number: st.lists(st.fixed_dictionaries(dict.fromkeys(range(number), answers)), min_size=2, max_size=30)
)
own_questions = st.integers(2, 4).flatmap(
    lambda number: st.lists(
        st.lists(
            st.tuples(st.integers(0, 8), answers), min_size=number, max_size=number, unique_by=lambda one: one[0]
        ).map(dict),
        min_size=2,
        max_size=30,
    )
)


@given(st.one_of(same_questions, own_questions))
def test_facility_and_discrimination_are_those_of_a_plain_look(papers: list[Paper]) -> None:
    found = analysis.figures(tallied(papers), worths=dict.fromkeys(range(10), WORTH))
    for item in found:
        own = [paper for paper in papers if item.revision_id in paper]
        points = [POINTS[paper[item.revision_id]] for paper in own]
        rests = [score(paper) - one for paper, one in zip(own, points, strict=True)]
        assert item.papers == len(own)
        assert near(item.facility, mean(points) / WORTH)
        assert near(item.discrimination, pearson(points, rests))
        assert near(item.omitted, mean(paper[item.revision_id] == "" for paper in own))


@given(same_questions)
def test_with_the_same_questions_reliability_is_alpha(papers: list[Paper]) -> None:
    tallies = tallied(papers)
    found = analysis.reliability(
        spread(papers), analysis.figures(tallies, worths=dict.fromkeys(range(10), WORTH)), tallies
    )
    k, total = len(papers[0]), variance([score(paper) for paper in papers])
    assert found.common
    if total == 0:
        assert found.coefficient is None
        return
    items = sum(variance([POINTS[paper[at]] for paper in papers]) for at in range(k))
    assert near(found.coefficient, k / (k - 1) * (1 - items / total))


@given(own_questions)
def test_with_questions_of_their_own_reliability_is_that_of_questions_within_persons(papers: list[Paper]) -> None:
    tallies = tallied(papers)
    items = analysis.figures(tallies, worths=dict.fromkeys(range(10), WORTH))
    found = analysis.reliability(spread(papers), items, tallies)
    if found.common or found.coefficient is None:
        return
    k = len(papers[0])
    means = [score(paper) / k for paper in papers]
    between = k * variance(means)
    within = sum(
        (POINTS[response] - own) ** 2 for paper, own in zip(papers, means, strict=True) for response in paper.values()
    ) / (len(papers) * (k - 1))
    assert near(found.coefficient, 1 - within / between)
    assert found.error is not None
    assert isclose(found.error, sqrt(k * within) / WORTH, rel_tol=1e-6, abs_tol=1e-4)


@given(st.dictionaries(st.integers(0, 20), st.integers(1, 50), min_size=2))
def test_groups_never_overlap_and_hold_equal_scores_together(papers: dict[int, int]) -> None:
    found = analysis.cuts(sorted(papers.items()))
    assert found is not None
    low, high = found
    assert min(papers) <= low < high <= max(papers)


def test_equal_scores_have_no_groups() -> None:
    assert analysis.cuts([(3000, 10)]) is None


def item(*tallies: Tally, discrimination: float | None = 0.4) -> ItemFigures:
    papers = sum(one.papers for one in tallies)
    points = sum(one.points * one.papers for one in tallies)
    omitted = sum(one.papers for one in tallies if not one.response) / papers
    return ItemFigures(1, papers, 30, 30, points / papers / WORTH, discrimination, omitted, tallies)


def tally(response: str, papers: int, upper: int = 0) -> Tally:
    return Tally(1, response, POINTS[response], papers, 0, 0, 0, upper)


@pytest.mark.parametrize(
    ("found", "flags"),
    [
        (item(tally("2", 60, 25), tally("1", 40, 5)), []),
        (item(tally("2", 30, 5), tally("1", 70, 25), discrimination=-0.3), [Flag.KEY, Flag.NEGATIVE]),
        (item(tally("2", 60, 25), tally("1", 40, 5), discrimination=0.1), [Flag.POOR]),
        (item(tally("2", 97, 30), tally("1", 3)), [Flag.EASY]),
        (item(tally("2", 4, 4), tally("1", 96, 3)), [Flag.HARD]),
        (item(tally("2", 60, 25), tally("", 40)), [Flag.OPEN]),
        (item(tally("2", 10, 1), tally("1", 30, 20)), []),
    ],
)
def test_what_stands_out_is_said(found: ItemFigures, flags: list[Flag]) -> None:
    assert analysis.flags(found, worth=WORTH) == flags


def test_an_option_that_hardly_anybody_chose_is_told() -> None:
    found = item(tally("2", 60, 25), tally("1", 40, 5))
    assert analysis.flags(found, worth=WORTH, choices={"A": 40, "C": 4}) == [Flag.IDLE]


def test_the_database_counts_what_stands_on_the_papers(quiz: Quiz) -> None:
    attempts = []
    for right in (5, 4, 2, 0):
        attempt = quiz.start()
        quiz.answer_rightly(attempt, right)
        attempts.append(attempt)
    left_open = quiz.start()
    excluded = quiz.start()
    for attempt in (*attempts, left_open, excluded):
        quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    excluded.set_aside_reason = "Mất điện"
    quiz.ctx.session.flush()
    scores = queries.distribution(quiz.ctx, round_=quiz.round_)
    found = queries.tallies(quiz.ctx, round_=quiz.round_, groups=analysis.cuts(scores))
    assert sum(papers for _, papers in scores) == 5
    assert sum(one.papers for one in found) == 25
    assert sum(one.points * one.papers for one in found) == sum(value * papers for value, papers in scores)
    assert sum(one.papers for one in found if not one.response) == 5
    asked = queries.asked(quiz.ctx, revision_ids=[one.revision_id for one in found])
    figures = analysis.figures(found, worths={key: one.revision.worth for key, one in asked.items()})
    assert sum(one.papers for one in figures) == 25
    low, high = analysis.cuts(scores) or (0, 0)
    for key, side in (("lower", lambda value: value <= low), ("upper", lambda value: value >= high)):
        assert sum(getattr(one, key) for one in found) == 5 * sum(papers for value, papers in scores if side(value))


def test_times_are_those_between_answers(quiz: Quiz) -> None:
    attempt = quiz.start()
    for position, passed in ((1, 10), (2, 30), (3, 20)):
        quiz.later(seconds=passed)
        quiz.answer(attempt, position, 1)
    quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    found = queries.times(quiz.ctx, round_=quiz.round_, papers=1)
    assert sorted(found.values()) == [10, 20, 30]
