"""The types of questions: what may be asked, how an answer is stored, and what it earns."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.kinds.base import Scoring
from cuocthi_quiz.domain.kinds.choice import Choice, Option
from cuocthi_quiz.domain.kinds.hotspot import Hotspot, Region
from cuocthi_quiz.domain.kinds.placing import Match, Order, Pair
from cuocthi_quiz.domain.kinds.written import AcceptedNumber, Number, Wording
from cuocthi_quiz.domain.questions import QuestionData, problems
from cuocthi_quiz.domain.responses import (
    WAYS,
    Given,
    Way,
    canonical_number,
    escaped,
    history,
    to_given,
    to_response,
)
from cuocthi_quiz.models import MAX_OPTIONS, POINT, QuestionType

from .strategies import numbers, questions, several, texts

orders = st.integers(2, MAX_OPTIONS).flatmap(lambda count: st.permutations(range(count)))
MULTIPLE, NUMBER, TEXT = KINDS[QuestionType.MULTIPLE], KINDS[QuestionType.NUMBER], KINDS[QuestionType.TEXT]
ORDERING, MATCHING = KINDS[QuestionType.ORDERING], KINDS[QuestionType.MATCHING]


def points(kind: object, body: object, response: str) -> int:
    content, key = kind.stored(body)  # type: ignore[attr-defined]
    return kind.points(content, key, response)  # type: ignore[attr-defined, no-any-return]


# --- every type ---


@given(questions())
def test_a_good_question_has_no_problems_and_is_stored_whole(question: QuestionData) -> None:
    kind = KINDS[question.type]
    assert list(problems(question)) == []
    content, key = kind.stored(question.body)
    again = kind.stored(kind.read(content, key))
    assert again == (content, key)


@given(questions(), st.floats(0, 1, exclude_max=True))
def test_a_right_answer_earns_everything_and_a_mistake_less(question: QuestionData, pick: float) -> None:
    kind = KINDS[question.type]
    content, key = kind.stored(question.body)
    assert kind.points(content, key, kind.right(content, key)) == POINT
    assert 0 <= kind.points(content, key, kind.mistake(content, key, pick)) < POINT
    assert kind.points(content, key, "") == 0


@given(questions())
def test_a_right_answer_can_be_said_in_words(question: QuestionData) -> None:
    kind = KINDS[question.type]
    content, key = kind.stored(question.body)
    assert kind.words(content, kind.right(content, key))
    assert kind.words(content, "") == []


def test_every_type_has_a_kind_and_a_way() -> None:
    assert set(KINDS) == set(WAYS) == set(QuestionType)


# --- choice ---


def choice(right: set[int], count: int, scoring: Scoring) -> Choice:
    return Choice(tuple(Option(f"Phương án {place}", place in right) for place in range(count)), scoring=scoring)


@st.composite
def several_choices(draw: st.DrawFn) -> tuple[Choice, set[int], set[int]]:
    count = draw(st.integers(2, MAX_OPTIONS))
    places = st.sampled_from(range(count))
    right = draw(st.sets(places, min_size=1))
    return choice(right, count, draw(st.sampled_from(Scoring))), right, draw(st.sets(places))


@given(several_choices())
def test_a_choice_of_several_earns_what_the_formula_says(case: tuple[Choice, set[int], set[int]]) -> None:
    body, right, chosen = case
    earned = points(MULTIPLE, body, str(sum(1 << place for place in chosen)) if chosen else "")
    if chosen == right:
        assert earned == POINT
    elif body.scoring is Scoring.ALL:
        assert earned == 0
    else:
        wrong = len(body.options) - len(right)
        exact = Fraction(len(chosen & right), len(right)) - (Fraction(len(chosen - right), wrong) if wrong else 0)
        assert abs(Fraction(earned, POINT) - max(exact, Fraction(0))) <= Fraction(1, 2 * POINT)


@given(st.integers(2, MAX_OPTIONS), st.data())
def test_choosing_everything_earns_nothing_unless_everything_is_right(count: int, data: st.DataObject) -> None:
    right = data.draw(st.sets(st.sampled_from(range(count)), min_size=1, max_size=count - 1))
    assert points(MULTIPLE, choice(right, count, Scoring.PARTIAL), str((1 << count) - 1)) == 0


# --- numbers ---


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("12", "12"), (" 12 ", "12"), ("1.234", "1234"), ("1.234.567", "1234567"), ("1,5", "1.5"), ("1.5", "1.5"),
        ("1.234,50", "1234.5"), ("-0", "0"), ("-3,20", "-3.2"), ("007", "7"), ("1 000", "1000"), ("+4", "4"), ("", ""),
        ("5,", "5"), ("0.125", "0.125"), ("0.500", "0.5"), ("12.125", "12125"), ("０1", "1"),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(typed: str, stored: str) -> None:
    assert canonical_number(typed) == stored


@pytest.mark.parametrize(
    "typed", ["mười", "1,2,3", "1.23.456", "1e5", "--1", "1/2", "9" * 16, "0,1234567", ".5", "NaN"]
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="number"):
        canonical_number(typed)


@given(numbers)
def test_a_stored_number_is_read_as_itself(number: str) -> None:
    stored = canonical_number(number.replace(".", ","))
    assert canonical_number(stored.replace(".", ",")) == stored
    assert Fraction(stored) == Fraction(number)


@pytest.mark.parametrize(
    ("given_", "earned"), [("9.9", POINT), ("10.1", POINT), ("10.11", 0), ("9.89", 0), ("20", POINT)]
)
def test_a_number_is_right_within_its_tolerance(given_: str, earned: int) -> None:
    assert points(NUMBER, Number((AcceptedNumber("10", "0,1"), AcceptedNumber("20"))), given_) == earned


# --- words ---


@pytest.mark.parametrize(
    ("given_", "case", "accents", "right"),
    [
        ("dinh danh muc 2", False, False, True),
        ("ĐỊNH DANH mức 2", False, False, True),
        ("Định  danh mức 2", True, True, True),
        ("định danh mức 2", True, True, False),
        ("dinh danh muc 2", False, True, False),
        ("ĐỊNH DANH MỨC 2", False, True, True),
        ("Dinh danh muc 2", True, False, True),
        ("dinh danh muc 2", True, False, False),
        ("định danh mức 1", False, False, False),
        ("", False, False, False),
    ],
)
def test_words_are_compared_as_the_question_says(given_: str, *, case: bool, accents: bool, right: bool) -> None:
    body = Wording(("Định danh mức 2", "VNeID mức 2"), case_matters=case, accents_matter=accents)
    assert points(TEXT, body, given_) == (POINT if right else 0)


def test_a_tone_may_stand_on_either_vowel() -> None:
    assert points(TEXT, Wording(("hòa bình",), accents_matter=True), "hoà bình") == POINT
    assert points(TEXT, Wording(("hòa bình",), accents_matter=True), "hoả bình") == 0


# --- placing ---


@given(several, st.sampled_from(Scoring), st.data())
def test_steps_earn_their_share_in_their_own_place(steps: list[str], scoring: Scoring, data: st.DataObject) -> None:
    given_ = data.draw(st.permutations(range(1, len(steps) + 1)))
    earned = points(ORDERING, Order(tuple(steps), scoring), str(Given.placing(given_).bits))
    hits = sum(place == at for at, place in enumerate(given_, start=1))
    if hits == len(steps):
        assert earned == POINT
    elif scoring is Scoring.ALL:
        assert earned == 0
    else:
        assert abs(Fraction(earned, POINT) - Fraction(hits, len(steps))) <= Fraction(1, 2 * POINT)


def test_prompts_may_share_a_target_and_targets_stand_in_the_order_of_letters() -> None:
    body = Match((Pair("VNeID", "định danh"), Pair("VssID", "bảo hiểm"), Pair("CCCD", "định danh")), ("an ninh",))
    content, key = MATCHING.stored(body)
    assert content["targets"] == ["an ninh", "bảo hiểm", "định danh"]
    assert MATCHING.points(content, key, str(Given.placing([3, 2, 3]).bits)) == POINT
    assert MATCHING.words(content, str(Given.placing([1, 0, 3]).bits)) == ["VNeID – an ninh", "CCCD – định danh"]


def test_steps_are_read_in_the_order_that_a_changed_key_gives() -> None:
    content, _key = ORDERING.stored(Order(("hai", "một", "ba")))
    read = ORDERING.read(content, {"targets": [2, 1, 3]})
    assert read.steps == ("một", "hai", "ba")
    assert points(ORDERING, read, ORDERING.right(*ORDERING.stored(read))) == POINT


# --- what may be asked ---

FOUR = tuple(Option(text) for text in "abcd")


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (QuestionType.SINGLE, Choice((Option("một", True), Option("hai")), scoring=Scoring.PARTIAL)),
        (QuestionType.NUMBER, Number(())),
        (QuestionType.NUMBER, Number((AcceptedNumber("mười"),))),
        (QuestionType.NUMBER, Number((AcceptedNumber("1", "-1"),))),
        (QuestionType.NUMBER, Number((AcceptedNumber("1"),), unit="x" * 41)),
        (QuestionType.TEXT, Wording(())),
        (QuestionType.TEXT, Wording((" ",))),
        (QuestionType.TEXT, Wording(("x" * 201,))),
        (QuestionType.TEXT, Wording(("Hà Nội", "ha noi"))),
        (QuestionType.ORDERING, Order(("một bước",))),
        (QuestionType.ORDERING, Order(("a", "a"))),
        (QuestionType.ORDERING, Order(tuple("abcdefghi"))),
        (QuestionType.MATCHING, Match((Pair("a", "x"),))),
        (QuestionType.MATCHING, Match((Pair("a", "x"), Pair("b", "x")))),
        (QuestionType.MATCHING, Match((Pair("a", "x"), Pair("a", "y")))),
        (QuestionType.MATCHING, Match((Pair("a", "x"), Pair("b", "")))),
        (QuestionType.MATCHING, Match((Pair("a", "x"), Pair("b", "y")), ("x",))),
        (QuestionType.HOTSPOT, Hotspot("", "x", (Region("a", 0, 0, 9, 9, True), Region("b", 9, 9, 9, 9)))),
        (QuestionType.HOTSPOT, Hotspot("p", "", (Region("a", 0, 0, 9, 9, True), Region("b", 9, 9, 9, 9)))),
        (QuestionType.HOTSPOT, Hotspot("p", "x", (Region("a", 0, 0, 9, 9), Region("b", 9, 9, 9, 9)))),
        (QuestionType.HOTSPOT, Hotspot("p", "x", (Region("a", 990, 0, 11, 9, True), Region("b", 9, 9, 9, 9)))),
        (QuestionType.HOTSPOT, Hotspot("p", "x", (Region("a", 0, 0, 9, 9, True),))),
    ],
)
def test_what_cannot_be_asked_is_named(type_: QuestionType, body: object) -> None:
    assert len(list(KINDS[type_].problems(body))) >= 1


# --- answers, given and stored ---


@given(orders, st.data())
def test_a_choice_survives_being_shown(order: list[int], data: st.DataObject) -> None:
    bits = data.draw(st.integers(0, (1 << len(order)) - 1))
    response = to_response(Given.choice(bits), order)
    assert to_given(response, Way.CHOICE, order) == Given.choice(bits)
    for at, place in enumerate(order):
        assert bool(bits >> at & 1) is bool(int(response or 0) >> place & 1)


@given(orders, st.data())
def test_a_placing_survives_being_shown(order: list[int], data: st.DataObject) -> None:
    targets = data.draw(st.lists(st.integers(0, 15), min_size=len(order), max_size=len(order)))
    response = to_response(Given.placing(targets), order)
    assert to_given(response, Way.PLACING, order) == Given.placing(targets)
    for at, place in enumerate(order):
        assert int(response or 0) >> 4 * place & 15 == targets[at]


@given(st.lists(st.tuples(st.just("") | texts | st.text("%;@2530", max_size=5), st.integers(0, 10**9)), max_size=5))
def test_a_history_lists_what_was_written_into_it(changes: list[tuple[str, int]]) -> None:
    assert history("".join(f"{escaped(response)}@{after};" for response, after in changes)) == changes


@given(st.text(max_size=300))
def test_words_are_stored_composed_and_short(text: str) -> None:
    try:
        written = Given.text(text).written
    except ValueError:
        assert len(" ".join(text.split())) > 100
    else:
        assert Given.text(written).written == written
        assert len(written) <= 200
