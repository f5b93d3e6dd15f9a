"""The blueprint against the bank: what is missing before anybody can draw a paper."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cuocthi.text import T
from cuocthi_quiz.domain.attempts import candidates, settings_of
from cuocthi_quiz.queries import bank as bank_queries
from cuocthi_quiz.words import DIFFICULTIES

if TYPE_CHECKING:
    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.models import Difficulty


@dataclass(frozen=True, slots=True)
class Cell:
    """A topic and difficulty: how many questions a paper needs of it, and how many the bank has."""

    topic: str
    title: str
    difficulty: Difficulty
    needed: int
    available: int

    @property
    def missing(self) -> bool:
        """Whether papers cannot be drawn for want of these."""
        return self.available < self.needed


@dataclass(frozen=True, slots=True)
class Preview:
    """A round's blueprint against the bank; ``cells`` are all that are needed or available."""

    round_: Phase
    questions: int
    cells: tuple[Cell, ...]

    @property
    def problems(self) -> list[Text]:
        """Why papers cannot be drawn, in words."""
        if not self.questions:
            return [
                T(
                    "The blueprint of “%(round)s” is empty: it does not say which questions a paper has.",
                    round=self.round_.title,
                )
            ]
        return [
            T(
                "“%(round)s” needs %(needed)s questions (%(difficulty)s) on “%(topic)s”, the bank has %(available)s.",
                round=self.round_.title,
                needed=cell.needed,
                difficulty=DIFFICULTIES[cell.difficulty],
                topic=cell.title,
                available=cell.available,
            )
            for cell in self.cells
            if cell.missing
        ]


def preview(ctx: Context, *, campaign: Campaign, round_: Phase) -> Preview:
    """Return a round's blueprint against the approved questions."""
    settings = settings_of(ctx, campaign=campaign, round_=round_)
    titles = {topic.key: topic.title for topic in bank_queries.topics(ctx, campaign_id=campaign.id)}
    available: dict[tuple[str, Difficulty], int] = {}
    for candidate in candidates(ctx, round_=round_):
        cell = (candidate.topic, candidate.difficulty)
        available[cell] = available.get(cell, 0) + 1
    needed = {(row.topic, row.difficulty): row.number for row in settings.blueprint}
    order = list(DIFFICULTIES)
    places = {key: place for place, key in enumerate(titles)}
    cells = sorted(
        available.keys() | needed.keys(),
        key=lambda cell: (places.get(cell[0], len(places)), cell[0], order.index(cell[1])),
    )
    return Preview(
        round_,
        settings.questions,
        tuple(
            Cell(
                topic,
                titles.get(topic, topic),
                difficulty,
                needed.get((topic, difficulty), 0),
                available.get((topic, difficulty), 0),
            )
            for topic, difficulty in cells
        ),
    )
