"""What inquiries tell the rest of the platform: panels, navigation, rules, publication, campaign file, settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.settings import SettingsError, save_settings
from cuocthi.committees.queries import committees
from cuocthi.contributions import (
    Browser,
    CampaignPart,
    Duty,
    NavItem,
    Panel,
    PublicationSection,
    Role,
    RuleClause,
)
from cuocthi.errors import InvalidData
from cuocthi.plugins.checks import check
from cuocthi_inquiries import plugin
from cuocthi_inquiries.domain.inquiries import pass_on
from cuocthi_inquiries.domain.statements import publish, show
from cuocthi_inquiries.models import StatementKind
from cuocthi_inquiries.queries import load_inquiry_settings, statements
from cuocthi_inquiries.settings import OWNER, InquirySettings

from .conftest import BASE, Office, on_one_database

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from cuocthi.context import Context
    from cuocthi.users.models import User

SignIn = Callable[["User"], Browser]


def say(office: Office, heading: str, body: str, kind: StatementKind = StatementKind.FAQ) -> int:
    return publish(office.staff, campaign=office.campaign, kind=kind, heading=heading, body=body).id


def panels(office: Office, slot: str, user: User | None = None) -> list[Panel]:
    ctx = office.by(user)
    return ctx.hooks.collect(ctx, office.campaign, "panels", Panel, slot=slot)


def test_it_keeps_the_contract_that_every_plugin_keeps() -> None:
    assert check(plugin) == []


def test_what_waits_is_counted_in_the_navigation_and_on_the_overview(office: Office, resident: User) -> None:
    def badge() -> int:
        found = office.ctx.hooks.collect(office.ctx, office.campaign, "nav_items", NavItem)
        assert [item.key for item in found] == ["complaints", "inquiries"]
        return found[1].badge

    assert (badge(), panels(office, "overview")) == (0, [])
    inquiry = office.ask(resident)
    (panel,) = panels(office, "overview")
    assert (badge(), panel.values["number"], panel.values["overdue"]) == (1, 1, 0)
    late = replace(office.ctx, now=inquiry.due_at)
    (panel,) = late.hooks.collect(late, office.campaign, "panels", Panel, slot="overview")
    assert panel.values["overdue"] == 1


def test_what_waits_is_the_duty_of_who_answers_or_of_the_committee_it_was_passed_on_to(
    office: Office, resident: User
) -> None:
    def duties(ctx: Context) -> list[tuple[str, bool]]:
        found = ctx.hooks.collect_among(ctx, [office.campaign], "duties", Duty)
        return [(duty.committee, duty.late) for duty in found]

    assert duties(office.ctx) == []
    first = office.ask(resident)
    office.ask(resident)
    (key,) = [item.key for item in committees(office.ctx, campaign_id=office.campaign.id) if item.role is Role.SUPPORT]
    pass_on(office.staff, campaign=office.campaign, inquiry_id=first.id, committee=key)
    assert duties(office.ctx) == [("", False), (key, False)]
    assert duties(replace(office.ctx, now=first.due_at)) == [("", True), (key, True)]


def test_a_person_sees_the_own_questions_and_nobody_elses(office: Office, resident: User) -> None:
    inquiry = office.ask(resident)
    office.ask(None)
    (panel,) = panels(office, "person", resident)
    assert [one.id for one, _reply in panel.values["inquiries"]] == [inquiry.id]
    (panel,) = panels(office, "person", office.support)
    assert panel.values["inquiries"] == []
    assert panels(office, "person") == []


@on_one_database
def test_the_rules_say_how_long_an_answer_takes(office: Office) -> None:
    save_settings(office.staff, owner=OWNER, campaign=office.campaign, value=InquirySettings(working_days=5))
    (clause,) = office.ctx.hooks.collect(office.ctx, office.campaign, "rule_clauses", RuleClause, write=str)
    assert "within 5 working days" in clause.body


@on_one_database
def test_what_was_said_in_public_goes_into_publications_beside_the_documents_as_plain_text(office: Office) -> None:
    def found() -> list[PublicationSection]:
        return office.ctx.hooks.collect(office.ctx, office.campaign, "publication_sections", PublicationSection)

    assert found() == []
    gone = say(office, "Đã rút", "x")
    show(office.staff, campaign=office.campaign, kind=StatementKind.FAQ, statement_id=gone, published=False)
    say(office, "Mất mạng có mất bài không?", "Không, câu đã **lưu** vẫn còn.")
    say(office, "Không có phí dự thi", "Ban Tổ chức không thu phí.", StatementKind.CORRECTION)
    corrections, faq = found()
    assert faq.rows == [("Mất mạng có mất bài không?", "Không, câu đã lưu vẫn còn.")]
    assert corrections.rows == [("20/09/2024", "Không có phí dự thi", "Ban Tổ chức không thu phí.")]
    assert {section.page for section in (corrections, faq)} == {"documents"}


def test_settings_and_frequent_questions_go_through_a_campaign_file(office: Office, resident: User) -> None:
    settings = InquirySettings(anonymous=False, working_days=2, addresses=("Zalo: Cổng TTĐT tỉnh",))
    save_settings(office.staff, owner=OWNER, campaign=office.campaign, value=settings)
    for heading in "AB":
        say(office, heading, "x")
    say(office, "C", "x", StatementKind.CORRECTION)
    office.ask(resident)
    (part,) = office.ctx.hooks.collect(office.ctx, office.campaign, "export_campaign", CampaignPart)
    other = office.make.campaign(plugins=("inquiries",))
    office.ctx.hooks.notify(office.ctx, other, "import_campaign", only="inquiries", part=part)
    assert load_inquiry_settings(office.ctx, campaign=other).value == settings
    again = statements(office.ctx, campaign_id=other.id, kind=StatementKind.FAQ)
    assert [one.heading for one in again] == ["A", "B"]
    assert statements(office.ctx, campaign_id=other.id, kind=StatementKind.CORRECTION) == []
    assert office.ctx.hooks.collect(office.ctx, other, "export_campaign", CampaignPart) == [part]


@on_one_database
def test_a_malformed_part_is_refused_with_every_problem(office: Office) -> None:
    faq = [{"question": "A", "answer": " "}, {"question": "B", "answer": "x", "votes": 1}]
    part = CampaignPart({"settings": {"working_days": 0}, "faq": faq})
    with pytest.raises(InvalidData) as refusal:
        office.ctx.hooks.notify(office.ctx, office.campaign, "import_campaign", only="inquiries", part=part)
    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"working_days": 0}, "working_days"),
        ({"working_days": 31}, "working_days"),
        ({"addresses": ("x",) * 21}, "addresses"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(values: dict[str, int], field: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        InquirySettings(**values)  # type: ignore[arg-type]  # on purpose
    assert refusal.value.field == field


@on_one_database
def test_the_genuine_addresses_are_set_by_the_pages_and_shown_to_everybody(
    office: Office, sign_in: SignIn, client: FlaskClient
) -> None:
    office.campaign.portal_url = "https://sotttt.example.vn/"
    office.campaign.version += 1
    browser = sign_in(office.organiser)
    browser.get("/c/hoi-thi/staff/settings/inquiries")
    fields = {"anonymous": "y", "working_days": "2", "addresses": "Trang: https://trang.example.vn/tin\n\n Zalo OA "}
    assert browser.post("/c/hoi-thi/staff/settings/inquiries", fields)[0] == 200
    page = client.get(BASE).text
    for address in ("https://sotttt.example.vn/", "https://trang.example.vn/tin"):
        assert f'<a href="{address}"' in page
    assert "<li>Zalo OA</li>" in page
    assert "/c/hoi-thi/</a>" in page
    assert "trong 2 ngày làm việc" in client.get(f"{BASE}ask").text
