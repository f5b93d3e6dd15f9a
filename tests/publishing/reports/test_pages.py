"""The pages: who draws papers up and takes them away, what goes on record, templates, erased people."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa
from docx import Document

from cuocthi.app import registry_of
from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import CampaignPart, Erasure, Person, Role
from cuocthi.errors import InvalidData
from cuocthi.files.domain import path_of
from cuocthi.files.models import StoredFile
from cuocthi.jobs.models import Job, JobState
from cuocthi.jobs.work import run_job
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session
from cuocthi_publishing.domain.campaign_file import export_part, import_part
from cuocthi_publishing.plugin import erase_personal_data
from cuocthi_publishing.reports.docx_output import shipped_template
from cuocthi_publishing.reports.domain import FORGET_JOB, PAPER_JOB, take_template
from cuocthi_publishing.reports.models import PaperFile
from cuocthi_publishing.reports.pdf_output import SHIPPED
from cuocthi_publishing.reports.queries import report_settings

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from tests.publishing.conftest import Contest

    from cuocthi.config import Config

BASE = "/c/hoi-thi/publishing/papers"
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def visit(reported: Contest, app: Flask) -> Callable[..., FlaskClient]:
    """A client of somebody of a committee of that role."""

    def begin(role: Role = Role.ORGANISING) -> FlaskClient:
        member = reported.make.member(reported.campaign, role)
        token = start_session(reported.ctx, user_id=member.id, device="test", hours=24)
        reported.ctx.session.commit()
        client = app.test_client()
        browser_over(client, session_token=token)
        return client

    return begin


def post(client: FlaskClient, path: str, **fields: object) -> tuple[int, str]:
    page = client.get("/c/hoi-thi/publishing/papers/settings").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client.post(path, data={"csrf_token": token, **fields})
    return answer.status_code, answer.text


def work(contest: Contest, client: FlaskClient, kind: str) -> Job:
    """Do the waiting work of that kind."""
    contest.ctx.session.expire_all()
    job = contest.ctx.session.scalars(sa.select(Job).where(Job.kind == kind).order_by(Job.id.desc())).first()
    assert job is not None
    job_id = job.id
    contest.ctx.session.commit()
    run_job(client.application, job_id)
    contest.ctx.session.expire_all()
    done = contest.ctx.session.get_one(Job, job_id)
    contest.ctx.session.refresh(done)
    contest.ctx.session.expunge(done)
    # Ends the transaction, so that the pages can write again.
    contest.ctx.session.commit()
    return done


def drawn_up(contest: Contest, client: FlaskClient, kind: str = "report") -> PaperFile:
    status, _ = post(client, f"{BASE}/{kind}")
    assert status == 302
    job = work(contest, client, PAPER_JOB)
    assert job.state is JobState.DONE, job.message
    found = contest.ctx.session.get_one(PaperFile, job.result["paper"])
    contest.ctx.session.expunge(found)
    contest.ctx.session.commit()
    return found


# --- drawing up -------------------------------------------------------------------------------------------------------


def test_a_paper_is_drawn_up_in_the_background_and_taken_away_on_record(
    reported: Contest, visit: Callable[..., FlaskClient]
) -> None:
    client = visit()
    page = client.get(BASE).text
    assert "Chưa có văn bản nào được lập." in page
    paper_id = drawn_up(reported, client).id
    assert "Báo cáo kết quả" in client.get(BASE).text
    docx, pdf = (client.get(f"{BASE}/{paper_id}.{form}") for form in ("docx", "pdf"))
    assert any(p.text == "BÁO CÁO" for p in Document(io.BytesIO(docx.data)).paragraphs)
    assert pdf.data.startswith(b"%PDF-")
    assert docx.headers["Content-Disposition"] == 'attachment; filename="bc-hoi-thi.docx"'
    events = reported.ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert events.count("publishing:paper:export") == 2
    assert events.count("publishing:paper:make") == 1


def test_the_same_again_is_not_made_again(reported: Contest, visit: Callable[..., FlaskClient]) -> None:
    client = visit()
    first = drawn_up(reported, client).id
    assert drawn_up(reported, client).id == first
    reported.make.headcount(reported.campaign, reported.make.unit("Xã Mới"), 3)
    reported.ctx.session.commit()
    assert drawn_up(reported, client).id != first


@on_one_database
@pytest.mark.parametrize("kind", ["report", "notice", "decision", "minutes"])
def test_every_paper_can_be_looked_at_beforehand(
    reported: Contest, visit: Callable[..., FlaskClient], kind: str
) -> None:
    client = visit()
    pdf, png = (client.get(f"{BASE}/{kind}/preview.{form}") for form in ("pdf", "png"))
    assert pdf.data.startswith(b"%PDF-")
    assert png.data.startswith(b"\x89PNG")
    assert pdf.headers["Cache-Control"] == "no-store"
    assert client.get(f"{BASE}/{kind}/preview.pdf?subject=nowhere").status_code == 404
    assert reported.ctx.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "publishing:paper:view")).all()


@on_one_database
def test_without_prizes_there_is_no_decision_and_everything_else(
    reported: Contest, visit: Callable[..., FlaskClient]
) -> None:
    reported.campaign.plugins = ["sprint", "publishing"]
    client = visit()
    page = client.get(BASE).text
    assert "Chưa có danh sách đạt giải nào được thông qua." in page
    assert post(client, f"{BASE}/decision")[0] == 404
    assert client.get(f"{BASE}/report/preview.pdf").data.startswith(b"%PDF-")


@on_one_database
def test_before_a_ranking_is_adopted_the_page_says_so(contest: Contest, app: Flask) -> None:
    token = start_session(contest.ctx, user_id=contest.staff[0].actor.user_id or 0, device="test", hours=24)
    contest.ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    assert "Chưa có bảng xếp hạng nào được thông qua" in client.get(BASE).text
    assert client.get(f"{BASE}/report/preview.pdf").status_code == 409


@on_one_database
def test_who_may_only_see_draws_nothing_up_and_others_see_nothing(
    reported: Contest, visit: Callable[..., FlaskClient]
) -> None:
    organiser, overseer, helper = visit(), visit(Role.OVERSIGHT), visit(Role.SUPPORT)
    paper_id = drawn_up(reported, organiser).id
    page = overseer.get(BASE).text
    assert f"{paper_id}.docx" in page
    assert "Lập văn bản" not in page
    assert overseer.get(f"{BASE}/settings").status_code == 403
    assert helper.get(BASE).status_code == 403
    assert helper.get(f"{BASE}/{paper_id}.docx").status_code == 403


# --- who signs --------------------------------------------------------------------------------------------------------


def test_who_signs_is_stored_on_record_and_goes_along_in_campaign_files(
    reported: Contest, visit: Callable[..., FlaskClient]
) -> None:
    client = visit()
    status, _ = post(client, f"{BASE}/settings", abbreviation="STTTT", place="Thái Bình", archive="VT, CNTT")
    assert status == 302
    fields = {"authority": "deputy", "head": "Giám đốc", "position": "", "recipients": "Lãnh đạo Sở\r\n- BTC Cuộc thi"}
    status, page = post(client, f"{BASE}/report/settings", **fields)
    assert status == 422
    assert "Người ký thay phải ghi chức vụ" in page
    status, _ = post(client, f"{BASE}/report/settings", **{**fields, "position": "Phó Giám đốc"})
    assert status == 302
    ctx, campaign = reported.ctx, reported.campaign
    ctx.session.expire_all()
    settings = report_settings(ctx, campaign=campaign)
    assert settings.papers[0].recipients == ("Lãnh đạo Sở", "BTC Cuộc thi")
    assert settings.abbreviation == "STTTT"
    actions = ctx.session.scalars(sa.select(AuditEvent.action)).all()
    assert actions.count("publishing:paper:edit") == 2
    other = reported.make.campaign("khac", plugins=("sprint", "publishing"))
    part = export_part(ctx, campaign=campaign, folder=nowhere)
    import_part(ctx, campaign=other, part=part, folder=nowhere)
    assert report_settings(ctx, campaign=other) == settings


def nowhere() -> Path:
    """Where no file is asked for no folder is."""
    raise AssertionError


def test_templates_of_ones_own_go_along_in_campaign_files(reported: Contest, config: Config) -> None:
    ctx, campaign = reported.ctx, reported.campaign
    own = {"docx": shipped_template(), "pdf": SHIPPED.read_bytes() + "\n// Mẫu của Sở\n".encode()}
    for which, content in own.items():
        name = f"mau.{'typ' if which == 'pdf' else which}"
        take_template(ctx, campaign=campaign, folder=config.files, which=which, content=content, name=name)
    part = export_part(ctx, campaign=campaign, folder=lambda: config.files)
    assert part.files == {"publishing/paper.docx": own["docx"], "publishing/paper.typ": own["pdf"]}
    other = reported.make.campaign("khac", plugins=("sprint", "publishing"))
    import_part(ctx, campaign=other, part=part, folder=lambda: config.files)
    again = export_part(ctx, campaign=other, folder=lambda: config.files)
    assert again == part
    assert report_settings(ctx, campaign=other).docx != report_settings(ctx, campaign=campaign).docx


def test_templates_with_mistakes_in_a_campaign_file_are_all_named(reported: Contest, config: Config) -> None:
    other = reported.make.campaign("khac", plugins=("sprint", "publishing"))
    files = {"publishing/paper.docx": b"PK", "publishing/paper.typ": b"#panic()"}
    with pytest.raises(InvalidData) as refused:
        import_part(reported.ctx, campaign=other, part=CampaignPart({}, files), folder=lambda: config.files)
    assert [problem.params["file"] for problem in refused.value.problems] == list(files)


# --- templates --------------------------------------------------------------------------------------------------------


def test_a_template_of_ones_own_is_tried_out_and_then_followed(
    reported: Contest, visit: Callable[..., FlaskClient]
) -> None:
    client = visit()
    assert client.get(f"{BASE}/template/shipped.docx").data[:2] == b"PK"
    assert "sys.inputs.data" in client.get(f"{BASE}/template/shipped.typ").text
    status, page = post(client, f"{BASE}/template/docx", docx=(io.BytesIO(b"PK"), "mau.docx"))
    assert status == 422
    assert "Mẫu không được nhận. Mẫu hiện tại vẫn được dùng." in page
    own = Document(io.BytesIO(shipped_template()))
    own.add_paragraph("Mẫu của Sở")
    written = io.BytesIO()
    own.save(written)
    status, _ = post(client, f"{BASE}/template/docx", docx=(io.BytesIO(written.getvalue()), "mau.docx"))
    assert status == 302
    assert "“mau.docx”" in client.get(f"{BASE}/settings").text
    paper = drawn_up(reported, client)
    made = Document(io.BytesIO(client.get(f"{BASE}/{paper.id}.docx").data))
    assert made.paragraphs[-1].text == "Mẫu của Sở"
    assert post(client, f"{BASE}/template/docx/shipped")[0] == 302
    reported.ctx.session.expire_all()
    assert report_settings(reported.ctx, campaign=reported.campaign).docx == 0


@on_one_database
def test_a_typst_template_with_a_mistake_is_named_by_its_line(
    reported: Contest, visit: Callable[..., FlaskClient]
) -> None:
    client = visit()
    status, page = post(client, f"{BASE}/template/pdf", pdf=(io.BytesIO(b"= A\n#nowhere"), "mau.typ"))
    assert status == 422
    assert "Dòng 2" in page
    status, _ = post(client, f"{BASE}/template/pdf", pdf=(io.BytesIO(b"= A"), "mau.typ"))
    assert status == 302


# --- erased people ----------------------------------------------------------------------------------------------------


def test_papers_go_when_somebody_is_erased(reported: Contest, visit: Callable[..., FlaskClient], app: Flask) -> None:
    client = visit()
    paper = drawn_up(reported, client)
    paper_id, file_ids = paper.id, (paper.docx_id, paper.pdf_id)
    ctx, person = reported.ctx, reported.people[0]
    digests = [ctx.session.get_one(StoredFile, file_id).sha256 for file_id in file_ids]
    folder = registry_of(app).config.files
    assert all(path_of(folder, digest).exists() for digest in digests)
    erase_personal_data(ctx, reported.campaign, [Person(person.user_id, person.id)], Erasure.WITHDRAWAL)
    ctx.session.commit()
    assert client.get(f"{BASE}/{paper_id}.pdf").status_code == 404
    assert work(reported, client, FORGET_JOB).state is JobState.DONE
    assert not any(path_of(folder, digest).exists() for digest in digests)
    assert drawn_up(reported, client).id
