"""A release is never changed; whom it shows is told, and that somebody it shows was erased."""

from __future__ import annotations

import pytest

from cuocthi.contributions import Erasure, Person
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Blocked
from cuocthi.personal.erasing import erase_enrolments
from cuocthi.personal.words import nobody
from cuocthi_publishing.domain.masking import mask_name
from cuocthi_publishing.domain.personal_data import export
from cuocthi_publishing.domain.releases import publish
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
    contest.publish("Sửa lỗi.")
    (part,) = export(
        contest.ctx,
        campaign=contest.campaign,
        person=Person(contest.people[0].user_id, contest.people[0].id),
    )
    assert [row[0] for row in part.rows] == [2, 1], "the former one is public as well"
    assert export(contest.ctx, campaign=contest.campaign, person=Person(contest.people[0].user_id, None)) == []


def erase(contest: Contest, somebody: Enrolment, erasure: Erasure = Erasure.WITHDRAWAL) -> None:
    """Erase what is stored of somebody."""
    erase_enrolments(contest.ctx, campaign=contest.campaign, enrolment_ids=[somebody.id], erasure=erasure)


def test_every_public_release_that_shows_somebody_erased_is_known(contest: Contest) -> None:
    contest.adopt()
    first, second = contest.publish(), contest.publish("Sửa lỗi.")
    erase(contest, contest.people[WINNERS])
    assert [first.names_erased_at, second.names_erased_at] == [contest.ctx.now] * 2


def test_a_release_that_shows_others_alone_is_left_alone(contest: Contest) -> None:
    contest.let_out(PublishSettings())
    contest.adopt()
    release = contest.publish()
    erase(contest, contest.people[-1])
    assert release.names_erased_at is None


def test_somebody_who_is_no_winner_any_more_is_found_by_name_and_unit(contest: Contest) -> None:
    contest.let_out(PublishSettings())
    contest.adopt()
    release, former = contest.publish(), contest.people[2]
    assert former.name in release.snapshot
    contest.adopt([20, 19, 1, 17, 16, 15, 14, 13])
    erase(contest, former)
    assert release.names_erased_at == contest.ctx.now


def test_all_are_known_when_the_records_are_due(contest: Contest) -> None:
    contest.let_out(PublishSettings())
    contest.adopt()
    release = contest.publish()
    erase(contest, contest.people[-1], Erasure.RECORDS)
    assert release.names_erased_at == contest.ctx.now


@pytest.mark.parametrize("how", ["erased", "consent taken back"])
def test_a_draft_with_a_name_that_may_not_be_shown_any_more_is_not_published(contest: Contest, how: str) -> None:
    contest.let_out(PublishSettings(depth=8, full_names=True))
    contest.adopt()
    draft, somebody = contest.release(), contest.people[5]
    if how == "erased":
        erase(contest, somebody)
    else:
        somebody.publishes_name = False
    with pytest.raises(Blocked) as refusal:
        publish(contest.staff[1], campaign=contest.campaign, number=draft.number, digest=draft.digest)
    assert [str(reason) for reason in refusal.value.reasons] == [
        "Names may be shown otherwise than when this release was made: make a new one."
    ]


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
