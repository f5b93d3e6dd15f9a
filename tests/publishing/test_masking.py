"""What of a person may be shown."""

from __future__ import annotations

import pytest

from cuocthi_publishing.domain.masking import Masking, mask_name, mean_score, without_contacts


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
    assert without_contacts(f"Liên hệ {contact}, cảm ơn") == "Liên hệ •••, cảm ơn"


@pytest.mark.parametrize(
    "harmless",
    ["Kế hoạch 52/KH-STTTT", "ngày 10/10/2024", "1.000.000 đồng", "000123", "Nghị quyết 02-NQ/TU", "20241010123456789"],
)
def test_other_figures_stay(harmless: str) -> None:
    assert without_contacts(harmless) == harmless


def test_winners_are_named_and_nobody_else() -> None:
    masking = Masking([7])
    assert masking.person("Lê Văn Đức", 7) == "Lê Văn Đức"
    assert masking.person("Lê Văn Đức", 8) == "Lê V*** Đ***"
    assert masking.person("Lê Văn Đức") == "Lê V*** Đ***"
    assert masking.person("Lê Đức 0912345678", 7) == "Lê Đức •••"
    assert masking.cell("Lê Văn Đức", "person") == "Lê V*** Đ***"
    assert masking.cell("Lê Văn Đức", "text") == "Lê Văn Đức"
    assert masking.cell(912345678, "integer") == 912345678


def test_a_mean_over_few_is_not_given() -> None:
    assert (mean_score(12_500, 4), mean_score(12_500, 5)) == (None, 12_500)
