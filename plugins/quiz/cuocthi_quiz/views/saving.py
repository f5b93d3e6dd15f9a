"""Saving an answer: the one act that everybody does all the time, and so the one with nothing around it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, flash, redirect, request, session, url_for

from cuocthi.context import Context
from cuocthi.errors import Closed, DomainError
from cuocthi.users.queries import token_hash
from cuocthi.web import context
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import answers
from cuocthi_quiz.models import MAX_OPTIONS
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.papers import clock_time, shown

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.wrappers import Response as AnyResponse

_NUMBER = re.compile(r"[0-9]{1,10}")
_JSON = "application/json"

#: What the page's script is told of a refusal, so that it knows what to do with the answer.
_REFUSALS = (
    (answers.SignedOut, "signed-out"),
    (answers.TakenOver, "taken"),
    (answers.Stale, "stale"),
    (Closed, "closed"),
)


@blueprint.page("/paper/<int:attempt_id>/<token>/answer", by_statement=True, methods=["POST"])
def answer(attempt_id: int, token: str) -> AnyResponse:
    """Save one answer, or the prediction; answer a script with JSON, a plain form with the next page."""
    # The reader is not loaded: the statement itself finds the session.
    ctx = Context(context.session(), context.registry().hooks, context.request_time())
    place = answers.Place(token_hash(session.get("_user_id", "")), attempt_id, token)
    if not _says_something():
        return _onward(attempt_id, token)
    try:
        saved = _save(ctx, place)
        # Only what the database has safely is called saved.
        ctx.session.commit()
    except DomainError as error:
        ctx.session.rollback()
        return _refused(error) if _wants_json() else _refused_form(ctx, error, place)
    return _saved(saved) if _wants_json() else _onward(attempt_id, token)


def _says_something() -> bool:
    """Whether there is anything to save: a plain form also leads through questions that are left open."""
    form = request.form
    empty = not form.getlist("choice") and not form.get("prediction")
    return not (empty and "go" in form and form.get("sequence") == "1")


def _save(ctx: Context, place: answers.Place) -> datetime:
    form = request.form
    sequence = _number(form.get("sequence"))
    if "prediction" in form:
        text = form["prediction"].strip().replace(".", "").replace(" ", "")
        prediction = _number(text) if text else None
        return answers.predict(ctx, place=place, prediction=prediction, sequence=sequence)
    options = {_number(value) for value in form.getlist("choice")}
    # A place that no paper has falls outside of what the statement accepts.
    shown = sum(1 << option for option in options if 0 <= option < MAX_OPTIONS)
    if len(options) > shown.bit_count():
        shown = -1
    return answers.save(ctx, place=place, position=_number(form.get("position")), shown=shown, sequence=sequence)


def _number(text: str | None) -> int:
    """Return a number as a form sends it; -1, which nothing accepts, for what is none."""
    return int(text) if text and _NUMBER.fullmatch(text) else -1


def _wants_json() -> bool:
    return request.headers.get("Accept") == _JSON


def _saved(at: datetime) -> Response:
    return Response(orjson.dumps({"saved": clock_time(at)}), content_type=_JSON)


def _refused(error: DomainError) -> Response:
    reason = next((name for kind, name in _REFUSALS if isinstance(error, kind)), "refused")
    told: dict[str, object] = {"refused": reason, "message": translate(error.message)}
    if isinstance(error, answers.Stale):
        told |= {"stored": error.stored, "sequence": error.sequence}
    return Response(orjson.dumps(told), error.status, content_type=_JSON)


def _refused_form(ctx: Context, error: DomainError, place: answers.Place) -> AnyResponse:
    """Answer a plain form: with what to do, and never as if the answer had been kept."""
    values = _paper_values(place.attempt_id, place.token)
    position = max(_number(request.form.get("position")), 1)
    if isinstance(error, answers.SignedOut):
        return redirect(url_for("users.sign_in", next=url_for("quiz.paper", **values, position=position)))
    if isinstance(error, answers.Stale):
        return _conflict(ctx, error, values, position)
    if isinstance(error, answers.TakenOver | Closed):
        flash(translate(error.message), "warn")
        return redirect(url_for("quiz.paper", **values, position=position))
    raise error


def _conflict(ctx: Context, error: answers.Stale, values: dict[str, Any], position: int) -> AnyResponse:
    """Show the answer that is stored and the one just given; the person decides."""
    row = papers_queries.answer_at(ctx, attempt_id=values["attempt_id"], position=position)
    given = request.form.getlist("choice") or [request.form.get("prediction", "")]
    stored = shown(row) if row else None
    return render(
        "quiz/conflict.html",
        status=409,
        values=values,
        position=position,
        question=stored,
        given=given,
        prediction=error.stored,
        sequence=error.sequence + 1,
    )


def _paper_values(attempt_id: int, token: str) -> dict[str, Any]:
    return {"slug": (request.view_args or {})["slug"], "attempt_id": attempt_id, "token": token}


def _onward(attempt_id: int, token: str) -> AnyResponse:
    values = _paper_values(attempt_id, token)
    go = request.form.get("go", "")
    if go == "summary":
        return redirect(url_for("quiz.summary", **values))
    if go == "all":
        return redirect(url_for("quiz.whole_paper", **values, _anchor=f"q-{request.form.get('position', '')}"))
    position = go if _NUMBER.fullmatch(go) else request.form.get("position", "1")
    return redirect(url_for("quiz.paper", **values, position=max(_number(position), 1)))
