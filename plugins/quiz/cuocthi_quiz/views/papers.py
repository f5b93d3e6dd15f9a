"""The paper while it is open: its questions, the summary, flags, handing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, g, redirect, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError

from cuocthi.users.queries import token_hash
from cuocthi.users.sign_in import demo_allowed
from cuocthi.web.context import anonymous_context, at_once, committing, reading_context, request_time, slug
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_quiz.domain import attempts, hand_ins
from cuocthi_quiz.domain.grading import grade_at_once, grade_attempt
from cuocthi_quiz.queries import open_papers
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.entrance import paper_url
from cuocthi_quiz.views.paper_page import address_of, no_store, paper_page
from cuocthi_quiz.views.patterns import places

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.queries.open_papers import Asked, OpenPaper

#: Under this name a process keeps what papers ask, and of how many revisions.
_ASKED, _MOST_ASKED = "quiz_asked", 2_000


def _opened(ctx: Context, attempt_id: int, token: str) -> AnyResponse | None:
    """Return the answer for a paper that is not open in this place, None for one that is."""
    attempt, _settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
    if not attempt.is_open or attempt.deadline <= ctx.now:
        return redirect(url_for("quiz.receipt", slug=g.campaign.slug, attempt_id=attempt.id))
    if attempt.token != token:
        return render("quiz/taken.html", status=409, attempt=attempt)
    return None


def _holding(attempt_id: int, token: str) -> open_papers.Holding:
    return open_papers.Holding(token_hash(session.get("_user_id", "")), slug(), attempt_id, token)


def _open_paper(attempt_id: int, token: str) -> OpenPaper | None:
    """Return the paper that is open in this place, of the session that makes the request (one statement)."""
    with at_once() as connection:
        found = open_papers.open_paper(connection, _holding(attempt_id, token), now=request_time(), known=_asked())
    return None if found is not None and found.is_demo and not demo_allowed() else found


def _show(attempt_id: int, token: str, position: int | None = None) -> AnyResponse | None:
    """Show the paper that is open in this place, at one of its questions or as a whole; None if there is none."""
    paper = _open_paper(attempt_id, token)
    if paper is None or (position is not None and not 1 <= position <= paper.count):
        return None
    return paper_page(paper, position)


@blueprint.page("/paper/<int:attempt_id>/<token>/<int:position>", signed_in=True, shortcut=_show)
def paper(attempt_id: int, token: str, position: int) -> AnyResponse:
    """Show the paper at one of its questions, or lead to where it is."""
    return _opened(reading_context(), attempt_id, token) or _show(attempt_id, token, position) or abort(404)


@blueprint.page("/paper/<int:attempt_id>/<token>/all", signed_in=True, shortcut=_show)
def whole_paper(attempt_id: int, token: str) -> AnyResponse:
    """Show all questions of the paper on one page, or lead to where it is."""
    return _opened(reading_context(), attempt_id, token) or _show(attempt_id, token) or abort(404)


def _asked() -> dict[int, Asked]:
    """Return what this process knows of the questions that papers ask, bounded."""
    known: dict[int, Asked] = current_app.extensions.setdefault(_ASKED, {})
    if len(known) > _MOST_ASKED:
        # Another one, not this one emptied: a page that is being made in another thread reads it.
        known = current_app.extensions[_ASKED] = {}
    return known


@blueprint.page("/paper/<int:attempt_id>/<token>/flag", signed_in=True, methods=["POST"])
def flag(attempt_id: int, token: str) -> AnyResponse:
    """Mark a question to be looked at again, or unmark it."""
    position = request.form.get("position", 0, type=row_number)
    with committing() as ctx:
        attempt, _settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
        flagged = request.form.get("flagged") == "1"
        attempts.flag(ctx, attempt=attempt, token=token, position=position, flagged=flagged)
        address = paper_url(attempt, position)
    return redirect(address)


@blueprint.page("/paper/<int:attempt_id>/<token>/summary", signed_in=True)
def summary(attempt_id: int, token: str) -> AnyResponse:
    """Show what is answered, flagged and open, before handing in."""
    elsewhere = _opened(reading_context(), attempt_id, token)
    if elsewhere is not None:
        return elsewhere
    paper = _open_paper(attempt_id, token) or abort(404)
    answered, flagged, open_ = attempts.positions(paper.rows)
    place = address_of(paper)
    return no_store(
        render(
            "quiz/summary.html",
            attempt=paper,
            questions=len(paper.rows),
            place=place,
            places=places(paper.rows, address=place, current=None),
            answered=answered,
            flagged=flagged,
            open=open_,
            seconds_left=int((paper.deadline - request_time()).total_seconds()),
        )
    )


def _hand_in_at_once(attempt_id: int, token: str) -> AnyResponse | None:
    """Hand the paper in that is open in this place and grade it, mostly by one statement each; None if it is not."""
    with at_once() as connection:
        if not hand_ins.hand_in_own(
            connection, _holding(attempt_id, token), now=request_time(), in_time="auto" not in request.form
        ):
            return None
    try:
        with at_once() as connection:
            graded = grade_at_once(connection, attempt_id=attempt_id, now=request_time())
    except SQLAlchemyError:
        graded = False
    return _handed_in(attempt_id) if graded else _graded_now(attempt_id)


@blueprint.page("/paper/<int:attempt_id>/<token>/hand-in", signed_in=True, methods=["POST"], shortcut=_hand_in_at_once)
def hand_in(attempt_id: int, token: str) -> AnyResponse:
    """Hand the paper in and lead on to the receipt.

    A page whose clock says that time is up sends ``auto``: then only the server's clock decides, and a paper that
    still has time goes on.
    """
    with committing() as ctx:
        attempt, _settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
        if request.form.get("auto") and attempt.is_open and attempt.deadline > ctx.now:
            return redirect(paper_url(attempt, token=token))
        if attempt.is_open and attempt.deadline > ctx.now and attempt.token != token:
            return render("quiz/taken.html", status=409, attempt=attempt)
        hand_ins.hand_in(ctx, attempt=attempt, token=token)
    return _graded_now(attempt_id)


def _graded_now(attempt_id: int) -> AnyResponse:
    """Grade a paper that was handed in; the hand-in is safe by now, and a score that fails comes from the sweep."""
    try:
        with committing(anonymous_context()) as ctx:
            grade_attempt(ctx, attempt_id=attempt_id)
    except SQLAlchemyError:
        current_app.logger.exception("a paper waits for the sweep to grade it")
    return _handed_in(attempt_id)


def _handed_in(attempt_id: int) -> AnyResponse:
    return redirect(url_for("quiz.receipt", slug=slug(), attempt_id=attempt_id))
