"""The staff pages of a campaign's basics, opening and end, and its public page that browsers keep."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign, CampaignState
from cuocthi.campaigns.settings import save_settings
from cuocthi.contributions import Fact, ReadinessItem, Role
from cuocthi.standings.criteria import RULES_OWNER, Admission, RankingRules
from cuocthi.testing.plugins import make_format
from cuocthi.text import T
from cuocthi.timelines.models import PhaseKind
from cuocthi.users.models import WebSession

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.clock import FixedClock
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

HOME = "/c/thai-binh/staff"
BASICS = {
    "name": "Cuộc thi trắc nghiệm",
    "host_name": "Sở Khoa học và Công nghệ",
    "audience": "Mọi người dân trong tỉnh",
    "support_phone": "0227 3600 000",
    "responsible": "Trung tâm Công nghệ thông tin",
    "consent_text": "Tôi đồng ý.",
    "language": "vi",
    "accent": "#8a1538",
}


def sprint() -> ModuleType:
    """A contest format that wants nothing and says a fact, unless the campaign's tagline is "broken"."""

    def campaign_facts(campaign: Campaign) -> list[Fact]:
        if campaign.tagline == "broken":
            message = "no facts today"
            raise RuntimeError(message)
        return [Fact("laps", T("400"), T("Laps"))]

    def readiness_items(campaign: Campaign) -> list[ReadinessItem]:
        return [ReadinessItem("track", T("A track"), done=campaign.tagline != "no track", order=50)]

    return make_format("sprint", campaign_facts, readiness_items)


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint",), state=CampaignState.DRAFT)


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    return sign_in(make.member(campaign))


def stored(ctx: Context, column: Any) -> Any:
    """What the database holds of the campaign now; no lock is kept."""
    value = ctx.session.scalar(sa.select(column).where(Campaign.slug == "thai-binh"))
    ctx.session.rollback()
    return value


def actions(ctx: Context) -> list[str]:
    found = list(ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))
    ctx.session.rollback()
    return found


def stay_signed_in(ctx: Context) -> None:
    """Let sessions outlive the days that pass in a test."""
    ctx.session.execute(sa.update(WebSession).values(expires_at=ctx.now + timedelta(days=30)))
    ctx.session.commit()


def save(browser: Browser, page: str, fields: dict[str, Any]) -> tuple[int, str]:
    assert browser.get(f"{HOME}/{page}")[0] == 200
    return browser.post(f"{HOME}/{page}", fields)


# --- what it says of itself ---


def test_the_basics_are_changed_and_the_change_is_on_record(ctx: Context, organiser: Browser) -> None:
    status, page = save(organiser, "basics", BASICS)
    assert (status, "notice-ok" in page) == (200, True)
    assert stored(ctx, Campaign.host_name) == "Sở Khoa học và Công nghệ"
    assert stored(ctx, Campaign.accent) == "#8a1538"
    assert stored(ctx, Campaign.version) > 1
    assert save(organiser, "basics", BASICS)[0] == 200
    assert actions(ctx) == ["core:campaign:edit"], "the same once more is no change"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 301),
        ("host_name", ""),
        ("accent", "hồng"),
        ("language", "xx"),
        ("portal_url", "javascript:alert(1)"),
        ("support_phone", "0" * 41),
    ],
)
def test_basics_that_cannot_be_are_refused_at_their_field(
    ctx: Context, organiser: Browser, field: str, value: str
) -> None:
    status, page = save(organiser, "basics", {**BASICS, field: value})
    assert status == 422
    assert "has-error" in page
    assert BASICS["consent_text"] in page, "what was entered stays"
    assert stored(ctx, Campaign.version) == 1
    assert actions(ctx) == []


def test_the_words_of_a_campaign_are_cleaned_where_they_are_shown(
    ctx: Context, organiser: Browser, client: FlaskClient, campaign: Campaign
) -> None:
    ctx.session.execute(sa.update(Campaign).values(state=CampaignState.OPEN, opened_at=ctx.now))
    ctx.session.commit()
    words = '**Mọi người** <script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror="y">'
    assert save(organiser, "basics", {**BASICS, "name": "<b>Thi</b>", "audience": words})[0] == 200
    page = client.get("/c/thai-binh/").text
    assert "<strong>Mọi người</strong>" in page
    assert "&lt;b&gt;Thi&lt;/b&gt;" in page
    for bad in ("<script>alert", 'href="javascript:', "<img src=x", "<b>Thi"):
        assert bad not in page


def test_categories_are_kept_once_the_campaign_has_opened(ctx: Context, organiser: Browser, campaign: Campaign) -> None:
    lines = "official = Cán bộ\nresident = Người dân\nyouth = Đoàn viên"
    assert save(organiser, "categories", {"categories": lines})[0] == 200
    assert stored(ctx, Campaign.categories) == {"official": "Cán bộ", "resident": "Người dân", "youth": "Đoàn viên"}
    for wrong in ("", "official", "Cán bộ = x", "a = 1\na = 2", f"{'a' * 41} = x", f"a = {'x' * 201}"):
        status, page = save(organiser, "categories", {"categories": wrong})
        assert (status, "has-error" in page or "notice-error" in page) == (422, True), wrong
    ctx.session.execute(sa.update(Campaign).values(opened_at=ctx.now, state=CampaignState.OPEN))
    ctx.session.commit()
    assert save(organiser, "categories", {"categories": "official = Cán bộ"})[0] == 422
    assert len(stored(ctx, Campaign.categories)) == 3
    assert save(organiser, "categories", {"categories": lines.replace("Cán bộ", "Công chức")})[0] == 200
    assert stored(ctx, Campaign.categories)["official"] == "Công chức"


def test_a_part_that_a_round_needs_stays_enabled(
    ctx: Context, organiser: Browser, campaign: Campaign, make: Factories
) -> None:
    round_ = make.round(campaign, "sprint")
    ctx.session.commit()
    assert save(organiser, "parts", {})[0] == 422
    assert stored(ctx, Campaign.plugins) == ["sprint"]
    ctx.session.delete(round_)
    ctx.session.commit()
    assert save(organiser, "parts", {})[0] == 200
    assert stored(ctx, Campaign.plugins) == []
    assert save(organiser, "parts", {"plugins": ["sprint", "nothing"]})[0] == 422
    assert save(organiser, "parts", {"plugins": ["sprint"]})[0] == 200
    assert stored(ctx, Campaign.plugins) == ["sprint"]


def test_settings_are_only_there_for_parts_that_have_some(organiser: Browser) -> None:
    for owner in ("sprint", "core", "nothing"):
        assert organiser.get(f"{HOME}/settings/{owner}")[0] == 404


# --- from draft to archive ---


def prepared(ctx: Context, make: Factories, campaign: Campaign, organiser: Browser) -> None:
    """Do everything that the list of preparations asks for, on the pages."""
    make.member(campaign)
    make.unit()
    make.round(campaign, "sprint")
    ctx.session.commit()
    assert save(organiser, "basics", BASICS)[0] == 200
    assert save(organiser, "rules", {})[0] == 200


def test_what_is_missing_is_listed_and_keeps_the_campaign_shut(ctx: Context, organiser: Browser) -> None:
    status, page = save(organiser, "readiness", {})
    assert status == 405
    status, page = organiser.post(f"{HOME}/open", {})
    assert status == 409
    assert page.count("<li>") >= 5
    assert "Chưa thể mở cuộc thi" in page
    assert stored(ctx, Campaign.state) is CampaignState.DRAFT
    assert actions(ctx) == []


def test_a_prepared_campaign_opens_and_everybody_sees_it(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    prepared(ctx, make, campaign, organiser)
    assert client.get("/c/thai-binh/").status_code == 404
    status, page = organiser.get(f"{HOME}/readiness")
    assert f'action="{HOME}/open"' in page
    status, page = organiser.post(f"{HOME}/open", {})
    assert (status, "notice-ok" in page) == (200, True)
    assert stored(ctx, Campaign.state) is CampaignState.OPEN
    assert client.get("/c/thai-binh/").status_code == 200
    assert organiser.post(f"{HOME}/open", {})[0] == 409
    assert actions(ctx).count("core:campaign:open") == 1


def test_a_part_may_ask_for_more(ctx: Context, make: Factories, campaign: Campaign, organiser: Browser) -> None:
    prepared(ctx, make, campaign, organiser)
    ctx.session.execute(sa.update(Campaign).values(tagline="no track"))
    ctx.session.commit()
    assert "A track" in organiser.get(f"{HOME}/readiness")[1]
    assert organiser.post(f"{HOME}/open", {})[0] == 409
    assert stored(ctx, Campaign.state) is CampaignState.DRAFT


def test_what_asks_for_the_same_stands_under_one_title(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser
) -> None:
    for number in (1, 2):
        round_ = make.round(campaign, "sprint", number=number)
        rules = RankingRules(admission=Admission(f"khong-co-{number}", best=3))
        save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=rules, round_=round_)
    ctx.session.commit()
    page = organiser.get(f"{HOME}/readiness")[1]
    assert page.count("Vòng thi chỉ dành cho người xếp hạng cao ở vòng khác") == 1
    assert all(f"“khong-co-{number}”" in page for number in (1, 2))


def test_a_campaign_is_archived_after_its_rounds_and_its_address_was_typed(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, clock: FixedClock
) -> None:
    prepared(ctx, make, campaign, organiser)
    assert organiser.post(f"{HOME}/open", {})[0] == 200
    assert save(organiser, "archive", {"confirm": "thai"})[0] == 422
    status, page = save(organiser, "archive", {"confirm": "thai-binh"})
    assert (status, stored(ctx, Campaign.state)) == (409, CampaignState.OPEN), "a round is open"
    assert "notice-error" in page
    clock.advance(timedelta(days=6))
    stay_signed_in(ctx)
    assert save(organiser, "archive", {"confirm": " thai-binh "})[0] == 200
    assert stored(ctx, Campaign.state) is CampaignState.ARCHIVED
    assert organiser.post(f"{HOME}/archive", {"confirm": "thai-binh"})[0] == 403, "roles end with it"
    assert organiser.get(f"{HOME}/")[0] == 200, "what lasts can be read"


# --- how it stands ---


def test_the_overview_leads_to_what_is_to_be_done_next(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, clock: FixedClock
) -> None:
    assert f'href="{HOME}/readiness"' in organiser.get(f"{HOME}/")[1]
    prepared(ctx, make, campaign, organiser)
    for _ in range(3):
        make.enrolment(campaign)
    ctx.session.commit()
    organiser.get(f"{HOME}/readiness")
    assert organiser.post(f"{HOME}/open", {})[0] == 200
    page = organiser.get(f"{HOME}/")[1]
    assert "Hiện chưa có việc gì." in page, "the timeline closes the round by itself"
    clock.advance(timedelta(days=5))
    stay_signed_in(ctx)
    assert "bảng xếp hạng của “Vòng 1”" in organiser.get(f"{HOME}/")[1]


def test_a_part_that_fails_is_skipped_named_and_found_on_the_page_of_the_systems_state(
    ctx: Context, make: Factories, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    campaign.state, campaign.opened_at = CampaignState.OPEN, ctx.now
    ctx.session.commit()
    assert "400" in client.get("/c/thai-binh/").text
    assert "no facts today" not in organiser.get(f"{HOME}/health")[1]
    campaign.tagline, campaign.version = "broken", 2
    ctx.session.commit()
    answer = client.get("/c/thai-binh/")
    assert (answer.status_code, "no facts today" in answer.text) == (200, False)
    page = organiser.get(f"{HOME}/health")[1]
    assert "RuntimeError: no facts today" in page
    assert "campaign_facts" in page


# --- the public page ---


@pytest.fixture
def public(ctx: Context, campaign: Campaign, make: Factories) -> Campaign:
    """The campaign, open, in the middle of its round."""
    campaign.state, campaign.opened_at = CampaignState.OPEN, ctx.now
    make.round(campaign, "sprint")
    make.phase(
        campaign, PhaseKind.CEREMONY, opens_at=ctx.now + timedelta(days=9), closes_at=ctx.now + timedelta(days=10)
    )
    ctx.session.commit()
    return campaign


def test_the_public_page_sets_no_cookie_and_is_the_same_for_everybody(
    public: Campaign, client: FlaskClient, make: Factories, sign_in: Callable[[User], Browser]
) -> None:
    answer = client.get("/c/thai-binh/")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "csrf_token" not in answer.text
    assert answer.headers["Cache-Control"] == "no-cache"
    assert {"Cookie", "HX-Request"} <= set(answer.vary)
    assert sign_in(make.user()).get("/c/thai-binh/")[1] == answer.text


def test_a_draft_is_not_kept_by_browsers(
    campaign: Campaign, organiser: Browser, client: FlaskClient, ctx: Context
) -> None:
    assert client.get("/c/thai-binh/").status_code == 404
    assert organiser.get("/c/thai-binh/")[0] == 200


def test_whom_to_call_is_on_every_public_page(ctx: Context, public: Campaign, client: FlaskClient) -> None:
    public.support_phone, public.support_hours, public.responsible = "0227 3600 000", "giờ hành chính", "Trung tâm"
    ctx.session.commit()
    for path in ("", "rules", "documents/", "join"):
        page = client.get(f"/c/thai-binh/{path}").text
        for words in (public.host_name, "0227 3600 000", "tel:02273600000", "giờ hành chính", "Trung tâm"):
            assert words in page, (path, words)


def test_the_first_page_leads_to_the_only_campaign_and_lists_several(
    ctx: Context, public: Campaign, make: Factories, client: FlaskClient, statements: Callable[[], int]
) -> None:
    assert client.get("/").headers["Location"] == "/c/thai-binh/"
    make.campaign("hai")
    make.campaign("nhap", state=CampaignState.DRAFT)
    ctx.session.commit()
    statements()
    page = client.get("/").text
    two = statements()
    assert "/c/hai/" in page
    assert "/c/nhap/" not in page
    for slug in ("ba", "bon"):
        make.round(make.campaign(slug, plugins=("sprint",)), "sprint")
    ctx.session.commit()
    statements()
    assert "/c/bon/" in client.get("/").text
    assert statements() == two


def test_the_staff_pages_take_the_same_statements_for_one_phase_and_for_many(
    ctx: Context, public: Campaign, make: Factories, sign_in: Callable[[User], Browser], statements: Callable[[], int]
) -> None:
    make.unit(parent=make.unit())
    browser = sign_in(make.member(public, Role.SUPPORT))
    pages = ("", "timeline", "committees/", "documents/", "rules", "units/", "readiness")
    taken = {}
    for page in pages:
        statements()
        assert browser.get(f"{HOME}/{page}")[0] == 200
        taken[page] = statements()
    for number in range(2, 5):
        make.round(public, "sprint", number=number)
        make.member(public)
        make.unit(parent=make.unit())
    ctx.session.commit()
    for page in pages:
        statements()
        assert browser.get(f"{HOME}/{page}")[0] == 200
        assert statements() == taken[page], page
