"""Saving an answer: the one act that everybody does all the time, and so the one with nothing around it."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import orjson
from flask import Response, flash, redirect, request, session, url_for

from cuocthi.database import reading
from cuocthi.errors import Closed, DomainError
from cuocthi.text import T
from cuocthi.users.queries import token_hash
from cuocthi.web import context
from cuocthi.web.i18n import translate
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import answers, refused
from cuocthi_quiz.domain.responses import MAX_WRITTEN, Given, Way, chosen_in, target_of
from cuocthi_quiz.models import MAX_OPTIONS, MAX_TARGETS, THOUSANDTHS, Outcome
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.counting import became, counted
from cuocthi_quiz.views.shown import clock_time, comma, shown

if TYPE_CHECKING:
    from datetime import datetime

    from werkzeug.datastructures import MultiDict
    from werkzeug.wrappers import Response as AnyResponse

_NUMBER = re.compile(r"[0-9]{1,10}")
#: A number with or without points between its thousands, and decimals after a comma.
_WRITTEN = re.compile(r"(?:[0-9]{1,10}|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,3})(?:,[0-9]{1,6})?")
_JSON = "application/json"
#: The fields of an answer, and how those begin that give a thing its place.
_ANSWERS = frozenset({"choice", "number", "text", "prediction"})
_PLACE = "place-"
_NOWHERE = Given.choice(-1)
_MALFORMED = {
    "number": T("This is no number. Please enter digits only, for example 12 or 1,5."),
    "prediction": T("This is no number. Please enter for example 1.234, and decimals after a comma: 12,5."),
    "text": T("This answer is too long; please use at most %(most)s characters.", most=MAX_WRITTEN),
}

#: What the page's script is told of a refusal, so that it knows what to do with the answer, and as what it is counted.
_REFUSALS = (
    (answers.SignedOut, "signed-out", Outcome.SIGNED_OUT),
    (answers.TakenOver, "taken", Outcome.TAKEN),
    (answers.Stale, "stale", Outcome.STALE),
    (Closed, "closed", Outcome.CLOSED),
    (DomainError, "refused", Outcome.REFUSED),
)


@blueprint.page("/paper/<int:attempt_id>/<token>/answer", by_statement=True, methods=["POST"])
@counted
def answer(attempt_id: int, token: str) -> AnyResponse:
    """Save one answer, or the prediction; answer a script with JSON, a plain form with the next page."""
    # The reader is not loaded: the statement itself finds the session.
    place = answers.Place(token_hash(session.get("_user_id", "")), attempt_id, token)
    if not _says_something():
        return _onward(attempt_id, token)
    try:
        # Only what the database has safely is called saved.
        saved = _predict(place) if "prediction" in request.form else _save(place)
    except DomainError as error:
        became(_kind_of(error)[1])
        _keep_refused(attempt_id, _kind_of(error)[1])
        return _refused(error) if _wants_json() else _refused_form(error, place)
    became(Outcome.SAVED)
    return _saved(saved) if _wants_json() else _onward(attempt_id, token)


def _says_something() -> bool:
    """Whether there is anything to save: a plain form also leads through questions that are left open."""
    form = request.form
    empty = not any(value for name, value in form.items() if _is_answer(name))
    return not (empty and "go" in form and form.get("sequence") == "1")


def _save(place: answers.Place) -> datetime:
    form = request.form
    given, sequence = given_in(form), _number(form.get("sequence"))
    answering = answers.Answering(place, _number(form.get("position")), given, sequence)
    with context.at_once() as connection:
        saved = answers.store(connection, answering, now=context.request_time())
    if saved is not None:
        return saved
    with reading():
        return answers.look_why(context.anonymous_context(), answering)


def _predict(place: answers.Place) -> datetime:
    form = request.form
    prediction, sequence = _prediction(form["prediction"]), _number(form.get("sequence"))
    with context.committing(context.anonymous_context()) as ctx:
        return answers.predict(ctx, place=place, prediction=prediction, sequence=sequence)


def _keep_refused(attempt_id: int, reason: Outcome) -> None:
    """Keep an answer that the person may dispute, once what was read to say why it was refused is done with."""
    if reason not in refused.KEPT:
        return
    form, database = request.form, context.session()
    position = 0
    said: Given | int | None = None
    if "prediction" not in form:
        position, said = _number(form.get("position")), given_in(form)
    elif (prediction := _prediction(form["prediction"])) is not None:
        said = int(prediction * THOUSANDTHS)
    database.rollback()
    keeping = refused.Keeping(attempt_id, position, said, reason)
    refused.keep(database.connection(), keeping, at=context.request_time())
    database.commit()


def _prediction(text: str) -> Decimal | None:
    """Return a number as people write it in Vietnam, 1.234 or 12,5; None for an empty field.

    Raises DomainError for what is no number.
    """
    written = "".join(text.split())
    if not written:
        return None
    if _WRITTEN.fullmatch(written) is None:
        raise DomainError(_MALFORMED["prediction"], field="prediction")
    return Decimal(written.replace(".", "").replace(",", "."))


def given_in(form: MultiDict[str, str]) -> Given:
    """Return the answer that a form gives. What no paper has falls outside of what the statement accepts.

    Raises DomainError for what is no number, and for too many words.
    """
    try:
        if "number" in form:
            return Given.number(form["number"])
        if "text" in form:
            return Given.text(form["text"])
    except ValueError:
        raise DomainError(_MALFORMED["number" if "number" in form else "text"], field="answer") from None
    if any(name.startswith(_PLACE) for name in form):
        targets = [_number(form.get(f"{_PLACE}{at}") or "0") for at in range(MAX_OPTIONS)]
        return Given.placing(targets) if all(0 <= target <= MAX_TARGETS for target in targets) else _NOWHERE
    options = {_number(value) for value in form.getlist("choice")}
    bits = sum(1 << option for option in options if 0 <= option < MAX_OPTIONS)
    return Given.choice(bits) if len(options) == bits.bit_count() else _NOWHERE


def _number(text: str | None) -> int:
    """Return a number as a form sends it; -1, which nothing accepts, for what is none."""
    return int(text) if text and _NUMBER.fullmatch(text) else -1


def _wants_json() -> bool:
    return request.headers.get("Accept") == _JSON


def _saved(at: datetime) -> Response:
    return Response(orjson.dumps({"saved": clock_time(at)}), content_type=_JSON)


def _refused(error: DomainError) -> Response:
    told: dict[str, object] = {"refused": _kind_of(error)[0], "message": translate(error.message)}
    if isinstance(error, answers.Stale):
        told |= {"stored": _fields(error.stored), "sequence": error.sequence}
    return Response(orjson.dumps(told), error.status, content_type=_JSON)


def _kind_of(error: DomainError) -> tuple[str, Outcome]:
    return next((word, outcome) for kind, word, outcome in _REFUSALS if isinstance(error, kind))


def _fields(stored: Given | Decimal | int | None) -> list[tuple[str, str]]:
    """Return a stored answer as the form has it: names of fields with their values."""
    if not isinstance(stored, Given):
        return [("prediction", "".join(_predicted(stored)))]
    if stored.way is Way.CHOICE:
        return [("choice", str(at)) for at in chosen_in(stored.bits)]
    if stored.way is Way.PLACING:
        targets = ((at, target_of(stored.bits, at)) for at in range(MAX_OPTIONS))
        return [(f"{_PLACE}{at}", str(target)) for at, target in targets if target]
    return [(str(stored.way), stored.written.replace(".", ",") if stored.way is Way.NUMBER else stored.written)]


def _refused_form(error: DomainError, place: answers.Place) -> AnyResponse:
    """Answer a plain form: with what to do, and never as if the answer had been kept."""
    values = _paper_values(place.attempt_id, place.token)
    position = max(_number(request.form.get("position")), 1)
    if isinstance(error, answers.SignedOut):
        return redirect(url_for("users.sign_in", next=url_for("quiz.paper", **values, position=position)))
    if isinstance(error, answers.Stale):
        return _conflict(error, values, position)
    if isinstance(error, answers.TakenOver | Closed):
        flash(translate(error.message), "warn")
        return redirect(url_for("quiz.paper", **values, position=position))
    raise error


def _conflict(error: answers.Stale, values: dict[str, Any], position: int) -> AnyResponse:
    """Show the answer that is stored and the one just given; the person decides."""
    row = papers_queries.answer_at(context.anonymous_context(), attempt_id=values["attempt_id"], position=position)
    asked = shown(row) if row else None
    return render(
        "quiz/conflict.html",
        status=409,
        values=values,
        position=position,
        text=asked.row.text if asked else "",
        saved=asked.in_words(error.stored) if asked and isinstance(error.stored, Given) else _predicted(error.stored),
        given=asked.in_words(given_in(request.form)) if asked else _predicted(request.form.get("prediction")),
        fields=[(name, value) for name, value in request.form.items(multi=True) if _is_answer(name)],
        sequence=error.sequence + 1,
    )


def _predicted(value: object) -> list[str]:
    """Return a prediction as it is written in the field: a Decimal with its comma, what was typed as it is."""
    return [] if value in {None, ""} else [comma(value) if isinstance(value, Decimal) else str(value)]


def _is_answer(name: str) -> bool:
    return name in _ANSWERS or name.startswith(_PLACE)


def _paper_values(attempt_id: int, token: str) -> dict[str, Any]:
    return {"slug": context.slug(), "attempt_id": attempt_id, "token": token}


def _onward(attempt_id: int, token: str) -> AnyResponse:
    values = _paper_values(attempt_id, token)
    go = request.form.get("go", "")
    if go == "summary":
        return redirect(url_for("quiz.summary", **values))
    if go == "all":
        return redirect(url_for("quiz.whole_paper", **values, _anchor=f"q-{request.form.get('position', '')}"))
    position = go if _NUMBER.fullmatch(go) else request.form.get("position", "1")
    return redirect(url_for("quiz.paper", **values, position=max(_number(position), 1)))
