"""The clauses of the Thể lệ that follow from the quiz's settings, so that they say what the software does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.contributions import RuleClause
from cuocthi.text import TN, T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain.predictions import definition
from cuocthi_quiz.settings import OWNER, QuizSettings, Span
from cuocthi_quiz.wording import speaker
from cuocthi_quiz.words import RELEASES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase


def time_rule(settings: QuizSettings) -> Text:
    """Say how long a paper may take."""
    if settings.minutes:
        return TN(
            "A paper takes at most %(count)s minute from its start, and never longer than the round is open.",
            "A paper takes at most %(count)s minutes from its start, and never longer than the round is open.",
            settings.minutes,
        )
    return T("A paper may be worked on until the round closes.")


def attempts_rules(settings: QuizSettings) -> Iterator[Text]:
    """Yield how many attempts a person has, and when the next one may begin."""
    yield _attempts_in_round(settings)
    if settings.attempts_in_contest:
        yield TN(
            "In all rounds of the quiz together each person has at most %(count)s attempt.",
            "In all rounds of the quiz together each person has at most %(count)s attempts.",
            settings.attempts_in_contest,
        )
    if settings.cooldown:
        yield TN(
            "The next attempt may begin %(count)s minute after the one before was handed in.",
            "The next attempt may begin %(count)s minutes after the one before was handed in.",
            settings.cooldown,
        )


def _attempts_in_round(settings: QuizSettings) -> Text:
    if not settings.attempts:
        return T("Each person may make any number of attempts in the round.")
    if settings.attempts_in is Span.WEEK:
        return TN(
            "Each person has %(count)s attempt a week in the round; a week begins on Monday at 0:00.",
            "Each person has %(count)s attempts a week in the round; a week begins on Monday at 0:00.",
            settings.attempts,
        )
    if settings.attempts_in is Span.DAY:
        return TN(
            "Each person has %(count)s attempt a day in the round; a day begins at 0:00.",
            "Each person has %(count)s attempts a day in the round; a day begins at 0:00.",
            settings.attempts,
        )
    return TN(
        "Each person has %(count)s attempt in the round.",
        "Each person has %(count)s attempts in the round.",
        settings.attempts,
    )


def numbers(settings: QuizSettings, *, campaign: Campaign) -> dict[str, int]:
    """Return how many questions a paper has by the name of its division, under nothing where there are none."""
    named = {division.name: settings.questions_for(division.key) for division in campaign.divisions}
    return named or {"": settings.questions}


def _questions(settings: QuizSettings, questions: Mapping[str, int]) -> Iterator[Text]:
    if len(set(questions.values())) > 1:
        listed = "; ".join(f"{division}: {number}" for division, number in questions.items())
        yield T("How many questions a paper has depends on the division. %(listed)s.", listed=listed)
        if settings.same_questions:
            yield T("They are the same for all of a division; questions and options are shuffled.")
        else:
            yield T("They are drawn at random from the approved bank; questions and options are shuffled.")
        return
    number = max(questions.values())
    if not settings.same_questions:
        yield TN(
            "A paper has %(count)s question, drawn at random from the approved bank; questions and options are "
            "shuffled.",
            "A paper has %(count)s questions, drawn at random from the approved bank; questions and options are "
            "shuffled.",
            number,
        )
    elif len(questions) > 1:
        yield TN(
            "A paper has %(count)s question, the same for all of a division; questions and options are shuffled.",
            "A paper has %(count)s questions, the same for all of a division; questions and options are shuffled.",
            number,
        )
    else:
        yield TN(
            "A paper has %(count)s question, the same for all; questions and options are shuffled.",
            "A paper has %(count)s questions, the same for all; questions and options are shuffled.",
            number,
        )


def clauses(ctx: Context, *, campaign: Campaign) -> list[RuleClause]:
    """Return a clause for the rounds that are held alike, in the campaign's language, as Markdown."""
    say = speaker(campaign.language)
    own = rounds(ctx, campaign_id=campaign.id, source=OWNER)
    alike: dict[str, list[Phase]] = {}
    for held, settings in settings_by_rounds(ctx, owner=OWNER, schema=QuizSettings, campaign=campaign, rounds=own):
        alike.setdefault(_body(settings, numbers(settings, campaign=campaign), say), []).extend(held)
    return [
        RuleClause(f"quiz-{held[0].key}", say(T("The quiz") if len(alike) == 1 else _heading(held)), body, order=40)
        for body, held in alike.items()
    ]


def _body(settings: QuizSettings, questions: Mapping[str, int], say: Callable[[Text], str]) -> str:
    lines = [say(text) for text in paper_rules(settings, questions)]
    if settings.prediction:
        question = T("Prediction question: “%(text)s”", text=settings.prediction_text)
        lines.append(f"{say(question)} {say(definition(settings.target))}")
    return "\n".join(f"- {line}" for line in lines)


def _heading(held: Sequence[Phase]) -> Text:
    held = sorted(held, key=lambda round_: round_.number or 0)
    first, last = held[0], held[-1]
    if len(held) > 1 and (last.number or 0) - (first.number or 0) == len(held) - 1:
        return T("The quiz of “%(first)s” to “%(last)s”", first=first.title, last=last.title)
    return T("The quiz of “%(round)s”", round="”, “".join(round_.title for round_ in held))


def paper_rules(settings: QuizSettings, questions: Mapping[str, int]) -> Iterator[Text]:
    """Yield what holds for every paper, a sentence each; see :func:`numbers` for ``questions``."""
    yield from _questions(settings, questions)
    yield T(
        "Each question is worth one point when exactly the right options are chosen, and nothing otherwise; a question "
        "left open is worth nothing."
    )
    yield time_rule(settings)
    if settings.minutes:
        yield T(
            "Persons who need it, for instance because of a disability, may be granted more time. It is no advantage "
            "in the ranking: the time they use is counted as anybody's, but never as more than the limit for all."
        )
    yield from attempts_rules(settings)
    yield T(
        "Every answer is saved by itself. When time is up, the paper is handed in as it was saved. The server's clock "
        "decides."
    )
    yield T("The result is shown %(when)s.", when=RELEASES[settings.results])
    yield T("Right answers, explanations and sources are shown %(when)s.", when=RELEASES[settings.answers])
