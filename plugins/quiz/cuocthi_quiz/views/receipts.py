"""After the hand-in: the receipt, its check by anybody who has the code, and the result."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, g, request

from cuocthi.standings.queries import adopted_ranking, standing_of
from cuocthi.timelines.queries import phase_of
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import attempts
from cuocthi_quiz.domain.receipts import check
from cuocthi_quiz.domain.receipts import receipt as receipt_of
from cuocthi_quiz.domain.release import released
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.shown import shown
from cuocthi_quiz.views.texts import html_of, pictures_of, shared_of, stem_of
from cuocthi_quiz.words import HAND_INS, RELEASES

if TYPE_CHECKING:
    from flask import Response

    from cuocthi.context import Context
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.settings import QuizSettings


def _finished(ctx: Context, attempt_id: int) -> tuple[Attempt, QuizSettings, Phase]:
    attempt, settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
    round_ = phase_of(ctx, campaign_id=g.campaign.id, phase_id=attempt.phase_id)
    if round_ is None:
        abort(404)
    return attempt, settings, round_


@blueprint.page("/paper/<int:attempt_id>/receipt", signed_in=True)
def receipt(attempt_id: int) -> Response:
    """Show the receipt of a paper, or that its time is up and how to hand it in at once."""
    ctx = reading_context()
    attempt, settings, round_ = _finished(ctx, attempt_id)
    if attempt.is_open:
        return render("quiz/ended.html", attempt=attempt, round_=round_, over=attempt.deadline <= ctx.now)
    made = receipt_of(g.campaign, attempt, papers_queries.paper(ctx, attempt_id=attempt.id))
    return render(
        "quiz/receipt.html",
        attempt=attempt,
        round_=round_,
        receipt=made,
        handed_in=HAND_INS[attempt.handed_in_by] if attempt.handed_in_by else "",
        results=RELEASES[settings.results],
        shown_now=released(ctx, round_=round_, when=settings.results),
    )


@blueprint.page("/paper/<int:attempt_id>/result", signed_in=True)
def result(attempt_id: int) -> Response:
    """Show what the rules of this round let a person see of the own result now."""
    ctx = reading_context()
    attempt, settings, round_ = _finished(ctx, attempt_id)
    if attempt.is_open:
        return render("quiz/ended.html", attempt=attempt, round_=round_, over=attempt.deadline <= ctx.now)
    sees_score = released(ctx, round_=round_, when=settings.results)
    sees_answers = sees_score and released(ctx, round_=round_, when=settings.answers)
    ranking = adopted_ranking(ctx, round_=round_)
    rows = papers_queries.paper(ctx, attempt_id=attempt.id) if sees_answers else []
    pictures = pictures_of(rows, campaign_id=g.campaign.id)
    return render(
        "quiz/result.html",
        attempt=attempt,
        round_=round_,
        settings=settings,
        sees_score=sees_score,
        sees_answers=sees_answers,
        questions=[shown(row) for row in rows],
        stems={row.position: stem_of(row.text, pictures) for row in rows},
        explanations={row.position: html_of(row.explanation, pictures) for row in rows},
        shared=shared_of(rows, pictures, once=True),
        pictures=pictures,
        standing=standing_of(ctx, ranking=ranking, enrolment_id=attempt.enrolment_id) if ranking else None,
        results=RELEASES[settings.results],
        answers=RELEASES[settings.answers],
    )


@blueprint.page("/receipt", public=True)
def check_receipt() -> Response:
    """Let anybody check the code of a receipt against what is stored now."""
    code = request.args.get("code", "").strip()
    found = check(reading_context(), campaign=g.campaign, code=code) if code else None
    return render("quiz/check.html", code=code, receipt=found)
