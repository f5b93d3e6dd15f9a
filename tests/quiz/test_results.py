"""Grading, results for the core, the prediction's error, and what the quiz contributes to pages and acts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cuocthi.campaigns.models import Division
from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import Act, Direction, Edge, Participant, PublicationSection, RehearsedEntry
from cuocthi.enrolments.models import Enrolment, EnrolmentState
from cuocthi.standings.criteria import Criterion, RankingRules
from cuocthi.standings.domain import build_ranking
from cuocthi.standings.models import Result, ResultMeasure, Standing
from cuocthi_quiz import contributed, contributed_bank, contributed_statistics, plugin
from cuocthi_quiz.domain import answers, attempts, clauses, results
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.receipts import check, receipt
from cuocthi_quiz.models import Answer, Attempt, Difficulty, Revision, RevisionState
from cuocthi_quiz.queries import figures as figures_queries
from cuocthi_quiz.settings import BlueprintRow, QuizSettings, Release

from .conftest import SETTINGS, Quiz, right_response


def finished(quiz: Quiz, right: int, prediction: int | None = None) -> Attempt:
    """A paper that was handed in with so many right answers."""
    attempt = quiz.start()
    quiz.answer_rightly(attempt, right)
    if prediction is not None:
        answers.predict(quiz.ctx, place=quiz.place(attempt), prediction=prediction, sequence=1)
    quiz.hand_in(attempt)
    return attempt


# --- grading ---


def test_a_question_counts_when_exactly_the_right_options_are_chosen(quiz: Quiz) -> None:
    scores = []
    for right in range(6):
        attempt = finished(quiz, right)
        grade_round(quiz.ctx, round_id=quiz.round_.id)
        scores.append((attempt.score, attempt.max_score))
    assert scores == [(right * 1000, 5000) for right in range(6)]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 15), min_size=5, max_size=5))
def test_the_score_is_the_number_of_matches(quiz: Quiz, chosen: list[int]) -> None:
    attempt = quiz.start()
    rows = quiz.paper(attempt)
    for row, mask in zip(rows, chosen, strict=True):
        values = {
            "attempt_id": attempt.id, "position": row.position, "response": str(mask or ""), "sequence": 1,
            "saved_at": quiz.ctx.now, "history": "",
        }  # fmt: skip
        quiz.ctx.session.execute(sa.insert(Answer).values(**values))
    quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    assert attempt.score == 1000 * sum(right_response(row) == str(mask) for row, mask in zip(rows, chosen, strict=True))


def test_grading_again_changes_nothing_and_grades_everything(quiz: Quiz) -> None:
    made = [finished(quiz, right) for right in (0, 3, 5)]
    assert grade_round(quiz.ctx, round_id=quiz.round_.id) == 3
    assert grade_round(quiz.ctx, round_id=quiz.round_.id) == 0
    scores = [attempt.score for attempt in made]
    assert grade_round(quiz.ctx, round_id=quiz.round_.id, again=True) == 3
    assert [attempt.score for attempt in made] == scores == [0, 3000, 5000]


def test_an_open_paper_is_not_graded(quiz: Quiz) -> None:
    attempt = quiz.start()
    assert grade_round(quiz.ctx, round_id=quiz.round_.id, again=True) == 0
    assert attempt.score is None


# --- results for the core ---


def refresh(quiz: Quiz) -> list[tuple[int, str, int, int, int]]:
    results.refresh(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    rows = quiz.ctx.session.scalars(sa.select(Result).order_by(Result.enrolment_id, Result.entry_key))
    return [(r.enrolment_id, r.entry_key, r.score, r.max_score, r.duration_ms) for r in rows]


def errors(quiz: Quiz) -> dict[int, int]:
    rows = quiz.ctx.session.execute(
        sa.select(Result.enrolment_id, ResultMeasure.value).join(ResultMeasure, ResultMeasure.result_id == Result.id)
    )
    return {row.enrolment_id: row.value for row in rows}


def test_every_attempt_that_was_handed_in_is_posted_with_its_duration(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.later(seconds=61.5)
    quiz.answer_rightly(attempt, 4)
    quiz.hand_in(attempt)
    overdue = quiz.start()
    quiz.later(minutes=16)
    quiz.start()
    assert refresh(quiz) == [
        (attempt.enrolment_id, "1", 4000, 5000, 61_500),
        (overdue.enrolment_id, "1", 0, 5000, 900_000),
    ]
    assert errors(quiz) == {}, "before the round closes nobody knows what was to be predicted"


def test_the_predictions_error_is_posted_when_the_round_has_closed(quiz: Quiz) -> None:
    exact, far, none = finished(quiz, 5, 2), finished(quiz, 5, 100), finished(quiz, 1)
    quiz.at(quiz.round_.closes_at)
    refresh(quiz)
    assert errors(quiz) == {exact.enrolment_id: 0, far.enrolment_id: 98_000}
    assert none.enrolment_id not in errors(quiz)
    assert {attempt.score for attempt in (exact, far)} == {5000}, "the prediction never counts in the score"


def test_the_excluded_are_not_counted_among_those_with_everything_right(quiz: Quiz) -> None:
    kept, excluded = finished(quiz, 5, 1), finished(quiz, 5, 1)
    enrolment = quiz.ctx.session.get_one(Enrolment, excluded.enrolment_id)
    enrolment.state, enrolment.excluded_reason = EnrolmentState.EXCLUDED, "Thành viên Ban Tổ chức"
    quiz.at(quiz.round_.closes_at)
    refresh(quiz)
    assert errors(quiz)[kept.enrolment_id] == 0


def test_a_ranking_is_built_by_score_then_prediction(quiz: Quiz) -> None:
    criteria = (Criterion("score", Direction.HIGHEST), Criterion(results.PREDICTION_ERROR, Direction.LOWEST))
    save_settings(quiz.ctx, owner="core", campaign=quiz.campaign, value=RankingRules(criteria=criteria))
    none, far, near, low = finished(quiz, 5), finished(quiz, 5, 9), finished(quiz, 5, 4), finished(quiz, 1, 3)
    quiz.at(quiz.round_.closes_at)
    ranking = build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    rows = quiz.ctx.session.scalars(sa.select(Standing).where(Standing.ranking_id == ranking.id))
    ranks = {row.enrolment_id: row.rank for row in rows}
    assert [ranks[a.enrolment_id] for a in (near, far, none, low)] == [1, 2, 3, 4]


# --- receipts ---


def test_a_receipt_proves_time_paper_and_answers(quiz: Quiz) -> None:
    attempt = finished(quiz, 4)
    made = receipt(quiz.campaign, attempt, quiz.paper(attempt))
    assert check(quiz.ctx, campaign=quiz.campaign, code=made.code) == made
    assert check(quiz.ctx, campaign=quiz.campaign, code=f" {made.code.lower()} ") == made
    assert check(quiz.ctx, campaign=quiz.make.campaign(), code=made.code) is None
    quiz.ctx.session.execute(sa.update(Answer).where(Answer.position == 1).values(response=""))
    assert check(quiz.ctx, campaign=quiz.campaign, code=made.code) is None


def test_an_open_paper_has_no_receipt(quiz: Quiz) -> None:
    attempt = quiz.start()
    with pytest.raises(ValueError, match="no receipt"):
        receipt(quiz.campaign, attempt, quiz.paper(attempt))


# --- contributions ---


def address(endpoint: str, **_values: object) -> str:
    return endpoint


def blockers(quiz: Quiz, act: Act) -> list[str]:
    found = contributed.blockers(quiz.ctx, campaign=quiz.campaign, act=act, round_=quiz.round_, address=address)
    return [blocker.key for blocker in found]


def test_a_bank_that_is_too_small_keeps_the_campaign_closed(quiz: Quiz) -> None:
    assert blockers(quiz, Act.OPEN_CAMPAIGN) == []
    quiz.set(replace(SETTINGS, blueprint=()))
    assert blockers(quiz, Act.OPEN_CAMPAIGN) == ["bank-1"]
    items = contributed_bank.readiness(quiz.ctx, campaign=quiz.campaign, address=address)
    assert [(item.key, item.done) for item in items] == [("bank-1", False), ("drafts", True)]


def test_drafts_that_wait_are_the_duty_of_who_approves(quiz: Quiz) -> None:
    assert contributed_bank.duties(quiz.ctx, campaigns=[quiz.campaign], address=address) == []
    revision = quiz.ctx.session.scalars(sa.select(Revision).limit(1)).one()
    revision.state = RevisionState.DRAFT
    quiz.ctx.session.flush()
    (duty,) = contributed_bank.duties(quiz.ctx, campaigns=[quiz.campaign], address=address)
    assert (duty.campaign_id, duty.permission) == (quiz.campaign.id, "quiz:question:approve")


@pytest.mark.parametrize("when", list(Release))
def test_other_pages_are_told_from_when_on_people_see_their_own_results(quiz: Quiz, when: Release) -> None:
    quiz.set(replace(SETTINGS, results=when, answers=Release.AFTER_ADOPTION))
    [format_] = plugin.register_formats()
    assert format_.shows is not None
    assert format_.shows(quiz.ctx, quiz.campaign, quiz.round_) is (when is Release.AT_ONCE)
    quiz.at(quiz.round_.closes_at)
    assert format_.shows(quiz.ctx, quiz.campaign, quiz.round_) is (when is not Release.AFTER_ADOPTION)


def test_unfinished_papers_keep_the_ranking_from_being_adopted(quiz: Quiz) -> None:
    open_ = quiz.start()
    finished(quiz, 1)
    assert blockers(quiz, Act.ADOPT_RANKING) == ["open", "ungraded"]
    quiz.hand_in(open_)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    assert blockers(quiz, Act.ADOPT_RANKING) == []


def test_what_a_person_can_do_now(quiz: Quiz) -> None:
    person = quiz.person()

    def action() -> tuple[str, bool, bool]:
        (found,) = contributed.entry_actions(
            quiz.ctx, campaign=quiz.campaign, own=[quiz.round_], enrolment=person, address=address
        )
        return str(found.title), bool(found.url), found.primary

    assert action() == ("Start the quiz", True, True)
    attempt = quiz.start(person)
    assert action() == ("Go on with your paper", True, True)
    quiz.hand_in(attempt)
    assert action() == ("See your result", True, True)
    quiz.set(replace(SETTINGS, attempts=0))
    assert action() == ("Start another attempt", True, True)
    quiz.at(quiz.round_.closes_at)
    assert action() == ("See your result", True, True)
    other = quiz.person()
    person = other
    assert action() == ("The round has closed", False, False)
    quiz.at(quiz.round_.opens_at - timedelta(hours=1))
    assert action() == ("Not open yet", False, False)
    other.state, other.excluded_reason = EnrolmentState.EXCLUDED, "Thành viên Ban Tổ chức"
    assert action() == ("You have been excluded", False, False)


def test_the_facts_are_those_of_the_paper(quiz: Quiz) -> None:
    assert [(fact.key, str(fact.value)) for fact in contributed.facts(quiz.ctx, campaign=quiz.campaign)] == [
        ("questions", "5"),
        ("minutes", "15"),
        ("attempts", "1"),
    ]
    quiz.set(QuizSettings())
    assert contributed.facts(quiz.ctx, campaign=quiz.campaign) == []


def test_the_rules_are_written_in_the_campaigns_language(quiz: Quiz) -> None:
    (clause,) = clauses.clauses(quiz.ctx, campaign=quiz.campaign)
    assert "5 câu hỏi" in clause.body
    assert "15 phút" in clause.body
    assert SETTINGS.prediction_text in clause.body
    quiz.campaign.language = "en"
    (clause,) = clauses.clauses(quiz.ctx, campaign=quiz.campaign)
    assert "at most 15 minutes" in clause.body


def test_rules_and_facts_tell_how_long_the_paper_of_each_division_is(quiz: Quiz) -> None:
    quiz.campaign.language = "en"
    for key, name in (("can-bo", "Officials"), ("nguoi-dan", "Residents")):
        quiz.campaign.divisions.append(Division(key=key, name=name))
    quiz.ctx.session.flush()

    def said(*rows: BlueprintRow, same: bool = False) -> str:
        quiz.set(QuizSettings(blueprint=rows, same_questions=same))
        return clauses.clauses(quiz.ctx, campaign=quiz.campaign)[0].body.partition("- Each question")[0]

    everybody = BlueprintRow("safety", Difficulty.EASY, 3)
    officials = BlueprintRow("safety", Difficulty.HARD, 1, division="can-bo")
    residents = BlueprintRow("services", number=1, division="nguoi-dan")
    assert "A paper has 4 questions, drawn at random" in said(everybody, officials, residents)
    assert "A paper has 4 questions, the same for all of a division" in said(everybody, officials, residents, same=True)
    assert "depends on the division. Officials: 4; Residents: 3.\n- They are drawn" in said(everybody, officials)
    assert "They are the same for all of a division" in said(everybody, officials, same=True)
    assert str(contributed.facts(quiz.ctx, campaign=quiz.campaign)[0].value) == "3 to 4"


def published(quiz: Quiz) -> dict[str, PublicationSection]:
    found = contributed_statistics.sections(quiz.ctx, campaign=quiz.campaign)
    return {section.key.partition("-")[0]: section for section in found}


def test_what_is_published_waits_for_the_round_to_close(quiz: Quiz) -> None:
    for right in (5, 5, 2):
        finished(quiz, right)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    assert published(quiz) == {}
    quiz.at(quiz.round_.closes_at)
    found = published(quiz)
    assert list(found) == ["scores", "hardest", "easiest", "predictions"]
    assert [tuple(row) for row in found["scores"].rows] == [
        ("0", 0, 0), ("1", 0, 0), ("2", 1, 1), ("3", 0, 0), ("4", 0, 0), ("5", 2, 2)
    ]  # fmt: skip
    assert found["predictions"].rows[0][2] == 2_000, "two persons had everything right, in thousandths"
    assert 0 < len(found["hardest"].rows) <= 5
    shares = [row[1] for row in found["hardest"].rows]
    assert shares == sorted(shares, key=lambda share: share or 0)
    assert found["easiest"].rows[0][1] == max(row[1] or 0 for row in (*found["hardest"].rows, *found["easiest"].rows))


def test_questions_are_published_only_where_the_rules_show_them(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, answers=Release.AFTER_ADOPTION))
    finished(quiz, 5)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    quiz.at(quiz.round_.closes_at)
    assert {"hardest", "easiest"}.isdisjoint(published(quiz))
    quiz.set(replace(SETTINGS, answers=Release.AFTER_ROUND))
    assert {"hardest", "easiest"} <= published(quiz).keys()


def test_scores_are_published_only_where_the_rules_show_them(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, results=Release.AFTER_ADOPTION, answers=Release.AFTER_ADOPTION))
    finished(quiz, 5)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    quiz.at(quiz.round_.closes_at)
    assert list(published(quiz)) == ["predictions"]


def test_persons_and_papers_of_a_published_score_are_kept_apart(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0))
    person = quiz.person()
    for _ in range(2):
        attempt = quiz.start(person)
        quiz.answer_rightly(attempt, 5)
        quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    quiz.at(quiz.round_.closes_at)
    assert list(published(quiz)["scores"].rows[-1]) == ["5", 2, 1]
    assert {tuple(row[2:]) for row in published(quiz)["easiest"].rows} <= {(2, 1, 1), (1, 1, 1)}


def test_the_live_figures_count_persons(quiz: Quiz) -> None:
    quiz.set(replace(SETTINGS, attempts=0))
    person = quiz.person()
    for _ in range(2):
        quiz.hand_in(quiz.start(person))
    quiz.start(person)
    quiz.start()
    since = quiz.ctx.now - timedelta(hours=1)
    assert figures_queries.activity(quiz.ctx, campaign_id=quiz.campaign.id, since=since) == (2, 1, 2)
    assert figures_queries.activity(quiz.ctx, campaign_id=quiz.campaign.id, since=quiz.ctx.now + timedelta(1))[:2] == (
        0,
        0,
    )


def test_the_close_of_the_round_finishes_its_papers(quiz: Quiz) -> None:
    attempt = quiz.start()
    quiz.at(quiz.round_.closes_at)
    quiz.ctx.hooks.notify(quiz.ctx, quiz.campaign, "phase_changed", phase=quiz.round_, edge=Edge.CLOSED)
    assert (attempt.submitted_at, attempt.score) == (attempt.deadline, 0)


# --- the rehearsal ---


def rehearse(quiz: Quiz, seeds: Sequence[str]) -> Mapping[str, tuple[int | None, int | None]]:
    """Let synthetic people take the quiz; return score and prediction by seed."""
    (entry,) = plugin.register_rehearsals()
    assert isinstance(entry, RehearsedEntry)

    def ctx_at(moment: datetime) -> Context:
        quiz.ctx.session.commit()
        return Context(quiz.ctx.session, quiz.ctx.hooks, moment, Actor())

    people = {}
    for number, seed in enumerate(seeds):
        enrolment = quiz.make.enrolment(quiz.campaign)
        enrolment.code = f"N{seed}"
        people[seed] = enrolment.id
        starts_at = quiz.ctx.now + timedelta(minutes=number)
        person = Participant(enrolment.id, enrolment.user_id, 0.9, 0.5, starts_at, seed)
        assert entry.take(ctx_at, person, quiz.round_.id) > 0
    quiz.at(quiz.round_.closes_at)
    attempts.submit_overdue(quiz.ctx)
    grade_round(quiz.ctx, round_id=quiz.round_.id, again=True)
    rows = {a.enrolment_id: (a.score, a.prediction) for a in quiz.ctx.session.scalars(sa.select(Attempt))}
    return {seed: rows[enrolment_id] for seed, enrolment_id in people.items()}


SEEDS = [f"1:{number}" for number in range(12)]
TAKEN = "5000:316 5000:118 5000:47 4000:38 5000:68 5000:104 5000:354 5000:169 4000:282 5000:291 5000:0 4000:16"


@pytest.mark.parametrize("order", ["as listed", "reversed"])
def test_synthetic_people_do_the_same_in_whatever_order_they_come(quiz: Quiz, order: str) -> None:
    quiz.campaign.draw_key = "d" * 64
    taken = rehearse(quiz, SEEDS if order == "as listed" else SEEDS[::-1])
    assert " ".join("{}:{}".format(*taken[seed]) for seed in SEEDS) == TAKEN, "on both databases, too"
