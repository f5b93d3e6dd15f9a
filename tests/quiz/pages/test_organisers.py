"""The pages of the organisers: the bank, its files and what is shown of papers."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.quiz.conftest import SETTINGS, Quiz, acting, question

from cuocthi.contributions import Role
from cuocthi_quiz.domain.attempts import candidates
from cuocthi_quiz.domain.bank import add_topic, write_question
from cuocthi_quiz.queries import bank as bank_queries

from .conftest import Reader, started

if TYPE_CHECKING:
    from cuocthi.enrolments.models import Enrolment


def test_the_bank_is_listed_searched_and_narrowed(quiz: Quiz, staff: Reader) -> None:
    assert len(re.findall(r'<tr role="row">', staff.get("staff/questions/").text)) == 9
    found = staff.get("staff/questions/?q=dieu+nao+dung+dvc").text
    assert "dvc-1" in found
    assert "kho-1" not in found
    narrowed = staff.get("staff/questions/?difficulty=hard&sort=-key").text
    assert re.findall(r"/staff/questions/\d+\">(.*?)<", narrowed) == ["kho-2", "kho-1"]


def test_the_list_takes_the_same_statements_for_few_and_many(
    quiz: Quiz, staff: Reader, statements: Callable[[], int]
) -> None:
    staff.get("staff/questions/?q=dvc")
    statements()
    staff.get("staff/questions/?q=dvc")
    few = statements()
    staff.get("staff/questions/")
    assert statements() == few


def written(key: str = "moi-1", **changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "key": key,
        "topic": "safety",
        "difficulty": "easy",
        "type": "single",
        "scoring": "all",
        "text": "Mật khẩu nào mạnh hơn?",
        "options-0-text": "Một câu dài",
        "options-0-right": "y",
        "options-1-text": "123456",
        "explanation": "Câu dài khó đoán hơn.",
        "source": "Cẩm nang an toàn thông tin, mục 2",
        "true_as_of": "2024-09-15",
    }
    return fields | changes


def test_a_question_is_written_by_one_and_approved_by_two_others(
    quiz: Quiz, staff: Reader, sign_in: Callable[[int], Reader]
) -> None:
    staff.get("staff/questions/new")
    page = staff.post("staff/questions/new", written())
    assert page.status_code == 200
    assert "/approve" not in page.text, "the author is not offered to approve"
    jury, chair = (sign_in(quiz.make.member(quiz.campaign, Role.JURY).id) for _ in range(2))
    address = page.request.path
    target = re.search(r'action="([^"]+/approve)"', jury.get(address).text)
    assert target is not None
    refused = staff.post(target[1])
    assert refused.status_code == 403
    approved_once, again = jury.post(target[1]), jury.post(target[1])
    assert (approved_once.status_code, again.status_code) == (200, 200)
    assert "moi-1" not in {candidate.key for candidate in candidates(quiz.ctx, round_=quiz.round_)}
    assert "/approve" not in approved_once.text, "who has approved waits for another person"
    assert "/approve" in chair.get(address).text
    assert chair.post(target[1]).status_code == 200
    assert "moi-1" in {candidate.key for candidate in candidates(quiz.ctx, round_=quiz.round_)}
    late = sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)
    late.get(address)
    assert late.post(target[1]).status_code == 409


def test_remarks_stand_on_the_page_of_the_question(quiz: Quiz, staff: Reader, sign_in: Callable[[int], Reader]) -> None:
    staff.get("staff/questions/new")
    address = staff.post("staff/questions/new", written()).request.path
    jury = sign_in(quiz.make.member(quiz.campaign, Role.JURY).id)
    page = jury.get(address).text
    remark, send_back = (re.search(rf'action="([^"]+/{end})"', page) for end in ("remarks", "send-back"))
    assert remark and send_back  # noqa: PT018
    assert jury.post(remark[1], {"kind": "comment", "text": ""}).status_code == 422
    assert jury.post(remark[1], {"kind": "sent_back", "text": "Lách"}).status_code == 422
    assert "Nên viết ngắn hơn" in jury.post(remark[1], {"kind": "comment", "text": "Nên viết ngắn hơn"}).text
    assert jury.post(send_back[1], {"text": ""}).status_code == 422
    page = jury.post(send_back[1], {"text": "Thiếu số hiệu văn bản"}).text
    assert "Thiếu số hiệu văn bản" in page
    assert "/approve" not in page
    listed = staff.get("staff/questions/?state=sent_back").text
    assert "moi-1" in listed
    assert "de-1" not in listed
    first = re.search(r'action="([^"]+/resolve)"', staff.get(address).text)
    assert first is not None
    assert "/resolve" not in staff.post(first[1]).text, "what sent it back is not the author's to resolve"


def test_the_page_of_a_question_takes_the_same_statements_for_few_and_many_remarks(
    quiz: Quiz, staff: Reader, statements: Callable[[], int]
) -> None:
    staff.get("staff/questions/new")
    address = staff.post("staff/questions/new", written()).request.path
    target = re.search(r'action="([^"]+/remarks)"', staff.get(address).text)
    assert target is not None
    counted = []
    for number in (1, 2, 3):
        staff.post(target[1], {"kind": "comment", "text": f"Góp ý {number}"})
        staff.get(address)
        statements()
        staff.get(address)
        counted.append(statements())
    assert len(set(counted)) == 1


@pytest.mark.parametrize(
    "changes", [{"options-0-right": ""}, {"options-1-right": "y"}, {"text": ""}, {"key": "Có dấu"}, {"key": "de-1"}]
)
def test_a_question_that_is_wrong_is_shown_again(quiz: Quiz, staff: Reader, changes: dict[str, object]) -> None:
    staff.get("staff/questions/new")
    page = staff.post("staff/questions/new", {k: v for k, v in written(**changes).items() if v != ""})  # type: ignore[arg-type]
    assert page.status_code == 422
    assert "errors-summary" in page.text


def test_a_question_is_reworded_and_withdrawn(quiz: Quiz, staff: Reader) -> None:
    found = bank_queries.questions(quiz.ctx, campaign_id=quiz.campaign.id, search="de-1")[0][0]
    form = staff.get(f"staff/questions/{found.id}/edit")
    assert "Phương án 1 của de-1" in html.unescape(form.text)
    page = staff.post(f"staff/questions/{found.id}/edit", written("de-1"))
    assert page.request.path.endswith(f"/staff/questions/{found.id}")
    states = [str(row.revision.state) for row in bank_queries.revisions(quiz.ctx, question_id=found.id)]
    assert states == ["draft", "approved"]
    assert staff.get(f"staff/questions/{found.id}/withdraw").status_code == 200
    staff.post(f"staff/questions/{found.id}/withdraw")
    quiz.ctx.session.expire_all()
    states = [str(row.revision.state) for row in bank_queries.revisions(quiz.ctx, question_id=found.id)]
    assert states == ["former", "former"]


def test_a_topic_is_added_once(quiz: Quiz, staff: Reader) -> None:
    staff.get("staff/questions/topics")
    fields = {"title": "Kỹ năng số", "key": "ky-nang-so"}
    assert "Kỹ năng số" in staff.post("staff/questions/topics", fields).text
    assert staff.post("staff/questions/topics", fields).status_code == 422


def test_the_preview_compares_blueprint_and_bank(quiz: Quiz, staff: Reader) -> None:
    assert "notice-ok" in staff.get("staff/questions/preview").text
    quiz.set(replace(SETTINGS, blueprint=(replace(SETTINGS.blueprint[1], number=5),)))
    quiz.ctx.session.commit()
    assert "notice-warn" in staff.get("staff/questions/preview").text


def test_the_papers_are_listed(quiz: Quiz, person: Enrolment, reader: Reader, staff: Reader) -> None:
    started(quiz, person, reader)
    assert person.name in staff.get("staff/papers/").text
    assert staff.get("staff/papers/?state=handed-in").text.count(person.name) == 0


@pytest.mark.parametrize(
    "path", ["staff/questions/", "staff/questions/new", "staff/questions/preview", "staff/papers/"]
)
def test_staff_pages_are_closed_to_others(quiz: Quiz, reader: Reader, path: str) -> None:
    assert reader.get(path).status_code == 403


def test_a_foreign_question_is_not_there(quiz: Quiz, staff: Reader) -> None:
    other = quiz.make.campaign(plugins=("quiz",))

    author = acting(quiz.ctx, quiz.make.member(other).id)
    add_topic(author, campaign=other, key="safety", title="An toàn")
    foreign = write_question(author, campaign=other, data=question("la-1"))
    quiz.ctx.session.commit()
    staff.get("staff/questions/new")
    assert staff.get(f"staff/questions/{foreign.question_id}").status_code == 404
    assert staff.post(f"staff/questions/revisions/{foreign.id}/approve").status_code == 404
