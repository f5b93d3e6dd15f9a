"""What of a person may be shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cuocthi_publishing.domain.choice import Choice
from cuocthi_publishing.domain.masking import Masking, mask_name, purged
from cuocthi_publishing.domain.sections import sections
from cuocthi_publishing.domain.snapshot import gather

from .conftest import PHONE, Contest


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("Nguyễn Thị Hoà", "Nguyễn T*** H***"),
        ("  Đỗ   Huyền ", "Đỗ H***"),
        ("Hoà", "H***"),
        ("", ""),
    ],
)
def test_only_the_family_name_can_be_read(name: str, masked: str) -> None:
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    "contact",
    [
        "0912345678",
        "0912 345 678",
        "0912.345.678",
        "0912-345-678",
        "(+84) 912 345 678",
        "+84912345678",
        "84912345678",
        "0227 3831 234",
        "a.b+c@so-tttt.thaibinh.gov.vn",
    ],
)
def test_contacts_are_blacked_out_wherever_they_stand(contact: str) -> None:
    assert purged(f"Liên hệ {contact}, cảm ơn") == "Liên hệ •••, cảm ơn"


@pytest.mark.parametrize(
    "harmless",
    ["Kế hoạch 52/KH-STTTT", "ngày 10/10/2024", "1.000.000 đồng", "000123", "Nghị quyết 02-NQ/TU", "20241010123456789"],
)
def test_other_figures_stay(harmless: str) -> None:
    assert purged(harmless) == harmless


def test_winners_are_named_and_nobody_else() -> None:
    masking = Masking([7])
    assert masking.person("Lê Văn Đức", 7) == "Lê Văn Đức"
    assert masking.person("Lê Văn Đức", 8) == "Lê V*** Đ***"
    assert masking.person("Lê Văn Đức") == "Lê V*** Đ***"
    assert masking.person("Lê Đức 0912345678", 7) == "Lê Đức •••"
    assert masking.cell("Lê Văn Đức", "text", {}) == "Lê Văn Đức"
    assert masking.cell(912345678, "integer", {}) == 912345678


def test_a_person_of_a_plugin_stands_there_by_the_enrolment_and_is_masked_by_the_rule() -> None:
    masking, names = Masking([7]), {7: "Lê Văn Đức", 8: "Vũ Hoàng Long"}
    assert [masking.cell(who, "person", names) for who in (7, 8, None)] == ["Lê Văn Đức", "Vũ H*** L***", None]
    for unknown in ("Lê Văn Đức", 9):
        with pytest.raises(LookupError):
            masking.cell(unknown, "person", names)


def test_a_child_without_consents_stands_without_a_name_even_as_a_winner() -> None:
    masking = Masking([7], [7, 8], "không công bố họ tên")
    assert masking.person("Lê Văn Đức", 7) == masking.person("Lê Văn Đức", 8) == "không công bố họ tên"
    assert masking.cell(7, "person", {7: "Lê Văn Đức"}) == "không công bố họ tên"
    assert masking.person("Lê Văn Đức", 9) == "Lê V*** Đ***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("CCCD 034099001234 của ông", "CCCD ••• của ông"),
        ("số 034 099 001 234", "số •••"),
        ("số 0340-9900-1234", "số •••"),
        ("CMND số 151234567", "CMND số •••"),
        ("Chứng minh nhân dân: 151 234 567.", "Chứng minh nhân dân: •••."),
        ("sinh ngày 01/02/2010", "sinh ngày •••"),
        ("Ngày sinh: 2010-02-01", "Ngày sinh: •••"),
        ("sinh năm 2010, lớp 9", "sinh năm •••, lớp 9"),
        ("(sinh 1/2/2010)", "(sinh •••)"),
        ("born on 01/02/2010", "born on •••"),
    ],
)
def test_numbers_of_papers_and_days_of_birth_are_blacked_out(text: str, shown: str) -> None:
    assert purged(text) == shown


@pytest.mark.parametrize("harmless", ["học sinh 2024", "100.000.000.000 đồng", "sinh viên 2010", "1.234.567 người"])
def test_what_only_looks_like_it_stays(harmless: str) -> None:
    assert purged(harmless) == harmless


def test_the_host_bodys_own_number_may_stand_in_texts() -> None:
    masking = Masking(public="0227 3600 000")
    assert masking.text("Gọi 02273600000 hoặc 0912 345 678") == "Gọi 02273600000 hoặc •••"


def test_a_kind_of_column_without_a_rule_lets_nothing_out() -> None:
    with pytest.raises(LookupError):
        Masking().cell("x", "phone", {})


def test_the_name_of_a_prize_is_a_text_like_others(contest: Contest) -> None:
    contest.adopt()
    material = gather(contest.ctx, campaign=contest.campaign, choice=Choice(awards=True, statistics=False, units=False))
    (found,) = material.award_lists
    named = [replace(award, title=f"Giải nhất, gọi {PHONE}") for award in found.awards]
    material = replace(material, award_lists=[replace(found, awards=named)])
    (made,) = sections(contest.ctx, material=material)
    assert {row[0] for row in made["rows"]} == {"Giải nhất, gọi •••"}
