"""Wrong keys: another key by two persons, known beforehand in what it changes; nothing before it is lost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Act, Role
from cuocthi.database import Base
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict, DomainError
from cuocthi.jobs.models import Job
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.domain import build_ranking, stale_reasons
from cuocthi.standings.models import Result, Standing
from cuocthi_quiz import contributed_keys
from cuocthi_quiz.contributed_bank import issue_section
from cuocthi_quiz.domain import jobs, wrong_keys
from cuocthi_quiz.domain.attempts import submit_overdue
from cuocthi_quiz.domain.grading import grade_round
from cuocthi_quiz.domain.issues import contents
from cuocthi_quiz.domain.kinds import earned
from cuocthi_quiz.domain.looking_ahead import LOOK_AHEAD
from cuocthi_quiz.domain.questions import data_of
from cuocthi_quiz.domain.receipts import check, receipt
from cuocthi_quiz.domain.wrong_keys import Finding, propose, put_in_force, withdraw
from cuocthi_quiz.models import Attempt, Item, KeyChange, Mark, QuestionType, Remedy, Rescored, Revision, RevisionState
from cuocthi_quiz.queries import issues as issue_queries
from cuocthi_quiz.queries import wrong_keys as queries
from cuocthi_quiz.queries.questions import question_figures

from .conftest import SETTINGS, Quiz, acting

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine import Engine

    from cuocthi.context import Context

REASON, DOCUMENT = "Đáp án đúng là phương án A.", "05/TB-BTC"


@pytest.fixture
def chair(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.ORGANISING).id)


@pytest.fixture
def jury(quiz: Quiz) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, Role.JURY).id)


def graded(quiz: Quiz, right: int = 5) -> Attempt:
    """A paper with so many right answers; all right ones are option 1 but for the multiple choice."""
    attempt = quiz.start()
    quiz.answer_rightly(attempt, right)
    quiz.hand_in(attempt)
    return attempt


@pytest.fixture
def papers(quiz: Quiz) -> list[Attempt]:
    found = [graded(quiz, right) for right in (5, 5, 0, 3)]
    quiz.ctx.session.commit()
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    return found


def revision_of(quiz: Quiz, attempt: Attempt, type_: QuestionType = QuestionType.SINGLE) -> Revision:
    chosen = sa.select(Revision).join(Item, Item.revision_id == Revision.id)
    found = quiz.ctx.session.scalars(chosen.where(Item.attempt_id == attempt.id, Revision.type == type_)).first()
    assert found is not None
    return found


def finding(remedy: Remedy, *responses: str, reason: str = REASON, document: str = DOCUMENT) -> Finding:
    return Finding(remedy, reason, document, responses)


def score(quiz: Quiz, attempt: Attempt) -> tuple[int | None, int | None]:
    quiz.ctx.session.refresh(attempt)
    return attempt.score, attempt.max_score


def by_hand(quiz: Quiz, attempt: Attempt) -> tuple[int, int]:
    """What a paper earns, question by question."""
    rows = quiz.paper(attempt)
    worths = [0 if row.key.get("void") else 1000 for row in rows]
    return sum(earned(row.type, row.content, row.key, row.response) for row in rows), sum(worths)


def run(quiz: Quiz, change: KeyChange) -> Any:
    return jobs.mark_again(quiz.ctx, {"key": change.id}, lambda _done, _total: None)


def look_ahead(quiz: Quiz, change: KeyChange) -> str:
    """What it would change is worked out; the digest of that."""
    jobs.look_ahead_of(quiz.ctx, {"key": change.id}, lambda _done, _total: None)
    return change.preview_digest


def confirm(quiz: Quiz, person: Context, change: KeyChange) -> None:
    put_in_force(person, campaign=quiz.campaign, change=change, seen=look_ahead(quiz, change))


def decide(quiz: Quiz, chair: Context, jury: Context, revision: Revision, what: Finding) -> KeyChange:
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=what)
    confirm(quiz, jury, change)
    run(quiz, change)
    return change


# --- who decides ----------------------------------------------------------------------------------------------------


def test_a_key_is_proposed_by_one_person_and_put_into_force_by_another(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    revision, before = revision_of(quiz, papers[0]), [score(quiz, one) for one in papers]
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.REPLACE, "1"))
    assert change.waits
    assert revision.key_number == 0
    with pytest.raises(Conflict):
        confirm(quiz, chair, change)
    assert [score(quiz, one) for one in papers] == before
    confirm(quiz, jury, change)
    confirm(quiz, jury, change)
    assert (revision.key, revision.key_number, revision.approved_key) == ({"right": [0]}, 1, {"right": [1]})
    assert change.confirmed_by == jury.actor.user_id
    waiting = quiz.ctx.session.scalars(sa.select(Job).where(Job.kind == wrong_keys.REMARK)).all()
    assert [job.arguments for job in waiting] == [{"key": change.id}]
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-2:] == ["quiz:key:propose", "quiz:key:confirm"]


def test_the_log_does_not_tell_keys(quiz: Quiz, papers: list[Attempt], chair: Context) -> None:
    propose(chair, campaign=quiz.campaign, revision=revision_of(quiz, papers[0]), finding=finding(Remedy.REPLACE, "1"))
    event = quiz.ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert "right" not in str(event.after)
    assert event.after["document"] == DOCUMENT


def test_one_proposal_at_a_time_waits_and_may_be_withdrawn(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    revision = revision_of(quiz, papers[0])
    first = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))
    with pytest.raises(Conflict):
        propose(jury, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.EVERYONE))
    for _ in range(2):
        withdraw(jury, campaign=quiz.campaign, change=first)
    with pytest.raises(Conflict):
        confirm(quiz, jury, first)
    marks = sa.select(sa.func.count()).select_from(Mark).where(Mark.revision_id == revision.id)
    assert quiz.ctx.session.scalar(marks.where(Mark.key_number == first.number)) == 0
    second = propose(jury, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.EVERYONE))
    assert (first.number, second.number) == (1, 2)


def test_a_key_in_force_stays_until_another_follows(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    revision = revision_of(quiz, papers[0])
    change = decide(quiz, chair, jury, revision, finding(Remedy.VOID))
    with pytest.raises(Conflict):
        withdraw(chair, campaign=quiz.campaign, change=change)
    decide(quiz, chair, jury, revision, finding(Remedy.REPLACE, "1"))
    assert (revision.key, revision.worth, revision.approved_key) == ({"right": [0]}, 1000, {"right": [1]})


def test_the_next_decision_waits_until_the_papers_are_marked(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    first, other = revision_of(quiz, papers[0]), revision_of(quiz, papers[0], QuestionType.MULTIPLE)
    one = propose(chair, campaign=quiz.campaign, revision=first, finding=finding(Remedy.VOID))
    two = propose(chair, campaign=quiz.campaign, revision=other, finding=finding(Remedy.VOID))
    confirm(quiz, jury, one)
    with pytest.raises(Conflict):
        confirm(quiz, jury, two)
    run(quiz, one)
    confirm(quiz, jury, two)


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (finding(Remedy.VOID, reason=" "), "reason"),
        (finding(Remedy.VOID, document=""), "document"),
        (finding(Remedy.REPLACE), "answer"),
        (finding(Remedy.REPLACE, "2"), "answer"),
    ],
)
def test_what_cannot_be_meant_changes_nothing(
    quiz: Quiz, papers: list[Attempt], chair: Context, what: Finding, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        propose(chair, campaign=quiz.campaign, revision=revision_of(quiz, papers[0]), finding=what)
    assert refused.value.field == field
    assert quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(KeyChange)) == 0


def test_a_wording_that_stands_on_no_paper_is_worded_anew_instead(quiz: Quiz, chair: Context) -> None:
    revision = quiz.ctx.session.scalars(sa.select(Revision)).first()
    assert revision is not None
    with pytest.raises(Conflict):
        propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))


def test_a_confirmation_does_not_wait_long_for_papers_that_are_being_graded(
    quiz: Quiz,
    papers: list[Attempt],
    chair: Context,
    jury: Context,
    engine: Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if engine.dialect.name != "postgresql":
        return  # SQLite has one writer: who grades and who confirms wait for one another anyway
    monkeypatch.setattr(wrong_keys, "_GRADING_MS", 50)
    revision = revision_of(quiz, papers[0])
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))
    seen = look_ahead(quiz, change)
    quiz.ctx.session.commit()
    with engine.connect() as grading:
        grading.execute(sa.update(Attempt).where(Attempt.id == papers[0].id).values(score=0))
        with pytest.raises(Conflict, match="being graded"):
            put_in_force(jury, campaign=quiz.campaign, change=change, seen=seen)
        quiz.ctx.session.rollback()
        assert change.waits
        assert revision.key_number == 0
        grading.rollback()
    put_in_force(jury, campaign=quiz.campaign, change=change, seen=seen)
    assert not change.waits


# --- what it changes ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what",
    [
        finding(Remedy.REPLACE, "1"),
        finding(Remedy.REPLACE, "1", "8"),
        finding(Remedy.ACCEPT, "1"),
        finding(Remedy.EVERYONE),
        finding(Remedy.VOID),
    ],
)
def test_what_was_told_before_is_what_happens(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context, what: Finding
) -> None:
    revision = revision_of(quiz, papers[0])
    before = {one.id: score(quiz, one) for one in papers}
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=what)
    seen = look_ahead(quiz, change)
    told = queries.effect(quiz.ctx, change=change)
    listed, total = queries.score_rows(quiz.ctx, change=change, search="", sort="name", descending=False)
    put_in_force(jury, campaign=quiz.campaign, change=change, seen=seen)
    assert run(quiz, change) == {"rescored": told.papers}
    after = {one.id: score(quiz, one) for one in papers}
    assert after == {one.id: by_hand(quiz, one) for one in papers}
    changed = {key: before[key] + after[key] for key in before if before[key] != after[key]}
    assert total == told.papers == len(changed)
    found = {row.attempt_id: (row.score_before, row.max_before, row.score_after, row.max_after) for row in listed}
    assert found == changed
    assert told.perfect_after == sum(one[2] == one[3] for one in changed.values())
    rows = quiz.ctx.session.scalars(sa.select(Rescored).where(Rescored.key_id == change.id))
    kept = {row.attempt_id: (row.score_before, row.max_before, row.score_after, row.max_after) for row in rows}
    assert kept == changed
    same, same_total = queries.score_rows(quiz.ctx, change=change, search="", sort="name", descending=False)
    assert (same, same_total) == (listed, total)
    (told_of_round,) = change.preview["rounds"]
    assert build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_).digest == told_of_round["digest"]


def places(quiz: Quiz) -> dict[int, int]:
    """The rank of each enrolment in the ranking as it would be built now."""
    ranking = build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    standings = quiz.ctx.session.execute(
        sa.select(Standing.enrolment_id, Standing.rank).where(Standing.ranking_id == ranking.id)
    )
    return {row[0]: row[1] for row in standings}


def answered_wrongly(quiz: Quiz, type_: QuestionType) -> Attempt:
    """A paper with everything right but the questions of a type."""
    attempt = quiz.start()
    for row in quiz.paper(attempt):
        right = quiz.right(attempt, row.position)
        wrong = next(1 << place for place in range(row.option_count) if 1 << place != right)
        quiz.answer(attempt, row.position, wrong if row.type is type_ else right)
    quiz.hand_in(attempt)
    return attempt


def test_whose_place_changes_is_said_beforehand(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    # The question "true or false" stands on every paper; by the other key its one wrong answer is the best paper.
    winner = answered_wrongly(quiz, QuestionType.TRUE_FALSE)
    before = places(quiz)
    change = propose(
        chair,
        campaign=quiz.campaign,
        revision=revision_of(quiz, papers[0], QuestionType.TRUE_FALSE),
        finding=finding(Remedy.REPLACE, "2"),
    )
    confirm(quiz, jury, change)
    run(quiz, change)
    after = places(quiz)
    (told,) = change.preview["rounds"]
    moves = {(one["enrolment_id"], one["before"], one["after"]) for one in told["moves"]}
    assert moves == {(key, before[key], after[key]) for key in before if before[key] != after[key]}
    assert told["moves"][0] == {"enrolment_id": winner.enrolment_id, "before": before[winner.enrolment_id], "after": 1}
    assert told["up"] == sum(was > will for _, was, will in moves)
    assert told["down"] == sum(was < will for _, was, will in moves)
    assert told["persons"] == len(papers) + 1


#: What looking ahead writes, beside the record of the work itself.
WRITTEN = {"quiz_key", "quiz_rescored", "quiz_mark"}


def dump(ctx: Context) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that is stored, but for what looking ahead may write."""
    tables = [table for table in Base.metadata.sorted_tables if table.name not in WRITTEN]
    present = set(sa.inspect(ctx.session.connection()).get_table_names())
    return {
        table.name: sorted((tuple(row) for row in ctx.session.execute(sa.select(table))), key=repr)
        for table in tables
        if table.name in present
    }


@pytest.mark.parametrize("ranked", [False, True])
def test_looking_ahead_changes_nothing(quiz: Quiz, papers: list[Attempt], chair: Context, *, ranked: bool) -> None:
    if ranked:
        build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    revision = revision_of(quiz, papers[0])
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))
    quiz.ctx.session.commit()
    before = dump(quiz.ctx)
    first = look_ahead(quiz, change)
    quiz.ctx.session.commit()
    assert dump(quiz.ctx) == before
    assert (revision.key_number, revision.worth) == (0, 1000)
    assert look_ahead(quiz, change) == first


def test_what_nobody_looked_at_is_not_confirmed(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    revision = revision_of(quiz, papers[0])
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))
    jobs_asked = quiz.ctx.session.scalars(sa.select(Job).where(Job.kind == LOOK_AHEAD)).all()
    assert [job.arguments for job in jobs_asked] == [{"key": change.id}]
    for seen in ("", "0" * 64):
        with pytest.raises(Conflict):
            put_in_force(jury, campaign=quiz.campaign, change=change, seen=seen)
    look_ahead(quiz, change)
    with pytest.raises(Conflict):
        put_in_force(jury, campaign=quiz.campaign, change=change, seen="0" * 64)
    assert change.waits


def exclude_somebody(quiz: Quiz, papers: list[Attempt], jury: Context) -> None:
    enrolment = quiz.ctx.session.get_one(Enrolment, papers[1].enrolment_id)
    exclude_entry(jury, enrolment=enrolment, reason="Dự thi hộ")


def save_other_settings(quiz: Quiz, _papers: list[Attempt], _jury: Context) -> None:
    quiz.set(replace(SETTINGS, minutes=30))


def hand_in_after_the_round(quiz: Quiz, papers: list[Attempt], _jury: Context) -> None:
    papers[0].set_aside_reason = "Sự cố mạng"
    quiz.ctx.session.flush()
    build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)


@pytest.mark.parametrize("meanwhile", [exclude_somebody, save_other_settings, hand_in_after_the_round])
def test_a_preview_that_no_longer_holds_is_not_confirmed(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context, meanwhile: Callable[..., None]
) -> None:
    revision = revision_of(quiz, papers[0])
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))
    build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    after = quiz.at(quiz.round_.over_at)
    jury = replace(jury, now=after.now)
    seen = look_ahead(quiz, change)
    meanwhile(quiz, papers, jury)
    with pytest.raises(Conflict):
        put_in_force(jury, campaign=quiz.campaign, change=change, seen=seen)
    assert change.waits
    confirm(quiz, jury, change)
    assert not change.waits


def test_papers_that_come_into_an_open_round_are_no_reason_to_look_again(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    revision = revision_of(quiz, papers[0])
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.VOID))
    seen = look_ahead(quiz, change)
    graded(quiz, 2)
    build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    put_in_force(jury, campaign=quiz.campaign, change=change, seen=seen)
    run(quiz, change)
    scored = quiz.ctx.session.scalars(sa.select(Attempt).where(Attempt.graded_at.is_not(None)))
    assert all(score(quiz, one) == by_hand(quiz, one) for one in scored)


def test_marking_again_twice_is_marking_again_once(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    change = decide(quiz, chair, jury, revision_of(quiz, papers[0]), finding(Remedy.VOID))
    after, kept = [score(quiz, one) for one in papers], quiz.ctx.session.scalars(sa.select(Rescored)).all()
    change.remarked_at = None
    assert run(quiz, change) == {"rescored": change.rescored}
    assert [score(quiz, one) for one in papers] == after
    assert quiz.ctx.session.scalars(sa.select(Rescored)).all() == kept


def test_work_that_broke_off_goes_on(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cuocthi_quiz.domain.remarking.PORTION", 1)
    change = propose(chair, campaign=quiz.campaign, revision=revision_of(quiz, papers[0]), finding=finding(Remedy.VOID))
    confirm(quiz, jury, change)
    told = queries.effect(quiz.ctx, change=change)

    def stop(done: int, _total: int) -> None:
        if done == 1:
            raise ConnectionError

    with pytest.raises(ConnectionError):
        jobs.mark_again(quiz.ctx, {"key": change.id}, stop)
    quiz.ctx.session.rollback()
    assert run(quiz, change) == {"rescored": told.papers}
    assert [score(quiz, one) for one in papers] == [by_hand(quiz, one) for one in papers]


def test_full_marks_go_to_those_who_left_it_open_too(quiz: Quiz, chair: Context, jury: Context) -> None:
    attempt = quiz.start()
    quiz.hand_in(attempt)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    decide(quiz, chair, jury, revision_of(quiz, attempt), finding(Remedy.EVERYONE))
    assert score(quiz, attempt) == (1000, 5000)


def test_a_further_combination_is_accepted_beside_the_first(quiz: Quiz, papers: list[Attempt], chair: Context) -> None:
    revision = revision_of(quiz, papers[0], QuestionType.MULTIPLE)
    change = propose(chair, campaign=quiz.campaign, revision=revision, finding=finding(Remedy.ACCEPT, "1"))
    right = sum(1 << place for place in revision.key["right"])
    values = [earned(revision.type, revision.content, change.key, str(response)) for response in (right, 1, 2)]
    assert values == [1000, 1000, 0]


def test_papers_handed_in_later_are_graded_by_the_key_in_force(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    late = quiz.start()
    quiz.answer_rightly(late, 5)
    change = decide(quiz, chair, jury, revision_of(quiz, late), finding(Remedy.VOID))
    assert score(quiz, late) == (None, None)
    quiz.hand_in(late)
    grade_round(quiz.ctx, round_id=quiz.round_.id)
    assert score(quiz, late) == (4000, 4000)
    assert quiz.ctx.session.get(Rescored, (change.id, late.id)) is None


def test_receipts_stay_genuine(quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context) -> None:
    before = receipt(quiz.campaign, papers[0], quiz.paper(papers[0]))
    decide(quiz, chair, jury, revision_of(quiz, papers[0]), finding(Remedy.VOID))
    assert check(quiz.ctx, campaign=quiz.campaign, code=before.code) == before


# --- what follows ---------------------------------------------------------------------------------------------------


def test_results_are_posted_anew_and_rankings_know_it(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    ranking = build_ranking(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_)
    decide(quiz, chair, jury, revision_of(quiz, papers[0]), finding(Remedy.VOID))
    posted = quiz.ctx.session.execute(sa.select(Result.enrolment_id, Result.score, Result.max_score)).all()
    assert {row[0]: (row[1], row[2]) for row in posted} == {one.enrolment_id: score(quiz, one) for one in papers}
    assert stale_reasons(quiz.ctx, campaign=quiz.campaign, round_=quiz.round_, ranking=ranking)


def test_a_ranking_waits_for_decisions_on_keys(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    def reasons() -> list[str]:
        found = contributed_keys.blockers(
            quiz.ctx,
            campaign=quiz.campaign,
            act=Act.ADOPT_RANKING,
            round_=quiz.round_,
            address=lambda endpoint, **_values: endpoint,
        )
        return [one.key for one in found]

    change = propose(chair, campaign=quiz.campaign, revision=revision_of(quiz, papers[0]), finding=finding(Remedy.VOID))
    assert reasons() == ["keys"]
    confirm(quiz, jury, change)
    assert reasons() == ["marking"]
    run(quiz, change)
    assert reasons() == []


def test_the_notice_tells_it_once_the_round_has_closed(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    change = decide(quiz, chair, jury, revision_of(quiz, papers[0]), finding(Remedy.VOID))
    assert contributed_keys.section(quiz.ctx, campaign=quiz.campaign) == []
    quiz.at(quiz.round_.closes_at)
    quiz.later(hours=1)
    submit_overdue(quiz.ctx)
    (section,) = contributed_keys.section(quiz.ctx, campaign=quiz.campaign)
    (row,) = section.rows
    assert row[1] == REASON
    assert row[3] == DOCUMENT
    assert row[5] == change.rescored


def test_the_digest_of_an_issue_covers_the_key_that_was_approved(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    before = contents(list(issue_queries.approved_set(quiz.ctx, campaign_id=quiz.campaign.id)))
    decide(quiz, chair, jury, revision_of(quiz, papers[0]), finding(Remedy.REPLACE, "1"))
    assert contents(list(issue_queries.approved_set(quiz.ctx, campaign_id=quiz.campaign.id))) == before
    assert issue_section(quiz.ctx, campaign=quiz.campaign) == []


def test_a_void_question_is_no_question_that_went_badly(
    quiz: Quiz, papers: list[Attempt], chair: Context, jury: Context
) -> None:
    revision = revision_of(quiz, papers[0])
    decide(quiz, chair, jury, revision, finding(Remedy.VOID))
    shown = {figure.key for figure in question_figures(quiz.ctx, round_=quiz.round_)}
    assert shown
    assert revision.question.key not in shown


def test_a_question_with_a_decision_on_its_key_is_a_draft_where_it_is_written_down(quiz: Quiz) -> None:
    revision = quiz.ctx.session.scalars(sa.select(Revision).where(Revision.state == RevisionState.APPROVED)).first()
    assert revision is not None
    assert not data_of(revision, key="k", topic="t").draft
    for decided in ({"void": True}, {"everyone": True}, {"also": [{"right": [0]}]}):
        revision.key = {**revision.key, **decided}
        assert data_of(revision, key="k", topic="t").draft
        revision.key = {"right": revision.key["right"]}
