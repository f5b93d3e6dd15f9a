"""Provisional results: in public for as long as people may object to them, and adopted only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.settings import SettingsError, load_settings, save_settings
from cuocthi.contributions import Browser
from cuocthi.errors import Blocked
from cuocthi.rules.clauses import core_clauses
from cuocthi.standings.criteria import RULES_OWNER, RankingRules
from cuocthi.standings.decisions import exclude_entry
from cuocthi.standings.domain import adopt_ranking, build_ranking, submit_ranking
from cuocthi.standings.models import Ranking, RankingState
from cuocthi.standings.provisional import own_places, public_provisional, rounds_with_provisional

from .conftest import post

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.enrolments.models import Enrolment
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase
    from cuocthi.users.models import User

HOURS = 48
PERIOD = timedelta(hours=HOURS)
SCORES = [3_000, 2_000, 2_000, 1_000, 0]
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
SignIn = Callable[["User"], Browser]


@pytest.fixture
def draft(ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment]) -> Ranking:
    """A draft by rules that leave two days for objections and show two places."""
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(public_places=2, objection_hours=HOURS))
    post(ctx, campaign, round_, people, SCORES)
    return build_ranking(ctx, campaign=campaign, round_=round_)


def reasons(refused: pytest.ExceptionInfo[Blocked]) -> list[str]:
    return [str(reason) for reason in refused.value.reasons]


def test_it_is_adopted_when_the_time_for_objections_is_over_and_not_a_moment_before(
    draft: Ranking, jury: list[Context]
) -> None:
    submit_ranking(jury[0], ranking=draft)
    until = jury[0].now + PERIOD
    assert (draft.submitted_at, draft.objections_until) == (jury[0].now, until)
    with pytest.raises(Blocked) as refused:
        adopt_ranking(replace(jury[0], now=until - timedelta(microseconds=1)), ranking=draft)
    assert [text for text in reasons(refused) if "People may object" in text]
    assert [adopt_ranking(replace(one, now=until), ranking=draft) for one in jury[:2]] == [1, 2]
    assert draft.state is RankingState.ADOPTED


def test_without_such_a_time_it_is_adopted_at_once_and_never_public(
    ctx: Context, round_: Phase, provisional: Ranking, jury: list[Context]
) -> None:
    assert provisional.submitted_at == ctx.now
    assert provisional.objections_until is None
    assert public_provisional(ctx, round_=round_) is None
    adopt_ranking(jury[0], ranking=provisional)
    assert adopt_ranking(jury[1], ranking=provisional) == 2


def test_another_version_has_a_time_of_its_own_and_takes_the_place_of_the_first(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], draft: Ranking, jury: list[Context]
) -> None:
    submit_ranking(ctx, ranking=draft)
    exclude_entry(jury[0], enrolment=people[0], reason="Thành viên Tổ Giúp việc")
    later = replace(ctx, now=ctx.now + timedelta(hours=40))
    second = build_ranking(later, campaign=campaign, round_=round_)
    assert public_provisional(later, round_=round_) == draft, "a draft is nobody's business"
    submit_ranking(later, ranking=second)
    assert draft.state is RankingState.SUPERSEDED
    assert public_provisional(later, round_=round_) == second
    with pytest.raises(Blocked) as refused:
        adopt_ranking(replace(jury[0], now=ctx.now + PERIOD), ranking=second)
    assert [text for text in reasons(refused) if "People may object" in text]
    assert second.objections_until == later.now + PERIOD


def test_nothing_is_made_public_while_entries_may_be_open_or_of_other_results(
    ctx: Context, make: Factories, campaign: Campaign, people: list[Enrolment], draft: Ranking
) -> None:
    running = make.round(campaign, "essays", number=2)
    post(ctx, campaign, running, people, SCORES)
    early = build_ranking(ctx, campaign=campaign, round_=running)
    with pytest.raises(Blocked) as refused:
        submit_ranking(ctx, ranking=early)
    assert [text for text in reasons(refused) if "may be open" in text]
    post(ctx, campaign, ctx.session.get_one(type(running), draft.phase_id), people, SCORES[::-1])
    with pytest.raises(Blocked) as refused:
        submit_ranking(ctx, ranking=draft)
    assert [text for text in reasons(refused) if "Results have changed" in text]
    assert draft.state is RankingState.DRAFT


def test_who_takes_part_knows_the_own_place(
    ctx: Context, campaign: Campaign, round_: Phase, people: list[Enrolment], draft: Ranking
) -> None:
    def places() -> list[tuple[int, int, int]]:
        found = own_places(ctx, campaign_id=campaign.id, enrolment_id=people[1].id)
        return [(place.rank, place.tied, place.persons) for place in found]

    assert places() == []
    submit_ranking(ctx, ranking=draft)
    assert places() == [(2, 2, 5)]
    assert rounds_with_provisional(ctx, campaign_id=campaign.id) == [(round_.id, round_.title, ctx.now + PERIOD)]


def test_the_rules_say_how_long_and_else_nothing_of_it(campaign: Campaign, round_: Phase) -> None:
    def clause(rules: RankingRules) -> str:
        given = {"rounds": [round_], "committees": [], "measure_titles": {}}
        found = core_clauses(campaign, rankings=[([round_], rules)], **given)  # type: ignore[arg-type]
        return next(one.body for one in found if one.key == "ranking")

    campaign.language = "vi"
    assert clause(RankingRules(objection_hours=72)).endswith("công bố lại như trên.")
    assert "Dự kiến kết quả trong 72 giờ" in clause(RankingRules(objection_hours=72))
    assert "Dự kiến" not in clause(RankingRules())
    with pytest.raises(SettingsError):
        RankingRules(objection_hours=745)


def test_the_hours_go_through_a_campaign_file(ctx: Context, campaign: Campaign, draft: Ranking) -> None:
    files = export_campaign(ctx, campaign=campaign)
    assert b"objection_hours = 48" in files["campaign.toml"]
    again = import_campaign(ctx, files=files, slug="again")
    assert draft.campaign_id == campaign.id
    loaded = load_settings(ctx, owner=RULES_OWNER, schema=RankingRules, campaign=again).value
    assert (loaded.objection_hours, loaded.public_places) == (HOURS, 2)


# --- pages ---


def leaderboard(campaign: Campaign, round_: Phase) -> str:
    return f"/c/{campaign.slug}/rankings/{round_.id}/"


def adopt(jury: list[Context], ranking: Ranking, now: datetime) -> None:
    for one in jury[:2]:
        adopt_ranking(replace(one, now=now), ranking=ranking)


def test_everybody_sees_them_marked_and_as_deep_as_the_adopted_ones(
    ctx: Context,
    client: FlaskClient,
    clock: FixedClock,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    draft: Ranking,
    jury: list[Context],
) -> None:
    campaign.support_phone = "0227 3736 888"
    ctx.session.commit()
    address = leaderboard(campaign, round_)
    assert client.get(address).status_code == 404, "a draft"
    submit_ranking(ctx, ranking=draft)
    ctx.session.commit()
    page = client.get(address).text
    assert "Dự kiến kết quả" in page
    assert "Có thể gửi kiến nghị đến" in page
    assert "0227 3736 888" in page
    codes = [person.code in page for person in people]
    assert sum(codes) == 2, "as deep as the rules say"
    assert people[0].name not in page
    assert "Dự kiến kết quả" in client.get(f"/c/{campaign.slug}/").text
    clock.advance(PERIOD - timedelta(seconds=1))
    assert "Có thể gửi kiến nghị đến" in client.get(address).text
    clock.advance(timedelta(seconds=1))
    assert "Đã hết thời hạn kiến nghị" in client.get(address).text, "at that very moment, also from memory"
    adopt(jury, draft, clock.now())
    ctx.session.commit()
    page = client.get(address).text
    assert "Dự kiến kết quả" not in page
    assert [person.code in page for person in people] == codes


def test_a_correction_stands_beside_what_is_in_force_until_it_is_adopted(
    ctx: Context,
    client: FlaskClient,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    draft: Ranking,
    jury: list[Context],
) -> None:
    submit_ranking(ctx, ranking=draft)
    over = ctx.now + PERIOD
    adopt(jury, draft, over)
    post(ctx, campaign, round_, people, SCORES[::-1])
    second = build_ranking(replace(ctx, now=over), campaign=campaign, round_=round_)
    submit_ranking(replace(ctx, now=over), ranking=second)
    ctx.session.commit()
    page = client.get(leaderboard(campaign, round_)).text
    assert page.index("Thứ hạng dự kiến") < page.index("Kết quả đã thông qua, có hiệu lực")
    assert draft.digest in page
    assert second.digest in page
    adopt(jury, second, over + PERIOD)
    ctx.session.commit()
    page = client.get(leaderboard(campaign, round_)).text
    assert draft.digest not in page
    assert "Dự kiến" not in page


@on_one_database
def test_a_provisional_version_that_is_being_replaced_says_so(
    ctx: Context,
    client: FlaskClient,
    campaign: Campaign,
    round_: Phase,
    people: list[Enrolment],
    draft: Ranking,
) -> None:
    submit_ranking(ctx, ranking=draft)
    post(ctx, campaign, round_, people, SCORES[::-1])
    build_ranking(ctx, campaign=campaign, round_=round_)
    ctx.session.commit()
    assert "Phiên bản mới đang được lập" in client.get(leaderboard(campaign, round_)).text


@on_one_database
def test_the_own_page_says_the_place_and_until_when(
    ctx: Context, sign_in: SignIn, campaign: Campaign, people: list[Enrolment], draft: Ranking
) -> None:
    submit_ranking(ctx, ranking=draft)
    ctx.session.commit()
    page = sign_in(people[1].user).get(f"/c/{campaign.slug}/personal")[1]
    assert "Bạn xếp thứ 2 trong số 5 người." in page
    assert "Có 2 người cùng hạng này." in page


@on_one_database
def test_the_hours_are_set_on_the_page_of_the_ranking_rules(
    ctx: Context, make: Factories, sign_in: SignIn, campaign: Campaign, round_: Phase
) -> None:
    browser = sign_in(make.member(campaign))
    address = f"/c/{campaign.slug}/staff/rankings/{round_.id}/rules"
    fields = {f"criteria-{n}-key": "score" if n == 0 else "" for n in range(8)}
    browser.get(address)
    fields |= {f"criteria-{n}-direction": "highest" for n in range(8)} | {
        "counted": "best",
        "public_places": "5",
        "lot_minutes": "15",
    }
    assert browser.post(address, {**fields, "objection_hours": "745"})[0] == 422
    assert browser.post(address, {**fields, "objection_hours": "72"})[0] == 200
    assert 'value="72"' in browser.get(address)[1]
