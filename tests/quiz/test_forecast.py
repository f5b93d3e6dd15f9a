"""What papers will be like: formulas agree with counting all papers, and with papers drawn on trial."""

from __future__ import annotations

import random
from itertools import combinations, product
from math import isclose, prod

from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain.ability import chance, facilities, spread_of
from cuocthi_quiz.domain.drawing import Candidate, units
from cuocthi_quiz.domain.forecast import forecast, tie
from cuocthi_quiz.models import Difficulty
from cuocthi_quiz.settings import BlueprintRow

FACILITY = {Difficulty.EASY: 0.9, Difficulty.MEDIUM: 0.7, Difficulty.HARD: 0.4}


def bank(*counts: int) -> list[Candidate]:
    """So many easy, medium and hard questions on topic a."""
    return [
        Candidate(0, f"{difficulty}-{number}", "a", difficulty, 4, True)
        for difficulty, count in zip(Difficulty, counts, strict=False)
        for number in range(count)
    ]


@given(st.integers(1, 3), st.integers(0, 3), st.integers(1, 2), st.integers(0, 2))
def test_formulas_agree_with_all_pairs_of_papers(easy: int, more_easy: int, hard: int, more_hard: int) -> None:
    rows = [BlueprintRow("a", Difficulty.EASY, easy), BlueprintRow("a", Difficulty.HARD, hard)]
    seen = forecast(rows, units(bank(easy + more_easy, 0, hard + more_hard)), FACILITY)
    papers = [
        {("easy", n) for n in one} | {("hard", n) for n in other}
        for one, other in product(
            combinations(range(easy + more_easy), easy), combinations(range(hard + more_hard), hard)
        )
    ]
    shared = [len(one & other) for one, other in product(papers, repeat=2)]
    assert seen.exact
    assert isclose(seen.shared, sum(shared) / len(shared))
    assert isclose(seen.some, sum(map(bool, shared)) / len(shared), abs_tol=1e-12)
    assert isclose(seen.all_right, 0.9**easy * 0.4**hard)


def test_the_chance_of_everything_right_is_the_mean_over_all_selections() -> None:
    counts = (3, 2, 2)
    chances = [FACILITY[candidate.difficulty] for candidate in bank(*counts)]
    seen = forecast([BlueprintRow("a", number=3)], units(bank(*counts)), FACILITY)
    selections = [prod(selection) for selection in combinations(chances, 3)]
    assert isclose(seen.all_right, sum(selections) / len(selections))


def test_overlapping_rows_are_counted_on_trial_and_come_near_the_formula() -> None:
    plain = forecast([BlueprintRow("a", Difficulty.EASY, 6)], units(bank(12)), FACILITY)
    overlapping = [BlueprintRow("a", Difficulty.EASY, 3), BlueprintRow("a", number=3)]
    tried = forecast(overlapping, units(bank(12)), FACILITY)
    assert not tried.exact
    assert abs(tried.shared - plain.shared) < 0.2
    assert abs(tried.some - plain.some) < 0.02
    assert isclose(tried.all_right, plain.all_right)


def test_all_share_everything_where_all_have_the_same_questions() -> None:
    seen = forecast([BlueprintRow("a", number=3)], units(bank(9)), FACILITY, same_questions=True)
    assert (seen.shared, seen.some) == (3.0, 1.0)


@given(st.integers(0, 6), st.floats(0, 1))
def test_a_tie_takes_two(persons: int, chance: float) -> None:
    outcomes = product((True, False), repeat=persons)
    exact = sum(prod(chance if right else 1 - chance for right in outcome) for outcome in outcomes if sum(outcome) >= 2)
    assert isclose(tie(persons, chance), exact, abs_tol=1e-9)


# --- persons who differ in what they know ---

_shares = st.floats(0.05, 0.95)


@given(st.fixed_dictionaries(dict.fromkeys(Difficulty, _shares)), st.floats(0.05, 3))
def test_over_all_persons_each_difficulty_is_as_hard_as_it_is_known_to_be(
    facility: dict[Difficulty, float], spread: float
) -> None:
    persons = facilities(facility, spread)
    assert isclose(sum(weight for weight, _ in persons), 1)
    for difficulty, share in facility.items():
        assert isclose(sum(weight * chances[difficulty] for weight, chances in persons), share, abs_tol=1e-6)


@given(st.floats(0, 3))
def test_the_spread_is_found_again_from_how_scores_vary(spread: float) -> None:
    numbers = {Difficulty.EASY: 8.0, Difficulty.MEDIUM: 8.0, Difficulty.HARD: 4.0}
    mean = squared = within = 0.0
    for weight, chances in facilities(FACILITY, spread):
        expected = sum(number * chances[difficulty] for difficulty, number in numbers.items())
        within += weight * sum(n * chances[difficulty] * (1 - chances[difficulty]) for difficulty, n in numbers.items())
        mean, squared = mean + weight * expected, squared + weight * expected**2
    found = spread_of(numbers, FACILITY, within + squared - mean**2)
    assert isclose(found, spread, abs_tol=1e-3)


def test_scores_that_vary_less_than_by_chance_tell_of_no_spread() -> None:
    assert spread_of({Difficulty.EASY: 10.0}, FACILITY, 0.1) < 1e-6


@given(st.integers(2, 8), st.floats(0.2, 2))
def test_the_further_persons_differ_the_more_have_everything_right(number: int, spread: float) -> None:
    rows = [BlueprintRow("a", Difficulty.EASY, number), BlueprintRow("a", Difficulty.HARD, 1)]
    alike, apart, further = (
        forecast(rows, units(bank(8, 0, 2)), FACILITY, spread=one).all_right for one in (0.0, spread, spread + 0.5)
    )
    assert alike < apart < further <= FACILITY[Difficulty.HARD]


def test_the_estimate_agrees_with_persons_made_up() -> None:
    rows, chooser = [BlueprintRow("a", Difficulty.MEDIUM, 10)], random.Random(7)
    seen = forecast(rows, units(bank(0, 10)), FACILITY, spread=1.0)
    persons = [chance(0.7, 1.0, chooser.gauss(0, 1)) for _ in range(40_000)]
    perfect = sum(all(chooser.random() < right for _ in range(10)) for right in persons)
    assert abs(perfect / len(persons) - seen.all_right) < 0.006
