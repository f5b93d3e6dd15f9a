"""The press kit: made of the snapshot alone, complete, the same every time, and public when the release is."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import pytest
from lxml import etree  # type: ignore[import-untyped]

from cuocthi_publishing.domain import withdrawals
from cuocthi_publishing.domain.choice import of_groups
from cuocthi_publishing.domain.stored import snapshot_of
from cuocthi_publishing.jobs import build_bundle
from cuocthi_publishing.outputs.press import KIT, press_text
from cuocthi_publishing.outputs.published import Published
from cuocthi_publishing.settings import PublishSettings

from .conftest import EMAIL, NAMES, PHONE, WINNERS, Contest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient

    from cuocthi_publishing.models import Release

PRESS = "/c/hoi-thi/publishing/press"


def kit(contest: Contest, release: Release) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(contest.files(release)[KIT])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def text_of(release: Release) -> str:
    return press_text(Published(snapshot_of(release), release.digest))


@pytest.fixture
def release(contest: Contest) -> Release:
    contest.let_out(PublishSettings(depth=8))
    contest.campaign.support_phone, contest.campaign.support_hours = "0227 3831 000", "7h30 đến 17h00"
    contest.adopt()
    return contest.publish()


def test_it_holds_text_picture_charts_and_how_they_are_used(contest: Contest, release: Release) -> None:
    found = kit(contest, release)
    charts = {name for name in found if name.startswith("bieu-do/")}
    assert found.keys() - charts == {
        "README.txt", "hinh-dai-dien.png", "nhung.txt", "thong-tin-bao-chi.html", "thong-tin-bao-chi.txt",
    }  # fmt: skip
    assert charts == {
        f"bieu-do/{name.removeprefix('data/').removesuffix('.csv')}.svg"
        for name, section in zip(
            sorted(name for name in contest.files(release) if name.endswith(".csv")),
            snapshot_of(release)["sections"],
            strict=True,
        )
        if section["chart"] and section["rows"]
    }
    assert found["hinh-dai-dien.png"] == contest.files(release)["picture.png"]
    assert "/c/hoi-thi/publishing/embed" in found["nhung.txt"].decode()
    assert all(name in found["README.txt"].decode() for name in charts)
    assert kit(contest, release) == found


def test_the_text_has_the_figures_of_the_release_whom_to_ask_and_what_may_not_be_done(release: Release) -> None:
    text = text_of(release)
    assert f"công bố kết quả của {snapshot_of(release)['campaign']['name']} (thời gian thi: " in text
    assert f"- {WINNERS} giải thưởng" in text
    assert "- 8 người có kết quả" in text
    for name in NAMES[:WINNERS]:
        assert name in text
    assert "0227 3831 000 (7h30 đến 17h00)" in text
    assert "Vui lòng ghi nguồn: Sở Thông tin và Truyền thông" in text
    assert release.digest in text
    assert not [line for line in text.splitlines() if "{" in line or line != line.rstrip()]


def test_it_tells_no_more_than_the_release(contest: Contest, release: Release) -> None:
    everything = b"".join(kit(contest, release).values()).decode(errors="replace")
    for hidden in (PHONE, EMAIL, *NAMES[WINNERS:], *(person.code for person in contest.people)):
        assert hidden not in everything


def test_a_correction_and_statistics_say_what_they_are(contest: Contest, release: Release) -> None:
    assert "BẢN ĐÍNH CHÍNH" not in text_of(release)
    corrected = text_of(contest.publish("Sửa điểm <một> người & đơn vị."))
    assert (
        "BẢN ĐÍNH CHÍNH. Bản này thay thế bản công bố số 1. Nội dung thay đổi: Sửa điểm <một> người & đơn vị."
        in corrected
    )
    statistics = text_of(contest.publish("Chỉ số liệu.", of_groups(("core",))))
    assert "công bố số liệu của" in statistics
    assert "Đạt giải" not in statistics


def test_charts_stand_by_themselves_and_ask_for_nothing(contest: Contest, release: Release) -> None:
    for name, content in kit(contest, release).items():
        if name.endswith(".svg"):
            root = etree.fromstring(content)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"
            assert int(root.get("width")) > 700
            text = " ".join(root.itertext())
            assert "Sở Thông tin và Truyền thông" in text
            assert b"href" not in content
            assert b"<script" not in content


def test_the_page_shows_it_once_the_release_is_public(
    contest: Contest, release: Release, app: Flask, client: FlaskClient
) -> None:
    contest.ctx.session.commit()
    before = client.get(PRESS)
    assert NAMES[0] in before.text
    assert KIT not in before.text
    with app.app_context():
        build_bundle(contest.ctx, {"release_id": release.id}, lambda _done, _total: None)
    contest.ctx.session.commit()
    page = client.get(PRESS)
    assert f"/c/hoi-thi/publishing/release/1/files/{KIT}" in page.text
    assert "Set-Cookie" not in page.headers
    answer = client.get(f"/c/hoi-thi/publishing/release/1/files/{KIT}")
    assert answer.data == contest.files(release)[KIT]
    first, second = contest.staff
    withdrawals.ask(first, campaign=contest.campaign, number=1, reason="Nhầm.")
    withdrawals.confirm(second, campaign=contest.campaign, number=1)
    contest.ctx.session.commit()
    gone = client.get(PRESS)
    assert (gone.status_code, gone.headers["Location"]) == (302, "/c/hoi-thi/publishing/")


def test_before_there_is_a_release_the_page_leads_to_where_it_will_be(contest: Contest, client: FlaskClient) -> None:
    contest.adopt()
    contest.release()
    contest.ctx.session.commit()
    assert client.get(PRESS).status_code == 302
    assert client.get("/c/hoi-thi/publishing/releases/1/press").status_code == 302
