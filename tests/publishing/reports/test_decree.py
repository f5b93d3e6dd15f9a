"""The form of the decree in words: symbols, dates, authorities, recipients, annexes."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cuocthi.campaigns.settings import SettingsError
from cuocthi_publishing.reports import decree
from cuocthi_publishing.reports.decree import Authority, PaperKind, Signatory
from cuocthi_publishing.reports.facts import percent
from cuocthi_publishing.reports.settings import PaperSettings, ReportSettings

words = st.text(st.characters(categories=["L"], include_characters=" "), min_size=1, max_size=30).map(str.strip)
titles = words.filter(bool)


# --- measures ---------------------------------------------------------------------------------------------------------


def test_the_sheet_keeps_to_the_margins_and_sizes_of_the_annex() -> None:
    assert (decree.PAGE_WIDTH, decree.PAGE_HEIGHT) == (210, 297)
    assert 20 <= decree.MARGIN_TOP <= 25
    assert 20 <= decree.MARGIN_BOTTOM <= 25
    assert 30 <= decree.MARGIN_LEFT <= 35
    assert 15 <= decree.MARGIN_RIGHT <= 20
    assert 12 <= decree.SIZE_HEAD <= 13 <= decree.SIZE_TEXT <= 14
    assert decree.SIZE_MOTTO == decree.SIZE_HEAD + 1
    assert (decree.SIZE_RECIPIENTS_TITLE, decree.SIZE_RECIPIENTS) == (12, 11)
    assert decree.FIRST_LINE_INDENT in {10, 12.7}
    assert decree.PARAGRAPH_SPACING >= 6
    assert 1 <= decree.LINE_SPACING <= 1.5


# --- number, date -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "body", "written"),
    [
        (PaperKind.REPORT, "STTTT", "/BC-STTTT"),
        (PaperKind.NOTICE, "BTC", "/TB-BTC"),
        (PaperKind.DECISION, "ubnd", "/QĐ-UBND"),
        (PaperKind.MINUTES, "", "/BB"),
    ],
)
def test_a_symbol_has_a_blank_number_and_no_blanks_around_its_hyphen(kind: PaperKind, body: str, written: str) -> None:
    found = decree.symbol(kind, body)
    assert found.startswith("Số:\u00a0")
    assert found.endswith(written)
    assert not re.search(r"\d", found)


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_days_and_the_first_two_months_have_noughts_and_no_other_month(day: date) -> None:
    long = re.fullmatch(r"ngày (\d{2}) tháng (\d{1,2}) năm (\d{4})", decree.long_date(day))
    short = re.fullmatch(r"(\d{2})/(\d{1,2})/(\d{4})", decree.short_date(day))
    assert long is not None
    assert short is not None
    assert long.groups() == short.groups()
    written_day, month, year = short.groups()
    assert date(int(year), int(month), int(written_day)) == day
    assert month.startswith("0") == (day.month <= 2)


def test_a_paper_that_is_not_signed_has_neither_day_nor_month() -> None:
    assert re.fullmatch(r"Thái Bình, ngày\s+tháng\s+năm 2024", decree.place_and_date("Thái Bình", 2024))
    assert decree.place_and_date(" ", 2024).startswith("…")


# --- who signs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("signatory", "lines"),
    [
        (Signatory(position="Giám đốc"), ["GIÁM ĐỐC"]),
        (Signatory(authority=Authority.ACTING, position="Giám đốc"), ["Q. GIÁM ĐỐC"]),
        (
            Signatory(authority=Authority.DEPUTY, head="Giám đốc", position="Phó Giám đốc"),
            ["KT. GIÁM ĐỐC", "PHÓ GIÁM ĐỐC"],
        ),
        (
            Signatory(authority=Authority.ORDER, head="Giám đốc", position="Chánh Văn phòng"),
            ["TL. GIÁM ĐỐC", "CHÁNH VĂN PHÒNG"],
        ),
        (
            Signatory(authority=Authority.DELEGATED, head="Giám đốc", position="Trưởng phòng"),
            ["TUQ. GIÁM ĐỐC", "TRƯỞNG PHÒNG"],
        ),
        (Signatory("Ủy ban nhân dân", position="Chủ tịch"), ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]),
        (
            Signatory("Ủy ban nhân dân", Authority.DEPUTY, "Chủ tịch", "Phó Chủ tịch"),
            ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"],
        ),
        (Signatory(), []),
    ],
)
def test_authorities_are_written_as_the_decree_has_them(signatory: Signatory, lines: list[str]) -> None:
    assert decree.signature_lines(signatory) == lines


@given(st.sampled_from(Authority), titles, titles, st.one_of(st.just(""), titles))
def test_a_signature_says_for_whom_then_as_what(authority: Authority, head: str, position: str, body: str) -> None:
    lines = decree.signature_lines(Signatory(body, authority, head, position))
    assert [line.startswith("TM. ") for line in lines][:1] == [bool(body)] or not body
    assert lines[-1].endswith(position.upper())
    assert len(lines) == 1 + bool(body) + (authority in {Authority.DEPUTY, Authority.ORDER, Authority.DELEGATED})
    assert all(line == line.upper() for line in lines)


@pytest.mark.parametrize("authority", [Authority.DEPUTY, Authority.ORDER, Authority.DELEGATED])
def test_nobody_signs_for_nobody(authority: Authority) -> None:
    with pytest.raises(SettingsError) as refusal:
        PaperSettings(PaperKind.REPORT, authority=authority, position="Phó Giám đốc")
    assert refusal.value.field == "head"
    with pytest.raises(SettingsError) as refusal:
        PaperSettings(PaperKind.REPORT, authority=authority, head="Giám đốc")
    assert refusal.value.field == "position"


def test_a_kind_of_paper_is_described_once() -> None:
    one = PaperSettings(PaperKind.REPORT)
    with pytest.raises(SettingsError):
        ReportSettings(papers=(one, one))
    other = PaperSettings(PaperKind.REPORT, name="Đỗ Như Lâm")
    assert ReportSettings(papers=(one,)).changed(other).of(PaperKind.REPORT) == other
    assert ReportSettings().of(PaperKind.NOTICE) == PaperSettings(PaperKind.NOTICE)


# --- recipients, annexes, shares --------------------------------------------------------------------------------------


@given(st.lists(titles, max_size=6), st.sampled_from(["", "Như trên"]))
def test_recipients_end_with_semicolons_and_the_archive_with_a_full_stop(recipients: list[str], first: str) -> None:
    lines = decree.recipient_lines(recipients, first=first, archive="VT, CNTT")
    assert len(lines) == len(set(lines)) == len({first, *recipients} - {""}) + 1
    assert all(line.startswith("- ") and line.endswith(";") and not line.endswith(";;") for line in lines[:-1])
    assert lines[-1] == "- Lưu: VT, CNTT."


def test_annexes_are_numbered_where_there_are_two() -> None:
    assert decree.annex_title(1, 1) == "Phụ lục"
    assert [decree.annex_title(number, 4) for number in (1, 2, 4)] == ["Phụ lục I", "Phụ lục II", "Phụ lục IV"]
    note = decree.annex_note(PaperKind.REPORT, "STTTT", "Sở Thông tin và Truyền thông", 2024)
    assert re.fullmatch(
        r"\(Kèm theo Báo cáo số\s+/BC-STTTT ngày\s+tháng\s+năm 2024 của Sở Thông tin và Truyền thông\)", note
    )


@given(st.integers(1, 39))
def test_roman_numerals_read_back(number: int) -> None:
    values = {"I": 1, "V": 5, "X": 10}
    digits = [values[letter] for letter in decree.roman(number)]
    assert sum(-one if one < [*digits, 0][place + 1] else one for place, one in enumerate(digits)) == number


@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_shares_are_exact_to_two_decimals(part: int, whole: int) -> None:
    written = percent(part, whole)
    assert re.fullmatch(r"\d+(,\d{1,2})?", written)
    assert not written.endswith(",0")
    hundredths = round(float(written.replace(",", ".")) * 100)
    assert abs(hundredths * whole - 10_000 * part) * 2 <= whole


def test_of_nothing_nothing_is_a_share() -> None:
    assert percent(0, 0) == "0"
