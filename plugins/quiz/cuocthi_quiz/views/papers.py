"""The paper while it is open: its questions, the summary, flags, handing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, g, redirect, request, session, url_for
from sqlalchemy.exc import SQLAlchemyError

from cuocthi.users.queries import token_hash
from cuocthi.users.sign_in import demo_allowed
from cuocthi.web.context import at_once, committing, reading_context, request_time, slug
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_quiz.domain import attempts
from cuocthi_quiz.domain.grading import grade_attempt
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.entrance import paper_url
from cuocthi_quiz.views.paper_page import address_of, no_store, paper_page
from cuocthi_quiz.views.patterns import places

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.queries.papers import Asked, OpenPaper

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


def _open_paper(attempt_id: int, token: str) -> OpenPaper | None:
    """Return the paper that is open in this place, of the session that makes the request (one statement)."""
    holding = papers_queries.Holding(token_hash(session.get("_user_id", "")), slug(), attempt_id, token)
    with at_once() as connection:
        found = papers_queries.open_paper(connection, holding, now=request_time(), known=_asked())
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


@blueprint.page("/paper/<int:attempt_id>/<token>/hand-in", signed_in=True, methods=["POST"])
def hand_in(attempt_id: int, token: str) -> AnyResponse:
    """Hand the paper in and lead on to the receipt.

    A page whose clock says that time is up sends ``auto``: then only the server's clock decides, and a paper that
    still has time goes on.
    """
    receipt = url_for("quiz.receipt", slug=g.campaign.slug, attempt_id=attempt_id)
    with committing() as ctx:
        attempt, _settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
        if request.form.get("auto") and attempt.is_open and attempt.deadline > ctx.now:
            return redirect(paper_url(attempt, token=token))
        if attempt.is_open and attempt.deadline > ctx.now and attempt.token != token:
            return render("quiz/taken.html", status=409, attempt=attempt)
        attempts.hand_in(ctx, attempt=attempt, token=token)
    # The hand-in is safe by now; a score that fails to be computed comes from the sweep.
    try:
        with committing() as ctx:
            grade_attempt(ctx, attempt_id=attempt_id)
    except SQLAlchemyError:
        current_app.logger.exception("a paper waits for the sweep to grade it")
    return redirect(receipt)
