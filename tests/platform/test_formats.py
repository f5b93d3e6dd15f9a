from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cuocthi.text import T, Until, pack, unpack
from cuocthi.web import formats

CLOSING = datetime(2024, 10, 5, 10, 0, 7, tzinfo=UTC)  # 17:00:07 in Vietnam


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (0, "0", "0"),
        (12486, "12.486", "12,486"),
        (-7100000, "-7.100.000", "-7,100,000"),
        (99.5, "99,5", "99.5"),
        (1 / 3, "0,333", "0.333"),
    ],
)
def test_numbers_have_the_marks_of_the_language(value: float, vi: str, en: str) -> None:
    assert (formats.number(value, "vi"), formats.number(value, "en")) == (vi, en)


def test_sums_of_money_are_in_dong() -> None:
    assert (formats.money(1000000, "vi"), formats.money(1000000, "en")) == ("1.000.000 đồng", "1,000,000 VND")


def test_moments_are_those_of_the_contest_in_the_words_of_the_language() -> None:
    assert formats.moment(CLOSING, "vi") == "17h00 ngày 05/10/2024"
    assert formats.moment(CLOSING, "en") == "17:00, 5 October 2024"
    assert formats.stamp(CLOSING, "vi") == "17:00:07 ngày 05/10/2024"
    assert formats.day(datetime(2024, 10, 5, 18, 0, tzinfo=UTC), "vi") == "06/10/2024"
    assert formats.iso(CLOSING) == "2024-10-05T10:00:07.000Z"


@pytest.mark.parametrize(
    ("end", "vi", "en"),
    [
        (CLOSING, "17h00 ngày 05/10/2024", "17:00, 5 October 2024"),
        (datetime(2024, 10, 12, 17, tzinfo=UTC), "24h00 ngày 12/10/2024", "24:00, 12 October 2024"),
        (datetime(2024, 12, 31, 17, tzinfo=UTC), "24h00 ngày 31/12/2024", "24:00, 31 December 2024"),
        (datetime(2024, 10, 12, 17, 1, tzinfo=UTC), "00h01 ngày 13/10/2024", "00:01, 13 October 2024"),
    ],
)
def test_an_end_at_midnight_is_that_of_the_day_before(end: datetime, vi: str, en: str) -> None:
    assert (formats.until(end, "vi"), formats.until(end, "en")) == (vi, en)
    said = unpack(pack(T("It is open from %(opens)s to %(closes)s.", opens=end, closes=Until(end))))
    assert said.params == {"opens": end, "closes": Until(end)}


@pytest.mark.parametrize(
    ("end", "vi", "en"),
    [
        (datetime(2024, 9, 14, 18, tzinfo=UTC), "15/09/2024", "15 September 2024"),
        (datetime(2024, 10, 5, 10, tzinfo=UTC), "15/09 – 05/10/2024", "15 September – 5 October 2024"),
        (datetime(2024, 10, 5, 17, tzinfo=UTC), "15/09 – 05/10/2024", "15 September – 5 October 2024"),
        (datetime(2024, 9, 15, 17, tzinfo=UTC), "15/09/2024", "15 September 2024"),
        (datetime(2025, 1, 5, 10, tzinfo=UTC), "15/09/2024 – 05/01/2025", "15 September 2024 – 5 January 2025"),
    ],
)
def test_a_span_names_no_more_than_it_must(end: datetime, vi: str, en: str) -> None:
    start = datetime(2024, 9, 14, 17, tzinfo=UTC)  # midnight of 15 September in Vietnam
    assert (formats.span(start, end, "vi"), formats.span(start, end, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("left", "exact", "vi"),
    [
        (timedelta(days=3, hours=4, minutes=59), False, "3 ngày 4 giờ"),
        (timedelta(days=3, minutes=59), False, "3 ngày"),
        (timedelta(hours=1, seconds=5), False, "1 giờ"),
        (timedelta(hours=1, seconds=5), True, "1 giờ 0 phút 5 giây"),
        (timedelta(minutes=11, seconds=42), False, "11 phút 42 giây"),
        (timedelta(minutes=11), True, "11 phút 0 giây"),
        (timedelta(seconds=59.9), True, "59 giây"),
        (timedelta(0), False, "0 giây"),
        (timedelta(seconds=-5), False, "0 giây"),
        (90, False, "1 phút 30 giây"),
    ],
)
def test_the_time_left_is_told_in_the_units_that_matter(left: timedelta | float, vi: str, *, exact: bool) -> None:
    assert formats.time_left(left, "vi", exact=exact) == vi


def test_english_has_a_plural() -> None:
    assert formats.time_left(timedelta(days=1, hours=2), "en") == "1 day 2 hours"


def test_filters_speak_the_language_of_the_page() -> None:
    language = "vi"
    filters = formats.filters(lambda: language)
    assert filters["number"](12486) == "12.486"
    assert filters["time_left"](702, exact=True) == "11 phút 42 giây"
    assert filters["span"](CLOSING, CLOSING) == "05/10/2024"
    language = "en"
    assert filters["moment"](CLOSING) == "17:00, 5 October 2024"
    assert filters["iso"](CLOSING) == "2024-10-05T10:00:07.000Z"
