"""The paper while it is open: its questions, the summary, flags, handing in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, current_app, g, get_template_attribute, redirect, request, url_for
from sqlalchemy.exc import SQLAlchemyError

from cuocthi.incidents.queries import granted_to
from cuocthi.web.context import committing, reading_context
from cuocthi.web.i18n import language
from cuocthi.web.rendering import render
from cuocthi.web.requests import row_number
from cuocthi_quiz.domain import attempts
from cuocthi_quiz.domain.grading import grade_attempt
from cuocthi_quiz.domain.predictions import definition, unit_of
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.entrance import paper_url
from cuocthi_quiz.views.patterns import Surroundings, places, sections
from cuocthi_quiz.views.shown import comma, shown
from cuocthi_quiz.views.texts import pictures_of, shared_of, stem_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flask import Response
    from markupsafe import Markup
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.text import Text
    from cuocthi_quiz.models import Attempt
    from cuocthi_quiz.queries.papers import Asked, PaperRow
    from cuocthi_quiz.settings import QuizSettings

#: Under this name a process keeps what papers ask, and of how many revisions.
_ASKED, _MOST_ASKED = "quiz_asked", 2_000


def _opened(ctx: Context, attempt_id: int, token: str) -> tuple[Attempt, QuizSettings] | AnyResponse:
    """Return the attempt that is open in this place, or the answer for one that is not."""
    attempt, settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
    if not attempt.is_open or attempt.deadline <= ctx.now:
        return redirect(url_for("quiz.receipt", slug=g.campaign.slug, attempt_id=attempt.id))
    if attempt.token != token:
        return render("quiz/taken.html", status=409, attempt=attempt)
    return attempt, settings


@blueprint.page("/paper/<int:attempt_id>/<token>/<int:position>", signed_in=True)
def paper(attempt_id: int, token: str, position: int) -> AnyResponse:
    """Show the paper at one of its questions."""
    return _paper(attempt_id, token, position)


@blueprint.page("/paper/<int:attempt_id>/<token>/all", signed_in=True)
def whole_paper(attempt_id: int, token: str) -> AnyResponse:
    """Show all questions of the paper on one page."""
    return _paper(attempt_id, token, None)


def _paper(attempt_id: int, token: str, position: int | None) -> AnyResponse:
    ctx = reading_context()
    opened = _opened(ctx, attempt_id, token)
    if not isinstance(opened, tuple):
        return opened
    attempt, settings = opened
    rows = papers_queries.open_paper(ctx, attempt_id=attempt.id, known=_asked())
    count = len(rows) + attempt.asks_prediction
    if position is not None and not 1 <= position <= count:
        abort(404)
    answered, flagged, open_ = attempts.positions(rows)
    place = paper_url(attempt)[:-1] if position else "#q-"
    return _no_store(
        render(
            "quiz/paper.html",
            attempt=attempt,
            settings=settings,
            granted=_granted(ctx, attempt),
            sections=_sections(ctx, attempt, rows, position, count),
            place=place,
            places=places(rows, address=place, current=position),
            answered=answered,
            flagged=flagged,
            open=open_,
            current=position,
            count=count,
            seconds_left=int((attempt.deadline - ctx.now).total_seconds()),
            predicted="" if attempt.predicted is None else comma(attempt.predicted),
            definition=definition(settings.target),
            unit=unit_of(settings.target),
        )
    )


def _sections(ctx: Context, attempt: Attempt, rows: Sequence[PaperRow], position: int | None, count: int) -> Markup:
    pictures = pictures_of(ctx, rows)
    values = {"slug": g.campaign.slug, "attempt_id": attempt.id, "token": attempt.token}
    token_field = get_template_attribute("macros/forms.html", "csrf")()
    addresses = url_for("quiz.answer", **values), url_for("quiz.flag", **values)
    return sections(
        [shown(row) for row in rows],
        Surroundings(language(), *addresses, token_field, position, count),
        stems={row.position: stem_of(row.text, pictures) for row in rows},
        shared=shared_of(rows, pictures, once=position is None),
        pictures=pictures,
    )


def _asked() -> dict[int, Asked]:
    """Return what this process knows of the questions that papers ask, bounded."""
    known: dict[int, Asked] = current_app.extensions.setdefault(_ASKED, {})
    if len(known) > _MOST_ASKED:
        # Another one, not this one emptied: a page that is being made in another thread reads it.
        known = current_app.extensions[_ASKED] = {}
    return known


def _granted(ctx: Context, attempt: Attempt) -> list[Text]:
    """Return what incidents have granted to the person; asked only for a paper on which one has."""
    if attempt.relief_until is None:
        return []
    found = granted_to(ctx, enrolment_id=attempt.enrolment_id, round_id=attempt.phase_id)
    return [incident.own_notice for incident in found]


def _no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


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
    ctx = reading_context()
    opened = _opened(ctx, attempt_id, token)
    if not isinstance(opened, tuple):
        return opened
    attempt, _settings = opened
    rows = papers_queries.open_paper(ctx, attempt_id=attempt.id, known=_asked())
    answered, flagged, open_ = attempts.positions(rows)
    place = paper_url(attempt)[:-1]
    return _no_store(
        render(
            "quiz/summary.html",
            attempt=attempt,
            questions=len(rows),
            place=place,
            places=places(rows, address=place, current=None),
            answered=answered,
            flagged=flagged,
            open=open_,
            seconds_left=int((attempt.deadline - ctx.now).total_seconds()),
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
