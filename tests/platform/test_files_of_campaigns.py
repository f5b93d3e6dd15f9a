"""The files of documents in campaign files: taken along byte for byte, and checked like any that somebody sends."""

from __future__ import annotations

import hashlib
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from cuocthi.audit.models import AuditEvent
from cuocthi.campaigns import files as campaign_files
from cuocthi.campaigns.archives import read_archive, write_archive
from cuocthi.campaigns.exchange import export_campaign, import_campaign
from cuocthi.campaigns.files import read_folder, read_source, write_folder
from cuocthi.campaigns.models import Campaign
from cuocthi.cli import main
from cuocthi.context import Context
from cuocthi.database import configure_engine
from cuocthi.documents.domain import FILE_KINDS, DocumentFacts, register_document
from cuocthi.documents.models import Document, DocumentKind
from cuocthi.documents.queries import documents
from cuocthi.errors import InvalidData, Missing
from cuocthi.files.domain import path_of, read, store
from cuocthi.files.models import StoredFile
from cuocthi.testing.browsing import browser_over
from cuocthi.users.domain import start_session

if TYPE_CHECKING:
    from pathlib import Path

    from flask import Flask

    from cuocthi.campaigns.files import Files
    from cuocthi.config import Config
    from cuocthi.contributions import Browser
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

PDF, PICTURE, NOTE = b"%PDF-1.7 a plan", b"\x89PNG\r\n\x1a\n...", "Kính gửi Ban Tổ chức\n".encode()
#: (kind, number and symbol, name of the file, its content, whether everybody may read it)
REGISTER = (
    (DocumentKind.PLAN, "52/KH-STTTT", "Kế hoạch tổ chức.pdf", PDF, True),
    (DocumentKind.PLAN, "53/KH-STTTT", "Bản sao.pdf", PDF, False),
    (DocumentKind.MINUTES, "", "Biên bản (dự thảo).TXT", NOTE, False),
    (DocumentKind.REFERENCE, "", "Áp phích.png", PICTURE, True),
)


def registered(ctx: Context, make: Factories, folder: Path) -> Campaign:
    """A campaign whose register has files, and a document without one."""
    campaign = make.campaign("thi")
    for kind, symbol, name, content, public in REGISTER:
        file = store(ctx, folder=folder, content=content, name=name, kinds=FILE_KINDS, campaign=campaign, permission="")
        facts = DocumentFacts(kind, name.partition(".")[0], symbol, public=public)
        register_document(ctx, campaign=campaign, facts=facts, file=file)
    register_document(ctx, campaign=campaign, facts=DocumentFacts(DocumentKind.LAW, "Luật Căn cước"))
    ctx.session.commit()
    return campaign


@pytest.fixture
def campaign(ctx: Context, make: Factories, config: Config) -> Campaign:
    return registered(ctx, make, config.files)


@contextmanager
def elsewhere(ctx: Context, template: Path, tmp_path: Path) -> Iterator[tuple[Context, Path]]:
    """Another installation: its database, and where it keeps files."""
    path = tmp_path / "elsewhere.sqlite3"
    shutil.copyfile(template, path)
    engine = sa.create_engine(f"sqlite:///{path}")
    configure_engine(engine)
    with Session(engine) as session:
        yield replace(ctx, session=session), tmp_path / "files-elsewhere"
    engine.dispose()


def zipped(files: Files) -> bytes:
    with write_archive(files) as archive:
        return archive.read()


def register_of(ctx: Context, campaign: Campaign, folder: Path) -> list[tuple[Any, ...]]:
    """The register with the files: how each is called, what is in it, and who reads it."""
    return [
        (found.kind, found.symbol, found.file.name, read(folder, found.file), found.file.permission)
        for found in documents(ctx, campaign_id=campaign.id, public_only=False)
        if found.file is not None
    ]


# --- there and back -------------------------------------------------------------------------------------------------


def test_a_campaign_is_the_same_byte_for_byte_wherever_it_went(
    ctx: Context, campaign: Campaign, config: Config, sqlite_template: Path, tmp_path: Path
) -> None:
    first = zipped(export_campaign(ctx, campaign=campaign, folder=config.files))
    with elsewhere(ctx, sqlite_template, tmp_path) as (there, folder):
        copy = import_campaign(there, files=read_archive(first), folder=folder)
        assert register_of(there, copy, folder) == register_of(ctx, campaign, config.files)
        second = zipped(export_campaign(there, campaign=copy, folder=folder))
    assert second == first


def test_the_files_lie_in_a_folder_of_their_own_by_the_keys_of_the_documents(
    ctx: Context, campaign: Campaign, config: Config
) -> None:
    files = export_campaign(ctx, campaign=campaign, folder=config.files)
    assert [name for name in files if name.startswith("documents/")] == [
        "documents/52-kh-stttt.pdf",
        "documents/53-kh-stttt.pdf",
        "documents/bien-ban-du-thao.TXT",
        "documents/ap-phich.png",
    ]
    digest = hashlib.sha256(PDF).hexdigest()
    part = read_source(files).core.documents[0].file
    assert part is not None
    assert (part.path, part.name, part.sha256) == ("documents/52-kh-stttt.pdf", "Kế hoạch tổ chức.pdf", digest)


def test_without_a_place_for_files_the_register_goes_alone(ctx: Context, campaign: Campaign, config: Config) -> None:
    alone = export_campaign(ctx, campaign=campaign)
    assert [name for name in alone if name.startswith("documents/")] == []
    full = export_campaign(ctx, campaign=campaign, folder=config.files)
    copy = import_campaign(ctx, files=full, slug="lai")
    assert register_of(ctx, copy, config.files) == []
    assert len(documents(ctx, campaign_id=copy.id, public_only=False)) == len(REGISTER) + 1


def test_a_file_that_is_gone_stops_the_export_and_is_named(ctx: Context, campaign: Campaign, config: Config) -> None:
    path_of(config.files, hashlib.sha256(PICTURE).hexdigest()).unlink()
    with pytest.raises(Missing, match=r"Áp phích\.png"):
        zipped(export_campaign(ctx, campaign=campaign, folder=config.files))


# --- what is refused ------------------------------------------------------------------------------------------------

MAIN = """
format = 1
slug = "thi"
[campaign]
name = "Cuộc thi"
host_name = "Sở A"
[[documents]]
key = "kh"
kind = "plan"
title = "Kế hoạch"
[documents.file]
path = "documents/kh.pdf"
"""
PROGRAM = b"MZ\x90\0\3"

#: (what is changed in campaign.toml, the files beside it, what is said)
REFUSED: dict[str, tuple[tuple[str, str], dict[str, bytes], str]] = {
    "no file": (("", ""), {}, "documents[0]: there is no “documents/kh.pdf”"),
    "another digest": (
        ('kh.pdf"', f'kh.pdf"\nsha256 = "{"0" * 64}"'),
        {"documents/kh.pdf": PDF},
        "documents[0]: “documents/kh.pdf” is not the file whose digest",
    ),
    "another content": (("", ""), {"documents/kh.pdf": PROGRAM}, "documents[0]: The content of “kh.pdf”"),
    "a program": (("kh.pdf", "kh.exe"), {"documents/kh.exe": PROGRAM}, "“kh.exe” is not taken here"),
    "a program by its name": (
        ('kh.pdf"', 'kh.pdf"\nname = "virus.exe"'),
        {"documents/kh.pdf": PDF},
        "“virus.exe” is not taken here",
    ),
    "nothing in it": (("", ""), {"documents/kh.pdf": b""}, "The file is empty"),
    "a file of something else": (
        ("documents/kh.pdf", "questions/kh.pdf"),
        {"questions/kh.pdf": PDF},
        "must begin with “documents/”",
    ),
    "a key that leads out": (
        ('key = "kh"', 'key = "../../kh"'),
        {"documents/kh.pdf": PDF},
        "a key has only lower-case letters",
    ),
    "a day that cannot be": (
        ('kind = "plan"', 'kind = "plan"\nissued_on = 1800-01-01'),
        {"documents/kh.pdf": PDF},
        "The day 1800-01-01 cannot be meant",
    ),
}


@pytest.mark.parametrize(("change", "beside", "said"), REFUSED.values(), ids=REFUSED)
def test_what_no_page_would_take_is_not_taken_with_a_campaign(
    ctx: Context, tmp_path: Path, change: tuple[str, str], beside: dict[str, bytes], said: str
) -> None:
    main, folder = MAIN.replace(*change, 1).encode(), tmp_path / "kept"
    with pytest.raises(InvalidData) as refused:
        import_campaign(ctx, files={"campaign.toml": main, **beside}, folder=folder)
    assert said in "\n".join(map(str, refused.value.problems))
    for table in (Campaign, Document, StoredFile):
        assert ctx.session.scalars(sa.select(table)).all() == []
    assert not folder.exists(), "nothing was kept"


def test_every_file_that_cannot_be_taken_is_named_at_once(ctx: Context, tmp_path: Path) -> None:
    second = MAIN.partition("[[documents]]")[2].replace("kh", "qd")
    files = {"campaign.toml": f"{MAIN}[[documents]]{second}".encode(), "documents/qd.pdf": PROGRAM}
    with pytest.raises(InvalidData) as refused:
        import_campaign(ctx, files=files, folder=tmp_path / "kept")
    assert [str(problem).partition(":")[0] for problem in refused.value.problems] == ["documents[0]", "documents[1]"]


def test_a_file_written_by_hand_needs_no_more_than_its_path(ctx: Context, tmp_path: Path) -> None:
    files = {"campaign.toml": MAIN.encode(), "documents/kh.pdf": PDF}
    campaign = import_campaign(ctx, files=files, folder=tmp_path)
    assert register_of(ctx, campaign, tmp_path) == [(DocumentKind.PLAN, "", "kh.pdf", PDF, "")]


# --- folders and the command line -----------------------------------------------------------------------------------


def test_the_command_line_takes_a_campaign_out_and_in_with_its_files(
    app: Flask, ctx: Context, campaign: Campaign, config: Config, tmp_path: Path
) -> None:
    slug, expected = campaign.slug, register_of(ctx, campaign, config.files)
    ctx.session.commit()

    def command(*arguments: object) -> str:
        result = app.test_cli_runner().invoke(main, list(map(str, arguments)))
        assert result.exit_code == 0, result.output
        return result.output

    command("campaigns", "export", slug, tmp_path / "first")
    assert (tmp_path / "first" / "documents" / "52-kh-stttt.pdf").read_bytes() == PDF
    assert "/c/lai/" in command("campaigns", "import", tmp_path / "first", "--slug", "lai")
    copy = ctx.session.scalars(sa.select(Campaign).where(Campaign.slug == "lai")).one()
    assert register_of(ctx, copy, config.files) == expected


def test_the_files_of_documents_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    files = {"campaign.toml": MAIN.encode(), "documents/kh.pdf": PDF}
    write_folder(tmp_path, files)
    found = read_folder(tmp_path)
    (tmp_path / "documents" / "kh.pdf").write_bytes(PDF + b"!")
    assert found["documents/kh.pdf"] == PDF + b"!"
    assert (len(found), "documents/kh.pdf" in found, "documents/qd.pdf" in found) == (2, True, False)


def test_the_files_of_documents_do_not_count_as_the_campaign_but_have_a_bound_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_folder(tmp_path, {"campaign.toml": MAIN.encode(), "documents/kh.pdf": PDF})
    with (tmp_path / "documents" / "kh.pdf").open("ab") as film:
        film.truncate(campaign_files.LARGEST + 1)
    assert "documents/kh.pdf" in read_folder(tmp_path)
    monkeypatch.setattr(campaign_files, "LARGEST_DOCUMENTS", campaign_files.LARGEST)
    with pytest.raises(InvalidData) as refused:
        read_folder(tmp_path)
    assert "larger than" in str(refused.value.problems[0])


# --- the pages ------------------------------------------------------------------------------------------------------


def test_a_campaign_is_taken_away_and_handed_in_by_the_pages_with_its_files(
    app: Flask, ctx: Context, make: Factories, campaign: Campaign, config: Config
) -> None:
    expected = register_of(ctx, campaign, config.files)
    administrator = make.member(campaign, user=make.user("Phạm Thị Thu Hà", admin=True))
    token = start_session(ctx, user_id=administrator.id, device="test", hours=1)
    ctx.session.commit()
    client = app.test_client()
    page = browser_over(client, session_token=token).get("/staff/new")[1]
    csrf = page.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    with client.get("/c/thi/staff/campaign.zip") as taken:
        archive = taken.data
    assert (taken.status_code, taken.mimetype) == (200, "application/zip")
    assert zipfile.ZipFile(io.BytesIO(archive)).read("documents/ap-phich.png") == PICTURE
    sent = {"csrf_token": csrf, "slug": "thi-lai", "file": (io.BytesIO(archive), "thi.zip")}
    assert client.post("/staff/new", data=sent).status_code == 302
    copy = ctx.session.scalars(sa.select(Campaign).where(Campaign.slug == "thi-lai")).one()
    assert register_of(ctx, copy, config.files) == expected


def test_what_cannot_be_handed_out_whole_is_not_handed_out(
    ctx: Context, make: Factories, campaign: Campaign, config: Config, sign_in: Callable[[User], Browser]
) -> None:
    path_of(config.files, hashlib.sha256(PICTURE).hexdigest()).unlink()
    status, page = sign_in(make.member(campaign)).get("/c/thi/staff/campaign.zip")
    assert (status, "Áp phích.png" in page) == (404, True)
    taken = sa.select(sa.func.count()).where(AuditEvent.summary.contains("Exported"))
    assert ctx.session.scalar(taken) == 0


def test_the_page_says_when_another_page_will_not_take_the_file(
    ctx: Context, make: Factories, campaign: Campaign, sign_in: Callable[[User], Browser]
) -> None:
    browser = sign_in(make.member(campaign))
    assert "cuocthi campaigns import" not in browser.get("/c/thi/staff/basics")[1]
    ctx.session.execute(sa.update(StoredFile).values(size=6 * 1024 * 1024))
    ctx.session.commit()
    page = browser.get("/c/thi/staff/basics")[1]
    assert "cuocthi campaigns import" in page
    assert "20 MB" in page
