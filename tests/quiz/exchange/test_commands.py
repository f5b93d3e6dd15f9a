"""``cuocthi quiz import`` and ``cuocthi quiz export``: in somebody's name, all or nothing, on record."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz

from cuocthi.audit.models import AuditEvent
from cuocthi.cli import main
from cuocthi.contributions import Role
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.models import Question, WaitingImport

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

Call = Callable[..., tuple[int, str]]
WRITER = "btc@example.com"
SAID = ("--topic", "safety", "--source", "Luật Giao dịch điện tử", "--explanation", "Xem nguồn.")
TABLE = "Câu hỏi;A;B;Đáp án\nMật khẩu nào mạnh?;123456;Một câu dài;{key}\nChữ ký số?;Ảnh;Dữ liệu;B\n"


@pytest.fixture
def call(app: Flask, quiz: Quiz) -> Call:
    """A command of the quiz for its campaign, in the name of a member of the committee; its status and all it says."""
    user = quiz.make.user("Ban tổ chức", contact=WRITER)
    quiz.make.member(quiz.campaign, Role.ORGANISING, user=user)

    def begin(command: str, path: Path, *options: str, name: str = WRITER) -> tuple[int, str]:
        words = ["quiz", command, str(path), "--campaign", quiz.campaign.slug, "--as", name, *options]
        quiz.ctx.session.commit()
        result = app.test_cli_runner().invoke(main, words)
        quiz.ctx.session.expire_all()
        return result.exit_code, result.output

    return begin


def number(quiz: Quiz) -> int:
    return quiz.ctx.session.scalar(sa.select(sa.func.count()).select_from(Question)) or 0


def test_a_file_is_tried_and_then_taken_over(call: Call, quiz: Quiz, tmp_path: Path) -> None:
    path, before = tmp_path / "cau-hoi.csv", number(quiz)
    path.write_text(TABLE.format(key="B"))
    assert call("import", path, "--dry-run", *SAID) == (0, "new 2, reworded 0, same 0\n")
    assert number(quiz) == before
    assert call("import", path, *SAID) == (0, "new 2, reworded 0, same 0\n")
    assert number(quiz) == before + 2
    event = quiz.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "quiz:question:import")).one()
    assert event.actor_id is not None
    assert call("import", path, *SAID) == (0, "new 0, reworded 0, same 2\n")
    assert quiz.ctx.session.scalar(sa.select(WaitingImport.id)) is None


def test_every_problem_is_named_and_nothing_is_taken(call: Call, quiz: Quiz, tmp_path: Path) -> None:
    path, before = tmp_path / "cau-hoi.csv", number(quiz)
    path.write_text(TABLE.format(key="D"))
    status, output = call("import", path, *SAID)
    assert status == 1
    assert "Error: row 2: " in output or "Lỗi: dòng 2: " in output
    assert number(quiz) == before


def test_what_cannot_be_taken_is_left_out_only_where_somebody_says_so(call: Call, quiz: Quiz, tmp_path: Path) -> None:
    path, before = tmp_path / "cau-hoi.gift", number(quiz)
    path.write_text("Thủ đô? {=Hà Nội =Ha Noi}\n\nViết một bài luận {}\n")

    status, output = call("import", path, *SAID)
    assert (status, number(quiz)) == (1, before)
    assert [line.partition(":")[0] for line in output.splitlines()[:-1]] == ["Lưu ý", "Lỗi"]
    assert "--leave-out" in output.splitlines()[-1]

    status, output = call("import", path, "--leave-out", *SAID)
    assert (status, number(quiz)) == (0, before + 1)
    assert [line.partition(":")[0] for line in output.splitlines()[:-1]] == ["Lưu ý", "Bỏ qua"]


def test_only_who_may_edit_questions_imports_and_who_may_read_them_exports(
    call: Call, quiz: Quiz, tmp_path: Path
) -> None:
    path = tmp_path / "cau-hoi.csv"
    path.write_text(TABLE.format(key="B"))
    quiz.make.user("Người dự thi", contact="dan@example.com")
    for command in ("import", "export"):
        assert call(command, path, name="dan@example.com")[0] != 0
    assert number(quiz) > 0
    assert path.read_text() == TABLE.format(key="B")


def test_the_bank_is_written_and_what_a_format_loses_is_named_first(call: Call, quiz: Quiz, tmp_path: Path) -> None:
    whole, short = tmp_path / "ngan-hang.xlsx", tmp_path / "ngan-hang.txt"
    assert call("export", whole) == (0, f"{number(quiz)} questions\n")
    assert len(FORMATS["xlsx"].read(whole.read_bytes()).drafts) == number(quiz)
    assert call("import", whole) == (0, f"new 0, reworded 0, same {number(quiz)}\n")
    assert call("export", short, "--format", "aiken")[0] == 1
    assert not short.exists()
    status, output = call("export", short, "--format", "aiken", "--all-the-same")
    written = short.read_text().count("ANSWER:")
    assert (status, output.splitlines()[-1]) == (0, f"{written} questions")
    assert 0 < written < number(quiz), "of the other types there are none"
    events = quiz.ctx.session.scalars(sa.select(AuditEvent.after).where(AuditEvent.action == "quiz:question:export"))
    assert [after["format"] for after in events if after] == ["xlsx", "aiken"]


def test_an_unknown_ending_is_refused(call: Call, tmp_path: Path) -> None:
    assert call("export", tmp_path / "ngan-hang.pdf")[0] == 2
