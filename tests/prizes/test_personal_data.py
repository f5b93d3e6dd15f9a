"""Award records outlast the names of everybody else, and end with the time that the law sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cuocthi.campaigns.models import CampaignState
from cuocthi.contributions import Erasure, Person
from cuocthi.personal.retention import anonymise_due
from cuocthi.personal.words import nobody
from cuocthi.standings.integrity import digest_of_standings
from cuocthi.standings.queries import adopted_ranking
from cuocthi_prizes.contributed import award_lists
from cuocthi_prizes.digests import NOBODY
from cuocthi_prizes.domain.award_lists import adopt, draw_up
from cuocthi_prizes.domain.personal_data import erase, export
from cuocthi_prizes.models import AwardList

from .conftest import DISTINCT, Contest


@pytest.fixture
def adopted(contest: Contest) -> AwardList:
    """The list of sixteen winners; the seventeenth person won nothing."""
    contest.rank(DISTINCT)
    made = draw_up(contest.staff[0], campaign=contest.campaign)
    for ctx in contest.staff:
        adopt(ctx, campaign=contest.campaign, number=made.number, digest=made.digest)
    return made


def person(contest: Contest, place: int) -> Person:
    enrolment = contest.people[place]
    return Person(enrolment.user_id, enrolment.id)


def run(contest: Contest, *, years: float) -> None:
    contest.ctx.session.commit()
    anonymise_due(replace(contest.ctx, now=contest.ctx.now + timedelta(days=366 * years)), {}, lambda _done, _all: None)
    contest.ctx.session.expire_all()


def test_a_winner_sees_the_award_and_why_it_stays(contest: Contest, adopted: AwardList) -> None:
    [part] = export(contest.ctx, campaign=contest.campaign, person=person(contest, 0))
    assert part.kept
    assert part.rows[0][:4] == (adopted.number, "Giải Nhất", 1_000_000, contest.people[0].name)
    [part] = export(contest.ctx, campaign=contest.campaign, person=person(contest, 16))
    assert part.rows == []


@pytest.mark.parametrize("erasure", [Erasure.WITHDRAWAL, Erasure.RETENTION])
def test_an_adopted_list_keeps_its_names(contest: Contest, adopted: AwardList, erasure: Erasure) -> None:
    erase(contest.ctx, campaign=contest.campaign, people=[person(contest, 0)], erasure=erasure)
    assert adopted.awards[0].recipient == contest.people[0].name
    assert adopted.names_erased_at is None


def test_a_list_that_never_became_an_act_keeps_nobody(contest: Contest) -> None:
    contest.rank(DISTINCT)
    withdrawn = draw_up(contest.staff[0], campaign=contest.campaign)
    draft = draw_up(contest.staff[0], campaign=contest.campaign)
    people = [person(contest, 0)]
    erase(contest.ctx, campaign=contest.campaign, people=people, erasure=Erasure.WITHDRAWAL)
    assert [made.awards[0].recipient for made in (withdrawn, draft)] == [NOBODY, contest.people[0].name]
    assert withdrawn.awards[1].recipient == contest.people[1].name
    erase(contest.ctx, campaign=contest.campaign, people=people, erasure=Erasure.RETENTION)
    assert draft.awards[0].recipient == NOBODY


def test_after_a_campaign_only_winners_have_names_and_every_digest_holds(contest: Contest, adopted: AwardList) -> None:
    names = [award.recipient for award in adopted.awards]
    contest.campaign.state, contest.campaign.archived_at = CampaignState.ARCHIVED, contest.ctx.now
    run(contest, years=2)
    assert [one.name for one in contest.people] == [*names, nobody()]
    assert award_lists(contest.ctx, contest.campaign)[0].digest == adopted.digest, "it is verified when it is read"
    ranking = adopted_ranking(contest.ctx, round_=contest.round_)
    assert ranking is not None
    made_again = digest_of_standings(contest.ctx, ranking=ranking)
    assert made_again == ranking.digest, "it covers contest numbers and places, never names"
    run(contest, years=11)
    assert {one.name for one in contest.people} == {nobody()}
    [listed] = award_lists(contest.ctx, contest.campaign)
    assert {award.recipient for award in listed.awards} == {NOBODY}
    assert (listed.digest, adopted.names_erased_at is not None) == (adopted.digest, True)
