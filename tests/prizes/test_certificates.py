"""Certificates: codes, the batch in the background, the public page that verifies, and templates of one's own."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns.models import Campaign
from cuocthi.contributions import Role
from cuocthi.enrolments.models import Enrolment
from cuocthi.errors import Conflict
from cuocthi.files.domain import path_of, read
from cuocthi.files.models import StoredFile
from cuocthi.jobs.models import Job, JobState
from cuocthi.jobs.work import run_job
from cuocthi.papers.typesetting import typeset
from cuocthi.security import limits
from cuocthi.testing.browsing import browser_over
from cuocthi.text import T
from cuocthi.users.domain import start_session
from cuocthi_prizes.models import Award, AwardList
from cuocthi_prizes.outputs import jobs
from cuocthi_prizes.outputs.forgetting import forget_files
from cuocthi_prizes.outputs.hand_over import as_printed, as_stored
from cuocthi_prizes.outputs.models import CODE_LENGTH, CODE_LETTERS, Certificate, CertificateIssue
from cuocthi_prizes.outputs.queries import output_settings, verified

from .adopted import PLAN, UNITS, adopt, draft, final
from .issued import issued, made

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.testing.factories import Factories
    from cuocthi.timelines.models import Phase

BASE = "/c/hoi-thi/prizes"


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("hoi-thi", plugins=("sprint", "prizes"))


@pytest.fixture
def round_(make: Factories, campaign: Campaign) -> Phase:
    return make.round(campaign, "sprint")


@pytest.fixture
def adopted(ctx: Context, make: Factories, campaign: Campaign, round_: Phase) -> AwardList:
    """An adopted list that minutes and a decision make final."""
    return final(ctx, campaign, adopt(ctx, draft(ctx, make, campaign, round_)))


@pytest.fixture
def staff(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> FlaskClient:
    """A browser of a member of the organising committee."""
    token = start_session(ctx, user_id=make.member(campaign).id, device="test", hours=1)
    ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    return client


def form_token(client: FlaskClient, address: str) -> str:
    return client.get(address).text.partition('name="csrf_token" value="')[2].partition('"')[0]


def pages_of(ctx: Context, config: Config, issue: CertificateIssue) -> int:
    content = read(config.files, ctx.session.get_one(StoredFile, issue.file_id))
    ctx.session.commit()
    return len(re.findall(rb"/Type ?/Page\b", content))


# --- codes ------------------------------------------------------------------------------------------------------------


def test_every_award_has_one_code_that_nobody_can_guess(
    ctx: Context, campaign: Campaign, adopted: AwardList, config: Config
) -> None:
    issued(ctx, config, campaign, adopted)
    given = ctx.session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()
    assert len(given) == len(PLAN) + len(UNITS) == len({one.code for one in given})
    assert all(len(one.code) == CODE_LENGTH and set(one.code) <= set(CODE_LETTERS) for one in given)
    issued(ctx, config, campaign, adopted)
    again = ctx.session.scalars(sa.select(Certificate.code).order_by(Certificate.id)).all()
    assert again == [one.code for one in given]


def test_a_draft_gets_no_codes(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, config: Config
) -> None:
    with pytest.raises(Conflict):
        issued(ctx, config, campaign, draft(ctx, make, campaign, round_))
    assert ctx.session.scalar(sa.select(sa.func.count(Certificate.id))) == 0


def test_a_list_that_is_only_adopted_gets_no_certificates(
    ctx: Context, make: Factories, campaign: Campaign, round_: Phase, staff: FlaskClient, config: Config
) -> None:
    award_list = adopt(ctx, draft(ctx, make, campaign, round_))
    with pytest.raises(Conflict, match="given by a decision"):
        issued(ctx, config, campaign, award_list)
    ctx.session.commit()
    page = staff.get(f"{BASE}/hand-over/{award_list.id}").text
    assert f'action="{BASE}/hand-over/{award_list.id}/certificates"' not in page
    final(ctx, campaign, award_list)
    ctx.session.commit()
    assert f'action="{BASE}/hand-over/{award_list.id}/certificates"' in staff.get(f"{BASE}/hand-over").text


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("abcd-efgh-jkmn-pqrs", "ABCDEFGHJKMNPQRS"),
        (" ABCD EFGH JKMN PQRS ", "ABCDEFGHJKMNPQRS"),
        ("", ""),
        ("../../x", "X"),
        ("A" * 500, "A" * 32),
    ],
)
def test_a_code_is_found_however_it_is_written(written: str, stored: str) -> None:
    assert as_stored(written) == stored
    assert as_printed("ABCDEFGHJKMNPQRS") == "ABCD-EFGH-JKMN-PQRS"


# --- the batch --------------------------------------------------------------------------------------------------------


def test_a_thousand_certificates_are_one_pdf_and_each_code_verifies(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign, round_: Phase, config: Config
) -> None:
    people = 997
    person, unit = make.user("Nguyễn Thị Đào"), make.unit("Xã Minh Quang")
    enrolments = [make.enrolment(campaign, user=person, unit=unit)]
    enrolments += [make.enrolment(campaign, user=make.user(f"Trần Văn Tùng {n}"), unit=unit) for n in range(1, people)]
    awarded = [(one.name, f"Giải Khuyến khích {number // 100}", 300_000) for number, one in enumerate(enrolments)]
    units = [(f"Xã số {number}", "Giải tập thể", 1_000_000) for number in range(3)]
    award_list = adopt(ctx, draft(ctx, make, campaign, round_, persons=awarded, units=units, enrolments=enrolments))
    final(ctx, campaign, award_list)
    kept = made(ctx, app, campaign, award_list)
    assert pages_of(ctx, config, kept) == 1000
    names = set()
    for code in ctx.session.scalars(sa.select(Certificate.code)).all():
        found = verified(ctx, campaign_id=campaign.id, code=code)
        assert found is not None
        assert found.in_force
        names.add(found.award.recipient if isinstance(found.award, Award) else found.award.unit_name)
    assert names == {name for name, _title, _value in (*awarded, *units)}


def test_the_same_again_is_not_typeset_again(
    app: Flask,
    ctx: Context,
    campaign: Campaign,
    adopted: AwardList,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = made(ctx, app, campaign, adopted)
    assert first.file_id
    monkeypatch.setattr(jobs, "typeset", lambda *_args, **_options: pytest.fail("typeset again"))
    assert made(ctx, app, campaign, adopted, reason="Không có gì thay đổi").id == first.id
    issued = ctx.session.scalars(sa.select(AuditEvent.action).where(AuditEvent.action == "prizes:certificates:make"))
    assert len(issued.all()) == 1


def test_asking_twice_asks_once_and_a_list_that_is_replaced_meanwhile_gets_none(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign, round_: Phase, adopted: AwardList
) -> None:
    with app.app_context():
        job = jobs.ask_for_certificates(ctx, campaign=campaign, list_id=adopted.id)
        assert job == jobs.ask_for_certificates(ctx, campaign=campaign, list_id=adopted.id)
    assert job is not None
    adopt(ctx, draft(ctx, make, campaign, round_, number=2))
    ctx.session.commit()
    assert run_job(app, job.id)
    ctx.session.expire_all()
    assert job.state is JobState.FAILED
    assert "was replaced" in job.message
    assert ctx.session.scalars(sa.select(CertificateIssue.file_id)).all() == [None]
    certificates = sa.select(sa.func.count(StoredFile.id)).where(StoredFile.permission == jobs.PERMISSION)
    assert ctx.session.scalar(certificates) == 0


def test_progress_is_told_and_nobody_waits_while_pages_are_set(
    app: Flask, ctx: Context, campaign: Campaign, adopted: AwardList, monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        job = jobs.ask_for_certificates(ctx, campaign=campaign, list_id=adopted.id)
    assert job is not None
    ctx.session.commit()

    def alone(*arguments: Any, **options: Any) -> bytes:
        # On SQLite an open transaction of the worker keeps everybody else from saving.
        assert not ctx.session.in_transaction()
        return typeset(*arguments, **options)

    monkeypatch.setattr(jobs, "typeset", alone)
    told: list[tuple[int, int]] = []
    with app.app_context():
        done = jobs.typeset_certificates(ctx, job.arguments, lambda step, total: told.append((step, total)))
    assert done == {"list": 1, "certificates": 5}
    assert told == [(step, 10) for step in (1, 2, 3, 4, 5, 10)]


# --- pages of the staff -----------------------------------------------------------------------------------------------


def test_the_page_leads_from_nothing_to_the_pdf(
    app: Flask, ctx: Context, adopted: AwardList, staff: FlaskClient
) -> None:
    address = f"{BASE}/hand-over/{adopted.id}"
    page = staff.get(address).text
    assert "Chưa lập giấy chứng nhận" in page
    assert staff.get(f"{address}/certificates.pdf").status_code == 404
    asked = staff.post(f"{address}/certificates", data={"csrf_token": form_token(staff, address)})
    assert "/staff/jobs/" in asked.headers["Location"]
    assert "Đang lập giấy chứng nhận" in staff.get(address).text
    job_id = ctx.session.scalars(sa.select(Job.id).where(Job.kind == jobs.TYPESET)).one()
    ctx.session.commit()
    assert run_job(app, job_id)
    page = staff.get(address).text
    assert "5 giấy, theo thứ tự trao giải." in page
    assert f'href="{address}/certificates.pdf"' in page
    assert staff.get(f"{address}/certificates.pdf").data.startswith(b"%PDF-")
    single = re.findall(r'href="(/c/hoi-thi/prizes/certificates/\d+\.pdf)"', page)
    assert len(single) == 5
    assert staff.get(single[0]).data.startswith(b"%PDF-")
    actions = ctx.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert actions[-3:] == ["prizes:certificates:make", "prizes:certificates:export", "prizes:certificate:export"]
    ctx.session.commit()
    assert f'action="{address}/certificates"' not in page, "there is nothing to make"
    token = form_token(staff, f"{BASE}/hand-over/settings")
    changed = {"csrf_token": token, "order": "highest", "tax_permille": "10", "tax_threshold": "0"}
    assert staff.post(f"{BASE}/hand-over/settings", data=changed).status_code == 302
    assert "đã thay đổi" not in staff.get(address).text, "another order is no other paper"
    assert staff.post(f"{BASE}/hand-over/settings", data=changed | {"place": "Hưng Yên"}).status_code == 302
    page = staff.get(address).text
    assert "đã thay đổi" in page
    refused = staff.post(f"{address}/certificates", data={"csrf_token": form_token(staff, address)})
    assert (refused.status_code, "Vui lòng nêu lý do cấp lại" in refused.text) == (422, True)
    anew = {"csrf_token": form_token(staff, address), "reason": "Ghi nhầm địa danh"}
    assert "/staff/jobs/" in staff.post(f"{address}/certificates", data=anew).headers["Location"]
    page = staff.get(address).text
    assert "Ghi nhầm địa danh" in page
    assert staff.get(f"{address}/certificates.pdf").status_code == 404, "the new PDF is not there yet"
    assert staff.get(f"{address}/certificates.pdf?issue=1").data.startswith(b"%PDF-")
    assert {staff.get(one).status_code for one in single} == {200}, "what was replaced can still be looked at"


def test_a_failure_is_shown_with_its_reason(
    app: Flask, ctx: Context, adopted: AwardList, staff: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any, **_options: Any) -> bytes:
        raise Conflict(reason)

    reason = T("The decision was changed meanwhile. Please ask for the certificates again.")
    monkeypatch.setattr(jobs, "typeset", fails)
    address = f"{BASE}/hand-over/{adopted.id}"
    staff.post(f"{address}/certificates", data={"csrf_token": form_token(staff, address)})
    job_id = ctx.session.scalars(sa.select(Job.id).where(Job.kind == jobs.TYPESET)).one()
    ctx.session.commit()
    run_job(app, job_id)
    page = staff.get(address).text
    assert "Không lập được giấy chứng nhận" in page
    assert "Lập lại tệp PDF" in page


# --- the public page --------------------------------------------------------------------------------------------------


@pytest.fixture
def code(ctx: Context, campaign: Campaign, adopted: AwardList, config: Config) -> str:
    """The code of the best person's certificate."""
    issued(ctx, config, campaign, adopted)
    found = ctx.session.scalars(sa.select(Certificate.code).where(Certificate.award_id == adopted.awards[0].id)).one()
    ctx.session.commit()
    return as_printed(found)


def test_anybody_can_verify_a_certificate_and_learns_nothing_else(
    client: FlaskClient, campaign: Campaign, adopted: AwardList, code: str
) -> None:
    award = adopted.awards[0]
    answer = client.get(f"{BASE}/certificate/{code}")
    assert answer.status_code == 200
    assert "Giấy chứng nhận này là thật và đang có hiệu lực." in answer.text
    for said in (award.recipient, award.title, award.unit_name, campaign.name, "số 1, thông qua ngày 20/09/2024"):
        assert said in answer.text, said
    # Neither value nor contest number nor points stand on the certificate.
    main = answer.text.partition("<main")[2].partition("</main>")[0]
    assert award.code not in main
    assert "1.000.000" not in main
    assert (answer.headers["Cache-Control"], answer.headers["X-Robots-Tag"]) == ("no-store", "noindex")
    assert "Set-Cookie" not in answer.headers


def test_the_page_names_the_decision_the_prize_was_given_by(client: FlaskClient, code: str) -> None:
    assert "Số 152/QĐ-STTTT ngày 20/09/2024 của Ban Tổ chức Cuộc thi" in client.get(f"{BASE}/certificate/{code}").text


def test_a_code_that_is_typed_in_leads_there(client: FlaskClient, code: str) -> None:
    page = client.get(f"{BASE}/certificate")
    assert page.status_code == 200
    answer = client.get(f"{BASE}/certificate", query_string={"code": code.lower().replace("-", " ")})
    assert answer.headers["Location"] == f"{BASE}/certificate/{code}"
    assert client.get(f"{BASE}/certificate", query_string={"code": "…"}, follow_redirects=True).status_code == 404


def test_wrong_codes_are_answered_alike_and_only_so_many_of_them(
    ctx: Context, make: Factories, client: FlaskClient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make.campaign("khac", plugins=("prizes",))
    ctx.session.commit()
    unknown = "ZZZZ-EFGH-JKMN-PQRS"

    def without_code(answer: Any, written: str) -> str:
        return str(answer.text).replace(written, "")

    first = client.get(f"{BASE}/certificate/{unknown}")
    short = client.get(f"{BASE}/certificate/XYZ")
    elsewhere = client.get(f"/c/{other.slug}/prizes/certificate/{code}")
    assert {first.status_code, short.status_code, elsewhere.status_code} == {404}
    assert without_code(first, unknown) == without_code(short, "XYZ")
    assert "Nguyễn Thị Đào" not in elsewhere.text
    statuses = [client.get(f"{BASE}/certificate/{unknown}").status_code for _ in range(60)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
    assert limits.WRONG_PUBLIC_CODES_OF_A_NETWORK == "60 per hour"


def test_codes_that_are_right_do_not_count(client: FlaskClient, code: str) -> None:
    assert {client.get(f"{BASE}/certificate/{code}").status_code for _ in range(70)} == {200}


def test_a_certificate_of_a_list_that_was_replaced_says_so(
    ctx: Context, make: Factories, client: FlaskClient, campaign: Campaign, round_: Phase, adopted: AwardList, code: str
) -> None:
    enrolments = [ctx.session.get_one(Enrolment, award.enrolment_id) for award in adopted.awards]
    adopt(ctx, draft(ctx, make, campaign, round_, number=2, units=(), enrolments=enrolments))
    ctx.session.commit()
    page = client.get(f"{BASE}/certificate/{code}").text
    assert "danh sách đạt giải của giấy đã được thay thế" in page
    assert "Danh sách đạt giải số 1 đã được thay bằng danh sách số 2" in page
    assert "đang có hiệu lực" not in page
    swapped = (("Trần Văn Ấn", "Giải Nhất", 1), ("Nguyễn Thị Đào", "Giải Nhì", 1))
    adopt(
        ctx,
        draft(
            ctx, make, campaign, round_, number=3, persons=swapped, units=(), enrolments=[enrolments[1], enrolments[0]]
        ),
    )
    ctx.session.commit()
    page = client.get(f"{BASE}/certificate/{code}").text
    assert "không còn hiệu lực" in page
    assert "danh sách số 3, trong đó giải này không được trao" in page


# --- erasure ----------------------------------------------------------------------------------------------------------


def test_the_pdf_goes_with_the_names(
    app: Flask, ctx: Context, campaign: Campaign, adopted: AwardList, config: Config
) -> None:
    kept = made(ctx, app, campaign, adopted)
    fingerprint = kept.fingerprint
    stored = ctx.session.get_one(StoredFile, kept.file_id)
    path = path_of(config.files, stored.sha256)
    forget_files(ctx, campaign=campaign, folder=lambda: config.files)
    assert (path.exists(), kept.file_id) == (True, stored.id)
    ctx.session.execute(sa.update(AwardList).where(AwardList.id == adopted.id).values(names_erased_at=ctx.now))
    ctx.session.expire_all()
    forget_files(ctx, campaign=campaign, folder=lambda: config.files)
    assert (path.exists(), kept.file_id, kept.fingerprint) == (False, None, fingerprint)


# --- templates of one's own -------------------------------------------------------------------------------------------

OWN = """#let data = json(bytes(sys.inputs.data))
#for it in data.certificates [#it.recipient – #it.prize – #it.code #pagebreak(weak: true)]
"""


def upload(client: FlaskClient, content: str, name: str = "mau.typ") -> Any:
    address = f"{BASE}/hand-over/settings"
    data = {"csrf_token": form_token(client, address), "file": (io.BytesIO(content.encode()), name)}
    return client.post(f"{BASE}/hand-over/template", data=data, content_type="multipart/form-data")


def test_a_template_of_ones_own_replaces_the_one_that_comes_along(
    ctx: Context, campaign: Campaign, staff: FlaskClient
) -> None:
    assert upload(staff, OWN).status_code == 302
    assert output_settings(ctx, campaign=campaign).template > 0
    ctx.session.commit()
    assert "mau.typ" in staff.get(f"{BASE}/hand-over/settings").text
    for kind, signature in (("png", b"\x89PNG"), ("pdf", b"%PDF-")):
        assert staff.get(f"{BASE}/hand-over/template/preview.{kind}").data.startswith(signature)
    token = form_token(staff, f"{BASE}/hand-over/settings")
    assert staff.post(f"{BASE}/hand-over/template/shipped", data={"csrf_token": token}).status_code == 302
    assert output_settings(ctx, campaign=campaign).template == 0


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        ("#nowhere", "mau.typ", "Dòng 1: “unknown variable: nowhere”"),
        ('#read("/etc/passwd")', "mau.typ", "không được đọc tệp nào"),
        ("#while true {}", "mau.typ", "Dòng 1"),
        ("= A", "mau.docx", ".typ"),
        ("", "mau.typ", "Tệp rỗng"),
    ],
)
def test_a_template_that_does_not_work_is_refused(
    ctx: Context, campaign: Campaign, staff: FlaskClient, content: str, name: str, said: str
) -> None:
    answer = upload(staff, content, name)
    assert (answer.status_code, said in answer.text) == (422, True), answer.text[-3000:]
    assert output_settings(ctx, campaign=campaign).template == 0


def test_only_organisers_change_the_template(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> None:
    token = start_session(ctx, user_id=make.member(campaign, Role.STANDING).id, device="test", hours=1)
    ctx.session.commit()
    client = app.test_client()
    browser_over(client, session_token=token)
    assert client.get(f"{BASE}/hand-over/settings").status_code == 403
    assert client.get(f"{BASE}/hand-over/template/shipped.typ").status_code == 403


def test_the_template_to_begin_with_is_handed_out(staff: FlaskClient) -> None:
    answer = staff.get(f"{BASE}/hand-over/template/shipped.typ")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="certificate.typ"'
    assert "sys.inputs.data" in answer.text
