"""How a synthetic participant takes the quiz. Every choice follows from a seed and the question's key."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING

from cuocthi.campaigns.models import Campaign
from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase
from cuocthi.users.domain import start_session
from cuocthi.users.queries import token_hash
from cuocthi_quiz.domain import answers, attempts
from cuocthi_quiz.domain.drawing import unpack
from cuocthi_quiz.domain.grading import grade_attempt
from cuocthi_quiz.domain.hand_ins import hand_in
from cuocthi_quiz.domain.kinds import KINDS
from cuocthi_quiz.domain.responses import WAYS, to_given
from cuocthi_quiz.models import Difficulty
from cuocthi_quiz.queries import figures as figures_queries
from cuocthi_quiz.queries import papers as papers_queries

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from cuocthi.context import Context
    from cuocthi.contributions import Participant
    from cuocthi_quiz.queries.papers import PaperRow

#: How likely somebody without and with all skill knows the answer.
_KNOWS = {Difficulty.EASY: (0.55, 0.999), Difficulty.MEDIUM: (0.35, 0.995), Difficulty.HARD: (0.2, 0.99)}
_SECONDS_FAST, _SECONDS_SLOW = 5, 40
_LEFT_OPEN = 0.02
_NOT_HANDED_IN = 0.04
_MOST_PREDICTED = 400
_SCALE = 2**64


def chance(participant: Participant, *about: object) -> float:
    """Return a number in [0, 1) that only depends on the participant's seed and on what it is about."""
    text = "\x1f".join([participant.seed, *map(str, about)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / _SCALE


def choose(participant: Participant, row: PaperRow, difficulty: Difficulty) -> str:
    """Return the response of the participant; an empty one leaves the question open."""
    if chance(participant, row.question_key, "open") < _LEFT_OPEN * (1 - participant.skill):
        return ""
    kind = KINDS[row.type]
    least, most = _KNOWS[difficulty]
    if chance(participant, row.question_key, "knows") < least + (most - least) * participant.skill:
        return kind.right(row.content, row.key)
    return kind.mistake(row.content, row.key, chance(participant, row.question_key, "mistake"))


def seconds_for(participant: Participant, row: PaperRow) -> float:
    """Return how long the participant thinks about a question."""
    usual = _SECONDS_SLOW - (_SECONDS_SLOW - _SECONDS_FAST) * participant.speed
    return usual * (0.5 + chance(participant, row.question_key, "seconds"))


def prediction_of(participant: Participant) -> int:
    """Return how many persons the participant thinks will have everything right."""
    return int(chance(participant, "prediction") ** 2 * _MOST_PREDICTED)


def hands_in(participant: Participant) -> bool:
    """Tell whether the participant hands in; otherwise the paper stays open until its deadline."""
    return chance(participant, "hands in") >= _NOT_HANDED_IN


def take(ctx_at: Callable[[datetime], Context], participant: Participant, round_id: int) -> int:
    """Take the quiz through the domain functions; return how many answers were acknowledged."""
    ctx = ctx_at(participant.starts_at)
    round_ = ctx.session.get_one(Phase, round_id)
    campaign = ctx.session.get_one(Campaign, round_.campaign_id)
    enrolment = ctx.session.get_one(Enrolment, participant.enrolment_id)
    session = start_session(ctx, user_id=participant.user_id, device="rehearsal", hours=12)
    attempt = attempts.start(ctx, campaign=campaign, round_=round_, enrolment=enrolment)
    place = answers.Place(token_hash(session), attempt.id, attempt.token)
    ends, asks_prediction = attempt.deadline, attempt.asks_prediction
    difficulties = figures_queries.difficulties(ctx, attempt_id=place.attempt_id)
    paper = papers_queries.paper(ctx, attempt_id=place.attempt_id)
    moment, sequence = participant.starts_at, 0
    for row in paper:
        moment += timedelta(seconds=seconds_for(participant, row))
        response = choose(participant, row, difficulties[row.position])
        if moment >= ends:
            return sequence
        if response:
            sequence += 1
            given = to_given(response, WAYS[row.type], unpack(row.option_order, row.option_count))
            answers.save(ctx_at(moment), place=place, position=row.position, given=given, sequence=sequence)
    acknowledged = sequence
    if asks_prediction:
        answers.predict(ctx_at(moment), place=place, prediction=prediction_of(participant), sequence=sequence + 1)
        acknowledged += 1
    moment += timedelta(seconds=1)
    if hands_in(participant) and moment < ends:
        ctx = ctx_at(moment)
        hand_in(ctx, attempt=ctx.session.get_one(type(attempt), place.attempt_id), token=place.token)
        grade_attempt(ctx_at(moment), attempt_id=place.attempt_id)
    return acknowledged
