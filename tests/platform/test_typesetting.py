"""Typesetting in a process of its own: what is said of a template, and what no template can do."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from cuocthi.errors import DomainError
from cuocthi.files.kinds import kind_of
from cuocthi.papers.typesetting import LARGEST_TEMPLATE, TEMPLATE, Bounds, NotTypeset, typeset
from cuocthi.papers.words import date_parts


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
def test_a_template_reads_no_file(template: str) -> None:
    with pytest.raises(NotTypeset) as refusal:
        typeset(template, {})
    assert "can read no files" in str(refusal.value)
    assert "searched" not in str(refusal.value)
    assert refusal.value.field == "file"


def test_not_even_a_file_that_lies_in_its_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", "utf-8")
    asked = {"template": '#read("secret.txt")', "data": {}, "form": "pdf"}
    command = [sys.executable, "-P", "-m", "cuocthi.papers.typesetter", "1024", "10", str(tmp_path)]
    done = subprocess.run(command, input=json.dumps(asked).encode(), capture_output=True, check=True)
    assert b"refused" in done.stdout


def test_a_template_fetches_nothing() -> None:
    with pytest.raises(NotTypeset, match="can use no packages"):
        typeset('#import "@preview/cetz:0.3.0"', {})


@pytest.mark.parametrize(
    "template",
    [
        '#let text = "x" * 1000\n#for _ in range(40) { text = text + text }\n#text',
        "#for a in range(100000) { for b in range(100000) { let c = a * b } }",
    ],
)
def test_a_template_that_takes_too_much_is_given_up(template: str) -> None:
    with pytest.raises(NotTypeset, match="more time or memory"):
        typeset(template, {}, bounds=Bounds(512, 1))


@pytest.mark.parametrize("template", ["#while true {}", "#let f() = f()\n#f()", "#let n = 0\n#while n >= 0 { n += 1 }"])
def test_loops_without_end_are_found(template: str) -> None:
    with pytest.raises(NotTypeset):
        typeset(template, {}, bounds=Bounds(512, 2))


def test_a_mistake_is_named_by_its_line() -> None:
    with pytest.raises(NotTypeset, match=r"Line 3: “unknown variable: nowhere”"):
        typeset("= A\n\n#nowhere", {})


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"a\0b", b"x" * (LARGEST_TEMPLATE + 1)])
def test_what_is_no_text_is_no_template(content: bytes) -> None:
    with pytest.raises(DomainError):
        kind_of("mau.typ", content, [TEMPLATE], field="file")
    with pytest.raises(DomainError):
        kind_of("mau.exe", b"= A", [TEMPLATE], field="file")


def test_days_are_written_as_documents_write_them() -> None:
    assert date_parts(date(2024, 9, 5)) == {"day": "05", "month": "9", "year": "2024"}
    assert date_parts(date(2025, 2, 28)) == {"day": "28", "month": "02", "year": "2025"}
    assert date_parts(None)["year"] == ""
