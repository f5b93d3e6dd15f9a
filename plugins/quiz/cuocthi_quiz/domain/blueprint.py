"""The blueprint against the bank: what is missing before anybody can draw a paper, and what papers will be like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain import drawing
from cuocthi_quiz.domain.ability import USUAL, spread_of
from cuocthi_quiz.domain.attempts import candidates, divisions_of, settings_of
from cuocthi_quiz.domain.forecast import Forecast, forecast
from cuocthi_quiz.models import Difficulty
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.queries import figures
from cuocthi_quiz.words import row_words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.settings import BlueprintRow, QuizSettings

#: How likely a question is answered rightly, where too few answers have been given to measure it.
ASSUMED: Mapping[Difficulty, float] = {Difficulty.EASY: 0.9, Difficulty.MEDIUM: 0.75, Difficulty.HARD: 0.55}
_ENOUGH_ANSWERS = 200
_ENOUGH_PAPERS = 200


@dataclass(frozen=True, slots=True)
class Knowledge:
    """How likely questions are answered rightly, and how far persons differ; ``measured`` where papers have told."""

    facility: Mapping[Difficulty, float]
    spread: float
    measured: bool = False
    spread_measured: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the blueprint in words: how many questions it asks for, and how many of the bank fit it."""

    words: Text
    needed: int
    available: int


@dataclass(frozen=True, slots=True)
class Preview:
    """A round's blueprint against the bank, for papers of a division (its name, or nothing).

    ``forecast`` is None where papers cannot be drawn, and where nobody asked for it.
    """

    round_: Phase
    division: str
    questions: int
    kinds: tuple[Kind, ...]
    problems: tuple[Text, ...]
    forecast: Forecast | None


def previews(ctx: Context, *, campaign: Campaign, round_: Phase, knowledge: Knowledge | None = None) -> list[Preview]:
    """Return a round's blueprint against the approved questions, one for each division.

    What papers will be like is told by what is known of those who take part, and only with that.
    """
    settings, found = settings_of(ctx, campaign=campaign, round_=round_), candidates(ctx, round_=round_)
    titles = {topic.key: topic.title for topic in bank_queries.topics(ctx, campaign_id=campaign.id)}
    names = {division.key: division.name for division in campaign.divisions}
    made: list[Preview] = []
    for division in divisions_of(campaign):
        rows, bank = settings.rows_for(division), drawing.units(drawing.for_division(found, division))
        words = {row: row_words(row, titles) for row in rows}
        kinds = tuple(Kind(words[row], row.number, row.together * sum(unit.fits(row) for unit in bank)) for row in rows)
        problems = tuple(_problems(round_, names.get(division, ""), rows, bank, words))
        seen = None
        if knowledge is not None and not problems:
            seen = _seen(settings, rows, bank, knowledge)
        made.append(Preview(round_, names.get(division, ""), settings.questions_for(division), kinds, problems, seen))
    return made


def _seen(
    settings: QuizSettings, rows: tuple[BlueprintRow, ...], bank: list[drawing.Unit], knowledge: Knowledge
) -> Forecast:
    return forecast(rows, bank, knowledge.facility, spread=knowledge.spread, same_questions=settings.same_questions)


def _problems(
    round_: Phase,
    division: str,
    rows: tuple[BlueprintRow, ...],
    bank: list[drawing.Unit],
    words: Mapping[BlueprintRow, Text],
) -> list[Text]:
    """Say why papers cannot be drawn."""
    where = f"{round_.title}, {division}" if division else round_.title
    if not rows:
        return [T("The blueprint of “%(round)s” is empty: it does not say which questions a paper has.", round=where)]
    return [
        T(
            "“%(round)s” needs %(needed)s questions (%(kind)s), the bank has %(available)s.",
            round=where,
            needed=lack.needed,
            kind=_joined([words[row] for row in lack.rows]),
            available=lack.available,
        )
        for lack in drawing.shortages(rows, bank)
    ]


def _joined(texts: list[Text]) -> Text:
    first, *rest = texts
    for text in rest:
        first = T("%(first)s; %(second)s", first=first, second=text)
    return first


def measured(ctx: Context, *, campaign: Campaign) -> Knowledge:
    """Return how likely questions are answered rightly and how far persons differ: measured, or else assumed.

    Measured is over all papers marked in this campaign and the one that it follows, where they are enough (two
    statements).
    """
    ids = [number for number in (campaign.id, campaign.earlier_id) if number is not None]
    answers = figures.facility(ctx, campaign_ids=ids)
    known = {difficulty: right / given for difficulty, (given, right) in answers.items() if given >= _ENOUGH_ANSWERS}
    facility = {**ASSUMED, **known}
    papers, variance = figures.scores_apart(ctx, campaign_ids=ids)
    if papers < _ENOUGH_PAPERS or len(known) < len(answers):
        return Knowledge(facility, USUAL, measured=bool(known))
    numbers = {difficulty: given / papers for difficulty, (given, _) in answers.items()}
    spread = spread_of(numbers, facility, variance * sum(numbers.values()) ** 2)
    return Knowledge(facility, spread, measured=True, spread_measured=True)
