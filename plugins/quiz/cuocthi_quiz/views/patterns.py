"""The questions of an open paper as HTML: patterns that the templates write once, filled in for each paper.

Everybody's paper shows the same few kinds of questions, some twenty at once, and thousands of people open theirs in the
same minutes. Were the template run for each question, the page would cost ten times as much as saving an answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from flask import get_template_attribute
from markupsafe import Markup, escape

from cuocthi.web.i18n import language
from cuocthi_quiz.domain.responses import Way
from cuocthi_quiz.models import QuestionType
from cuocthi_quiz.words import INSTRUCTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from cuocthi.text import Text
    from cuocthi_quiz.queries.papers import PaperRow
    from cuocthi_quiz.views.shown import ShownQuestion
    from cuocthi_quiz.views.texts import Pictures, Stem

#: What encloses the name of a gap while the template is run: no text holds these characters.
_BEGIN, _END = "\ue000", "\ue001"
_GAP = re.compile(f"{_BEGIN}([a-z_]+){_END}")
#: There are some dozens in use.
_KEPT = 1_000


class _Gaps:
    """Has a gap under every name."""

    def __getattr__(self, name: str) -> Markup:
        return Markup(_BEGIN + name + _END)  # noqa: S704 - the name of a gap


@dataclass(frozen=True, slots=True)
class Look:
    """What decides by which pattern a question is written.

    ``single`` tells whether the page shows one question at a time; the others, which parts the question has.
    """

    single: bool
    type: QuestionType
    flagged: bool
    shared: bool
    head: bool
    rest: bool
    saved: bool

    @property
    def instruction(self) -> Text:
        """What is to be done."""
        return INSTRUCTIONS[self.type]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all questions of a page share: the addresses and the token of their forms, which one is shown, how many."""

    language: str
    answer_url: str
    flag_url: str
    token_field: str
    current: int | None
    count: int

    def of(self, position: int) -> dict[str, object]:
        """Return what fills the gaps of the question at a place."""
        onward = position + 1 if position < self.count else "summary"
        return {
            "answer_url": escape(self.answer_url),
            "flag_url": escape(self.flag_url),
            "token_field": self.token_field,
            "position": position,
            "hidden": " hidden" if self.current not in {None, position} else "",
            "go": "all" if self.current is None else onward,
        }


@dataclass(frozen=True, slots=True)
class _Place:
    """What decides by which pattern a place on the map of the questions is written."""

    answered: bool
    flagged: bool
    current: bool


def places(rows: Iterable[PaperRow], *, address: str, current: int | None) -> Markup:
    """Return the places of questions on the map, each leading to ``address`` and its number."""
    in_language = language()
    written = (
        _pattern_of_place(in_language, _Place(row.answered, row.flagged, row.position == current))
        % {"address": escape(address), "position": row.position}
        for row in rows
    )
    return Markup("\n".join(written))  # noqa: S704 - as in `sections`


def sections(
    questions: Iterable[ShownQuestion],
    surroundings: Surroundings,
    *,
    stems: Mapping[int, Stem],
    shared: Mapping[int, Markup],
    pictures: Pictures,
) -> Markup:
    """Return the questions of a page, each in a section with its form."""
    written = (
        _section(one, surroundings, stems[one.position], shared.get(one.position), pictures) for one in questions
    )
    return Markup("\n".join(written))  # noqa: S704 - the template's own words, filled with what is escaped


def _section(
    question: ShownQuestion,
    surroundings: Surroundings,
    stem: Stem,
    shared: Markup | None,
    pictures: Pictures,
) -> str:
    row, position = question.row, question.position
    look = Look(
        surroundings.current is not None,
        row.type,
        row.flagged,
        shared is not None,
        bool(stem.head),
        bool(stem.rest),
        row.saved_at is not None,
    )
    parts = (("kind", True), ("rest", look.rest), ("shared", look.shared))
    described = " ".join(f"{part}-{position}" for part, there in parts if there)
    filling = surroundings.of(position) | {
        "sequence": row.sequence + 1,
        "described": described,
        "head": stem.head,
        "rest": stem.rest,
        "shared": shared,
        "answering": _answering(question, described, pictures),
        "saved_time": question.saved_time,
    }
    return _pattern_of_section(surroundings.language, look) % filling


def _answering(question: ShownQuestion, described: str, pictures: Pictures) -> str:
    if question.given.way is not Way.CHOICE or question.row.type is QuestionType.HOTSPOT:
        return str(get_template_attribute("quiz/_answering.html", "answering")(question, described, pictures))
    pattern, position = _pattern_of_option(question.multiple), question.position
    return "".join(
        pattern
        % {
            "position": position,
            "value": option.value,
            "checked": " checked" if option.chosen else "",
            "letter": option.letter,
            "text": escape(option.text),
        }
        for option in question.options
    )


@lru_cache(_KEPT)
def _pattern_of_section(_language: str, look: Look) -> str:
    return _pattern("section", look)


@lru_cache(_KEPT)
def _pattern_of_place(_language: str, look: _Place) -> str:
    return _pattern("place", look)


@lru_cache(_KEPT)
def _pattern_of_option(multiple: bool) -> str:  # noqa: FBT001 - the only thing there is to say
    return _pattern("choice", multiple)


def _pattern(macro: str, look: object) -> str:
    """Return what a macro writes, as a text that ``%`` fills in."""
    written = str(get_template_attribute("quiz/_question.html", macro)(look, _Gaps()))
    return _GAP.sub(r"%(\1)s", written.replace("%", "%%"))
