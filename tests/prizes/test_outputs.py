"""Workbooks of an adopted list: order, sums, tax, words; nothing of a draft; each on record."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import python_calamine
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import CampaignState
from cuocthi.campaigns.settings import SettingsError
from cuocthi.contributions import Role
from cuocthi.errors import Closed, Conflict, Missing
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_prizes.models import AwardList, AwardListState
from cuocthi_prizes.outputs.hand_over import adopted_list, save_output_settings
from cuocthi_prizes.outputs.order import by_name, in_ceremony_order
from cuocthi_prizes.outputs.payments import payment_of
from cuocthi_prizes.outputs.queries import output_settings
from cuocthi_prizes.outputs.settings import OutputSettings

from .adopted import PLAN, UNITS, adopt, draft, final

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

DEFAULTS = OutputSettings()


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("hoi-thi", plugins=("sprint", "prizes"))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@pytest.fixture
def adopted(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> AwardList:
    return adopt(ctx, draft(ctx, make, campaign, round_))


@pytest.fixture
def visit(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> Callable[[Role], FlaskClient]:
    """A browser of a member of a committee of that role."""

    def begin(role: Role = Role.ORGANISING) -> FlaskClient:
        token = start_session(ctx, user_id=make.member(campaign, role).id, device="test", hours=1)
        ctx.session.commit()
        client = app.test_client()
        browser_over(client, session_token=token)
        return client

    return begin


# --- the tax ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "tax"),
    [
        (0, 0),
        (9_999_999, 0),
        (10_000_000, 0),
        (10_000_004, 0),
        (10_000_005, 1),
        (10_000_010, 1),
        (20_000_000, 1_000_000),
        (1_000_000_000_000, 99_999_000_000),
    ],
)
def test_the_tax_is_on_what_exceeds_the_sum_that_is_free(value: int, tax: int) -> None:
    payment = payment_of(value, DEFAULTS, collective=False)
    assert (payment.tax, payment.paid) == (tax, value - tax)
    assert payment_of(value, DEFAULTS, collective=True).tax == 0


def test_rate_and_free_sum_are_settings() -> None:
    assert (
        payment_of(3_000_000, OutputSettings(tax_permille=75, tax_threshold=1_000_000), collective=False).tax == 150_000
    )
    assert payment_of(7, OutputSettings(tax_permille=1000, tax_threshold=0), collective=False).paid == 0
    assert payment_of(20_000_000, OutputSettings(tax_permille=0), collective=False).tax == 0


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"tax_permille": 1001}, "tax_permille"),
        ({"tax_permille": -1}, "tax_permille"),
        ({"tax_threshold": -1}, "tax_threshold"),
        ({"place": "x" * 61}, "place"),
    ],
)
def test_settings_that_cannot_be_are_refused(values: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        OutputSettings(**values)
    assert refusal.value.field == field


# --- order ------------------------------------------------------------------------------------------------------------


def test_the_lowest_prize_is_called_first_if_wished(adopted: AwardList) -> None:
    lowest = in_ceremony_order(adopted, lowest_first=True)
    # Within a prize by given names: Ân before Ấn, the tone counting last.
    assert [(one.turn, one.title, one.name) for one in lowest] == [
        (1, "Giải Ba", "Phạm Đức Anh"),
        (2, "Giải Nhì", "Lê Thị Ân"),
        (2, "Giải Nhì", "Trần Văn Ấn"),
        (3, "Giải Nhất", "Nguyễn Thị Đào"),
        (4, "Giải Nhất tập thể", "Sở Nội vụ"),
    ]
    highest = in_ceremony_order(adopted, lowest_first=False)
    assert [one.title for one in highest] == [
        "Giải Nhất",
        "Giải Nhì",
        "Giải Nhì",
        "Giải Ba",
        "Giải Nhất tập thể",
    ]


def test_names_stand_in_the_order_of_vietnamese_given_names(adopted: AwardList) -> None:
    names = [one.name for one in by_name(in_ceremony_order(adopted, lowest_first=True))]
    # Anh < Ân (a before â), no tone before sắc; Đ after all of them; units last.
    assert names == ["Phạm Đức Anh", "Lê Thị Ân", "Trần Văn Ấn", "Nguyễn Thị Đào", "Sở Nội vụ"]


# --- from which lists -------------------------------------------------------------------------------------------------


def test_nothing_is_made_of_a_draft(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> None:
    made = draft(ctx, make, campaign, round_)
    with pytest.raises(Conflict, match="not adopted"):
        adopted_list(ctx, campaign=campaign, list_id=made.id)
    made.state = AwardListState.WITHDRAWN
    ctx.session.flush()
    with pytest.raises(Conflict, match="not adopted"):
        adopted_list(ctx, campaign=campaign, list_id=made.id)
    with pytest.raises(Missing):
        adopted_list(ctx, campaign=make.campaign(), list_id=made.id)


def test_nothing_is_made_of_a_list_that_was_replaced(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, adopted: AwardList
) -> None:
    adopt(ctx, draft(ctx, make, campaign, round_, number=2))
    with pytest.raises(Conflict, match="was replaced"):
        adopted_list(ctx, campaign=campaign, list_id=adopted.id)


def test_nothing_is_made_of_a_list_that_was_changed_past_the_platform(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase
) -> None:
    made = draft(ctx, make, campaign, round_)
    made.digest = "0" * 64
    adopt(ctx, made)
    with pytest.raises(Conflict, match="digest differs"):
        adopted_list(ctx, campaign=campaign, list_id=made.id)


def test_pages_answer_for_drafts_with_a_refusal(
    ctx: Context,
    make: Factories,
    campaign: Campaign,
    round_: Phase,
    visit: Callable[[], FlaskClient],
) -> None:
    made = draft(ctx, make, campaign, round_)
    client = visit()
    page = client.get("/c/hoi-thi/prizes/hand-over").text
    assert "Chưa có danh sách đạt giải nào được thông qua" in page
    for path in ("", "/ceremony.xlsx", "/seating.xlsx", "/payments.xlsx", "/signatures.xlsx", "/commendations.csv"):
        answer = client.get(f"/c/hoi-thi/prizes/hand-over/{made.id}{path}")
        assert (answer.status_code, "Nguyễn Thị Đào" in answer.text) == (409, False), path


# --- workbooks --------------------------------------------------------------------------------------------------------


def sheets(client: FlaskClient, made: AwardList, name: str) -> list[list[list[Any]]]:
    answer = client.get(f"/c/hoi-thi/prizes/hand-over/{made.id}/{name}.xlsx")
    assert answer.status_code == 200, answer.text
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(answer.data))
    return [book.get_sheet_by_index(number).to_python() for number in range(len(book.sheet_names))]


def test_sums_agree_with_the_list(adopted: AwardList, visit: Callable[[], FlaskClient]) -> None:
    client = visit()
    ceremony, basis = sheets(client, adopted, "ceremony")
    head, *rows, total, words = ceremony
    assert head[2:4] == ["Giải", "Họ và tên hoặc tên tập thể"]
    assert len(rows) == len(PLAN) + len(UNITS)
    assert sum(line[5] for line in rows) == total[5] == adopted.total_value == 8_100_000
    assert words[4] == "Tám triệu một trăm nghìn đồng"
    assert ["Tổng cộng (đồng)", 8_100_000.0] in [line[:2] for line in basis]
    assert ["Mã băm của danh sách", adopted.digest] in [line[:2] for line in basis]


def test_payments_hold_back_the_tax_of_persons_and_say_every_sum_in_words(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, visit: Callable[[], FlaskClient]
) -> None:
    persons = (("Đỗ Thị Yến", "Giải Đặc biệt", 25_000_000), ("=Trần Văn Bình", "Giải Nhất", 10_000_000))
    units = (("Sở Nội vụ", "Giải Nhất tập thể", 30_000_000),)
    made = adopt(ctx, draft(ctx, make, campaign, round_, persons=persons, units=units))
    payments, _basis = sheets(visit(), made, "payments")
    head, *rows, total = payments
    assert head[4:8] == [
        "Giá trị giải (đồng)",
        "Thuế TNCN khấu trừ (đồng)",
        "Số tiền thực nhận (đồng)",
        "Số tiền thực nhận bằng chữ",
    ]
    assert [line[1] for line in rows] == ["=Trần Văn Bình", "Đỗ Thị Yến", "Sở Nội vụ"]
    assert [line[4:7] for line in rows] == [
        [10_000_000, 0, 10_000_000],
        [25_000_000, 1_500_000, 23_500_000],
        [30_000_000, 0, 30_000_000],
    ]
    assert rows[1][7] == "Hai mươi ba triệu năm trăm nghìn đồng"
    assert total[4:8] == [65_000_000, 1_500_000, 63_500_000, "Sáu mươi ba triệu năm trăm nghìn đồng"]
    # What nobody has asked people for yet is left for writing by hand.
    assert all(cell in {"", None} for line in rows for cell in line[8:])


def test_signatures_and_seating_name_everybody_once(adopted: AwardList, visit: Callable[[], FlaskClient]) -> None:
    client = visit()
    signed, _basis = sheets(client, adopted, "signatures")
    names = {name for name, _title, _value in (*PLAN, *UNITS)}
    assert {line[1] for line in signed[1:-1]} == names
    assert signed[-1][4:6] == [8_100_000, 8_100_000]
    called, desk = sheets(client, adopted, "seating")
    assert [line[1] for line in called[1:]] == [1, 2, 2, 3, 4]
    assert {line[3] for line in called[1:]} == {line[1] for line in desk[1:]} == names


def test_every_file_is_on_record(ctx: Context, adopted: AwardList, visit: Callable[[], FlaskClient]) -> None:
    client = visit()
    names = ("ceremony", "seating", "payments", "signatures")
    for name in names:
        sheets(client, adopted, name)
    events = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(len(names))).all()
    assert [event.action for event in reversed(events)] == [f"prizes:{name}:export" for name in names]
    assert {(event.object_kind, event.object_id) for event in events} == {("award_list", adopted.id)}


def test_lists_of_payments_are_for_fewer_than_see_who_is_awarded(
    adopted: AwardList, visit: Callable[[Role], FlaskClient]
) -> None:
    base = f"/c/hoi-thi/prizes/hand-over/{adopted.id}"
    support = visit(Role.SUPPORT)
    page = support.get(base).text
    assert "Danh sách xướng tên" in page
    assert "payments.xlsx" not in page
    assert support.get(f"{base}/ceremony.xlsx").status_code == 200
    assert support.get(f"{base}/payments.xlsx").status_code == 403
    assert visit(Role.STANDING).get(f"{base}/payments.xlsx").status_code == 200


# --- the decision and commendations -----------------------------------------------------------------------------------


def test_commendations_are_refused_without_their_decision(
    ctx: Context, campaign: Campaign, adopted: AwardList, visit: Callable[[], FlaskClient]
) -> None:
    client = visit()
    base = f"/c/hoi-thi/prizes/hand-over/{adopted.id}/commendations"
    for kind in ("xlsx", "csv"):
        refused = client.get(f"{base}.{kind}")
        assert (refused.status_code, "Giấy khen được tặng theo quyết định" in refused.text) == (409, True)
    final(ctx, campaign, adopted)
    ctx.session.commit()
    head, *rows = csv.reader(io.StringIO(client.get(f"{base}.csv").data.decode("utf-8-sig")))
    assert head[6:8] == ["Số quyết định", "Ngày quyết định"]
    assert len(rows) == len(PLAN) + len(UNITS)
    assert {tuple(line[6:8]) for line in rows} == {("152/QĐ-STTTT", "20/09/2024")}
    assert rows[0][5] == f"Đạt Giải Ba {campaign.name}"
    assert client.get(f"{base}.xlsx").status_code == 200


# --- settings ---------------------------------------------------------------------------------------------------------


def test_settings_are_stored_in_versions_and_on_record(ctx: Context, campaign: Campaign) -> None:
    assert output_settings(ctx, campaign=campaign) == DEFAULTS
    changed = replace(DEFAULTS, tax_threshold=20_000_000, place="Thái Bình")
    save_output_settings(ctx, campaign=campaign, settings=changed)
    save_output_settings(ctx, campaign=campaign, settings=changed)
    assert output_settings(ctx, campaign=campaign) == changed
    events = ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "prizes:outputs:edit")).all()
    assert [(event.before, event.after) for event in events] == [
        ({"tax_threshold": 10_000_000, "place": ""}, {"tax_threshold": 20_000_000, "place": "Thái Bình"})
    ]
    campaign.state = CampaignState.ARCHIVED
    with pytest.raises(Closed):
        save_output_settings(ctx, campaign=campaign, settings=DEFAULTS)


def test_the_page_of_settings_takes_a_percentage_with_a_comma(
    ctx: Context, campaign: Campaign, visit: Callable[[], FlaskClient]
) -> None:
    client = visit()
    address = "/c/hoi-thi/prizes/hand-over/settings"
    page = client.get(address).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"csrf_token": token, "order": "highest", "tax_permille": "7,5", "tax_threshold": "20.000.000"}
    for wrong in ("mười", "7,55", "-1", "101", "1e400"):
        assert client.post(address, data={**form, "tax_permille": wrong}).status_code == 422, wrong
    assert client.post(address, data={**form, "office": "Trưởng ban"}).status_code == 302
    stored = output_settings(ctx, campaign=campaign)
    assert (stored.lowest_first, stored.tax_permille, stored.tax_threshold) == (False, 75, 20_000_000)
    assert stored.office == "Trưởng ban"
    assert 'value="7,5"' in client.get(address).text
