"""Stored files: kept once by content, handed out as attachments to who may read them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from cuocthi.contributions import Role
from cuocthi.errors import DomainError, Missing
from cuocthi.files.domain import file_of, path_of, read, store

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flask.testing import FlaskClient

    from cuocthi.campaigns.models import Campaign
    from cuocthi.config import Config
    from cuocthi.context import Context
    from cuocthi.contributions import Browser
    from cuocthi.files.models import StoredFile
    from cuocthi.testing.factories import Factories
    from cuocthi.users.models import User

PDF = b"%PDF-1.7\n..."
NAME = "Thể lệ cuộc thi.pdf"


def keep(ctx: Context, folder: Path, campaign: Campaign, content: bytes = PDF, **other: str) -> StoredFile:
    values = {"name": NAME, "media_type": "application/pdf", "permission": "", **other}
    return store(ctx, folder=folder, content=content, campaign=campaign, **values)


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


def test_what_cannot_be_kept_is_refused_and_leaves_nothing(ctx: Context, make: Factories, folder: Path) -> None:
    campaign = make.campaign()
    for content, media_type in ((b"", "application/pdf"), (PDF, "text/html"), (b"<html>", "application/pdf")):
        with pytest.raises(DomainError) as refused:
            keep(ctx, folder, campaign, content, media_type=media_type)
        assert refused.value.field == "file"
    assert contents(folder) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Tài liệu\\Kế hoạch 52.pdf", "Kế hoạch 52.pdf"),
        ("..", "file"),
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
