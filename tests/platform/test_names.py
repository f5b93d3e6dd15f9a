"""Vietnamese names: found without accents, sorted as the dictionary does."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.errors import DomainError
from cuocthi.users.names import MAX_NAME, collation_key, fold, normalise_name, sort_key

TONES = ["", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"]
LETTERS = "aăâbcdđeêghiklmnoôơpqrstuưvxy"
SYLLABLES = st.text(LETTERS, min_size=1, max_size=6)
NAMES = st.lists(SYLLABLES, min_size=1, max_size=5).map(" ".join)
ANYTHING = st.text(max_size=60)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Sở Khoa học và Công nghệ", "so khoa hoc va cong nghe"),
        ("ĐẶNG THỊ ĐÀO", "dang thi dao"),
        ("  Nguyễn\u00a0 Văn\tAn ", "nguyen van an"),
        ("hoà", "hoa"),
        ("hòa", "hoa"),
        ("Tru\u031bo\u031b\u0300ng", "truong"),
    ],
)
def test_folding_takes_accents_case_and_spaces_away(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(ANYTHING)
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(ANYTHING)
def test_folding_does_not_depend_on_how_letters_are_composed(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.sampled_from(LETTERS), st.sampled_from(TONES))
def test_every_vietnamese_letter_folds_to_a_plain_one(letter: str, tone: str) -> None:
    folded = fold(unicodedata.normalize("NFC", letter + tone))
    assert len(folded) == 1
    assert folded in "abcdefghijklmnopqrstuvwxyz"


def test_names_are_composed_and_single_spaced() -> None:
    assert normalise_name("  Lê  Thi\u0323  Hoa\u0300 ") == "Lê Thị Hoà"


@pytest.mark.parametrize(
    "name", ["", " ", "A", "7", "An 2", "<b>An</b>", "An@example.vn", "x" * (MAX_NAME + 1), "王小明"]
)
def test_what_is_no_name_is_refused_at_its_field(name: str) -> None:
    with pytest.raises(DomainError) as refused:
        normalise_name(name)
    assert refused.value.field == "name"


@pytest.mark.parametrize(
    "name", ["Ký", "Nguyễn Thị Minh-Khai", "K’Brôi", "O'Neill Anna", "H’Hen Niê", "TS. Trần Văn A"]
)
def test_names_of_the_country_are_accepted(name: str) -> None:
    assert normalise_name(name) == name


def ordered(texts: Sequence[str], key: Callable[[str], str]) -> list[str]:
    shuffled = random.Random(1).sample(texts, len(texts))
    return sorted(shuffled, key=key)


def test_people_stand_in_the_order_of_the_class_register() -> None:
    expected = [
        "Bùi An",
        "Nguyễn An",
        "Trần Thị An",
        "Lê Ân",
        "Nguyễn Văn Bình",
        "Đỗ Cường",
        "Phạm Dũng",
        "Đinh Đạt",
        "Vũ Đông",
        "Hoàng Hà",
        "Bùi Hạ",
        "Lê Oanh",
        "Lê Ơn",
        "Mai Uyên",
        "Mai Ước",
        "Lý Yến",
    ]
    assert ordered(expected, sort_key) == expected


def test_letters_stand_in_the_order_of_the_dictionary() -> None:
    assert ordered(LETTERS, collation_key) == list(LETTERS)


def test_tones_stand_in_the_order_of_cldr() -> None:
    tones = ["ma", "mà", "mả", "mã", "má", "mạ"]
    assert ordered(tones, collation_key) == tones


def test_tones_count_only_between_texts_of_the_same_letters() -> None:
    assert collation_key("mạ a") < collation_key("ma b")
    assert collation_key("ma a") < collation_key("mạ a")


@given(NAMES, NAMES)
def test_a_smaller_letter_wins_over_any_tone(first: str, second: str) -> None:
    letters = {letter: f"{place:02}" for place, letter in enumerate(LETTERS, 1)} | {" ": "00"}
    plain_order = [letters[letter] for letter in first] < [letters[letter] for letter in second]
    if first != second:
        assert (collation_key(first) < collation_key(second)) == plain_order
        for tone in TONES[1:]:
            sounding = unicodedata.normalize("NFC", first[0] + tone) + first[1:]
            assert (collation_key(sounding) < collation_key(second)) == plain_order


@given(NAMES, NAMES, SYLLABLES, SYLLABLES)
def test_the_given_name_decides_before_the_rest(rest: str, other_rest: str, given_name: str, other_given: str) -> None:
    if given_name != other_given:
        by_given = collation_key(given_name) < collation_key(other_given)
        assert (sort_key(f"{rest} {given_name}") < sort_key(f"{other_rest} {other_given}")) == by_given
    by_rest = collation_key(rest) < collation_key(other_rest)
    assert (sort_key(f"{rest} {given_name}") < sort_key(f"{other_rest} {given_name}")) == by_rest


@given(NAMES)
def test_keys_do_not_depend_on_case_or_composition(name: str) -> None:
    assert sort_key(name.upper()) == sort_key(name) == sort_key(unicodedata.normalize("NFD", name))


@given(st.text("aAăÂđéỹ ọz'-.", max_size=MAX_NAME))
def test_keys_are_digits_and_fit_their_column(name: str) -> None:
    key = sort_key(name)
    assert len(key) <= 400
    assert all(character in "0123456789" for character in key)


def test_keys_of_the_longest_names_fit_their_column() -> None:
    assert len(sort_key("ệ" * MAX_NAME)) <= 400
    assert len(sort_key("ệ " * (MAX_NAME // 2))) <= 400
