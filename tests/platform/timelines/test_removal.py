"""Taking a phase off the timeline: everything that refers to it is named before, and refuses it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign, SettingsVersion
from cuocthi.campaigns.settings import save_settings
from cuocthi.context import Actor, Context
from cuocthi.contributions import Act, Blocker, Edge
from cuocthi.errors import Blocked
from cuocthi.news.domain import AnnouncementFacts, write_announcement
from cuocthi.standings.criteria import RULES_OWNER, Admission, RankingRules
from cuocthi.testing.plugins import make_format
from cuocthi.text import T
from cuocthi.timelines.models import Phase
from cuocthi.timelines.queries import phases
from cuocthi.timelines.removal import removal, remove_phase

if TYPE_CHECKING:
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

TIMELINE = "/c/thai-binh/staff/timeline"


def sprint() -> ModuleType:
    """A contest format that names what it calls a favourite."""

    def act_blockers(act: Act, round_: Phase | None) -> list[Blocker]:
        named = act is Act.REMOVE_PHASE and round_ is not None and round_.title == "Chung kết"
        return [Blocker("favourite", T("It is the favourite round."), "/favourites")] if named else []

    return make_format("sprint", act_blockers)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint",))


@pytest.fixture
def ahead(ctx: Context, make: Factories, campaign: Campaign) -> Callable[..., Phase]:
    """Make a round that has not opened."""

    def made(number: int, title: str = "Vòng loại") -> Phase:
        opens = ctx.now + timedelta(days=number)
        round_ = make.round(campaign, "sprint", number=number, opens_at=opens, closes_at=opens + timedelta(days=1))
        round_.title = title
        return round_

    return made


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    browser = sign_in(make.member(campaign))
    browser.get(f"{TIMELINE}/new")  # a form brings the token
    return browser


def admit(ctx: Context, campaign: Campaign, round_: Phase, of: str) -> None:
    rules = RankingRules(admission=Admission(of, best=50))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=rules, round_=round_)


def reasons(ctx: Context, campaign: Campaign, phase: Phase) -> list[str]:
    return [str(blocker.reason) for blocker in removal(ctx, campaign=campaign, phase=phase).blockers]


def test_a_round_by_which_another_one_admits_stays(
    ctx: Context, campaign: Campaign, ahead: Callable[..., Phase]
) -> None:
    week, final = ahead(1, title="Tuần 1"), ahead(2, title="Vòng cuối")
    admit(ctx, campaign, final, week.key)
    assert reasons(ctx, campaign, week) == ["“Vòng cuối” is only for the best of it, by its ranking rules."]
    with pytest.raises(Blocked) as refusal:
        remove_phase(ctx, campaign=campaign, phase=week)
    assert [str(reason) for reason in refusal.value.reasons] == reasons(ctx, campaign, week)
    assert len(phases(ctx, campaign_id=campaign.id)) == 2


def test_what_plugins_name_stays_too(ctx: Context, campaign: Campaign, ahead: Callable[..., Phase]) -> None:
    assert reasons(ctx, campaign, ahead(1, title="Chung kết")) == ["It is the favourite round."]
    assert reasons(ctx, campaign, ahead(2, title="Tuần 2")) == []


def test_a_phase_by_which_an_announcement_is_sent_stays(
    ctx: Context, make: Factories, campaign: Campaign, ahead: Callable[..., Phase]
) -> None:
    author = replace(ctx, actor=Actor(make.user().id))
    round_ = ahead(1)
    facts = AnnouncementFacts("Sắp khai mạc", "Mời mọi người tham gia.", phase=round_, edge=Edge.OPENED, days=-1)
    write_announcement(author, campaign=campaign, facts=facts)
    assert reasons(ctx, campaign, round_) == ["The announcement “Sắp khai mạc” is sent by its dates."]


def test_what_was_set_for_a_round_alone_goes_with_it_and_stays_in_the_log(
    ctx: Context, campaign: Campaign, ahead: Callable[..., Phase]
) -> None:
    week, final = ahead(1), ahead(2)
    admit(ctx, campaign, final, week.key)
    number = ctx.session.scalars(sa.select(SettingsVersion.id)).one()
    assert [str(title) for title in removal(ctx, campaign=campaign, phase=final).settings] == ["Ranking rules"]
    remove_phase(ctx, campaign=campaign, phase=final)
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert event.before["settings"][RULES_OWNER]["admission"]["of"] == week.key
    assert list(phases(ctx, campaign_id=campaign.id)) == [week]
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(), round_=week)
    assert ctx.session.scalars(sa.select(SettingsVersion.id)).one() > number, "its number means nothing else afterwards"


def test_what_two_persons_decided_on_keeps_the_round(
    ctx: Context, make: Factories, campaign: Campaign, ahead: Callable[..., Phase]
) -> None:
    round_, second = ahead(1), make.user()
    confirming = replace(ctx, actor=Actor(second.id))
    save_settings(
        confirming,
        owner=RULES_OWNER,
        campaign=campaign,
        value=RankingRules(public_places=3),
        round_=round_,
        proposed_by=make.user().id,
    )
    (reason,) = reasons(ctx, campaign, round_)
    assert "two persons" in reason


def test_the_page_asks_before_anything_is_removed(
    ctx: Context, campaign: Campaign, ahead: Callable[..., Phase], organiser: Browser
) -> None:
    round_ = ahead(1, title="Vòng thừa")
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(), round_=round_)
    ctx.session.commit()
    address = f"{TIMELINE}/{round_.id}"
    ctx.session.rollback()
    page = organiser.get(address)[1]
    assert f'href="{address}/remove"' in page
    assert f'action="{address}/remove"' not in page, "one click removes nothing"
    page = organiser.get(f"{address}/remove")[1]
    assert "Bỏ “Vòng thừa”?" in page
    assert "Quy tắc xếp hạng" in page
    assert f'action="{address}/remove"' in page
    status, page = organiser.post(f"{address}/remove", {})
    assert (status, "Đã bỏ “Vòng thừa”." in page) == (200, True)


def test_the_page_names_what_refers_to_the_round_and_where_it_is_changed(
    ctx: Context, campaign: Campaign, ahead: Callable[..., Phase], organiser: Browser
) -> None:
    named, final = ahead(1, title="Chung kết"), ahead(2, title="Vòng cuối")
    admit(ctx, campaign, final, named.key)
    ctx.session.commit()
    address, rules = f"{TIMELINE}/{named.id}/remove", f"/c/thai-binh/staff/rankings/{final.id}/rules"
    ctx.session.rollback()
    answers = organiser.get(address), organiser.post(address, {})
    assert [status for status, _page in answers] == [200, 422]
    for _status, page in answers:
        assert "Quy tắc xếp hạng của “Vòng cuối”" in page
        assert f'href="{rules}"' in page
        assert 'href="/favourites"' in page
        assert f'action="{address}"' not in page
        assert "Về trang đầu" not in page
    assert len(phases(ctx, campaign_id=campaign.id)) == 2


def test_ranking_rules_by_a_round_that_is_gone_say_so(
    ctx: Context, campaign: Campaign, ahead: Callable[..., Phase], organiser: Browser
) -> None:
    final = ahead(1)
    admit(ctx, campaign, final, "tuan-1")
    ctx.session.commit()
    number = final.id
    ctx.session.rollback()
    page = organiser.get(f"/c/thai-binh/staff/rankings/{number}/rules")[1]
    assert '<option selected value="tuan-1">vòng thi đã bị bỏ (tuan-1)' in page
