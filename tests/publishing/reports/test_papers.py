"""What papers say: figures from the data, sums that agree with it, differences to the plan, plugins that are off."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from cuocthi.campaigns.models import CampaignState, Headcount
from cuocthi.contributions import Column, ReportTable
from cuocthi.errors import Blocked, ContractError, Missing
from cuocthi.timelines.domain import edit_phase
from cuocthi.timelines.models import PhaseKind
from cuocthi.timelines.windows import Times
from cuocthi.web.i18n import in_language, translate
from cuocthi_publishing.reports.content import Cells, Paper, tables_of
from cuocthi_publishing.reports.decree import Authority, PaperKind
from cuocthi_publishing.reports.domain import save_report_settings
from cuocthi_publishing.reports.drawing_up import gather
from cuocthi_publishing.reports.papers import draw_up
from cuocthi_publishing.reports.settings import PaperSettings, ReportSettings
from cuocthi_publishing.reports.tables import sums

if TYPE_CHECKING:
    from flask import Flask
    from tests.publishing.conftest import Contest

    Draw = Callable[..., Paper]

on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def table(paper: Paper, head: str) -> Cells:
    """The table with a column of that title."""
    return next(one for one in tables_of(paper) if head in [title for title, _, _ in one.columns])


def column(cells: Cells, head: str) -> list[str]:
    place = [title for title, _, _ in cells.columns].index(head)
    return [row[place] for row in cells.rows]


def total(cells: Cells, head: str) -> str:
    return cells.total[[title for title, _, _ in cells.columns].index(head)]


def number(text: str) -> int:
    return int(text.replace(".", ""))


def text_of(paper: Paper) -> str:
    blocks = [*paper.blocks, *(block for annex in paper.annexes for block in annex.blocks)]
    return "\n".join(f"{block.lead} {block.text}".strip() for block in blocks)


def headings(paper: Paper) -> list[str]:
    return [block.text for block in paper.blocks if block.kind == "part"]


# --- the report -------------------------------------------------------------------------------------------------------


def test_the_report_begins_with_the_plan_in_force_and_ends_as_papers_end(reported: Contest, draw: Draw) -> None:
    paper = draw(PaperKind.REPORT)
    first = paper.blocks[0].text
    assert first.startswith(
        "Thực hiện Kế hoạch số 52/KH-STTTT ngày 05 tháng 8 năm 2024 của Sở Thông tin và Truyền thông về tổ chức Cuộc"
    )
    assert "48/KH-STTTT" not in text_of(paper)
    assert paper.blocks[-1].text.endswith("./.")
    assert paper.superior == "ỦY BAN NHÂN DÂN TỈNH THÁI BÌNH"
    assert paper.issuer == "SỞ THÔNG TIN VÀ TRUYỀN THÔNG"
    assert (paper.title, paper.subject) == ("BÁO CÁO", "Kết quả tổ chức Cuộc thi tìm hiểu về chuyển đổi số")
    assert headings(paper)[0] == "I. CÔNG TÁC CHỈ ĐẠO, TỔ CHỨC"
    assert [heading.partition(".")[0] for heading in headings(paper)] == ["I", "II", "III", "IV", "V", "VI"]


def test_figures_are_those_of_the_rankings_and_sums_those_of_their_rows(reported: Contest, draw: Draw) -> None:
    paper = draw(PaperKind.REPORT)
    persons = len(reported.people)
    assert f"Có {persons} người thuộc 2 đơn vị có kết quả được tính, với {persons} lượt thi." in text_of(paper)
    assert "có 12 người được dự thi; 66,67% trong số đó" in text_of(paper)
    units = table(paper, "Tỷ lệ (%)")
    assert [number(text) for text in column(units, "Số người")] == [6, 2]
    assert number(total(units, "Số người")) == persons
    assert column(units, "Tỷ lệ (%)") == ["50", "–"]
    awards = table(paper, "Giá trị giải (đồng)")
    values = [number(text) for text in column(awards, "Giá trị giải (đồng)")]
    assert values == [1_000_000, 500_000, 333_333]
    assert number(total(awards, "Giá trị giải (đồng)")) == sum(values)
    calls = table(paper, "Chi phí (đồng)")
    assert number(total(calls, "Cuộc gọi")) == sum(range(1, persons + 1))
    assert number(total(calls, "Chi phí (đồng)")) == sum(1000 * place for place in range(1, persons + 1)) - 2000
    assert column(calls, "TT") == [str(place) for place in range(1, persons + 1)]


def test_winners_are_named_in_full_and_others_are_masked(reported: Contest, draw: Draw) -> None:
    named = column(table(draw(PaperKind.REPORT), "Chi phí (đồng)"), "Người")
    assert named[0] == "Nguyễn Thị Phương Thảo"
    assert named[4] == "Đỗ T*** H***"
    assert not any(re.search(r"\d{9}", one.replace(" ", "")) for one in named)


def test_what_plugins_differ_in_stands_among_the_differences(reported: Contest, draw: Draw) -> None:
    paper = draw(PaperKind.REPORT)
    place = next(at for at, block in enumerate(paper.blocks) if block.text.endswith("KHÁC SO VỚI KẾ HOẠCH"))
    assert [block.text for block in paper.blocks[place + 2 :] if block.kind == "item"] == ["- Trực ít hơn 2 ngày."]


def test_phases_that_were_moved_after_the_opening_are_differences(reported: Contest, draw: Draw) -> None:
    campaign, ctx = reported.campaign, reported.ctx
    ahead = ctx.now + timedelta(days=20)
    phase = reported.make.phase(
        campaign, PhaseKind.CEREMONY, title="Tổng kết", opens_at=ahead, closes_at=ahead + timedelta(hours=2)
    )
    campaign.state, campaign.opened_at = CampaignState.OPEN, ctx.now - timedelta(days=1)
    ctx.session.flush()
    later = Times(ahead + timedelta(days=2), ahead + timedelta(days=2, hours=2))
    edit_phase(ctx, campaign=campaign, phase=phase, title="Tổng kết", description="", windows=[later])
    paper = draw(PaperKind.REPORT)
    moved = [block.text for block in paper.blocks if block.text.startswith("- Tổng kết: kế hoạch từ")]
    assert len(moved) == 1
    timeline = table(paper, "Thời gian theo kế hoạch")
    at = column(timeline, "Nội dung").index("Tổng kết")
    planned, actual = timeline.rows[at][2], timeline.rows[at][3]
    assert planned != actual
    assert f"kế hoạch {planned}; thực hiện {actual}." in moved[0]


def test_units_whose_people_stayed_away_are_named(reported: Contest, draw: Draw) -> None:
    silent = reported.make.unit("Xã Vắng")
    reported.make.headcount(reported.campaign, silent, 40)
    assert "không có người nào có kết quả được tính: Xã Vắng." in text_of(draw(PaperKind.REPORT))


def test_what_the_organisers_write_themselves_stands_before_the_end(reported: Contest, draw: Draw) -> None:
    own = PaperSettings(
        PaperKind.REPORT, addressee="Ủy ban nhân dân tỉnh", remarks="Lan tỏa rộng.\n- Đề nghị tiếp tục."
    )
    save_report_settings(reported.staff[0], campaign=reported.campaign, settings=ReportSettings(papers=(own,)))
    paper = draw(PaperKind.REPORT)
    assert [(block.kind, block.text) for block in paper.blocks[-3:-1]] == [
        ("text", "Lan tỏa rộng."),
        ("item", "- Đề nghị tiếp tục."),
    ]
    assert paper.addressee == "Ủy ban nhân dân tỉnh"
    assert paper.recipients[0] == "- Như trên;"
    assert paper.blocks[-1].text.endswith("kính trình Ủy ban nhân dân tỉnh./.")


# --- with what is there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("off", ["honours", "desk"])
def test_without_a_plugin_the_sections_that_remain_are_there(reported: Contest, draw: Draw, off: str) -> None:
    everything = draw(PaperKind.REPORT)
    reported.campaign.plugins = [name for name in reported.campaign.plugins if name != off]
    rest = draw(PaperKind.REPORT)
    assert rest.annexes[0].title == everything.annexes[0].title == "SỐ NGƯỜI DỰ THI THEO ĐƠN VỊ"
    assert len(rest.annexes) == (1 if off == "honours" else 2)
    assert rest.annexes[0].number == ("Phụ lục" if off == "honours" else "Phụ lục I")
    assert ("TRỰC ĐIỆN THOẠI CẢ ĐỢT" in " ".join(headings(rest))) == (off != "desk")
    assert number(total(table(rest, "Tỷ lệ (%)"), "Số người")) == len(reported.people)


def test_a_section_that_fails_is_left_out_and_named_on_the_health_page(reported: Contest, draw: Draw) -> None:
    reported.campaign.tagline = "broken"
    paper = draw(PaperKind.REPORT)
    assert "TRỰC ĐIỆN THOẠI" not in " ".join(headings(paper))
    assert reported.ctx.hooks.failures["desk", "report_sections"].message.endswith("the desk is on fire")


def test_before_any_ranking_is_adopted_nothing_is_drawn_up(contest: Contest, app: Flask) -> None:
    with app.app_context(), in_language("vi"), pytest.raises(Blocked):
        gather(contest.ctx, campaign=contest.campaign, write=translate)


# --- notice, decision, minutes ----------------------------------------------------------------------------------------


def test_the_notice_tells_of_its_round(reported: Contest, draw: Draw) -> None:
    paper = draw(PaperKind.NOTICE, reported.round_.key)
    assert paper.title == "THÔNG BÁO"
    assert paper.subject == "Kết quả Vòng 1, Cuộc thi tìm hiểu về chuyển đổi số"
    assert f"Có {len(reported.people)} người có kết quả được tính" in text_of(paper)
    assert "II. TRỰC ĐIỆN THOẠI VÒNG 1" in headings(paper)
    with pytest.raises(Missing):
        draw(PaperKind.NOTICE, "round-9")


def test_the_decision_rests_on_documents_and_has_its_list_as_annex(reported: Contest, draw: Draw) -> None:
    own = PaperSettings(
        PaperKind.DECISION,
        bases=("Căn cứ Quyết định số 01/2023/QĐ-UBND",),
        authority=Authority.DEPUTY,
        head="Giám đốc",
        position="Phó Giám đốc",
    )
    save_report_settings(reported.staff[0], campaign=reported.campaign, settings=ReportSettings(papers=(own,)))
    paper = draw(PaperKind.DECISION)
    assert paper.competence == "GIÁM ĐỐC SỞ THÔNG TIN VÀ TRUYỀN THÔNG"
    bases = [block.text for block in paper.blocks if block.kind == "basis"]
    assert bases[0] == "Căn cứ Quyết định số 01/2023/QĐ-UBND;"
    assert bases[1].startswith("Căn cứ Kế hoạch số 52/KH-STTTT ngày 05 tháng 8 năm 2024")
    assert [text[-1] for text in bases] == [";"] * (len(bases) - 1) + ["."]
    articles = [block for block in paper.blocks if block.kind == "article"]
    assert [block.lead for block in articles] == ["Điều 1.", "Điều 2.", "Điều 3."]
    assert "cho 3 cá nhân (có danh sách kèm theo)" in articles[0].text
    (annex,) = paper.annexes
    assert annex.number == "Phụ lục"
    assert "Kèm theo Quyết định số" in annex.note
    listed = sum(number(text) for text in column(table(paper, "Giá trị giải (đồng)"), "Giá trị giải (đồng)"))
    assert listed == 1_833_333
    assert "1.833.333 đồng (bằng chữ: một triệu tám trăm ba mươi ba nghìn ba trăm ba mươi ba đồng)" in articles[1].text
    assert paper.recipients[0] == "- Như Điều 3;"


def test_the_minutes_name_members_and_digests_and_are_signed_by_two(reported: Contest, draw: Draw) -> None:
    paper = draw(PaperKind.MINUTES)
    assert len(table(paper, "Chữ ký").rows) == len(reported.staff)
    assert re.search(r"- Mã kiểm tra: [0-9a-f]{8}(?: [0-9a-f]{8}){7}\b", text_of(paper))
    assert "Danh sách đạt giải: 3 giải, tổng trị giá 1.833.333 đồng." in text_of(paper)
    assert paper.second is not None
    assert paper.second.lines == ["THƯ KÝ"]


# --- tables -----------------------------------------------------------------------------------------------------------


def test_only_numbers_are_added_up() -> None:
    columns = [Column("who", "Ai"), Column("calls", "Cuộc gọi", "integer")]
    made = ReportTable("Cuộc gọi", columns, [("a", 2), ("b", None), ("c", 3)], frozenset({"calls"}))
    assert sums(made) == {"calls": 5}
    with pytest.raises(ContractError, match="no numbers"):
        sums(replace(made, summed=frozenset({"who"})))


# --- what adds up ----------------------------------------------------------------------------------------------------


def test_a_category_from_which_nobody_came_is_in_the_table_so_that_it_adds_up(reported: Contest, draw: Draw) -> None:
    campaign = reported.campaign
    campaign.categories = {"cb": "Cán bộ", "hs": "Học sinh"}
    for person in reported.people:
        person.category = "cb"
    reported.ctx.session.add(
        Headcount(campaign_id=campaign.id, unit_id=reported.people[0].unit_id, category="hs", number=100)
    )
    reported.ctx.session.flush()
    cells = table(draw(PaperKind.REPORT), "Đối tượng")
    assert [row[1:3] for row in cells.rows][:2] == [["Cán bộ", "8"], ["Học sinh", "0"]]
    assert column(cells, "Số người thuộc đối tượng dự thi")[1] == "100"
    assert number(total(cells, "Số người thuộc đối tượng dự thi")) == 112


def test_somebody_with_two_prizes_is_one_person(reported: Contest, app: Flask) -> None:
    with app.app_context(), in_language("vi"):
        material = gather(reported.ctx, campaign=reported.campaign, write=translate)
        (found,) = material.award_lists
        first = found.awards[0]
        team = replace(first, enrolment_id=None, recipient="Sở A")
        awards = [*found.awards, replace(first, title="Giải phụ"), team, replace(team, title="Giải phụ")]
        material = replace(material, award_lists=[replace(found, awards=awards)])
        paper = draw_up(reported.ctx, material=material, kind=PaperKind.DECISION, subject=found.key)
    assert "cho 3 cá nhân và 1 tập thể" in text_of(paper)
