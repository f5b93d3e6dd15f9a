"""Answers that are written: a number, a few words."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.kinds.base import Json, Kind, Shape
from cuocthi_quiz.domain.responses import MAX_WRITTEN, canonical_number
from cuocthi_quiz.models import POINT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cuocthi.text import Text

#: Grave, hook, tilde, acute and dot below.
_TONES = frozenset("\u0300\u0309\u0303\u0301\u0323")
_MAX_UNIT = 40
_MAX_ACCEPTED = 40


@dataclass(frozen=True, slots=True)
class AcceptedNumber:
    """A number that is right, and how far an answer may be from it; both as people write numbers."""

    value: str
    tolerance: str = "0"


@dataclass(frozen=True, slots=True)
class Number:
    """Numbers that are right. ``unit`` is shown behind the field."""

    accepted: tuple[AcceptedNumber, ...]
    unit: str = ""


class NumberKind(Kind[Number]):
    """A number is to be given, right within a tolerance."""

    body = Number

    def problems(self, body: Number) -> Iterator[Text]:
        """Yield what is wrong with the numbers."""
        if not 1 <= len(body.accepted) <= _MAX_ACCEPTED:
            yield T("a question has 1 to %(most)s accepted answers", most=_MAX_ACCEPTED)
        for accepted in body.accepted:
            for text in (accepted.value, accepted.tolerance):
                if not _is_number(text):
                    yield T("“%(text)s” is no number", text=text)
            if _is_number(accepted.tolerance) and Decimal(canonical_number(accepted.tolerance)) < 0:
                yield T("a tolerance is not below 0")
        if len(body.unit) > _MAX_UNIT:
            yield T("the unit is longer than %(most)s characters", most=_MAX_UNIT)

    def texts(self, body: Number) -> Iterator[str]:
        """Yield the numbers."""
        return (accepted.value for accepted in body.accepted)

    def shape(self, body: Number) -> Shape:
        """Return that there are no options."""
        return Shape()

    def stored(self, body: Number) -> tuple[Json, Json]:
        """Return the unit, and the numbers with their tolerances."""
        accepted = [[canonical_number(item.value), canonical_number(item.tolerance)] for item in body.accepted]
        return ({"unit": body.unit} if body.unit else {}), {"accepted": accepted}

    def read(self, content: Json, key: Json) -> Number:
        """Return the numbers with their tolerances."""
        # With a comma, as 1.234 would be a thousand and more for whoever reads it again.
        accepted = tuple(AcceptedNumber(*(number.replace(".", ",") for number in pair)) for pair in key["accepted"])
        return Number(accepted, content.get("unit", ""))

    def points(self, content: Json, key: Json, response: str) -> int:
        """Return everything for a number within the tolerance of one that is right."""
        if not response:
            return 0
        given = Decimal(response)
        near = (abs(given - Decimal(value)) <= Decimal(tolerance) for value, tolerance in key["accepted"])
        return POINT if any(near) else 0

    def right(self, content: Json, key: Json) -> str:
        """Return the first number that is right."""
        return str(key["accepted"][0][0])

    def key_for(self, content: Json, key: Json, response: str) -> Json:
        """Return that this number is right, within the tolerance of the first one that was."""
        return {"accepted": [[response, key["accepted"][0][1]]]}

    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return a number beyond every one that is right."""
        most = max(Decimal(value) + Decimal(tolerance) for value, tolerance in key["accepted"])
        return canonical_number(f"{most + 1 + int(10 * pick):f}")

    def words(self, content: Json, response: str) -> list[str]:
        """Return the number as Vietnamese write it, with its unit."""
        if not response:
            return []
        return [" ".join(filter(None, [response.replace(".", ","), content.get("unit", "")]))]


def _is_number(text: str) -> bool:
    try:
        return bool(canonical_number(text))
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that are right. Case and accents are looked at only if they ``matter``."""

    accepted: tuple[str, ...]
    case_matters: bool = False
    accents_matter: bool = False


class TextKind(Kind[Wording]):
    """A few words are to be given, right if they are one of the accepted wordings."""

    body = Wording

    def problems(self, body: Wording) -> Iterator[Text]:
        """Yield what is wrong with the wordings."""
        if not 1 <= len(body.accepted) <= _MAX_ACCEPTED:
            yield T("a question has 1 to %(most)s accepted answers", most=_MAX_ACCEPTED)
        if not all(text.strip() for text in body.accepted):
            yield T("an accepted answer has no text")
        if any(len(text) > MAX_WRITTEN for text in body.accepted):
            yield T("an accepted answer is longer than %(most)s characters", most=MAX_WRITTEN)
        alike = [_compared(text, case=body.case_matters, accents=body.accents_matter) for text in body.accepted]
        for text in sorted({text for text, form in zip(body.accepted, alike, strict=True) if alike.count(form) > 1}):
            yield T("the answer “%(text)s” is accepted twice", text=text)

    def texts(self, body: Wording) -> Iterator[str]:
        """Yield the wordings."""
        return iter(body.accepted)

    def shape(self, body: Wording) -> Shape:
        """Return that there are no options."""
        return Shape()

    def stored(self, body: Wording) -> tuple[Json, Json]:
        """Return nothing to be shown, and the wordings."""
        key: Json = {"accepted": list(body.accepted)}
        if body.case_matters:
            key["case_matters"] = True
        if body.accents_matter:
            key["accents_matter"] = True
        return {}, key

    def read(self, content: Json, key: Json) -> Wording:
        """Return the wordings."""
        return Wording(tuple(key["accepted"]), key.get("case_matters", False), key.get("accents_matter", False))

    def points(self, content: Json, key: Json, response: str) -> int:
        """Return everything for one of the wordings."""
        case, accents = key.get("case_matters", False), key.get("accents_matter", False)
        given = _compared(response, case=case, accents=accents)
        right = (_compared(text, case=case, accents=accents) for text in key["accepted"])
        return POINT if given and given in right else 0

    def right(self, content: Json, key: Json) -> str:
        """Return the first wording."""
        return str(key["accepted"][0])

    def key_for(self, content: Json, key: Json, response: str) -> Json:
        """Return that these words are right, compared as before."""
        return {**key, "accepted": [response]}

    def mistake(self, content: Json, key: Json, pick: float) -> str:
        """Return words that are none of the wordings."""
        longest: str = max(key["accepted"], key=len)
        return f"x{longest[: MAX_WRITTEN - 2]}{int(10 * pick)}"

    def words(self, content: Json, response: str) -> list[str]:
        """Return the words."""
        return [response] if response else []


def without_repeats(body: Wording) -> Wording:
    """Return the wordings without repeats: of those that are taken as the same, the one with most accents stays.

    That one is shown as right: "Hà Nội" rather than "Ha Noi".
    """
    alike: dict[str, list[str]] = {}
    for text in body.accepted:
        alike.setdefault(_compared(text, case=body.case_matters, accents=body.accents_matter), []).append(text)
    return replace(body, accepted=tuple(max(texts, key=_accents) for texts in alike.values()))


def _accents(text: str) -> int:
    return sum(unicodedata.combining(letter) > 0 or letter in "đĐ" for letter in unicodedata.normalize("NFD", text))


def _compared(text: str, *, case: bool, accents: bool) -> str:
    """Return what two answers have in common that are taken as the same."""
    spell = _with_tone_last if accents else _without_accents
    words = " ".join(spell(word) for word in unicodedata.normalize("NFD", text).split())
    return words if case else words.casefold()


def _with_tone_last(word: str) -> str:
    """Return a decomposed word with its tone behind it: hoà and hòa are the same word."""
    letters = "".join(letter for letter in word if letter not in _TONES)
    return letters + "".join(letter for letter in word if letter in _TONES)


def _without_accents(word: str) -> str:
    letters = "".join(letter for letter in word if not unicodedata.combining(letter))
    return letters.replace("đ", "d").replace("Đ", "D")
