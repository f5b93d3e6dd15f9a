"""The sheet of a review meeting: handed out, filled in, read back with every problem by its row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.contributions import Role
from cuocthi.errors import InvalidData
from cuocthi.sheets.reading import read_sheets
from cuocthi.sheets.writing import write_workbook
from cuocthi.users.models import User
from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.meeting import plan, read_entries, sheet_rows, take_over
from cuocthi_quiz.models import Remark, RemarkKind, Revision
from cuocthi_quiz.queries import meeting as meeting_queries
from cuocthi_quiz.queries.review import approvals

from .conftest import Quiz, acting, question

if TYPE_CHECKING:
    from cuocthi.context import Context
    from cuocthi_quiz.domain.meeting import Entry


def member(quiz: Quiz, name: str, role: Role = Role.JURY) -> Context:
    return acting(quiz.ctx, quiz.make.member(quiz.campaign, role, user=quiz.make.user(name)).id)


@pytest.fixture
def chair(quiz: Quiz) -> Context:
    return member(quiz, "Trần Thị Chủ Tọa", Role.ORGANISING)


@pytest.fixture
def jury(quiz: Quiz) -> Context:
    return member(quiz, "Nguyễn Văn Giám Khảo")


@pytest.fixture
def drafts(quiz: Quiz) -> list[Revision]:
    author = member(quiz, "Lê Thị Soạn", Role.SUPPORT)
    return [write_question(author, campaign=quiz.campaign, data=question(f"moi-{n}")) for n in range(1, 4)]


def filled(quiz: Quiz, *said: tuple[str, str, str, str], revision: str = "1") -> list[Entry]:
    """The sheet as it comes back, filled in with (code, verdict, reviewer, remark)."""
    heading = next(iter(sheet_rows([], language="vi")))
    rows = [[key, revision, "", "", "", "", "", verdict, reviewer, remark] for key, verdict, reviewer, remark in said]
    return read_entries(read_sheets(write_workbook([("Câu hỏi", [heading, *rows])])))


def kept(quiz: Quiz) -> list[tuple[str, str, bool]]:
    rows = quiz.ctx.session.execute(
        sa.select(User.name, Remark.text, Remark.resolved_at.is_not(None))
        .join(User, User.id == Remark.author_id)
        .order_by(Remark.id)
    )
    return [(row[0], row[1], row[2]) for row in rows]


@pytest.mark.usefixtures("drafts")
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_sheet_comes_back_as_it_was_handed_out(quiz: Quiz, language: str) -> None:
    listed = meeting_queries.listed(quiz.ctx, campaign_id=quiz.campaign.id, narrowed={"state": "draft"})
    assert [item.key for item in listed] == ["moi-1", "moi-2", "moi-3"]
    sheets = read_sheets(write_workbook([("x", sheet_rows(listed, language=language))]))
    assert len(sheets[0].rows) == 4
    assert "Phương án 1 của moi-1" in sheets[0].rows[1][5]
    assert read_entries(sheets) == [], "nothing was filled in"


def test_remarks_are_of_those_who_made_them(quiz: Quiz, chair: Context, jury: Context, drafts: list[Revision]) -> None:
    entries = filled(
        quiz,
        ("moi-1", "sửa", "nguyen van giam khao", "Ngắn hơn"),
        ("moi-2", "trả lại", "", "Sai nguồn"),
        ("moi-3", "", "Nguyễn Văn Giám Khảo", "Thêm ví dụ"),
    )
    for _ in range(2):
        assert take_over(chair, campaign=quiz.campaign, entries=entries) == 3
    assert kept(quiz) == [
        ("Nguyễn Văn Giám Khảo", "Ngắn hơn", False),
        ("Trần Thị Chủ Tọa", "Sai nguồn", False),
        ("Nguyễn Văn Giám Khảo", "Thêm ví dụ", False),
    ]
    kinds = quiz.ctx.session.scalars(sa.select(Remark.kind).order_by(Remark.id)).all()
    assert kinds == [RemarkKind.COMMENT, RemarkKind.SENT_BACK, RemarkKind.COMMENT]
    recorders = set(quiz.ctx.session.scalars(sa.select(Remark.recorded_by)))
    assert recorders == {chair.actor.user_id}
    assert drafts[0].id


def test_of_approvals_only_the_importers_own_counts(
    quiz: Quiz, chair: Context, jury: Context, drafts: list[Revision]
) -> None:
    entries = filled(
        quiz,
        ("moi-1", "thông qua", "Trần Thị Chủ Tọa", ""),
        ("moi-1", "thông qua", "Nguyễn Văn Giám Khảo", ""),
    )
    for _ in range(2):
        take_over(chair, campaign=quiz.campaign, entries=entries)
    given = approvals(quiz.ctx, question_id=drafts[0].question_id)
    assert [one.user_id for one in given] == [chair.actor.user_id]
    assert len(kept(quiz)) == 1
    assert kept(quiz)[0][2], "what approves needs nobody to see to it"
    take_over(jury, campaign=quiz.campaign, entries=filled(quiz, ("moi-1", "approve", "", "")))
    assert len(approvals(quiz.ctx, question_id=drafts[0].question_id)) == 2


@pytest.mark.usefixtures("drafts", "jury")
@pytest.mark.parametrize(
    ("said", "revision"),
    [
        (("khong-co", "sửa", "", "x"), "1"),
        (("moi-1", "sửa", "", "x"), "2"),
        (("moi-1", "có lẽ", "", "x"), "1"),
        (("moi-1", "sửa", "", ""), "1"),
        (("moi-1", "trả lại", "", ""), "1"),
        (("moi-1", "sửa", "Người Lạ", "x"), "1"),
        (("de-1", "thông qua", "", ""), "1"),
        (("moi-1", "sửa", "", "x" * 4001), "1"),
    ],
)
def test_one_problem_keeps_everything_out(
    quiz: Quiz, chair: Context, said: tuple[str, str, str, str], revision: str
) -> None:
    entries = [
        *filled(quiz, ("moi-2", "sửa", "", "Ngắn hơn")),
        *filled(quiz, said, revision=revision),
    ]
    found = plan(chair, campaign=quiz.campaign, entries=entries)
    assert [problem.row for problem in found.problems] == [2]
    with pytest.raises(InvalidData):
        take_over(chair, campaign=quiz.campaign, entries=entries)
    assert kept(quiz) == []


@pytest.mark.usefixtures("drafts")
def test_nobody_approves_what_the_same_sheet_sends_back(quiz: Quiz, chair: Context) -> None:
    entries = [
        *filled(quiz, ("moi-1", "trả lại", "", "Sai nguồn"), ("moi-1", "thông qua", "", "")),
        *filled(quiz, ("moi-2", "thông qua", "", ""), ("moi-2", "sửa", "", "Ngắn hơn")),
    ]
    found = plan(chair, campaign=quiz.campaign, entries=entries)
    assert [problem.row for problem in found.problems] == [3], "a remark contradicts nothing"


@pytest.mark.usefixtures("drafts")
def test_what_has_been_sent_back_is_not_approved_by_a_sheet(quiz: Quiz, chair: Context, jury: Context) -> None:
    take_over(chair, campaign=quiz.campaign, entries=filled(quiz, ("moi-1", "trả lại", "", "Sai nguồn")))
    found = plan(jury, campaign=quiz.campaign, entries=filled(quiz, ("moi-1", "thông qua", "", "")))
    assert [problem.row for problem in found.problems] == [2]
    others = filled(quiz, ("moi-1", "thông qua", "Trần Thị Chủ Tọa", ""))
    assert take_over(jury, campaign=quiz.campaign, entries=others) == 1, "what somebody else said is only recorded"


@pytest.mark.usefixtures("drafts")
def test_an_author_does_not_approve_by_a_sheet(quiz: Quiz) -> None:
    author = member(quiz, "Phạm Văn Viết")
    write_question(author, campaign=quiz.campaign, data=question("moi-9"))
    found = plan(author, campaign=quiz.campaign, entries=filled(quiz, ("moi-9", "thông qua", "", "")))
    assert len(found.problems) == 1


def test_members_of_one_name_enter_their_remarks_alone(quiz: Quiz, chair: Context, drafts: list[Revision]) -> None:
    for _ in range(2):
        member(quiz, "Hoàng Thị Trùng")
    found = plan(chair, campaign=quiz.campaign, entries=filled(quiz, ("moi-1", "sửa", "Hoàng Thị Trùng", "x")))
    assert len(found.problems) == 1
    assert drafts[0].id


def test_another_workbook_is_refused(quiz: Quiz) -> None:
    with pytest.raises(InvalidData) as refused:
        read_entries(read_sheets(write_workbook([("x", [["Mã", "Tên"], ["1", "2"]])])))
    assert len(refused.value.problems) >= 4
    with pytest.raises(InvalidData):
        read_entries([])
