"""A release is never changed; whom it shows is told, and that somebody it shows was erased."""

from __future__ import annotations

import pytest

from cuocthi.contributions import Erasure, Person
from cuocthi.enrolments.models import Enrolment
from cuocthi.personal.erasing import erase_enrolments
from cuocthi.personal.words import nobody
from cuocthi_publishing.domain.masking import mask_name
from cuocthi_publishing.domain.personal_data import export
from cuocthi_publishing.settings import PublishSettings

from .conftest import WINNERS, Contest


@pytest.fixture(autouse=True)
def _everybody_in_the_list(contest: Contest) -> None:
    contest.let_out(PublishSettings(depth=8))


def shown(contest: Contest, enrolment: Enrolment) -> int:
    """In how many releases somebody is shown."""
    found = export(contest.ctx, campaign=contest.campaign, person=Person(enrolment.user_id, enrolment.id))
    return sum(len(part.rows) for part in found)


def test_people_see_whether_the_release_in_force_shows_them(contest: Contest) -> None:
    contest.adopt()
    assert shown(contest, contest.people[0]) == 0
    contest.publish()
    assert shown(contest, contest.people[0]) == 1
    number = contest.publish("Sửa lỗi.").number
    (part,) = export(
        contest.ctx,
        campaign=contest.campaign,
        person=Person(contest.people[0].user_id, contest.people[0].id),
    )
    assert [row[0] for row in part.rows] == [number]
    assert export(contest.ctx, campaign=contest.campaign, person=Person(contest.people[0].user_id, None)) == []


def test_a_release_that_shows_somebody_erased_asks_for_a_new_one(contest: Contest) -> None:
    contest.adopt()
    first = contest.publish()
    snapshot, digest = first.snapshot, first.digest
    last = contest.people[WINNERS]
    erase_enrolments(contest.ctx, campaign=contest.campaign, enrolment_ids=[last.id], erasure=Erasure.WITHDRAWAL)
    assert first.names_erased_at == contest.ctx.now
    assert (first.snapshot, first.digest) == (snapshot, digest)
    name = last.name
    second = contest.publish("Một người đã rút.")
    assert (name, second.names_erased_at) == (nobody(), None)
    assert mask_name(nobody()) not in second.snapshot, "whose name may not be published stands there without one"


def test_the_name_of_a_winner_stays_in_what_is_published(contest: Contest) -> None:
    contest.adopt()
    winner = contest.people[0]
    name = winner.name
    erase_enrolments(contest.ctx, campaign=contest.campaign, enrolment_ids=[winner.id], erasure=Erasure.RETENTION)
    assert winner.name == name
    assert name in contest.publish().snapshot
