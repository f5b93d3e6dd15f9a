"""Keys that are told apart from their questions: "1-B, 2-C" below them, or a row of numbers above a row of letters."""

from __future__ import annotations

import re
from collections import defaultdict

_HEADING = re.compile(
    r"\s*(?:bảng\s+)?(?:đáp án|answer key|answers|keys?)(?:\s+(?:các câu hỏi|trắc nghiệm))?\s*[:.]?\s*$", re.IGNORECASE
)
_PAIR = re.compile(
    r"(?:câu\s*)?(\d{1,4})\s*[-–.:)/=→\t ]*\s*([A-H](?:\s*[,;&+]?\s*[A-H])*)(?![A-Za-zÀ-ỹ])", re.IGNORECASE
)
_ONLY_PAIRS = re.compile(rf"\s*(?:{_PAIR.pattern}[\s,;.|]*){{2,}}", re.IGNORECASE)
_NUMBERS = re.compile(r"\s*(?:câu|stt|số)?[\s.:]*\d{1,4}(?:\s+\d{1,4})+\s*", re.IGNORECASE)
_LETTERS_ONLY = re.compile(r"\s*(?:đáp án|đ/a|đa)?[\s.:]*([A-H](?:[\s]+[A-H])*)\s*", re.IGNORECASE)
_LONE = re.compile(r"\s*([A-H](?:\s*(?:,|;|&|\bvà\b)\s*[A-H])*)\s*\.?\s*", re.IGNORECASE)


def is_heading(text: str) -> bool:
    """Tell whether a line says no more than that keys follow."""
    return _HEADING.fullmatch(text) is not None


def lone_key(text: str) -> str:
    """Return the letters of a line that has nothing else, as below a heading for one question; or nothing."""
    found = _LONE.fullmatch(text)
    return found[1] if found else ""


def begins_keys(text: str, after: str) -> bool:
    """Tell whether a table without a heading begins: by its pairs, or by as many numbers as letters are in ``after``.

    ``after`` is the next line. Numbers alone may be the words of an option.
    """
    if _ONLY_PAIRS.fullmatch(text):
        return True
    letters = _LETTERS_ONLY.fullmatch(after)
    return bool(_NUMBERS.fullmatch(text) and letters and len(letters[1].split()) == len(re.findall(r"\d+", text)))


class KeyTable:
    """The keys of the questions above it, by their numbers."""

    def __init__(self) -> None:
        self._told: defaultdict[int, dict[str, str]] = defaultdict(dict)
        self._numbers: list[str] = []

    def take(self, text: str) -> bool:
        """Read a line; tell whether it holds any key, or the numbers of keys."""
        letters = _LETTERS_ONLY.fullmatch(text)
        if _NUMBERS.fullmatch(text):
            self._numbers = re.findall(r"\d+", text)
            return True
        if letters and self._numbers:
            pairs, self._numbers = list(zip(self._numbers, letters[1].split(), strict=False)), []
        else:
            pairs = [(found[1], found[2]) for found in _PAIR.finditer(text)]
        for number, key in pairs:
            self._told[int(number)]["".join(sorted(re.findall("[A-H]", key.upper())))] = key
        return bool(pairs)

    def of(self, number: int) -> list[str]:
        """Return the key that is told for a question; several if it is told in different ways."""
        return list(self._told[number].values()) if number in self._told else []
