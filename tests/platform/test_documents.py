"""The register of documents: what is entered, corrected and replaced, and who reads it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi.documents.domain import DocumentFacts, edit_document, register_document
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.documents.queries import documents
from cuocthi.errors import Conflict, DomainError
from cuocthi.files.models import StoredFile
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from cuocthi.campaigns.models import Campaign
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

STAFF = "/c/thai-binh/staff/documents"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
FORM = {
    "kind": "plan",
    "symbol": "52/KH-STTTT",
    "title": "Kế hoạch tổ chức Cuộc thi",
    "issuer": "Sở Thông tin và Truyền thông",
    "issued_on": "2024-08-16",
    "authority": "KT. GIÁM ĐỐC",
    "office": "Phó Giám đốc",
    "signatory": "Phạm Văn Hoàn",
    "replaces": "",
    "url": "",
    "public": "y",
}


@pytest.fixture
def campaign(make: Factories) -> Campaign:
    return make.campaign("thai-binh")


@pytest.fixture
def organiser(make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]) -> Browser:
    browser = sign_in(make.member(campaign))
    assert browser.get(f"{STAFF}/new")[0] == 200
    return browser


def facts(title: str = "Kế hoạch", **changes: Any) -> DocumentFacts:
    return DocumentFacts(**{"kind": DocumentKind.PLAN, "title": title, **changes})


def counts(ctx: Context) -> list[int]:
    found = [
        ctx.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0
        for model in (Document, AuditEvent, StoredFile)
    ]
    ctx.session.rollback()
    return found


# --- the register ---


def test_documents_keep_the_order_of_their_entry_and_a_key_of_their_own(ctx: Context, campaign: Campaign) -> None:
    made = [
        register_document(ctx, campaign=campaign, facts=facts(symbol="52/KH-STTTT")),
        register_document(ctx, campaign=campaign, facts=facts(symbol="52/KH-STTTT")),
        register_document(ctx, campaign=campaign, facts=facts("Thể lệ", kind=DocumentKind.RULES)),
        register_document(ctx, campaign=campaign, facts=facts("§§§")),
    ]
    assert [document.key for document in made] == ["52-kh-stttt", "52-kh-stttt-2", "the-le", "plan"]
    assert list(documents(ctx, campaign_id=campaign.id, public_only=False)) == made
    with pytest.raises(Conflict):
        register_document(ctx, campaign=campaign, facts=facts(), key="the-le")


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"url": "javascript:alert(1)"},
        {"url": "www.example.org"},
        {"issued_on": date(1945, 9, 1)},
        {"issued_on": date(2025, 9, 22)},
    ],
)
def test_facts_that_cannot_be_are_refused(ctx: Context, campaign: Campaign, wrong: dict[str, Any]) -> None:
    with pytest.raises(DomainError) as refused:
        register_document(ctx, campaign=campaign, facts=facts(**wrong))
    assert refused.value.field in wrong
    for day in (date(1945, 9, 2), date(2025, 9, 21)):
        assert register_document(ctx, campaign=campaign, facts=facts(issued_on=day)).issued_on == day


def test_no_document_replaces_itself_even_through_others(ctx: Context, campaign: Campaign) -> None:
    first = register_document(ctx, campaign=campaign, facts=facts("A"))
    second = register_document(ctx, campaign=campaign, facts=facts("B"), replaces=first)
    third = register_document(ctx, campaign=campaign, facts=facts("C"), replaces=second)
    for replaced in (first, second, third):
        with pytest.raises(DomainError):
            edit_document(ctx, campaign=campaign, document=first, facts=facts("A"), replaces=replaced)
    edit_document(ctx, campaign=campaign, document=third, facts=facts("C"), replaces=first)
    assert third.replaces is first


# --- on the pages ---


def test_a_document_is_registered_corrected_and_shown_to_everybody(
    ctx: Context, campaign: Campaign, organiser: Browser, client: FlaskClient
) -> None:
    old = register_document(
        ctx,
        campaign=campaign,
        facts=facts("Kế hoạch cũ", symbol="48/KH-STTTT", issued_on=date(2024, 8, 1), public=False),
    )
    ctx.session.commit()
    old_id = old.id
    assert client.get("/c/thai-binh/documents/").status_code == 200
    status, page = organiser.post(f"{STAFF}/new", {**FORM, "replaces": str(old_id)})
    assert (status, "notice-ok" in page) == (200, True)
    shown = client.get("/c/thai-binh/documents/").text
    assert "Kế hoạch số 52/KH-STTTT" in shown
    assert "ngày 16/8/2024" in shown, "the month has no zero in documents"
    assert "người ký: Phó Giám đốc Phạm Văn Hoàn" in shown
    assert "thay thế Kế hoạch số 48/KH-STTTT ngày 01/8/2024" in shown
    assert "Kế hoạch cũ" not in shown

    new = ctx.session.scalars(sa.select(Document.id).where(Document.symbol == "52/KH-STTTT")).one()
    ctx.session.rollback()
    page = organiser.get(f"{STAFF}/{new}")[1]
    assert ('value="2024-08-16"' in page, 'value="KT. GIÁM ĐỐC"' in page) == (True, True)
    assert organiser.post(f"{STAFF}/{new}", {**FORM, "title": "Kế hoạch đã sửa", "public": ""})[0] == 200
    assert "52/KH-STTTT" in organiser.get(f"{STAFF}/")[1]
    ctx.session.expire_all()
    event = ctx.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.action, event.before["title"]) == ("core:document:edit", FORM["title"])
    assert (event.after["title"], event.after["public"]) == ("Kế hoạch đã sửa", False)


#: What an organiser may get wrong.
WRONG: list[dict[str, str]] = [
    {"title": " "},
    {"title": "x" * 401},
    {"symbol": "x" * 61},
    {"kind": "poem"},
    {"issued_on": "16/8/2024"},
    {"issued_on": "2024-02-30"},
    {"issued_on": "1800-01-01"},
    {"issued_on": "2190-01-01"},
    {"url": "javascript:alert(1)"},
    {"replaces": "999"},
    {"replaces": "²"},
]


def test_a_document_that_cannot_be_is_refused_and_nothing_is_entered(ctx: Context, organiser: Browser) -> None:
    before = counts(ctx)
    for wrong in WRONG:
        status, page = organiser.post(f"{STAFF}/new", {**FORM, **wrong})
        assert (status, "has-error" in page) == (422, True), wrong
    assert counts(ctx) == before


class Clerk:
    """An organiser who sends files with documents."""

    def __init__(self, app: Flask, ctx: Context, user: User) -> None:
        token = start_session(ctx, user_id=user.id, device="test", hours=1)
        ctx.session.commit()
        self.client = app.test_client()
        page = browser_over(self.client, session_token=token).get(f"{STAFF}/new")[1]
        self.csrf = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]

    def send(
        self, address: str, content: bytes, name: str, media_type: str = "application/pdf", **changes: str
    ) -> TestResponse:
        """Send a document with its file; ``media_type`` is what the browser says of it."""
        file = (io.BytesIO(content), name, media_type)
        return self.client.post(address, data={**FORM, **changes, "csrf_token": self.csrf, "file": file})


@pytest.fixture
def clerk(app: Flask, ctx: Context, make: Factories, campaign: Campaign) -> Clerk:
    return Clerk(app, ctx, make.member(campaign))


def zipped() -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("virus.exe", PROGRAM)
    return written.getvalue()


PROGRAM = b"MZ\x90\0\3"
#: What no page hands out for a document, whatever the browser says of it: (name, content, said).
HOSTILE = [
    ("virus.exe", PROGRAM, "text/plain"),
    ("virus.exe", PROGRAM, "text/csv"),
    ("virus.exe", PROGRAM, "application/json"),
    ("virus.exe", PDF, "application/pdf"),
    ("ke-hoach.txt", PROGRAM, "text/plain"),
    ("ke-hoach.pdf", PROGRAM, "application/pdf"),
    ("trang.html", b"<script>alert(1)</script>", "text/plain"),
    ("anh.svg", b"<svg/>", "image/png"),
    ("ke-hoach.docx", zipped(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("ke-hoach.zip", zipped(), "application/zip"),
]


def test_what_is_no_document_is_refused_at_its_field_whatever_the_browser_says(
    ctx: Context, campaign: Campaign, clerk: Clerk
) -> None:
    for name, content, said in HOSTILE:
        answer = clerk.send(f"{STAFF}/new", content, name, said)
        assert (answer.status_code, 'href="#file"' in answer.text) == (422, True), (name, said)
        assert FORM["title"] in answer.text, "what was entered stays"
    refused = clerk.send(f"{STAFF}/new", PROGRAM, "virus.exe")
    assert ".pdf, .docx, .xlsx, .png, .jpg, .jpeg, .txt" in refused.text
    assert counts(ctx) == [0, 0, 0]
    # And a sound one is taken for what it is.
    assert clerk.send(f"{STAFF}/new", PDF, "ke-hoach.pdf", "text/html").status_code == 302
    assert ctx.session.scalars(sa.select(StoredFile.media_type)).all() == ["application/pdf"]


def test_a_file_of_the_committees_is_not_for_everybody_until_its_document_is(
    ctx: Context, clerk: Clerk, client: FlaskClient
) -> None:
    assert clerk.send(f"{STAFF}/new", PDF, "ke-hoach.pdf", public="").status_code == 302
    file = ctx.session.scalars(sa.select(StoredFile)).one()
    document = ctx.session.scalars(sa.select(Document)).one()
    address, number = f"/c/thai-binh/files/{file.id}/{file.name}", document.id
    ctx.session.rollback()
    staff = clerk.client
    assert client.get(address).status_code in {302, 403}
    assert staff.get(address).data == PDF
    assert staff.post(f"{STAFF}/{number}", data={**FORM, "csrf_token": clerk.csrf}).status_code == 302
    assert client.get(address).data == PDF, "the file stayed, and now everybody may read it"
    assert clerk.send(f"{STAFF}/{number}", PDF + b"%", "dung.pdf").status_code == 302
    assert client.get(address).status_code in {302, 403}, "what was replaced is public no more"
    assert staff.get(address).data == PDF


def test_the_register_is_searched_narrowed_paged_and_handed_out(
    ctx: Context, campaign: Campaign, organiser: Browser
) -> None:
    for number in range(60):
        law = facts(f"Thông tư số {number}", kind=DocumentKind.LAW, symbol=f"{number}/TT")
        register_document(ctx, campaign=campaign, facts=law)
    register_document(ctx, campaign=campaign, facts=facts("Kế hoạch mở đầu"))
    ctx.session.commit()
    assert "Thông tư số 49" in organiser.get(f"{STAFF}/")[1]
    assert "Thông tư số 50" not in organiser.get(f"{STAFF}/")[1]
    assert "Thông tư số 50" in organiser.get(f"{STAFF}/?page=2")[1]
    found = organiser.get(f"{STAFF}/?q=ke+hoach+MO")[1]
    assert ("Kế hoạch mở đầu" in found, "Thông tư số" in found) == (True, False)
    assert "Thông tư số" not in organiser.get(f"{STAFF}/?kind=plan")[1]
    handed_out = organiser.get(f"{STAFF}/?export=csv&kind=law")[1].splitlines()
    assert (len(handed_out), "Thông tư số 59" in handed_out[-1]) == (61, True)


def test_documents_of_others_are_not_found(
    ctx: Context, make: Factories, organiser: Browser, sign_in: Callable[[User], Browser], campaign: Campaign
) -> None:
    foreign = register_document(ctx, campaign=make.campaign("khac"), facts=facts())
    ctx.session.commit()
    number = foreign.id
    assert organiser.get(f"{STAFF}/{number}")[0] == 404
    assert organiser.post(f"{STAFF}/{number}", FORM)[0] == 404
    assert organiser.post(f"{STAFF}/new", {**FORM, "replaces": str(number)})[0] == 422
    support = sign_in(make.member(campaign, Role.SUPPORT))
    assert support.get(f"{STAFF}/new")[0] == 200
    assert support.post(f"{STAFF}/new", FORM)[0] == 200


def test_the_lists_take_the_same_statements_for_any_number(
    ctx: Context, campaign: Campaign, organiser: Browser, client: FlaskClient, statements: Callable[[], int]
) -> None:
    def taken() -> tuple[int, int]:
        ctx.session.commit()
        statements()
        client.get("/c/thai-binh/documents/")
        public = statements()
        organiser.get(f"{STAFF}/")
        return public, statements()

    client.get("/c/thai-binh/documents/")  # from here on it is known as a public page
    last = register_document(ctx, campaign=campaign, facts=facts())
    one = taken()
    for number in range(3):
        last = register_document(ctx, campaign=campaign, facts=facts(f"Kế hoạch {number}"), replaces=last)
    assert taken() == one
