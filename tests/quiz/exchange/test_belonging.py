"""Where questions of a file belong: tags, division, group, practice; and the pictures that come with them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz
from tests.quiz.pictures import png

from cuocthi.campaigns.models import Division
from cuocthi_quiz.domain.exchange.drafts import Content
from cuocthi_quiz.domain.exchange.formats import FORMATS
from cuocthi_quiz.domain.exchange.plan import Verdict, make_plan
from cuocthi_quiz.domain.exchange.taking_over import hand_in, plan_of, take_over
from cuocthi_quiz.models import Group, Question
from cuocthi_quiz.queries.pictures import digests

from .test_taking_over import CHOICES, author, bank, draft, planned, taken_over

if TYPE_CHECKING:
    from pathlib import Path

    from cuocthi_quiz.domain.exchange.drafts import Draft


def problems(quiz: Quiz, *drafts: Draft) -> list[str]:
    return [f"{problem.place}: {problem.text}" for problem in planned(quiz, *drafts).problems]


def grouped(*numbers: int, key: str = "tinh-huong") -> list[Draft]:
    """Drafts of a group, of which only the first says what they share."""
    return [draft(at, group=key, group_text="Đọc đoạn sau." if at == numbers[0] else "") for at in numbers]


def test_tags_division_and_practice_are_taken_over_and_stay_where_a_file_is_silent(quiz: Quiz) -> None:
    quiz.campaign.divisions.append(Division(key="can-bo", name="Cán bộ, công chức"))
    quiz.ctx.session.flush()
    taken_over(quiz, author(quiz), draft(1, tags=("nội bộ",), division="can bo, cong chuc", for_practice=True))
    _, data = bank(quiz)["safety-001"]
    assert (data.tags, data.division, data.for_practice) == (("nội bộ",), "can-bo", True)
    again = planned(quiz, draft(1), draft(2, key="safety-001", text="Khác?"))
    assert again.planned[0].verdict is Verdict.SAME
    assert again.planned[1].data.tags == ("nội bộ",)


def test_what_a_campaign_does_not_have_and_what_never_changes_is_said(quiz: Quiz) -> None:
    assert problems(quiz, draft(1, division="Bảng Z")) == ["row 1: there is no division “Bảng Z” in this campaign"]
    (problem,) = problems(quiz, draft(1, key="de-1", for_practice=True))
    assert "never changes" in problem


def test_a_new_group_comes_with_its_questions_in_their_order(quiz: Quiz) -> None:
    taken_over(quiz, author(quiz), *grouped(2, 1))
    group = quiz.ctx.session.scalars(sa.select(Group)).one()
    assert (group.key, group.text, group.size, group.number) == ("tinh-huong", "Đọc đoạn sau.", 2, 1)
    found = {
        revision.text: revision.group_place
        for question in quiz.ctx.session.scalars(sa.select(Question))
        for revision in question.revisions
        if revision.group_id
    }
    assert found == {"Câu mới 2?": 1, "Câu mới 1?": 2}
    assert {item.verdict for item in planned(quiz, *grouped(2, 1)).planned} == {Verdict.SAME}


@pytest.mark.parametrize(
    ("drafts", "reason"),
    [
        (grouped(1), "has 1 questions"),
        ([draft(1, group="a"), draft(2, group="a")], "shares no text"),
        ([*grouped(1, 2)[:1], draft(2, group="tinh-huong", topic="services")], "one topic and one division"),
        ([*grouped(1, 2), draft(3, key="de-1", group="tinh-huong")], "not all of its questions are"),
    ],
)
def test_what_is_no_group_is_said(quiz: Quiz, drafts: list[Draft], reason: str) -> None:
    (problem,) = problems(quiz, *drafts)
    assert problem.startswith("row 1: ")
    assert reason in problem


def test_a_group_of_the_bank_is_changed_there(quiz: Quiz) -> None:
    taken_over(quiz, author(quiz), *grouped(1, 2))
    for changed in ([*grouped(1, 2), *grouped(3)], [draft(1, group="tinh-huong", group_text="Đoạn khác.")]):
        assert "change it there" in problems(quiz, *changed)[0]
    reworded = planned(quiz, replace(grouped(1)[0], key="safety-001", text="Viết lại?"))
    assert (reworded.problems, reworded.planned[0].verdict) == ([], Verdict.REWORDED)


def test_pictures_come_with_the_questions_that_show_them(quiz: Quiz, tmp_path: Path) -> None:
    ctx, picture = author(quiz), png(4, 3)
    shown = draft(1, text="Xem ![Bản đồ](picture:ban-do)")
    content = Content([shown, draft(2)], [], {"ban-do": picture, "other": png(1, 1)})
    found = hand_in(
        ctx,
        campaign=quiz.campaign,
        name="a.xml",
        raw=b"<quiz/>",
        format_=FORMATS["moodle"],
        content=content,
        choices=CHOICES,
    )
    plan = plan_of(ctx, campaign=quiz.campaign, waiting=found)
    assert (plan.problems, list(plan.pictures)) == ([], ["ban-do"])
    take_over(ctx, campaign=quiz.campaign, token=found.token, digest=plan.digest, folder=tmp_path)
    assert list(digests(ctx, campaign_id=quiz.campaign.id)) == ["ban-do"]
    assert bank(quiz)["safety-001"][1].text == shown.text
    again = make_plan(ctx, campaign=quiz.campaign, content=content, choices=CHOICES)
    assert (again.pictures, again.planned[0].verdict) == ({}, Verdict.SAME)


def test_a_picture_that_neither_the_file_nor_the_bank_has_is_named(quiz: Quiz) -> None:
    assert problems(quiz, draft(1, explanation="![](picture:khong-co)")) == [
        "row 1: there is no picture “khong-co” in the bank; please add it first"
    ]


def test_an_export_of_a_question_that_has_all_of_it_changes_nothing(quiz: Quiz) -> None:
    taken_over(quiz, author(quiz), *grouped(1, 2), draft(3, tags=("a, b", "c"), for_practice=True))
    questions = [data for key, (_, data) in bank(quiz).items() if key.startswith("safety")]
    for key in ("xlsx", "csv", "docx", "gift", "moodle"):
        content = FORMATS[key].carried(questions, {"safety": "An toàn dữ liệu"}, {})
        plan = make_plan(quiz.ctx, campaign=quiz.campaign, content=content, choices=CHOICES)
        assert plan.problems == []
        assert {item.verdict for item in plan.planned} == {Verdict.SAME}, key
