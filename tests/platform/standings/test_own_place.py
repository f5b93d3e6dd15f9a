"""Why I stand where I stand: for the person, criterion by criterion, beside neighbours who are not named."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.queries import next_to, standing_of
from cuocthi.users.models import User

from .conftest import post

if TYPE_CHECKING:
    from collections.abc import Callable

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.standings.models import Ranking, Standing
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase


@pytest.fixture
def draft(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]) -> Ranking:
    """First, two who share the second rank, fourth, last."""
    post(ctx, campaign, round_, people, [3_000, 2_000, 2_000, 1_000, 0])
    return build_ranking(ctx, campaign=campaign, round_=round_)


def adopt(draft: Ranking, jury: list[Context]) -> None:
    submit_ranking(jury[0], ranking=draft)
    for member in jury[:2]:
        adopt_ranking(member, ranking=draft)


def place(ctx: Context, ranking: Ranking, person: Enrolment) -> Standing:
    found = standing_of(ctx, ranking=ranking, enrolment_id=person.id)
    assert found is not None
    return found


def test_neighbours_are_the_next_ranks_and_nobody_of_an_undecided_tie(
    ctx: Context, draft: Ranking, people: list[Enrolment]
) -> None:
    first, second, alike, fourth, last = (place(ctx, draft, person) for person in people)
    assert next_to(ctx, first, before=True) is None
    assert next_to(ctx, first, before=False) in {second, alike}
    assert (next_to(ctx, second, before=True), next_to(ctx, second, before=False)) == (first, fourth)
    assert (next_to(ctx, alike, before=True), next_to(ctx, alike, before=False)) == (first, fourth)
    assert (next_to(ctx, last, before=True), next_to(ctx, last, before=False)) == (fourth, None)


def test_who_was_drawn_first_of_a_tie_stands_before(ctx: Context, draft: Ranking, people: list[Enrolment]) -> None:
    second, alike = (place(ctx, draft, person) for person in people[1:3])
    second.tie_place, alike.tie_place = 2, 1
    ctx.session.flush()
    assert next_to(ctx, second, before=True) is alike
    assert next_to(ctx, alike, before=False) is second


def test_the_person_reads_what_decided_and_no_name(
    ctx: Context,
    draft: Ranking,
    jury: list[Context],
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    sign_in: Callable[[User], Browser],
) -> None:
    people[0].name, people[4].name = "Trần Văn Nhất", "Lê Thị Cuối"
    adopt(draft, jury)
    reader = sign_in(ctx.session.get_one(User, people[3].user_id))
    status, page = reader.get(f"/c/{campaign.slug}/rankings/{round_.id}/mine")
    assert status == 200
    said = re.sub(r"<[^>]+>|\s+", " ", page)
    assert re.search(r"Hạng\s+4 trên 5", said)
    assert said.count("Tiêu chí “Điểm” quyết định.") == 2
    for other in (people[0], people[1], people[4]):
        assert other.name not in page
        assert other.code not in page


def test_what_the_format_does_not_show_yet_is_not_shown_here_either(
    ctx: Context,
    make: Factories,
    jury: list[Context],
    campaign: Campaign,
    people: list[Enrolment],
    sign_in: Callable[[User], Browser],
) -> None:
    campaign.plugins = [*campaign.plugins, "veiled"]
    veiled = make.round(campaign, "veiled", opens_at=ctx.now - timedelta(days=9), closes_at=ctx.now, number=2)
    post(ctx, campaign, veiled, people, [3_000, 2_345, 2_000, 1_000, 0])
    adopt(build_ranking(ctx, campaign=campaign, round_=veiled), jury)
    reader = sign_in(ctx.session.get_one(User, people[1].user_id))
    status, page = reader.get(f"/c/{campaign.slug}/rankings/{veiled.id}/mine")
    said = re.sub(r"<[^>]+>|\s+", " ", page)
    assert status == 200
    assert re.search(r"Hạng\s+2 trên 5", said)
    assert "Tiêu chí “Điểm” quyết định." in said, "why is told, how much is not"
    assert "chưa được hiển thị" in said
    for points in ("2,345", ">3<", ">2<"):
        assert points not in page.partition("<main")[2]


def test_nobody_reads_it_before_there_is_anything_public_and_who_has_no_entry_never(
    ctx: Context,
    make: Factories,
    draft: Ranking,
    jury: list[Context],
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    sign_in: Callable[[User], Browser],
) -> None:
    address = f"/c/{campaign.slug}/rankings/{round_.id}/mine"
    assert sign_in(ctx.session.get_one(User, people[0].user_id)).get(address)[0] == 404
    adopt(draft, jury)
    assert sign_in(make.user()).get(address)[0] == 404
