"""Sums of money and dates as they stand in official papers of Vietnam."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

#: Days below ten and the months January and February are written with a nought, other months without (Decree
#: 30/2020/NĐ-CP, annex I, part I, section II, 4b).
_LAST_MONTH_WITH_NOUGHT = 2

_DIGITS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín")
_GROUPS = ("", "nghìn", "triệu")
_BILLION = 10**9


def amount_in_words(value: int) -> str:
    """Return a sum of ``value`` đồng in words: 7.100.000 is "bảy triệu một trăm nghìn đồng".

    Raises ValueError below zero.
    """
    if value < 0:
        msg = f"a sum of money cannot be {value}"
        raise ValueError(msg)
    return f"{_number(value)} đồng"


def date_parts(day: date | None) -> dict[str, str]:
    """Return ``day``, ``month`` and ``year`` as documents write them: 05, 9 and 2024; empty texts for none."""
    if day is None:
        return {"day": "", "month": "", "year": ""}
    month = f"{day.month:02}" if day.month <= _LAST_MONTH_WITH_NOUGHT else str(day.month)
    return {"day": f"{day.day:02}", "month": month, "year": str(day.year)}


def _number(value: int) -> str:
    if value == 0:
        return _DIGITS[0]
    billions, rest = divmod(value, _BILLION)
    words = [f"{_number(billions)} tỷ"] if billions else []
    if rest:
        words.append(_below_billion(rest, leading=not billions))
    return " ".join(words)


def _below_billion(value: int, *, leading: bool) -> str:
    words: list[str] = []
    for power in (2, 1, 0):
        group = value // 1000**power % 1000
        if group:
            words += _below_thousand(group, full=bool(words) or not leading)
            words += [_GROUPS[power]] if power else []
    return " ".join(words)


def _below_thousand(value: int, *, full: bool) -> list[str]:
    """Return the words of 1–999; a group after another (``full``) says its hundreds even when there are none."""
    hundreds, rest = divmod(value, 100)
    words = [_DIGITS[hundreds], "trăm"] if hundreds or full else []
    return words + _below_hundred(rest, after_hundreds=bool(words))


def _below_hundred(value: int, *, after_hundreds: bool) -> list[str]:
    tens, unit = divmod(value, 10)
    if tens == 0:
        if not unit:
            return []
        return ["linh", _DIGITS[unit]] if after_hundreds else [_DIGITS[unit]]
    if tens == 1:
        return ["mười", *([{5: "lăm"}.get(unit, _DIGITS[unit])] if unit else [])]
    return [_DIGITS[tens], "mươi", *([{1: "mốt", 4: "tư", 5: "lăm"}.get(unit, _DIGITS[unit])] if unit else [])]
