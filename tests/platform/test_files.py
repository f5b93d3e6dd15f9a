"""Stored files: kept once by content, handed out as attachments to who may read them."""

from __future__ import annotations

import io
import os
import time
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from cuocthi.audit.models import AuditEvent
from cuocthi.contributions import Role
from cuocthi.documents.domain import FILE_KINDS
from cuocthi.errors import DomainError, Missing
from cuocthi.files.domain import file_of, path_of, read, store
from cuocthi.files.kinds import PDF as PDF_FILE
from cuocthi.files.kinds import PNG
from cuocthi.files.models import StoredFile
from cuocthi.sheets.writing import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.clock import FixedClock
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.files.kinds import Kind
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

PDF = b"%PDF-1.7\n..."
NAME = "Thể lệ cuộc thi.pdf"

#: What a file is does not hang on the database.
on_one_database = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def keep(
    ctx: Context,
    folder: Path,
    campaign: Campaign,
    content: bytes = PDF,
    *,
    name: str = NAME,
    permission: str = "",
    kinds: Sequence[Kind] = FILE_KINDS,
) -> StoredFile:
    return store(ctx, folder=folder, content=content, name=name, kinds=kinds, campaign=campaign, permission=permission)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder beside whatever else the test keeps."""
    return tmp_path / "files"


def contents(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_equal_contents_are_kept_once(ctx: Context, make: Factories, folder: Path) -> None:
    campaign = make.campaign()
    first, second = keep(ctx, folder, campaign), keep(ctx, folder, campaign, name="Bản sao.pdf")
    assert first.id != second.id
    assert contents(folder) == [path_of(folder, first.sha256)]
    assert read(folder, second) == PDF
    assert (first.size, first.created_at) == (len(PDF), ctx.now)


def archive(parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return written.getvalue()


def office(folder: str, kind: str, main: str = "document") -> bytes:
    """A document of Office Open XML with as much in it as makes it one."""
    types = (
        f'<Types><Override ContentType="application/vnd.openxmlformats-officedocument.{kind}.main+xml"'
        f' PartName="/{folder}/{main}.xml"/></Types>'
    )
    return archive({"[Content_Types].xml": types.encode(), f"{folder}/{main}.xml": b"<x/>"})


WORD = office("word", "wordprocessingml.document")
BOOK = office("xl", "spreadsheetml.sheet", "workbook")
MACROS = archive(
    {
        "[Content_Types].xml": b'<Types><Override PartName="/word/document.xml" '
        b'ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>',
        "word/document.xml": b"<x/>",
        "word/vbaProject.bin": b"x",
    }
)
PNG_START, JPEG_START = b"\x89PNG\r\n\x1a\n...", b"\xff\xd8\xff\xe0..."
PROGRAM = b"MZ\x90\x00\x03"

#: What is taken: (name, content, what it is handed out as).
SOUND = [
    ("Thể lệ.pdf", PDF, "application/pdf"),
    ("THE LE.PDF", PDF, "application/pdf"),
    ("ke-hoach.docx", WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (
        "word-online.docx",
        office("word", "wordprocessingml.document", "document2"),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("don-vi.xlsx", BOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (
        "bang.xlsx",
        write_workbook([("Đơn vị", [["Mã", "Tên"]])]),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("anh.png", PNG_START, "image/png"),
    ("anh.jpg", JPEG_START, "image/jpeg"),
    ("anh.jpeg", JPEG_START, "image/jpeg"),
    ("ghi-chu.txt", "Kính gửi Ban Tổ chức\n".encode(), "text/plain"),
    ("ghi-chu.txt", "Kính gửi Ban Tổ chức\n".encode("utf-16"), "text/plain"),
]


@pytest.mark.parametrize(("name", "content", "media_type"), SOUND)
@on_one_database
def test_what_a_file_is_follows_from_its_ending(
    ctx: Context, make: Factories, folder: Path, name: str, content: bytes, media_type: str
) -> None:
    stored = keep(ctx, folder, make.campaign(), content, name=name)
    assert (stored.media_type, read(folder, stored)) == (media_type, content)


#: What is refused: (name, content).
HOSTILE = {
    "nothing": ("a.pdf", b""),
    "a program": ("virus.exe", PROGRAM),
    "a program that begins as a PDF": ("virus.exe", PDF),
    "a program behind another ending": ("ke-hoach.pdf.exe", PDF),
    "an ending that a trick of writing hides": ("ke-hoach-\u202efdp.exe", PDF),
    "an ending behind an unprintable letter": ("ke-hoach.pdf\0.exe", PDF),
    "a program as text": ("virus.txt", PROGRAM),
    "a program of Linux as text": ("virus.txt", b"\x7fELF\x02\x01"),
    "a script as text": ("virus.txt", b"#!/bin/sh\nrm -r /\n"),
    "a program as a document": ("virus.docx", PROGRAM),
    "bytes as text": ("a.txt", b"\x00\x01\x02"),
    "an older code page as text": ("a.txt", "Hội đồng".encode("cp1258", "ignore") + b"\xf0"),
    "half a letter of UTF-16": ("a.txt", b"\xff\xfea"),
    "an archive as text": ("a.txt", archive({"a": b"x"})),
    "a page": ("trang.html", b"<script>alert(1)</script>"),
    "a drawing": ("anh.svg", b"<svg onload='alert(1)'/>"),
    "no ending": ("ke-hoach", PDF),
    "an ending alone": (".pdf", PDF),
    "no PDF": ("a.pdf", b"<html>"),
    "no picture": ("a.png", PDF),
    "any archive": ("a.docx", archive({"a.txt": b"x"})),
    "an archive by its own ending": ("a.zip", archive({"a.txt": b"x"})),
    "a program in an archive": ("a.docx", archive({"[Content_Types].xml": b"<Types/>", "virus.exe": PROGRAM})),
    "a workbook as a document": ("a.docx", BOOK),
    "a document as a workbook": ("a.xlsx", WORD),
    "a document with macros": ("a.docx", MACROS),
    "a document with macros by its ending": ("a.docm", MACROS),
    "a document without its main part": (
        "a.docx",
        archive({"[Content_Types].xml": zipfile.ZipFile(io.BytesIO(WORD)).read("[Content_Types].xml")}),
    ),
    "half a document": ("a.docx", WORD[:-30]),
    "a document with something behind it": ("a.docx", WORD + PROGRAM),
    "something with a document behind it": ("a.docx", PROGRAM + WORD),
    "a packing that takes memory at will": (
        "a.docx",
        archive({"[Content_Types].xml": b"<Types/>", "word/document.xml": b""}, zipfile.ZIP_LZMA),
    ),
}


@pytest.mark.parametrize(("name", "content"), HOSTILE.values(), ids=HOSTILE)
@on_one_database
def test_what_is_not_what_it_says_is_refused_and_leaves_nothing(
    ctx: Context, make: Factories, folder: Path, name: str, content: bytes
) -> None:
    with pytest.raises(DomainError) as refused:
        keep(ctx, folder, make.campaign(), content, name=name)
    assert refused.value.field == "file"
    assert ctx.session.scalars(sa.select(StoredFile)).all() == []
    assert contents(folder) == []


@on_one_database
def test_a_refusal_names_what_is_taken(ctx: Context, make: Factories, folder: Path) -> None:
    with pytest.raises(DomainError, match=r"“a\.txt” is not taken here.* \.png, \.pdf\."):
        keep(ctx, folder, make.campaign(), b"x", name="a.txt", kinds=[PNG, PDF_FILE])


def with_far_too_many_parts() -> bytes:
    return archive({f"word/{number}.xml": b"" for number in range(20_000)} | {"[Content_Types].xml": b"<Types/>"})


def that_unpacks_to_a_hundred_megabytes() -> bytes:
    return archive({"[Content_Types].xml": b"<Override " * 10_000_000, "word/document.xml": b"<x/>"})


def with_long_remarks() -> bytes:
    """Notes of four bytes each, as many as a table of contents of bearable length holds."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as made:
        for number in range(4):
            entry = zipfile.ZipInfo(f"{number}.xml")
            entry.extra = b"\x99\x99\0\0" * 16_000
            made.writestr(entry, b"")
    return written.getvalue()


@pytest.mark.parametrize(
    "bomb",
    [with_far_too_many_parts, that_unpacks_to_a_hundred_megabytes, with_long_remarks],
    ids=lambda one: one.__name__,
)
@on_one_database
def test_a_document_that_asks_for_hours_is_soon_refused(
    ctx: Context, make: Factories, folder: Path, bomb: Callable[[], bytes]
) -> None:
    content, campaign = bomb(), make.campaign()
    begun = time.process_time()
    with pytest.raises(DomainError):
        keep(ctx, folder, campaign, content, name="a.docx")
    assert time.process_time() - begun < 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Tài liệu\\Kế hoạch 52.pdf", "Kế hoạch 52.pdf"),
        (". .Kế hoạch.pdf. ", "Kế hoạch.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_a_name_is_only_a_name(ctx: Context, make: Factories, folder: Path, given: str, kept: str) -> None:
    assert keep(ctx, folder, make.campaign(), name=given).name == kept


def test_a_damaged_content_is_never_handed_out(ctx: Context, make: Factories, folder: Path) -> None:
    stored = keep(ctx, folder, make.campaign())
    path = path_of(folder, stored.sha256)
    path.write_bytes(PDF + b"!")
    with pytest.raises(Missing):
        read(folder, stored)
    path.unlink()
    with pytest.raises(Missing):
        read(folder, stored)


def test_nothing_half_written_stays(
    ctx: Context, make: Factories, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_handle: int) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="full"):
        keep(ctx, folder, make.campaign())
    assert contents(folder) == []


def test_a_file_belongs_to_its_campaign(ctx: Context, make: Factories, folder: Path) -> None:
    stored = keep(ctx, folder, make.campaign())
    with pytest.raises(Missing):
        file_of(ctx, campaign_id=make.campaign().id, file_id=stored.id)


def test_a_public_file_is_an_attachment_with_a_tag(
    ctx: Context, make: Factories, config: Config, client: FlaskClient
) -> None:
    campaign = make.campaign("thai-binh")
    stored = keep(ctx, config.files, campaign)
    ctx.session.commit()
    address = f"/c/thai-binh/files/{stored.id}/{NAME}"
    answer = client.get(address)
    assert (answer.status_code, answer.data, answer.content_type) == (200, PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=")
    assert "filename*=UTF-8''Th%E1%BB%83%20l%E1%BB%87" in answer.headers["Content-Disposition"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.get(f"/c/thai-binh/files/{stored.id}/other.pdf").status_code == 404
    assert client.get(f"/c/thai-binh/files/{stored.id + 1}/{NAME}").status_code == 404


def test_a_file_with_a_permission_is_for_who_holds_it(
    ctx: Context, make: Factories, config: Config, client: FlaskClient, sign_in: Callable[[User], Browser]
) -> None:
    campaign = make.campaign("thai-binh")
    stored = keep(ctx, config.files, campaign, permission="core:audit:view", name="log.pdf")
    organiser, supporter = make.member(campaign), make.member(campaign, Role.SUPPORT)
    address = f"/c/thai-binh/files/{stored.id}/log.pdf"
    assert sign_in(organiser).get(address) == (200, PDF.decode())
    assert sign_in(supporter).get(address)[0] == 403
    refused = client.get(address)
    assert refused.status_code == 302
    assert "/sign-in" in refused.headers["Location"]


def test_who_takes_a_file_that_is_not_for_everybody_is_on_record_once_in_a_quarter_of_an_hour(
    ctx: Context,
    make: Factories,
    config: Config,
    client: FlaskClient,
    clock: FixedClock,
    sign_in: Callable[[User], Browser],
) -> None:
    campaign = make.campaign("thai-binh")
    secret = keep(ctx, config.files, campaign, permission="core:audit:view", name="log.pdf")
    public = keep(ctx, config.files, campaign, PDF + b"%", name="the-le.pdf")
    organisers = [make.member(campaign), make.member(campaign)]
    refused = make.member(campaign, Role.SUPPORT)
    ctx.session.commit()
    address, open_to_all = f"/c/thai-binh/files/{secret.id}/log.pdf", f"/c/thai-binh/files/{public.id}/the-le.pdf"
    there, numbers = secret.id, [organiser.id for organiser in organisers]
    first, second, third = map(sign_in, (*organisers, refused))

    def looks() -> list[tuple[int | None, int | None]]:
        wanted = sa.select(AuditEvent.actor_id, AuditEvent.object_id).where(AuditEvent.action == "core:file:view")
        found = ctx.session.execute(wanted.order_by(AuditEvent.id)).all()
        ctx.session.rollback()
        return [(actor, taken) for actor, taken in found]

    assert client.get(address).status_code == 302
    assert third.get(address)[0] == 403
    assert first.get(open_to_all)[0] == 200
    assert looks() == []
    for _ in range(3):
        assert first.get(address)[0] == 200
    assert second.get(address)[0] == 200
    assert looks() == [(numbers[0], there), (numbers[1], there)]
    clock.advance(timedelta(minutes=16))
    assert first.get(address)[0] == 200
    assert looks()[2:] == [(numbers[0], there)]
