"""What the quiz tells in the report on a contest, and in the notice on a round."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.contributions import Column, ReportSection, ReportTable
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.queries import figures
from cuocthi_quiz.queries.questions import question_figures
from cuocthi_quiz.settings import OWNER

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.queries.questions import QuestionFigure

    Write = Callable[[Text], str]
    Fared = Sequence[QuestionFigure]
    Row = tuple[str, int, int, int, int, int]


def report_sections(ctx: Context, campaign: Campaign, round_: Phase | None, write: Write) -> list[ReportSection]:
    """Return papers, scores and questions of every round that is over, or of one; nothing without a paper."""
    own = [one for one in rounds(ctx, campaign_id=campaign.id, source=OWNER) if ctx.now >= one.over_at]
    chosen = own if round_ is None else [one for one in own if one.id == round_.id]
    fared = {one.id: _fared(ctx, one) for one in chosen}
    rows = [row for one in chosen if (row := _row(ctx, one, fared[one.id])) is not None]
    if not rows:
        return []
    columns = [
        Column("round", write(T("Round"))),
        Column("persons", write(T("Persons")), "integer"),
        Column("papers", write(T("Papers")), "integer"),
        Column("mean", write(T("Mean score")), "points"),
        Column("highest", write(T("Highest score")), "points"),
        Column("questions", write(T("Questions used")), "integer"),
    ]
    table = ReportTable(write(T("Papers and scores")), columns, rows, frozenset({"papers"}))
    return [ReportSection("quiz", write(T("Questions and scores")), _told(chosen, fared, write), [table], order=40)]


def _fared(ctx: Context, round_: Phase) -> Fared:
    persons, papers = figures.persons_and_attempts(ctx, round_=round_)
    return question_figures(ctx, round_=round_, several=persons < papers)


def _row(ctx: Context, round_: Phase, fared: Fared) -> Row | None:
    """Return what a round came to; the mean is that of all papers that count, rounded half up."""
    persons, papers = figures.persons_and_attempts(ctx, round_=round_)
    if not papers:
        return None
    scores = figures.score_distribution(ctx, round_=round_)
    total = sum(score * count for score, count, _persons in scores)
    return round_.title, persons, papers, (2 * total + papers) // (2 * papers), scores[0][0], len(fared)


def _told(chosen: Sequence[Phase], fared: Mapping[int, Fared], write: Write) -> list[str]:
    """Return how many of all answers were right, round by round."""
    told = []
    for round_ in chosen:
        found = fared[round_.id]
        asked = sum(figure.papers for figure in found)
        right = sum(figure.right for figure in found)
        if asked:
            text = T(
                "%(round)s: %(questions)s questions were set %(asked)s times; %(right)s answers were right, "
                "%(percent)s%% of them.",
                round=round_.title,
                questions=len(found),
                asked=asked,
                right=right,
                percent=(200 * right + asked) // (2 * asked),
            )
            told.append(write(text))
    return told
