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
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.responses import WAYS, Way, is_complete
from cuocthi_quiz.models import QuestionType
from cuocthi_quiz.views.shown import clock_time, shown
from cuocthi_quiz.views.texts import pictures_of, shared_of, stem_of
from cuocthi_quiz.words import INSTRUCTIONS, LETTERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from cuocthi.text import Text
    from cuocthi_quiz.queries.papers import PaperRow
    from cuocthi_quiz.views.texts import Pictures

#: What encloses the name of a gap while the template is run: no text holds these characters.
_BEGIN, _END = "\ue000", "\ue001"
_GAP = re.compile(f"{_BEGIN}([a-z_]+){_END}")
#: There are some dozens in use.
_KEPT = 1_000
#: Of a thousand questions with four options each.
_TEXTS_KEPT = 4_000


class Gaps:
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
    """What all questions of a page share: the addresses and the token of their forms, which one is shown, how many.

    Addresses and token need no escaping.
    """

    language: str
    answer_url: str
    flag_url: str
    csrf_token: str
    current: int | None
    count: int

    def of(self, position: int) -> dict[str, object]:
        """Return what fills the gaps of the question at a place."""
        onward = position + 1 if position < self.count else "summary"
        return {
            "answer_url": self.answer_url,
            "flag_url": self.flag_url,
            "csrf_token": self.csrf_token,
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
        _pattern_of_place(in_language, _Place(_complete(row), row.flagged, row.position == current))
        % {"address": escape(address), "position": row.position}
        for row in rows
    )
    return Markup("\n".join(written))  # noqa: S704 - as in `sections`


def _complete(row: PaperRow) -> bool:
    return is_complete(row.response, row.type, row.option_count)


def sections(rows: Sequence[PaperRow], surroundings: Surroundings, *, campaign_id: int) -> Markup:
    """Return the questions of a page, each in a section with its form (one statement where they show pictures)."""
    pictures = pictures_of(rows, campaign_id=campaign_id)
    shared = shared_of(rows, pictures, once=surroundings.current is None)
    written = (_section(row, surroundings, shared.get(row.position), pictures) for row in rows)
    return Markup("\n".join(written))  # noqa: S704 - the template's own words, filled with what is escaped


def _section(row: PaperRow, surroundings: Surroundings, shared: Markup | None, pictures: Pictures) -> str:
    position, stem = row.position, stem_of(row.text, pictures)
    look = Look(
        surroundings.current is not None,
        row.type,
        row.flagged,
        shared is not None,
        bool(stem.head),
        bool(stem.rest),
        row.saved_at is not None,
    )
    described = f"kind-{position}"
    if look.rest:
        described += f" rest-{position}"
    if look.shared:
        described += f" shared-{position}"
    filling = surroundings.of(position) | {
        "sequence": row.sequence + 1,
        "described": described,
        "head": stem.head,
        "rest": stem.rest,
        "shared": shared,
        "answering": _answering(row, described, pictures),
        "saved_time": clock_time(row.saved_at) if row.saved_at else "",
    }
    return _pattern_of_section(surroundings.language, look) % filling


def _answering(row: PaperRow, described: str, pictures: Pictures) -> str:
    if WAYS[row.type] is not Way.CHOICE or row.type is QuestionType.HOTSPOT:
        return str(get_template_attribute("quiz/_answering.html", "answering")(shown(row), described, pictures))
    pattern, texts = _pattern_of_option(row.type is QuestionType.MULTIPLE), row.content["options"]
    chosen, order = int(row.response or 0), unpack(row.option_order, row.option_count)
    return "".join(
        pattern
        % {
            "position": row.position,
            "value": at,
            "checked": " checked" if chosen >> place & 1 else "",
            "letter": LETTERS[at],
            "text": _escaped(texts[place]),
        }
        for at, place in enumerate(order)
    )


@lru_cache(_TEXTS_KEPT)
def _escaped(text: str) -> str:
    return str(escape(text))


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
    return pattern_of(str(get_template_attribute("quiz/_question.html", macro)(look, Gaps())))


def pattern_of(written: str) -> str:
    """Return what was written with gaps as a text that ``%`` fills in."""
    return _GAP.sub(r"%(\1)s", written.replace("%", "%%"))
