"""The sheet of a review meeting on pages: printed, taken away, looked at, recorded."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from tests.quiz.conftest import Quiz, acting, question

from cuocthi.audit.models import AuditEvent
from cuocthi.errors import Conflict
from cuocthi.sheets.reading import read_sheets
from cuocthi.sheets.writing import write_workbook
from cuocthi.text import T
from cuocthi_quiz.domain.bank import write_question
from cuocthi_quiz.domain.groups import write_group
from cuocthi_quiz.domain.meeting import sheet_rows
from cuocthi_quiz.domain.review import remark, resolve
from cuocthi_quiz.models import Remark, RemarkKind, Revision, RevisionState

from .conftest import Reader

BASE = "staff/questions/meeting"


def test_the_sheet_goes_out_and_comes_in(quiz: Quiz, staff: Reader) -> None:
    author = acting(quiz.ctx, quiz.make.member(quiz.campaign).id)
    write_question(author, campaign=quiz.campaign, data=question("moi-1"))
    assert staff.get(f"{BASE}?state=draft").text.count("Câu hỏi moi-1") == 1
    assert staff.get(f"{BASE}?state=nonsense").text.count("Câu hỏi ") == 9
    assert len(read_sheets(staff.client.get(f"{staff.base}{BASE}.xlsx?state=draft").data)[0].rows) == 2
    heading = next(iter(sheet_rows([], language="vi")))
    raw = write_workbook([("Câu hỏi", [heading, ["moi-1", "1", "", "", "", "", "", "sửa", "", "Ngắn hơn"]])])
    staff.get(f"{BASE}/sheet")
    looked = staff.post(f"{BASE}/sheet", {"file": (io.BytesIO(raw), "phieu.xlsx")})
    assert looked.status_code == 200
    texts = sa.select(Remark.text)
    assert quiz.ctx.session.scalars(texts).all() == []
    entries = re.search(r'name="entries" value="([^"]+)"', looked.text)
    assert entries is not None
    fields = {"entries": html.unescape(entries[1])}
    assert staff.post(f"{BASE}/sheet", fields).status_code == 200
    assert quiz.ctx.session.scalars(texts).all() == ["Ngắn hơn"]
    staff.get(f"{BASE}/sheet")
    assert staff.post(f"{BASE}/sheet", {"entries": "[1]"}).status_code == 400
    assert staff.post(f"{BASE}/sheet", {"entries": fields["entries"].replace("moi-1", "moi-x")}).status_code == 422
    assert staff.post(f"{BASE}/sheet", {"file": (io.BytesIO(b"x"), "x.xlsx")}).status_code == 422
    actions = quiz.ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert "quiz:question:export" in actions, "every workbook goes on record"


def test_the_printed_sheet_holds_what_was_said_and_what_questions_share(
    quiz: Quiz, staff: Reader, statements: Callable[[], int]
) -> None:
    author = acting(quiz.ctx, quiz.make.member(quiz.campaign).id)
    write_group(author, campaign=quiz.campaign, key="tin-nhan", text="Chị **Lan** hỏi.", questions=["de-2", "de-1"])
    staff.get(BASE)
    statements()
    page = staff.get(f"{BASE}?state=draft").text
    without = statements()
    assert page.count("<p>Chị <strong>Lan</strong> hỏi.</p>") == 2
    assert "Góp ý chưa xem xét" not in page
    drafts = quiz.ctx.session.scalars(sa.select(Revision).where(Revision.state == RevisionState.DRAFT)).all()
    said = [
        remark(author, campaign=quiz.campaign, revision=draft, kind=RemarkKind.COMMENT, text=f"Nên ngắn hơn {draft.id}")
        for draft in drafts
    ]
    texts = [one.text for one in said]
    quiz.ctx.session.commit()
    statements()
    page = staff.get(f"{BASE}?state=commented").text
    assert statements() == without, "as many statements for any number of remarks"
    assert all(text in page for text in texts)
    resolve(author, campaign=quiz.campaign, remark=said[0], revision=drafts[0])
    assert said[0].text not in staff.get(BASE).text


def test_what_somebody_else_decided_meanwhile_is_told(
    quiz: Quiz, staff: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_question(acting(quiz.ctx, quiz.make.member(quiz.campaign).id), campaign=quiz.campaign, data=question("moi-1"))
    quiz.ctx.session.commit()

    def decided(*_args: object, **_kwargs: object) -> int:
        raise Conflict(T("This draft has been replaced or decided on in the meantime; please look at the newest one."))

    monkeypatch.setattr("cuocthi_quiz.domain.meeting.take_over", decided)
    entry = {"row": 2, "key": "moi-1", "revision": "1", "verdict": "sửa", "reviewer": "", "remark": "Ngắn hơn"}
    staff.get(f"{BASE}/sheet")
    page = staff.post(f"{BASE}/sheet", {"entries": json.dumps([entry])})
    assert page.status_code == 422
    assert "This draft has been replaced" in page.text or "vừa được thay thế hoặc xử lý" in page.text
