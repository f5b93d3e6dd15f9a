"""Counting what becomes of the answers that are given, beside the work of saving them."""

from __future__ import annotations

from functools import partial, wraps
from time import perf_counter
from typing import TYPE_CHECKING, Any, cast

import structlog
from flask import current_app, g
from sqlalchemy.exc import SQLAlchemyError

from cuocthi.web.context import request_time, session
from cuocthi_quiz.domain.save_figures import Tally, write
from cuocthi_quiz.models import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import sqlalchemy as sa
    from werkzeug.wrappers import Response

_EXTENSION = "quiz_saves"

log = structlog.get_logger(__name__)


def became(outcome: Outcome) -> None:
    """Say what became of the answer of this request; a request that says nothing has given none."""
    g.quiz_outcome = outcome


def counted(view: Callable[..., Response]) -> Callable[..., Response]:
    """Count what ``view`` says with :func:`became`, and how long it took; what raises otherwise has failed."""

    @wraps(view)
    def counting(**arguments: Any) -> Response:
        began = perf_counter()
        try:
            response = view(**arguments)
        except Exception:
            _count(g.get("quiz_outcome", Outcome.FAILED), began)
            raise
        if "quiz_outcome" in g:
            _count(g.quiz_outcome, began)
            _write_when_sent(response)
        return response

    return counting


def _tally() -> Tally:
    if _EXTENSION not in current_app.extensions:
        current_app.extensions.setdefault(_EXTENSION, Tally())
    return cast("Tally", current_app.extensions[_EXTENSION])


def _count(outcome: Outcome, began: float) -> None:
    _tally().count(now=request_time(), outcome=outcome, milliseconds=(perf_counter() - began) * 1000)


def _write_when_sent(response: Response) -> None:
    tally = _tally()
    rows = tally.due(now=request_time())
    if rows:
        engine = cast("sa.Engine", session().get_bind())
        response.call_on_close(partial(_write, tally, engine, rows))


def _write(tally: Tally, engine: sa.Engine, rows: Sequence[Mapping[str, Any]]) -> None:
    try:
        write(engine, rows)
        tally.written(rows)
    except SQLAlchemyError:  # figures must never be in the way of answers; the next writing has these too
        log.warning("save_figures_not_written", exc_info=True)
