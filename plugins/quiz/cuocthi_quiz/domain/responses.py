"""Answers as they are given in a form, and responses as they are stored.

A response is a text that means the same on every paper: it goes by the author's order of the options. Empty is an
answer that was taken back. In the order shown the same answer is a :class:`Given`.

==========  ==========================================  ================================================
way         what is given                               the response
==========  ==========================================  ================================================
choice      the bits of the options chosen              the same bits by the author's places, in decimal
placing     four bits for each thing: its target, or 0  the same by the author's places, in decimal
number      a decimal number                            the number without needless zeros
text        words                                       the words, composed and without space at the ends
==========  ==========================================  ================================================
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING

from cuocthi_quiz.models import QuestionType

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: How many bits of a packed order, or of a placing, one thing takes.
BITS = 4
_MASK = (1 << BITS) - 1
#: The longest answer in words that is stored.
MAX_WRITTEN = 200

_DIGITS = 15
_DECIMALS = 6
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+(,[0-9]*)?")
_PLAIN = re.compile(r"[+-]?[0-9]+([.,][0-9]*)?")
#: What would be taken for the end of an entry in the history of an answer.
_ESCAPES = {"%": "%25", ";": "%3B", "@": "%40"}


class Way(StrEnum):
    """How an answer is given."""

    CHOICE = "choice"
    PLACING = "placing"
    NUMBER = "number"
    TEXT = "text"


WAYS: Mapping[QuestionType, Way] = {
    QuestionType.SINGLE: Way.CHOICE,
    QuestionType.MULTIPLE: Way.CHOICE,
    QuestionType.TRUE_FALSE: Way.CHOICE,
    QuestionType.HOTSPOT: Way.CHOICE,
    QuestionType.NUMBER: Way.NUMBER,
    QuestionType.TEXT: Way.TEXT,
    QuestionType.ORDERING: Way.PLACING,
    QuestionType.MATCHING: Way.PLACING,
}


@dataclass(frozen=True, slots=True)
class Given:
    """An answer in the order shown: the bits of a choice or placing in ``bits``, words or a number in ``written``."""

    way: Way
    bits: int = 0
    written: str = ""

    @classmethod
    def choice(cls, bits: int) -> Given:
        """Return a choice of the options whose bits are set."""
        return cls(Way.CHOICE, bits)

    @classmethod
    def placing(cls, targets: Sequence[int]) -> Given:
        """Return a placing: for each thing in the order shown its target from 1, or 0 for none."""
        return cls(Way.PLACING, sum(target << BITS * at for at, target in enumerate(targets)))

    @classmethod
    def number(cls, text: str) -> Given:
        """Return a number as people write it; raises ValueError for what is none."""
        return cls(Way.NUMBER, written=canonical_number(text))

    @classmethod
    def text(cls, text: str) -> Given:
        """Return an answer in words; raises ValueError if it is too long."""
        words = " ".join(unicodedata.normalize("NFC", text).split())
        if len(words) > MAX_WRITTEN:
            msg = f"an answer has at most {MAX_WRITTEN} characters"
            raise ValueError(msg)
        return cls(Way.TEXT, written=words)


def canonical_number(text: str) -> str:
    """Return a number, written as Vietnamese or as English write it, in the one form that is stored.

    1.234 is a thousand and more, 1,5 and 1.5 are one and a half; the empty text stays. Raises ValueError for what is no
    number, or one of more than 15 digits before or 6 behind the decimal sign.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).split())
    if not typed:
        return ""
    if _THOUSANDS.fullmatch(typed):
        typed = typed.replace(".", "")
    if not _PLAIN.fullmatch(typed):
        msg = "this is no number"
        raise ValueError(msg)
    try:
        number = Decimal(typed.replace(",", "."))
    except InvalidOperation as error:  # pragma: no cover - the pattern has seen to it
        raise ValueError(typed) from error
    return _plain(number)


def _plain(number: Decimal) -> str:
    whole, _, decimals = f"{abs(number):f}".partition(".")
    whole, decimals = whole.lstrip("0") or "0", decimals.rstrip("0")
    if len(whole) > _DIGITS or len(decimals) > _DECIMALS:
        msg = "the number is too long"
        raise ValueError(msg)
    written = f"{whole}.{decimals}" if decimals else whole
    return f"-{written}" if number < 0 else written


def to_response(given: Given, order: Sequence[int]) -> str:
    """Return what is stored for an answer; ``order`` has the author's place of what is shown first, second, and so on.

    What the statement that saves does in SQL.
    """
    if given.way is Way.CHOICE:
        bits = sum(1 << place for at, place in enumerate(order) if given.bits >> at & 1)
        return str(bits) if bits else ""
    if given.way is Way.PLACING:
        bits = sum(target_of(given.bits, at) << BITS * place for at, place in enumerate(order))
        return str(bits) if bits else ""
    return given.written


def to_given(response: str, way: Way, order: Sequence[int]) -> Given:
    """Return a stored response in the order shown."""
    if way is Way.CHOICE:
        bits = int(response or 0)
        return Given.choice(sum(1 << at for at, place in enumerate(order) if bits >> place & 1))
    if way is Way.PLACING:
        bits = int(response or 0)
        return Given.placing([target_of(bits, place) for place in order])
    return Given(way, written=response)


def target_of(bits: int, place: int) -> int:
    """Return the target from 1 that a placing gives to the thing at this place, 0 for none."""
    return bits >> BITS * place & _MASK


def is_complete(response: str, type_: QuestionType, count: int) -> bool:
    """Tell whether nothing of a question with ``count`` things is left open.

    Things are each given a target, and in an order no two the same.
    """
    if WAYS[type_] is not Way.PLACING or not response:
        return response != ""
    targets = [target_of(int(response), place) for place in range(count)]
    return 0 not in targets and (type_ is not QuestionType.ORDERING or len(set(targets)) == count)


def chosen_in(bits: int) -> list[int]:
    """Return the places of the options that are chosen."""
    return [place for place in range(bits.bit_length()) if bits >> place & 1]


def escaped(response: str) -> str:
    """Return a response as it stands in the history of an answer."""
    return "".join(_ESCAPES.get(letter, letter) for letter in response)


def unescaped(written: str) -> str:
    """Return the response that :func:`escaped` wrote into a history."""
    for letter, code in reversed(_ESCAPES.items()):
        written = written.replace(code, letter)
    return written


def history(text: str) -> list[tuple[str, int]]:
    """Return the changes that a history lists, in order: (response, milliseconds since the start)."""
    entries = (entry.rpartition("@") for entry in text.split(";") if entry)
    return [(unescaped(response), int(after)) for response, _, after in entries]
