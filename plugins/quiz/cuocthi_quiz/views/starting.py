"""Starting an attempt: by a shortcut for the first one of most people, and else as its rules decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, g, redirect, request, session, url_for

from cuocthi.database import reading
from cuocthi.errors import Conflict
from cuocthi.timelines.models import Phase
from cuocthi.users.queries import token_hash
from cuocthi.web.context import anonymous_context, at_once, committing, reading_context, request_time, slug
from cuocthi.web.remembered import remembered
from cuocthi_quiz.domain import attempts, first_starts
from cuocthi_quiz.domain.deadlines import last_day
from cuocthi_quiz.domain.extra_time import extend_open, granted_on
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.views.entrance import enrolment_on_page, paper_url, round_on_page

if TYPE_CHECKING:
    from datetime import date

    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi_quiz.domain.drawing import Supply
    from cuocthi_quiz.settings import QuizSettings


def _start_at_once(round_id: int) -> AnyResponse | None:
    """Begin the first attempt of somebody who plainly may; None for everybody else."""
    opening = remembered(("quiz.opening", slug(), round_id), lambda: _opening(round_id))
    if not opening.is_plain:
        return None
    now = request_time()
    with reading(), at_once() as connection:
        session_hash = token_hash(session.get("_user_id", ""))
        person = first_starts.newcomer(connection, opening, session_hash=session_hash, now=now)
    if person is None:
        return None
    with reading():
        ctx = anonymous_context()
        supply = _kept_supply(ctx, round_id, opening.last_day, opening.settings, opening.division_of(person))
        ctx.session.rollback()
    try:
        with at_once() as connection:
            begun = first_starts.begin(
                connection, opening, person, supply=supply, address=request.remote_addr or "", now=now
            )
    except Conflict:  # the bank cannot fill the paper, which may not be why nothing begins
        return None
    if begun is None:
        return None
    attempt_id, token = begun
    _extend_if_granted(person.enrolment_id)
    return redirect(url_for("quiz.paper", slug=slug(), attempt_id=attempt_id, token=token, position=1))


def _opening(round_id: int) -> first_starts.Opening:
    # Nothing that was read stays open: on SQLite whoever begins waits for other writers, itself among them.
    with reading():
        blueprint.enter()
        ctx = reading_context()
        opening = first_starts.opening_of(ctx, campaign=g.campaign, round_=round_on_page(ctx, round_id))
        ctx.session.rollback()
    return opening


def _extend_if_granted(enrolment_id: int) -> None:
    """Look once more whether somebody has extra time: whoever granted it a moment ago may not have found the paper."""
    with reading(), at_once() as connection:
        more = granted_on(connection, enrolment_id=enrolment_id)
    if more is not None:
        with committing(anonymous_context()) as ctx:
            extend_open(ctx, enrolment_id=enrolment_id, more=more)


@blueprint.page("/round/<int:round_id>/start", signed_in=True, methods=["POST"], shortcut=_start_at_once)
def start(round_id: int) -> AnyResponse:
    """Start an attempt, or go on with the one that is open."""
    with committing() as ctx:
        enrolment = enrolment_on_page(ctx)
        if enrolment is None:
            abort(403)
        round_ = round_on_page(ctx, round_id)
        attempt = attempts.start(ctx, campaign=g.campaign, round_=round_, enrolment=enrolment, supplying=_supply)
        address = paper_url(attempt)
    return redirect(address)


def _supply(ctx: Context, *, round_: Phase, settings: QuizSettings, division: str) -> Supply:
    return _kept_supply(ctx, round_.id, last_day(round_.closes_at), settings, division)


def _kept_supply(ctx: Context, round_id: int, day: date, settings: QuizSettings, division: str) -> Supply:
    """Return what papers are drawn from, found again when the bank has changed: thousands start in the same minutes."""

    def find() -> Supply:
        round_ = ctx.session.get_one(Phase, round_id)
        return attempts.supply_of(ctx, round_=round_, settings=settings, division=division)

    return remembered(("quiz", round_id, day, settings, division), find)
