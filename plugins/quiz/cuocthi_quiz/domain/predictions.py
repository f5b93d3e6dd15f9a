"""What is predicted: its exact definition in words, what it came to, and how far each prediction was off."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from cuocthi.campaigns.settings import settings_by_rounds
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.criteria import Counted, RankingRules
from cuocthi.text import T
from cuocthi.timelines.queries import rounds
from cuocthi_quiz.domain.release import has_closed
from cuocthi_quiz.models import THOUSANDTHS, Attempt
from cuocthi_quiz.queries.papers import COUNTS
from cuocthi_quiz.settings import OWNER, Among, CountedIn, Over, Predicted, QuizSettings, TakingPart, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi.timelines.models import Phase

#: Whole per cent, in thousandths of one per cent.
_HUNDRED_PERCENT = 100 * THOUSANDTHS
#: The key under which all divisions together stand, and those who are in none.
ALL = 0


# --- in words -------------------------------------------------------------------------------------------------------

_PERSONS_RIGHT = T("the number of persons who have every question right in an attempt that counts")
_ATTEMPTS_RIGHT = T("the number of attempts with every question right")
_PERSONS = {
    TakingPart.FINISHERS: T("the number of persons who have handed in a paper"),
    TakingPart.STARTERS: T("the number of persons who have begun a paper"),
}
_ATTEMPTS = {
    TakingPart.FINISHERS: T("the number of papers handed in"),
    TakingPart.STARTERS: T("the number of papers begun"),
}
_SPANS = {Over.ROUND: T("in this round"), Over.CONTEST: T("in all rounds of the quiz together")}
_GROUPS = {
    Among.ALL: T("All who take part are meant."),
    Among.DIVISION: T("Only those in the participant's own division are meant."),
}


def definition(target: Target) -> Text:
    """Say what exactly is predicted; printed beside the question, in the rules and where the outcome is published."""
    return T(
        "Predicted is %(what)s, %(span)s. %(group)s Persons who are excluded and attempts that were set aside are not "
        "counted; a person counts once where persons are counted. The nearer prediction is better; none at all stands "
        "last. The prediction never counts in the score.",
        what=_what(target),
        span=_SPANS[target.over],
        group=_GROUPS[target.among],
    )


def _what(target: Target) -> Text:
    persons = target.counted_in is CountedIn.PERSONS
    right = _PERSONS_RIGHT if persons else _ATTEMPTS_RIGHT
    taking_part = (_PERSONS if persons else _ATTEMPTS)[target.taking_part]
    if target.what is Predicted.EVERYTHING_RIGHT:
        return right
    if target.what is Predicted.TAKING_PART:
        return taking_part
    return T(
        "how many per cent one number is of another, rounded to %(decimals)s decimals: %(right)s, of %(all)s",
        decimals=target.decimals,
        right=right,
        all=taking_part,
    )


def unit_of(target: Target) -> Text:
    """Say what the number is that a participant enters."""
    if target.what is Predicted.SHARE:
        return T("Per cent")
    return T("Number of persons") if target.counted_in is CountedIn.PERSONS else T("Number of papers")


# --- what it came to ------------------------------------------------------------------------------------------------


def is_known(ctx: Context, *, campaign: Campaign, round_: Phase, target: Target) -> bool:
    """Tell whether what was predicted in a round is known: the round, or all rounds that are counted, have closed."""
    counted = counted_rounds(ctx, campaign=campaign, round_=round_, target=target)
    return all(has_closed(ctx, round_=one) for one in counted)


def actual(ctx: Context, *, campaign: Campaign, round_: Phase, target: Target) -> dict[int, int]:
    """Return what was to be predicted in a round, by division (:data:`ALL` where they are not told apart).

    In the unit in which predictions are stored: whole numbers, of a percentage thousandths. Counted is what is graded
    by now, in one statement beside the rules of the rounds.
    """
    counted = counted_rounds(ctx, campaign=campaign, round_=round_, target=target)
    figures = _figures(ctx, campaign, counted, target)
    if target.among is Among.ALL:
        figures = {ALL: (sum(right for right, _ in figures.values()), sum(taken for _, taken in figures.values()))}
    return {division: _value(target, *pair) for division, pair in figures.items()}


def counted_rounds(ctx: Context, *, campaign: Campaign, round_: Phase, target: Target) -> Sequence[Phase]:
    """Return the rounds over which is counted what is predicted in a round."""
    return [round_] if target.over is Over.ROUND else rounds(ctx, campaign_id=campaign.id, source=OWNER)


def _value(target: Target, right: int, taken: int) -> int:
    if target.what is Predicted.EVERYTHING_RIGHT:
        return right
    if target.what is Predicted.TAKING_PART:
        return taken
    return share(right, taken, decimals=target.decimals) * target.scale // THOUSANDTHS


def share(right: int, taken: int, *, decimals: int) -> int:
    """Return how many per cent ``right`` is of ``taken``, in thousandths, rounded half up to so many decimals.

    Nothing of nothing is nothing.
    """
    step = 10 ** (3 - decimals)
    return (2 * _HUNDRED_PERCENT * right + taken * step) // (2 * taken * step) * step if taken else 0


def _figures(ctx: Context, campaign: Campaign, counted: Sequence[Phase], target: Target) -> dict[int, tuple[int, int]]:
    """Return by division how many have everything right and how many take part, in persons or in attempts."""
    rules = settings_by_rounds(ctx, owner="core", schema=RankingRules, campaign=campaign, rounds=counted)
    full = sa.and_(Attempt.graded_at.is_not(None), Attempt.score == Attempt.max_score, Attempt.max_score > 0)
    persons = target.counted_in is CountedIn.PERSONS
    if persons:
        full = sa.and_(full, sa.or_(*(_counts_in(held, one.counted) for held, one in rules)))
    taken = sa.true() if target.taking_part is TakingPart.STARTERS else Attempt.submitted_at.is_not(None)
    number = sa.func.count(sa.distinct(Attempt.enrolment_id) if persons else Attempt.id)
    division = sa.func.coalesce(Enrolment.division_id, ALL)
    rows = ctx.session.execute(
        sa.select(division, number.filter(full), number.filter(taken))
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Attempt.phase_id.in_([round_.id for round_ in counted]), Enrolment.state == EnrolmentState.ACTIVE, COUNTS
        )
        .group_by(division)
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def _counts_in(held: Sequence[Phase], counted: Counted) -> sa.ColumnElement[bool]:
    """Return the condition that an attempt in these rounds, if it is perfect, makes its person one who is perfect."""
    other = sa.orm.aliased(Attempt)
    graded = sa.exists().where(
        other.phase_id == Attempt.phase_id,
        other.enrolment_id == Attempt.enrolment_id,
        other.graded_at.is_not(None),
        other.set_aside_reason == "",
    )
    decides = {
        Counted.FIRST: ~graded.where(other.number < Attempt.number),
        Counted.LAST: ~graded.where(other.number > Attempt.number),
        # With the best, one that is perfect is enough; of a mean, all have to be.
        Counted.BEST: sa.true(),
        Counted.MEAN: ~graded.where(other.score < other.max_score),
    }[counted]
    return sa.and_(Attempt.phase_id.in_([round_.id for round_ in held]), decides)


# --- how far each was off -------------------------------------------------------------------------------------------


#: A prediction as it was made: whole, or with decimals, whatever is asked for by now.
_IN_THOUSANDTHS = sa.case(
    (Attempt.prediction_decimals > 0, Attempt.prediction), else_=Attempt.prediction * sa.literal(THOUSANDTHS)
)


def errors(ctx: Context, *, campaign: Campaign, round_: Phase, settings: QuizSettings, key: str) -> Any:
    """Return the SELECT of every prediction's distance, in thousandths, as measures with this ``key``.

    Who predicted nothing has none, and so stands last.
    """
    found = actual(ctx, campaign=campaign, round_=round_, target=settings.target)
    return distances(found, round_id=round_.id, target=settings.target, key=key)


def distances(found: Mapping[int, int], *, round_id: int, target: Target, key: str) -> Any:
    """Return the SELECT of :func:`errors` against what was found by division."""
    right: sa.ColumnElement[int] = sa.literal(found.get(ALL, 0), sa.BigInteger)
    if target.among is Among.DIVISION and found:
        right = sa.case(found, value=sa.func.coalesce(Enrolment.division_id, ALL), else_=0)
    return (
        sa.select(
            Attempt.enrolment_id,
            sa.cast(Attempt.number, sa.String(40)).label("entry_key"),
            sa.literal(key).label("key"),
            sa.func.abs(_IN_THOUSANDTHS - right * (THOUSANDTHS // target.scale)).label("value"),
        )
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .where(
            Attempt.phase_id == round_id,
            Attempt.graded_at.is_not(None),
            COUNTS,
            Attempt.asks_prediction,
            Attempt.prediction.is_not(None),
        )
    )


def in_figures(value: int, target: Target) -> int | Decimal:
    """Return a stored prediction, or what it came to, as a number that people read."""
    return value if target.scale == 1 else Decimal(value) / target.scale
