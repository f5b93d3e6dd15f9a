"""The worker is dead when time runs out and nobody has a browser open: it comes back and hands in, once."""

from __future__ import annotations

import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.campaigns.models import Campaign
from cuocthi.clock import to_micros
from cuocthi.context import Actor
from cuocthi.enrolments.models import Enrolment
from cuocthi.timelines.models import Phase
from cuocthi.users.domain import start_session
from cuocthi.users.queries import token_hash
from cuocthi_quiz.domain import answers, attempts, hand_ins
from cuocthi_quiz.domain.responses import Given

from .conftest import Installation, until

if TYPE_CHECKING:
    from datetime import datetime

    from cuocthi.rehearsal.people import Person

pytestmark = [pytest.mark.faults, pytest.mark.slow]

PEOPLE, ANSWERED = 6, 7
OPEN = "SELECT count(*) FROM quiz_attempt WHERE submitted_at IS NULL"
GRADED = "SELECT count(*) FROM quiz_attempt WHERE graded_at IS NOT NULL"
SWEPT = "SELECT count(*) FROM core_job WHERE kind = 'quiz.sweep' AND state = 'done' AND created_at >= {}"
TOLD = "SELECT count(*) FROM core_phase_edge WHERE phase_id = {} AND edge = 'closed' AND plugin = 'quiz'"
PAPERS = """
SELECT a.id, a.submitted_at, a.deadline, a.handed_in_by, a.score, (
    SELECT count(*) FROM quiz_answer AS s WHERE s.attempt_id = a.id
) AS saved FROM quiz_attempt AS a ORDER BY a.id
"""
ANSWERS = """
SELECT s.attempt_id, s.response, CAST(r.key AS TEXT) AS key FROM quiz_answer AS s
JOIN quiz_item AS i ON i.attempt_id = s.attempt_id AND i.position = s.position
JOIN quiz_revision AS r ON r.id = i.revision_id
"""


def earned(installation: Installation) -> Counter[int]:
    """What the stored answers of each paper earn, counted anew: a point where exactly the right options are chosen."""
    points: Counter[int] = Counter()
    for row in installation.rows(ANSWERS):
        right = sum(1 << place for place in json.loads(row.key)["right"])
        points[row.attempt_id] += 1000 * (row.response == str(right))
    return points


def begin(installation: Installation, person: Person, moment: datetime, *, hand_in: bool) -> None:
    """Start a paper and answer some of it, at one moment."""
    with installation.course.at(moment) as ctx:
        enrolment = ctx.session.scalars(sa.select(Enrolment).where(Enrolment.code == person.code)).one()
    with installation.course.at(moment, Actor(enrolment.user_id)) as ctx:
        session = start_session(ctx, user_id=enrolment.user_id, device="", hours=1)
        campaign = ctx.session.get_one(Campaign, installation.campaign_id)
        round_ = ctx.session.get_one(Phase, installation.round.id)
        attempt = attempts.start(ctx, campaign=campaign, round_=round_, enrolment=enrolment)
        place = answers.Place(token_hash(session), attempt.id, attempt.token)
        for position in range(1, ANSWERED + 1):
            answers.save(ctx, place=place, position=position, given=Given.choice(1 << (position % 2)), sequence=1)
        if hand_in:
            hand_ins.hand_in(ctx, attempt=attempt, token=attempt.token)


def sweep_from(installation: Installation, moment: datetime) -> None:
    """Move the clock and wait until the background work has looked for overdue papers since."""
    installation.move_clock(moment)
    until(lambda: installation.number(SWEPT.format(to_micros(moment))) == 1)


def test_papers_are_handed_in_as_they_were_saved_when_the_worker_comes_back(installation: Installation) -> None:
    persons = installation.course.people(installation.campaign_id, PEOPLE)
    installation.course.register(installation.campaign_id, persons)
    for person in persons:
        begin(installation, person, installation.middle, hand_in=person is persons[0])

    installation.move_clock(installation.middle + timedelta(minutes=1))
    installation.start_workers(1)
    sweep_from(installation, installation.middle + timedelta(minutes=2))
    installation.kill()
    assert installation.number(OPEN) == PEOPLE - 1, "their time was not up"

    late = installation.round.closes_at + timedelta(minutes=1)
    installation.move_clock(late)
    assert installation.number(OPEN) == PEOPLE - 1, "nobody was there to hand them in"

    installation.start_workers(2)
    until(lambda: installation.number(OPEN) == 0 and installation.number(GRADED) == PEOPLE)
    until(lambda: installation.number(TOLD.format(installation.round.id)) == 1)
    papers = installation.rows(PAPERS)
    sweep_from(installation, late + timedelta(minutes=1))
    assert all(process.poll() is None for process in installation.processes)
    installation.kill()
    assert installation.rows(PAPERS) == papers, "what was handed in stays as it is"

    own, *others = papers
    assert (own.handed_in_by, own.submitted_at) == ("participant", to_micros(installation.middle))
    assert all((paper.handed_in_by, paper.submitted_at) == ("deadline", paper.deadline) for paper in others)
    points = earned(installation)
    assert all((paper.saved, paper.score) == (ANSWERED, points[paper.id]) for paper in papers)
    assert any(points.values())

    installation.course.rank(installation.campaign_id, moment=late, staff=installation.staff)
    assert installation.number("SELECT persons FROM core_ranking") == PEOPLE
    assert installation.number("SELECT count(DISTINCT enrolment_id) FROM core_result") == PEOPLE
    assert installation.number("SELECT count(*) FROM core_result") == PEOPLE
