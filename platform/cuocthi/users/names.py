"""Vietnamese names: how they are written, found without accents, and put in order."""

from __future__ import annotations

import re
import unicodedata

from cuocthi.errors import DomainError
from cuocthi.text import T

MAX_NAME = 120

#: The letters in the order of the Vietnamese dictionary (CLDR), the foreign f, j, w and z in their Latin places.
_LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_FIRST_DIGIT, _FIRST_LETTER, _FOREIGN = 10, 20, 99

#: Tones in the order of CLDR: none, huyền, hỏi, ngã, sắc, nặng.
_TONES = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
#: Circumflex, breve and horn make letters of their own.
_SHAPES = frozenset("\u0302\u0306\u031b")

_WORD_END, _FIELD_END = "05", "00"
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[\w\u0300-\u036f]+")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-zÀ-ÖØ-öø-ɏḀ-ỿ\u0300-\u036f .'’\-]")


def fold(text: str) -> str:
    """Return ``text`` for searching: lower case, no accents, đ as d, single spaces; hoà and hòa become the same."""
    decomposed = unicodedata.normalize("NFD", text.lower())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return _SPACE.sub(" ", plain.replace("đ", "d")).strip()


def normalise_name(text: str) -> str:
    """Return a person's name in NFC with single spaces.

    Raises DomainError (field ``name``) if it is too short or too long, or holds what no name holds.
    """
    name = _SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip()
    if sum(character.isalpha() for character in name) < 2:  # noqa: PLR2004 - the shortest names have two letters
        raise DomainError(T("Please enter your full name."), field="name")
    if len(name) > MAX_NAME:
        raise DomainError(T("A name may have at most %(count)s characters.", count=MAX_NAME), field="name")
    if _NOT_IN_A_NAME.search(name):
        raise DomainError(T("Please enter your name with Latin letters only."), field="name")
    return name


def sort_key(name: str) -> str:
    """Return a string of digits by which people are put in order: by given name, then by the rest of the name.

    The given name is the last word. Digits alone compare in the same way under every collation of either database.
    """
    words = _WORD.findall(unicodedata.normalize("NFC", name))
    return collation_key(words[-1]) + collation_key(" ".join(words[:-1])) if words else ""


def collation_key(text: str) -> str:
    """Return a string of digits that puts texts in the order of the Vietnamese dictionary.

    Letters count first, over the whole text; tones only between texts of the same letters.
    """
    words = [_spelled(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]
    letters = _WORD_END.join("".join(f"{rank:02}" for rank, _ in word) for word in words)
    tones = "".join(str(tone) for word in words for _, tone in word)
    return letters + _FIELD_END + tones + "0"


def _spelled(word: str) -> list[tuple[int, int]]:
    """Return the rank of each letter of a word in the dictionary, and of its tone."""
    spelled: list[tuple[int, int]] = []
    for character in unicodedata.normalize("NFD", word.lower()):
        if not unicodedata.combining(character):
            spelled.append((_rank(character), 0))
        elif spelled and character in _SHAPES:
            rank, tone = spelled[-1]
            spelled[-1] = _shaped(rank, character), tone
        elif spelled and character in _TONES:
            spelled[-1] = spelled[-1][0], _TONES.index(character) + 1
    return spelled


def _rank(character: str) -> int:
    if character in _LETTERS:
        return _FIRST_LETTER + _LETTERS.index(character)
    if character.isdecimal():
        return _FIRST_DIGIT + int(character)
    return _FOREIGN


def _shaped(rank: int, mark: str) -> int:
    if not _FIRST_LETTER <= rank < _FIRST_LETTER + len(_LETTERS):
        return rank
    letter = unicodedata.normalize("NFC", _LETTERS[rank - _FIRST_LETTER] + mark)
    return _rank(letter) if letter in _LETTERS else rank
