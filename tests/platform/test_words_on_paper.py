"""Sums in Vietnamese words, read back by a reader that shares nothing with the writer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.papers.words import amount_in_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "không đồng"),
        (5, "năm đồng"),
        (10, "mười đồng"),
        (11, "mười một đồng"),
        (14, "mười bốn đồng"),
        (15, "mười lăm đồng"),
        (21, "hai mươi mốt đồng"),
        (24, "hai mươi tư đồng"),
        (55, "năm mươi lăm đồng"),
        (105, "một trăm linh năm đồng"),
        (300_000, "ba trăm nghìn đồng"),
        (1_000_000, "một triệu đồng"),
        (1_005_000, "một triệu không trăm linh năm nghìn đồng"),
        (7_100_000, "bảy triệu một trăm nghìn đồng"),
        (12_345_678, "mười hai triệu ba trăm bốn mươi lăm nghìn sáu trăm bảy mươi tám đồng"),
        (1_000_000_001, "một tỷ không trăm linh một đồng"),
        (2_000_000_000_000, "hai nghìn tỷ đồng"),
    ],
)
def test_sums_as_they_are_written(value: int, words: str) -> None:
    assert amount_in_words(value) == words


def test_no_sum_is_negative() -> None:
    with pytest.raises(ValueError, match="-1"):
        amount_in_words(-1)


DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
WORDS = {word: value for value, word in enumerate(DIGITS)} | {"mốt": 1, "tư": 4, "lăm": 5}
SCALES = {"nghìn": 1000, "triệu": 1_000_000}


def read(words: str) -> int:
    """Read a number in words: hundreds and tens multiply what stands before them, scales close a group."""
    billions, _, rest = words.rpartition(" tỷ")
    if not billions:
        billions, rest = "", words
    total = group = digit = 0
    for word in rest.split():
        if word in WORDS:
            digit = WORDS[word]
            continue
        if word == "trăm":
            group, digit = group + digit * 100, 0
        elif word == "mươi":
            group, digit = group + digit * 10, 0
        elif word == "mười":
            group += 10
        elif word in SCALES:
            total, group, digit = total + (group + digit) * SCALES[word], 0, 0
        else:
            assert word == "linh"
    return (read(billions) * 10**9 if billions else 0) + total + group + digit


@given(st.integers(0, 10**15))
def test_every_sum_reads_back(value: int) -> None:
    assert read(amount_in_words(value).removesuffix(" đồng")) == value
