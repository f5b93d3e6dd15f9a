"""The page of an open paper: a frame that is kept for all papers of a kind, filled in for each of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Response, render_template, request, session, url_for
from flask_wtf.csrf import generate_csrf
from markupsafe import escape

from cuocthi.campaigns.models import SettingsVersion
from cuocthi.campaigns.settings import settings_in
from cuocthi.incidents.queries import granted_to
from cuocthi.web import context
from cuocthi.web.formats import iso, time_left
from cuocthi.web.i18n import language
from cuocthi.web.remembered import remembered
from cuocthi_quiz.domain import attempts
from cuocthi_quiz.domain.predictions import definition, unit_of
from cuocthi_quiz.settings import QuizSettings
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.patterns import Gaps, Surroundings, pattern_of, places, sections
from cuocthi_quiz.views.shown import comma

if TYPE_CHECKING:
    from cuocthi.text import Text
    from cuocthi_quiz.queries.open_papers import OpenPaper


@dataclass(frozen=True, slots=True)
class _Frame:
    """What decides how the page looks around its questions.

    ``settings`` is the number of the version of the settings under which the paper was made. ``single`` tells whether
    one question is shown at a time, ``first`` and ``last`` that it is the first or last of the paper.
    """

    settings: int | None
    single: bool
    first: bool
    last: bool
    asks_prediction: bool
    predicted: bool
    decimals: bool

    @property
    def at_prediction(self) -> bool:
        """Whether the prediction is what is shown."""
        return self.single and self.last and self.asks_prediction


def paper_page(paper: OpenPaper, position: int | None) -> Response:
    """Return the page of a paper at one of its questions, or with all of them."""
    frame = _Frame(
        settings=paper.settings_version_id,
        single=position is not None,
        first=position == 1,
        last=position == paper.count,
        asks_prediction=paper.asks_prediction,
        predicted=paper.predicted is not None,
        decimals=bool(paper.prediction_decimals),
    )
    return no_store(Response(_pattern(paper, frame) % _filling(paper, position)))


def no_store(response: Response) -> Response:
    """Return an answer that no cache keeps, not even that of the browser: going back must not show former answers."""
    response.headers["Cache-Control"] = "no-store"
    return response


def address_of(paper: OpenPaper) -> str:
    """Return the address below which the pages of a paper are, for the place that holds it."""
    return url_for("quiz.paper", slug=context.slug(), attempt_id=paper.id, token=paper.token, position=1)[:-1]


def _pattern(paper: OpenPaper, frame: _Frame) -> str:
    """Return the page with gaps; one that says what others do not say is made for it alone."""
    if paper.relieved or "_flashes" in session:
        return _made(frame, _granted(paper))
    key = ("quiz.paper_page", request.script_root, context.slug(), language(), frame)
    return remembered(key, lambda: _made(frame, []))


def _made(frame: _Frame, granted: list[Text]) -> str:
    blueprint.enter()
    version = frame.settings and context.session().get(SettingsVersion, frame.settings)
    settings = settings_in(version or None, QuizSettings)
    written = render_template(
        "quiz/paper.html",
        frame=frame,
        gap=Gaps(),
        granted=granted,
        prediction_text=settings.prediction_text,
        definition=definition(settings.target),
        unit=unit_of(settings.target),
    )
    return pattern_of(written)


def _granted(paper: OpenPaper) -> list[Text]:
    """Return what incidents have granted to the person; asked only for a paper on which one has."""
    if not paper.relieved:
        return []
    ctx = context.reading_context()
    found = granted_to(ctx, enrolment_id=paper.enrolment_id, round_id=paper.phase_id)
    return [incident.own_notice for incident in found]


def _filling(paper: OpenPaper, position: int | None) -> dict[str, object]:
    answered, flagged, open_ = attempts.positions(paper.rows)
    address = address_of(paper)
    csrf_token = generate_csrf()
    now = context.request_time()
    place = address if position else "#q-"
    surroundings = Surroundings(language(), f"{address}answer", f"{address}flag", csrf_token, position, paper.count)
    current = position or 0
    return {
        "id": paper.id,
        "token": paper.token,
        "former_token": paper.former_token,
        "csrf_token": csrf_token,
        "address": escape(address),
        "here": quote(request.path),
        "count": paper.count,
        "current": current,
        "previous": current - 1,
        "onward": current + 1,
        "deadline": iso(paper.deadline),
        "now": iso(now),
        "left": time_left(int((paper.deadline - now).total_seconds()), language(), exact=True),
        "answered": answered,
        "flagged": flagged,
        "open": open_,
        "place": escape(place),
        "places": places(paper.rows, address=place, current=position),
        "sections": sections(paper.rows, surroundings, campaign_id=paper.campaign_id),
        "prediction": "" if paper.predicted is None else escape(comma(paper.predicted)),
        "prediction_sequence": paper.prediction_sequence + 1,
    }
