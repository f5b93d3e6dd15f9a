"""Practice: a paper without a clock, with the right answers at once. Nothing of it is stored."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace
from typing import TYPE_CHECKING

from flask import abort, g, redirect, request, url_for
from werkzeug.datastructures import MultiDict

from cuocthi.enrolments.queries import enrolment_of
from cuocthi.errors import DomainError
from cuocthi.web.context import reading_context
from cuocthi.web.rendering import render
from cuocthi_quiz.domain.answers import fits
from cuocthi_quiz.domain.attempts import division_key
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.practice import fingerprint, practice_paper, practice_settings
from cuocthi_quiz.domain.responses import to_response
from cuocthi_quiz.models import POINT
from cuocthi_quiz.settings import Practice
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.saving import given_in
from cuocthi_quiz.views.shown import shown
from cuocthi_quiz.views.texts import html_of, pictures_of, shared_of, stem_of

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi_quiz.queries.papers import PaperRow
    from cuocthi_quiz.settings import QuizSettings

_TOKEN = re.compile(r"[0-9a-f]{16}")


@blueprint.page("/practice/", public=True)
def practice() -> AnyResponse:
    """Lead on to a new paper for practice."""
    entered = _entered(reading_context())
    return redirect(_new_url()) if isinstance(entered, tuple) else entered


@blueprint.page("/practice/<token>", public=True)
def practise(token: str) -> AnyResponse:
    """Show a paper for practice; with ``paper`` in the address, its answers beside the right ones."""
    ctx = reading_context()
    entered = _entered(ctx)
    if not isinstance(entered, tuple):
        return entered
    if _TOKEN.fullmatch(token) is None:
        abort(404)
    settings, enrolment = entered
    division = division_key(g.campaign, enrolment) if enrolment else ""
    number = settings.practice_questions
    rows = practice_paper(ctx, campaign=g.campaign, token=token, number=number, division=division)
    mark, sent = fingerprint(rows), request.args.get("paper", "")
    done = sent == mark
    if done:
        rows = [replace(row, response=_response(row)) for row in rows]
    questions = [shown(row) for row in rows]
    pictures = pictures_of(rows, campaign_id=g.campaign.id)
    return render(
        "quiz/practice.html",
        questions=questions,
        stems={row.position: stem_of(row.text, pictures) for row in rows},
        shared=shared_of(rows, pictures, once=True),
        explanations={row.position: html_of(row.explanation, pictures) for row in rows} if done else {},
        pictures=pictures,
        token=token,
        mark=mark,
        done=done,
        changed=bool(sent) and not done,
        right=sum(question.points == POINT for question in questions) if done else 0,
        another=_new_url(),
    )


def _new_url() -> str:
    return url_for("quiz.practise", slug=g.campaign.slug, token=secrets.token_hex(8))


def _entered(ctx: Context) -> tuple[QuizSettings, Enrolment | None] | AnyResponse:
    """Return the settings and the reader's enrolment, if any; or the way to registering, where that is asked for."""
    settings = practice_settings(ctx, campaign=g.campaign)
    if settings is None:
        abort(404)
    user_id = ctx.actor.user_id
    enrolment = None if user_id is None else enrolment_of(ctx, campaign_id=g.campaign.id, user_id=user_id)
    if enrolment is None and settings.practice is not Practice.EVERYBODY:
        return redirect(url_for("enrolments.join", slug=g.campaign.slug))
    return settings, enrolment


def _response(row: PaperRow) -> str:
    """Return what was answered to a question by the author's order; what cannot be an answer leaves it open."""
    prefix = f"q{row.position}-"
    fields = [(name[len(prefix) :], text) for name, text in request.args.items(multi=True) if name.startswith(prefix)]
    try:
        given = given_in(MultiDict(fields))
    except DomainError:
        return ""
    order = unpack(row.option_order, row.option_count)
    return to_response(given, order) if fits(given, row) else ""
