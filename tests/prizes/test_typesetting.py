"""Typesetting in a process of its own: what is said of a template, and what no template can do."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from cuocthi.campaigns.models import Campaign
from cuocthi.errors import DomainError
from cuocthi.files.kinds import kind_of
from cuocthi_prizes.outputs import typesetting
from cuocthi_prizes.outputs.certificates import day_in_words, sample_data
from cuocthi_prizes.outputs.settings import OutputSettings
from cuocthi_prizes.outputs.typesetting import LARGEST_TEMPLATE, SHIPPED, TEMPLATE, Bounds, NotTypeset, typeset

FONTS = Path(typesetting.__file__).parent / "fonts"


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


@pytest.mark.parametrize(
    "template",
    [
        '#read("/etc/passwd")',
        '#read("../../../../etc/passwd")',
        '#include "/etc/passwd"',
        '#image("/etc/passwd")',
        '#image(bytes("<svg xmlns=\\"http://www.w3.org/2000/svg\\"><image href=\\"/etc/passwd\\"/></svg>"))',
        '#plugin("/etc/passwd")',
        '#bibliography("/etc/passwd.yml")',
    ],
)
def test_a_template_reads_no_file(template: str, sample: dict[str, Any]) -> None:
    with pytest.raises(NotTypeset) as refusal:
        typeset(template, sample)
    assert "can read no files" in str(refusal.value)
    assert "searched" not in str(refusal.value)
    assert refusal.value.field == "file"


def test_not_even_a_file_that_lies_in_its_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    asked = {"template": '#read("secret.txt")', "data": {}, "form": "pdf"}
    command = [sys.executable, "-P", "-m", "cuocthi_prizes.outputs.typesetter", "1024", "10", str(tmp_path)]
    done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True)
    assert b"refused" in done.stdout


def test_a_template_fetches_nothing(sample: dict[str, Any]) -> None:
    with pytest.raises(NotTypeset, match="can use no packages"):
        typeset('#import "@preview/cetz:0.3.0"', sample)


@pytest.mark.parametrize(
    "template",
    [
        '#let text = "x" * 1000\n#for _ in range(40) { text = text + text }\n#text',
        "#for a in range(100000) { for b in range(100000) { let c = a * b } }",
    ],
)
def test_a_template_that_takes_too_much_is_given_up(template: str, sample: dict[str, Any]) -> None:
    with pytest.raises(NotTypeset, match="more time or memory"):
        typeset(template, sample, bounds=Bounds(512, 1))


@pytest.mark.parametrize("template", ["#while true {}", "#let f() = f()\n#f()", "#let n = 0\n#while n >= 0 { n += 1 }"])
def test_loops_without_end_are_found(template: str, sample: dict[str, Any]) -> None:
    with pytest.raises(NotTypeset):
        typeset(template, sample, bounds=Bounds(512, 2))


def test_a_mistake_is_named_by_its_line(sample: dict[str, Any]) -> None:
    with pytest.raises(NotTypeset, match=r"Line 3: “unknown variable: nowhere”"):
        typeset("= A\n\n#nowhere", sample)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a\0b", b"x" * (LARGEST_TEMPLATE + 1)])
def test_what_is_no_text_is_no_template(content: bytes) -> None:
    with pytest.raises(DomainError):
        kind_of("mau.typ", content, [TEMPLATE], field="file")
    with pytest.raises(DomainError):
        kind_of("mau.exe", b"= A", [TEMPLATE], field="file")


def test_the_web_process_does_not_load_typst() -> None:
    told = "import sys; from cuocthi_prizes.outputs import design, public, views; print('typst' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_days_are_written_as_documents_write_them() -> None:
    assert day_in_words(date(2024, 9, 5)) == {"day": "05", "month": "9", "year": "2024"}
    assert day_in_words(date(2025, 2, 28)) == {"day": "28", "month": "02", "year": "2025"}
    assert day_in_words(None)["year"] == ""


def test_fonts_are_those_of_the_manifest() -> None:
    manifest = json.loads((FONTS / "manifest.json").read_text("utf-8"))
    for name, entry in manifest.items():
        digest = hashlib.sha384((FONTS / name).read_bytes()).digest()
        assert entry["integrity"] == f"sha384-{base64.b64encode(digest).decode()}", name
