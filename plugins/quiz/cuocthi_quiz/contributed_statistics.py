"""What the quiz contributes to a publication: scores, the hardest and the easiest questions, and what was predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.contributions import Column, PublicationSection
from cuocthi.rules.markdown import to_html
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain import predictions
from cuocthi_quiz.domain.predictions import definition
from cuocthi_quiz.domain.release import has_closed, released
from cuocthi_quiz.models import THOUSANDTHS
from cuocthi_quiz.queries import figures
from cuocthi_quiz.queries.questions import question_figures
from cuocthi_quiz.settings import OWNER, QuizSettings
from cuocthi_quiz.wording import speaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

    Held = list[tuple[list[Phase], QuizSettings]]

_EXTREMES = 5
#: A question is shown by so many letters; a chart has no room for more.
_LETTERS = 140
#: How wide a column of the distribution may be, in points, and how many columns there may be.
_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
_MOST_COLUMNS = 25


def sections(ctx: Context, *, campaign: Campaign) -> list[PublicationSection]:
    """Return how scores are distributed in each closed round, and predictions where it is known what came of them.

    Scores stand there once the rules let participants see theirs, questions once they see them with their keys.
    """
    closed = [round_ for round_ in rounds(ctx, campaign_id=campaign.id, source=OWNER) if has_closed(ctx, round_=round_)]
    held = settings_by_rounds(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, rounds=closed)
    say = speaker(campaign.language)
    found: list[PublicationSection] = []
    for alike, settings in held:
        for round_ in alike:
            persons, papers = figures.persons_and_attempts(ctx, round_=round_)
            if released(ctx, round_=round_, when=settings.results):
                found.append(_scores(ctx, round_, persons, papers, say))
            if released(ctx, round_=round_, when=settings.answers):
                found += _extremes(ctx, round_, say, several=persons < papers)
    return [*found, *_predicted(ctx, campaign, held, say)]


def _scores(ctx: Context, round_: Phase, persons: int, papers: int, say: Callable[[Text], str]) -> PublicationSection:
    full, uneven = figures.scores_reachable(ctx, round_=round_)
    points = full // THOUSANDTHS
    step = next((one for one in _STEPS if points // one < _MOST_COLUMNS), _STEPS[-1])
    found = figures.scores_in_steps(ctx, round_=round_, step=step * THOUSANDTHS)
    rows = [
        (_span(at * step, step, uneven=uneven and at * step < points, full=points), *found.get(at, (0, 0)))
        for at in range(points // step + 1)
    ]
    return PublicationSection(
        f"scores-{round_.key}",
        say(T("Distribution of scores, %(round)s", round=round_.title)),
        [
            Column("score", say(T("Score"))),
            Column("attempts", say(T("Papers")), "integer", persons="persons"),
            Column("persons", say(T("Persons")), "integer", persons="persons"),
        ],
        rows if papers else [],
        say(T("%(attempts)s papers handed in by %(persons)s persons.", attempts=papers, persons=persons)),
        chart="histogram",
        drawn=["attempts"],
        order=40,
    )


def _span(first: int, step: int, *, uneven: bool, full: int) -> str:
    """Write the scores of a column: one, whole ones from … to, or all up to the next whole one."""
    if uneven:
        return f"{first}–<{first + step}"
    last = min(first + step - 1, full)
    return str(first) if last == first else f"{first}–{last}"


def _extremes(
    ctx: Context, round_: Phase, say: Callable[[Text], str], *, several: bool
) -> Iterator[PublicationSection]:
    found = question_figures(ctx, round_=round_, several=several)
    by_share = sorted(found, key=lambda figure: (figure.right / figure.papers, figure.key))
    for key, title, chosen in (
        ("hardest", T("Questions most often answered wrongly, %(round)s", round=round_.title), by_share),
        ("easiest", T("Questions most often answered rightly, %(round)s", round=round_.title), by_share[::-1]),
    ):
        yield PublicationSection(
            f"{key}-{round_.key}",
            say(title),
            [
                Column("question", say(T("Question"))),
                Column("share", say(T("Right answers in per cent")), "integer", persons="right"),
                Column("papers", say(T("Papers with this question")), "integer", persons="persons"),
                Column("persons", say(T("Persons with this question")), "integer", persons="persons"),
                Column("right", say(T("Persons who answered it rightly")), "integer", persons="right", of="persons"),
            ],
            [
                (
                    _shortened(figure.text),
                    (200 * figure.right + figure.papers) // (2 * figure.papers),
                    figure.papers,
                    figure.persons,
                    figure.persons_right,
                )
                for figure in chosen[:_EXTREMES]
            ],
            chart="bar",
            drawn=["share"],
            parts=False,
            order=45,
        )


def _shortened(text: str) -> str:
    words = " ".join(to_html(text).striptags().split())
    return words if len(words) <= _LETTERS else f"{words[:_LETTERS].rsplit(' ', 1)[0]} …"


def _predicted(
    ctx: Context, campaign: Campaign, held: Held, say: Callable[[Text], str]
) -> Iterator[PublicationSection]:
    """Yield what was predicted and what it came to, in the rounds in which that is known."""
    names = {division.id: division.name for division in campaign.divisions}
    rows: list[tuple[str, str, int, str]] = []
    for alike, settings in held:
        target = settings.target
        for round_ in alike if settings.prediction else ():
            if predictions.is_known(ctx, campaign=campaign, round_=round_, target=target):
                came_to = predictions.actual(ctx, campaign=campaign, round_=round_, target=target)
                meant, unit = say(definition(target)), THOUSANDTHS // target.scale
                rows += [
                    (round_.title, names.get(division, ""), value * unit, meant) for division, value in came_to.items()
                ]
    if rows:
        columns = [
            Column("round", say(T("Round"))),
            Column("division", say(T("Division"))),
            Column("value", say(T("What it came to")), "points"),
            Column("definition", say(T("What was predicted"))),
        ]
        yield PublicationSection("predictions", say(T("Predictions")), columns, rows, order=42)
