"""The template of certificates: what it makes of the longest texts, and of texts that mean harm."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import Any

import pytest

from cuocthi.campaigns.models import Campaign
from cuocthi.papers.typesetting import typeset
from cuocthi_prizes.outputs.certificates import sample_data
from cuocthi_prizes.outputs.settings import OutputSettings
from cuocthi_prizes.outputs.typesetting import SHIPPED


@pytest.fixture(scope="module")
def sample() -> dict[str, Any]:
    campaign = Campaign(
        name="Cuộc thi trực tuyến tìm hiểu về chuyển đổi số và Ngày Chuyển đổi số quốc gia trên địa bàn tỉnh",
        host_name="Sở Thông tin và Truyền thông",
        host_parent="Ủy ban nhân dân tỉnh Thái Bình",
    )
    return sample_data(campaign=campaign, settings=OutputSettings(), page="https://cuocthi.example/c/a/certificate")


def test_the_template_that_comes_along_is_typeset_with_the_longest_names(sample: dict[str, Any]) -> None:
    pdf = typeset(SHIPPED.read_text("utf-8"), sample)
    assert pdf.startswith(b"%PDF-")
    # One page for each of the samples, whatever the length of their names.
    assert len(re.findall(rb"/Type ?/Page\b", pdf)) == len(sample["certificates"]) == 3
    assert typeset(SHIPPED.read_text("utf-8"), sample) == pdf
    assert typeset(SHIPPED.read_text("utf-8"), sample, form="png").startswith(b"\x89PNG")


def long(words: str, letters: int) -> str:
    return (f"{words} " * letters)[:letters].strip()


def test_the_longest_texts_that_can_be_stored_stay_on_one_page(sample: dict[str, Any]) -> None:
    longest = {
        "recipient": long("Nguyễn Phương Quỳnh", 120),
        "unit": long("Phòng Văn hóa – Xã hội xã Vũ Thư", 300),
        "prize": long("Giải Khuyến khích dành cho", 120),
    }
    data = {
        **sample,
        "superior": long("Ủy ban nhân dân tỉnh", 200),
        "host": long("Sở Khoa học và Công nghệ", 200),
        "issuer": long("Ban Tổ chức Cuộc thi", 160),
        "contest": long("Cuộc thi tìm hiểu về chuyển đổi số", 300),
        "round": long("Bảng cán bộ, công chức, viên chức", 250),
        "place": long("Thành phố Hưng Yên", 60),
        "signatory": {
            "authority": long("TM. Ban Tổ chức", 160),
            "position": long("Phó Chủ tịch kiêm Trưởng ban", 160),
            "name": long("Công Tằng Tôn Nữ", 80),
        },
        "certificates": [{**sample["certificates"][0], **longest}, sample["certificates"][0]],
    }
    assert len(re.findall(rb"/Type ?/Page\b", typeset(SHIPPED.read_text("utf-8"), data))) == 2


def test_data_are_never_code(sample: dict[str, Any]) -> None:
    evil = '#panic("x") $ \\ " ] #read("/etc/passwd")'
    data = {**sample, "certificates": [{**sample["certificates"][0], "recipient": evil, "unit": evil}]}
    assert typeset(SHIPPED.read_text("utf-8"), data).startswith(b"%PDF-")


def test_the_web_process_does_not_load_typst() -> None:
    told = "import sys; from cuocthi_prizes.outputs import design, public, views; print('typst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
