"""Keys told apart from their questions: below each part, at the end, in rows; and what is only words of an option."""

from __future__ import annotations

import pytest

from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.lists import Line, read_list


def read(*parts: str) -> Content:
    lines = "\n".join(parts).split("\n")
    return read_list([Line(at, text, [frozenset()] * len(text)) for at, text in enumerate(lines, start=1)])


def right(content: Content) -> list[str]:
    """The options that are right, of each question."""
    return [", ".join(one.text for one in draft.body.options if one.right) for draft in content.drafts]


def asked(number: int, of: str = "Thủ đô") -> str:
    return f"Câu {number}. {of} {number}?\nA. Hà Nội\nB. Huế\nC. Vinh\nD. Lào"


PARTS = ("PHẦN I", asked(1), asked(2)), ("PHẦN II", asked(1, "Sông"), asked(2, "Sông"))


def test_each_part_may_have_its_table_below_it() -> None:
    content = read(*PARTS[0], "ĐÁP ÁN\n1-A 2-B", *PARTS[1], "ĐÁP ÁN\n1-C 2-D")
    assert content.problems == []
    assert right(content) == ["Hà Nội", "Huế", "Vinh", "Lào"]
    assert [draft.text for draft in content.drafts] == ["Thủ đô 1?", "Thủ đô 2?", "Sông 1?", "Sông 2?"]


def test_parts_that_go_on_counting_may_have_tables_too() -> None:
    content = read("PHẦN I", asked(1), "ĐÁP ÁN\nCâu 1. B. Huế", "PHẦN II", asked(2), asked(3), "2  3\nC  D")
    assert content.problems == []
    assert right(content) == ["Huế", "Vinh", "Lào"]


def test_bare_numbers_may_begin_anew_below_a_table() -> None:
    part = "1. Hỏi gì?\nA. một\nB. hai\n2. Hỏi nữa?\nA. ba\nB. bốn"
    content = read(part, "ĐÁP ÁN\n1. A\n2. B", part, "ĐÁP ÁN\n1. B\n2. A")
    assert content.problems == []
    assert right(content) == ["một", "bốn", "hai", "ba"]


@pytest.mark.parametrize("keys", ["ĐÁP ÁN\nPhần I\n1-A 2-B\nPhần II\n1-C 2-D", "ĐÁP ÁN\n1-A 2-B"])
def test_what_could_be_the_key_of_several_questions_is_the_key_of_none(keys: str) -> None:
    content = read(*PARTS[0], *PARTS[1], keys)
    assert content.drafts == []
    assert len(content.problems) == 4


def test_a_number_with_two_keys_is_told_and_the_others_are_read() -> None:
    content = read(asked(1), asked(2), "ĐÁP ÁN\n1-A 2-B\n1-C 2-b")
    assert right(content) == ["Huế"]
    assert len(content.problems) == 1


def test_a_key_of_its_own_goes_before_the_table() -> None:
    content = read(asked(1), "Đáp án: D", asked(1), "Đáp án: C", "ĐÁP ÁN\n1-A")
    assert right(content) == ["Lào", "Vinh"]


@pytest.mark.parametrize("numbers", ["2020 2021", "1 2 3"])
def test_numbers_below_an_option_are_its_words(numbers: str) -> None:
    content = read(asked(1), "Đáp án: A", asked(2), numbers, "Đáp án: B", asked(3), "Đáp án: C")
    assert content.problems == []
    assert right(content) == ["Hà Nội", "Huế", "Vinh"]
    assert content.drafts[1].body.options[3].text == f"Lào\n\n{numbers}"


@pytest.mark.parametrize("heading", ["Đáp án:", "ĐÁP ÁN", "Đáp án"])
def test_a_key_may_stand_on_the_line_below_its_heading(heading: str) -> None:
    content = read(*(f"{asked(at)}\n{heading}\n{letter}\nVì thế." for at, letter in enumerate("ABC", start=1)))
    assert content.problems == []
    assert right(content) == ["Hà Nội", "Huế", "Vinh"]
    assert [draft.explanation for draft in content.drafts] == ["Vì thế."] * 3


def test_rows_of_numbers_and_letters_are_a_table() -> None:
    content = read(asked(1), asked(2), "Câu 1 2", "", "Đáp án C D")
    assert content.problems == []
    assert right(content) == ["Vinh", "Lào"]


@pytest.mark.parametrize(
    ("key", "options", "expected"),
    [
        ("Ba", ("Hai", "Ba", "Bốn", "Năm"), "Ba"),
        ("Da", ("Tim", "Gan", "Phổi", "Da"), "Da"),
        ("BA", ("Hai", "Một", "Bốn", "Năm"), "Hai, Một"),
        ("A, C", ("A, C", "B", "D", "E"), "A, C, D"),
    ],
)
def test_a_word_made_of_letters_is_an_option_where_one_says_so(
    key: str, options: tuple[str, ...], expected: str
) -> None:
    listed = "\n".join(f"{letter}. {option}" for letter, option in zip("ABCD", options, strict=True))
    content = read(f"Câu 1. Chọn gì?\n{listed}\nĐáp án: {key}")
    assert content.problems == []
    assert right(content) == [expected]


@pytest.mark.parametrize("key", ["AC", "da"])
def test_a_key_that_may_be_read_in_two_ways_is_told(key: str) -> None:
    content = read(f"Câu 1. Chọn gì?\nA. AC\nB. AB\nC. Da\nD. ABC\nĐáp án: {key}")
    assert content.drafts == []
    assert len(content.problems) == 1
