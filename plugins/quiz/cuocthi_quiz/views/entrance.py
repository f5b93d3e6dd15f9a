"""Before the paper: what awaits a person, and taking a paper over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import abort, g, redirect, url_for

from cuocthi.campaigns.settings import load_settings
from cuocthi.enrolments.queries import enrolment_of
from cuocthi.standings.admission import refusals
from cuocthi.standings.criteria import RankingRules
from cuocthi.timelines.queries import open_window, phase_of
from cuocthi.web.context import committing, reading_context
from cuocthi.web.rendering import render
from cuocthi_quiz.domain import attempts
from cuocthi_quiz.domain.allowances import refusal
from cuocthi_quiz.domain.clauses import paper_rules
from cuocthi_quiz.domain.deadlines import closing, deadline, replaceable
from cuocthi_quiz.domain.extra_time import granted
from cuocthi_quiz.domain.predictions import definition
from cuocthi_quiz.queries import papers as papers_queries
from cuocthi_quiz.settings import OWNER
from cuocthi_quiz.views.blueprint import blueprint
from cuocthi_quiz.words import COUNTED, LEFT

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.timelines.models import Phase
    from cuocthi_quiz.models import Attempt


def round_on_page(ctx: Context, round_id: int) -> Phase:
    """Return the round of the campaign that the address names; 404 for one that is none of the quiz."""
    found = phase_of(ctx, campaign_id=g.campaign.id, phase_id=round_id)
    if found is None or found.source != OWNER:
        abort(404)
    return found


def enrolment_on_page(ctx: Context) -> Enrolment | None:
    """Return the enrolment of who reads the page, None for somebody who takes no part."""
    assert ctx.actor.user_id is not None  # noqa: S101 - these pages are for people who signed in
    return enrolment_of(ctx, campaign_id=g.campaign.id, user_id=ctx.actor.user_id)


def paper_url(attempt: Attempt, position: int = 1, token: str = "") -> str:
    """Return the address of a question of a paper, for the place that holds it."""
    return url_for(
        "quiz.paper",
        slug=g.campaign.slug,
        attempt_id=attempt.id,
        token=token or attempt.token,
        position=position,
    )


@blueprint.page("/round/<int:round_id>/", signed_in=True)
def entrance(round_id: int) -> AnyResponse:
    """Say what awaits this person in the round now, and let the person start or go on."""
    ctx = reading_context()
    round_ = round_on_page(ctx, round_id)
    enrolment = enrolment_on_page(ctx)
    if enrolment is None:
        return redirect(url_for("enrolments.join", slug=g.campaign.slug))
    made = papers_queries.attempts_of(ctx, round_id=round_.id, enrolment_id=enrolment.id)
    settings = attempts.settings_of(ctx, campaign=g.campaign, round_=round_)
    window = open_window(ctx, phase_id=round_.id, unit_path=enrolment.unit_path)
    replaced = replaceable(made, ctx.now)
    closes_at = closing(window, replaced)
    last = made[-1] if made else None
    running = last if last is not None and last.is_open and last.deadline > ctx.now else None
    more = granted(ctx, enrolment_id=enrolment.id)
    minutes = settings.minutes + (more.of(settings.minutes) if more else 0)
    ends_at = deadline(ctx.now, minutes, closes_at) if closes_at else None
    allowed = attempts.allowance_of(ctx, settings=settings, round_=round_, enrolment=enrolment, made=made)
    begun = {attempt.phase_id for attempt in made}
    barred = refusals(ctx, campaign=g.campaign, rounds_=[round_], enrolment=enrolment, begun=begun).get(round_.id)
    refused = barred or refusal(settings, allowed, now=ctx.now, closes_at=round_.closes_at)
    questions = settings.questions_for(attempts.division_key(g.campaign, enrolment))
    ranked_by = load_settings(ctx, owner="core", schema=RankingRules, campaign=g.campaign, round_=round_).value
    return render(
        "quiz/entrance.html",
        round_=round_,
        enrolment=enrolment,
        settings=settings,
        questions=questions,
        running=running,
        finished=[attempt for attempt in made if attempt is not running],
        closes_at=closes_at,
        deadline=ends_at,
        seconds=int((ends_at - ctx.now).total_seconds()) if ends_at else 0,
        late=bool(settings.minutes and ends_at and ends_at == closes_at),
        minutes=minutes,
        more=more,
        allowed=allowed,
        refused=None if replaced else refused,
        left_label=LEFT[settings.attempts_in],
        several=settings.attempts != 1 and settings.attempts_in_contest != 1,
        counted=COUNTED[ranked_by.counted],
        rules=list(paper_rules(settings, dict.fromkeys(attempts.divisions_of(g.campaign), questions))),
        definition=definition(settings.target),
    )


@blueprint.page("/paper/<int:attempt_id>/take-over", signed_in=True, methods=["POST"])
def take_over(attempt_id: int) -> AnyResponse:
    """Open the paper here; the place where it was open before is told so at its next step."""
    with committing() as ctx:
        attempt, _settings = attempts.own_attempt(ctx, campaign_id=g.campaign.id, attempt_id=attempt_id)
        if not attempt.is_open or attempt.deadline <= ctx.now:
            return redirect(url_for("quiz.receipt", slug=g.campaign.slug, attempt_id=attempt.id))
        token = attempts.take_over(ctx, attempt=attempt)
        address = paper_url(attempt, token=token)
    return redirect(address)
