"""The rules (Thể lệ): made from what the software does, issued as versions, and accepted as such."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from types import ModuleType
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.settings import save_settings
from cuocthi.clock import LOCAL_ZONE
from cuocthi.contributions import Direction, Measure, Role, RuleClause
from cuocthi.documents.domain import DocumentFacts, register_document
from cuocthi.documents.models import DocumentKind
from cuocthi.errors import Conflict
from cuocthi.rules.domain import changed_since, compose, issue_rules
from cuocthi.rules.markdown import to_html
from cuocthi.rules.models import RulesVersion
from cuocthi.rules.queries import current_rules, rules_versions
from cuocthi.rules.wording import wording
from cuocthi.standings.criteria import RULES_OWNER, Counted, Criterion, RankingRules
from cuocthi.testing.plugins import make_format
from cuocthi.text import T, Text
from cuocthi.timelines.models import Window

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

RULES, STAFF = "/c/thai-binh/rules", "/c/thai-binh/staff/rules"


def sprint() -> ModuleType:
    """A contest format with a measure, and a clause between the core's."""

    def rule_clauses(campaign: Campaign, write: Callable[[Text], str]) -> list[RuleClause]:
        return [RuleClause("laps", "Đường chạy", f"{campaign.tagline or 400} m", 50)]

    falls = Measure("falls", T("Number of falls"), "count", Direction.LOWEST)
    return make_format("sprint", rule_clauses, measures=(falls,))


@pytest.fixture(scope="session")
def plugins() -> list[ModuleType]:
    return [sprint()]


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh", plugins=("sprint",))


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    browser = sign_in(make.member(campaign))
    assert browser.get(STAFF)[0] == 200
    return browser


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=LOCAL_ZONE)  # type: ignore[arg-type, misc]


def clauses(ctx: Context, campaign: Campaign) -> dict[str, str]:
    """The clauses as they would be issued now; texts of plugins stay as they are."""
    return {clause.key: clause.body for clause in compose(ctx, campaign=campaign, write=str)}


def issue(ctx: Context, campaign: Campaign) -> RulesVersion:
    return issue_rules(ctx, campaign=campaign, write=str)


# --- composing ---


def test_the_clauses_follow_from_the_campaign(ctx: Context, make: Factories, campaign: Campaign) -> None:
    assert list(clauses(ctx, campaign)) == [
        "name", "entrants", "laps", "ranking", "results", "violations", "data", "final",
    ]  # fmt: skip
    make.round(campaign, "sprint", opens_at=local(2024, 9, 15), closes_at=local(2024, 10, 5, 17))
    for role, title in ((Role.ORGANISING, "Ban Tổ chức"), (Role.JURY, "Ban Giám khảo"), (Role.SUPPORT, "Tổ Giúp việc")):
        make.member(campaign, role)
        campaign_committee_title(ctx, role, title)
    campaign.content, campaign.purpose = "Chuyển đổi số.", "Nâng cao nhận thức."
    campaign.portal_url, campaign.support_phone = "https://sotttt.thaibinh.gov.vn/", "0227 3600 000"

    found = clauses(ctx, campaign)

    assert list(found) == [
        "name", "entrants", "barred", "content", "conduct", "laps", "ranking", "results", "violations", "data", "final",
    ]  # fmt: skip
    assert "Thành viên Ban Tổ chức, Ban Giám khảo và Tổ Giúp việc không được dự thi" in found["barred"]
    assert "từ 00h00 ngày 15/9/2024 đến 17h00 ngày 05/10/2024" in found["conduct"]
    assert campaign.name in found["name"]
    assert "Nâng cao nhận thức." in found["name"]
    assert "Cán bộ, công chức, viên chức; Người dân" in found["entrants"]
    assert "<https://sotttt.thaibinh.gov.vn/>" in found["results"]
    assert "0227 3600 000" in found["final"]
    assert found["laps"] == "400 m"


def campaign_committee_title(ctx: Context, role: Role, title: str) -> None:
    ctx.session.execute(
        sa.text("UPDATE core_committee SET title = :title WHERE role = :role"), {"title": title, "role": role.value}
    )
    ctx.session.expire_all()


def test_the_end_of_a_day_is_written_as_people_say_it(ctx: Context, make: Factories, campaign: Campaign) -> None:
    round_ = make.round(campaign, "sprint", opens_at=local(2024, 1, 5, 10), closes_at=local(2024, 1, 8))
    round_.windows.append(Window(opens_at=local(2024, 12, 1, 10), closes_at=local(2024, 12, 2)))
    ctx.session.flush()
    said = clauses(ctx, campaign)["conduct"]
    assert "từ 10h00 ngày 05/01/2024 đến 24h00 ngày 07/01/2024" in said
    assert "từ 10h00 ngày 01/12/2024 đến 24h00 ngày 01/12/2024" in said
    round_.windows[1].closes_at = local(2024, 12, 1, 18) + timedelta(seconds=59, microseconds=86_208)
    ctx.session.flush()
    assert "đến 18h00:59 ngày 01/12/2024" in clauses(ctx, campaign)["conduct"]


def test_the_printed_order_is_the_one_that_ranks(ctx: Context, make: Factories, campaign: Campaign) -> None:
    make.round(campaign, "sprint")
    order = (
        Criterion("full_marks", Direction.HIGHEST, gate=True),
        Criterion("score", Direction.HIGHEST),
        Criterion("falls", Direction.LOWEST),
        Criterion("started_at", Direction.LOWEST),
    )
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=RankingRules(order, Counted.FIRST, public_places=0))
    said = clauses(ctx, campaign)
    assert re.findall(r"^\d\. .+$", said["ranking"], re.MULTILINE) == [
        "1. Đạt yêu cầu: Trả lời đúng tất cả các câu hỏi",
        "2. Điểm bài thi: cao hơn xếp trên",
        "3. Number of falls: nhỏ hơn xếp trên",
        "4. Thời điểm bắt đầu làm bài: sớm hơn xếp trên",
    ]
    assert "lượt thi đầu tiên" in said["ranking"]
    assert "người xếp hạng cao nhất" not in said["data"], "the public sees winners only"


def test_a_measure_is_called_by_its_title_before_there_is_a_round(ctx: Context, campaign: Campaign) -> None:
    rules = RankingRules((Criterion("falls", Direction.LOWEST),))
    save_settings(ctx, owner=RULES_OWNER, campaign=campaign, value=rules)
    (ranking,) = [clause.body for clause in compose(ctx, campaign=campaign, write=str) if clause.key == "ranking"]
    assert "1. Number of falls: nhỏ hơn xếp trên" in ranking


def test_no_two_clauses_of_the_core_bear_nearly_the_same_name(ctx: Context, campaign: Campaign) -> None:
    headings = [clause.heading for clause in compose(ctx, campaign=campaign, write=str)]
    assert len(set(headings)) == len(headings)
    assert "Thông qua kết quả" in headings


def test_a_campaign_in_english_has_its_rules_in_english(ctx: Context, campaign: Campaign) -> None:
    campaign.language = "en"
    said = " ".join(clauses(ctx, campaign).values())
    assert wording("en").ranking.body.format(counted=wording("en").counted["best"]) in said
    assert "Ban Tổ chức" not in said


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**a**", "<strong>a</strong>"),
        ("<script>alert(1)</script>", "&lt;script&gt;"),
        ("[x](javascript:alert(1))", "[x](javascript:alert(1))"),
        ("![x](http://example.org/a.png)", "<p></p>"),
        ("| a |\n|---|\n| b |", "<td>b</td>"),
        ('<b onclick="x()">b</b>', "&lt;b onclick"),
    ],
)
def test_markdown_becomes_clean_html(markdown: str, html: str) -> None:
    assert html in to_html(markdown)


# --- issuing ---


def test_versions_are_numbered_and_only_issued_when_something_changed(ctx: Context, campaign: Campaign) -> None:
    assert current_rules(ctx, campaign_id=campaign.id) is None
    first, version = issue(ctx, campaign), campaign.version
    with pytest.raises(Conflict):
        issue(ctx, campaign)
    assert not changed_since(first, compose(ctx, campaign=campaign, write=str))
    campaign.tagline = "800"
    assert changed_since(first, compose(ctx, campaign=campaign, write=str))
    second = issue(ctx, campaign)
    assert [found.number for found in rules_versions(ctx, campaign_id=campaign.id)] == [2, 1]
    assert current_rules(ctx, campaign_id=campaign.id) is second
    assert first.digest != second.digest
    assert "400 m" in str(first.clauses), "an issued version stays as it was"
    assert campaign.version > version


def test_rules_are_issued_on_the_page_with_the_decision_they_rest_on(
    ctx: Context, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    facts = DocumentFacts(DocumentKind.DECISION, "Quyết định ban hành Thể lệ", symbol="15/QĐ-BTC")
    decision = register_document(ctx, campaign=campaign, facts=facts).id
    ctx.session.commit()
    assert "notice-warn" in client.get(RULES).text, "a draft says that it is one"
    assert organiser.post(STAFF, {"document": "999"})[0] == 422
    status, page = organiser.post(STAFF, {"document": str(decision)})
    assert (status, "notice-ok" in page) == (200, True)
    shown = client.get(RULES).text
    ctx.session.expire_all()
    issued = current_rules(ctx, campaign_id=campaign.id)
    assert issued is not None
    digest = issued.digest
    ctx.session.rollback()
    assert "notice-warn" not in shown
    assert "15/QĐ-BTC" in shown
    assert digest in shown
    assert "Điều 1. Tên gọi, mục đích, yêu cầu" in shown
    assert organiser.post(STAFF, {"document": ""})[0] == 422, "nothing has changed since"
    actions = ctx.session.scalars(sa.select(AuditEvent.action)).all()
    ctx.session.rollback()
    assert actions.count("core:rules:issue") == 1


def test_an_older_version_stays_readable_and_leads_to_the_one_in_force(
    ctx: Context, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    issue(ctx, campaign)
    campaign.tagline = "800"
    ctx.session.commit()
    assert "notice-warn" in organiser.get(STAFF)[1], "the settings have changed since"
    issue(ctx, campaign)
    ctx.session.commit()
    old, new = client.get(f"{RULES}/1").text, client.get(RULES).text
    assert "400 m" in old
    assert f'href="{RULES}"' in old
    assert "800 m" in new
    assert client.get(f"{RULES}/3").status_code == 404
    assert client.get("/c/thai-binh/").text.count(RULES) >= 1


def test_rules_are_kept_by_browsers_until_they_change(ctx: Context, campaign: Campaign, client: FlaskClient) -> None:
    issue(ctx, campaign)
    ctx.session.commit()
    tag = client.get(RULES).headers["ETag"]
    assert client.get(RULES, headers={"If-None-Match": tag}).status_code == 304
    campaign.tagline = "800"
    issue(ctx, campaign)
    ctx.session.commit()
    assert client.get(RULES, headers={"If-None-Match": tag}).status_code == 200


def test_the_support_team_issues_rules_and_the_jury_only_reads_them(
    make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    jury, support = (sign_in(make.member(campaign, role)) for role in (Role.JURY, Role.SUPPORT))
    assert f'action="{STAFF}"' not in jury.get(STAFF)[1]
    assert f'action="{STAFF}"' in support.get(STAFF)[1]
    assert support.post(STAFF, {"document": ""})[0] == 200


def test_the_page_takes_the_same_statements_for_any_number_of_versions(
    ctx: Context, campaign: Campaign, organiser: Browser, statements: Callable[[], int]
) -> None:
    issue(ctx, campaign)
    ctx.session.commit()
    statements()
    organiser.get(STAFF)
    one = statements()
    for laps in ("800", "1200"):
        campaign.tagline = laps
        issue(ctx, campaign)
    ctx.session.commit()
    statements()
    organiser.get(STAFF)
    assert statements() == one
