"""Predictions: what can be entered, what it came to, and how far each was off, held against a plain model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuocthi.campaigns.models import Division
from cuocthi.campaigns.settings import SettingsError, save_settings, structure, unstructure
from cuocthi.contributions import Act, Direction, Edge
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.errors import DomainError
from cuocthi.standings.criteria import Counted, Criterion, RankingRules
from cuocthi.standings.models import Result, ResultMeasure
from cuocthi_quiz import contributed, contributed_statistics
from cuocthi_quiz.domain import answers, attempts, clauses, predictions, results
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.models import Attempt, HandIn
from cuocthi_quiz.settings import Among, CountedIn, Over, Predicted, QuizSettings, TakingPart, Target

from .conftest import SETTINGS, Quiz

if TYPE_CHECKING:
    from collections.abc import Sequence

SHARE = Target(what=Predicted.SHARE, decimals=2)

# --- what can be entered ---


def predict(quiz: Quiz, attempt: Attempt, text: str | int, sequence: int = 1) -> None:
    answers.predict(quiz.ctx, place=quiz.place(attempt), prediction=Decimal(text), sequence=sequence)


def test_a_percentage_is_stored_in_thousandths(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, target=SHARE))
    attempt = quiz.start()
    predict(quiz, attempt, "12.25")
    quiz.ctx.session.refresh(attempt)
    assert (attempt.prediction, attempt.predicted) == (12_250, Decimal("12.25"))


@pytest.mark.parametrize(
    ("target", "text"),
    [(Target(), "1.5"), (Target(), "-1"), (SHARE, "12.255"), (SHARE, "100.01"), (SHARE, "0.0001")],
)
def test_what_cannot_be_is_refused_in_words_and_changes_nothing(quiz: Quiz, target: Target, text: str) -> None:
    quiz.set(replace(SETTINGS, target=target))
    attempt = quiz.start()
    with pytest.raises(DomainError, match="Please enter a") as refused:
        predict(quiz, attempt, text)
    assert refused.value.field == "prediction"
    quiz.ctx.session.refresh(attempt)
    assert attempt.prediction is None


def test_a_target_that_cannot_be_is_no_setting_and_others_survive_a_file() -> None:
    with pytest.raises(SettingsError):
        Target(decimals=1)
    with pytest.raises(SettingsError):
        Target(what=Predicted.SHARE, decimals=4)
    chosen = replace(SETTINGS, target=replace(SHARE, over=Over.CONTEST, among=Among.DIVISION))
    assert structure(QuizSettings, unstructure(chosen)) == chosen


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(0, 3))
def test_a_share_is_rounded_half_up(right: int, more: int, decimals: int) -> None:
    taken = right + more
    found = Fraction(predictions.share(right, taken, decimals=decimals), 1000)
    exact = Decimal(100 * right) / Decimal(taken) if taken else Decimal(0)
    assert found == Fraction(exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP))


# --- what it came to, and the errors ---


@dataclass(frozen=True)
class Paper:
    """A paper as the plain model knows it; ``right`` of five, None while it is open."""

    round: int
    person: int
    right: int | None
    predicted: int | None
    aside: bool


PERSONS = 4
_papers = st.lists(
    st.builds(
        Paper,
        st.integers(0, 1),
        st.integers(0, PERSONS - 1),
        st.sampled_from([None, 0, 5, 5]),
        st.none() | st.integers(0, 9),
        st.sampled_from([False, False, False, True]),
    ),
    max_size=10,
)
_targets = st.builds(
    Target,
    what=st.sampled_from([Predicted.EVERYTHING_RIGHT, Predicted.TAKING_PART]),
    counted_in=st.sampled_from(CountedIn),
    over=st.sampled_from(Over),
    among=st.sampled_from(Among),
    taking_part=st.sampled_from(TakingPart),
) | st.builds(
    Target,
    what=st.just(Predicted.SHARE),
    counted_in=st.sampled_from(CountedIn),
    over=st.sampled_from(Over),
    among=st.sampled_from(Among),
    taking_part=st.sampled_from(TakingPart),
    decimals=st.integers(1, 3),
)


def perfect_persons(papers: Sequence[Paper], counted: Counted) -> set[int]:
    found = set()
    for round_ in (0, 1):
        for person in range(PERSONS):
            graded = [
                one.right for one in papers if (one.round, one.person) == (round_, person) and one.right is not None
            ]
            decides = {
                Counted.FIRST: graded[:1],
                Counted.LAST: graded[-1:],
                Counted.BEST: [max(graded, default=0)],
                Counted.MEAN: [min(graded, default=0)],
            }[counted]
            if decides == [5]:
                found.add(person)
    return found


def naive(papers: Sequence[Paper], target: Target, round_: int, person: int, counted: Counted) -> Fraction:
    """What a person was to predict in a round, in the words of the definition; person 3 is excluded."""
    meant = [
        one
        for one in papers
        if not one.aside
        and one.person != EXCLUDED
        and (target.over is Over.CONTEST or one.round == round_)
        and (target.among is Among.ALL or one.person % 2 == person % 2)
    ]
    taken = [one for one in meant if target.taking_part is TakingPart.STARTERS or one.right is not None]
    if target.counted_in is CountedIn.PERSONS:
        right, all_ = len(perfect_persons(meant, counted)), len({one.person for one in taken})
    else:
        right, all_ = sum(one.right == 5 for one in meant), len(taken)
    if target.what is Predicted.EVERYTHING_RIGHT:
        return Fraction(right)
    if target.what is Predicted.TAKING_PART:
        return Fraction(all_)
    return Fraction(predictions.share(right, all_, decimals=target.decimals), 1000)


EXCLUDED = PERSONS - 1


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(papers=_papers, target=_targets, counted=st.sampled_from(Counted))
def test_errors_are_those_of_the_definition(quiz: Quiz, papers: list[Paper], target: Target, counted: Counted) -> None:
    with quiz.ctx.session.begin_nested() as example:
        rules = replace(SETTINGS, target=target)
        quiz.set(rules)
        save_settings(quiz.ctx, owner="core", campaign=quiz.campaign, value=RankingRules(counted=counted))
        rounds = [quiz.round_, quiz.make.round(quiz.campaign, number=2)]
        people = entrants(quiz)
        expected = {}
        papers = once_open(papers)
        for number, one in enumerate(papers, start=1):
            store(quiz, rounds[one.round].id, people[one.person], one, number, target)
        for one, attempt in zip(papers, quiz.ctx.session.scalars(sa.select(Attempt).order_by(Attempt.id)), strict=True):
            if one.right is not None and one.predicted is not None and not one.aside:
                came_to = naive(papers, target, one.round, one.person, counted)
                expected[attempt.id] = abs(one.predicted - came_to) * 1000
        for round_ in rounds:
            found = predictions.errors(quiz.ctx, campaign=quiz.campaign, round_=round_, settings=rules, key="error")
            rows = found.add_columns(Attempt.id)
            for row in quiz.ctx.session.execute(rows):
                assert row.value == expected.pop(row.id)
        assert expected == {}
        example.rollback()


def test_a_prediction_stays_what_it_was_when_decimals_are_asked_for_later(quiz: Quiz) -> None:
    whole, exact = (replace(SETTINGS, target=replace(SHARE, decimals=decimals)) for decimals in (0, 2))
    made = []
    for rules, text in ((whole, "40"), (exact, "40.5")):
        quiz.set(rules)
        attempt = quiz.start()
        predict(quiz, attempt, text)
        quiz.hand_in(attempt)
        made.append(attempt.id)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    for rules in (whole, exact):
        found = predictions.errors(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, settings=rules, key="error")
        rows = {row.id: row.value for row in quiz.ctx.session.execute(found.add_columns(Attempt.id))}
        assert rows == {made[0]: 40_000, made[1]: 40_500}, "nobody had everything right"


def once_open(papers: list[Paper]) -> list[Paper]:
    """The papers with the last one of each person and round alone being open, as the database has it."""
    last = {(one.round, one.person): number for number, one in enumerate(papers)}
    return [
        one if one.right is not None or last[one.round, one.person] == number else replace(one, right=0)
        for number, one in enumerate(papers)
    ]


def entrants(quiz: Quiz) -> list[Enrolment]:
    divisions = [Division(campaign_id=quiz.campaign.id, key=key, name=key) for key in ("can-bo", "nguoi-dan")]
    quiz.ctx.session.add_all(divisions)
    quiz.ctx.session.flush()
    people = [quiz.make.enrolment(quiz.campaign) for _ in range(PERSONS)]
    for number, person in enumerate(people):
        person.division_id = divisions[number % 2].id
    people[EXCLUDED].state, people[EXCLUDED].excluded_reason = EnrolmentState.EXCLUDED, "Thành viên Ban Tổ chức"
    quiz.ctx.session.flush()
    return people


def store(quiz: Quiz, round_id: int, person: Enrolment, paper: Paper, number: int, target: Target) -> None:
    now, done = quiz.ctx.now, paper.right is not None or paper.aside
    graded = paper.right is not None
    quiz.ctx.session.add(
        Attempt(
            campaign_id=quiz.campaign.id, phase_id=round_id, enrolment_id=person.id, user_id=person.user_id,
            number=number, minutes=15, started_at=now, deadline=now, token="t", asks_prediction=True,
            prediction=None if paper.predicted is None else paper.predicted * target.scale,
            prediction_decimals=target.decimals,
            submitted_at=now if done else None, handed_in_by=HandIn.PARTICIPANT if done else None,
            graded_at=now if graded else None, score=paper.right and paper.right * 1000 if graded else None,
            max_score=5000 if graded else None, set_aside_reason="mất điện" if paper.aside else "",
        )
    )  # fmt: skip
    quiz.ctx.session.flush()


# --- when it is known ---


def errors_of(quiz: Quiz, attempt: Attempt) -> list[int]:
    return list(
        quiz.ctx.session.scalars(
            sa.select(ResultMeasure.value)
            .join(Result, Result.id == ResultMeasure.result_id)
            .where(Result.enrolment_id == attempt.enrolment_id, Result.phase_id == attempt.phase_id)
        )
    )


def finished(quiz: Quiz, text: str) -> Attempt:
    attempt = quiz.start()
    quiz.answer_rightly(attempt, 5)
    predict(quiz, attempt, text)
    quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    return attempt


def test_over_the_contest_it_is_known_when_the_last_round_has_closed(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, target=Target(over=Over.CONTEST)))
    begins = quiz.round_.closes_at
    later = quiz.make.round(quiz.campaign, number=2, opens_at=begins, closes_at=begins + timedelta(days=5))
    criteria = (Criterion("score", Direction.HIGHEST), Criterion(results.PREDICTION_ERROR, Direction.LOWEST))
    save_settings(quiz.ctx, owner="core", campaign=quiz.campaign, value=RankingRules(criteria=criteria))
    early = finished(quiz, "7")

    def blocked() -> list[str]:
        found = contributed.blockers(
            quiz.ctx, campaign=quiz.campaign, act=Act.ADOPT_RANKING, round_=quiz.round_, address=lambda name, **_: name
        )
        return [blocker.key for blocker in found]

    quiz.at(quiz.round_.closes_at)
    quiz.ctx.hooks.notify(quiz.ctx, quiz.campaign, "phase_changed", phase=quiz.round_, edge=Edge.CLOSED)
    results.refresh(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    assert (errors_of(quiz, early), blocked()) == ([], ["prediction"])
    other = attempts.start(quiz.ctx, campaign=quiz.campaign, round_=later, enrolment=quiz.person())
    quiz.answer_rightly(other, 5)
    quiz.at(later.closes_at)
    quiz.ctx.hooks.notify(quiz.ctx, quiz.campaign, "phase_changed", phase=later, edge=Edge.CLOSED)
    assert (errors_of(quiz, early), blocked()) == ([5_000], []), (
        "two persons had everything right, seven were predicted"
    )


def test_the_publication_says_what_it_was_and_what_it_came_to(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, target=SHARE))
    finished(quiz, "50")
    quiz.hand_in(quiz.start())
    quiz.hand_in(quiz.start())
    quiz.at(quiz.round_.closes_at)
    results.refresh(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    found = contributed_statistics.sections(quiz.ctx, campaign=quiz.campaign)
    section = next(one for one in found if one.key == "predictions")
    ((round_title, _, value, meant),) = section.rows
    assert (round_title, value) == (quiz.round_.title, 33_330)
    (clause,) = clauses.clauses(quiz.ctx, campaign=quiz.campaign)
    assert str(meant) in clause.body
